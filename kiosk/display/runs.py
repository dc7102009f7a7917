"""One line of text in runs: pieces of one font and one direction, which RAQM shapes one at a time.

Letters, digits and ideographs take the first font that has them. What belongs to no script (blanks, punctuation)
stays with its neighbour's font as long as that has it, so that a script keeps its own comma and a run is as long as
can be. Characters that only steer (isolates, ZERO WIDTH SPACE) steer and are then left out: no font draws them.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from attrs import frozen

from kiosk.display import bidi
from kiosk.display.fonts import Face, FontBook, coverage
from kiosk.display.opentype import Coverage
from kiosk.display.segments import belongs_to_the_letter_before, is_ideograph
from kiosk.display.theme import Weight

STEERING = frozenset(
    "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
"""They say where a line breaks and which way it runs. Joiners and variation selectors are not here: RAQM reads them."""


_WIDE_MARKS = "\u2014\u2018\u2019\u201c\u201d\u2026"
_WIDE_IN = ("ja", "zh_Hans", "zh_Hant")


@frozen
class Run:
    face: Face
    text: str
    level: int
    """Odd: from right to left (bidi.py)."""

    @property
    def rtl(self) -> bool:
        return self.level % 2 == 1


@frozen(cache_hash=True)
class Hand:
    """Which letters a text is written in: a type's family and weight, a language, the direction of its paragraph."""

    book: FontBook
    family: str
    weight: Weight
    tag: str
    rtl: bool


@lru_cache(maxsize=1024)
def runs(line: str, hand: Hand) -> tuple[Run, ...]:
    """The line in logical order; joined, the runs are the line without what only steers."""
    bundled = hand.book.bundled(hand.family, hand.weight)
    if line and not hand.rtl and _is_plain(line, coverage(bundled)):
        return (Run(bundled, line, 0),)
    levels = bidi.levels(line, rtl=hand.rtl)
    seen = [(letter, level) for letter, level in zip(line, levels, strict=True) if letter not in STEERING]
    found: list[Run] = []
    for (letter, level), face in zip(seen, _faces("".join(letter for letter, _ in seen), hand), strict=True):
        if found and (found[-1].face, found[-1].level) == (face, level):
            found[-1] = Run(face, found[-1].text + letter, level)
        else:
            found.append(Run(face, letter, level))
    return tuple(found)


def missing(line: str, hand: Hand) -> str:
    """The letters of the line that the font of their run does not have: what would be drawn as an empty box."""
    return "".join(
        letter
        for run in runs(line, hand)
        for letter in run.text
        if not (_is_joiner(letter) or letter in coverage(run.face))
    )


@lru_cache(maxsize=1024)
def direction(text: str, *, rtl: bool) -> bool:
    """Whether a paragraph runs from right to left, in a language that does or does not.

    A text whose letters all run the other way (an English sentence among Arabic ones) keeps its own direction.
    """
    ways = {unicodedata.bidirectional(letter) in ("R", "AL") for letter in text if _is_strong(letter)}
    return rtl if len(ways) != 1 else ways.pop()


def _is_plain(line: str, covered: Coverage) -> bool:
    """Whether one font has it all and nothing in it runs or steers another way: most lines in Latin letters."""
    return all(letter < bidi.FIRST_RTL and letter != "\u00ad" and letter in covered for letter in line)


def _is_strong(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("L", "R", "AL")


def _faces(text: str, hand: Hand) -> list[Face]:
    """The font of each letter; what no font has stays with the bundled one, which draws its empty box."""
    bundled = hand.book.bundled(hand.family, hand.weight)
    own = [hand.book.face(letter, hand.family, hand.weight, hand.tag) for letter in text]
    wide = _wide_face(text, hand)
    faces: list[Face] = []
    for at, letter in enumerate(text):
        before = faces[-1] if faces else None
        if belongs_to_the_letter_before(letter) and before is not None:
            keeps = _is_joiner(letter) or letter in coverage(before) or own[at] is None
            faces.append(before if keeps else own[at] or before)
        elif wide is not None and letter in _WIDE_MARKS:
            faces.append(wide)
        elif _is_common(letter):
            after = _next_own(text, own, at)
            near = (after, before) if _opens(text, at) else (before, after)
            faces.append(
                next((face for face in near if face and letter in coverage(face)), own[at] or bundled)
            )
        else:
            faces.append(own[at] or bundled)
    return faces


def _wide_face(text: str, hand: Hand) -> Face | None:
    """The font of quotation marks, dashes and ellipses in a Chinese or Japanese text: there they are full width."""
    letter = next((letter for letter in text if is_ideograph(letter)), None)
    if letter is None or hand.tag not in _WIDE_IN:
        return None
    return hand.book.face(letter, hand.family, hand.weight, hand.tag)


def _is_common(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "ZPSC"


def _is_joiner(letter: str) -> bool:
    return letter in "\u200c\u200d" or "\ufe00" <= letter <= "\ufe0f"


def _opens(text: str, at: int) -> bool:
    """Whether this mark belongs to what follows: an opening bracket or quote, or the start of the line."""
    return at == 0 or unicodedata.category(text[at]) in ("Ps", "Pi")


def _next_own(text: str, own: list[Face | None], at: int) -> Face | None:
    return next((own[after] for after in range(at + 1, len(text)) if not _is_common(text[after])), None)
