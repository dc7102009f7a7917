"""Now, on both clocks. The only place that reads them for the core."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from kiosk.core.model import Moment


class Clock(Protocol):
    def now(self) -> Moment:
        """The monotonic clock in seconds and the wall clock in UTC, read together."""


class RealClock:
    def now(self) -> Moment:
        return Moment(time.monotonic(), datetime.now(UTC))


class ManualClock:
    """A clock that stands still until it is told otherwise; for tests."""

    def __init__(self, monotonic: float = 1000.0, utc: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = Moment(monotonic, utc)

    def now(self) -> Moment:
        return self._now

    def advance(self, seconds: float) -> Moment:
        """Time passes on both clocks; returns the new moment."""
        if seconds < 0:
            raise ValueError("time does not run backwards; step_wall can")
        self._now = Moment(self._now.monotonic + seconds, self._now.utc + timedelta(seconds=seconds))
        return self._now

    def step_wall(self, delta: timedelta) -> Moment:
        """The wall clock is set, as by NTP; the monotonic clock does not notice."""
        self._now = Moment(self._now.monotonic, self._now.utc + delta)
        return self._now
