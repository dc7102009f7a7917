"""Which of the machine's connectors the frame is shown on, and in which mode."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from kiosk.core.model import Size

FULL_HD = Size(1920, 1080)
_MOST = 1920 * 1200
"""Pixels that a VideoCore VI or older fills without losing frames (docs/rendering.md)."""


@frozen
class Output:
    """A connector of a graphics card, as the kernel tells of it."""

    name: str
    """As ``HDMI-A-1``."""
    card: int
    """The number of its card, which may be another one after a start."""
    connected: bool = False
    index: int = 0
    """Its place among the connected ones of its card: the number of SDL's display."""
    monitor: str = ""
    """What the display calls itself."""
    modes: tuple[Size, ...] = ()
    """The preferred one first."""
    edid: str = ""
    """A digest of what the display says of itself."""


def choose(found: Sequence[Output], wanted: str = "") -> Output | None:
    """The connected one that is ``wanted``, by the name of connector or display; else the first by name.

    None: nothing is connected, or not what is wanted. A name that is no connector's here means nothing, so that a frame
    with a slip of the pen is not dark for good.
    """
    word = wanted.strip().casefold()
    here = sorted((each for each in found if each.connected), key=lambda each: (each.name, each.card))
    if word and any(each.name.casefold() == word for each in found):
        here = [each for each in here if each.name.casefold() == word]
    named = [each for each in here if word and each.monitor.casefold() == word]
    return next(iter(named or here), None)


def known(found: Sequence[Output], wanted: str) -> bool:
    """Whether this is the name of a connector, or of a display that is connected. Nothing wanted is known as well."""
    word = wanted.strip().casefold()
    names = {each.name.casefold() for each in found} | {
        each.monitor.casefold() for each in found if each.connected
    }
    return not word or word in names


def mode_on(output: Output, *, slow: bool) -> Size | None:
    """The mode to ask for; None: the display's own.

    slow: the GPU is a VideoCore VI or older, which a 4K screen would take too much from.
    """
    if not slow or not output.modes or _pixels(output.modes[0]) <= _MOST:
        return None
    if FULL_HD in output.modes:
        return FULL_HD
    fitting = [mode for mode in output.modes if _pixels(mode) <= _MOST]
    return max(fitting, key=_pixels, default=None)


def _pixels(size: Size) -> int:
    return size.width * size.height
