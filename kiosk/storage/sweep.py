"""A quiet look through the picture files for those that no row knows: a crash came between rename and commit.

A few directories at a time, long after the start, so that neither the first picture nor any other waits for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from kiosk.storage import rows
from kiosk.storage.names import is_hashed_stem
from kiosk.storage.renditions import Found, Renditions

SECONDS_AFTER_START = 20.0
DIRECTORIES_AT_ONCE = 8


class Sweep:
    """One walk through the directories after each start."""

    def __init__(self, renditions: Renditions, monotonic: Callable[[], float]) -> None:
        self._renditions = renditions
        self._monotonic = monotonic
        self._started_at = 0.0
        self._fans: list[str] | None = []
        self._hashed: frozenset[str] | None = None

    def begin(self) -> None:
        """The catalog was opened; the walk starts a while from now."""
        self._started_at = self._monotonic()
        self._fans = None
        self._hashed = None

    @property
    def due(self) -> bool:
        """Whether there is something left to look at, and time for it."""
        return self._fans != [] and self._monotonic() - self._started_at >= SECONDS_AFTER_START

    def step(self, connection: sqlite3.Connection) -> int:
        """Looks through the next few directories; returns how many files went."""
        if self._fans is None:
            self._fans = self._renditions.fans()
        now, self._fans = self._fans[:DIRECTORIES_AT_ONCE], self._fans[DIRECTORIES_AT_ONCE:]
        orphans = [
            each for fan in now for each in self._renditions.found(fan) if not self._known(connection, each)
        ]
        return sum(bool(self._renditions.remove(each.name)) for each in orphans)

    def _known(self, connection: sqlite3.Connection, each: Found) -> bool:
        if rows.name_of(connection, each.named.item_id) == each.name:
            return True
        if not is_hashed_stem(each.named.item_id):
            return False
        if self._hashed is None:
            self._hashed = rows.names_of_hashed(connection)
        return each.name in self._hashed
