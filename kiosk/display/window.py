"""The window: opens the right canvas, turns keys into verbs and fingers into gestures, reports a new size."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame

from kiosk.config import Renderer, Rotation
from kiosk.core.events import Asked, Event, ScreenResized, Verb
from kiosk.core.model import Size
from kiosk.core.outputs import Output
from kiosk.display import keys
from kiosk.display.canvas import Canvas, logical
from kiosk.display.drivers import (
    draws_in_software,
    has_gpu,
    has_input_devices,
    start_video,
    wait_for_pixels,
)
from kiosk.display.obstacles import another_master, obstacle
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.textures import PREFERRED, TextureCanvas
from kiosk.display.touch import Touch, seen
from kiosk.errors import DisplayError

_UNTOUCHED = -1
"""SDL's id of the mouse among touch devices (SDL_MOUSE_TOUCHID): its fingers are the mouse once more."""
_LEFT = 1
_GPU = tuple(name for name in PREFERRED if name != "software")
"""On a console SDL's own renderer draws to nobody: black, without a word."""
_MOUSE = (pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION, pygame.MOUSEBUTTONUP)
_FINGERS = (pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP)
_RESIZED = (pygame.WINDOWSIZECHANGED, pygame.VIDEORESIZE)
_UNCOVERED = (pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED, pygame.WINDOWSHOWN)


class Screen:
    """An open window with its canvas. Made by :func:`open_screen`; belongs to the main thread."""

    def __init__(
        self,
        canvas: Canvas,
        driver: str,
        rotation: Rotation = Rotation.NONE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.canvas = canvas
        self._rotation = rotation
        self._clock = clock
        self._touch = Touch()
        self.driver = driver
        """SDL's video driver, for the log and for doctor."""
        self._size = canvas.size

    def events(self, *, paused: bool) -> list[Event]:
        """What happened since the last call, without waiting. ``paused`` decides what space bar and play key mean."""
        happened: list[Event] = []
        for event in pygame.event.get():
            if event.type == pygame.KEYDOWN:
                happened.extend(_asked(event, paused=paused))
            elif event.type in _MOUSE or event.type in _FINGERS:
                happened.extend(self._touched(event))
            elif event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
                happened.append(Asked(verb=Verb.QUIT))
            elif event.type in _RESIZED or event.type in _UNCOVERED:
                self.canvas.stale()
        if (held := self._touch.held(self._clock())) is not None:
            happened.append(held)
        if self.canvas.size != self._size:
            self._size = self.canvas.size
            happened.append(ScreenResized(screen=self._size, moves=self.canvas.moves))
        return happened

    @property
    def touched(self) -> bool:
        """A finger is on the screen: somebody has to look soon whether it stays."""
        return self._touch.touched

    def _touched(self, event: pygame.event.Event) -> Iterator[Event]:
        """What a finger, or the mouse, has done with this."""
        place = _place(event, logical(self.canvas.size, self._rotation))
        if place is None:
            return
        number, (x, y) = place[0], seen(place[1], place[2], self._rotation)
        now, screen = self._clock(), self.canvas.size
        if event.type in (pygame.MOUSEBUTTONDOWN, pygame.FINGERDOWN):
            self._touch.down(number, x, y, now)
        elif event.type in (pygame.MOUSEMOTION, pygame.FINGERMOTION):
            self._touch.move(number, x, y, now, screen)
        elif (done := self._touch.up(number, x, y, now, screen)) is not None:
            yield done

    def has_input_devices(self) -> bool:
        """Whether somebody could press a key, so that the loop has to look often."""
        return has_input_devices(self.driver)

    def close(self) -> None:
        """Close the window and SDL's video. A second time does nothing."""
        self.canvas.close()
        pygame.display.quit()


def _asked(event: pygame.event.Event, *, paused: bool) -> Iterator[Event]:
    verb = keys.verb(event.key, event.mod)
    if verb is Verb.PLAY_PAUSE:
        verb = Verb.RESUME if paused else Verb.PAUSE
    if verb is not None:
        # A key may be pressed by accident: the core wants the one that erases everything twice.
        yield Asked(verb=verb, confirmed=verb is not Verb.SIGN_OUT, key=True)


def _place(event: pygame.event.Event, panel: Size) -> tuple[object, float, float] | None:
    """Which finger, and where in shares of the panel. None: SDL says the same by another event, or nothing is meant."""
    if event.type in _FINGERS:
        return None if event.touch_id == _UNTOUCHED else ((event.touch_id, event.finger_id), event.x, event.y)
    if event.touch or (event.type != pygame.MOUSEMOTION and event.button != _LEFT):
        return None
    return "mouse", event.pos[0] / panel.width, event.pos[1] / panel.height


def open_screen(
    size: Size | None,
    rotation: Rotation = Rotation.NONE,
    renderer: Renderer = Renderer.AUTO,
    title: str = "kiosk",
    output: Output | None = None,
    mode: Size | None = None,
) -> Screen:
    """Open the window. size: in pixels of the panel, None for the whole screen.

    AUTO draws with textures where a GPU does, else with surfaces; KMSDRM has nothing but textures.

    output, mode: on a console, the connector for it and what that is switched to; None leaves both to SDL.

    DisplayError: no screen opens, or nothing can draw on it; the message lists what was tried.
    """
    driver = start_video(card=None if output is None else output.card)
    try:
        if driver == "kmsdrm":
            canvas: Canvas = _console(size, rotation, title, output, mode)
        else:
            canvas = _canvas(driver, size, rotation, renderer, title)
        pygame.mouse.set_visible(False)
        pygame.display.set_allow_screensaver(False)
    except RuntimeError as error:
        # pygame.error and the video module's own error derive from it.
        pygame.display.quit()
        why = obstacle(driver, os.environ) if driver == "kmsdrm" else None
        raise DisplayError(f"no window opens on {driver}: {error}{f'; {why}' if why else ''}") from error
    except DisplayError:
        pygame.display.quit()
        raise
    # What opening itself brought about is no news.
    pygame.event.clear()
    canvas.stale()
    return Screen(canvas, driver, rotation)


def _console(
    size: Size | None, rotation: Rotation, title: str, output: Output | None, mode: Size | None
) -> TextureCanvas:
    cards = [Path(f"/dev/dri/card{output.card}")] if output is not None else []
    if (held := another_master(cards)) is not None:
        raise DisplayError(f"no window opens on kmsdrm: {held}")
    # SDL lists what is connected when it starts, which may have become less meanwhile.
    there = len(pygame.display.get_desktop_sizes())
    place = output.index if output is not None and output.index < there else 0
    canvas = TextureCanvas(size, rotation, title, _GPU, display=place, mode=mode)
    if draws_in_software():
        canvas.before_present = wait_for_pixels
    canvas.take_screen()
    return canvas


def _canvas(driver: str, size: Size | None, rotation: Rotation, renderer: Renderer, title: str) -> Canvas:
    if renderer is Renderer.TEXTURE:
        return TextureCanvas(size, rotation, title)
    if renderer is Renderer.AUTO and driver in ("x11", "wayland") and has_gpu():
        try:
            canvas = TextureCanvas(size, rotation, title, _GPU)
        except (DisplayError, RuntimeError):
            return SurfaceCanvas(size, rotation, title)
        if not draws_in_software():
            return canvas
        canvas.close()
    return SurfaceCanvas(size, rotation, title)
