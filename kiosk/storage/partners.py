"""Who hangs beside whom, as far as the catalog has to be asked: a bounded stretch of an index for each picture.

A partner is taken out of the same round of the shuffle, so that each is still shown as often as the others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

from kiosk.core.focus import CENTRE, Measure
from kiosk.core.model import MediaItemId, Size, StoredItem
from kiosk.core.pairing import APART, Pairing, day_around, pairs, partner
from kiosk.storage.schema import UNKNOWN
from kiosk.storage.shuffle import ShuffleMemory

OF_THE_DAY = 96
"""Captures passed before, and as many after, a picture whose day is to have a partner for it ..."""
TO_CHOOSE_FROM = 12
"""... and how many of either that can be one are compared with it."""
OF_THE_ROUND = 32
"""Pictures looked at that would come soon, where its day has none."""
NEXT_FEW = 4
"""Places in an order over which a partner may be ahead of its turn."""

_ROW = "SELECT item, captured, width, height, mean, round FROM renditions"
_AFTER = f"{_ROW} WHERE captured >= ? AND captured < ? ORDER BY captured LIMIT {OF_THE_DAY}"
_BEFORE = f"{_ROW} WHERE captured >= ? AND captured < ? ORDER BY captured DESC LIMIT {OF_THE_DAY}"

_Row = tuple[int, int, int, int, int | None, int]


class Partners:
    """For one draw. Items are known by their numbers; ``taken`` are those that are drawn or held back already."""

    def __init__(
        self, connection: sqlite3.Connection, memory: ShuffleMemory, pairing: Pairing | None, taken: set[int]
    ) -> None:
        self.taken = taken
        self._connection = connection
        self._memory = memory
        self._pairing = pairing
        self._seen: dict[int, StoredItem | None] = {}

    def in_round(self, lead: int, turn: int, soon: Iterable[int]) -> tuple[int, ...]:
        """The lead, and beside it one that was not shown in this round either: of its day, or one of those that come
        ``soon``."""
        self.taken.add(lead)
        pairing = self._pairing
        item = None if pairing is None else self._item(lead)
        if item is None or pairing is None or not pairs(item.size, pairing.shape):
            return (lead,)
        found = partner(item, self._of_the_day(item, turn, pairing), pairing)
        # Whatever the day has is more than a minute away and so better than anything else.
        return self._with(lead, found or partner(item, self._among(islice(soon, OF_THE_ROUND)), pairing))

    def in_order(self, lead: int, following: Iterable[int]) -> tuple[int, ...]:
        """The lead, and beside it one of the next few in the order."""
        self.taken.add(lead)
        pairing = self._pairing
        item = None if pairing is None else self._item(lead)
        if item is None or pairing is None:
            return (lead,)
        return self._with(lead, partner(item, self._among(islice(following, NEXT_FEW)), pairing))

    def _with(self, lead: int, found: StoredItem | None) -> tuple[int, ...]:
        if found is None:
            return (lead,)
        other = int(found.item_id)
        self.taken.add(other)
        return lead, other

    def _among(self, numbers: Iterable[int]) -> Iterator[StoredItem]:
        items = (self._item(number) for number in numbers if number not in self.taken)
        return (item for item in items if item is not None)

    def _of_the_day(self, lead: StoredItem, turn: int, pairing: Pairing) -> Iterator[StoredItem]:
        day = None if lead.minute is None else day_around(lead.minute, pairing.zone)
        if lead.minute is None or day is None:
            return
        begin, end = day
        after = (max((lead.minute + APART + 1) * 60, begin), end)
        before = (begin, min((lead.minute - APART) * 60, end))
        for query, stretch in ((_AFTER, after), (_BEFORE, before)):
            rows = self._connection.execute(query, stretch)
            free = (row for row in rows if row[0] not in self.taken and self._round(row) == turn)
            standing = (item for row in free if pairs((item := _bare(row)).size, pairing.shape))
            yield from islice(standing, TO_CHOOSE_FROM)

    def _round(self, row: _Row) -> int:
        mark = self._memory.marks.get(row[0])
        return row[5] if mark is None else mark.round

    def _item(self, number: int) -> StoredItem | None:
        if number not in self._seen:
            row = self._connection.execute(f"{_ROW} WHERE item = ?", (number,)).fetchone()
            self._seen[number] = None if row is None else _bare(row)
        return self._seen[number]


def _bare(row: _Row) -> StoredItem:
    """What a partner is chosen by; the number stands for the id."""
    number, captured, width, height, mean, _ = row
    minute = None if captured == UNKNOWN else captured // 60
    measure = None if mean is None else Measure(CENTRE, (mean >> 16 & 255, mean >> 8 & 255, mean & 255))
    return StoredItem(MediaItemId(str(number)), "", Size(width, height), minute, measure=measure)
