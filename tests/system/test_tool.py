"""Other programs, in every way in which they can let one down."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.system.tool import MOST_BYTES, Trouble, find, run

Script = Callable[[str], str]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    def written(body: str) -> str:
        path = tmp_path / "tool"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o700)
        return str(path)

    return written


def ended(pid: int, within: float = 10.0) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], within)[0])
    finally:
        os.close(descriptor)


def test_what_a_program_says_comes_back(script: Script) -> None:
    assert run([script("echo one; echo two >&2")], os.environ) == "one\ntwo\n"


def test_a_program_that_fails_is_quoted(script: Script) -> None:
    with pytest.raises(Trouble, match=r"it fails \(3\): no display"):
        run([script("echo first; printf 'no \\033display\\n'; exit 3")], os.environ)


def test_a_program_that_fails_silently_is_named_as_such(script: Script) -> None:
    with pytest.raises(Trouble, match=r"it fails \(1\): it says nothing"):
        run([script("exit 1")], os.environ)


def test_a_program_that_hangs_is_killed_with_its_children(script: Script, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="it hangs for more than"):
        run([script(f"sleep 1000 & echo $! > {tmp_path}/child; wait")], os.environ, seconds=2.0)
    assert ended(int((tmp_path / "child").read_text()))


def test_a_program_that_shuts_its_mouth_and_stays_is_killed(script: Script) -> None:
    with pytest.raises(Trouble, match="it hangs for more than"):
        run([script("exec >&- 2>&-; sleep 1000")], os.environ, seconds=0.5)


def test_a_child_that_a_program_leaves_behind_holds_nobody_up(script: Script) -> None:
    with pytest.raises(Trouble, match="it hangs"):
        run([script("sleep 1000 & echo done")], os.environ, seconds=0.5)


def test_a_program_that_talks_without_end_is_heard_for_a_while(script: Script) -> None:
    with pytest.raises(Trouble, match=r"it hangs|it fails"):
        run([script("yes")], os.environ, seconds=0.5)
    said = run([script(f"head -c {MOST_BYTES} /dev/zero")], os.environ)
    assert len(said) == MOST_BYTES


def test_what_is_no_program_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("garbage")
    (tmp_path / "tool").chmod(0o700)
    for path in (tmp_path / "tool", tmp_path / "none"):
        with pytest.raises(Trouble, match="it does not start"):
            run([str(path)], os.environ)


def test_programs_are_looked_for_on_the_path_that_is_given(script: Script, tmp_path: Path) -> None:
    path = script("true")
    assert find("tool", {"PATH": str(tmp_path)}) == path
    assert find("tool", {"PATH": "/nonexistent"}) is None
