"""Items and their renditions: added by a list, stored, given up, hidden, evicted.

Every function works inside the caller's transaction and touches no file; rows.py has the law about rows that leave.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from kiosk.core.model import Counts, GivenUp, MediaItem, MediaItemId, PickId, Rendition
from kiosk.storage import measures, rows
from kiosk.storage.names import seconds_of
from kiosk.storage.picks import drop_empty_picks, ensure_pick
from kiosk.storage.rows import Gone
from kiosk.storage.schema import UNKNOWN
from kiosk.storage.sealed_names import is_sealed_name
from kiosk.storage.sense import LARGEST
from kiosk.storage.shuffle import ShuffleMemory

_DAMAGED = 0
"""In ``given_up`` where a pick's number stands otherwise: no pick has number 0."""
_NAMED = 8
"""Items that are told of one by one."""


def counts(connection: sqlite3.Connection) -> Counts:
    """From the tally: no row is counted."""
    row = connection.execute("SELECT items, stored, failed, hidden FROM tally").fetchone()
    items, stored, failed, hidden = row
    return Counts(items, stored, failed, hidden, _set_aside(connection))


def _set_aside(connection: sqlite3.Connection) -> tuple[GivenUp, ...]:
    found = connection.execute(
        "SELECT unseal('media_items.id', id), unseal('media_items.filename', filename),"
        " unseal('media_items.why', why) FROM media_items WHERE given_up IS NOT NULL ORDER BY n DESC LIMIT ?",
        (_NAMED,),
    )
    return tuple(GivenUp(item_id, filename, why or "") for item_id, filename, why in found)


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
        "SELECT min(coalesce(max(position), -1), ?) + 1 FROM media_items WHERE pick = ?", (LARGEST, pick_id)
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
    row = connection.execute(
        "SELECT n, pick, given_up FROM media_items WHERE id = seal('media_items.id', ?)", (item.id,)
    ).fetchone()
    if row is None:
        _insert_item(connection, pick_id, item, position)
        return True
    number, pick, given_up = row
    if pick < pick_id:
        given_up = None
        connection.execute(
            # An older kiosk noted no camera.
            "UPDATE media_items SET pick = ?, position = ?, given_up = NULL, why = NULL,"
            " camera = coalesce(seal('media_items.camera', ?), camera) WHERE n = ?",
            (pick_id, position, _clean(item.camera) or None, number),
        )
        connection.execute(
            "UPDATE renditions SET pick = ?, position = ? WHERE item = ?", (pick_id, position, number)
        )
    stored = connection.execute("SELECT 1 FROM renditions WHERE item = ?", (number,)).fetchone()
    return stored is None and given_up in {None, _DAMAGED}


def _insert_item(connection: sqlite3.Connection, pick_id: PickId, item: MediaItem, position: int) -> int:
    seconds = seconds_of(item.captured_at)
    cursor = connection.execute(
        "INSERT INTO media_items (id, kind, mime_type, filename, width, height, captured, pick, position, camera)"
        " VALUES (seal('media_items.id', ?), ?, seal('media_items.mime_type', ?), seal('media_items.filename', ?),"
        " ?, ?, ?, ?, ?, seal('media_items.camera', ?))",
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
            _clean(item.camera) or None,
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
    row = connection.execute("SELECT 1 FROM hidden WHERE id = seal('hidden.id', ?)", (item_id,)).fetchone()
    return row is not None


def give_up(connection: sqlite3.Connection, pick_id: PickId, item_id: MediaItemId, why: str) -> None:
    """Not again in this pick."""
    connection.execute(
        "UPDATE media_items SET given_up = ?, why = seal('media_items.why', ?)"
        " WHERE id = seal('media_items.id', ?)"
        " AND NOT EXISTS (SELECT 1 FROM renditions WHERE item = n)",
        (pick_id, _clean(why), item_id),
    )


def store(
    connection: sqlite3.Connection,
    memory: ShuffleMemory,
    pick_id: PickId,
    rendition: Rendition,
    added: int | None = None,
) -> tuple[int, list[Gone]]:
    """Commits a rendition; returns the item's number and the file that it replaces, if that is another one.

    added: now, in minutes since the epoch; one that was there before keeps its own.
    """
    ensure_pick(connection, pick_id)
    row = connection.execute(
        "SELECT n, pick, position FROM media_items WHERE id = seal('media_items.id', ?)", (rendition.item_id,)
    ).fetchone()
    if row is None:
        row = _insert_unknown(connection, pick_id, rendition)
    number, pick, position = row
    if pick < pick_id:
        pick = pick_id
        connection.execute("UPDATE media_items SET pick = ? WHERE n = ?", (pick, number))
    replaced = [gone for gone in rows.files_of(connection, [number]) if gone.name != rendition.name]
    rows.leave(connection, replaced)
    turn = memory.newcomer(connection, pick)
    seconds = seconds_of(rendition.captured_at)
    connection.execute(
        "INSERT INTO renditions"  # noqa: S608 - our own names
        " (item, width, height, bytes, digest, captured, pick, position, round, shuffle_key, sealed, added,"
        f" {measures.NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {measures.PLACES})"
        " ON CONFLICT (item) DO UPDATE SET width = excluded.width, height = excluded.height,"
        " bytes = excluded.bytes, digest = excluded.digest, captured = excluded.captured, pick = excluded.pick,"
        f" sealed = excluded.sealed, {measures.REPLACED}",
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
            int(is_sealed_name(rendition.name)),
            added,
            *measures.values_of(rendition.measure),
        ),
    )
    connection.execute("UPDATE media_items SET given_up = NULL, why = NULL WHERE n = ?", (number,))
    rows.forget_leftovers(connection, (rendition.name,))
    return number, replaced


