"""One texture out of the patches of a slide: the GPU scales them to their places and puts them together.

It happens once for each slide, so that a frame of a transition stays two draws and a slide fades as one image. A
picture goes up in strips, each of them drawn where it belongs and forgotten at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor

import pygame
from attrs import field, frozen
from pygame._sdl2.video import Renderer, Texture

from kiosk.config import Rotation
from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size
from kiosk.display.canvas import STRIP, on_panel, part_on_panel, point_on_panel
from kiosk.display.lending import LENT
from kiosk.display.patches import Patch, blank, cut

STAGE = (4096, 256)
"""What pictures pass through: a new texture for each strip would be fresh memory, which is dearer than the upload."""


@frozen(eq=False)
class Strip:
    """Rows of a picture, and where they are drawn. part: of the rows, in shares."""

    rows: pygame.Surface = field(repr=False)
    place: Rect
    part: Box

    @property
    def bytes(self) -> int:
        """What is uploaded for it."""
        return 4 * self.rows.get_width() * self.rows.get_height()


class Composer:
    """Puts slides together on textures of this renderer, which are turned as the panel is.

    turns: the renderer turns and scales what it draws as a GPU does. SDL's own takes the nearest pixel.
    """

    def __init__(self, renderer: Renderer, rotation: Rotation, *, turns: bool) -> None:
        self._renderer, self._rotation, self._turns = renderer, rotation, turns
        self._stages: list[Texture] = []
        """Two in turn: the GPU may still be drawing from the one before."""

    def compose(self, target: Texture, patches: Sequence[Patch], size: Size) -> Iterator[None]:
        """Draw the patches of a slide of this logical size, ``STRIP`` bytes at a time. What is drawn on the screen
        meanwhile does no harm."""
        self._begin(target)
        self._renderer.clear()
        tile: tuple[pygame.Surface, Texture] | None = None
        spent = 0
        for patch in patches:
            staged = self._turns and passes_the_stage(patch)
            for strip in strips(patch, STAGE[1]) if staged else strips(patch):
                # The tile of a board comes many times over.
                if tile is not None and tile[0] is strip.rows:
                    self._draw(tile[1], strip, size)
                    continue
                if spent and spent + strip.bytes > STRIP:
                    self._renderer.target = None
                    yield
                    self._begin(target)
                    spent = 0
                spent += strip.bytes
                if staged:
                    self._draw_staged(strip, size)
                else:
                    tile = strip.rows, self._uploaded(strip.rows)
                    self._draw(tile[1], strip, size)
        self._renderer.target = None

    def _begin(self, target: Texture) -> None:
        self._renderer.target = target
        self._renderer.draw_color = (0, 0, 0, 255)

    def _draw_staged(self, strip: Strip, size: Size) -> None:
        if len(self._stages) < 2:
            self._stages.append(Texture.from_surface(self._renderer, pygame.Surface(STAGE, 0, 32, LENT)))
        else:
            self._stages.reverse()
        texture, (width, height) = self._stages[-1], strip.rows.get_size()
        texture.update(strip.rows, (0, 0, width, height))
        part = strip.part.within(Box(0.0, 0.0, width / STAGE[0], height / STAGE[1]))
        # The GPU turns what passes the stage: its corners are given in the order of the picture's own.
        one, two, three, four = (
            point_on_panel(*corner, size, self._rotation) for corner in _corners(strip.place)
        )
        texture.draw_quad(one, two, three, four, *shares(part))

    def _uploaded(self, rows: pygame.Surface) -> Texture:
        if not rows.get_masks()[3] and rows.get_masks() != LENT:
            # SDL's GLES takes the idle byte of other layouts for an opacity where it does not draw on the screen.
            opaque = blank(Size(*rows.get_size()))
            opaque.blit(rows, (0, 0))
            rows = opaque
        turned = pygame.transform.rotate(rows, -self._rotation.value) if self._rotation.value else rows
        texture = Texture.from_surface(self._renderer, turned)
        texture.blend_mode = pygame.BLENDMODE_BLEND if rows.get_masks()[3] else pygame.BLENDMODE_NONE
        return texture

    def _draw(self, texture: Texture, strip: Strip, size: Size) -> None:
        place = on_panel(strip.place, size, self._rotation)
        if strip.part == WHOLE:
            texture.draw(dstrect=(place.x, place.y, place.width, place.height))
        else:
            part = part_on_panel(strip.part, self._rotation)
            texture.draw_quad(*_corners(place), *shares(part))


_Corner = tuple[float, float]


def _corners(place: Rect) -> tuple[_Corner, _Corner, _Corner, _Corner]:
    right, bottom = place.right, place.bottom
    return (place.x, place.y), (right, place.y), (right, bottom), (place.x, bottom)


def shares(part: Box) -> tuple[_Corner, _Corner, _Corner, _Corner]:
    """The corners of a part of a texture. SDL draws nothing, and says so, where rounding has led outside by a hair."""
    left, top, right, bottom = (
        min(1.0, max(0.0, at)) for at in (part.left, part.top, part.right, part.bottom)
    )
    return (left, top), (right, top), (right, bottom), (left, bottom)


def passes_the_stage(patch: Patch) -> bool:
    """Whether it is a decoded picture, reduced or as it is: one that is enlarged would be smoothed with what lies
    beside it on the stage."""
    width, height = cut(patch.image, patch.part).get_size()
    reduced = patch.place.width <= width and patch.place.height <= height
    return patch.image.get_masks() == LENT and width <= STAGE[0] and reduced


def strips(patch: Patch, rows: int | None = None) -> Iterator[Strip]:
    """A patch in strips of at most so many rows, or, where they are small enough as well, of ``STRIP`` bytes."""
    if rows is None and 4 * patch.image.get_width() * patch.image.get_height() <= STRIP:
        yield Strip(patch.image, patch.place, patch.part)
        return
    image, place = cut(patch.image, patch.part), patch.place
    width, height = image.get_size()
    down = height / place.height
    tall = max(1, floor(((rows or max(1, STRIP // (4 * width))) - 3) / down))
    for top in range(0, place.height, tall):
        bottom = min(place.height, top + tall)
        # With a neighbour at each end of what is enlarged: the GPU smooths between two rows.
        edge = 1 if down < 1 else 0
        first, last = max(0, floor(top * down) - edge), min(height, ceil(bottom * down) + edge)
        part = Box(0.0, (top * down - first) / (last - first), 1.0, (bottom * down - first) / (last - first))
        strip = Rect(place.x, place.y + top, place.width, bottom - top)
        yield Strip(image.subsurface((0, first, width, last - first)), strip, part)
