"""How one picture gives way to the next, drawn from strips of both. Progress is eased by the core; 0 is all the old.

Nothing flashes: the light of the screen goes from the one picture's to the other's and never beyond both.
"""

from __future__ import annotations

from typing import Protocol

from kiosk.core.model import Rect, Size
from kiosk.core.settings import Transition
from kiosk.display.canvas import Canvas
from kiosk.display.theme import Colour

WIPE_EDGE = 0.2
"""Width of the wipe's soft edge, as a share of the screen."""
WIPE_STEPS = 24
"""Strips that the edge is drawn in: each is 4 % more opaque than the last, which nobody sees at that pace."""


class Layer(Protocol):
    """A picture as it is to be seen on the whole screen."""

    @property
    def mean(self) -> Colour:
        """Its mean colour."""

    def draw(self, strip: Rect, at: Rect, opacity: float = 1.0) -> None:
        """Draw the part of it that would be seen in ``strip`` of the screen at ``at``, which is as large."""


def draw(
    canvas: Canvas, kind: Transition, old: Layer, new: Layer, progress: float, *, backwards: bool = False
) -> None:
    """One frame on the whole screen. progress: 0 to 1. backwards: what moves across comes from the other side."""
    screen = canvas.size
    match kind:
        case Transition.DISSOLVE:
            _dissolve(canvas, old, new, progress)
        case Transition.PUSH:
            _push(screen, old, new, progress, backwards)
        case Transition.WIPE:
            _wipe(screen, old, new, progress, backwards)
        case _:
            whole = Rect(0, 0, screen.width, screen.height)
            old.draw(whole, whole)
            if progress > 0.0:
                new.draw(whole, whole, progress)


def _dissolve(canvas: Canvas, old: Layer, new: Layer, progress: float) -> None:
    whole = Rect(0, 0, canvas.size.width, canvas.size.height)
    red, green, blue = ((one + two) // 2 for one, two in zip(old.mean, new.mean, strict=True))
    layer, veil = (old, 2 * progress) if progress < 0.5 else (new, 2 - 2 * progress)
    if veil < 1.0:
        layer.draw(whole, whole)
    if veil > 0.0:
        canvas.fill(whole, (red, green, blue), veil)


def _push(screen: Size, old: Layer, new: Layer, progress: float, backwards: bool) -> None:
    """The new one comes from the right, backwards from the left, and takes the old one's place."""
    come = round(progress * screen.width)
    stays = screen.width - come
    edge = come if backwards else stays
    if stays > 0:
        seen, at = (0, edge) if backwards else (come, 0)
        old.draw(Rect(seen, 0, stays, screen.height), Rect(at, 0, stays, screen.height))
    if come > 0:
        seen, at = (stays, 0) if backwards else (0, edge)
        new.draw(Rect(seen, 0, come, screen.height), Rect(at, 0, come, screen.height))


def _wipe(screen: Size, old: Layer, new: Layer, progress: float, backwards: bool) -> None:
    """A soft edge goes from the left to the right, backwards from the right to the left."""
    whole = Rect(0, 0, screen.width, screen.height)

    def strip(left: int, right: int, opacity: float) -> None:
        x = screen.width - right if backwards else left
        part = Rect(x, 0, right - left, screen.height)
        new.draw(part, part, opacity)

    old.draw(whole, whole)
    edge = WIPE_EDGE * screen.width
    begin = progress * (screen.width + edge) - edge
    if (solid := min(round(begin), screen.width)) > 0:
        strip(0, solid, 1.0)
    for step in range(WIPE_STEPS):
        left = min(max(round(begin + edge * step / WIPE_STEPS), 0), screen.width)
        right = min(max(round(begin + edge * (step + 1) / WIPE_STEPS), 0), screen.width)
        if right > left:
            strip(left, right, 1.0 - (step + 0.5) / WIPE_STEPS)
