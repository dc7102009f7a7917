"""A canvas without a GPU: the display's own surface, blit and set_alpha.

With SDL_FRAMEBUFFER_ACCELERATION=0 SDL copies the surface to the window itself; otherwise it pushes it through software
GL, at 14 ms a frame instead of 0.1.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from itertools import count

import pygame
from PIL import Image

from kiosk.config import Rotation
from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size
from kiosk.display.canvas import Handle, logical, on_panel, part_on_panel
from kiosk.display.patches import Patch, flattened, part_pixels
from kiosk.display.theme import Colour


class SurfaceCanvas:
    """Draws on the surface of pygame's display. ``size``: of the window in pixels, None for the whole screen."""

    def __init__(self, size: Size | None, rotation: Rotation = Rotation.NONE, title: str = "kiosk") -> None:
        # On Wayland SDL has no other way than through a texture.
        if pygame.display.get_driver() != "wayland":
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        self._rotation = rotation
        self._images: dict[Handle, pygame.Surface] = {}
        self._numbers = count(1)
        self._generation = 0
        self._flips = 0
        pygame.display.set_caption(title)
        if size is None:
            self._screen = pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        else:
            self._screen = pygame.display.set_mode((size.width, size.height), pygame.RESIZABLE)

    @property
    def size(self) -> Size:
        return logical(Size(*self._screen.get_size()), self._rotation)

    @property
    def flips(self) -> int:
        return self._flips

    @property
    def generation(self) -> int:
        return self._generation

    def stale(self) -> None:
        # After a resize pygame has made another surface.
        self._screen = pygame.display.get_surface() or self._screen
        self._generation += 1

    def upload(self, pixels: bytes, size: Size, *, alpha: bool) -> Handle:
        image = pygame.image.frombuffer(pixels, (size.width, size.height), "RGBA" if alpha else "RGB")
        if self._rotation.value:
            image = pygame.transform.rotate(image, -self._rotation.value)
        # Converted once to the screen's own format: a blit is then a copy.
        handle = Handle(next(self._numbers))
        self._images[handle] = image.convert_alpha() if alpha else image.convert()
        return handle

    def hang(self, patches: Sequence[Patch], size: Size) -> Generator[None, None, Handle]:
        # Nothing is uploaded: the pixels are where they will be drawn from, if they were put together before.
        yield from ()
        image = flattened(patches, size)
        if self._rotation.value:
            image = pygame.transform.rotate(image, -self._rotation.value)
        if image.get_masks() != self._screen.get_masks():
            image = image.convert()
        handle = Handle(next(self._numbers))
        self._images[handle] = image
        return handle

    @property
    def composes(self) -> bool:
        return False

    @property
    def moves(self) -> bool:
        # Scaling a whole screen anew takes 19 ms at 1080p and 82 at 4K: a picture hangs still.
        return False

    def draw(self, handle: Handle, rect: Rect, opacity: float = 1.0, part: Box = WHOLE) -> None:
        image = self._images[handle]
        place = on_panel(rect, self.size, self._rotation)
        if part != WHOLE:
            # Shares its pixels with the image: nothing is copied.
            seen = part_on_panel(part, self._rotation)
            image = image.subsurface(part_pixels(seen, Size(*image.get_size())))
        if image.get_size() != (place.width, place.height):
            # Between a resize and the next prepared slide; nothing that lasts is ever scaled.
            image = pygame.transform.scale(image, (place.width, place.height))
        # None would switch off an image's own alpha as well; without alpha it makes the blit a plain copy.
        opaque = opacity >= 1.0 and not image.get_masks()[3]
        image.set_alpha(None if opaque else round(255 * min(1.0, max(0.0, opacity))))
        self._screen.blit(image, (place.x, place.y))

    def fill(self, rect: Rect, colour: Colour, opacity: float = 1.0) -> None:
        place = on_panel(rect, self.size, self._rotation)
        if opacity >= 1.0:
            self._screen.fill(colour, (place.x, place.y, place.width, place.height))
            return
        veil = pygame.Surface((place.width, place.height))
        veil.fill(colour)
        veil.set_alpha(round(255 * max(0.0, opacity)))
        self._screen.blit(veil, (place.x, place.y))

    def shade(self, colour: Colour) -> None:
        self._screen.fill(colour, special_flags=pygame.BLEND_RGB_MULT)

    def present(self) -> None:
        pygame.display.flip()
        self._flips += 1

    def read(self) -> Image.Image:
        upright = (
            pygame.transform.rotate(self._screen, self._rotation.value)
            if self._rotation.value
            else self._screen
        )
        return Image.frombytes("RGB", upright.get_size(), pygame.image.tobytes(upright, "RGB"))

    def release(self, handle: Handle) -> None:
        del self._images[handle]

    def close(self) -> None:
        self._images.clear()
