"""The hunt finds what is there: otherwise all that follows proves nothing."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.secrets.hunt import Hunt, Onlooker, forms

SECRET = "s3cret/With+odd=ones"


def hunt() -> Hunt:
    found = Hunt()
    found.add("a kind", SECRET)
    found.add("nothing", None)
    found.add("nothing", "")
    return found


@pytest.mark.parametrize(
    "content",
    [
        f"x{SECRET}x",
        urlencode({"a": SECRET}),
        json.dumps(SECRET),
        json.dumps(SECRET).replace("/", "\\/"),
        SECRET.lower(),
        SECRET[::-1],
        SECRET.encode().hex(),
        SECRET.encode("utf-16"),
        *(base64.b64encode(before + SECRET.encode() + b"behind it") for before in (b"", b"a", b"ab", b"abc")),
        *(base64.urlsafe_b64encode(before + SECRET.encode()) for before in (b"", b"a", b"ab")),
    ],
)
def test_a_secret_is_found_however_it_is_written(content: str | bytes) -> None:
    found = hunt()
    found.search("here", content)
    assert found.found
    assert all(SECRET not in line for line in found.found)


def test_what_is_no_secret_is_not_found() -> None:
    found = hunt()
    found.search("here", "s3cret/With+odd=one and a s3cret")
    assert not found.found


def test_short_forms_are_not_searched_for() -> None:
    assert set(forms("abc").values()) == set()


def test_files_and_their_names_are_searched(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_bytes(b"\0" + SECRET.encode())
    (tmp_path / "allowed").write_bytes(SECRET.encode())
    (tmp_path / "s3cret%2FWith%2Bodd%3Dones").touch()
    found = hunt()
    assert found.search_tree(tmp_path, {"allowed": ["a kind"]}) == 3
    assert [line.split(" in ")[1] for line in found.found] == [
        "a/file",
        "the name s3cret%2FWith%2Bodd%3Dones",
    ]


def test_the_onlooker_sees_command_lines_and_environments_of_children_too() -> None:
    grandchild = (sys.executable, "-c", "print('up', flush=True); input()", "a-word-for-the-child")
    script = f"import subprocess; subprocess.run({grandchild!r}, env={{'MARK': 'a-mark-for-the-child'}})"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with Onlooker(child.pid) as onlooker:
            while not onlooker.environments:
                onlooker._ended.wait(0.01)
        child.communicate(b"\n")
    seen = b"".join(content for _, content in onlooker.seen)
    assert b"a-word-for-the-child" in seen
    assert b"a-mark-for-the-child" in b"".join(onlooker.environments.values())
