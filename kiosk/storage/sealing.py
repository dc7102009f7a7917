"""Whether a catalog is sealed, with which key, and how its texts change from the one kind to the other.

The row in ``sealing`` tells, and changes in the transaction that changes the texts, so that a crash leaves a catalog
that is all of one kind and says of which:

- ``key_id``: the key that something here is sealed with; NULL where nothing is.
- ``texts``: 1 where the catalog's texts are sealed.
- ``uncompacted``: 1 as long as free space of the catalog, or what was set aside, may still hold plain text.
- ``unconverted``: 1 as long as there may be picture files of the other kind; reseal.py changes them, a few at a time.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from attrs import frozen

from kiosk.errors import Corrupt
from kiosk.storage.envelope import Seals
from kiosk.storage.sealed_names import Names
from kiosk.storage.sql import catalog_errors, transaction
from kiosk.storage.texts import convert, speak


@frozen
class Sealing:
    """The row."""

    key_id: str | None
    texts: bool
    uncompacted: bool
    unconverted: bool


def read(connection: sqlite3.Connection, path: Path) -> Sealing:
    """Raises Corrupt for a catalog without it."""
    row = connection.execute("SELECT key_id, texts, uncompacted, unconverted FROM sealing").fetchone()
    if row is None:
        raise Corrupt(path, "it does not say whether it is sealed")
    key_id, texts, uncompacted, unconverted = row
    return Sealing(key_id, bool(texts), bool(uncompacted), bool(unconverted))


def write(connection: sqlite3.Connection, state: Sealing) -> None:
    """Inside the caller's transaction."""
    connection.execute(
        "UPDATE sealing SET key_id = ?, texts = ?, uncompacted = ?, unconverted = ?",
        (state.key_id, int(state.texts), int(state.uncompacted), int(state.unconverted)),
    )


def begin(connection: sqlite3.Connection, path: Path, seals: Seals, *, writable: bool) -> None:
    """Makes a catalog that was just opened ready: its key checked, its texts of the wanted kind, its SQL complete.

    writable: False where it has to be taken as it is. Raises Locked, DiskFull, Unwritable or Corrupt.
    """
    with catalog_errors(path):
        state = read(connection, path)
        if state.key_id is not None:
            seals.check(state.key_id, "This card")
        if writable and state.texts != seals.wanted:
            with transaction(connection):
                convert(connection, seals.sealer if state.texts else None, seals.for_new)
                # What was plain may still stand in free pages and beside; plain texts have nothing to hide from.
                write(connection, Sealing(seals.key_id, seals.wanted, seals.wanted, True))
            state = read(connection, path)
        speak(connection, seals.sealer if state.texts else None, Names(seals))


def begin_new(connection: sqlite3.Connection, seals: Seals, *, unconverted: bool, uncompacted: bool) -> None:
    """The same for an empty catalog that is about to be filled; inside the caller's transaction.

    unconverted: whether there are picture files of the other kind. uncompacted: whether plain texts may lie beside it.
    """
    sealed = seals.wanted or (unconverted and seals.key_id is not None)
    key_id = seals.key_id if sealed else None
    write(connection, Sealing(key_id, seals.wanted, seals.wanted and uncompacted, unconverted))


def compact(connection: sqlite3.Connection) -> None:
    """Nothing that was deleted or replaced is in the catalog's file after this. Raises sqlite3.Error."""
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
