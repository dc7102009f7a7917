"""What the painter draws on. Two kinds stand behind one Protocol: textures (textures.py) and surfaces (surfaces.py).

Sizes and rectangles are logical, as the viewer sees the screen. A screen that hangs on its side or upside down is a
matter of the canvas: it turns images when they are uploaded and rectangles when they are drawn.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NewType, Protocol

from PIL import Image

from kiosk.config import Rotation
from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size
from kiosk.display.patches import Patch
from kiosk.display.theme import Colour

Handle = NewType("Handle", int)
"""An uploaded image; good until it is released or the canvas is closed."""

STRIP = 4 << 20
"""Bytes that are uploaded without a pause, about 1 ms: a picture for 1080p in four strips, one for 4K in eleven."""


class Canvas(Protocol):
    """A screen that images can be drawn on. Not thread safe: it belongs to the main thread."""

    @property
    def size(self) -> Size:
        """Logical size in pixels; it follows the window."""

    @property
    def flips(self) -> int:
        """How often something was presented."""

    @property
    def generation(self) -> int:
        """Changes when what is on the glass may be lost: the window was resized or uncovered."""

    def stale(self) -> None:
        """What is on the glass may be lost."""

    def upload(self, pixels: bytes, size: Size, *, alpha: bool) -> Handle:
        """Take in an image: RGB, or RGBA (straight) where ``alpha``; rows from the top, nothing between them."""

    def hang(self, patches: Sequence[Patch], size: Size) -> Generator[None, None, Handle]:
        """Take in the opaque image that they make, ``STRIP`` bytes at a time: draw a frame between them if one is due.

        They belong to the canvas from then on.
        """

    @property
    def composes(self) -> bool:
        """Whether it puts a slide together and scales it by itself, at little cost."""

    @property
    def moves(self) -> bool:
        """Whether it can draw a picture in motion: by parts of a pixel, at the screen's pace, at little cost."""

    def draw(self, handle: Handle, rect: Rect, opacity: float = 1.0, part: Box = WHOLE) -> None:
        """Draw an image, or this part of it, scaled to ``rect``, over what is there. opacity: 0 to 1."""

    def fill(self, rect: Rect, colour: Colour, opacity: float = 1.0) -> None:
        """Fill a rectangle, over what is there."""

    def shade(self, colour: Colour) -> None:
        """Multiply what was drawn so far with this: 255 leaves a colour as it is, 0 takes it away."""

    def present(self) -> None:
        """Show what was drawn since the last time. What is drawn next starts from nothing."""

    def read(self) -> Image.Image:
        """What has been drawn, RGB, upright. Draw first: after :meth:`present` there may be nothing to read."""

    def release(self, handle: Handle) -> None:
        """Forget an image."""

    def close(self) -> None:
        """Give the window back. A second time does nothing."""


def logical(panel: Size, rotation: Rotation) -> Size:
    """The size that the viewer sees of a panel."""
    if rotation in (Rotation.QUARTER, Rotation.THREE_QUARTERS):
        return Size(panel.height, panel.width)
    return panel


def on_panel(rect: Rect, screen: Size, rotation: Rotation) -> Rect:
    """Where a logical rectangle of a logical ``screen`` lies on the panel."""
    match rotation:
        case Rotation.NONE:
            return rect
        case Rotation.QUARTER:
            return Rect(screen.height - rect.bottom, rect.x, rect.height, rect.width)
        case Rotation.HALF:
            return Rect(screen.width - rect.right, screen.height - rect.bottom, rect.width, rect.height)
        case Rotation.THREE_QUARTERS:
            return Rect(rect.y, screen.width - rect.right, rect.height, rect.width)


def point_on_panel(x: float, y: float, screen: Size, rotation: Rotation) -> tuple[float, float]:
    """Where a corner between the pixels of a logical ``screen`` lies on the panel."""
    match rotation:
        case Rotation.NONE:
            return x, y
        case Rotation.QUARTER:
            return screen.height - y, x
        case Rotation.HALF:
            return screen.width - x, screen.height - y
        case Rotation.THREE_QUARTERS:
            return y, screen.width - x


def part_on_panel(part: Box, rotation: Rotation) -> Box:
    """Where a part of an image lies on the image as it was turned for the panel."""
    match rotation:
        case Rotation.NONE:
            return part
        case Rotation.QUARTER:
            return Box(1 - part.bottom, part.left, 1 - part.top, part.right)
        case Rotation.HALF:
            return Box(1 - part.right, 1 - part.bottom, 1 - part.left, 1 - part.top)
        case Rotation.THREE_QUARTERS:
            return Box(part.top, 1 - part.right, part.bottom, 1 - part.left)
