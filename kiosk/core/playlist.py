"""The order of slides: how the candidates that the catalog draws follow one another.

The catalog keeps the shuffle (each picture once before any twice) in its own index; here is the rule that needs to see
several at once: two captures of the same minute do not stand next to each other where it can be helped.
"""

from __future__ import annotations

from collections import Counter, deque

from kiosk.core.model import StoredItem


def arrange(after: StoredItem | None, candidates: tuple[StoredItem, ...]) -> tuple[StoredItem, ...]:
    """The same items in nearly the same order, no two of one capture minute side by side where that is possible.

    Greedy with a look at what is left: the earliest candidate of another minute than the last, except that a minute
    which holds more than half of the rest must be used now. That is optimal, as for any arrangement without equal
    neighbours. Items of unknown minute conflict with nothing. O(n * distinct minutes), and n is a few hundred at most.
    """
    rest = deque(candidates)
    left: Counter[int | None] = Counter(item.minute for item in candidates if item.minute is not None)
    last = None if after is None else after.minute
    arranged: list[StoredItem] = []
    while rest:
        item = _choose(rest, left, last)
        rest.remove(item)
        if item.minute is not None:
            left[item.minute] -= 1
        arranged.append(item)
        last = item.minute
    return tuple(arranged)


def _choose(rest: deque[StoredItem], left: Counter[int | None], last: int | None) -> StoredItem:
    minute, most = max(left.items(), key=lambda pair: pair[1], default=(None, 0))
    if most * 2 > len(rest) and minute != last:
        return next(item for item in rest if item.minute == minute)
    return next((item for item in rest if item.minute is None or item.minute != last), rest[0])
