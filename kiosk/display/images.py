"""A rendition from the card to the pixels of one whole screen: decoded small, fitted, on a surround of its own colours.

Runs in the decode thread; Pillow lets go of the interpreter while it works. One RGB image per slide, so a crossfade is
two draws. `draft()` lets libjpeg leave out what would be thrown away (a half, a quarter or an eighth of the size).
"""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen
from PIL import Image, ImageEnhance, ImageFilter, ImageStat

from kiosk.core.layout import fit
from kiosk.core.model import Rect, Size
from kiosk.display.shapes import dithered
from kiosk.errors import Corrupt

SURROUND_LEVEL = 42
"""Mean level that the surround is darkened to, of 255: it belongs to the picture and never competes with it."""
SURROUND_LIGHT = (0.2, 0.5)
"""The least and the most of its light that it keeps."""
SURROUND_COLOUR = 0.95
_THUMBNAIL = 48
"""Longer side of what the surround is blown up from: so few pixels are a blur in themselves."""


@frozen
class PreparedSlide:
    """The pixels of a slide: RGB, rows from the top, nothing between them."""

    pixels: bytes = field(repr=False)
    size: Size


def prepare(path: Path, screen: Size) -> PreparedSlide:
    """The picture in ``path``, fitted to a screen of this logical size.

    Corrupt: the file is missing, is no picture, or breaks off.
    """
    try:
        with Image.open(path) as source:
            picture = _decoded(source, screen)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Corrupt(path, f"cannot be read as a picture ({error})") from error
    return PreparedSlide(compose(picture, screen).tobytes(), screen)


def _decoded(source: Image.Image, screen: Size) -> Image.Image:
    place = fit(Size(source.width, source.height), screen)
    source.draft("RGB", (place.width, place.height))
    return fitted(source if source.mode == "RGB" else source.convert("RGB"), Size(place.width, place.height))


def fitted(picture: Image.Image, to: Size) -> Image.Image:
    """The whole picture, RGB, at this size."""
    size = (to.width, to.height)
    if picture.size == size:
        picture.load()
        return picture
    # draft() leaves a factor under 2, where HAMMING costs half of BICUBIC and a third of LANCZOS, and is as sharp.
    smaller = to.width < picture.width
    filter_ = Image.Resampling.HAMMING if smaller else Image.Resampling.BICUBIC
    return picture.resize(size, filter_, reducing_gap=2.0)


def compose(picture: Image.Image, screen: Size) -> Image.Image:
    """The fitted picture in the middle of its surround. RGB, of the screen's size."""
    if picture.size == (screen.width, screen.height):
        return picture
    place = fit(Size(picture.width, picture.height), screen)
    canvas = Image.new("RGB", (screen.width, screen.height))
    blurred = _blurred(picture, screen)
    light = _light(blurred)
    for border in _borders(place, screen):
        canvas.paste(_surround(blurred, light, border, screen), (border.x, border.y))
    canvas.paste(picture, (place.x, place.y))
    return canvas


def _borders(place: Rect, screen: Size) -> list[Rect]:
    """What the picture leaves free: two bars at most, since it touches two sides."""
    bars = [
        Rect(0, 0, screen.width, place.y),
        Rect(0, place.bottom, screen.width, screen.height - place.bottom),
        Rect(0, place.y, place.x, place.height),
        Rect(place.right, place.y, screen.width - place.right, place.height),
    ]
    return [bar for bar in bars if bar.width > 0 and bar.height > 0]


def _blurred(picture: Image.Image, screen: Size) -> Image.Image:
    """The picture's middle, cropped to the screen's shape, tiny and soft."""
    scale = _THUMBNAIL / max(screen.width, screen.height)
    width, height = max(4, round(screen.width * scale)), max(4, round(screen.height * scale))
    shape = screen.width / screen.height
    wide = min(float(picture.width), picture.height * shape)
    high = min(float(picture.height), wide / shape)
    left, upper = (picture.width - wide) / 2, (picture.height - high) / 2
    box = (left, upper, left + wide, upper + high)
    tiny = picture.resize((width, height), Image.Resampling.BOX, box=box, reducing_gap=1.0)
    return ImageEnhance.Color(tiny.filter(ImageFilter.GaussianBlur(1.6))).enhance(SURROUND_COLOUR)


def _light(blurred: Image.Image) -> float:
    """How much of its light the surround keeps. A dark picture keeps more: no black bars."""
    mean = ImageStat.Stat(blurred.convert("L")).mean[0]
    least, most = SURROUND_LIGHT
    return min(most, max(least, SURROUND_LEVEL / max(1.0, mean)))


def _surround(blurred: Image.Image, light: float, border: Rect, screen: Size) -> Image.Image:
    """One bar of the surround, as if the blurred picture had been blown up to the whole screen."""
    across, down = blurred.width / screen.width, blurred.height / screen.height
    box = (border.x * across, border.y * down, border.right * across, border.bottom * down)
    large = blurred.resize((border.width, border.height), Image.Resampling.BICUBIC, box=box)
    return dithered(large, light)
