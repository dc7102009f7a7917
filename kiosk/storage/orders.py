"""Which items come next. A draw reads a bounded stretch of an index: its cost does not depend on the catalog's size.

The law of a draw, in any order: what is not in ``avoid`` and is not ``after`` comes first; then what is in ``avoid``;
then ``after`` itself. So nothing comes twice in one draw, a picture follows itself only when it is alone, and a catalog
that holds anything never draws nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from kiosk.core.model import MediaItemId, Size, StoredItem
from kiosk.core.playlist import arrange
from kiosk.core.settings import Order
from kiosk.storage.rows import number_of, numbers_of
from kiosk.storage.schema import UNKNOWN
from kiosk.storage.shuffle import ShuffleMemory

# How many candidates are looked at to keep two captures of one minute apart.
WINDOW = 256

_NEXT = {
    Order.CAPTURED: "SELECT item FROM renditions WHERE (captured, item) > (?, ?) ORDER BY captured, item LIMIT ?",
    Order.PICKED: "SELECT item FROM renditions WHERE (pick, position) > (?, ?) ORDER BY pick, position LIMIT ?",
}
_PLACE = {
    Order.CAPTURED: "SELECT captured, item FROM renditions WHERE item = ?",
    Order.PICKED: "SELECT pick, position FROM renditions WHERE item = ?",
}
_BEFORE_ALL = (-UNKNOWN, -1)


_Candidate = tuple[int, float, int, int]
"""Round, shuffle key, item number, capture: plain, because dozens are made for each draw."""


def draw(
    connection: sqlite3.Connection,
    memory: ShuffleMemory,
    *,
    order: Order,
    after: StoredItem | None,
    avoid: Iterable[MediaItemId],
    count: int,
) -> tuple[StoredItem, ...]:
    """The next `count` items that follow `after`, fewer when fewer are stored."""
    last = None if after is None else number_of(connection, after.item_id)
    avoided = [number for number in numbers_of(connection, avoid) if number != last]
    held_back = {*avoided, *(() if last is None else (last,))}
    if order is Order.SHUFFLE:
        fresh = _shuffled(connection, memory, after, held_back, count)
    else:
        start = _place(connection, order, last, after)
        fresh = _in_order(connection, order, start, held_back, count)
    wanted = dict.fromkeys([*fresh, *avoided, *(() if last is None else (last,))])
    return tuple(_stored_items(connection, wanted, count))


def stored_item(connection: sqlite3.Connection, number: int) -> StoredItem | None:
    """The item with this number, if it can be shown."""
    row = connection.execute(
        "SELECT unseal('media_items.id', m.id),"
        " file_name(m.id, r.captured, r.width, r.height, r.digest, r.sealed), r.captured, r.width, r.height"
        " FROM renditions r JOIN media_items m ON m.n = r.item WHERE r.item = ?",
        (number,),
    ).fetchone()
    if row is None:
        return None
    item_id, name, captured, width, height = row
    return StoredItem(item_id, name, Size(width, height), _minute(captured))


def _stored_items(connection: sqlite3.Connection, numbers: Iterable[int], count: int) -> Iterator[StoredItem]:
    for number in numbers:
        if count <= 0:
            return
        item = stored_item(connection, number)
        if item is not None:
            count -= 1
            yield item


def _shuffled(
    connection: sqlite3.Connection,
    memory: ShuffleMemory,
    after: StoredItem | None,
    held_back: set[int],
    count: int,
) -> list[int]:
    drawn: list[int] = []
    for _, group in groupby(_window(connection, memory, held_back), key=itemgetter(0)):
        if len(drawn) >= count:
            break
        # Rows are read for the few that are drawn only: all that the arrangement looks at is the minute.
        bare = tuple(
            StoredItem(MediaItemId(str(item)), "", Size(0, 0), _minute(captured))
            for _, _, item, captured in group
        )
        arranged = arrange(after, bare)
        drawn += [int(each.item_id) for each in arranged]
        after = arranged[-1]
    return drawn


def _window(connection: sqlite3.Connection, memory: ShuffleMemory, held_back: set[int]) -> list[_Candidate]:
    """The first candidates by turn, with what is marked in memory in its new place."""
    passed_over = held_back | memory.marks.keys()
    rows = connection.execute(
        "SELECT round, shuffle_key, item, captured FROM renditions ORDER BY round, shuffle_key LIMIT ?",
        (WINDOW + len(passed_over),),
    )
    window: list[_Candidate] = [row for row in rows if row[2] not in passed_over]
    for item, turn in memory.marks.items():
        row = connection.execute("SELECT captured FROM renditions WHERE item = ?", (item,)).fetchone()
        if row is not None and item not in held_back:
            window.append((turn.round, turn.key, item, row[0]))
    return sorted(window)[:WINDOW]


def _in_order(
    connection: sqlite3.Connection, order: Order, start: tuple[int, int], held_back: set[int], count: int
) -> list[int]:
    """By capture (unknown last) or by pick, oldest first; from the end it goes on at the beginning."""
    limit = count + len(held_back)
    rows = connection.execute(_NEXT[order], (*start, limit)).fetchall()
    rows += connection.execute(_NEXT[order], (*_BEFORE_ALL, limit)).fetchall()
    return list(dict.fromkeys(row[0] for row in rows if row[0] not in held_back))


def _place(
    connection: sqlite3.Connection, order: Order, last: int | None, after: StoredItem | None
) -> tuple[int, int]:
    """Where `after` stands in the order; near it if it has left the catalog, where that can be known."""
    row = connection.execute(_PLACE[order], (last,)).fetchone()
    if row is not None:
        return (row[0], row[1])
    if order is Order.CAPTURED and after is not None and after.minute is not None:
        return (after.minute * 60, -1)
    return _BEFORE_ALL


def _minute(captured: int) -> int | None:
    return None if captured == UNKNOWN else captured // 60
