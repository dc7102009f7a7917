"""The order of slides: how the candidates that the catalog draws follow one another.

The catalog keeps the shuffle (each picture once before any twice) in its own index; here is the rule that needs to see
several at once: two captures of the same minute do not stand next to each other where it can be helped.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from kiosk.core.model import StoredItem


def arrange(after: StoredItem | None, candidates: tuple[StoredItem, ...]) -> tuple[StoredItem, ...]:
    """The same items in nearly the same order, no two of one capture minute side by side where that is possible.

    Greedy with a look at what is left: the earliest candidate of another minute than the last, except that a minute
    which holds more than half of the rest must be used now. That is optimal, as for any arrangement without equal
    neighbours. Items of unknown minute conflict with nothing. One pass, but for bursts longer than their neighbours.
    """
    rest = deque(candidates)
    left = _Left(candidates)
    last = None if after is None else after.minute
    arranged: list[StoredItem] = []
    while rest:
        at = _choose(rest, left.majority(len(rest)), last)
        item = rest[at]
        del rest[at]
        left.take(item.minute)
        arranged.append(item)
        last = item.minute
    return tuple(arranged)


def next_lead(arranged: Iterable[StoredItem], just_shown: Iterable[StoredItem]) -> StoredItem:
    """The first that is of another minute than what was just shown, else the first: a partner that was taken out of
    the arrangement has brought others together."""
    minutes = {item.minute for item in just_shown} - {None}
    first: StoredItem | None = None
    for item in arranged:
        if item.minute not in minutes:
            return item
        first = first or item
    assert first is not None  # noqa: S101  asked only while there is one
    return first


class _Left:
    """How many of each minute are left, and the largest of these numbers without searching for it."""

    def __init__(self, candidates: tuple[StoredItem, ...]) -> None:
        self._count = Counter(item.minute for item in candidates if item.minute is not None)
        self._most = max(self._count.values(), default=0)
        self._minutes_with = Counter(self._count.values())

    def take(self, minute: int | None) -> None:
        if minute is None:
            return
        count = self._count[minute]
        self._count[minute] = count - 1
        self._minutes_with[count] -= 1
        self._minutes_with[count - 1] += 1
        if not self._minutes_with[self._most]:
            self._most -= 1

    def majority(self, rest: int) -> int | None:
        """The minute that more than half of the rest have, if there is one."""
        if self._most * 2 <= rest:
            return None
        return next(minute for minute, count in self._count.items() if count == self._most)


def _choose(rest: deque[StoredItem], majority: int | None, last: int | None) -> int:
    if majority is not None and majority != last:
        return next(at for at, item in enumerate(rest) if item.minute == majority)
    return next((at for at, item in enumerate(rest) if item.minute is None or item.minute != last), 0)
