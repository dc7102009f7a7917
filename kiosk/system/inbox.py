"""The one queue that the main loop waits on. Any thread, and a signal handler too, may put an event into
it."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

E = TypeVar("E")


class Inbox(Generic[E]):
    """Events in the order of their arrival. `put` from everywhere, `drain` from the main thread alone."""

    def __init__(self) -> None:
        # SimpleQueue.put is reentrant, which a queue.Queue or a Condition is not: a signal may interrupt the
        # main thread.
        self._queue: SimpleQueue[E] = SimpleQueue()
        self.wakeups = 0
        """How often `drain` came back: what a still picture costs is counted in these."""

    def put(self, event: E) -> None:
        self._queue.put(event)

    def drain(self, timeout: float | None) -> list[E]:
        """All events that are there. Waits for the first at most `timeout` seconds, with None for ever."""
        events: list[E] = []
        try:
            if timeout is not None and timeout <= 0:
                events.append(self._queue.get_nowait())
            else:
                events.append(self._queue.get(timeout=timeout))
            while True:
                events.append(self._queue.get_nowait())
        except Empty:
            pass
        self.wakeups += 1
        return events
