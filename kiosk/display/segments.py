"""Where a line of running text may end: as much of Unicode UAX #14 as the languages of this frame need.

After a blank; at a ZERO WIDTH SPACE, which translators set between words where a script has no blanks (Thai) and
between phrases where lines are best cut there (Japanese); between two ideographs or kana, but for the marks that begin
or end no line (kinsoku, JIS X 4051). Never at a no-break space, and Hangul and Arabic at blanks alone.
"""

# ruff: noqa: RUF001 -- full-width marks are what this is about

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

ZWSP = "\u200b"
_BLANKS = frozenset(" \t\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000")
"""No U+00A0, U+2007 and U+202F: they hold together what they stand between."""
_OPENING_ISOLATES = "\u2066\u2067\u2068"
_CLOSING_ISOLATE = "\u2069"
_NEVER_FIRST = frozenset(
    ",.!?:;%)]}\u00bb\u2019\u201d\u2010\u2013\u2025\u2026\u203c\u2047\u2048\u2049\u2103"
    "、。〃〉》」』】〕〗〙〛〜〟゠・ーヽヾ々〻ゝゞ"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
    "！％），．：；？］｝～｠￠"
)
_NEVER_LAST = frozenset("([{\u00ab\u2018\u201c$\u00a5〈《「『【〔〖〘〚〝（［｛｟＃＄￥")
_GOOD_ENDS = frozenset("、。，．！？；：")
"""After these a line may end even where a translator marked phrases."""
_HELD = re.compile(r"\bGoogle (?=Photos|Cloud)|\bkiosk (?=[a-z])")
"""Names and commands of two words stay on one line where they can: one half of them means something else."""
_FIRST_IDEOGRAPH = "\u2e80"
_IDEOGRAPHS = (
    (0x2E80, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF01, 0xFF60),
    (0x20000, 0x3FFFF),
)


@lru_cache(maxsize=256)
def segments(paragraph: str) -> tuple[str, ...]:
    """The pieces that stay together, each with the blanks that follow it; joined they are the paragraph."""
    between = _after_a_stop if ZWSP in paragraph else _between_words
    held = frozenset(found.end() for found in _HELD.finditer(paragraph))
    return _cut(
        paragraph, lambda at: at not in held and (_after_blanks(paragraph, at) or between(paragraph, at))
    )


@lru_cache(maxsize=256)
def fine(segment: str) -> tuple[str, ...]:
    """The same for a piece that is too wide for a line: wherever it may be cut, and behind hyphens and slashes."""
    return _cut(
        segment, lambda at: _after_blanks(segment, at) or _between(segment, at) or _at_a_joint(segment, at)
    )


def belongs_to_the_letter_before(letter: str) -> bool:
    """Marks, joiners and variation selectors are never parted from their letter."""
    return unicodedata.category(letter) in ("Mn", "Mc", "Me") or letter in "\u200c\u200d\u2060\ufeff"


def isolated(lines: list[str]) -> list[str]:
    """The lines, with each isolate that a line break cuts closed and opened again, so that it keeps its direction."""
    kept: list[str] = []
    around: list[str] = []
    for line in lines:
        opened = "".join(around)
        for letter in line:
            if letter in _OPENING_ISOLATES:
                around.append(letter)
            elif letter == _CLOSING_ISOLATE and around:
                around.pop()
        kept.append(opened + line + _CLOSING_ISOLATE * len(around))
    return kept


def _cut(text: str, may_break: Callable[[int], bool]) -> tuple[str, ...]:
    places = [0, *(at for at in range(1, len(text)) if may_break(at)), len(text)]
    return tuple(text[start:end] for start, end in pairwise(places) if start < end)


def _after_blanks(text: str, at: int) -> bool:
    return (text[at - 1] in _BLANKS or text[at - 1] == ZWSP) and text[at] not in _BLANKS and text[at] != ZWSP


def _between(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before < _FIRST_IDEOGRAPH and after < _FIRST_IDEOGRAPH:
        return False
    if before in _NEVER_LAST or after in _NEVER_FIRST or belongs_to_the_letter_before(after):
        return False
    if _holds(before) or _holds(after) or before in _OPENING_ISOLATES or after == _CLOSING_ISOLATE:
        return False
    return is_ideograph(before) or is_ideograph(after)


def _between_words(text: str, at: int) -> bool:
    """A word in katakana, which is a foreign one, is hard to read in two halves."""
    return _between(text, at) and not (_is_katakana(text[at - 1]) and _is_katakana(text[at]))


def _is_katakana(letter: str) -> bool:
    return "\u30a1" <= letter <= "\u30fa" or letter == "ー"


def _after_a_stop(text: str, at: int) -> bool:
    return text[at - 1] in _GOOD_ENDS and _between(text, at)


def _at_a_joint(text: str, at: int) -> bool:
    return at > 1 and text[at - 1] in "-/" and text[at - 2].isalnum() and text[at].isalnum()


def _holds(letter: str) -> bool:
    """Blanks, for which :func:`_after_blanks` is there, and what no line is broken at."""
    return letter.isspace() or letter in (ZWSP, "\u2060")


def is_ideograph(letter: str) -> bool:
    """Whether lines may be cut on either side of this letter: Han and kana, and the marks that are as wide."""
    point = ord(letter)
    return any(first <= point <= last for first, last in _IDEOGRAPHS)
