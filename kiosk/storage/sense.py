"""Whether a catalog that SQLite reads without complaint is one that this kiosk wrote.

The first thing that is not makes it a damaged one, and the rebuild takes over what makes sense. A row of another kind
would be met again and again instead: at each start, with each slide, in each transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kiosk.core.model import PickPhase
from kiosk.errors import Corrupt
from kiosk.storage import schema

LARGEST = 1 << 53
"""Of numbers that only ever count up. One more than SQLite's largest integer is a card that is full for ever."""

_TABLES = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'"
_TALLY = (
    "SELECT coalesce(min(items, stored, failed, hidden, bytes), -1), max(items, stored, failed, hidden, bytes)"
    " FROM tally"
)
_COUNTED = (
    ("a round of the shuffle", "SELECT min(round), max(round) FROM renditions"),
    ("the number of a pick", "SELECT min(id), max(id) FROM picks"),
    ("the number of an item", "SELECT min(n), max(n) FROM media_items"),
    ("a number to come", "SELECT min(seq), max(seq) FROM sqlite_sequence"),
    ("the tally", _TALLY),
)
"""Each by an index or by one row, so that a start costs the same with 100 items and with 100,000."""


def check_sense(connection: sqlite3.Connection, path: Path) -> None:
    """Raises Corrupt, or sqlite3.Error."""
    if dict(connection.execute(_TABLES).fetchall()) != _wanted():
        raise Corrupt(path, "its tables are not those of a catalog")
    for what, query in _COUNTED:
        least, most = connection.execute(query).fetchone()
        if least is not None and not (least >= 0 and most <= LARGEST):
            raise Corrupt(path, f"{what} makes no sense")
    phases = [phase.value for phase in PickPhase]
    places = ", ".join("?" * len(phases))
    if connection.execute(f"SELECT 1 FROM picks WHERE phase NOT IN ({places}) LIMIT 1", phases).fetchone():  # noqa: S608
        raise Corrupt(path, "the phase of a pick makes no sense")


def makes_sense(*values: object) -> bool:
    """Whether they are numbers that only ever count up, and may go on."""
    return all(isinstance(value, int) and 0 <= value < LARGEST // 2 for value in values)


@cache
def _wanted() -> Mapping[str, str]:
    """The tables as the migrations make them."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for statements in schema.MIGRATIONS:
            for statement in statements:
                connection.execute(statement)
        return dict(connection.execute(_TABLES).fetchall())
    finally:
        connection.close()
