"""Graphics cards that systemd keeps open for the frame while it begins anew (sd_notify(3), ``FDSTORE=1``).

When the last one closes a card, the kernel gives the display to its console, and lights it. So a frame that was begun
anew in the dark hours, or died in them, would shine until it is back. What systemd holds is no master of the card: it
can show nothing, and keeps nobody else from showing something.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from kiosk.system.notify import Notifier

CARDS = Path("/dev/dri")
NAME = "card"
_FIRST = 3
"""SD_LISTEN_FDS_START."""
_DRM_MAJOR = 226
"""Documentation/admin-guide/devices.txt."""
_DROP_MASTER = ord("d") << 8 | 0x1F
"""DRM_IOCTL_DROP_MASTER (include/uapi/drm/drm.h)."""


def given_back(env: Mapping[str, str], pid: int) -> int:
    """At the start: how many cards systemd has kept. Our copies are closed, so that nobody takes them for SDL's.

    pid: ours; what was meant for another process is left alone.
    """
    if env.get("LISTEN_PID") != str(pid) or not env.get("LISTEN_FDS", "").isdecimal():
        return 0
    names = env.get("LISTEN_FDNAMES", "").split(":")
    kept = [number for number, name in enumerate(names[: int(env["LISTEN_FDS"])], _FIRST) if name == NAME]
    for fd in kept:
        # A program that began itself anew has the same words in its environment, and something else there, or nothing.
        with suppress(OSError):
            if _is_card(os.fstat(fd)):
                os.close(fd)
    return len(kept)


def keep_cards(notifier: Notifier, devices: Path = CARDS) -> None:
    """systemd has them from now on."""
    with cards_open(devices) as fds:
        for fd in fds:
            notifier.keep(fd, NAME)


@contextmanager
def cards_open(devices: Path = CARDS) -> Iterator[Sequence[int]]:
    """All cards that there are, none of them as its master; for whoever stops the frame and starts it again as well."""
    fds = []
    for card in sorted(devices.glob("card[0-9]*")):
        with suppress(OSError):
            fds.append(os.open(card, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK))
    try:
        for fd in fds:
            # Whoever opens a card that nobody has is its master without having asked.
            with suppress(OSError):
                fcntl.ioctl(fd, _DROP_MASTER)
        yield fds
    finally:
        for fd in fds:
            os.close(fd)


def _is_card(found: os.stat_result) -> bool:
    return stat.S_ISCHR(found.st_mode) and os.major(found.st_rdev) == _DRM_MAJOR
