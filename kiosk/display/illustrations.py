"""The pictures on cards: drawn by code at any size, in two colours, ink for the lines and accent for what matters.

They live on a grid of 96 by 96. Like the marks of the badge they are drawn FINE times larger and reduced.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, sin, tau

from PIL import Image, ImageChops, ImageDraw

from kiosk.core.scene import Illustration
from kiosk.display.sketch import STROKE, Corners, Point, Sketch
from kiosk.display.theme import Colour


def draw(kind: Illustration, side: int, ink: Colour, accent: Colour) -> Image.Image:
    """The illustration in a square of ``side`` pixels. RGBA."""
    pen = Sketch(side)
    _DRAWN[kind](pen)
    whole = Image.new("RGBA", (side, side), (*ink, 0))
    for mask, colour in ((pen.accents, accent), (pen.lines, ink)):
        layer = Image.new("RGBA", (side, side), (*colour, 0))
        layer.putalpha(mask.resize((side, side), Image.Resampling.BOX))
        whole.alpha_composite(layer)
    return whole


# What they show. ------------------------------------------------------------------------------------------------------


def _landscape(pen: Sketch, corners: Corners) -> None:
    """Sun and hills, as every picture of a picture has them."""
    left, top, right, bottom = corners
    wide, high = right - left, bottom - top

    def at(x: float, y: float) -> Point:
        return left + x * wide, top + y * high

    pen.disc(*at(0.74, 0.28), high * 0.13, accent=True)
    pen.stroke(at(0.06, 0.86), at(0.34, 0.44), at(0.6, 0.78), at(0.74, 0.6), at(0.94, 0.86), width=3.4)


def _frame(pen: Sketch) -> None:
    pen.stroke((30, 26), (48, 9), (66, 26), width=2.6)
    pen.disc(48, 8.5, 3.4, accent=True)
    pen.box((10, 26, 86, 86), 4.0, width=5.0)
    pen.box((22, 38, 74, 74), 1.5, width=2.4)


def _phone(pen: Sketch) -> None:
    pen.box((27, 6, 69, 90), 8.0)
    pen.stroke((44, 14), (52, 14), width=3.0)
    for x, y in ((36, 28), (52, 28), (36, 44)):
        pen.box((x, y, x + 9, y + 9), 1.0, accent=True, width=3.0)
    for x, y in ((54, 46), (60, 52), (54, 58), (38, 60), (46, 60), (60, 62)):
        pen.box((x - 2, y - 2, x + 2, y + 2), 0.6, accent=True, width=0.0)
    pen.stroke((42, 81), (54, 81), width=3.0)


def _photos(pen: Sketch) -> None:
    pen.box((30, 12, 86, 56), 4.0)
    pen.clear((15, 23, 77, 71), 8.0)
    pen.box((20, 28, 72, 66), 4.0)
    pen.clear((5, 39, 67, 87), 8.0)
    pen.box((10, 44, 62, 84), 4.0)
    _landscape(pen, (12, 46, 60, 82))


def _cloud(pen: Sketch) -> None:
    def fill(brush: ImageDraw.ImageDraw, swell: float) -> None:
        s = pen.scale
        for x, y, radius in ((28, 56, 17), (48, 42, 22), (70, 57, 16)):
            reach = radius + swell
            brush.ellipse(((x - reach) * s, (y - reach) * s, (x + reach) * s, (y + reach) * s), fill=255)
        brush.rectangle((28 * s, 50 * s, 70 * s, (73 + swell) * s), fill=255)

    pen.outlined(fill)


def _offline(pen: Sketch) -> None:
    _cloud(pen)
    pen.cut((18, 14), (82, 84), width=13.0)
    pen.stroke((18, 14), (82, 84), accent=True, width=5.0)


def _busy(pen: Sketch) -> None:
    _cloud(pen)
    for x in (34, 49, 64):
        pen.disc(x, 57, 4.2, accent=True)


def _time(pen: Sketch) -> None:
    for y in (10, 86):
        pen.stroke((24, y), (72, y), width=5.0)
    for turn in (1, -1):
        pen.stroke(*((x, 48 + turn * y) for x, y in ((-18 + 48, 38), (30, 26), (45, 0))))
        pen.stroke(*((x, 48 + turn * y) for x, y in ((66, 38), (66, 26), (51, 0))))
    pen.area((35, 81), (61, 81), (61, 77), (48, 65), (35, 77), accent=True)


def _lost(pen: Sketch) -> None:
    pen.box((8, 30, 72, 78), 5.0)
    pen.stroke((11, 34), (40, 57), (69, 34))
    _badge(pen, 73, 27)
    pen.stroke((73, 18.5), (73, 28), width=4.4)
    pen.disc(73, 35, 2.6)
    _punched(pen)


def _account(pen: Sketch) -> None:
    pen.disc(42, 30, 16, width=STROKE)
    points = [(42 + 31 * cos(tau * turn / 48), 84 - 30 * sin(tau * turn / 48)) for turn in range(25)]
    pen.stroke(*points, closed=True)
    _badge(pen, 71, 69)
    pen.stroke((63, 69), (79, 69), width=4.8)
    _punched(pen)


def _badge(pen: Sketch, x: float, y: float) -> None:
    """A disc of accent with air around it; the lines that follow are punched out of it."""
    pen.disc(x, y, 21, level=0)
    pen.disc(x, y, 16.5, accent=True)


def _punched(pen: Sketch) -> None:
    """Lines over an area of accent are taken out of it."""
    hole = ImageChops.multiply(pen.lines, pen.accents)
    pen.accents.paste(ImageChops.subtract(pen.accents, hole))
    pen.lines.paste(ImageChops.subtract(pen.lines, hole))


def _box(pen: Sketch) -> None:
    pen.box((12, 16, 36, 40), 4.0)
    pen.stroke((18, 28), (23, 33.5), (31, 22.5))
    pen.stroke((50, 28), (84, 28))
    pen.box((12, 56, 36, 80), 4.0, accent=True, width=5.0)
    pen.stroke((50, 68), (76, 68))


def _key(pen: Sketch) -> None:
    pen.disc(30, 48, 19, width=STROKE)
    pen.disc(25, 48, 5, accent=True)
    pen.stroke((51, 48), (88, 48), (88, 60))
    pen.stroke((74, 48), (74, 58))


def _computer(pen: Sketch) -> None:
    pen.box((8, 14, 88, 66), 6.0)
    pen.stroke((48, 68), (48, 82))
    pen.stroke((30, 84), (66, 84), width=5.0)
    pen.stroke((24, 30), (35, 40), (24, 50), accent=True)
    pen.stroke((43, 51), (60, 51), accent=True)


def _memory(pen: Sketch) -> None:
    pen.stroke((24, 8), (58, 8), (74, 24), (74, 88), (24, 88), closed=True)
    for x in (36, 47, 58):
        pen.stroke((x, 19), (x, 29), width=3.4)


def _card_full(pen: Sketch) -> None:
    _memory(pen)
    pen.box((32, 39, 66, 80), 2.0, accent=True, width=0.0)


def _card_locked(pen: Sketch) -> None:
    _memory(pen)
    pen.box((41, 46, 57, 66), 7.0, accent=True)
    pen.cut((49, 66), width=0.1)
    pen.box((35, 57, 63, 78), 3.0, accent=True, width=0.0)
    pen.disc(49, 67, 3.2, accent=True, level=0)


def _card_broken(pen: Sketch) -> None:
    _memory(pen)
    crack = ((52, 36), (43, 51), (55, 59), (45, 76), (49, 92))
    pen.cut(*crack, width=11.0)
    pen.stroke(*crack[:-1], (47.5, 86), accent=True)


def _config(pen: Sketch) -> None:
    pen.stroke((22, 8), (56, 8), (74, 26), (74, 88), (22, 88), closed=True)
    pen.stroke((56, 9), (56, 26), (73, 26), width=3.2)
    for y, right in ((40, 62), (66, 54), (77, 60)):
        pen.stroke((34, y), (right, y), width=3.2)
    pen.stroke((34, 53), (64, 53), accent=True, width=5.0)


def _pair(pen: Sketch) -> None:
    pen.box((8, 18, 43, 78), 4.0)
    pen.box((53, 18, 88, 78), 4.0)
    for x in (25.5, 70.5):
        pen.disc(x, 41, 7.5, accent=True)
        pen.stroke((x - 10, 64), (x - 7, 58), (x + 7, 58), (x + 10, 64))


def _unplugged(pen: Sketch) -> None:
    pen.stroke((4, 62), (16, 62))
    pen.box((16, 46, 34, 78), 6.0)
    for y in (55, 69):
        pen.stroke((36, y), (45, y))
    pen.stroke((80, 62), (92, 62))
    pen.box((62, 46, 80, 78), 6.0)
    for start, end in (((48, 36), (48, 24)), ((38, 39), (32, 30)), ((58, 39), (64, 30))):
        pen.stroke(start, end, accent=True)


_DRAWN: dict[Illustration, Callable[[Sketch], None]] = {
    Illustration.FRAME: _frame,
    Illustration.PHONE: _phone,
    Illustration.PHOTOS: _photos,
    Illustration.OFFLINE: _offline,
    Illustration.BUSY: _busy,
    Illustration.TIME: _time,
    Illustration.LOST: _lost,
    Illustration.ACCOUNT: _account,
    Illustration.BOX: _box,
    Illustration.KEY: _key,
    Illustration.COMPUTER: _computer,
    Illustration.CARD_FULL: _card_full,
    Illustration.CARD_LOCKED: _card_locked,
    Illustration.CARD_BROKEN: _card_broken,
    Illustration.CONFIG: _config,
    Illustration.PAIR: _pair,
    Illustration.UNPLUGGED: _unplugged,
}
