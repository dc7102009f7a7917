"""The order of a line in which both directions meet (Unicode UAX #9), by the library that RAQM itself asks: FriBidi.

RAQM orders what it is given in one call, but a call has one font. So the line is cut where the font or the direction
changes, and the pieces are put in order here. Without libfribidi0 there is no RAQM either, and all runs one way.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

LIBRARY = "libfribidi.so.0"
_LTR, _RTL = 0x110, 0x111
"""FRIBIDI_PAR_LTR and FRIBIDI_PAR_RTL, fribidi-bidi-types.h."""
FIRST_RTL = "\u0590"
"""No code point below it runs from right to left or changes a direction."""


class Levelled(Protocol):
    """Part of a line with an embedding level: even runs from left to right, odd from right to left."""

    @property
    def level(self) -> int: ...


_Part = TypeVar("_Part", bound=Levelled)


def levels(text: str, *, rtl: bool) -> tuple[int, ...]:
    """The embedding level of each code point of a line, in a paragraph of this direction."""
    if not rtl and all(letter < FIRST_RTL for letter in text):
        return (0,) * len(text)
    library = _library(LIBRARY)
    found = None if library is None else _asked(library, text, rtl)
    return (int(rtl),) * len(text) if found is None else found


def visual(parts: Sequence[_Part]) -> list[_Part]:
    """The parts of a line from left to right (UAX #9, rule L2). What is inside a part is its drawer's business."""
    ordered = list(parts)
    for level in range(max((part.level for part in parts), default=0), 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end].level >= level:
                end += 1
            ordered[start:end] = reversed(ordered[start:end])
            start = max(end, start + 1)
    return ordered


@lru_cache(maxsize=2)
def _library(name: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def _asked(library: ctypes.CDLL, text: str, rtl: bool) -> tuple[int, ...] | None:
    count = len(text)
    letters = (ctypes.c_uint32 * count)(*map(ord, text))
    types, brackets = (ctypes.c_uint32 * count)(), (ctypes.c_uint32 * count)()
    found = (ctypes.c_int8 * count)()
    base = ctypes.c_uint32(_RTL if rtl else _LTR)
    library.fribidi_get_bidi_types(letters, ctypes.c_int(count), types)
    library.fribidi_get_bracket_types(letters, ctypes.c_int(count), types, brackets)
    highest = library.fribidi_get_par_embedding_levels_ex(
        types, brackets, ctypes.c_int(count), ctypes.byref(base), found
    )
    return tuple(found) if highest else None
