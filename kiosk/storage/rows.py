"""Which row is an item's, and which files rows are about: those of renditions, and those that are still to be removed.

The law: a rendition's row goes only together with a row in ``leftovers`` for its file (`leave`), so that no crash can
leave a file that nobody knows of. Every function works inside the caller's transaction and touches no file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from attrs import frozen

from kiosk.core.model import MediaItemId
from kiosk.storage.sealed_names import is_sealed_name, may_be_hashed


@frozen
class Gone:
    """An item whose rendition left the catalog; its file is still to be removed."""

    number: int
    item_id: MediaItemId
    name: str
    bytes: int


def number_of(connection: sqlite3.Connection, item_id: MediaItemId) -> int | None:
    """The number of a known item."""
    row = connection.execute(
        "SELECT n FROM media_items WHERE id = seal('media_items.id', ?)", (item_id,)
    ).fetchone()
    return None if row is None else int(row[0])


def numbers_of(connection: sqlite3.Connection, item_ids: Iterable[MediaItemId]) -> list[int]:
    """The numbers of those that are known, in the same order, each once."""
    found = (number_of(connection, item_id) for item_id in item_ids)
    return list(dict.fromkeys(number for number in found if number is not None))


def files_of(connection: sqlite3.Connection, numbers: Iterable[int]) -> list[Gone]:
    """Those of these items that have one."""
    found = []
    for number in numbers:
        row = connection.execute(
            "SELECT unseal('media_items.id', m.id),"
            " file_name(m.id, r.captured, r.width, r.height, r.digest, r.sealed), r.bytes"
            " FROM renditions r JOIN media_items m ON m.n = r.item WHERE r.item = ?",
            (number,),
        ).fetchone()
        if row is not None:
            found.append(Gone(number, *row))
    return found


def name_of(connection: sqlite3.Connection, item_id: MediaItemId) -> str | None:
    """The file of an item, if it has one."""
    found = files_of(connection, numbers_of(connection, [item_id]))
    return found[0].name if found else None


def names_of_hashed(connection: sqlite3.Connection) -> frozenset[str]:
    """Files of the items whose ids do not fit into a file name. Reads every id, so: seldom."""
    rows = connection.execute("SELECT n, unseal('media_items.id', id) FROM media_items").fetchall()
    numbers = [number for number, item_id in rows if may_be_hashed(MediaItemId(item_id))]
    return frozenset(gone.name for gone in files_of(connection, numbers))


def of_other_kind(connection: sqlite3.Connection, after: int, *, sealed: bool, count: int) -> list[Gone]:
    """The next items by number whose files are not `sealed` as they should be."""
    rows = connection.execute(
        "SELECT item FROM renditions WHERE item > ? AND sealed != ? ORDER BY item LIMIT ?",
        (after, int(sealed), count),
    ).fetchall()
    return files_of(connection, [row[0] for row in rows])


def replace_file(connection: sqlite3.Connection, old: Gone, name: str, digest: str, size: int) -> None:
    """The same picture in another file; the old one is to be removed."""
    leave(connection, [old])
    connection.execute(
        "UPDATE renditions SET bytes = ?, digest = ?, sealed = ? WHERE item = ?",
        (size, bytes.fromhex(digest), int(is_sealed_name(name)), old.number),
    )


def leave(connection: sqlite3.Connection, gone: Iterable[Gone]) -> None:
    """Their files are to be removed once this transaction is on the card."""
    connection.executemany(
        "INSERT OR REPLACE INTO leftovers VALUES (seal('leftovers.name', ?), ?)",
        ((each.name, each.bytes) for each in gone),
    )


def leftovers(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """(name, bytes) of files that are to be removed."""
    return connection.execute("SELECT unseal('leftovers.name', name), bytes FROM leftovers").fetchall()


def forget_leftovers(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    """Their files are gone."""
    connection.executemany(
        "DELETE FROM leftovers WHERE name = seal('leftovers.name', ?)", ((name,) for name in names)
    )
