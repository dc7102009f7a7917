"""Threads that turn commands into events, and the one error boundary of the program.

1. A worker sees command values and answers with event values; it shares nothing else.
2. It never waits for time to pass: whoever wants something later asks later.
3. A KioskError becomes an event. Anything else is a fault of ours: logged with its traceback, then an event
as well, so that whoever waits for the answer goes on.
4. Constructors start no thread.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from kiosk.errors import KioskError, Unexpected

C = TypeVar("C")
E = TypeVar("E")

Perform = Callable[[C], Iterable[E]]
"""One command -> its events; a generator's events leave as they come."""
PerformBatch = Callable[[Sequence[C]], Iterable[E]]
"""Several commands -> their events, all or nothing: when it raises, none of them has happened."""
OnFailed = Callable[[C, KioskError], E]

_log = logging.getLogger(__name__)


class _Stop:
    """What ends a thread when it comes out of the queue."""


class Worker(Generic[C, E]):
    """`threads` threads over one queue of commands. Events go to `put`, which must be safe to call from any
    thread."""

    def __init__(
        self,
        name: str,
        put: Callable[[E], None],
        perform: Perform[C, E],
        on_failed: OnFailed[C, E],
        *,
        threads: int = 1,
    ) -> None:
        self.name = name
        self._put = put
        self._perform = perform
        self._on_failed = on_failed
        self._queue: SimpleQueue[C | _Stop] = SimpleQueue()
        self._stopping = threading.Event()
        self._known_faults: set[str] = set()
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}" if threads > 1 else name, daemon=True)
            for number in range(1, threads + 1)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def do(self, command: C) -> None:
        """Queue a command; returns at once."""
        self._queue.put(command)

    @property
    def alive(self) -> bool:
        """Whether every thread runs."""
        return all(thread.is_alive() for thread in self._threads)

    def stop(self, timeout: float, *, finish: bool = False) -> bool:
        """End the threads; with `finish` after what is queued, else after what is being done at the moment.

        Waits at most `timeout` seconds and says whether all have ended; the threads are daemons, so one that
        hangs in the network holds nobody up.
        """
        if not finish:
            self._stopping.set()
        for _ in self._threads:
            self._queue.put(_Stop())
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while not isinstance(command := self._queue.get(), _Stop) and not self._stopping.is_set():
            self._one(command)

    def _one(self, command: C) -> None:
        error = self._guarded(lambda: self._send(self._perform(command)))
        if error is not None:
            self._put(self._on_failed(command, error))

    def _send(self, events: Iterable[E]) -> None:
        for event in events:
            self._put(event)

    def _guarded(self, act: Callable[[], None]) -> KioskError | None:
        """The error boundary: None, or what went wrong as one of our own errors."""
        try:
            act()
        except KioskError as error:
            return error
        except Exception as fault:  # noqa: BLE001 - the one place (rule 3)
            self._log_once(fault)
            return Unexpected(f"a fault in {self.name}", type(fault).__name__)
        return None

    def _log_once(self, fault: Exception) -> None:
        # The same fault at every retry for months would wear out the card: its traceback is written the first
        # time.
        last = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{type(fault).__name__} in {last.filename}:{last.lineno}"
        if place in self._known_faults:
            _log.error("again in worker %s: %s", self.name, place)
        else:
            self._known_faults.add(place)
            _log.error("a fault in worker %s", self.name, exc_info=fault)


class BatchWorker(Worker[C, E]):
    """One thread that takes all that is queued at once, at most `at_most` commands: many commits, one
    transaction.

    A batch that fails is done again one by one, so that only the command at fault fails.
    """

    def __init__(
        self,
        name: str,
        put: Callable[[E], None],
        perform_batch: PerformBatch[C, E],
        on_failed: OnFailed[C, E],
        *,
        at_most: int = 500,
    ) -> None:
        super().__init__(name, put, lambda command: perform_batch((command,)), on_failed)
        self._perform_batch = perform_batch
        self._at_most = at_most

    def _run(self) -> None:
        ended = False
        while not ended:
            batch, ended = self._take()
            if self._stopping.is_set():
                return
            if len(batch) == 1:
                self._one(batch[0])
            elif batch:
                self._many(batch)

    def _take(self) -> tuple[list[C], bool]:
        """What is queued, waiting for the first, and whether the thread ends after it."""
        batch: list[C] = []
        wait = True
        while len(batch) < self._at_most:
            try:
                command = self._queue.get(block=wait)
            except Empty:
                break
            if isinstance(command, _Stop):
                return batch, True
            batch.append(command)
            wait = False
        return batch, False

    def _many(self, batch: list[C]) -> None:
        events: list[E] = []
        # Nothing is sent before all is done: a batch that fails half-way must not be told of twice.
        if self._guarded(lambda: events.extend(self._perform_batch(batch))) is None:
            self._send(events)
        else:
            for command in batch:
                self._one(command)
