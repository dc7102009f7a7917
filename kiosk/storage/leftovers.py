"""Files whose rows have left the catalog: removed after the commit, once they are not on the screen.

Their names are in the table ``leftovers`` from the very transaction in which their rows left, and go from there with
the next one that is written anyway. So a crash at any point forgets no file, and removing files costs no write of its
own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable

from kiosk.core.model import MediaItemId
from kiosk.storage import rows
from kiosk.storage.renditions import Renditions
from kiosk.storage.room import Room
from kiosk.storage.rows import Gone

_NOBODY = MediaItemId("")


class Leftovers:
    """What is to be removed, and what has been but still stands in the table."""

    def __init__(self, renditions: Renditions, room: Room) -> None:
        self._renditions = renditions
        self._room = room
        self._waiting: dict[str, tuple[int, MediaItemId]] = {}
        self._removed: set[str] = set()

    @property
    def pending(self) -> bool:
        """Whether the table has rows that it needs no more."""
        return bool(self._removed)

    def load(self, connection: sqlite3.Connection) -> None:
        """What an earlier run left; nothing of it is on the screen."""
        for name, size in rows.leftovers(connection):
            self._waiting.setdefault(name, (size, _NOBODY))

    def add(self, gone: Iterable[Gone]) -> None:
        """Their rows left in a transaction that is on the card."""
        for each in gone:
            self._waiting[each.name] = (each.bytes, each.item_id)

    def take_back(self, name: str) -> None:
        """The same file belongs to a row again."""
        self._waiting.pop(name, None)
        self._removed.discard(name)

    def remove(self, on_screen: Container[MediaItemId]) -> None:
        """Removes the files that nobody looks at. What the card does not let go is tried again the next time."""
        for name, (size, item_id) in list(self._waiting.items()):
            if item_id not in on_screen and self._renditions.remove(name) is not None:
                self._room.freed(size)
                self._done(name)

    def move_aside(self, damaged: Iterable[Gone]) -> None:
        """Their files go to where the owner can look at them. Raises Unwritable."""
        for each in damaged:
            self._renditions.set_aside(each.name, each.bytes)
            self._done(each.name)

    def write(self, connection: sqlite3.Connection) -> None:
        """Strikes the removed ones from the table, inside the caller's transaction."""
        rows.forget_leftovers(connection, self._removed)

    def written(self) -> None:
        """That transaction is on the card."""
        self._removed.clear()

    def forget(self) -> None:
        """The catalog that this was about is gone."""
        self._waiting.clear()
        self._removed.clear()

    def _done(self, name: str) -> None:
        self._waiting.pop(name, None)
        self._removed.add(name)
