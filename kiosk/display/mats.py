"""Mat boards: a board of one tinted colour with a bevelled opening, as a framer would cut it.

The colour is the picture's own, so faint that it stays board. The light comes from above and from the left: the cut of
the bevel is bright at the foot and at the right, and the board throws a thin shadow on the picture at the top and left.
"""

from __future__ import annotations

from colorsys import hls_to_rgb, rgb_to_hls

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from kiosk.core.hanging import Hung
from kiosk.core.model import Rect
from kiosk.core.settings import MatStyle
from kiosk.display.shapes import grained, sampled
from kiosk.display.theme import Colour

BOARD = 0.78
"""Lightness of a light board: paper by lamplight. White would glow in a dark room and outshine the picture."""
DARK_BOARD = 0.13
_TINT = 0.11
"""The most saturation of a board."""
_BEVEL = 0.0055
"""Width of the cut, as a share of the shorter side of the screen; the core of a 1.5 mm board on a 30 cm picture."""
_INNER = 0.014
"""How much of the second board shows."""
_CORE: tuple[float, float, float, float] = (0.72, 0.80, 0.93, 0.98)
"""Lightness of the cut: top, left, right, bottom."""
_DARK_CORE: tuple[float, float, float, float] = (0.46, 0.52, 0.62, 0.68)


def mounted(picture: Image.Image, hung: Hung, style: MatStyle) -> Image.Image:
    """The fitted picture behind its board. RGB, of the canvas's size."""
    hue, saturation = _hue(picture)
    dark = style is MatStyle.DARK
    board = _colour(hue, min(saturation, _TINT), DARK_BOARD if dark else BOARD)
    image = grained(hung.canvas, board)
    unit = min(hung.canvas.width, hung.canvas.height)
    bevel = max(1, round(unit * _BEVEL))
    place = hung.place
    if style is MatStyle.FLOAT:
        _drop_shadow(image, place, max(2, round(unit * 0.02)))
        image.paste(picture, (place.x, place.y))
        return image
    if style is MatStyle.DOUBLE:
        inner = max(1, round(unit * _INNER))
        outer = _grown(place, bevel + inner)
        _bevelled(image, outer, bevel, _CORE)
        image.paste(_colour(hue, min(0.42, saturation + 0.1), 0.36), _corners(outer))
        _shade(image, outer, bevel)
    _bevelled(image, place, bevel, _DARK_CORE if dark else _CORE)
    image.paste(picture, (place.x, place.y))
    _shade(image, place, bevel)
    return image


def _hue(picture: Image.Image) -> tuple[float, float]:
    """Hue and saturation of the picture, each 0 to 1; the more colourful a pixel, the more it counts."""
    tiny = sampled(picture, (24, 24))
    mask = tiny.convert("HSV").getchannel("S")
    # Where there is no colour at all a mask would leave nothing to take the mean of.
    mask = ImageChops.add(mask, Image.new("L", mask.size, 4))
    levels = [
        sum(a * b for a, b in zip(band.tobytes(), mask.tobytes(), strict=True)) / sum(mask.tobytes())
        for band in tiny.split()
    ]
    hue, _, saturation = rgb_to_hls(*(level / 255 for level in levels))
    # A near-black has a saturation, but no colour that anybody sees.
    return hue, saturation * min(1.0, ImageStat.Stat(tiny.convert("L")).mean[0] / 40)


def _colour(hue: float, saturation: float, lightness: float) -> Colour:
    red, green, blue = (round(255 * level) for level in hls_to_rgb(hue, lightness, saturation))
    return red, green, blue


def _grown(rect: Rect, by: int) -> Rect:
    return Rect(rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by)


def _corners(rect: Rect) -> tuple[int, int, int, int]:
    return rect.x, rect.y, rect.right, rect.bottom


def _bevelled(image: Image.Image, opening: Rect, width: int, core: tuple[float, float, float, float]) -> None:
    """The cut around an opening, mitred at its corners."""
    pen = ImageDraw.Draw(image)
    top, left, right, bottom = (_colour(0.11, 0.12, lightness) for lightness in core)
    for step in range(1, width + 1):
        x, y = opening.x - step, opening.y - step
        far, foot = opening.right + step - 1, opening.bottom + step - 1
        pen.line((x, y, far, y), fill=top)
        pen.line((x, y + 1, x, foot), fill=left)
        pen.line((far, y + 1, far, foot), fill=right)
        pen.line((x + 1, foot, far - 1, foot), fill=bottom)


def _shade(image: Image.Image, opening: Rect, width: int) -> None:
    """The thin shadow of the board on what lies behind it, at the top and at the left."""
    deep = min(width, opening.width, opening.height)
    for step in range(deep):
        dark = Image.new("L", (1, 1), round(90 * (1 - step / deep) ** 2))
        bars = (
            (opening.x + step, opening.y + step, opening.right, opening.y + step + 1),
            (opening.x + step, opening.y + step + 1, opening.x + step + 1, opening.bottom),
        )
        for bar in bars:
            size = (bar[2] - bar[0], bar[3] - bar[1])
            if min(size) > 0:
                image.paste((0, 0, 0), bar, dark.resize(size))


def _drop_shadow(image: Image.Image, place: Rect, reach: int) -> None:
    """A soft shadow below a picture that lies on the board. Made small and blown up, as it is a blur anyway."""
    box = _grown(place, 2 * reach)
    scale = 8
    size = (max(3, box.width // scale), max(3, box.height // scale))
    small = Image.new("L", size, 0)
    left, top = 2 * reach / box.width * size[0], 2 * reach / box.height * size[1]
    # As if the light came from above: the shadow lies a little lower than the picture.
    lower = 0.45 * top
    right, bottom = max(left, size[0] - 1 - left), max(top, size[1] - 1 - top)
    ImageDraw.Draw(small).rectangle((left, top + lower, right, bottom + lower), fill=150)
    soft = small.filter(ImageFilter.GaussianBlur(max(1.0, reach / scale * 0.7)))
    mask = soft.resize((box.width, box.height), Image.Resampling.BILINEAR)
    image.paste((0, 0, 0), (box.x, box.y), mask)
