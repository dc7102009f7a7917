"""A part file: where a picture is until it is whole."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.errors import DiskFull, StorageError, Unreadable
from kiosk.storage import files
from kiosk.storage.room import Room

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MOST_IN_MEMORY = 16 << 20
"""Bytes of a download that may not touch the card before it is sealed: four at once must leave room for the show."""


class PartFile(io.FileIO):
    """A new file that a picture is being written to; every write asks for room first.

    On the card there is nothing before the first byte: a download that is tried again and again without an answer must
    not write a directory each time.

    Raises DiskFull or Unwritable from `write`, StorageError once everything was wiped, Unreadable from one in memory
    that grows too large. `path` is where it is, `count` how many bytes it has.
    """

    def __init__(
        self,
        path: Path | None,
        room: Room,
        age: int,
        create: Callable[[Path, int], int],
        *,
        beyond: bool = False,
    ) -> None:
        """path: None for one in memory, which `path` then names as long as it is open.

        create: (path, age) -> the descriptor of a new file; refuses one that is older than the last wipe.
        beyond: it may go beyond the limits, as another file goes in return.
        """
        self.age = age
        self._create = create
        self.count = 0
        self.landed = False
        self._room = room
        self._most = MOST_IN_MEMORY if path is None else None
        self._beyond = beyond
        self._unmade = path
        descriptor = os.memfd_create("kiosk-part", os.MFD_CLOEXEC)
        self.path = path or Path(f"/proc/self/fd/{descriptor}")
        super().__init__(descriptor, "r+b")
        # Where no file can be made nothing has to be fetched.
        if path is not None and not os.access(path.parent, os.W_OK | os.X_OK):
            try:
                self._make(path)
            except (OSError, StorageError):
                self.close()
                raise

    def _make(self, path: Path) -> None:
        """From now on the file on the card stands behind the same descriptor."""
        descriptor = self._create(path, self.age)
        try:
            os.dup2(descriptor, self.fileno(), inheritable=False)
        finally:
            os.close(descriptor)
        self._unmade = None

    def write(self, piece: ReadableBuffer, /) -> int:
        """Writes all of `piece`."""
        with memoryview(piece).cast("B") as view:
            if self._most is not None and self.count + len(view) > self._most:
                raise Unreadable(f"more than {self._most >> 20} MiB, which is too much to keep in memory")
            self._room.take(len(view), beyond=self._beyond)
            self.count += len(view)
            done = 0
            while done < len(view):
                try:
                    if self._unmade is not None:
                        self._make(self._unmade)
                    done += super().write(view[done:]) or 0
                except OSError as error:
                    named = files.as_storage_error(error)
                    if isinstance(named, DiskFull):
                        self._room.refused()
                    raise named from error
            return done
