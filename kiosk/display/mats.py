"""Mat boards: a board of one tinted colour with a bevelled opening, as a framer would cut it.

The colour is the picture's own, so faint that it stays board. The light comes from above and from the left: the cut of
the bevel is bright at the foot and at the right, and the board throws a thin shadow on the picture at the top and left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from colorsys import hls_to_rgb, rgb_to_hls

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from kiosk.core.focus import Box
from kiosk.core.model import Rect, Size
from kiosk.core.settings import MatStyle
from kiosk.display.patches import Patch, surface, thumbnail
from kiosk.display.shapes import grain
from kiosk.display.theme import Colour

BOARD = 0.78
"""Lightness of a light board: paper by lamplight. White would glow in a dark room and outshine the picture."""
DARK_BOARD = 0.13
_TINT = 0.08
"""The most saturation of a board."""
_BEVEL = 0.0055
"""Width of the cut, as a share of the shorter side of the screen; the core of a 1.5 mm board on a 30 cm picture."""
_INNER = 0.014
"""How much of the second board shows."""
_Core = tuple[float, float, float, float]
_CORE: _Core = (0.72, 0.80, 0.93, 0.98)
"""Lightness of the cut: top, left, right, bottom."""
_DARK_CORE: _Core = (0.46, 0.52, 0.62, 0.68)
_TILE = 256
"""Pixels of a side of the grain (shapes.py)."""


def mounted(hanging: Sequence[Patch], canvas: Size, style: MatStyle) -> list[Patch]:
    """The fitted pictures behind one board, each in an opening of its own."""
    hue, saturation = _hue(hanging)
    dark = style is MatStyle.DARK
    board = _colour(hue, min(saturation, _TINT), DARK_BOARD if dark else BOARD)
    unit = min(canvas.width, canvas.height)
    bevel = max(1, round(unit * _BEVEL))
    patches = _board(canvas, board)
    if style is MatStyle.FLOAT:
        shadows = [_drop_shadow(each.place, max(2, round(unit * 0.02))) for each in hanging]
        return [*patches, *shadows, *hanging]
    core = _DARK_CORE if dark else _CORE
    second = None
    if style is MatStyle.DOUBLE:
        # Of a grey picture it is grey: a hue that nobody sees in it would be one out of nowhere.
        second = _colour(hue, min(0.42, 1.8 * saturation), 0.36)
    inner = max(1, round(unit * _INNER)) if second else 0
    rings = [ring for each in hanging for ring in _ring(each.place, bevel, core, inner, second)]
    return [*patches, *hanging, *rings]


def _hue(hanging: Sequence[Patch]) -> tuple[float, float]:
    """Hue and saturation of the pictures, each 0 to 1; the more colourful a pixel, the more it counts."""
    tiny = Image.new("RGB", (24 * len(hanging), 24))
    for number, each in enumerate(hanging):
        tiny.paste(thumbnail(each.image, Size(24, 24), each.part), (24 * number, 0))
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


def _board(canvas: Size, colour: Colour) -> list[Patch]:
    """The whole board, out of one tile: it has the faint tooth of paper, so that it is neither flat nor banded."""
    tile = surface(ImageChops.add(grain(4), Image.new("RGB", (_TILE, _TILE), colour), offset=-2))
    patches = []
    for y in range(0, canvas.height, _TILE):
        for x in range(0, canvas.width, _TILE):
            place = Rect(x, y, min(_TILE, canvas.width - x), min(_TILE, canvas.height - y))
            patches.append(Patch(tile, place, Box(0.0, 0.0, place.width / _TILE, place.height / _TILE)))
    return patches


def _grown(rect: Rect, by: int) -> Rect:
    return Rect(rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by)


def _shifted(rect: Rect, corner: Rect) -> Rect:
    """As it is seen from the corner of another."""
    return Rect(rect.x - corner.x, rect.y - corner.y, rect.width, rect.height)


def _ring(place: Rect, bevel: int, core: _Core, inner: int, second: Colour | None) -> Iterator[Patch]:
    """The cut around an opening and the shadow that it throws, in four strips; ``inner`` of a second board shows."""
    outer = _grown(place, bevel + inner)
    wide = bevel if second is None else 2 * bevel + inner
    deep = min(bevel, place.width, place.height)
    around = _grown(place, wide)
    strips = (
        Rect(around.x, around.y, around.width, wide + deep),
        Rect(around.x, place.bottom, around.width, wide),
        Rect(around.x, place.y + deep, wide + deep, place.height - deep),
        Rect(place.right, place.y + deep, wide, place.height - deep),
    )
    for strip in strips:
        if min(strip.width, strip.height) > 0:
            image = Image.new("RGBA", (strip.width, strip.height))
            opening = _shifted(place, strip)
            if second is not None:
                behind = _shifted(outer, strip)
                _bevelled(image, behind, bevel, _CORE)
                ImageDraw.Draw(image).rectangle(_corners(behind), fill=second)
                _shade(image, behind, bevel)
                ImageDraw.Draw(image).rectangle(_corners(opening), fill=(0, 0, 0, 0))
            _bevelled(image, opening, bevel, core)
            _shade(image, opening, deep)
            yield Patch(surface(image), strip)


def _corners(rect: Rect) -> tuple[int, int, int, int]:
    """As Pillow draws it: the far corner belongs to it."""
    return rect.x, rect.y, rect.right - 1, rect.bottom - 1


def _bevelled(image: Image.Image, opening: Rect, width: int, core: _Core) -> None:
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


def _shade(image: Image.Image, opening: Rect, deep: int) -> None:
    """The thin shadow of the board on what lies behind it, at the top and at the left."""
    shade = Image.new("RGBA", image.size)
    pen = ImageDraw.Draw(shade)
    for step in range(deep):
        dark = (0, 0, 0, round(90 * (1 - step / deep) ** 2))
        x, y = opening.x + step, opening.y + step
        pen.line((x, y, opening.right - 1, y), fill=dark)
        pen.line((x, y + 1, x, opening.bottom - 1), fill=dark)
    image.alpha_composite(shade)


def _drop_shadow(place: Rect, reach: int) -> Patch:
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
    shadow = Image.new("RGBA", size)
    shadow.putalpha(small.filter(ImageFilter.GaussianBlur(max(1.0, reach / scale * 0.7))))
    return Patch(surface(shadow), box)
