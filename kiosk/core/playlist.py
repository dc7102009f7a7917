"""The order of slides: how the candidates that the catalog draws follow one another.

The catalog keeps the shuffle (each picture once before any twice) in its own index; here is the rule that needs to see
several at once: two captures of the same minute do not stand next to each other where it can be helped.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping

Minute = int | None
"""Of the capture, since the epoch; None: unknown, which conflicts with nothing."""


def arrange(last: Minute, candidates: Mapping[int, Minute]) -> Iterator[int]:
    """The same numbers in nearly the same order, no two of one minute side by side where that is possible.

    Greedy with a look at what is left: the earliest candidate of another minute than the last, except that a minute
    which holds more than half of the rest must be used now. That is optimal, as for any arrangement without equal
    neighbours. One pass, but for bursts longer than their neighbours; and only as far as somebody reads.
    """
    rest = deque(candidates.items())
    left = _Left(candidates.values())
    while rest:
        at = _choose(rest, left.majority(len(rest)), last)
        number, last = rest[at]
        del rest[at]
        left.take(last)
        yield number


class Arrangement:
    """What is arranged and not taken yet. Taking a partner out brings others together, so who leads is chosen anew."""

    def __init__(self, last: Minute, candidates: Mapping[int, Minute]) -> None:
        self.last = last
        """The minute of what was taken last."""
        self._left = dict(candidates)
        self._arranged = arrange(last, candidates)
        self._read: dict[int, None] = {}
        """Arranged so far and not taken, in order."""
        self._just_shown = {last} - {None}

    def __iter__(self) -> Iterator[int]:
        """In the order in which they come, as far as somebody reads."""
        yield from tuple(self._read)
        for number in self._arranged:
            if number in self._left:
                self._read[number] = None
                yield number

    def lead(self) -> int | None:
        """Take the first that is of another minute than the slide before, else the first; None when all are taken."""
        first = found = None
        for number in self:
            first = number if first is None else first
            if self._left[number] not in self._just_shown:
                found = number
                break
        lead = first if found is None else found
        self._just_shown = set()
        if lead is not None:
            self.take(lead)
        return lead

    def take(self, number: int) -> None:
        """It is on the slide that is being made; one that is not among these means nothing."""
        if number not in self._left:
            return
        self.last = self._left.pop(number)
        self._read.pop(number, None)
        self._just_shown |= {self.last} - {None}


class _Left:
    """How many of each minute are left, and the largest of these numbers without searching for it."""

    def __init__(self, minutes: Iterable[Minute]) -> None:
        self._count = Counter(minutes)
        self._count.pop(None, None)
        self._most = max(self._count.values(), default=0)
        self._minutes_with = Counter(self._count.values())

    def take(self, minute: Minute) -> None:
        if minute is None:
            return
        count = self._count[minute]
        self._count[minute] = count - 1
        self._minutes_with[count] -= 1
        self._minutes_with[count - 1] += 1
        if not self._minutes_with[self._most]:
            self._most -= 1

    def majority(self, rest: int) -> Minute:
        """The minute that more than half of the rest have, if there is one."""
        if self._most * 2 <= rest:
            return None
        return next(minute for minute, count in self._count.items() if count == self._most)


def _choose(rest: deque[tuple[int, Minute]], majority: Minute, last: Minute) -> int:
    if majority is not None and majority != last:
        return next(at for at, (_, minute) in enumerate(rest) if minute == majority)
    return next((at for at, (_, minute) in enumerate(rest) if minute is None or minute != last), 0)
