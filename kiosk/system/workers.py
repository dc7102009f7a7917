"""Threads that turn commands into events, and the one error boundary of the program.

1. A worker sees command values and answers with event values; it shares nothing else.
2. It never waits for time to pass: whoever wants something later asks later.
3. A KioskError becomes an event. Anything else is a fault of ours: logged with its traceback, then an event
as well, so that whoever waits for the answer goes on.
4. Constructors start no thread.
5. Each thread says what it has in hand (`Lane.doing`), so that whoever looks after it (kiosk/system/watch.py) can
answer in its place when it has died or hangs.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import Counter
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


class Lane(Generic[C]):
    """One thread of a worker. Made by the worker; `left` is set by whoever looks after it."""

    def __init__(self, name: str, run: Callable[[Lane[C]], None]) -> None:
        self.doing: tuple[C, ...] = ()
        """The commands in hand, still without an answer; another tuple for each turn."""
        self.left = threading.Event()
        """Another thread has its place: it ends after what it has in hand."""
        self.thread = threading.Thread(target=run, args=(self,), name=name, daemon=True)

    @property
    def died(self) -> bool:
        """It has run, and runs no more."""
        return self.thread.ident is not None and not self.thread.is_alive()


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
        self._known_faults: Counter[str] = Counter()
        names = [f"{name}-{number}" if threads > 1 else name for number in range(1, threads + 1)]
        self.lanes = [Lane(each, self._run) for each in names]
        self._left: list[threading.Thread] = []

    def start(self) -> None:
        for lane in self.lanes:
            lane.thread.start()

    def do(self, command: C) -> None:
        """Queue a command; returns at once."""
        self._queue.put(command)

    @property
    def alive(self) -> bool:
        """Whether every thread runs."""
        return all(lane.thread.is_alive() for lane in self.lanes)

    @property
    def hanging(self) -> int:
        """Threads that were left behind and have not ended yet."""
        self._left = [thread for thread in self._left if thread.is_alive()]
        return len(self._left)

    def fail(self, commands: Iterable[C], error: KioskError) -> None:
        """Answer in place of a thread that will not, so that whoever waits goes on. A late answer of its own changes
        nothing: it names a command that has its answer."""
        for command in commands:
            self._put(self._on_failed(command, error))

    def renew(self, number: int) -> bool:
        """A new thread in this lane's place; False where the machine starts none.

        The old one ends after what it has in hand, if ever.
        """
        old = self.lanes[number]
        new = Lane(old.thread.name, self._run)
        try:
            new.thread.start()
        except RuntimeError:  # no memory for its stack, or too many
            return False
        old.left.set()
        if old.thread.is_alive():
            self._left.append(old.thread)
        self.lanes[number] = new
        return True

    def stop(self, timeout: float, *, finish: bool = False) -> bool:
        """End the threads; with `finish` after what is queued, else after what is being done at the moment.

        Waits at most `timeout` seconds and says whether all have ended; the threads are daemons, so one that
        hangs in the network holds nobody up.
        """
        if not finish:
            self._stopping.set()
        for _ in self.lanes:
            self._queue.put(_Stop())
        deadline = time.monotonic() + timeout
        threads = [lane.thread for lane in self.lanes if lane.thread.ident is not None]
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _run(self, lane: Lane[C]) -> None:
        while not lane.left.is_set():
            command = self._queue.get()
            if lane.left.is_set():  # just as it had finished: this is for its successor
                self._queue.put(command)
                return
            if isinstance(command, _Stop) or self._stopping.is_set():
                return
            lane.doing = (command,)
            self._one(command)
            lane.doing = ()

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
        # time, and later a line at the second time, the fourth, the eighth ...
        last = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{type(fault).__name__} in {last.filename}:{last.lineno}"
        self._known_faults[place] += 1
        times = self._known_faults[place]
        if times == 1:
            _log.error("a fault in worker %s", self.name, exc_info=fault)
        elif times.bit_count() == 1:
            _log.error("again in worker %s, %d times by now: %s", self.name, times, place)


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

    def _run(self, lane: Lane[C]) -> None:
        ended = False
        while not ended:
            batch, ended = self._take()
            if self._stopping.is_set():
                return
            lane.doing = tuple(batch)
            if len(batch) == 1:
                self._one(batch[0])
            elif batch:
                self._many(batch, lane)
            lane.doing = ()

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

    def _many(self, batch: list[C], lane: Lane[C]) -> None:
        events: list[E] = []
        # Nothing is sent before all is done: a batch that fails half-way must not be told of twice.
        if self._guarded(lambda: events.extend(self._perform_batch(batch))) is None:
            self._send(events)
        else:
            for number, command in enumerate(batch):
                lane.doing = tuple(batch[number:])
                self._one(command)
