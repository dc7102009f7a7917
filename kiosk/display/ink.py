"""Which ink words on a picture take, and how strong a shade under them has to be."""

from __future__ import annotations

from attrs import frozen

from kiosk.display.ground import Bounds, luminance
from kiosk.display.theme import Colour, Theme

_PLAIN = 8.0
"""To one: dark ink is for pictures as bright as paper. On all others it would look like a stain."""


@frozen
class Ink:
    """colour: of the words. shade: opacity of what lies under them, 0 to 1. dark: on a bright picture."""

    colour: Colour
    shade: float = 0.0
    dark: bool = False


def ink_on(theme: Theme, bounds: Bounds, *, board: bool = False) -> Ink:
    """For a ground whose relative luminance lies within these bounds.

    board: beside the pictures, where dark ink belongs as soon as it can be read: a shadow may fall on a light board.
    """
    low, high = bounds
    dark = theme.paper_bottom
    bright = contrast(high if board else low, luminance(dark)) >= _PLAIN
    if bright and contrast(low, luminance(dark)) >= theme.label_contrast:
        return Ink(dark, dark=True)
    most = (luminance(theme.ink) + 0.05) / theme.label_contrast - 0.05
    return Ink(theme.ink, _opacity(_grey(high), _grey(most), _grey(luminance(dark))))


def contrast(one: float, other: float) -> float:
    """Of two relative luminances (WCAG 2.2), 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _opacity(ground: float, most: float, shade: float) -> float:
    """With which a shade brings a grey ground down to what is allowed at most. In levels: those are what is mixed."""
    return 0.0 if ground <= most else min(1.0, (ground - most) / (ground - shade))


def _grey(light: float) -> float:
    """The sRGB level, 0 to 255, of the grey with this relative luminance."""
    return 255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)
