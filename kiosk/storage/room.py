"""How many bytes may still be written. The one object that the disk thread and the download threads share, so it locks.

Both limits hold always: each piece of a download is asked for here before it is written. What counts against
``cache_max_mb`` is every byte that this frame put below the cache directory: renditions, those on their way, those that
are about to be removed, and damaged ones set aside.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from kiosk.errors import DiskFull
from kiosk.storage.files import storage_errors

MEGABYTE = 1_000_000
"""As file managers and card makers count."""

# Room for a few downloads at once, so that eviction runs once for many pictures; a quarter of a very small cache.
HEADROOM = 32 * MEGABYTE
ENDLESS = 1 << 62
MOST_PROBED = 4 * MEGABYTE
"""Of what the card refused; more says nothing more and costs memory."""


class Room:
    """Bytes used and bytes left under ``cache_max_mb`` and ``keep_free_mb``."""

    def __init__(self, directory: Path, cache_max: int, keep_free: int) -> None:
        """`directory` lies on the card in question; both limits in bytes. Opens nothing."""
        self._directory = directory
        self._cache_max = cache_max
        self._keep_free = keep_free
        self._lock = threading.Lock()
        self._used = 0
        self._flying = 0
        self._need = 0
        self._tried = False
        self._refused_bytes = 0

    @property
    def headroom(self) -> int:
        """What eviction aims at, in bytes."""
        return min(HEADROOM, self._cache_max // 4)

    @property
    def used(self) -> int:
        with self._lock:
            return self._used

    def begin(self, used: int) -> None:
        """What lies there when the catalog is opened or wiped; downloads on their way stay counted."""
        with self._lock:
            self._used = used + self._flying

    def left(self) -> int:
        """Bytes that may still be written; negative when a limit is broken already."""
        with self._lock:
            return self._left()

    def take(self, count: int, *, beyond: bool = False) -> None:
        """Before `count` bytes go into a part file. Raises DiskFull.

        beyond: whatever the limits say, as another file goes in return.
        """
        with self._lock:
            if not beyond and count > self._left():
                # Everything on its way wants to land: less than that is not enough room for a second try.
                self._need = max(self._need, self._flying + count)
                raise DiskFull("no room left within cache_max_mb and keep_free_mb")
            self._used += count
            self._flying += count

    def refused(self) -> None:
        """The system itself refused a write that the limits allow: something has to go, whatever the sums say."""
        with self._lock:
            self._need = ENDLESS
            self._refused_bytes = self._flying

    def landed(self, count: int, *, again: bool) -> None:
        """A part file of `count` bytes was renamed into place; `again` if the same file was there already."""
        with self._lock:
            self._flying -= count
            self._used -= count if again else 0
            self._tried = False

    def dropped(self, count: int) -> None:
        """A part file of `count` bytes is gone."""
        with self._lock:
            self._flying -= count
            self._used -= count

    def freed(self, count: int) -> None:
        """A file of `count` bytes that was in place is gone."""
        with self._lock:
            self._used -= count

    def need(self) -> int:
        """Bytes without which the last refused write fails again; 0 when nothing was refused."""
        with self._lock:
            return self._need

    @property
    def stubborn(self) -> bool:
        """The system still refuses although room was made: more eviction would only lose pictures."""
        with self._lock:
            return self._need == ENDLESS and self._tried

    @property
    def refused_bytes(self) -> int:
        """What was on its way when the system refused, in bytes: the card has to take that much before it is roomy."""
        with self._lock:
            return min(self._refused_bytes, MOST_PROBED)

    def settle(self) -> None:
        """Room was made: the refusals are answered."""
        with self._lock:
            self._tried = self._need == ENDLESS
            self._need = 0

    def _left(self) -> int:
        with storage_errors():
            disk = os.statvfs(self._directory)
        return min(self._cache_max - self._used, disk.f_bavail * disk.f_frsize - self._keep_free)
