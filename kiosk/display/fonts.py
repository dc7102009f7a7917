"""Which font draws which letter: Inter from the assets first, then whatever Noto font of the system has the letter.

Pillow has no fallback between fonts, so a text is split into runs by what each font covers (its ``cmap`` table,
OpenType 1.9, "cmap - Character to Glyph Index Mapping Table"). In a collection the face is chosen by its name
(``name`` table) and the language.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from attrs import frozen
from PIL import ImageFont

from kiosk.display import opentype
from kiosk.display.opentype import Coverage
from kiosk.display.scripts import FACES, SAMPLES, Script, script_of
from kiosk.display.theme import Weight

SYSTEM_FONTS = Path("/usr/share/fonts")

_ENDINGS = {
    Weight.REGULAR: ("Regular",),
    Weight.MEDIUM: ("Medium", "Regular"),
    Weight.SEMIBOLD: ("SemiBold", "Bold", "Medium", "Regular"),
}
"""How the files of a weight end, the nearest weight first. Debian has Regular and Bold of most."""
_LAST_RESORT = ("NotoSans", "NotoSansSymbols2")


@frozen(cache_hash=True)
class Face:
    """One font of a file; ``index`` counts the faces of a collection. scale: times the type size (scripts.py)."""

    path: Path
    index: int = 0
    scale: float = 1.0


@lru_cache(maxsize=64)
def coverage(face: Face) -> Coverage:
    """The letters of a font. Not a font: none."""
    return opentype.coverage(face.path, face.index)


@lru_cache(maxsize=1)
def _system_fonts(root: Path = SYSTEM_FONTS) -> dict[str, Path]:
    """Every Noto font under the system's folder, by file name without its ending. Read once, when first needed."""
    return {
        path.stem: path for path in sorted(root.rglob("Noto*")) if path.suffix in (".ttf", ".otf", ".ttc")
    }


@lru_cache(maxsize=2048)
def system_font(letter: str, weight: Weight, tag: str = "en") -> Face | None:
    """A Noto font that has this letter, as the language ``tag`` (Voice) wants it drawn, or None."""
    script = script_of(letter)
    for family in (*(script.families if script else ()), *_LAST_RESORT):
        for ending in _ENDINGS[weight]:
            path = _system_fonts().get(f"{family}-{ending}")
            if path is None:
                continue
            face = Face(path, _index(path, tag), script.scale if script else 1.0)
            if letter in coverage(face):
                return face
    return None


@lru_cache(maxsize=64)
def _index(path: Path, tag: str) -> int:
    """The face of a collection whose family name ends in this language's sign ("Noto Sans CJK TC"); else the first."""
    if path.suffix != ".ttc" or tag not in FACES:
        return 0
    for index, family in enumerate(opentype.families(path)):
        if family.endswith(f" {FACES[tag]}") and " Mono " not in family:
            return index
    return 0


def lacking(tag: str) -> tuple[Script, ...]:
    """The scripts of this language (tag as Voice has it) that no font here can write."""
    absent = (
        script_of(letter) for letter in SAMPLES.get(tag, "") if not system_font(letter, Weight.REGULAR, tag)
    )
    return tuple(dict.fromkeys(script for script in absent if script is not None))


@lru_cache(maxsize=64)
def _bundled(assets: Path, family: str, weight: Weight) -> Face:
    return Face(assets / "fonts" / f"{family}-{weight.value}.otf")


@lru_cache(maxsize=24)
def load(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """The font at a type size in pixels. Few are kept, since those of Noto CJK are large."""
    return ImageFont.truetype(str(face.path), max(1, round(pixels * face.scale)), index=face.index)


@frozen(cache_hash=True)
class FontBook:
    """The bundled fonts and the way to the others. ``assets``: the folder that holds ``fonts/``."""

    assets: Path

    def bundled(self, family: str, weight: Weight) -> Face:
        """A bundled font."""
        return _bundled(self.assets, family, weight)

    def face(self, letter: str, family: str, weight: Weight, tag: str = "en") -> Face | None:
        """The font that draws this letter; None where no font has it."""
        first = self.bundled(family, weight)
        return first if letter in coverage(first) else system_font(letter, weight, tag)
