"""Whole files or none, and refusals by name."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import MediaItemId, Size
from kiosk.errors import DiskFull, Unwritable
from kiosk.storage import files, names
from tests.storage.card import minute, no_file_grows_beyond


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EFBIG, DiskFull),
        (errno.EROFS, Unwritable),
        (errno.EACCES, Unwritable),
        (errno.EPERM, Unwritable),
        (errno.EIO, Unwritable),
        (errno.ENOTDIR, Unwritable),
    ],
)
def test_a_refusal_has_a_name_and_says_where(number: int, kind: type) -> None:
    named = files.as_storage_error(OSError(number, os.strerror(number), "/card/file"))
    assert type(named) is kind
    assert "/card/file" in str(named)


def test_a_refusal_without_a_number_is_one_all_the_same() -> None:
    assert str(files.as_storage_error(OSError("odd"))) == "odd"


def test_a_file_is_replaced_whole_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    old_mask = os.umask(0)
    try:
        files.write_atomically(path, b"old")
        files.write_atomically(path, b"new")
    finally:
        os.umask(old_mask)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_leftover_part_file_lends_nobody_its_mode(tmp_path: Path) -> None:
    part = tmp_path / "file.part"
    part.write_bytes(b"left over")
    part.chmod(0o666)
    files.write_atomically(tmp_path / "file", b"new")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_full_card_keeps_the_old_file_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, b"old")
    with no_file_grows_beyond(1000), pytest.raises(DiskFull):
        files.write_atomically(path, bytes(2000))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_cannot_be_discarded(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert not files.discard(tmp_path / "folder")
    assert files.discard(tmp_path / "absent")


def test_part_files_are_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in ("a.part", "b.part", "c.jpg"):
        (tmp_path / name).touch()
    assert files.sweep_parts(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["c.jpg"]
    assert files.sweep_parts(tmp_path / "absent") == 0


def test_set_aside_keeps_the_newest_under_free_names(tmp_path: Path) -> None:
    kept = []
    for number in range(4):
        path = tmp_path / "thing.txt"
        path.write_text(str(number))
        kept.append(files.set_aside(path, tmp_path / "aside", keep=2))
    assert [path.name for path in kept if path] == [f"thing.damaged-{number}" for number in range(1, 5)]
    assert sorted(path.read_text() for path in (tmp_path / "aside").iterdir()) == ["2", "3"]
    assert files.set_aside(tmp_path / "thing.txt", tmp_path / "aside", keep=2) is None


ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300).map(MediaItemId)
sizes = st.builds(Size, st.integers(1, 16383), st.integers(1, 16383))
seconds = st.none() | st.integers(-62135596800, 253402300799)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(ids, seconds, sizes, digests)
def test_a_file_name_tells_all_that_went_into_it(
    item_id: MediaItemId, second: int | None, size: Size, digest: str
) -> None:
    name = names.file_name(item_id, second, size, digest)
    folder, _, file = name.partition("/")
    assert len(folder) == 2
    assert len(os.fsencode(file)) <= 255 - len(".damaged-999")
    assert "/" not in file
    named = names.parse_name(name)
    assert named is not None
    assert (named.seconds, named.size, named.digest) == (second, size, digest)
    if names.is_hashed(item_id):
        assert names.is_hashed_stem(named.item_id)
        assert names.file_name(named.item_id, second, size, digest) == name
    else:
        assert named.item_id == item_id


@given(
    st.text()
    | st.from_regex(r"[0-9a-f]{2}/[^/]+\.[x0-9]+\.[0-9]+x[0-9]+\.[A-Za-z0-9_-]{43}\.jpg", fullmatch=True)
)
def test_a_name_that_we_did_not_make_is_not_ours(name: str) -> None:
    named = names.parse_name(name)
    assert named is None or names.file_name(named.item_id, named.seconds, named.size, named.digest) == name


def test_whole_seconds_are_kept() -> None:
    assert names.seconds_of(minute(2)) == 120
    assert names.seconds_of(None) is None
