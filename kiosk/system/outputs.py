"""The connectors of the graphics cards, as ``/sys/class/drm`` shows them to everybody.

Looking costs a few reads and asks no display: the kernel has already heard what is plugged in.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from attrs import evolve

from kiosk.core.model import Size
from kiosk.core.outputs import Output

DRM = Path("/sys/class/drm")
COMPATIBLE = Path("/proc/device-tree/compatible")
_SLOW = ("bcm2835", "bcm2836", "bcm2837", "bcm2711")
"""Raspberry Pi Zero to 4: VideoCore IV and VI (the processors' names in the device tree)."""
_NAME_TAG = bytes((0, 0, 0, 0xFC, 0))
"""A display's name in one of the four descriptors of an EDID (VESA E-EDID 1.4, 3.10.3)."""


def outputs(drm: Path = DRM) -> tuple[Output, ...]:
    """All of them, in the order in which the kernel lists them; none where it has no display."""
    found = []
    places: dict[int, int] = {}
    for path in sorted(drm.glob("card[0-9]*-*"), key=_rank):
        output = _output(path)
        if output.connected:
            output = evolve(output, index=places.setdefault(output.card, 0))
            places[output.card] += 1
        found.append(output)
    return tuple(found)


def is_slow(compatible: Path = COMPATIBLE) -> bool:
    """Whether the GPU is a VideoCore VI or older."""
    boards = _bytes(compatible).decode(errors="replace").split("\0")
    return any(board == f"brcm,{chip}" for board in boards for chip in _SLOW)


def _rank(path: Path) -> tuple[int, int]:
    """Kernels before 6.2 do not tell the connector's id, but make their folders in the same order."""
    told = _bytes(path / "connector_id").strip()
    try:
        return _card(path), int(told) if told.isdigit() else path.stat().st_ino
    except OSError:  # unplugged in this very moment
        return _card(path), 0


def _card(path: Path) -> int:
    return int(path.name.partition("-")[0].removeprefix("card"))


def _output(path: Path) -> Output:
    edid = _bytes(path / "edid")
    modes = tuple(
        Size(int(width), int(height))
        for width, height in re.findall(
            r"^(\d+)x(\d+)$", _bytes(path / "modes").decode(errors="replace"), re.MULTILINE
        )
    )
    return Output(
        name=path.name.partition("-")[2],
        card=_card(path),
        # Without a mode SDL does not count it.
        connected=_bytes(path / "status").strip() == b"connected" and bool(modes),
        monitor=_monitor(edid),
        modes=modes,
        edid=hashlib.sha256(edid).hexdigest()[:16] if edid else "",
    )


def _monitor(edid: bytes) -> str:
    for start in range(54, 126, 18):
        descriptor = edid[start : start + 18]
        if descriptor.startswith(_NAME_TAG):
            return descriptor[5:].partition(b"\n")[0].decode("cp437").strip()
    return ""


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # unplugged in this very moment, or a machine without it
        return b""


class Hold:
    """Keeps the graphics cards from the kernel's console: whoever opens one first is its master, and only a master, or
    the console where there is none, lights up a display."""

    def __init__(self, devices: Path = Path("/dev/dri")) -> None:
        self._devices = devices
        self._fds: list[int] = []

    def take(self) -> None:
        """Of those that can be had."""
        for card in sorted(self._devices.glob("card[0-9]*")):
            with suppress(OSError):
                self._fds.append(os.open(card, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK))

    def release(self) -> None:
        """For a window to be opened. A second time does nothing."""
        while self._fds:
            os.close(self._fds.pop())
