"""Rows of media items and their renditions. Every function works inside the caller's transaction and touches no file.

The law: a rendition's row goes only together with a row in ``leftovers`` for its file, so that no crash can leave a
file that nobody knows of.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from attrs import frozen

from kiosk.core.model import Counts, MediaItem, MediaItemId, PickId, Rendition, Size
from kiosk.storage.names import file_name, is_hashed, seconds_of
from kiosk.storage.picks import drop_empty_picks, ensure_pick
from kiosk.storage.schema import UNKNOWN
from kiosk.storage.shuffle import ShuffleMemory

_DAMAGED = 0
"""In ``given_up`` where a pick's number stands otherwise: no pick has number 0."""


@frozen
class Gone:
    """An item whose rendition left the catalog; its file is still to be removed."""

    number: int
    item_id: MediaItemId
    name: str
    bytes: int


def counts(connection: sqlite3.Connection) -> Counts:
    """From the tally: no row is counted."""
    return Counts(*connection.execute("SELECT items, stored, failed, hidden FROM tally").fetchone())


def bytes_in_catalog(connection: sqlite3.Connection) -> int:
    """Bytes of all renditions and of the files that are still to be removed."""
    return int(
        connection.execute(
            "SELECT (SELECT bytes FROM tally) + (SELECT coalesce(sum(bytes), 0) FROM leftovers)"
        ).fetchone()[0]
    )


def add_items(
    connection: sqlite3.Connection, pick_id: PickId, items: Iterable[MediaItem]
) -> tuple[MediaItem, ...]:
    """Adds one page of a pick; returns those without a rendition that are neither hidden nor given up in this pick."""
    ensure_pick(connection, pick_id)
    position = connection.execute(
        "SELECT coalesce(max(position), -1) + 1 FROM media_items WHERE pick = ?", (pick_id,)
    ).fetchone()[0]
    wanted: dict[MediaItemId, MediaItem] = {}
    for item in items:
        if not _is_text(item.id) or is_hidden(connection, item.id):
            continue
        if _add_item(connection, pick_id, item, position):
            wanted[item.id] = item
        position += 1
    return tuple(wanted.values())


def _add_item(connection: sqlite3.Connection, pick_id: PickId, item: MediaItem, position: int) -> bool:
    """Whether it still wants a rendition."""
    row = connection.execute("SELECT n, pick, given_up FROM media_items WHERE id = ?", (item.id,)).fetchone()
    if row is None:
        _insert_item(connection, pick_id, item, position)
        return True
    number, pick, given_up = row
    if pick < pick_id:
        given_up = None
        connection.execute(
            "UPDATE media_items SET pick = ?, position = ?, given_up = NULL, why = NULL WHERE n = ?",
            (pick_id, position, number),
        )
        connection.execute(
            "UPDATE renditions SET pick = ?, position = ? WHERE item = ?", (pick_id, position, number)
        )
    stored = connection.execute("SELECT 1 FROM renditions WHERE item = ?", (number,)).fetchone()
    return stored is None and given_up in {None, _DAMAGED}


def _insert_item(connection: sqlite3.Connection, pick_id: PickId, item: MediaItem, position: int) -> int:
    seconds = seconds_of(item.captured_at)
    cursor = connection.execute(
        "INSERT INTO media_items (id, kind, mime_type, filename, width, height, captured, pick, position)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item.id,
            item.kind.value,
            _clean(item.mime_type),
            _clean(item.filename),
            None if item.size is None else item.size.width,
            None if item.size is None else item.size.height,
            UNKNOWN if seconds is None else seconds,
            pick_id,
            position,
        ),
    )
    assert cursor.lastrowid is not None  # noqa: S101 - an INSERT that did not raise has a row
    return cursor.lastrowid


def _is_text(item_id: MediaItemId) -> bool:
    """JSON can spell half a surrogate pair, which is no text and goes into no file name."""
    return _clean(item_id) == item_id


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def is_hidden(connection: sqlite3.Connection, item_id: MediaItemId) -> bool:
    return connection.execute("SELECT 1 FROM hidden WHERE id = ?", (item_id,)).fetchone() is not None