def _insert_unknown(
    connection: sqlite3.Connection, pick_id: PickId, rendition: Rendition
) -> tuple[int, int, int]:
    """An item that a damaged catalog forgot while its picture was on its way."""
    position = connection.execute(
        "SELECT min(coalesce(max(position), -1), ?) + 1 FROM media_items WHERE pick = ?", (LARGEST, pick_id)
    ).fetchone()[0]
    seconds = seconds_of(rendition.captured_at)
    row: tuple[int, int, int] = connection.execute(
        "INSERT INTO media_items (id, kind, mime_type, filename, captured, pick, position)"
        " VALUES (seal('media_items.id', ?), 'photo', seal('media_items.mime_type', ''),"
        " seal('media_items.filename', ''), ?, ?, ?) RETURNING n, pick, position",
        (rendition.item_id, UNKNOWN if seconds is None else seconds, pick_id, position),
    ).fetchone()
    return row


def remove_earlier_picks(
    connection: sqlite3.Connection, pick_id: PickId, but_not: MediaItemId | None = None
) -> list[Gone]:
    """``mode = "replace"``: every item that belongs to an earlier pick leaves."""
    found = connection.execute(
        "SELECT n FROM media_items WHERE pick < ? AND id IS NOT seal('media_items.id', ?)", (pick_id, but_not)
    )
    return remove_items(connection, [row[0] for row in found])


def has_pictures(connection: sqlite3.Connection, pick_id: PickId) -> bool:
    """Whether a picture of this pick is on the card."""
    row = connection.execute("SELECT 1 FROM renditions WHERE pick = ? LIMIT 1", (pick_id,)).fetchone()
    return row is not None


def hide(connection: sqlite3.Connection, item_ids: Iterable[MediaItemId]) -> list[Gone]:
    """The items leave; their ids stay, so that no later pick brings them back."""
    item_ids = list(item_ids)
    numbers = rows.numbers_of(connection, item_ids)
    gone = remove_items(connection, numbers)
    connection.executemany(
        "INSERT OR IGNORE INTO hidden VALUES (seal('hidden.id', ?))", ((item_id,) for item_id in item_ids)
    )
    return gone


def set_aside(connection: sqlite3.Connection, item_ids: Iterable[MediaItemId]) -> list[Gone]:
    """The renditions leave; the items stay and are wanted again by the next list that names them."""
    numbers = rows.numbers_of(connection, item_ids)
    gone = rows.files_of(connection, numbers)
    rows.leave(connection, gone)
    connection.executemany("DELETE FROM renditions WHERE item = ?", ((number,) for number in numbers))
    connection.executemany(
        "UPDATE media_items SET given_up = ?, why = seal('media_items.why', 'damaged on the card') WHERE n = ?",
        ((_DAMAGED, number) for number in numbers),
    )
    return gone


def remove_items(connection: sqlite3.Connection, numbers: list[int]) -> list[Gone]:
    """Items leave the catalog whole; returns those that had a rendition."""
    gone = rows.files_of(connection, numbers)
    rows.leave(connection, gone)
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
            "SELECT r.item, unseal('media_items.id', m.id), r.bytes"
            " FROM renditions r JOIN media_items m ON m.n = r.item WHERE r.pick IS NOT ? ORDER BY r.pick, r.position",
            (but_not,),
        )
    )
