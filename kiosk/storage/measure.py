"""What matters in a picture, measured on the picture alone: no network, no model that was fetched.

What differs from its surroundings in light or colour, has fine detail, or has a colour that skin can have, matters;
the middle matters a little more than the edges, since that is where people point a camera. It follows the centre and
surround idea of Itti, Koch and Niebur (1998) on a thumbnail of 48 pixels: 2 ms, whatever the size of the picture.
Heads, where they are looked for (heads.py), matter more than all the rest together.

Measured once, where the picture is decoded for the first time (normalise.py), and kept with the rendition.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING

from attrs import evolve

from kiosk.core.focus import CENTRE, Box, Focus, Measure
from kiosk.storage.heads import LOOKED_AT, HeadFinder, around

if TYPE_CHECKING:
    from PIL import Image

_SIDE = 48
"""Pixels of the thumbnail's longer side."""
NEEDED = 4 * _SIDE
"""Pixels of the longer side of what is measured without heads: the thumbnail's are means of sixteen samples."""
_SKIN_RED = range(138, 173)
_SKIN_BLUE = range(77, 128)
"""Skin in Cr and Cb, ITU-R BT.601 (Chai and Ngan, 1999)."""
_SKIN_BONUS = 1.5
_TAIL = 0.1
"""The share of what matters that the box leaves out on each of its sides."""
_HEADS_SHARE = 0.65
"""Of all that matters, where there are heads."""


def measured(picture: Image.Image, find_heads: HeadFinder | None = None) -> Measure:
    """Of an upright RGB picture of any size; the middle where nothing stands out. find_heads: None, not to look."""
    from PIL import Image

    tiny = _sampled(picture, _within(picture.size, _SIDE))
    heads = () if find_heads is None else find_heads(_reduced(picture))
    red, green, blue = tiny.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return Measure(_focus(tiny, heads), (int(red), int(green), int(blue)), find_heads is not None)


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _sampled(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A thumbnail in a mere 0.3 ms: each of its pixels is the mean of sixteen samples instead of all."""
    from PIL import Image

    fine = picture.resize((4 * size[0], 4 * size[1]), Image.Resampling.NEAREST)
    return fine.resize(size, Image.Resampling.BOX)


def _reduced(picture: Image.Image) -> Image.Image:
    """For the finder of heads: every pixel counts. A row at a time, so that no second large picture is held."""
    from PIL import Image

    if max(picture.size) <= LOOKED_AT:
        return picture
    return picture.resize(_within(picture.size, LOOKED_AT), Image.Resampling.BILINEAR, reducing_gap=1.0)


def _focus(tiny: Image.Image, heads: Sequence[Box]) -> Focus:
    width, height = tiny.size
    weights = _weights(tiny.convert("YCbCr"))
    if heads:
        weights = _with_heads(weights, width, heads)
    total = sum(weights)
    if total <= 0:
        return CENTRE
    across = [sum(weights[x::width]) / total for x in range(width)]
    down = [sum(weights[y * width : (y + 1) * width]) / total for y in range(height)]
    (x, left, right), (y, top, bottom) = _spread(across), _spread(down)
    return evolve(Focus(x, y, Box(left, top, right, bottom)), heads=around(heads))


def _with_heads(weights: list[float], width: int, heads: Sequence[Box]) -> list[float]:
    """The rest shares what the heads leave of the whole."""
    height = len(weights) // width
    inside = [
        float(any(_covers(head, (x + 0.5) / width, (y + 0.5) / height) for head in heads))
        for y in range(height)
        for x in range(width)
    ]
    total, covered = sum(weights), sum(inside)
    if not covered:  # a head smaller than a pixel of the thumbnail
        return weights
    rest = (1.0 - _HEADS_SHARE) / total if total > 0 else 0.0
    return [weight * rest + _HEADS_SHARE * one / covered for weight, one in zip(weights, inside, strict=True)]


def _covers(head: Box, x: float, y: float) -> bool:
    return head.left <= x <= head.right and head.top <= y <= head.bottom


def _weights(tiny: Image.Image) -> list[float]:
    """How much each pixel matters, row by row; nothing where it matters less than most."""
    from PIL import ImageChops, ImageFilter

    wide = ImageFilter.GaussianBlur(_SIDE / 4)
    fine = ImageFilter.GaussianBlur(1.5)
    light, blue, red = (band for band in tiny.split())
    apart = [ImageChops.difference(band, band.filter(wide)).tobytes() for band in (light, blue, red)]
    detail = ImageChops.difference(light, light.filter(fine)).tobytes()
    raw = [
        l + 1.8 * (b + r) + 1.2 * d
        for l, b, r, d in zip(*apart, detail, strict=True)  # noqa: E741  light, blue, red, detail
    ]
    skin = [
        _SKIN_BONUS if r in _SKIN_RED and b in _SKIN_BLUE else 1.0
        for b, r in zip(blue.tobytes(), red.tobytes(), strict=True)
    ]
    weighted = [
        level * bonus * centred
        for level, bonus, centred in zip(raw, skin, _centred(tiny.width, tiny.height), strict=True)
    ]
    usual = 1.2 * sum(weighted) / len(weighted)
    # Squared: one thing that stands out counts for more than much that does so a little.
    return [max(0.0, level - usual) ** 2 for level in weighted]


def _centred(width: int, height: int) -> list[float]:
    across = [((x + 0.5) / width - 0.5) ** 2 for x in range(width)]
    down = [((y + 0.5) / height - 0.5) ** 2 for y in range(height)]
    return [0.5 + 0.5 * exp(-6.0 * (one + other)) for other in down for one in across]


def _spread(shares: Sequence[float]) -> tuple[float, float, float]:
    """Along one side: the mean, and where the first and the last tenth end."""
    mean = sum((at + 0.5) * share for at, share in enumerate(shares)) / len(shares)
    low, high, so_far = 0.0, 1.0, 0.0
    for at, share in enumerate(shares):
        for edge in (_TAIL, 1.0 - _TAIL):
            if so_far < edge <= so_far + share:
                found = (at + (edge - so_far) / share) / len(shares)
                low, high = (found, high) if edge == _TAIL else (low, found)
        so_far += share
    # Sums of many floats end a little beyond the whole.
    return min(mean, 1.0), min(low, 1.0), min(high, 1.0)