def give_up(connection: sqlite3.Connection, pick_id: PickId, item_id: MediaItemId, why: str) -> None:
    """Not again in this pick."""
    connection.execute(
        "UPDATE media_items SET given_up = ?, why = ? WHERE id = ?"
        " AND NOT EXISTS (SELECT 1 FROM renditions WHERE item = n)",
        (pick_id, _clean(why), item_id),
    )


def store(
    connection: sqlite3.Connection, memory: ShuffleMemory, pick_id: PickId, rendition: Rendition
) -> tuple[int, list[Gone]]:
    """Commits a rendition; returns the item's number and the file that it replaces, if that is another one."""
    ensure_pick(connection, pick_id)
    row = connection.execute(
        "SELECT n, pick, position FROM media_items WHERE id = ?", (rendition.item_id,)
    ).fetchone()
    if row is None:
        row = _insert_unknown(connection, pick_id, rendition)
    number, pick, position = row
    if pick < pick_id:
        pick = pick_id
        connection.execute("UPDATE media_items SET pick = ? WHERE n = ?", (pick, number))
    replaced = [gone for gone in _renditions(connection, [number]) if gone.name != rendition.name]
    _leave(connection, replaced)
    turn = memory.newcomer(connection, pick)
    seconds = seconds_of(rendition.captured_at)
    connection.execute(
        "INSERT INTO renditions (item, width, height, bytes, digest, captured, pick, position, round, shuffle_key)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (item) DO UPDATE SET width = excluded.width,"
        " height = excluded.height, bytes = excluded.bytes, digest = excluded.digest, captured = excluded.captured,"
        " pick = excluded.pick",
        (
            number,
            rendition.size.width,
            rendition.size.height,
            rendition.bytes,
            bytes.fromhex(rendition.digest),
            UNKNOWN if seconds is None else seconds,
            pick,
            position,
            turn.round,
            turn.key,
        ),
    )
    connection.execute("UPDATE media_items SET given_up = NULL, why = NULL WHERE n = ?", (number,))
    connection.execute("DELETE FROM leftovers WHERE name = ?", (rendition.name,))
    return number, replaced


def _insert_unknown(
    connection: sqlite3.Connection, pick_id: PickId, rendition: Rendition
) -> tuple[int, int, int]:
    """An item that a damaged catalog forgot while its picture was on its way."""
    position = connection.execute(
        "SELECT coalesce(max(position), -1) + 1 FROM media_items WHERE pick = ?", (pick_id,)
    ).fetchone()[0]
    seconds = seconds_of(rendition.captured_at)
    row: tuple[int, int, int] = connection.execute(
        "INSERT INTO media_items (id, kind, mime_type, filename, captured, pick, position)"
        " VALUES (?, 'photo', '', '', ?, ?, ?) RETURNING n, pick, position",
        (rendition.item_id, UNKNOWN if seconds is None else seconds, pick_id, position),
    ).fetchone()
    return row


def remove_earlier_picks(
    connection: sqlite3.Connection, pick_id: PickId, but_not: MediaItemId | None = None
) -> list[Gone]:
    """``mode = "replace"``: every item that belongs to an earlier pick leaves."""
    rows = connection.execute("SELECT n FROM media_items WHERE pick < ? AND id IS NOT ?", (pick_id, but_not))
    return remove_items(connection, [row[0] for row in rows])


def has_pictures(connection: sqlite3.Connection, pick_id: PickId) -> bool:
    """Whether a picture of this pick is on the card."""
    row = connection.execute("SELECT 1 FROM renditions WHERE pick = ? LIMIT 1", (pick_id,)).fetchone()
    return row is not None


