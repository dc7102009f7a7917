"""What is drawn besides text and photographs: the paper, plates with rounded corners, the bar, the badge's marks."""

from __future__ import annotations

from functools import lru_cache
from math import floor
from random import Random

from PIL import Image, ImageDraw

from kiosk.core.model import Size
from kiosk.core.scene import Mark
from kiosk.display.theme import Colour

FINE = 4
"""Shapes are drawn this many times larger and reduced: that is their smooth edge."""


def paper(size: Size, top: Colour, bottom: Colour) -> Image.Image:
    """The background of a card: a faint fall of light from the upper edge, dithered so that no band shows. RGB."""
    width = min(size.width, 128)
    noise = Random(size.height).randbytes(width * size.height)  # noqa: S311 -- grain, not a secret
    bands = []
    for first, last in zip(top, bottom, strict=True):
        rows = bytearray()
        for y in range(size.height):
            # Squared: the light falls off fast, the lower half is nearly even.
            level = last + (first - last) * (1 - y / size.height) ** 2
            brighter = round(256 * (level - floor(level)))
            table = bytes([floor(level) + 1]) * brighter + bytes([floor(level)]) * (256 - brighter)
            rows += noise[y * width : (y + 1) * width].translate(table)
        bands.append(Image.frombytes("L", (width, size.height), bytes(rows)))
    strip = Image.merge("RGB", bands)
    turned = strip.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image = Image.new("RGB", (size.width, size.height))
    for x in range(0, size.width, width):
        # Every other strip is turned, so that the eye finds no repeat.
        image.paste(turned if x // width % 2 else strip, (x, 0))
    return image


def rounded_mask(size: Size, radius: int) -> Image.Image:
    """Full inside, empty outside the rounded corners. L. Only the corners are drawn fine: cheap at any size."""
    radius = min(radius, size.width // 2, size.height // 2)
    mask = Image.new("L", (size.width, size.height), 255)
    if radius < 1:
        return mask
    disc = Image.new("L", (2 * radius * FINE, 2 * radius * FINE), 0)
    ImageDraw.Draw(disc).ellipse((0, 0, disc.width - 1, disc.height - 1), fill=255)
    disc = disc.resize((2 * radius, 2 * radius), Image.Resampling.BOX)
    for x, left in ((0, 0), (size.width - radius, radius)):
        for y, upper in ((0, 0), (size.height - radius, radius)):
            mask.paste(disc.crop((left, upper, left + radius, upper + radius)), (x, y))
    return mask


def rounded(size: Size, radius: int, colour: Colour, opacity: float = 1.0) -> Image.Image:
    """A plate of one colour. RGBA."""
    image = Image.new("RGBA", (size.width, size.height), (*colour, 0))
    mask = rounded_mask(size, radius)
    image.putalpha(mask if opacity >= 1 else mask.point(lambda level: round(level * opacity)))
    return image


def rimmed(size: Size, radius: int, colour: Colour, rim: Colour, opacity: float) -> Image.Image:
    """A plate with a hairline along its edge. RGBA."""
    line = max(1, round(radius / 16))
    inner = Size(max(1, size.width - 2 * line), max(1, size.height - 2 * line))
    image = Image.new("RGB", (size.width, size.height), rim)
    image.paste(colour, (line, line), rounded_mask(inner, radius - line))
    mask = rounded_mask(size, radius)
    image.putalpha(mask.point(lambda level: round(level * opacity)))
    return image


def framed(picture: Image.Image, radius: int) -> Image.Image:
    """A picture with rounded corners. RGBA."""
    image = picture.convert("RGB").convert("RGBA")
    image.putalpha(rounded_mask(Size(picture.width, picture.height), radius))
    return image


def bar(size: Size, share: float, colour: Colour, track: Colour) -> Image.Image:
    """A progress bar with round ends, ``share`` of it done. RGBA. What is begun shows at least a dot."""
    image = rounded(size, size.height // 2, track)
    width = round(size.width * min(1.0, max(0.0, share)))
    if share > 0:
        done = Size(max(width, size.height), size.height)
        image.alpha_composite(rounded(done, size.height // 2, colour))
    return image


def mark(kind: Mark, side: int, colour: Colour) -> Image.Image:
    """The sign of a badge in a square of ``side`` pixels. RGBA."""
    mask = Image.new("L", (side * FINE, side * FINE), 0)
    _MARKS[kind](ImageDraw.Draw(mask), side * FINE / 24)
    mask = mask.resize((side, side), Image.Resampling.BOX)
    image = Image.new("RGBA", (side, side), (*colour, 0))
    image.putalpha(mask)
    return image


# The marks live on a grid of 24 by 24; ``s`` is the size of its cells, 2 cells the width of a stroke. -----------------


def _person(pen: ImageDraw.ImageDraw, s: float) -> None:
    pen.ellipse((8 * s, 3 * s, 16 * s, 11 * s), outline=255, width=round(2 * s))
    pen.arc((4 * s, 14 * s, 20 * s, 30 * s), 180, 360, fill=255, width=round(2 * s))
    pen.line((4 * s, 21 * s, 20 * s, 21 * s), fill=255, width=round(2 * s))


def _no_network(pen: ImageDraw.ImageDraw, s: float) -> None:
    for reach in (6.5, 12.5):
        box = ((12 - reach) * s, (19 - reach) * s, (12 + reach) * s, (19 + reach) * s)
        pen.arc(box, 222, 318, fill=255, width=round(2.2 * s))
    pen.ellipse((10.2 * s, 17.2 * s, 13.8 * s, 20.8 * s), fill=255)
    pen.line((5.6 * s, 1.4 * s, 21.6 * s, 20.4 * s), fill=0, width=round(2.4 * s))
    pen.line((4 * s, 3 * s, 20 * s, 22 * s), fill=255, width=round(2.2 * s))


def _card(pen: ImageDraw.ImageDraw, s: float) -> None:
    outline = [(5, 3), (14, 3), (19, 8), (19, 21), (5, 21), (5, 3), (14, 3)]
    pen.line([(x * s, y * s) for x, y in outline], fill=255, width=round(2 * s), joint="curve")
    for x in (9, 12, 15):
        pen.line((x * s, (6 if x < 15 else 9) * s, x * s, 11 * s), fill=255, width=round(1.6 * s))


def _padlock(pen: ImageDraw.ImageDraw, s: float) -> None:
    """Open."""
    pen.rounded_rectangle((5 * s, 11 * s, 19 * s, 21 * s), radius=2 * s, outline=255, width=round(2 * s))
    pen.arc((10 * s, 2 * s, 18 * s, 12 * s), 180, 360, fill=255, width=round(2 * s))
    pen.line((17 * s, 7 * s, 17 * s, 11 * s), fill=255, width=round(2 * s))
    pen.line((12 * s, 14.5 * s, 12 * s, 17.5 * s), fill=255, width=round(2 * s))


def _pause(pen: ImageDraw.ImageDraw, s: float) -> None:
    for x in (6, 14):
        pen.rounded_rectangle((x * s, 4 * s, (x + 4) * s, 20 * s), radius=1.4 * s, fill=255)


def _arriving(pen: ImageDraw.ImageDraw, s: float) -> None:
    pen.line((12 * s, 3 * s, 12 * s, 15 * s), fill=255, width=round(2 * s))
    pen.line(
        [(7 * s, 10.5 * s), (12 * s, 15.5 * s), (17 * s, 10.5 * s)],
        fill=255,
        width=round(2 * s),
        joint="curve",
    )
    pen.line((5 * s, 20.5 * s, 19 * s, 20.5 * s), fill=255, width=round(2 * s))


def _finger(pen: ImageDraw.ImageDraw, s: float) -> None:
    """A fingertip, and the ring of what it touches."""
    pen.arc((4 * s, 2 * s, 20 * s, 18 * s), 150, 390, fill=255, width=round(2 * s))
    pen.rounded_rectangle((9 * s, 7 * s, 15 * s, 22 * s), radius=3 * s, outline=255, width=round(2 * s))


_MARKS = {
    Mark.SIGN_IN: _person,
    Mark.OFFLINE: _no_network,
    Mark.CARD_FULL: _card,
    Mark.SECRET: _padlock,
    Mark.PAUSED: _pause,
    Mark.WORKING: _arriving,
    Mark.TOUCH: _finger,
}


@lru_cache(maxsize=4)
def grain(strength: int) -> Image.Image:
    """Even grey noise from 0 to ``strength`` levels. RGB, 256 pixels square."""
    levels = bytes(level * (strength + 1) >> 8 for level in Random(7).randbytes(1 << 16))  # noqa: S311 -- grain
    noise = Image.frombytes("L", (256, 256), levels)
    return Image.merge("RGB", (noise, noise, noise))


def sampled(
    picture: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None = None
) -> Image.Image:
    """A thumbnail in a mere 0.3 ms: each of its pixels is the mean of sixteen samples instead of all."""
    fine = picture.resize((4 * size[0], 4 * size[1]), Image.Resampling.NEAREST, box=box)
    return fine.resize(size, Image.Resampling.BOX)
