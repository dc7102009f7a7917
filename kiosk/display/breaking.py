"""Where a word that is wider than its box may be broken. Nothing is left out and nothing is added.

An address is broken after a slash, then after one of ``?&=``, then anywhere, but never after a hyphen: at the end of a
line nobody can tell whether that hyphen belongs to the address. At the start of a line it can be nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.display.segments import belongs_to_the_letter_before

SLASH = "/"
SIGNS = "/?&="


def anywhere(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The text in lines that fit, each nearly as long as it can be. A letter that is too wide has a line to itself."""
    lines: list[str] = []
    while len(text) > 1 and not fits(text):
        place = cut(text, _most(text, fits))
        lines.append(text[:place])
        text = text[place:]
    return [*lines, text]


def after(signs: str, text: str, fits: Callable[[str], bool]) -> list[str] | None:
    """The text in lines that fit, broken after these signs and nowhere else; None where that cannot be."""
    lines: list[str] = []
    while not fits(text):
        place = _after(text, _most(text, fits), 1, signs)
        if place is None or not fits(text[:place]):
            return None
        lines.append(text[:place])
        text = text[place:]
    return [*lines, text]


def cut(text: str, most: int) -> int:
    """The best place, at least 1 and at most ``most``, for a break that may be anywhere."""
    for signs in (SLASH, SIGNS):
        # Half a line is a fair price for a slash.
        place = _after(text, most, most // 2 + 1, signs)
        if place is not None:
            return place
    for place in range(most, most * 2 // 3, -1):
        if text[place : place + 1] == "-" and text[place - 1] != "-":
            return place
    for place in range(most, 0, -1):
        if text[place - 1] != "-" and not belongs_to_the_letter_before(text[place : place + 1] or "-"):
            return place
    return max(1, most)


def _after(text: str, most: int, least: int, signs: str) -> int | None:
    """The last place behind a sign. The two slashes behind a scheme stay with the host."""
    for place in range(min(most, len(text) - 1), least - 1, -1):
        if text[place - 1] in signs and text[place] != "/" and text[max(0, place - 2) : place] != "//":
            return place
    return None


def _most(text: str, fits: Callable[[str], bool]) -> int:
    """How many letters fit; at least 1."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle]):
            low = middle
        else:
            high = middle - 1
    return low
