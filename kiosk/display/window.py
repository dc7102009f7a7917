"""The window: opens the right canvas, turns key presses into verbs, reports a new size."""

from __future__ import annotations

import pygame

from kiosk.config import Renderer, Rotation
from kiosk.core.events import Asked, Event, ScreenResized, Verb
from kiosk.core.model import Size
from kiosk.display.canvas import Canvas
from kiosk.display.drivers import draws_in_software, has_gpu, has_input_devices, start_video
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.textures import PREFERRED, TextureCanvas
from kiosk.errors import DisplayError

_KEYS = {
    pygame.K_RIGHT: Verb.NEXT,
    pygame.K_LEFT: Verb.PREVIOUS,
    pygame.K_p: Verb.PICK,
    pygame.K_ESCAPE: Verb.CANCEL,
    pygame.K_h: Verb.HIDE,
    pygame.K_q: Verb.QUIT,
    pygame.K_s: Verb.SLEEP,
    pygame.K_RETURN: Verb.WAKE,
}
_TOUCHED = (pygame.MOUSEBUTTONDOWN, pygame.FINGERDOWN)
"""So far they light a frame that sleeps, and that is all."""
_RESIZED = (pygame.WINDOWSIZECHANGED, pygame.VIDEORESIZE)
_UNCOVERED = (pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED, pygame.WINDOWSHOWN)


class Screen:
    """An open window with its canvas. Made by :func:`open_screen`; belongs to the main thread."""

    def __init__(self, canvas: Canvas, driver: str) -> None:
        self.canvas = canvas
        self.driver = driver
        """SDL's video driver, for the log and for doctor."""
        self._size = canvas.size

    def events(self, *, paused: bool) -> list[Event]:
        """What happened since the last call, without waiting. ``paused`` decides what the space bar asks for."""
        happened: list[Event] = []
        for event in pygame.event.get():
            if event.type == pygame.KEYDOWN:
                if verb := _verb(event.key, event.mod, paused=paused):
                    # A key may be pressed by accident: the core wants the one that erases everything twice.
                    happened.append(Asked(verb=verb, confirmed=verb is not Verb.SIGN_OUT, key=True))
            elif event.type in _TOUCHED:
                happened.append(Asked(verb=Verb.WAKE, key=True))
            elif event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
                happened.append(Asked(verb=Verb.QUIT))
            elif event.type in _RESIZED or event.type in _UNCOVERED:
                self.canvas.stale()
        if self.canvas.size != self._size:
            self._size = self.canvas.size
            happened.append(ScreenResized(screen=self._size, moves=self.canvas.moves))
        return happened

    def has_input_devices(self) -> bool:
        """Whether somebody could press a key, so that the loop has to look often."""
        return has_input_devices(self.driver)

    def close(self) -> None:
        """Close the window and SDL's video. A second time does nothing."""
        self.canvas.close()
        pygame.display.quit()


def _verb(key: int, modifiers: int, *, paused: bool) -> Verb | None:
    if modifiers & (pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META):
        return None
    if key == pygame.K_SPACE:
        return Verb.RESUME if paused else Verb.PAUSE
    # Disconnecting erases everything, so it needs a shift.
    if key == pygame.K_d and modifiers & pygame.KMOD_SHIFT:
        return Verb.SIGN_OUT
    return _KEYS.get(key)


def open_screen(
    size: Size | None,
    rotation: Rotation = Rotation.NONE,
    renderer: Renderer = Renderer.AUTO,
    title: str = "kiosk",
) -> Screen:
    """Open the window. size: in pixels of the panel, None for the whole screen.

    AUTO draws with textures where a GPU does, else with surfaces; KMSDRM has nothing but textures.

    DisplayError: no screen opens, or nothing can draw on it; the message lists what was tried.
    """
    driver = start_video()
    try:
        canvas = _canvas(driver, size, rotation, renderer, title)
        pygame.mouse.set_visible(False)
        pygame.display.set_allow_screensaver(False)
    except RuntimeError as error:
        # pygame.error and the video module's own error derive from it.
        pygame.display.quit()
        raise DisplayError(f"no window opens on {driver}: {error}") from error
    except DisplayError:
        pygame.display.quit()
        raise
    # What opening itself brought about is no news.
    pygame.event.clear()
    canvas.stale()
    return Screen(canvas, driver)


def _canvas(driver: str, size: Size | None, rotation: Rotation, renderer: Renderer, title: str) -> Canvas:
    if renderer is Renderer.TEXTURE or driver == "kmsdrm":
        return TextureCanvas(size, rotation, title)
    if renderer is Renderer.AUTO and driver in ("x11", "wayland") and has_gpu():
        try:
            canvas = TextureCanvas(
                size, rotation, title, tuple(name for name in PREFERRED if name != "software")
            )
        except (DisplayError, RuntimeError):
            return SurfaceCanvas(size, rotation, title)
        if not draws_in_software():
            return canvas
        canvas.close()
    return SurfaceCanvas(size, rotation, title)
