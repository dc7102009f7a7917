"""What matters in a picture, measured on the picture alone: no network, no model.

What differs from its surroundings in light or colour, has fine detail, or has a colour that skin can have, matters;
the middle matters a little more than the edges, since that is where people point a camera. It follows the centre and
surround idea of Itti, Koch and Niebur (1998) on a thumbnail of 48 pixels: 2 ms, whatever the size of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from PIL import Image, ImageChops, ImageFilter

from kiosk.core.focus import CENTRE, Box, Focus
from kiosk.display.shapes import sampled

_SIDE = 48
"""Pixels of the thumbnail's longer side."""
_SKIN_RED = range(138, 173)
_SKIN_BLUE = range(77, 128)
"""Skin in Cr and Cb, ITU-R BT.601 (Chai and Ngan, 1999)."""
_SKIN_BONUS = 1.5
_TAIL = 0.1
"""The share of what matters that the box leaves out on each of its sides."""


def find(picture: Image.Image) -> Focus:
    """What matters in an RGB picture; the middle where nothing stands out."""
    scale = _SIDE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    tiny = sampled(picture, size).convert("YCbCr")
    weights = _weights(tiny)
    total = sum(weights)
    if total <= 0:
        return CENTRE
    width, height = size
    across = [sum(weights[x::width]) / total for x in range(width)]
    down = [sum(weights[y * width : (y + 1) * width]) / total for y in range(height)]
    (x, left, right), (y, top, bottom) = _spread(across), _spread(down)
    return Focus(x, y, Box(left, top, right, bottom))


def _weights(tiny: Image.Image) -> list[float]:
    """How much each pixel matters, row by row; nothing where it matters less than most."""
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
    return mean, low, high
