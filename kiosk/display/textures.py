"""A canvas of textures: what a GPU draws, at a cost in CPU that does not grow with the screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from itertools import count

import pygame
from PIL import Image
from pygame._sdl2.video import Renderer, Texture, Window, get_drivers

from kiosk.config import Rotation
from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size
from kiosk.display.canvas import Handle, logical, on_panel, part_on_panel
from kiosk.display.composing import Composer, shares
from kiosk.display.patches import Patch
from kiosk.display.theme import Colour
from kiosk.errors import DisplayError

# What a Raspberry Pi's GPU speaks comes first; the software renderer is for tests and for those who ask for textures
# on a machine that has nothing else.
PREFERRED = ("opengles2", "opengl", "software")


_UNDEFINED = 0x1FFF0000
"""SDL_WINDOWPOS_UNDEFINED_DISPLAY(0): wherever it likes on that display."""


class TextureCanvas:
    """Draws with SDL's renderer. ``size``: of the window in pixels, None for the whole screen.

    display: the number of SDL's display. mode: what the screen is switched to; None leaves it as it is.

    drivers: SDL's render drivers in the order in which they are tried. DisplayError: none of them works.
    vsync: present() waits for the screen, so nothing tears; without it a benchmark sees the drawing alone.
    """

    def __init__(
        self,
        size: Size | None,
        rotation: Rotation = Rotation.NONE,
        title: str = "kiosk",
        drivers: tuple[str, ...] = PREFERRED,
        *,
        vsync: bool = True,
        display: int = 0,
        mode: Size | None = None,
    ) -> None:
        # A picture that is not drawn at its own size (after a resize, in motion) is smoothed.
        os.environ.setdefault("SDL_RENDER_SCALE_QUALITY", "linear")
        self._rotation = rotation
        self._images: dict[Handle, Texture] = {}
        self._slides: set[Handle] = set()
        self._spare: Texture | None = None
        self._numbers = count(1)
        self._generation = 0
        self._flips = 0
        self._window: Window | None
        if size is None:
            self._window = _whole(title, display, mode)
        else:
            self._window = Window(title, (size.width, size.height), resizable=True)
        pygame.event.pump()
        try:
            self._renderer, self.driver = _renderer(self._window, drivers, vsync)
        except DisplayError:
            self._window.destroy()
            raise
        self._composer = Composer(self._renderer, rotation, turns=self.composes)
        self.before_present: Callable[[], None] | None = None
        """What has to be waited for. All that was drawn is with OpenGL by then: SDL collects nothing where its renderer
        was chosen by number."""
        self._panel = Size(*self._window.size)

    @property
    def size(self) -> Size:
        return logical(self._panel, self._rotation)

    @property
    def flips(self) -> int:
        return self._flips

    @property
    def generation(self) -> int:
        return self._generation

    def stale(self) -> None:
        if self._window is not None:
            self._panel = Size(*self._window.size)
        self._generation += 1

    def upload(self, pixels: bytes, size: Size, *, alpha: bool) -> Handle:
        image = pygame.image.frombuffer(pixels, (size.width, size.height), "RGBA" if alpha else "RGB")
        if self._rotation.value:
            image = pygame.transform.rotate(image, -self._rotation.value)
        texture = Texture.from_surface(self._renderer, image)
        texture.blend_mode = pygame.BLENDMODE_BLEND
        handle = Handle(next(self._numbers))
        self._images[handle] = texture
        return handle

    def hang(self, patches: Sequence[Patch], size: Size) -> Generator[None, None, Handle]:
        texture = self._blank(logical(size, self._rotation))
        yield from self._composer.compose(texture, patches, size)
        texture.blend_mode = pygame.BLENDMODE_BLEND
        handle = Handle(next(self._numbers))
        self._images[handle] = texture
        self._slides.add(handle)
        return handle

    def _blank(self, panel: Size) -> Texture:
        """What a slide is put together on; the next one is probably as large as the last, and fresh memory is dear."""
        texture, self._spare = self._spare, None
        if texture is None or (texture.width, texture.height) != (panel.width, panel.height):
            texture = Texture(self._renderer, (panel.width, panel.height), target=True)
        return texture

    @property
    def composes(self) -> bool:
        # SDL's own renderer scales roughly, and takes the CPU's time for it.
        return self.driver != "software"

    @property
    def moves(self) -> bool:
        return self.driver != "software"

    def draw(self, handle: Handle, rect: Rect, opacity: float = 1.0, part: Box = WHOLE) -> None:
        place = on_panel(rect, self.size, self._rotation)
        texture = self._images[handle]
        texture.alpha = round(255 * min(1.0, max(0.0, opacity)))
        if part == WHOLE:
            texture.draw(dstrect=(place.x, place.y, place.width, place.height))
            return
        # A quad takes the part by fractions of a pixel, where a source rectangle would step from pixel to pixel.
        # Its corners keep the default colour: what they are given is multiplied with the texture's own alpha.
        seen = part_on_panel(part, self._rotation)
        texture.draw_quad(
            (place.x, place.y),
            (place.right, place.y),
            (place.right, place.bottom),
            (place.x, place.bottom),
            *shares(seen),
        )

    def fill(self, rect: Rect, colour: Colour, opacity: float = 1.0) -> None:
        place = on_panel(rect, self.size, self._rotation)
        self._renderer.draw_blend_mode = pygame.BLENDMODE_BLEND
        self._renderer.draw_color = (*colour, round(255 * min(1.0, max(0.0, opacity))))
        self._renderer.fill_rect((place.x, place.y, place.width, place.height))

    def shade(self, colour: Colour) -> None:
        self._renderer.draw_blend_mode = pygame.BLENDMODE_MOD
        self._renderer.draw_color = (*colour, 255)
        self._renderer.fill_rect((0, 0, self._panel.width, self._panel.height))

    def present(self) -> None:
        if self.before_present is not None:
            self.before_present()
        self._renderer.present()
        self._flips += 1

    def take_screen(self) -> None:
        """Black, and no flip that counts: on a console this switches the screen's mode, and the lab's display
        shows nothing of what comes with that. The first scene comes with the next flip."""
        self._renderer.draw_color = (0, 0, 0, 255)
        self._renderer.clear()
        self._renderer.present()

    def read(self) -> Image.Image:
        panel = self._renderer.to_surface()
        upright = pygame.transform.rotate(panel, self._rotation.value) if self._rotation.value else panel
        return Image.frombytes("RGB", upright.get_size(), pygame.image.tobytes(upright, "RGB"))

    def release(self, handle: Handle) -> None:
        texture = self._images.pop(handle)
        if handle in self._slides:
            self._slides.remove(handle)
            self._spare = texture

    def close(self) -> None:
        # Textures die before their renderer, and the renderer before its window.
        self._images.clear()
        self._spare = None
        if self._window is not None:
            del self._composer, self._renderer
            self._window.destroy()
            self._window = None


def _whole(title: str, display: int, mode: Size | None) -> Window:
    """Made at the screen's size: a renderer keeps the view of the size that its window had when it was made."""
    place = (_UNDEFINED | display, _UNDEFINED | display)
    if mode is not None:
        return Window(title, (mode.width, mode.height), place, fullscreen=True)
    return Window(title, pygame.display.get_desktop_sizes()[display], place, fullscreen_desktop=True)


def _renderer(window: Window, drivers: tuple[str, ...], vsync: bool) -> tuple[Renderer, str]:
    names = [driver.name for driver in get_drivers()]
    reasons = []
    for name in drivers:
        if name not in names:
            reasons.append(f"{name}: not in this SDL")
            continue
        try:
            return Renderer(window, index=names.index(name), vsync=vsync and name != "software"), name
        except RuntimeError as error:
            # What both pygame.error and the video module's own error derive from.
            reasons.append(f"{name}: {error}")
    raise DisplayError("no renderer works: " + "; ".join(reasons))
