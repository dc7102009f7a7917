"""What stands in the way of a video driver, as far as it can be seen from outside, and what to do about it.

SDL says "kmsdrm not available" whatever is missing. This is asked only after a driver has failed.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import frozen

LIBRARIES = ("libdrm.so.2", "libgbm.so.1", "libEGL.so.1", "libGLESv2.so.2")
"""What SDL opens at run time to draw on a console."""
PACKAGES = "sudo apt install libgbm1 libdrm2 libegl1 libgles2 libgl1-mesa-dri"
AUTH_MAGIC = 0x40046411
"""DRM_IOCTL_AUTH_MAGIC (include/uapi/drm/drm.h): refused to whoever is not the master, harmless to the master."""
_INSIDE = "start it inside of the desktop, as the person whom that belongs to (systemctl --user start kiosk)"


@frozen
class Obstacle:
    """Two phrases: why a driver has no screen, and what to do."""

    why: str
    cure: str

    def __str__(self) -> str:
        return f"{self.why} ({self.cure})"


@frozen
class Places:
    """Where to look."""

    dri: Path = Path("/dev/dri")
    drm: Path = Path("/sys/class/drm")
    x11: Path = Path("/tmp/.X11-unix")  # noqa: S108  where X servers have their sockets
    libraries: tuple[str, ...] = LIBRARIES


def obstacle(driver: str, given: Mapping[str, str], places: Places = Places()) -> Obstacle | None:
    """The first one that is seen; None: nothing is, or the driver is an unknown one."""
    match driver:
        case "x11":
            return _x11(given, places)
        case "wayland":
            return _wayland(given)
        case "kmsdrm":
            return _kmsdrm(places)
    return None


def _x11(given: Mapping[str, str], places: Places) -> Obstacle:
    display = given.get("DISPLAY", "")
    if not display:
        return Obstacle("DISPLAY is not set", _INSIDE)
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if local and not (places.x11 / f"X{local[1]}").exists():
        return Obstacle(f"no X server is at DISPLAY={display}", _INSIDE)
    return Obstacle(
        f"the X server at DISPLAY={display} refuses", f"XAUTHORITY has to name its key: {_INSIDE}"
    )


def _wayland(given: Mapping[str, str]) -> Obstacle | None:
    name = given.get("WAYLAND_DISPLAY", "")
    if not name:
        return Obstacle("WAYLAND_DISPLAY is not set", _INSIDE)
    if not name.startswith("/") and not given.get("XDG_RUNTIME_DIR"):
        return Obstacle("XDG_RUNTIME_DIR is not set", _INSIDE)
    socket = Path(given.get("XDG_RUNTIME_DIR", "/"), name)
    if not os.access(socket, os.R_OK | os.W_OK):
        return Obstacle(f"no Wayland desktop of this user is at {socket}", _INSIDE)
    return None


def _kmsdrm(places: Places) -> Obstacle | None:
    cards = sorted(places.dri.glob("card[0-9]*"))
    if not cards:
        return Obstacle(
            f"there is no {places.dri}/card*",
            "a driver for the graphics is missing: dtoverlay=vc4-kms-v3d in config.txt on a Raspberry Pi",
        )
    usable = [card for card in cards if os.access(card, os.R_OK | os.W_OK)]
    if not usable:
        return Obstacle(
            f"{cards[0]} is closed to user {os.getuid()}",
            "sudo usermod -aG video,render USER, and log in anew",
        )
    if missing := [name for name in places.libraries if not _loads(name)]:
        return Obstacle(f"{', '.join(missing)} is not installed", PACKAGES)
    if "kmsdrm" not in (drivers := sdl_drivers()) and drivers:
        return Obstacle(
            "this pygame was built without it", "pip install pygame-ce, which has it, in place of pygame"
        )
    if (told := _statuses(places.drm)) and not any(status == "connected" for _, status in told):
        seen = ", ".join(f"{name} {status}" for name, status in told)
        return Obstacle(f"no screen is connected ({seen})", "connect the screen and switch it on")
    return another_master(usable)


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _statuses(drm: Path) -> list[tuple[str, str]]:
    return [
        (path.parent.name.partition("-")[2], path.read_text().strip())
        for path in sorted(drm.glob("card[0-9]*-*/status"))
    ]


def another_master(cards: Iterable[Path]) -> Obstacle | None:
    """Where SDL is told which card to take it does not look, and would show nothing."""
    for card in cards:
        if not _may_draw(card):
            return Obstacle(
                f"another program draws on {card}",
                "stop it (sudo systemctl stop display-manager), or start the kiosk inside of that desktop",
            )
    return None


def _may_draw(card: Path) -> bool:
    """The first to open a card is its master."""
    try:
        fd = os.open(card, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return True  # another reason than this one
    try:
        fcntl.ioctl(fd, AUTH_MAGIC, bytes(4))
    except OSError as error:
        return error.errno != errno.EACCES
    finally:
        os.close(fd)
    return True


def sdl_drivers(maps: Path = Path("/proc/self/maps")) -> tuple[str, ...]:
    """The video drivers in the SDL that pygame has loaded; none where that is not found out."""
    found = re.search(r"(/\S*libSDL2\S*\.so\S*)$", maps.read_text(), re.MULTILINE)
    if found is None:
        return ()
    try:
        sdl = ctypes.CDLL(found[1])
    except OSError:
        return ()
    sdl.SDL_GetVideoDriver.restype = ctypes.c_char_p
    return tuple(
        sdl.SDL_GetVideoDriver(number).decode().lower() for number in range(sdl.SDL_GetNumVideoDrivers())
    )
