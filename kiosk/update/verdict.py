"""When a version has proved itself: the rule alone, without clock or systemd.

It has to say that it is ready within two minutes, to be the version that was meant, and then to go on for half a
minute. systemd must not begin it anew meanwhile. Whatever else is said or not said proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field, frozen

from kiosk.update.service import Seen

READY_SECONDS = 120.0
STEADY_SECONDS = 30.0


@frozen
class Expected:
    """name: of the folder, which versions from before that do not tell."""

    version: str
    name: str
    ready_seconds: float = READY_SECONDS
    steady_seconds: float = STEADY_SECONDS

    def is_it(self, answer: Mapping[str, Any] | None) -> bool:
        """Whether this very release says that it is ready."""
        return (
            answer is not None
            and answer.get("ready") is True
            and answer.get("version") == self.version
            and answer.get("release", self.name) == self.name
        )


@frozen
class Proved:
    pass


@frozen
class Failed:
    why: str


@define
class Watching:
    """One trial. `began` and every `now` are seconds of a monotonic clock."""

    expected: Expected
    began: float
    _run: str = field(default="", init=False)
    _ready: float | None = field(default=None, init=False)

    def see(self, seen: Seen, now: float) -> Proved | Failed | None:
        """None while nothing is decided."""
        if seen.restarts or (self._run and seen.run and seen.run != self._run):
            return Failed("systemd had to begin it anew")
        self._run = self._run or seen.run
        if self._ready is not None and not seen.active:
            return Failed("it did not go on")
        it_is = seen.active and self.expected.is_it(seen.answer)
        if self._ready is None and it_is:
            self._ready = now
        if self._ready is None:
            return self._late(now, self.began, seen)
        if now - self._ready < self.expected.steady_seconds:
            return None
        return Proved() if it_is else self._late(now, self._ready + self.expected.steady_seconds, seen)

    def _late(self, now: float, since: float, seen: Seen) -> Failed | None:
        if now - since < self.expected.ready_seconds:
            return None
        if seen.active and seen.answer is not None and seen.answer.get("ready"):
            return Failed(f"it is {seen.answer.get('version')} that answers")
        return Failed(f"it was not ready within {self.expected.ready_seconds:g} seconds")
