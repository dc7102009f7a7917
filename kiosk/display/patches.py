"""What the image of a slide is put together from: images, and where each of them goes.

A GPU puts them together itself (textures.py). For a canvas of surfaces they are made one image here, in the format that
screens have, and no picture is copied whole on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor

import pygame
from attrs import field, frozen
from PIL import Image

from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size
from kiosk.display.lending import LENT
from kiosk.display.theme import Colour

_SCREEN = (0xFF0000, 0xFF00, 0xFF, 0)
"""Red, green and blue in the 32 bits of most screens. Patches are as Pillow has them."""
_GLIMPSE = 64
BAND = 64
"""Rows that are converted at a time."""


@frozen(eq=False)
class Patch:
    """This part of an image, scaled to ``place`` on the canvas, over the patches before it."""

    image: pygame.Surface = field(repr=False)
    place: Rect
    part: Box = WHOLE


def blank(size: Size, masks: tuple[int, int, int, int] = LENT) -> pygame.Surface:
    """Black, opaque."""
    return pygame.Surface((size.width, size.height), 0, 32, masks)


def plain(colour: Colour, place: Rect) -> Patch:
    """A rectangle of one colour."""
    pixel = blank(Size(1, 1))
    pixel.fill(colour)
    return Patch(pixel, place)


def whole(image: pygame.Surface) -> Patch:
    """An image that is all of a slide."""
    return Patch(image, Rect(0, 0, *image.get_size()))


def surface(picture: Image.Image) -> pygame.Surface:
    """The same pixels: opaque from RGB, with their opacity from RGBA."""
    if picture.mode == "RGBA":
        return pygame.image.frombytes(picture.tobytes(), picture.size, "RGBA")
    return pygame.image.frombytes(picture.tobytes("raw", "RGBX"), picture.size, "RGBX")


def pillow(pixels: pygame.Surface) -> Image.Image:
    """The same pixels, RGB."""
    return Image.frombytes("RGB", pixels.get_size(), pygame.image.tobytes(pixels, "RGB"))


def part_pixels(part: Box, image: Size) -> tuple[int, int, int, int]:
    """x, y, width, height of a part in whole pixels; never nothing, never outside."""
    left = min(round(part.left * image.width), image.width - 1)
    top = min(round(part.top * image.height), image.height - 1)
    right = min(max(left + 1, round(part.right * image.width)), image.width)
    bottom = min(max(top + 1, round(part.bottom * image.height)), image.height)
    return left, top, right - left, bottom - top


def cut(image: pygame.Surface, part: Box) -> pygame.Surface:
    """This part of it, which shares its pixels."""
    return image if part == WHOLE else image.subsurface(part_pixels(part, Size(*image.get_size())))


def scaled(image: pygame.Surface, to: Size) -> pygame.Surface:
    """Each pixel the mean of those that it stands for."""
    made = blank(to)
    scale_onto(image, made)
    return made


def scale_onto(image: pygame.Surface, made: pygame.Surface) -> None:
    """The whole image on all of an opaque surface, each pixel the mean of those that it stands for.

    smoothscale heeds no format. So a picture that has another than screens is converted on the way: first its width, as
    smoothscale begins itself, in bands that are converted when they are small, and then its height.
    """
    if image.get_masks() == made.get_masks():
        pygame.transform.smoothscale(image, made.get_size(), made)
        return
    width = made.get_width()
    narrow = blank(Size(width, image.get_height()), made.get_masks())
    for top, band in bands(image):
        narrow.blit(pygame.transform.smoothscale(band, (width, band.get_height())), (0, top))
    pygame.transform.smoothscale(narrow, made.get_size(), made)


def bands(image: pygame.Surface) -> Iterator[tuple[int, pygame.Surface]]:
    """Where each band of rows begins, and the band, which shares its pixels with the image."""
    width, height = image.get_size()
    for top in range(0, height, BAND):
        yield top, image.subsurface((0, top, width, min(BAND, height - top)))


def flattened(patches: Sequence[Patch], canvas: Size) -> pygame.Surface:
    """The image that the patches make, in the format that screens have."""
    whole = (canvas.width, canvas.height)
    only = patches[0].image
    # Neither as it was decoded, nor a part that keeps the rest of a picture in memory.
    ready = only.get_masks() == _SCREEN and only.get_parent() is None and only.get_size() == whole
    if len(patches) == 1 and patches[0].part == WHOLE and ready:
        return only
    made = blank(canvas, _SCREEN)
    for patch in patches:
        _put(made, patch)
    return made


def _put(made: pygame.Surface, patch: Patch) -> None:
    image, place = cut(patch.image, patch.part), patch.place
    size = (place.width, place.height)
    if image.get_size() == (1, 1) and not image.get_masks()[3]:
        made.fill(image.get_at((0, 0)), (place.x, place.y, *size))
    elif image.get_size() == size:
        made.blit(image, (place.x, place.y))
    elif not image.get_masks()[3] and made.get_rect().contains((place.x, place.y, *size)):
        # Straight to where it goes: an image of its own in between would cost as much as the scaling.
        scale_onto(image, made.subsurface((place.x, place.y, *size)))
    else:
        made.blit(pygame.transform.smoothscale(image, size), (place.x, place.y))


def within(patch: Patch, window: Rect) -> Patch | None:
    """What of a patch falls into a window, as it is seen from the window's corner; None where nothing does."""
    place = patch.place
    left, right = max(place.x, window.x), min(place.right, window.right)
    top, bottom = max(place.y, window.y), min(place.bottom, window.bottom)
    if left >= right or top >= bottom:
        return None
    seen = Box(
        (left - place.x) / place.width,
        (top - place.y) / place.height,
        (right - place.x) / place.width,
        (bottom - place.y) / place.height,
    )
    return Patch(
        patch.image,
        Rect(left - window.x, top - window.y, right - left, bottom - top),
        seen.within(patch.part),
    )


def glimpse(patches: Sequence[Patch], canvas: Size) -> Image.Image:
    """64 by 64 samples of what they make, RGB: as good as all of it, and they cost nothing."""
    made = blank(Size(_GLIMPSE, _GLIMPSE))
    for patch in patches:
        place = patch.place
        left, right = (floor(_GLIMPSE * x / canvas.width) for x in (place.x, place.right))
        top, bottom = (floor(_GLIMPSE * y / canvas.height) for y in (place.y, place.bottom))
        if right > left and bottom > top:
            few = pygame.transform.scale(cut(patch.image, patch.part), (right - left, bottom - top))
            made.blit(few, (left, top))
    return pillow(made)


def thumbnail(image: pygame.Surface, size: Size, part: Box = WHOLE) -> Image.Image:
    """RGB, in a mere 0.3 ms: each of its pixels is the mean of sixteen samples instead of all."""
    few = pygame.transform.scale(cut(image, part), (4 * size.width, 4 * size.height))
    return pillow(few).resize((size.width, size.height), Image.Resampling.BOX)
