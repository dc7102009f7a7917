"""Sleep hours: spans of the week in which the panel is off, in local time, and right where the clocks change.

A span belongs to the day on which it begins, and is counted in instants: it begins when the clock on the wall first
shows its beginning or a later time, and ends when it shows its end for the last time. So a night in which the clocks go
back is an hour longer, one in which they go forward an hour shorter, and no time is both asleep and awake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from attrs import frozen

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@frozen
class Span:
    """From ``begin`` on each of ``days`` (0 is Monday) to ``end``, on the next day where that is not later.

    Equal times: the whole day, from that time on.
    """

    days: frozenset[int]
    begin: time
    end: time


def asleep(spans: Iterable[Span], at: datetime, zone: tzinfo) -> bool:
    """Whether the aware time ``at`` lies in one of the spans."""
    return any(begin <= at < end for begin, end in _around(spans, at, zone))


def next_change(spans: Iterable[Span], at: datetime, zone: tzinfo) -> datetime | None:
    """The first moment after ``at`` at which :func:`asleep` differs, in UTC; None: it never does, within a week."""
    spans = tuple(spans)
    now = asleep(spans, at, zone)
    moments = sorted({moment for pair in _around(spans, at, zone) for moment in pair if moment > at})
    return next((moment for moment in moments if asleep(spans, moment, zone) != now), None)


def _around(spans: Iterable[Span], at: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end, in UTC, of every span from the day before yesterday to a week from now."""
    today = at.astimezone(zone).date()
    for span in spans:
        for away in range(-2, 9):
            day = today + away * _DAY
            if day.weekday() in span.days:
                last = day if span.end > span.begin else day + _DAY
                yield first_at(day, span.begin, zone), last_at(last, span.end, zone)


def first_at(day: date, wall: time, zone: tzinfo) -> datetime:
    """When the clock first shows this time of this day, or a later one; UTC."""
    wanted = datetime.combine(day, wall, zone)
    moment = wanted.astimezone(UTC)
    if _shows(moment, wanted):
        return moment
    # The clocks jump over it: the moment of the jump lies between what the two offsets make of it (PEP 495).
    before, after = sorted((moment, wanted.replace(fold=1).astimezone(UTC)))
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < wanted.replace(tzinfo=None):
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def last_at(day: date, wall: time, zone: tzinfo) -> datetime:
    """When the clock shows this time of this day, or a later one, for good; UTC."""
    again = datetime.combine(day, wall, zone).replace(fold=1)
    moment = again.astimezone(UTC)
    return moment if _shows(moment, again) else first_at(day, wall, zone)


def _shows(moment: datetime, wanted: datetime) -> bool:
    return moment.astimezone(wanted.tzinfo).replace(tzinfo=None) == wanted.replace(tzinfo=None)
