"""What a font file says of itself: its letters and the names of its faces (OpenType 1.9, ``cmap`` and ``name``).

Pillow tells neither. A file that is no font has no letters and no names.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

_DIRECTORY = 12 + 16 * 64
"""Bytes: the header of a font and the places of its first 64 tables."""
_WINDOWS, _FAMILY, _ENGLISH = 3, 1, 0x409
_MOST_FACES = 64


@frozen
class Coverage:
    """The code points that a font has glyphs for, as sorted ranges."""

    starts: Sequence[int]
    ends: Sequence[int]
    """Inclusive."""

    def __contains__(self, letter: str) -> bool:
        point = ord(letter)
        place = bisect_right(self.starts, point) - 1
        return place >= 0 and point <= self.ends[place]


def coverage(path: Path, index: int = 0) -> Coverage:
    """The letters of a font, or of one face of a collection."""
    try:
        with path.open("rb") as file:
            ranges = _ranges(_table(file, b"cmap", _faces(file)[index]))
    except (OSError, struct.error, IndexError):
        ranges = []
    ranges.sort()
    # Noto CJK has 15,000 ranges.
    return Coverage(array("I", (first for first, _ in ranges)), array("I", (last for _, last in ranges)))


def families(path: Path) -> list[str]:
    """The family name of each face of a file, in English; empty where a face has none."""
    try:
        with path.open("rb") as file:
            return [_family(_table(file, b"name", at)) for at in _faces(file)]
    except (OSError, struct.error):
        return []


def _faces(stream: BinaryIO) -> list[int]:
    """Where the table directory of each face begins, bytes."""
    head = stream.read(12)
    if head[:4] != b"ttcf":
        return [0]
    (count,) = struct.unpack_from(">I", head, 8)
    count = min(count, _MOST_FACES)
    return list(struct.unpack(f">{count}I", stream.read(4 * count)))


def _table(stream: BinaryIO, wanted: bytes, at: int) -> bytes:
    stream.seek(at)
    head = stream.read(_DIRECTORY)
    (tables,) = struct.unpack_from(">H", head, 4)
    for number in range(tables):
        tag, _, offset, length = struct.unpack_from(">4sIII", head, 12 + 16 * number)
        if tag == wanted:
            stream.seek(offset)
            return stream.read(length)
    return b""


def _family(table: bytes) -> str:
    if not table:
        return ""
    _, count, texts = struct.unpack_from(">HHH", table)
    for number in range(count):
        platform, _, language, name, length, offset = struct.unpack_from(">6H", table, 6 + 12 * number)
        if (platform, language, name) == (_WINDOWS, _ENGLISH, _FAMILY):
            return table[texts + offset : texts + offset + length].decode("utf-16-be", "replace")
    return ""


def _ranges(table: bytes) -> list[tuple[int, int]]:
    if not table:
        return []
    (count,) = struct.unpack_from(">H", table, 2)
    found: dict[int, int] = {}
    for number in range(count):
        _, _, offset = struct.unpack_from(">HHI", table, 4 + 8 * number)
        (kind,) = struct.unpack_from(">H", table, offset)
        found[kind] = offset
    if 12 in found:
        at = found[12]
        (groups,) = struct.unpack_from(">I", table, at + 12)
        triples = struct.iter_unpack(">III", table[at + 16 : at + 16 + 12 * groups])
        return [(first, last) for first, last, _ in triples]
    if 4 in found:
        at = found[4]
        (twice,) = struct.unpack_from(">H", table, at + 6)
        segments = twice // 2
        ends = struct.unpack_from(f">{segments}H", table, at + 14)
        starts = struct.unpack_from(f">{segments}H", table, at + 16 + twice)
        return [(first, last) for first, last in zip(starts, ends, strict=True) if first != 0xFFFF]
    return []
