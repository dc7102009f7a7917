"""The parts that cards and badges are made of: values that say what to draw, each of which can render itself.

A part is its own cache key: equal parts have equal pixels, so a changed line of text costs that line and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from attrs import evolve, frozen
from PIL import Image, ImageOps

from kiosk.core.layout import mirrored
from kiosk.core.model import Rect, Size
from kiosk.core.scene import Illustration, Mark
from kiosk.display import illustrations, qr, shapes
from kiosk.display.text import Block, Typesetter
from kiosk.display.theme import Colour


class Part(Protocol):
    """Something that can be drawn; hashable."""

    def render(self, typesetter: Typesetter) -> Image.Image:
        """Its pixels, RGB or RGBA."""


@frozen
class Placed:
    """A part and where its image goes."""

    part: Part
    rect: Rect


@frozen
class Paper:
    """The background of the whole screen."""

    size: Size
    top: Colour
    bottom: Colour

    def render(self, typesetter: Typesetter) -> Image.Image:  # noqa: ARG002 -- a Part's signature
        return shapes.paper(self.size, self.top, self.bottom)


@frozen
class Plate:
    """A rounded plate of one colour: panels and pills."""

    size: Size
    radius: int
    colour: Colour
    opacity: float
    rim: Colour
    """A hairline along the edge, so that the plate ends somewhere on a dark picture."""

    def render(self, typesetter: Typesetter) -> Image.Image:  # noqa: ARG002
        return shapes.rimmed(self.size, self.radius, self.colour, self.rim, self.opacity)


@frozen
class Symbol:
    """A QR on its white plate, a square of ``side`` pixels."""

    text: str
    side: int
    radius: int

    def render(self, typesetter: Typesetter) -> Image.Image:  # noqa: ARG002
        return shapes.framed(qr.draw(self.text, self.side), self.radius)


@frozen
class Drawing:
    """The illustration of a card, a square of ``side`` pixels."""

    kind: Illustration
    side: int
    ink: Colour
    accent: Colour

    def render(self, typesetter: Typesetter) -> Image.Image:  # noqa: ARG002
        return illustrations.draw(self.kind, self.side, self.ink, self.accent)


@frozen
class Words:
    """A block of text in ``width`` pixels. align: 0 left, 0.5 middle, 1 right."""

    block: Block
    colour: Colour
    width: int
    align: float

    def render(self, typesetter: Typesetter) -> Image.Image:
        return typesetter.draw(self.block, self.colour, self.width, self.align)

    def at(self, x: int, y: int) -> Placed:
        """Placed with the corner of its text, not of its bleed, at this point."""
        bleed = self.block.bleed
        return Placed(self, Rect(x - bleed, y - bleed, self.width + 2 * bleed, self.block.height + 2 * bleed))


@frozen
class Bar:
    """A progress bar. done: pixels, None before there is anything to count."""

    size: Size
    done: int | None
    colour: Colour
    track: Colour
    rtl: bool = False
    """Whether it fills from the right."""

    def render(self, typesetter: Typesetter) -> Image.Image:  # noqa: ARG002
        share = 0.0 if self.done is None else self.done / self.size.width
        bar = shapes.bar(self.size, share, self.colour, self.track)
        return ImageOps.mirror(bar) if self.rtl else bar


@frozen
class Sign:
    """The mark of a badge."""

    kind: Mark
    side: int
    colour: Colour

    def render(self, typesetter: Typesetter) -> Image.Image:  # noqa: ARG002
        return shapes.mark(self.kind, self.side, self.colour)


def mirror(placed: Iterable[Placed], screen: Size) -> list[Placed]:
    """The same parts as a reader from right to left has them: each on the other side of the screen.

    Text changes its edge and bars their direction; pictures, signs and QR codes stay as they are.
    """
    whole = Rect(0, 0, screen.width, screen.height)
    return [Placed(_turned(item.part), mirrored(item.rect, whole)) for item in placed]


def _turned(part: Part) -> Part:
    if isinstance(part, Words):
        return evolve(part, align=1.0 - part.align)
    if isinstance(part, Bar):
        return evolve(part, rtl=not part.rtl)
    return part
