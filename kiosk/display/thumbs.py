"""A thumbnail for the strip: the part of a stored picture that matters, square, with round corners.

Runs in the decode thread. `draft()` lets libjpeg leave out what would be thrown away, down to an eighth of the size.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from attrs import field, frozen
from PIL import Image

from kiosk.core.focus import CENTRE, Focus, Measure
from kiosk.core.model import Size
from kiosk.display import shapes
from kiosk.errors import Corrupt

RADIUS = 0.1
"""Of the corners, as a share of the side."""
_ENOUGH = 2
"""Pixels that are decoded for one of the thumbnail's, at least."""


@frozen
class PreparedThumb:
    """The pixels of a thumbnail: RGBA, rows from the top, nothing between them."""

    pixels: bytes = field(repr=False)
    size: Size


def prepare_thumb(
    path: Path, side: int, measure: Measure | None = None, *, file: BinaryIO | None = None
) -> PreparedThumb:
    """The picture in ``path``, ``side`` pixels square.

    measure: what matters in it, None: its middle. file: its bytes where they are not those on the card, which may be
    encrypted; ``path`` then only names it. Corrupt: the file is missing, is no picture, or breaks off.
    """
    try:
        with Image.open(path if file is None else file) as source:
            shape = Size(source.width, source.height)
            scale = min(1.0, _ENOUGH * side / min(shape.width, shape.height))
            source.draft("RGB", (round(shape.width * scale), round(shape.height * scale)))
            return cut(source.convert("RGB"), side, measure.focus if measure else CENTRE)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Corrupt(path, f"cannot be read as a picture ({error})") from error


def cut(picture: Image.Image, side: int, focus: Focus = CENTRE) -> PreparedThumb:
    """The square of a decoded picture, RGB, at this size."""
    box = square(Size(picture.width, picture.height), focus)
    small = picture.resize((side, side), Image.Resampling.BILINEAR, box=box)
    return PreparedThumb(shapes.framed(small, round(RADIUS * side)).tobytes(), Size(side, side))


def square(picture: Size, focus: Focus) -> tuple[float, float, float, float]:
    """The largest square of the picture about what matters, heads before all: left, top, right, bottom in pixels."""
    side = min(picture.width, picture.height)
    x, y = focus.x, focus.y
    if focus.heads is not None:
        x, y = focus.heads.left + focus.heads.width / 2, focus.heads.top + focus.heads.height / 2
    left = min(max(x * picture.width - side / 2, 0.0), float(picture.width - side))
    top = min(max(y * picture.height - side / 2, 0.0), float(picture.height - side))
    return left, top, left + side, top + side
