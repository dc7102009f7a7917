"""What the writing systems of the world ask for: a font, room between the lines, a Debian package.

The letters that the bundled Inter has (Latin, Cyrillic, Greek) need nothing from here. The families are Google's Noto,
as Debian 12 and 13 ship them; ranges are blocks of Unicode 15.
"""

from __future__ import annotations

from attrs import frozen

CORE = "fonts-noto-core"
CJK = "fonts-noto-cjk"
_HAN = ("NotoSansCJK",)
_WIDE = (0xFF00, 0xFFEF)


@frozen
class Script:
    """One writing system."""

    name: str
    blocks: tuple[tuple[int, int], ...]
    """First and last code point of each block, inclusive."""
    families: tuple[str, ...]
    """The first one that is installed and has the letter draws it."""
    package: str = CORE
    """The Debian package of these families."""
    scale: float = 1.0
    """What the type size is multiplied by, so that the letters look as large as Inter's."""
    leading: float = 0.0
    """The least from base line to base line in shares of the type size: with less, marks touch the line above."""


SCRIPTS: tuple[Script, ...] = (
    Script("Greek and Cyrillic", ((0x0370, 0x052F),), ("NotoSans",)),
    Script("Armenian", ((0x0530, 0x058F),), ("NotoSansArmenian",)),
    Script("Hebrew", ((0x0590, 0x05FF),), ("NotoSansHebrew",)),
    Script(
        "Arabic",
        ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)),
        ("NotoSansArabic", "NotoNaskhArabic", "NotoKufiArabic"),
        scale=1.1,
        leading=1.5,
    ),
    Script(
        "Devanagari",
        ((0x0900, 0x097F), (0xA8E0, 0xA8FF)),
        ("NotoSansDevanagari", "NotoSerifDevanagari"),
        leading=1.42,
    ),
    Script("Bengali", ((0x0980, 0x09FF),), ("NotoSansBengali", "NotoSerifBengali"), leading=1.42),
    Script("Gurmukhi", ((0x0A00, 0x0A7F),), ("NotoSansGurmukhi",)),
    Script("Gujarati", ((0x0A80, 0x0AFF),), ("NotoSansGujarati",)),
    Script("Tamil", ((0x0B80, 0x0BFF),), ("NotoSansTamil",)),
    Script("Telugu", ((0x0C00, 0x0C7F),), ("NotoSansTelugu",)),
    Script("Kannada", ((0x0C80, 0x0CFF),), ("NotoSansKannada",)),
    Script("Malayalam", ((0x0D00, 0x0D7F),), ("NotoSansMalayalam",)),
    Script("Sinhala", ((0x0D80, 0x0DFF),), ("NotoSansSinhala",)),
    Script("Thai", ((0x0E00, 0x0E7F),), ("NotoSansThai", "NotoLoopedThai"), scale=1.06, leading=1.5),
    Script("Lao", ((0x0E80, 0x0EFF),), ("NotoSansLao", "NotoLoopedLao")),
    Script("Myanmar", ((0x1000, 0x109F),), ("NotoSansMyanmar",)),
    Script("Georgian", ((0x10A0, 0x10FF),), ("NotoSansGeorgian",)),
    Script("Ethiopic", ((0x1200, 0x139F),), ("NotoSansEthiopic",)),
    Script("Khmer", ((0x1780, 0x17FF),), ("NotoSansKhmer",)),
    Script("symbols", ((0x2190, 0x2BFF),), ("NotoSansSymbols2", "NotoSansSymbols", "NotoSansMath")),
    Script("kana", ((0x3040, 0x30FF), (0x31F0, 0x31FF)), _HAN, CJK, leading=1.4),
    Script("Hangul", ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7FF)), _HAN, CJK, leading=1.4),
    Script(
        "Han",
        ((0x2E80, 0x303F), (0x3100, 0x9FFF), (0xF900, 0xFAFF), (0xFE10, 0xFE4F), _WIDE, (0x20000, 0x3FFFF)),
        _HAN,
        CJK,
        leading=1.4,
    ),
)

SAMPLES: dict[str, str] = {
    "ar": "صورك",
    "bn": "ছবি",
    "th": "รูปภาพ",
    "hi": "फ़ोटो",
    "ja": "写真フレームの",
    "ko": "사진",
    "zh_Hans": "照片",
    "zh_Hant": "相片",
}
"""Letters of the languages (tags as Voice has them) that Inter cannot write."""

FACES = {"ja": "JP", "ko": "KR", "zh_Hans": "SC", "zh_Hant": "TC"}
"""One code point of Han has one shape in Japan and another in China: the face of a Noto CJK collection by language."""

_TALL = {"vi": 1.32}
"""Languages in Latin letters whose marks stand on top of each other."""


def script_of(letter: str) -> Script | None:
    """The script of this letter; None for what Inter has and for what is in no table here."""
    point = ord(letter)
    for script in SCRIPTS:
        if any(first <= point <= last for first, last in script.blocks):
            return script
    return None


def scripts(tag: str) -> tuple[Script, ...]:
    """The scripts of this language that Inter lacks, each once."""
    found = (script_of(letter) for letter in SAMPLES.get(tag, ""))
    return tuple(dict.fromkeys(script for script in found if script is not None))


def leading(tag: str) -> float:
    """The least leading of a language, as a share of the type size; 0 where any will do."""
    return max((script.leading for script in scripts(tag)), default=_TALL.get(tag, 0.0))
