"""Reading back what a card sends: the kernel's structures, answered by a card that is a list of numbers."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.system import scanout
from kiosk.system.scanout import Scanout, scanouts

WIDTH, HEIGHT, PITCH = 4, 3, 16
BLACK = bytes(PITCH * HEIGHT)
PICTURE = bytes(PITCH * HEIGHT - 4) + b"\1\2\3\4"


class Card:
    """Two CRTCs, of which the second is on. handle: 0 where the user may not look."""

    def __init__(self, memory: Path, handle: int = 9, refuses: int = 0) -> None:
        self.memory, self.handle, self.refuses = memory, handle, refuses
        self.closed: list[int] = []

    def ioctl(self, _fd: int, request: int, words: bytearray) -> int:
        answer: dict[int, Callable[[bytearray], None]] = {
            scanout.GET_RESOURCES: self._resources,
            scanout.GET_CRTC: self._crtc,
            scanout.GET_FB2: self._framebuffer,
            scanout.TO_FD: self._to_fd,
            scanout.GEM_CLOSE: lambda words: self.closed.append(int.from_bytes(words[:4], "little")),
        }
        answer[request](words)
        return 0

    def _resources(self, words: bytearray) -> None:
        if (ids := int.from_bytes(words[8:16], "little")) != 0:
            import ctypes

            ctypes.memmove(ids, (31).to_bytes(4, "little") + (36).to_bytes(4, "little"), 8)
        words[36:40] = (2).to_bytes(4, "little")

    def _crtc(self, words: bytearray) -> None:
        if int.from_bytes(words[12:16], "little") == 36:
            words[16:20] = (46).to_bytes(4, "little")
            words[32:36] = (1).to_bytes(4, "little")

    def _framebuffer(self, words: bytearray) -> None:
        assert int.from_bytes(words[:4], "little") == 46
        for at, value in ((4, WIDTH), (8, HEIGHT), (20, self.handle), (36, PITCH)):
            words[at : at + 4] = value.to_bytes(4, "little")

    def _to_fd(self, words: bytearray) -> None:
        if self.refuses:
            raise OSError(self.refuses, os.strerror(self.refuses))
        words[8:12] = os.open(self.memory, os.O_RDONLY).to_bytes(4, "little")


@pytest.fixture
def node(tmp_path: Path) -> Path:
    (tmp_path / "card0").touch()
    return tmp_path / "card0"


@pytest.mark.parametrize(("pixels", "varied"), [(PICTURE, True), (BLACK, False)])
def test_a_picture_is_told_from_one_colour(tmp_path: Path, node: Path, pixels: bytes, varied: bool) -> None:
    (tmp_path / "memory").write_bytes(pixels)
    card = Card(tmp_path / "memory")
    assert scanouts(node, card.ioctl) == (Scanout(WIDTH, HEIGHT, varied),)
    assert card.closed == [9]


@pytest.mark.parametrize(("handle", "refuses"), [(0, 0), (9, errno.EACCES)])
def test_who_may_not_look_learns_the_size_alone(
    tmp_path: Path, node: Path, handle: int, refuses: int
) -> None:
    card = Card(tmp_path / "memory", handle, refuses)
    assert scanouts(node, card.ioctl) == (Scanout(WIDTH, HEIGHT, None),)
    assert card.closed == ([9] if handle else [])


def test_a_card_that_breaks_off_is_an_error(tmp_path: Path, node: Path) -> None:
    with pytest.raises(OSError, match="Input/output"):
        scanouts(node, Card(tmp_path / "memory", refuses=errno.EIO).ioctl)


def test_what_is_no_card_is_an_error(node: Path) -> None:
    with pytest.raises(OSError, match="ioctl"):
        scanouts(node)


def test_the_numbers_are_those_of_the_kernel() -> None:
    """As libdrm's drm.h and drm_mode.h make them."""
    assert [hex(each) for each in (scanout.GET_RESOURCES, scanout.GET_CRTC, scanout.GET_FB2)] == [
        "0xc04064a0",
        "0xc06864a1",
        "0xc06864ce",
    ]
    assert [hex(each) for each in (scanout.TO_FD, scanout.GEM_CLOSE)] == ["0xc00c642d", "0x40086409"]
