"""What a manifest may say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import UpdateError
from kiosk.update.manifest import LOCK, Listed, comparable, parse, written

DIGEST = "0" * 64
FILES = {LOCK: Listed(10, DIGEST), "kiosk-1.2.0-py3-none-any.whl": Listed(20, DIGEST)}


def document() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(written("1.2.0", 7, "3.11", "aarch64", FILES))
    return told


def test_what_is_written_is_what_is_read() -> None:
    content = written("1.2.0", 7, "3.11", "aarch64", FILES)
    read = parse(content)
    assert (read.version, read.number, read.python, read.machine) == ("1.2.0", 7, "3.11", "aarch64")
    assert read.files == FILES
    assert read.total == 30
    assert read.wheel == "kiosk-1.2.0-py3-none-any.whl"
    assert read.name == f"1.2.0-python3.11-{read.digest[:12]}"


@pytest.mark.parametrize(
    "name",
    ["../x.whl", "a/b.whl", "/etc/passwd.whl", "..", ".hidden.whl", "x", "a\\b.whl", "a\n.whl", "é.whl",
     "manifest.json", "a b.whl", "-r.whl", "x" * 250 + ".whl", "evil.tar.gz", "pip.conf", ""],
)  # fmt: skip
def test_a_name_that_is_not_plain_is_refused(name: str) -> None:
    told = document()
    told["files"][name] = {"size": 1, "sha256": DIGEST}
    with pytest.raises(UpdateError, match="no place in a release"):
        parse(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("format", 2, "another format"),
        ("number", -1, "number"),
        ("number", True, "number"),
        ("number", "7", "number"),
        ("version", "1/../..", "version"),
        ("version", None, "version"),
        ("python", "3.11;x", "python"),
        ("machine", "../x", "machine"),
        ("files", {}, "no files"),
        ("files", [], "no files"),
        ("files", {LOCK: {"size": 1, "sha256": DIGEST}}, "not one wheel of the kiosk"),
        ("files", {f"a{n}.whl": {} for n in range(501)}, "too many"),
        ("files", {LOCK: 7}, "entry of requirements.lock"),
        ("files", {LOCK: {"size": -1, "sha256": DIGEST}}, "entry of requirements.lock"),
        ("files", {LOCK: {"size": True, "sha256": DIGEST}}, "entry of requirements.lock"),
        ("files", {LOCK: {"size": 1, "sha256": "abc"}}, "entry of requirements.lock"),
    ],
)
def test_what_is_no_manifest_is_refused_with_what_is_wrong(key: str, value: object, reason: str) -> None:
    with pytest.raises(UpdateError, match=reason):
        parse(json.dumps({**document(), key: value}).encode())


def test_a_release_that_claims_to_be_huge_is_refused_before_anything_is_fetched() -> None:
    told = document()
    told["files"][LOCK]["size"] = 1 << 40
    with pytest.raises(UpdateError, match="larger than 2000 MB"):
        parse(json.dumps(told).encode())


def test_two_wheels_of_the_kiosk_are_one_too_many() -> None:
    told = document()
    told["files"]["kiosk-2.0-py3-none-any.whl"] = told["files"][LOCK]
    with pytest.raises(UpdateError, match="not one wheel of the kiosk"):
        parse(json.dumps(told).encode())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000])
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(UpdateError):
        parse(content)


WORDS = st.sampled_from(["..", "a/b", "3.11", "x" * 300, "1.2.0", ""])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | WORDS
    | st.dictionaries(WORDS, WORDS | st.integers(), max_size=2)
)


@given(st.sampled_from(sorted(document())), VALUES)
def test_whatever_stands_there_it_is_a_manifest_or_an_update_error(key: str, value: object) -> None:
    try:
        read = parse(json.dumps({**document(), key: value}).encode())
    except UpdateError:
        return
    assert "/" not in read.name


@pytest.mark.parametrize(
    ("older", "newer"),
    [("0.9.9", "0.10.0"), ("1.2", "1.2.1"), ("1.9", "2.0.0rc1"), ("1", "1.0.1")],
)
def test_versions_are_compared_by_their_numbers(older: str, newer: str) -> None:
    assert comparable(older) < comparable(newer)
    assert comparable("1.2") == comparable("1.2.0")
