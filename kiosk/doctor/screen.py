"""Display, video drivers, text.

Drivers are tried in programs of their own: a graphics driver that crashes or hangs must not take the doctor
along.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from kiosk.doctor.check import Check, fail, ok, warn

DRIVERS = ("x11", "wayland", "kmsdrm")
"""SDL's drivers that reach a screen; `offscreen` and `dummy` do not, and SDL takes them silently (pygame
#4061)."""
_SCREENLESS = ("offscreen", "dummy", "evdev")
_SECONDS = 10.0

_TRY = """
import json, os
import pygame
from kiosk.display.drivers import start_video
from kiosk.display.obstacles import obstacle
from kiosk.errors import DisplayError
driver = os.environ["SDL_VIDEODRIVER"]
try:
    start_video()
    print(json.dumps({"sizes": pygame.display.get_desktop_sizes()}))
except (DisplayError, pygame.error) as error:
    found = obstacle(driver, os.environ)
    told = {"error": found.why, "cure": found.cure} if found else {"error": str(error)}
    print(json.dumps(told))
"""
"""What the kiosk does to open a screen, with SDL_VIDEODRIVER naming one driver."""


@frozen
class Tried:
    """One video driver: the sizes of its screens in pixels, or why it has none."""

    driver: str
    sizes: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    cure: str = ""


def display(env: Mapping[str, str]) -> list[Check]:
    """One check for the display as a whole, after a line for each driver."""
    chosen = env.get("SDL_VIDEODRIVER", "")
    tried = [try_driver(driver, env) for driver in (chosen.split(",") if chosen else DRIVERS)]
    with_screen = [each for each in tried if each.sizes]
    if not with_screen:
        lines = [warn(f"driver {each.driver}", f"not here: {each.reason}", each.cure) for each in tried]
        cure = "one of these is enough: do what stands below the one that this machine is to use"
        if chosen:
            cure = "take SDL_VIDEODRIVER out of the environment, so that the kiosk can choose"
        return [*lines, fail("display", "no video driver has a screen", cure)]
    lines = [ok(f"driver {each.driver}", _screens(each) or f"not here: {each.reason}") for each in tried]
    best = with_screen[0]
    if best.driver in _SCREENLESS:
        cure = "take SDL_VIDEODRIVER out of the environment"
        return [*lines, warn("display", f"SDL_VIDEODRIVER={chosen} shows nothing on a screen", cure)]
    return [*lines, ok("display", f"{best.driver}, {_screens(best)}")]


def try_driver(
    driver: str, env: Mapping[str, str], command: Sequence[str] = (), seconds: float = _SECONDS
) -> Tried:
    """Start SDL with this driver alone. `command` stands in for the trial program in tests."""
    command = command or (sys.executable, "-c", _TRY)
    environment = {**env, "SDL_VIDEODRIVER": driver, "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return Tried(driver, reason=f"it hangs for more than {seconds:g} s")
    if done.returncode < 0:
        return Tried(driver, reason=f"it crashes (signal {-done.returncode})")
    try:
        said = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return Tried(driver, reason=(done.stderr.strip().splitlines() or ["it says nothing"])[-1])
    if "error" in said:
        error = said["error"].removeprefix(f"no screen opens. {driver}: ")
        return Tried(driver, reason=error, cure=said.get("cure", ""))
    sizes = tuple((int(width), int(height)) for width, height in said["sizes"])
    return Tried(driver, sizes, "" if sizes else "it has no screen connected")


def _screens(tried: Tried) -> str:
    return ", ".join(f"{width}x{height}" for width, height in tried.sizes)


def text(fonts: Path) -> list[Check]:
    """Pillow's parts for text and pictures, and the fonts that come with the program."""
    from PIL import features

    raqm = bool(features.check("raqm"))
    formats = [name for name in ("jpg", "zlib", "webp", "freetype2") if not features.check(name)]
    without_raqm = "no RAQM: Arabic, Hebrew and Indian names come out wrong"
    return [
        ok("text layout", "Pillow has RAQM")
        if raqm
        else warn("text layout", without_raqm, "sudo apt install libfribidi0"),
        fail("picture formats", f"Pillow lacks {', '.join(formats)}", "install Pillow from PyPI: make demo")
        if formats
        else ok("picture formats", "Pillow reads JPEG, PNG and WebP"),
        _fonts(fonts),
    ]


def _fonts(directory: Path) -> Check:
    from PIL import ImageFont

    paths = sorted([*directory.glob("*.otf"), *directory.glob("*.ttf")])
    try:
        for path in paths:
            ImageFont.truetype(str(path), 12)
    except OSError as error:
        return fail("fonts", f"a font in {directory} is damaged: {error}", "install the program again")
    if not paths:
        return fail("fonts", f"no font in {directory}", "install the program again")
    return ok("fonts", f"{len(paths)} fonts in {directory}")
