"""What costs the card nothing: a download that brings no byte."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kiosk.errors import DiskFull, Unwritable
from tests.storage.card import Card


def parts(card: Card) -> list[Path]:
    return list((card.cache / "parts").iterdir())


def test_a_download_without_an_answer_makes_no_file(card: Card) -> None:
    before = (card.cache / "parts").stat().st_mtime_ns
    with card.storage.part() as part:
        assert parts(card) == []
    assert parts(card) == []
    assert (card.cache / "parts").stat().st_mtime_ns == before, "the directory was not written either"
    assert part.closed


def test_the_file_is_there_with_the_first_byte_and_gone_in_the_end(card: Card) -> None:
    with card.storage.part() as part:
        part.write(b"first")
        part.write(b" and second")
        assert parts(card) == [part.path]
        assert part.path.read_bytes() == b"first and second"
        assert part.path.stat().st_mode & 0o777 == 0o600
        assert not os.get_inheritable(part.fileno())
    assert parts(card) == []


def test_where_no_file_can_be_made_nothing_is_fetched(card: Card) -> None:
    (card.cache / "parts").rmdir()
    with pytest.raises(Unwritable), card.storage.part():
        raise AssertionError("it was given out")


def test_a_directory_that_only_looks_forbidden_gets_its_file_at_once(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with card.storage.part() as part:
        assert parts(card) == [part.path]
        part.write(b"all the same")
        assert part.path.read_bytes() == b"all the same"


def test_a_card_without_a_place_for_one_more_file_is_full(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with card.storage.part() as part:
        with monkeypatch.context() as patched:
            patched.setattr(os, "open", refuse)
            with pytest.raises(DiskFull):
                part.write(b"first")
        part.write(b"once more")
        assert part.path.read_bytes() == b"once more"
