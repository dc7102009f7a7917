"""Keys that SDL drops on a console, and one button that is enough for everything, from the kernel's input devices.

SDL reads the same devices, but knows no key above 248 and has holes below (kiosk/display/keys.py): the OK of a remote
control is one of them. What SDL delivers is not in the table here, so nothing is counted twice.

Besides, this thread waits for devices where SDL can only be asked: any key or finger makes the loop look at once.

Rules:
- It waits in the kernel: nothing wakes it while nothing is pressed. The kernel is asked for keys alone (EVIOCSMASK), so
  that a mouse that moves or a sensor that counts stays unheard.
- Devices come and go: a TV's remote control appears late, one without a cable goes to sleep.
- Only opened for reading, and never grabbed: SDL and the system go on hearing them.
"""

from __future__ import annotations

import ctypes
import os
import select
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path

from kiosk.core.events import Asked, Event, Stirred, Verb

KEYS = {
    0x08F: Verb.WAKE,  # KEY_WAKEUP
    0x0AE: Verb.CANCEL,  # KEY_EXIT
    0x0C9: Verb.PAUSE,  # KEY_PAUSECD
    0x160: Verb.OK,  # KEY_OK
    0x161: Verb.OK,  # KEY_SELECT
    0x166: Verb.INFO,  # KEY_INFO
    0x16D: Verb.MENU,  # KEY_EPG
    0x18E: Verb.CANCEL,  # KEY_RED
    0x18F: Verb.PICK,  # KEY_GREEN
    0x190: Verb.PLAY_PAUSE,  # KEY_YELLOW
    0x191: Verb.SLEEP,  # KEY_BLUE
    0x192: Verb.NEXT,  # KEY_CHANNELUP
    0x193: Verb.PREVIOUS,  # KEY_CHANNELDOWN
    0x197: Verb.NEXT,  # KEY_NEXT
    0x19C: Verb.PREVIOUS,  # KEY_PREVIOUS
    0x1B6: Verb.MENU,  # KEY_CONTEXT_MENU
    0x26A: Verb.MENU,  # KEY_ROOT_MENU
    0x26B: Verb.MENU,  # KEY_MEDIA_TOP_MENU
}
"""Codes of linux/input-event-codes.h, as a TV's (drivers/media/rc/keymaps/rc-cec.c) and others send them."""
BUTTON = 0x0CA
"""KEY_PROG3: one button alone. Pressed it is *next*, held it is *OK*, so that it reaches all of the menu."""
HOLD_SECONDS = 0.6
_EVENT = struct.Struct("llHHi")
"""struct input_event: seconds, microseconds, type, code, value."""
_EV_KEY = 1
_UP, _DOWN = 0, 1
_ONLY_KEYS = 1 << _EV_KEY
_EVIOCSMASK = 0x40104593
"""_IOW('E', 0x93, struct input_mask): for type 0 the mask says which types of events come at all."""
_NEWS = 0x004 | 0x080 | 0x100 | 0x200
"""inotify: attributes (udev gives the group its right a moment later), moved here, made, gone."""
_AT_ONCE = 64


class Inputs:
    """One thread. ``put`` is called on it. Constructing starts nothing."""

    def __init__(self, put: Callable[[Event], None], folder: Path = Path("/dev/input")) -> None:
        self._put = put
        self._folder = folder
        self._devices: dict[int, Path] = {}
        self._poll = select.poll()
        self._pressed: float | None = None
        """Since when the button is down, monotonic seconds; None while it is not, or has been answered."""
        self._thread = threading.Thread(target=self._run, name="inputs", daemon=True)

    def start(self) -> None:
        self._wake, self._stop = os.pipe()
        self._news = _inotify()
        for fd in (self._wake, self._news):
            if fd >= 0:
                self._poll.register(fd, select.POLLIN)
        self._find()
        self._thread.start()

    def stop(self) -> None:
        """Returns when the thread has ended and every device is closed. Before a start it does nothing."""
        if not self._thread.is_alive():
            return
        os.close(self._stop)
        self._thread.join()

    def _run(self) -> None:
        while self._turn():
            pass
        for fd in (*self._devices, self._wake, self._news):
            if fd >= 0:
                os.close(fd)

    def _turn(self) -> bool:
        """Wait for what is next. Whether to go on."""
        for fd, _ in self._poll.poll(self._patience()):
            if fd == self._wake:
                return False
            if fd == self._news:
                os.read(fd, 1 << 16)
                self._find()
            else:
                self._hear(fd)
        if self._pressed is not None and time.monotonic() - self._pressed >= HOLD_SECONDS:
            self._pressed = None
            self._put(Asked(verb=Verb.OK, key=True))
        return True

    def _patience(self) -> float | None:
        """Milliseconds until the button has been held for long enough; None: for ever."""
        if self._pressed is None:
            return None
        return max(0.0, (self._pressed + HOLD_SECONDS - time.monotonic()) * 1000 + 1)

    def _find(self) -> None:
        """Open what is new. The folder itself may come later than the kiosk."""
        if self._news >= 0 and not _watched(self._news, self._folder):
            _watched(self._news, self._folder.parent)
        for path in sorted(self._folder.glob("event*")):
            if path in self._devices.values():
                continue
            with suppress(OSError):  # not ours to read yet, or gone again
                fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                _ask_for_keys_alone(fd)
                self._devices[fd] = path
                self._poll.register(fd, select.POLLIN)

    def _hear(self, fd: int) -> None:
        try:
            data = os.read(fd, _EVENT.size * _AT_ONCE)
        except BlockingIOError:
            return
        except OSError:  # unplugged
            data = b""
        if not data:
            self._poll.unregister(fd)
            del self._devices[fd]
            os.close(fd)
            return
        for code, value in _keys(data):
            self._key(code, value)

    def _key(self, code: int, value: int) -> None:
        if value == _DOWN:
            self._put(Stirred())
        if code == BUTTON:
            self._button(value)
        elif value == _DOWN and code in KEYS:
            self._put(Asked(verb=KEYS[code], key=True))

    def _button(self, value: int) -> None:
        if value == _DOWN:
            self._pressed = time.monotonic()
        elif value == _UP and self._pressed is not None:
            self._pressed = None
            self._put(Asked(verb=Verb.NEXT, key=True))


def _keys(data: bytes) -> Iterator[tuple[int, int]]:
    whole = len(data) - len(data) % _EVENT.size
    for _, _, kind, code, value in _EVENT.iter_unpack(data[:whole]):
        if kind == _EV_KEY:
            yield code, value


def _ask_for_keys_alone(fd: int) -> None:
    """Kernels have it since 4.4; without it there is more to read past."""
    types = (ctypes.c_uint64 * 1)(_ONLY_KEYS)
    with suppress(OSError):
        ioctl(fd, _EVIOCSMASK, struct.pack("IIQ", 0, ctypes.sizeof(types), ctypes.addressof(types)))


def _inotify() -> int:
    """A descriptor of the kernel's for news of folders; -1 where there is none: no new devices then."""
    return int(ctypes.CDLL(None).inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))


def _watched(fd: int, folder: Path) -> bool:
    return int(ctypes.CDLL(None).inotify_add_watch(fd, os.fsencode(folder), _NEWS)) >= 0
