"""Looks after the workers' threads, from the main thread, and on the clock that it is given.

The rules:

1. A thread that died (by what the error boundary does not catch) is named in the log. What it had in hand fails, so
   that whoever waits goes on; a new thread takes its place, later and later if it dies again and again.
2. A thread that hangs, with a command that takes longer than its kind may, is named with its stack. Where that is safe
   another takes its place and the command fails; the old one ends after its command, if ever.
3. A command's age is what was seen of it, a few seconds at a time: a machine that slept, or a clock that leaps, makes
   nobody late.
4. Names of commands and places in the code are logged, never what is in a command.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from attrs import define, frozen

from kiosk.errors import KioskError, Unexpected
from kiosk.system.workers import Lane, Worker

C = TypeVar("C")

LOOK = 1.0
"""Seconds between looks, and what a look adds to an age at most is ..."""
LONGEST_STEP = 5.0
PAUSES = (0.0, 1.0, 5.0, 15.0, 20.0)
"""Seconds before a new thread, after the first death in a row, the second ... The longest is less than half of
WatchdogSec in systemd/kiosk.service: a frame that waits for its next thread shows pictures all the same."""
SOUND = 600.0
"""Seconds after which a new thread counts as sound: the next death is a first one."""
MOST_HANGING = 8
"""Threads of one worker that may be left behind; each has a stack and perhaps a connection."""
STACK = 8
"""Calls that the log gets of a stack."""

_log = logging.getLogger(__name__)


@frozen
class Care(Generic[C]):
    """How one worker is looked after."""

    worker: Worker[C, Any]
    longest: Callable[[C], float]
    """Seconds that a command may take."""
    overdue: Callable[[C], KioskError] | None = None
    """What a command that hangs fails with; None where its thread must not be replaced (it writes to the card, say)."""


@define(eq=False)
class _Seen(Generic[C]):
    """What was seen of one lane."""

    doing: tuple[C, ...] = ()
    age: float = 0.0
    told: bool = False
    """The log has been told that it hangs."""
    dead: Lane[C] | None = None
    deaths: int = 0
    again_at: float = 0.0


class Watch(Generic[C]):
    """One for all workers. `look` belongs into every turn of the main loop."""

    def __init__(self, cared_for: Sequence[Care[C]]) -> None:
        self._cared_for = tuple(cared_for)
        self._seen = {care.worker.name: [_Seen[C]() for _ in care.worker.lanes] for care in cared_for}
        self._looked = float("-inf")
        self._known: Counter[str] = Counter()
        self.restarts = 0
        """Threads that took the place of a dead one or of one that hangs."""

    @property
    def stuck(self) -> tuple[str, ...]:
        """Names of the workers with a thread that hangs."""
        return tuple(
            care.worker.name
            for care in self._cared_for
            if care.worker.hanging or any(seen.told for seen in self._seen[care.worker.name])
        )

    @property
    def healthy(self) -> bool:
        """Every thread runs, and none hangs in the way of the next command."""
        alive = all(care.worker.alive for care in self._cared_for)
        return alive and not any(seen.told for lanes in self._seen.values() for seen in lanes)

    def look(self, now: float) -> None:
        """``now``: monotonic seconds."""
        passed = now - self._looked
        if passed < LOOK:
            return
        self._looked = now
        for care in self._cared_for:
            for number, lane in enumerate(care.worker.lanes):
                seen, doing = self._seen[care.worker.name][number], lane.doing
                if lane.died:
                    self._see_dead(care, number, seen, now)
                elif doing is not seen.doing:
                    seen.doing, seen.age, seen.told = doing, 0.0, False
                elif doing:
                    seen.age += min(passed, LONGEST_STEP)
                    if seen.age > max(map(care.longest, doing)):
                        self._see_stuck(care, number, seen)

    def _see_dead(self, care: Care[C], number: int, seen: _Seen[C], now: float) -> None:
        worker, lane = care.worker, care.worker.lanes[number]
        if seen.dead is not lane:
            seen.deaths = 1 if now - seen.again_at > SOUND else seen.deaths + 1
            seen.again_at = now + PAUSES[min(seen.deaths, len(PAUSES)) - 1]
            seen.dead, seen.told = lane, False
            self._log(f"worker {lane.thread.name} died{_at(lane.doing)}", "")
            worker.fail(lane.doing, Unexpected(f"the thread {lane.thread.name} died"))
        if now >= seen.again_at:
            self._renew(worker, number, seen)

    def _see_stuck(self, care: Care[C], number: int, seen: _Seen[C]) -> None:
        worker, lane = care.worker, care.worker.lanes[number]
        if not seen.told:
            seen.told = True
            self._log(f"worker {lane.thread.name} hangs{_at(seen.doing)}", _stack(lane))
        if care.overdue is None or worker.hanging >= MOST_HANGING:
            return
        late = seen.doing
        # From here on the old thread takes nothing new; it may just have finished after all.
        if self._renew(worker, number, seen) and lane.doing is late:
            worker.fail(late, care.overdue(late[0]))

    def _renew(self, worker: Worker[C, Any], number: int, seen: _Seen[C]) -> bool:
        if not worker.renew(number):
            return False
        self.restarts += 1
        seen.doing, seen.age, seen.told = (), 0.0, False
        return True

    def _log(self, line: str, stack: str) -> None:
        """In full the first time, then at the second, the fourth, the eighth ...: it may go on for months."""
        self._known[line] += 1
        times = self._known[line]
        if times == 1:
            _log.warning("%s%s", line, stack)
        elif times.bit_count() == 1:
            _log.warning("%s, %d times by now", line, times)


def _at(doing: Sequence[object]) -> str:
    names = sorted({type(command).__name__ for command in doing})
    return f" at {', '.join(names)}" if names else ""


def _stack(lane: Lane[Any]) -> str:
    """Where the thread stands, the innermost call last; no values are in it."""
    frames = sys._current_frames()  # noqa: SLF001  the documented way to another thread's stack
    top = frames.get(lane.thread.ident or 0)
    return "" if top is None else "\n" + "".join(traceback.format_stack(top)[-STACK:]).rstrip()
