"""Sleep hours as the owner writes them: days, then from when to when; ``mon-fri 22:30-06:30``."""

from __future__ import annotations

import re
from datetime import time

from kiosk.core.hours import Span

ALLOWED = (
    'a list of texts such as "mon-fri 22:30-06:30", "sat sun 23:30-08:00" or "22:00-07:00" (every day); '
    "equal times are a whole day"
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIMES = re.compile(r"([0-2]?\d):([0-5]\d)\s*-\s*([0-2]?\d):([0-5]\d)")
LONGEST = 60


def span_of(line: str) -> Span:
    """One span. ValueError says as a phrase what is wrong."""
    text = line.strip().lower()
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    found = re.search(_TIMES.pattern + r"$", text, re.ASCII)
    if found is None:
        raise ValueError("it does not end with times such as 22:30-06:30")
    begin, end = (_time(int(hour), int(minute)) for hour, minute in (found.group(1, 2), found.group(3, 4)))
    before = text[: found.start()]
    if before and not before[-1].isspace():
        raise ValueError("a space is missing between days and times")
    return Span(_days(before), begin, end)


def _time(hour: int, minute: int) -> time:
    """24:00 is the 0:00 of the day after."""
    if hour > 24 or (hour == 24 and minute):
        raise ValueError("there is no such time of the day")
    return time(hour % 24, minute)


def _days(text: str) -> frozenset[int]:
    words = re.sub(r"\s*-\s*", "-", text.replace(",", " ")).split()
    return frozenset(day for word in words for day in _range(word)) if words else frozenset(range(7))


def _range(word: str) -> list[int]:
    """``mon``, or ``fri-mon`` with the days between."""
    ends = word.split("-")
    if len(ends) > 2 or any(end not in _DAYS for end in ends):
        raise ValueError(f"its days are not among {', '.join(_DAYS)}")
    first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
    return [(first + away) % 7 for away in range((last - first) % 7 + 1)]
