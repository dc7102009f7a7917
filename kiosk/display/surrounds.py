"""What the screen shows where the picture leaves it free: the picture itself, blurred, or plain dark paper.

The third surround, a mat board, is in mats.py; the fourth, ``fill``, leaves nothing free.
"""

from __future__ import annotations

from PIL import Image, ImageEnhance, ImageFilter, ImageStat

from kiosk.core.hanging import Hung
from kiosk.core.model import Rect, Size
from kiosk.core.settings import Style, Surround
from kiosk.display import mats
from kiosk.display.shapes import dithered, sampled
from kiosk.display.theme import THEME

LEVEL = 42
"""Mean level that the blurred picture is darkened to, of 255: it belongs to the picture and never competes with it."""
LIGHT = (0.2, 0.5)
"""The least and the most of its light that it keeps."""
COLOUR = 0.95
_THUMBNAIL = 48
"""Longer side of what the surround is blown up from: so few pixels are a blur in themselves."""


def compose(picture: Image.Image, hung: Hung, style: Style) -> Image.Image:
    """The fitted picture where it hangs, and its surround. RGB, of the canvas's size."""
    if picture.size == (hung.canvas.width, hung.canvas.height):
        return picture
    if style.surround is Surround.MAT:
        return mats.mounted(picture, hung, style.mat)
    if style.surround is Surround.PLAIN:
        canvas = Image.new("RGB", (hung.canvas.width, hung.canvas.height), THEME.paper_bottom)
    else:
        canvas = _blur(picture, hung)
    canvas.paste(picture, (hung.place.x, hung.place.y))
    return canvas


def _blur(picture: Image.Image, hung: Hung) -> Image.Image:
    """Only where it will be seen: the bars that the picture leaves free."""
    canvas = Image.new("RGB", (hung.canvas.width, hung.canvas.height))
    blurred = _blurred(picture, hung.canvas)
    light = _light(blurred)
    for border in _borders(hung.place, hung.canvas):
        canvas.paste(_bar(blurred, light, border, hung.canvas), (border.x, border.y))
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
    tiny = sampled(picture, (width, height), box)
    return ImageEnhance.Color(tiny.filter(ImageFilter.GaussianBlur(1.6))).enhance(COLOUR)


def _light(blurred: Image.Image) -> float:
    """How much of its light the surround keeps. A dark picture keeps more: no black bars."""
    mean = ImageStat.Stat(blurred.convert("L")).mean[0]
    least, most = LIGHT
    return min(most, max(least, LEVEL / max(1.0, mean)))


def _bar(blurred: Image.Image, light: float, border: Rect, screen: Size) -> Image.Image:
    """One bar of the surround, as if the blurred picture had been blown up to the whole screen."""
    across, down = blurred.width / screen.width, blurred.height / screen.height
    box = (border.x * across, border.y * down, border.right * across, border.bottom * down)
    large = blurred.resize((border.width, border.height), Image.Resampling.BICUBIC, box=box)
    return dithered(large, light)
