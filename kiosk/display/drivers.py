"""Which of SDL's video drivers to take, and what the machine has to draw with.

SDL falls back to a driver with no screen ("offscreen", "dummy") without a word (pygame issue 4061), and a frame would
then play to nobody. So the real drivers are tried by name, and their reasons are kept.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pygame

from kiosk.display.obstacles import obstacle
from kiosk.errors import DisplayError

REAL = ("x11", "wayland", "kmsdrm")
_NEEDS = {"x11": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}
_CARD = "SDL_KMSDRM_DEVICE_INDEX"
_GL_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software")
_BTN_TOUCH = 330
"""linux/input-event-codes.h: what a touch screen has."""
_KEY_RIGHT = 106
"""Keyboards and the remote controls of TVs have it, power buttons do not."""


def start_video(
    environment: Mapping[str, str] | None = None, real: tuple[str, ...] = REAL, card: int | None = None
) -> str:
    """Start SDL's video with a driver that has a screen, and return its name.

    card: the number of the graphics card to draw on without a desktop; None: the one with a display.
    SDL_VIDEODRIVER is obeyed whatever it says, so that "dummy" can be asked for. DisplayError lists every driver that
    was tried with its reason and what to do about it.
    """
    given = os.environ if environment is None else environment
    # Python's own handlers stay: a SIGTERM has to reach the loop, not become a key press.
    os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")
    reasons = []
    for driver in _asked_for(given) or real:
        if needed := _missing(driver, given):
            reasons.append(f"{driver}: {needed} is not set")
            continue
        try:
            with _asking_for(driver, card):
                pygame.display.init()
            # SDL 2 answers KMSDRM to who asks for kmsdrm.
            return pygame.display.get_driver().lower()
        except pygame.error as error:
            reasons.append(f"{driver}: {obstacle(driver, given) or error}")
            pygame.display.quit()
    raise DisplayError("no screen opens. " + "; ".join(reasons))


def _asked_for(given: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in given.get("SDL_VIDEODRIVER", "").split(",") if name)


def _missing(driver: str, given: Mapping[str, str]) -> str:
    needed = _NEEDS.get(driver, "")
    return needed if needed and not given.get(needed) else ""


@contextmanager
def _asking_for(driver: str, card: int | None) -> Iterator[None]:
    """The environment is as before afterwards: the next time it may be another card."""
    wanted = {"SDL_VIDEODRIVER": driver}
    if (
        driver == "kmsdrm"
        and _CARD not in os.environ
        and (card is not None or (card := connected_card()) is not None)
    ):
        wanted[_CARD] = str(card)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def connected_card(drm: Path = Path("/sys/class/drm")) -> int | None:
    """The number of the one graphics card with a panel on it, None where there is none or a choice.

    A Raspberry Pi has two cards, whose numbers can change over reboots; a DSI panel may hang on the second.
    """
    cards = set()
    for status in drm.glob("card[0-9]*-*/status"):
        if status.read_text().strip() == "connected":
            cards.add(int(status.parent.name.removeprefix("card").split("-")[0]))
    return cards.pop() if len(cards) == 1 else None


def has_gpu(dri: Path = Path("/dev/dri")) -> bool:
    """Whether there is a render node at all. Without one Mesa need not be loaded to learn that it draws in software."""
    return any(dri.glob("renderD*"))


def draws_in_software() -> bool:
    """Whether the OpenGL context that is current in this thread is drawn by the CPU. Unknown counts as hardware."""
    for library in ("libGLESv2.so.2", "libGL.so.1"):
        try:
            get_string = ctypes.CDLL(library).glGetString
        except (OSError, AttributeError):
            continue
        get_string.restype = ctypes.c_char_p
        get_string.argtypes = [ctypes.c_uint]
        name: bytes | None = get_string(_GL_RENDERER)
        if name:
            return any(word in name.decode(errors="replace").lower() for word in _SOFTWARE)
    return False


def wait_for_pixels() -> None:
    """Return when everything that the current OpenGL context was told to draw is drawn (glFinish).

    A GPU's pixels are waited for by the kernel before a display shows them. llvmpipe's are not: what was half drawn
    when it was flipped stays on a still until the next flip, and the first one is black.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libGLESv2.so.2").glFinish()


def has_input_devices(driver: str, inputs: Path = Path("/sys/class/input")) -> bool:
    """Whether somebody could press a key: a desktop session counts, else a device with arrow keys or for fingers."""
    if driver in _NEEDS:
        return True
    for capabilities in inputs.glob("event*/device/capabilities/key"):
        # Words of the machine's size in hex, the highest first (Documentation/input, EV_KEY bitmap).
        try:
            words = capabilities.read_text().split()
        except OSError:  # unplugged in this very moment: the show goes on
            continue
        if any(_has(words, key) for key in (_KEY_RIGHT, _BTN_TOUCH)):
            return True
    return False


def _has(words: list[str], key: int) -> bool:
    bits = ctypes.sizeof(ctypes.c_long) * 8
    place = len(words) - 1 - key // bits
    return place >= 0 and bool(int(words[place], 16) >> (key % bits) & 1)