def hide(connection: sqlite3.Connection, item_ids: Iterable[MediaItemId]) -> list[Gone]:
    """The items leave; their ids stay, so that no later pick brings them back."""
    item_ids = list(item_ids)
    numbers = _numbers(connection, item_ids)
    gone = remove_items(connection, numbers)
    connection.executemany("INSERT OR IGNORE INTO hidden VALUES (?)", ((item_id,) for item_id in item_ids))
    return gone


def set_aside(connection: sqlite3.Connection, item_ids: Iterable[MediaItemId]) -> list[Gone]:
    """The renditions leave; the items stay and are wanted again by the next list that names them."""
    numbers = _numbers(connection, item_ids)
    gone = _renditions(connection, numbers)
    _leave(connection, gone)
    connection.executemany("DELETE FROM renditions WHERE item = ?", ((number,) for number in numbers))
    connection.executemany(
        "UPDATE media_items SET given_up = ?, why = 'damaged on the card' WHERE n = ?",
        ((_DAMAGED, number) for number in numbers),
    )
    return gone


def remove_items(connection: sqlite3.Connection, numbers: list[int]) -> list[Gone]:
    """Items leave the catalog whole; returns those that had a rendition."""
    gone = _renditions(connection, numbers)
    _leave(connection, gone)
    connection.executemany("DELETE FROM renditions WHERE item = ?", ((number,) for number in numbers))
    connection.executemany("DELETE FROM media_items WHERE n = ?", ((number,) for number in numbers))
    if numbers:
        drop_empty_picks(connection)
    return gone


def oldest_first(
    connection: sqlite3.Connection, but_not: PickId | None
) -> Iterator[tuple[int, MediaItemId, int]]:
    """(number, id, bytes) of what may be evicted: the oldest pick first, in the order that it was picked in."""
    return iter(
        connection.execute(
            "SELECT r.item, m.id, r.bytes FROM renditions r JOIN media_items m ON m.n = r.item"
            " WHERE r.pick IS NOT ? ORDER BY r.pick, r.position",
            (but_not,),
        )
    )


def leftovers(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """(name, bytes) of files that are to be removed."""
    return connection.execute("SELECT name, bytes FROM leftovers").fetchall()


def forget_leftovers(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    """Their files are gone."""
    connection.executemany("DELETE FROM leftovers WHERE name = ?", ((name,) for name in names))


def names_of_hashed(connection: sqlite3.Connection) -> frozenset[str]:
    """Files of the items whose ids do not fit into a file name. Reads every id, so: seldom."""
    rows = connection.execute("SELECT n, id FROM media_items").fetchall()
    numbers = [number for number, item_id in rows if is_hashed(MediaItemId(item_id))]
    return frozenset(gone.name for gone in _renditions(connection, numbers))


def name_of(connection: sqlite3.Connection, item_id: MediaItemId) -> str | None:
    """The file of an item, if it has one."""
    found = _renditions(connection, _numbers(connection, [item_id]))
    return found[0].name if found else None


def _numbers(connection: sqlite3.Connection, item_ids: Iterable[MediaItemId]) -> list[int]:
    rows = (
        connection.execute("SELECT n FROM media_items WHERE id = ?", (each,)).fetchone() for each in item_ids
    )
    return list(dict.fromkeys(row[0] for row in rows if row is not None))


def _renditions(connection: sqlite3.Connection, numbers: Iterable[int]) -> list[Gone]:
    found = []
    for number in numbers:
        row = connection.execute(
            "SELECT m.id, r.captured, r.width, r.height, r.digest, r.bytes FROM renditions r"
            " JOIN media_items m ON m.n = r.item WHERE r.item = ?",
            (number,),
        ).fetchone()
        if row is not None:
            item_id, captured, width, height, digest, size = row
            seconds = None if captured == UNKNOWN else captured
            name = file_name(item_id, seconds, Size(width, height), digest.hex())
            found.append(Gone(number, item_id, name, size))
    return found


def _leave(connection: sqlite3.Connection, gone: Iterable[Gone]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO leftovers VALUES (?, ?)", ((each.name, each.bytes) for each in gone)
    )
