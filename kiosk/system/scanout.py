"""What a graphics card really sends to its displays, read back from the kernel (``include/uapi/drm/drm_mode.h``).

Whoever may open the card learns which CRTC is on and how large its framebuffer is. What is in it only root is given.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import struct
from array import array
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from attrs import frozen

_RESOURCES = struct.Struct("=4Q8I")
_CRTC = struct.Struct("=Q7I68s")
_FRAMEBUFFER = struct.Struct("=5I4I4I4I4x4Q")
_PRIME = struct.Struct("=2Ii")
_CLOSE = struct.Struct("=2I")


def _request(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | ord("d") << 8 | number


GET_RESOURCES = _request(3, 0xA0, _RESOURCES.size)
GET_CRTC = _request(3, 0xA1, _CRTC.size)
GET_FB2 = _request(3, 0xCE, _FRAMEBUFFER.size)
TO_FD = _request(3, 0x2D, _PRIME.size)
GEM_CLOSE = _request(1, 0x09, _CLOSE.size)

Ioctl = Callable[[int, int, bytearray], int]


def _ioctl(fd: int, request: int, words: bytearray) -> int:
    done: int = fcntl.ioctl(fd, request, words, True)
    return done


@frozen
class Scanout:
    """What one CRTC sends; size in pixels."""

    width: int
    height: int
    varied: bool | None
    """Whether it has more than one colour; None: this user may not look, or the memory cannot be read."""


def scanouts(card: Path, ioctl: Ioctl = _ioctl) -> tuple[Scanout, ...]:
    """Of all CRTCs that are on. OSError: the card cannot be opened or asked."""
    fd = os.open(card, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return tuple(found for crtc in _crtcs(fd, ioctl) if (found := _scanout(fd, crtc, ioctl)) is not None)
    finally:
        os.close(fd)


def _crtcs(fd: int, ioctl: Ioctl) -> list[int]:
    words = bytearray(_RESOURCES.size)
    ioctl(fd, GET_RESOURCES, words)
    count = _RESOURCES.unpack(words)[5]
    ids = array("I", [0] * count)
    words = bytearray(_RESOURCES.pack(0, ids.buffer_info()[0], 0, 0, 0, count, 0, 0, 0, 0, 0, 0))
    ioctl(fd, GET_RESOURCES, words)
    return list(ids[: min(count, _RESOURCES.unpack(words)[5])])


def _scanout(fd: int, crtc: int, ioctl: Ioctl) -> Scanout | None:
    words = bytearray(_CRTC.pack(0, 0, crtc, 0, 0, 0, 0, 0, b""))
    ioctl(fd, GET_CRTC, words)
    _, _, _, framebuffer, _, _, _, on, _ = _CRTC.unpack(words)
    if not on or not framebuffer:
        return None
    words = bytearray(_FRAMEBUFFER.pack(framebuffer, *[0] * 20))
    ioctl(fd, GET_FB2, words)
    told = _FRAMEBUFFER.unpack(words)
    width, height, handle, pitch = told[1], told[2], told[5], told[9]
    # Without the right to it there is no handle.
    varied = _is_varied(fd, handle, pitch * height, ioctl) if handle else None
    return Scanout(width, height, varied)


def _is_varied(fd: int, handle: int, size: int, ioctl: Ioctl) -> bool | None:
    try:
        words = bytearray(_PRIME.pack(handle, os.O_CLOEXEC, -1))
        ioctl(fd, TO_FD, words)
        memory = _PRIME.unpack(words)[2]
        try:
            with closing(mmap.mmap(memory, size, mmap.MAP_SHARED, mmap.PROT_READ)) as pixels:
                seen = pixels.read(size)
        finally:
            os.close(memory)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.ENODEV, errno.ENOSYS, errno.EINVAL, errno.ENOMEM):
            return None
        raise
    finally:
        ioctl(fd, GEM_CLOSE, bytearray(_CLOSE.pack(handle, 0)))
    # Four bytes a pixel, whatever their order and tiling: of one colour all are alike.
    return seen != seen[:4] * (size // 4)
