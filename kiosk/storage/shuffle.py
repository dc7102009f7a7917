"""The shuffle's memory: which pictures were shown how often, in memory first and on the card once a minute.

The law: every stored item has a ``round`` (how often it was shown, counted so that newcomers need not catch up) and a
random ``shuffle_key``; what comes next is the least (round, shuffle_key). Being shown moves an item into the round
above the lowest with a fresh key. So rounds never differ by more than one, and each picture comes once before any comes
twice. A newcomer joins the lowest round with a key below zero: before everything else in it, the newest pick first.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable

from attrs import frozen

# One small write a minute at most: an SD card has few thousand erase cycles a block.
SECONDS_BETWEEN_WRITES = 60.0


@frozen(order=True)
class Turn:
    """Where an item stands in the shuffle."""

    round: int
    key: float


class ShuffleMemory:
    """Marks that are not on the card yet, over the rows that are."""

    def __init__(self, monotonic: Callable[[], float], rng: random.Random) -> None:
        self._monotonic = monotonic
        self._rng = rng
        self._marks: dict[int, Turn] = {}
        self._last_shown: int | None = None
        self._written_at = monotonic()

    @property
    def marks(self) -> dict[int, Turn]:
        """Item number -> its turn, where that differs from the row. Not to be changed."""
        return self._marks

    @property
    def pending(self) -> bool:
        """Whether anything is not on the card yet."""
        return bool(self._marks) or self._last_shown is not None

    @property
    def due(self) -> bool:
        """Whether it is time for the one write a minute."""
        return self.pending and self._monotonic() - self._written_at >= SECONDS_BETWEEN_WRITES

    def newcomer(self, connection: sqlite3.Connection, pick: int) -> Turn:
        """The turn of a rendition that was just stored for this pick (1 or more)."""
        # random() is in [0, 1), so this is below zero and below the newcomers of every earlier pick.
        return Turn(self._lowest_round(connection), self._rng.random() - pick)

    def mark(self, connection: sqlite3.Connection, items: Iterable[int]) -> None:
        """These were shown, in this order. Writes nothing."""
        for item in items:
            turn = self._marks.get(item) or _stored_turn(connection, item)
            if turn is None:
                continue
            self._last_shown = item
            above = self._lowest_round(connection) + 1
            # Already above: someone went back to see it again. That must not cost it its turn in the next round.
            if turn.round < above:
                self._marks[item] = Turn(above, self._rng.random())

    def write(self, connection: sqlite3.Connection) -> None:
        """Puts all marks into the rows, inside the caller's transaction."""
        rows = [(turn.round, turn.key, item) for item, turn in self._marks.items()]
        connection.executemany("UPDATE renditions SET round = ?, shuffle_key = ? WHERE item = ?", rows)
        if self._last_shown is not None:
            connection.execute("INSERT OR REPLACE INTO last_shown VALUES (1, ?)", (self._last_shown,))

    def written(self) -> None:
        """The caller's transaction is on the card."""
        self._marks.clear()
        self._last_shown = None
        self._written_at = self._monotonic()

    def postpone(self) -> None:
        """The card took no write; the next try is in a minute, so that it is not asked with every slide."""
        self._written_at = self._monotonic()

    def forget(self) -> None:
        """The catalog that the marks were about is gone."""
        self.written()

    def last_shown(self, connection: sqlite3.Connection) -> int | None:
        """The item number of the last picture on the screen, as far as the card knows."""
        row = connection.execute("SELECT item FROM last_shown").fetchone()
        return None if row is None else int(row[0])

    def _lowest_round(self, connection: sqlite3.Connection) -> int:
        rows = connection.execute(
            "SELECT item, round FROM renditions ORDER BY round, shuffle_key LIMIT ?", (len(self._marks) + 1,)
        )
        unmarked = (row[1] for row in rows if row[0] not in self._marks)
        # A marked item may have left in this very transaction, in which its mark is still remembered. The lowest come
        # first, so that one row is read and not one for each mark.
        by_round = sorted(self._marks.items(), key=lambda mark: mark[1].round)
        marked = (turn.round for item, turn in by_round if _stored_turn(connection, item))
        return min((next(unmarked, None), next(marked, None)), key=_none_last) or 0


def _none_last(value: int | None) -> float:
    return float("inf") if value is None else value


def _stored_turn(connection: sqlite3.Connection, item: int) -> Turn | None:
    row = connection.execute("SELECT round, shuffle_key FROM renditions WHERE item = ?", (item,)).fetchone()
    return None if row is None else Turn(*row)
