"""Which items come next. A draw reads a bounded stretch of an index: its cost does not depend on the catalog's size.

The law of a draw, in any order: what is not in ``avoid`` and is not ``after`` comes first; then what is in ``avoid``;
then ``after`` itself. So nothing comes twice in one draw, a picture follows itself only when it is alone, and a catalog
that holds anything never draws nothing.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from operator import itemgetter

from kiosk.core.model import Group, MediaItemId, Size, StoredItem
from kiosk.core.pairing import Pairing, side_by_side
from kiosk.core.playlist import Arrangement
from kiosk.core.settings import Order
from kiosk.storage import measures
from kiosk.storage.partners import NEXT_FEW, Partners
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
    pairing: Pairing | None = None,
    recent: Iterable[Group] = (),
) -> tuple[Group, ...]:
    """The next `count` slides that follow `after`, fewer when fewer are stored; each with one item, or with a pair.

    recent: the slides up to `after`, the oldest first; for the orders in which a partner was ahead of its place.
    """
    last = None if after is None else number_of(connection, after.item_id)
    avoided = [number for number in numbers_of(connection, avoid) if number != last]
    held_back = {*avoided, *(() if last is None else (last,))}
    partners = Partners(connection, memory, pairing, set(held_back))
    if order is Order.SHUFFLE:
        fresh = _shuffled(connection, memory, after, held_back, partners)
    else:
        begin = _begin(connection, order, last, after, recent)
        fresh = _in_order(connection, order, begin, 2 * count + len(held_back) + NEXT_FEW, partners)
    alone = ((number,) for number in (*avoided, *(() if last is None else (last,))))
    return tuple(islice(_stored_groups(connection, chain(fresh, alone)), count))


def stored_item(connection: sqlite3.Connection, number: int) -> StoredItem | None:
    """The item with this number, if it can be shown."""
    row = connection.execute(
        "SELECT unseal('media_items.id', m.id),"  # noqa: S608 - our own names
        " file_name(m.id, r.captured, r.width, r.height, r.digest, r.sealed), r.captured, r.width, r.height,"
        f" unseal('media_items.camera', m.camera), r.added, {measures.NAMES}"
        " FROM renditions r JOIN media_items m ON m.n = r.item WHERE r.item = ?",
        (number,),
    ).fetchone()
    if row is None:
        return None
    item_id, name, captured, width, height, camera, added, *measure = row
    return StoredItem(
        item_id,
        name,
        Size(width, height),
        _minute(captured),
        camera or "",
        added,
        measures.measure_of(measure),
    )


def _stored_groups(connection: sqlite3.Connection, groups: Iterable[tuple[int, ...]]) -> Iterator[Group]:
    for numbers in groups:
        items = tuple(item for number in numbers if (item := stored_item(connection, number)) is not None)
        if items:
            yield side_by_side(*items) if len(items) == 2 else items


def _shuffled(
    connection: sqlite3.Connection,
    memory: ShuffleMemory,
    after: StoredItem | None,
    held_back: set[int],
    partners: Partners,
) -> Iterator[tuple[int, ...]]:
    last = None if after is None else after.minute
    for turn, group in groupby(_window(connection, memory, held_back), key=itemgetter(0)):
        # Rows are read for the few that are drawn only: all that the arrangement looks at is the minute.
        coming = Arrangement(last, {item: _minute(captured) for _, _, item, captured in group})
        while (lead := coming.lead()) is not None:
            numbers = partners.in_round(lead, turn, coming)
            for other in numbers[1:]:
                coming.take(other)
            yield numbers
        last = coming.last


def _window(connection: sqlite3.Connection, memory: ShuffleMemory, held_back: set[int]) -> list[_Candidate]:
    """The first candidates by turn, with what is marked in memory in its new place."""
    passed_over = held_back | memory.marks.keys()
    rows = connection.execute(
        "SELECT round, shuffle_key, item, captured FROM renditions ORDER BY round, shuffle_key LIMIT ?",
        (WINDOW + len(passed_over),),
    )
    window: list[_Candidate] = [row for row in rows if row[2] not in passed_over]
    # What was shown is a round above: where the window is full of earlier ones, its rows need not be read.
    full = len(window) >= WINDOW
    end = window[WINDOW - 1][:2] if full else ()
    for item, turn in memory.marks.items():
        if item in held_back or (full and (turn.round, turn.key) > end):
            continue
        row = connection.execute("SELECT captured FROM renditions WHERE item = ?", (item,)).fetchone()
        if row is not None:
            window.append((turn.round, turn.key, item, row[0]))
    return sorted(window)[:WINDOW]


def _in_order(
    connection: sqlite3.Connection,
    order: Order,
    begin: tuple[tuple[int, int], set[int]],
    limit: int,
    partners: Partners,
) -> Iterator[tuple[int, ...]]:
    """By capture (unknown last) or by pick, oldest first; from the end it goes on at the beginning.

    begin: the place after which, and what of the rest was shown beside another already.
    """
    start, shown = begin
    for place, passed_over in ((start, shown), (_BEFORE_ALL, set[int]())):
        rows = connection.execute(_NEXT[order], (*place, limit + len(passed_over))).fetchall()
        rest = deque(row[0] for row in rows if row[0] not in passed_over)
        while rest:
            lead = rest.popleft()
            if lead not in partners.taken:
                yield partners.in_order(lead, rest)


def _begin(
    connection: sqlite3.Connection,
    order: Order,
    last: int | None,
    after: StoredItem | None,
    recent: Iterable[Group],
) -> tuple[tuple[int, int], set[int]]:
    """The place of the last slide, which is that of its earlier item, and what stands behind that and was shown.

    A partner is ahead of its place, and those that it has overtaken come after it. So it is passed over when its place
    comes: unless the order has begun anew since.
    """
    start: tuple[int, int] | None = None
    later: tuple[int, int] | None = None
    overtaking: set[int] = set()
    for group in reversed(tuple(recent)):
        numbers = numbers_of(connection, (item.item_id for item in group))
        rows = [(connection.execute(_PLACE[order], (number,)).fetchone(), number) for number in numbers]
        places = sorted((row, number) for row, number in rows if row is not None)
        if not places:
            continue
        lead = places[0][0]
        if later is not None and lead > later:
            break
        start, later = start or lead, lead
        overtaking |= {number for place, number in places[1:] if place > start}
    return start or _place(connection, order, last, after), overtaking


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
