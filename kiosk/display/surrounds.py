"""What the screen shows where pictures leave it free: the pictures themselves, blurred, or plain dark paper.

The third surround, a mat board, is in mats.py; the fourth, ``fill``, leaves nothing free.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pygame
from PIL import Image, ImageEnhance, ImageFilter, ImageStat

from kiosk.core.focus import Box
from kiosk.core.hanging import halves
from kiosk.core.model import Rect, Size
from kiosk.core.settings import Style, Surround
from kiosk.display import mats
from kiosk.display.patches import Patch, plain, surface, thumbnail
from kiosk.display.shapes import grain
from kiosk.display.theme import THEME

LEVEL = 42
"""Mean level that the blurred picture is darkened to, of 255: it belongs to the picture and never competes with it."""
LIGHT = (0.2, 0.5)
"""The least and the most of its light that it keeps."""
COLOUR = 0.95
_THUMBNAIL = 48
"""Longer side of what the surround is blown up from: so few pixels are a blur in themselves."""
_SMOOTH = 8
"""How many times it is blown up along a curve; the rest of the way may be straight."""


def composed(hanging: list[Patch], canvas: Size, style: Style) -> list[Patch]:
    """One picture or two where they hang, and their surround."""
    free = _free([each.place for each in hanging], canvas)
    if not free:
        return hanging
    if style.surround is Surround.MAT:
        return mats.mounted(hanging, canvas, style.mat)
    if style.surround is Surround.PLAIN:
        return [*(plain(THEME.paper_bottom, border) for border in free), *hanging]
    return [*_blur(hanging, free, canvas), *hanging]


def _free(places: Sequence[Rect], canvas: Size) -> list[Rect]:
    """What the pictures leave free, in rectangles that do not overlap."""
    free = [Rect(0, 0, canvas.width, canvas.height)]
    for place in places:
        free = [rest for rect in free for rest in _beside(place, rect)]
    return free


def _beside(place: Rect, rect: Rect) -> list[Rect]:
    """What ``place`` leaves of the rectangle."""
    left, right = max(place.x, rect.x), min(place.right, rect.right)
    top, bottom = max(place.y, rect.y), min(place.bottom, rect.bottom)
    if left >= right or top >= bottom:
        return [rect]
    rests = [
        Rect(rect.x, rect.y, rect.width, top - rect.y),
        Rect(rect.x, bottom, rect.width, rect.bottom - bottom),
        Rect(rect.x, top, left - rect.x, bottom - top),
        Rect(right, top, rect.right - right, bottom - top),
    ]
    return [rest for rest in rests if rest.width > 0 and rest.height > 0]


def _blur(hanging: Sequence[Patch], free: Sequence[Rect], canvas: Size) -> list[Patch]:
    """Only where it will be seen: the bars that the pictures leave free."""
    blurred = _blurred(hanging, canvas)
    light = _light(blurred)
    return [Patch(_bar(blurred, light, border, canvas), border) for border in free]


def _blurred(hanging: Sequence[Patch], canvas: Size) -> Image.Image:
    """The middle of each picture in its part of the screen, tiny and soft: two melt into each other."""
    scale = _THUMBNAIL / max(canvas.width, canvas.height)
    tiny = Image.new("RGB", (max(4, round(canvas.width * scale)), max(4, round(canvas.height * scale))))
    rooms = (Rect(0, 0, tiny.width, tiny.height),) if len(hanging) == 1 else halves(Size(*tiny.size))
    for patch, room in zip(hanging, rooms, strict=True):
        size = Size(room.width, room.height)
        tiny.paste(thumbnail(patch.image, size, _middle(patch, size)), (room.x, room.y))
    return ImageEnhance.Color(tiny.filter(ImageFilter.GaussianBlur(1.6))).enhance(COLOUR)


def _middle(patch: Patch, shape: Size) -> Box:
    """The largest part of the picture's middle that has this shape."""
    width, height = patch.image.get_size()
    across, down = width * patch.part.width, height * patch.part.height
    wide = min(1.0, down * shape.width / (shape.height * across))
    high = min(1.0, across * shape.height / (shape.width * down))
    return Box((1 - wide) / 2, (1 - high) / 2, (1 + wide) / 2, (1 + high) / 2).within(patch.part)


def _light(blurred: Image.Image) -> float:
    """How much of its light the surround keeps. A dark picture keeps more: no black bars."""
    mean = ImageStat.Stat(blurred.convert("L")).mean[0]
    least, most = LIGHT
    return min(most, max(least, LEVEL / max(1.0, mean)))


def _bar(blurred: Image.Image, light: float, border: Rect, canvas: Size) -> pygame.Surface:
    """One bar of the surround, as if the blurred picture had been blown up to the whole screen."""
    across, down = blurred.width / canvas.width, blurred.height / canvas.height
    box = (border.x * across, border.y * down, border.right * across, border.bottom * down)
    size = (max(1, round(_SMOOTH * (box[2] - box[0]))), max(1, round(_SMOOTH * (box[3] - box[1]))))
    few = blurred.resize(size, Image.Resampling.BICUBIC, box=box)
    large = pygame.transform.smoothscale(surface(few), (border.width, border.height))
    return dithered(large, light)


@cache
def _noise(strength: int) -> pygame.Surface:
    return surface(grain(strength))


def dithered(image: pygame.Surface, share: float) -> pygame.Surface:
    """Darkened to ``share`` of its light without bands: noise goes in before the levels are cut."""
    noise = _noise(round(1 / share) - 1)
    for y in range(0, image.get_height(), noise.get_height()):
        for x in range(0, image.get_width(), noise.get_width()):
            image.blit(noise, (x, y), special_flags=pygame.BLEND_RGB_ADD)
    level = round(255 * share)
    image.fill((level, level, level), special_flags=pygame.BLEND_RGB_MULT)
    return image
