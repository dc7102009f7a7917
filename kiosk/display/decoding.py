"""From the bytes on the card to pixels. Runs in the decode thread; Pillow lets go of the interpreter meanwhile.

`draft()` lets libjpeg leave out what would be thrown away where half the size or less is enough.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pygame
from attrs import field, frozen
from PIL import Image, JpegImagePlugin

from kiosk.core.focus import CENTRE, Focus
from kiosk.core.model import Size
from kiosk.display.lending import in_one_block, lent
from kiosk.errors import Corrupt

_UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""What Pillow raises on what is no whole picture."""
_JPEG = b"\xff\xd8\xff"


@frozen(eq=False)
class Source:
    """A picture on the card.

    file: its bytes where they are not those on the card, which may be encrypted; ``path`` then only names it.
    focus: what matters in it.
    """

    path: Path
    focus: Focus = CENTRE
    file: BinaryIO | None = field(default=None, repr=False)


@frozen(eq=False)
class Opened:
    """A picture of which the header is known. size: pixels. image: not decoded yet."""

    source: Source
    image: Image.Image = field(repr=False)
    size: Size


def opened(source: Source) -> Opened:
    """Reads the header. Corrupt: the file is missing, or is no picture."""
    try:
        content = source.path.read_bytes() if source.file is None else source.file.read()
        image = _image(content)
        return Opened(source, image, Size(image.width, image.height))
    except _UNREADABLE as error:
        raise _corrupt(source, error) from error


def _image(content: bytes) -> Image.Image:
    """Most of what is stored is JPEG: for that none of Pillow's other formats is imported."""
    if not content.startswith(_JPEG):
        return Image.open(BytesIO(content))
    image = JpegImagePlugin.jpeg_factory(BytesIO(content))
    most = Image.MAX_IMAGE_PIXELS
    if most is not None and image.width * image.height > 2 * most:  # where Pillow itself refuses
        raise Image.DecompressionBombError(f"{image.width} x {image.height} pixels")
    return image


def decoded(picture: Opened, needed: Size) -> pygame.Surface:
    """The whole picture, opaque, no smaller than it is needed. Corrupt: it breaks off."""
    image = picture.image
    in_one_block()
    try:
        image.draft("RGB", (needed.width, needed.height))
        return lent(image if image.mode == "RGB" else image.convert("RGB"))
    except _UNREADABLE as error:
        raise _corrupt(picture.source, error) from error


def _corrupt(source: Source, error: Exception) -> Corrupt:
    return Corrupt(source.path, f"cannot be read as a picture ({error})")
