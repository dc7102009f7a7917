"""A card that refuses: from one call on, or one call only, whatever touches it fails as the kernel and SQLite fail."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading

from attrs import frozen


@frozen
class Refusal:
    """``code``: of the system; ``sqlite``: what SQLite makes of it (unixWrite in its os_unix.c)."""

    name: str
    code: int
    sqlite: int

    def __str__(self) -> str:
        return self.name

    def error(self, point: str) -> Exception:
        if point.startswith(("begin", "commit")):
            refused = sqlite3.OperationalError(f"injected {self.name}")
            refused.sqlite_errorcode = self.sqlite
            return refused
        return OSError(self.code, os.strerror(self.code))


REFUSALS = (
    Refusal("ENOSPC", errno.ENOSPC, sqlite3.SQLITE_FULL),
    Refusal("EDQUOT", errno.EDQUOT, sqlite3.SQLITE_IOERR_WRITE),
    Refusal("EROFS", errno.EROFS, sqlite3.SQLITE_READONLY),
    Refusal("EIO", errno.EIO, sqlite3.SQLITE_IOERR_WRITE),
)


class RefusingCard:
    """Told by points.py of each call before it is made; counts them and refuses the chosen ones."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal
        self._lock = threading.Lock()
        self.calls = 0
        self.refused: list[str] = []
        self._first = float("inf")
        self._last = float("inf")

    def refuse(self, first: int, count: float = float("inf")) -> None:
        """``count`` calls from the ``first`` one, counted from now."""
        with self._lock:
            self.calls = 0
            self._first, self._last = first, first + count - 1

    def heal(self) -> None:
        with self._lock:
            self._first = float("inf")

    def passed(self, name: str, side: str) -> None:
        # A full card lets go of files; a broken or read-only one does not.
        if side == "after" or (
            name.startswith("remove") and self._refusal.code in (errno.ENOSPC, errno.EDQUOT)
        ):
            return
        with self._lock:
            self.calls += 1
            refuse = self._first <= self.calls <= self._last
            if refuse:
                self.refused.append(name)
        if refuse:
            raise self._refusal.error(name)
