"""Which font draws which letter: Inter from the assets first, then whatever Noto font of the system has the letter.

Pillow has no fallback between fonts, so a text is split into runs by what each font covers (its ``cmap`` table,
OpenType 1.9, "cmap - Character to Glyph Index Mapping Table").
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from attrs import frozen
from PIL import ImageFont

from kiosk.display.theme import Weight

SYSTEM_FONTS = Path("/usr/share/fonts")
_DIRECTORY = 12 + 16 * 64
"""Bytes: the header of a font and the places of its first 64 tables."""

# First code point, last code point, Noto families that Debian ships for it; the first one found is taken.
_SCRIPTS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0x0370, 0x052F, ("NotoSans",)),
    (0x0530, 0x058F, ("NotoSansArmenian",)),
    (0x0590, 0x05FF, ("NotoSansHebrew",)),
    (0x0600, 0x08FF, ("NotoSansArabic", "NotoNaskhArabicUI", "NotoNaskhArabic", "NotoKufiArabic")),
    (0x0900, 0x097F, ("NotoSansDevanagari", "NotoSansDevanagariUI")),
    (0x0980, 0x09FF, ("NotoSansBengali", "NotoSansBengaliUI")),
    (0x0A00, 0x0A7F, ("NotoSansGurmukhi",)),
    (0x0A80, 0x0AFF, ("NotoSansGujarati",)),
    (0x0B80, 0x0BFF, ("NotoSansTamil",)),
    (0x0C00, 0x0C7F, ("NotoSansTelugu",)),
    (0x0C80, 0x0CFF, ("NotoSansKannada",)),
    (0x0D00, 0x0D7F, ("NotoSansMalayalam",)),
    (0x0D80, 0x0DFF, ("NotoSansSinhala",)),
    (0x0E00, 0x0E7F, ("NotoSansThai", "NotoLoopedThai")),
    (0x0E80, 0x0EFF, ("NotoSansLao", "NotoLoopedLao")),
    (0x1000, 0x109F, ("NotoSansMyanmar",)),
    (0x10A0, 0x10FF, ("NotoSansGeorgian",)),
    (0x1200, 0x139F, ("NotoSansEthiopic",)),
    (0x1780, 0x17FF, ("NotoSansKhmer",)),
    (0x2190, 0x2BFF, ("NotoSansSymbols2", "NotoSansSymbols", "NotoSansMath")),
    (0x2E80, 0x9FFF, ("NotoSansCJK",)),
    (0xAC00, 0xD7AF, ("NotoSansCJK",)),
    (0xF900, 0xFFEF, ("NotoSansCJK",)),
    (0x20000, 0x3FFFF, ("NotoSansCJK",)),
)


@frozen
class Coverage:
    """The code points that a font has glyphs for, as sorted ranges."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    """Inclusive."""

    def __contains__(self, letter: str) -> bool:
        point = ord(letter)
        place = bisect_right(self.starts, point) - 1
        return place >= 0 and point <= self.ends[place]


@lru_cache(maxsize=32)
def coverage(path: Path) -> Coverage:
    """Read the ``cmap`` of a font file (of its first face, in a collection). Not a font: covers nothing."""
    try:
        with path.open("rb") as file:
            ranges = _ranges(_cmap_table(file))
    except (OSError, struct.error):
        ranges = []
    ranges.sort()
    return Coverage(tuple(first for first, _ in ranges), tuple(last for _, last in ranges))


def _cmap_table(stream: BinaryIO) -> bytes:
    head = stream.read(_DIRECTORY)
    if head[:4] == b"ttcf":
        (at,) = struct.unpack_from(">I", head, 12)
        stream.seek(at)
        head = stream.read(_DIRECTORY)
    (tables,) = struct.unpack_from(">H", head, 4)
    for number in range(tables):
        tag, _, offset, length = struct.unpack_from(">4sIII", head, 12 + 16 * number)
        if tag == b"cmap":
            stream.seek(offset)
            return stream.read(length)
    return b""


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


@lru_cache(maxsize=1)
def _system_fonts(root: Path = SYSTEM_FONTS) -> dict[str, Path]:
    """Every Noto font under the system's folder, by file name without its ending. Read once, when first needed."""
    return {
        path.stem: path for path in sorted(root.rglob("Noto*")) if path.suffix in (".ttf", ".otf", ".ttc")
    }


@lru_cache(maxsize=256)
def system_font(letter: str, weight: Weight) -> Path | None:
    """A Noto font that has this letter, or None."""
    endings = ("Regular",) if weight is Weight.REGULAR else (weight.value, "Bold", "Regular")
    point = ord(letter)
    families = [names for first, last, names in _SCRIPTS if first <= point <= last]
    for family in [*(name for names in families for name in names), "NotoSans", "NotoSansSymbols2"]:
        for ending in endings:
            path = _system_fonts().get(f"{family}-{ending}")
            if path is not None and letter in coverage(path):
                return path
    return None


@lru_cache(maxsize=64)
def load(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    """The font at a type size in pixels."""
    return ImageFont.truetype(str(path), pixels)


@frozen
class FontBook:
    """The bundled fonts and the way to the others. ``assets``: the folder that holds ``fonts/``."""

    assets: Path

    def bundled(self, family: str, weight: Weight) -> Path:
        """The path of a bundled font."""
        return self.assets / "fonts" / f"{family}-{weight.value}.otf"

    def runs(self, text: str, family: str, weight: Weight) -> list[tuple[Path, str]]:
        """The text in pieces, each with the font that draws it. A letter that no font has stays with the bundled one.

        Blanks, digits and punctuation stay in the run they are in as long as its font has them, so that a script
        keeps its own comma and a run is as long as can be.
        """
        first = self.bundled(family, weight)
        runs: list[tuple[Path, str]] = []
        for letter in text:
            path = self._font_for(letter, runs[-1][0] if runs else first, first, weight)
            if runs and runs[-1][0] == path:
                runs[-1] = (path, runs[-1][1] + letter)
            else:
                runs.append((path, letter))
        return runs

    def _font_for(self, letter: str, present: Path, first: Path, weight: Weight) -> Path:
        if not letter.isalpha() and letter in coverage(present):
            return present
        if letter in coverage(first):
            return first
        return system_font(letter, weight) or first
