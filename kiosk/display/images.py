"""A rendition from the card to the pixels of one slide: decoded small, cropped, scaled, and hung on its surround.

Runs in the decode thread; Pillow and pygame let go of the interpreter while they work. One RGB image per slide, so a
crossfade is two draws. `draft()` lets libjpeg leave out what would be thrown away (a half, a quarter or an eighth of
the size); pygame's smoothscale does the rest at a quarter of what Pillow's cheapest filter costs.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pygame
from attrs import field, frozen
from PIL import Image

from kiosk.core.focus import CENTRE, WHOLE, Box, Focus
from kiosk.core.hanging import Hung, hang, wants_focus
from kiosk.core.model import Size
from kiosk.core.settings import Style
from kiosk.display import focus as saliency
from kiosk.display.canvas import part_pixels
from kiosk.display.shapes import sampled
from kiosk.display.surrounds import compose
from kiosk.display.theme import Colour
from kiosk.errors import Corrupt

HANGING = Style()
"""As it is without any configuration."""


@frozen
class PreparedSlide:
    """The pixels of a slide: RGB, rows from the top, nothing between them.

    screen: what it was prepared for, None: its own size. mean: the mean colour of what the screen shows of it.
    first, last: the views between which the screen moves, in shares of the image.
    """

    pixels: bytes = field(repr=False)
    size: Size
    screen: Size | None = None
    mean: Colour = (0, 0, 0)
    first: Box = WHOLE
    last: Box = WHOLE


def prepare(
    path: Path,
    screen: Size,
    style: Style = HANGING,
    focus: Focus | None = None,
    *,
    file: BinaryIO | None = None,
) -> PreparedSlide:
    """The picture in ``path``, hung on a screen of this logical size.

    focus: what matters in it, None: it is measured here, if anything depends on it.
    file: its bytes where they are not those on the card, which may be encrypted; ``path`` then only names it.
    Corrupt: the file is missing, is no picture, or breaks off.
    """
    try:
        with Image.open(path if file is None else file) as source:
            shape = Size(source.width, source.height)
            return slide_of(_decoded(source, screen, style), screen, style, focus, shape)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Corrupt(path, f"cannot be read as a picture ({error})") from error


def slide_of(
    picture: Image.Image,
    screen: Size,
    style: Style = HANGING,
    focus: Focus | None = None,
    shape: Size | None = None,
) -> PreparedSlide:
    """A decoded picture, RGB, hung on a screen of this logical size.

    shape: its size before `draft()`, which rounds its sides.
    """
    size = shape or Size(picture.width, picture.height)
    if focus is None:
        focus = saliency.find(picture) if wants_focus(size, screen, style) else CENTRE
    hung = hang(size, screen, style, focus)
    image = compose(fitted(picture, Size(hung.place.width, hung.place.height), hung.part), hung, style)
    return PreparedSlide(image.tobytes(), hung.canvas, screen, _mean(image), hung.first, hung.last)


def _decoded(source: Image.Image, screen: Size, style: Style) -> Image.Image:
    """The whole picture, RGB, no smaller than it will hang."""
    hung = hang(Size(source.width, source.height), screen, style)
    source.draft("RGB", _needed(hung))
    if source.mode != "RGB":
        return source.convert("RGB")
    source.load()
    return source


def _needed(hung: Hung) -> tuple[int, int]:
    """The size of the whole picture at the scale at which its part hangs."""
    return round(hung.place.width / hung.part.width), round(hung.place.height / hung.part.height)


def fitted(picture: Image.Image, to: Size, part: Box = WHOLE) -> Image.Image:
    """This part of the picture, RGB, at this size in pixels."""
    if part == WHOLE and picture.size == (to.width, to.height):
        return picture
    whole = pygame.image.frombuffer(picture.tobytes("raw", "RGBX"), picture.size, "RGBX")
    kept = whole.subsurface(part_pixels(part, Size(*picture.size)))
    scaled = pygame.transform.smoothscale(kept, (to.width, to.height))
    return Image.frombytes("RGB", scaled.get_size(), scaled.get_buffer().raw, "raw", "RGBX")


def _mean(image: Image.Image) -> Colour:
    """Of some hundred samples, which is as good as all of them and costs nothing."""
    few = sampled(image, (8, 8)).resize((1, 1), Image.Resampling.BOX)
    red, green, blue = few.getpixel((0, 0))  # type: ignore[misc]
    return int(red), int(green), int(blue)
