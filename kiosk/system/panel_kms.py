"""The kernel's own DPMS, where the kiosk draws with kmsdrm: the connector's property turns the CRTC off under the
picture that stands on it, and on again with it.

SDL has opened the graphics device and is its master, so the request goes over SDL's own descriptor: another one would
be refused. Window and textures stay, and the picture is there again at once. The numbers are those of
``include/uapi/drm/drm_mode.h``.
"""

from __future__ import annotations

import array
import fcntl
import re
import struct
from collections.abc import Callable
from pathlib import Path

from kiosk.system.connectors import Connector, connectors
from kiosk.system.tool import Trouble

FDS = Path("/proc/self/fd")
_ON, _OFF = 0, 3
"""DRM_MODE_DPMS_ON, DRM_MODE_DPMS_OFF."""

_RESOURCES = struct.Struct("=4Q8I")
_CONNECTOR = struct.Struct("=4Q12I")
_PROPERTY = struct.Struct("=2Q2I32s2I")
_SET = struct.Struct("=Q2I")
_MODE_BYTES = 68


def _iowr(number: int, size: int) -> int:
    return 3 << 30 | size << 16 | ord("d") << 8 | number


GET_RESOURCES = _iowr(0xA0, _RESOURCES.size)
GET_CONNECTOR = _iowr(0xA7, _CONNECTOR.size)
GET_PROPERTY = _iowr(0xAA, _PROPERTY.size)
SET_PROPERTY = _iowr(0xAB, _SET.size)

Ioctl = Callable[[int, int, bytearray], int]


def _ioctl(fd: int, request: int, words: bytearray) -> int:
    done: int = fcntl.ioctl(fd, request, words, True)
    return done


class Kms:
    """fds: this process's descriptors. look: the kernel's connectors, for reading back."""

    name = "kms"
    lasts = False
    repeats = True

    def __init__(
        self,
        fds: Path = FDS,
        look: Callable[[], tuple[Connector, ...]] = connectors,
        ioctl: Ioctl = _ioctl,
    ) -> None:
        self._fds = fds
        self._look = look
        self._ioctl = ioctl

    def missing(self) -> str:
        return "" if self._cards() else "the kiosk does not draw with kmsdrm"

    def switch(self, *, on: bool) -> None:
        done = 0
        try:
            for fd in self._cards():
                for connector in _ids(self._ioctl, fd):
                    done += _set_dpms(self._ioctl, fd, connector, _ON if on else _OFF)
        except OSError as error:
            raise Trouble(f"the kernel refuses it: {error.strerror or error}") from error
        if not done:
            raise Trouble("no connector has a DPMS property")

    def lit(self) -> bool | None:
        told = [each.dpms for each in self._look() if each.status == "connected" and each.dpms]
        return any(dpms == "On" for dpms in told) if told else None

    def _cards(self) -> list[int]:
        """SDL's descriptors of graphics devices; render nodes have no connectors."""
        found = []
        for link in sorted(self._fds.iterdir()):
            try:
                target = str(link.readlink())
            except OSError:  # closed meanwhile
                continue
            if re.fullmatch(r"/dev/dri/card\d+", target):
                found.append(int(link.name))
        return found


def _ids(ioctl: Ioctl, fd: int) -> list[int]:
    """Of the connectors."""
    words = bytearray(_RESOURCES.size)
    ioctl(fd, GET_RESOURCES, words)
    count = _RESOURCES.unpack(words)[6]
    ids = array.array("I", [0] * count)
    words = bytearray(_RESOURCES.pack(0, 0, ids.buffer_info()[0], 0, 0, 0, count, 0, 0, 0, 0, 0))
    ioctl(fd, GET_RESOURCES, words)
    return list(ids[: min(count, _RESOURCES.unpack(words)[6])])


def _properties(ioctl: Ioctl, fd: int, connector: int) -> list[int]:
    """Of one connector. Room for one mode means: tell what is known, do not ask the display (which takes a while)."""
    mode = array.array("B", bytes(_MODE_BYTES))

    def ask(ids: array.array[int], values: array.array[int]) -> int:
        where = (0, mode.buffer_info()[0], ids.buffer_info()[0], values.buffer_info()[0])
        words = bytearray(_CONNECTOR.pack(*where, 1, len(ids), 0, 0, connector, *[0] * 7))
        ioctl(fd, GET_CONNECTOR, words)
        count: int = _CONNECTOR.unpack(words)[5]
        return count

    count = ask(array.array("I"), array.array("Q"))
    ids = array.array("I", [0] * count)
    return list(ids[: min(count, ask(ids, array.array("Q", [0] * count)))])


def _set_dpms(ioctl: Ioctl, fd: int, connector: int, value: int) -> int:
    """1 where the connector has such a property, else 0."""
    for number in _properties(ioctl, fd, connector):
        words = bytearray(_PROPERTY.pack(0, 0, number, 0, b"", 0, 0))
        ioctl(fd, GET_PROPERTY, words)
        if _PROPERTY.unpack(words)[4].rstrip(b"\0") == b"DPMS":
            ioctl(fd, SET_PROPERTY, bytearray(_SET.pack(value, number, connector)))
            return 1
    return 0
