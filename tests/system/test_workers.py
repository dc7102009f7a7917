"""Workers: commands in, events out, and the one error boundary."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest

from kiosk.errors import Busy, DiskFull, KioskError, Unexpected
from kiosk.system import BatchWorker, Inbox, Worker

Event = tuple[object, ...]
SOON = 5.0


def failed(command: str, error: KioskError) -> Event:
    return ("failed", command, type(error).__name__, str(error))


def take(inbox: Inbox[Event], count: int) -> list[Event]:
    events: list[Event] = []
    while len(events) < count:
        arrived = inbox.drain(SOON)
        assert arrived, f"only {events} came"
        events += arrived
    return events


@pytest.fixture
def inbox() -> Inbox[Event]:
    return Inbox()


@pytest.fixture
def ending() -> Iterator[Callable[..., None]]:
    """Registers workers and what to do before they are stopped."""
    workers: list[Worker[str, Event]] = []
    yield workers.append
    for worker in workers:
        assert worker.stop(SOON)


def test_commands_become_events_in_their_order(inbox: Inbox[Event], ending: Callable[..., None]) -> None:
    worker: Worker[str, Event] = Worker("test", inbox.put, lambda c: [("began", c), ("done", c)], failed)
    ending(worker)
    worker.start()
    worker.do("a")
    worker.do("b")
    assert take(inbox, 4) == [("began", "a"), ("done", "a"), ("began", "b"), ("done", "b")]


def test_the_constructor_starts_nothing_and_stopping_what_never_ran_is_harmless(inbox: Inbox[Event]) -> None:
    before = threading.active_count()
    worker: Worker[str, Event] = Worker("test", inbox.put, lambda c: [(c,)], failed)
    assert threading.active_count() == before
    assert not worker.alive
    assert worker.stop(SOON)


def test_the_events_of_a_generator_leave_as_they_come(
    inbox: Inbox[Event], ending: Callable[..., None]
) -> None:
    seen = threading.Event()

    def perform(command: str) -> Iterable[Event]:
        yield ("first", command)
        assert seen.wait(SOON)
        yield ("second", command)

    worker: Worker[str, Event] = Worker("test", inbox.put, perform, failed)
    ending(worker)
    worker.start()
    worker.do("a")
    assert inbox.drain(SOON) == [("first", "a")]
    seen.set()
    assert inbox.drain(SOON) == [("second", "a")]


def test_one_of_our_errors_becomes_an_event_and_the_worker_goes_on(
    inbox: Inbox[Event], ending: Callable[..., None]
) -> None:
    def perform(command: str) -> Iterable[Event]:
        if command == "bad":
            raise Busy("later")
        return [("done", command)]

    worker: Worker[str, Event] = Worker("test", inbox.put, perform, failed)
    ending(worker)
    worker.start()
    worker.do("bad")
    worker.do("good")
    assert take(inbox, 2) == [("failed", "bad", "Busy", "later"), ("done", "good")]


def test_an_unknown_fault_is_logged_with_its_traceback_once_and_becomes_an_event_each_time(
    inbox: Inbox[Event], ending: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    def perform(command: str) -> Iterable[Event]:
        raise ZeroDivisionError(command)

    worker: Worker[str, Event] = Worker("google", inbox.put, perform, failed)
    ending(worker)
    worker.start()
    with caplog.at_level(logging.ERROR):
        worker.do("a")
        worker.do("b")
        events = take(inbox, 2)
    text = str(Unexpected("a fault in google", "ZeroDivisionError"))
    assert events == [("failed", "a", "Unexpected", text), ("failed", "b", "Unexpected", text)]
    assert [bool(record.exc_info) for record in caplog.records] == [True, False]
    assert worker.alive


def test_a_fault_half_way_through_a_generator_keeps_what_was_said_before(
    inbox: Inbox[Event], ending: Callable[..., None]
) -> None:
    def perform(command: str) -> Iterable[Event]:
        yield ("began", command)
        raise DiskFull("no room")

    worker: Worker[str, Event] = Worker("test", inbox.put, perform, failed)
    ending(worker)
    worker.start()
    worker.do("a")
    assert take(inbox, 2) == [("began", "a"), ("failed", "a", "DiskFull", "no room")]


def test_a_pool_works_on_several_commands_at_a_time(inbox: Inbox[Event], ending: Callable[..., None]) -> None:
    together = threading.Barrier(3)

    def perform(command: str) -> Iterable[Event]:
        together.wait(SOON)
        return [("done", command)]

    worker: Worker[str, Event] = Worker("download", inbox.put, perform, failed, threads=3)
    ending(worker)
    worker.start()
    for command in "abc":
        worker.do(command)
    assert sorted(take(inbox, 3)) == [("done", "a"), ("done", "b"), ("done", "c")]


def test_stopping_drops_what_is_queued(inbox: Inbox[Event]) -> None:
    at_work, go_on = threading.Event(), threading.Event()

    def perform(command: str) -> Iterable[Event]:
        at_work.set()
        assert go_on.wait(SOON)
        return [("done", command)]

    worker: Worker[str, Event] = Worker("test", inbox.put, perform, failed)
    worker.start()
    worker.do("a")
    worker.do("b")
    assert at_work.wait(SOON)
    assert not worker.stop(0.0)
    go_on.set()
    assert worker.stop(SOON)
    assert inbox.drain(0) == [("done", "a")]
    assert not worker.alive


def test_stopping_with_finish_does_what_is_queued_first(inbox: Inbox[Event]) -> None:
    at_work, go_on = threading.Event(), threading.Event()

    def perform(command: str) -> Iterable[Event]:
        at_work.set()
        assert go_on.wait(SOON)
        return [("done", command)]

    worker: Worker[str, Event] = Worker("test", inbox.put, perform, failed)
    worker.start()
    worker.do("a")
    worker.do("b")
    assert at_work.wait(SOON)
    assert not worker.stop(0.0, finish=True)
    go_on.set()
    assert worker.stop(SOON, finish=True)
    assert inbox.drain(0) == [("done", "a"), ("done", "b")]


# Batches ---------------------------------------------------------------------------------------------------------


class Disk:
    """Records its batches; the first one waits until several commands are queued."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.busy = threading.Event()
        self.queued = threading.Event()

    def perform(self, commands: Sequence[str]) -> Iterable[Event]:
        self.batches.append(list(commands))
        if commands[0] == "first":
            self.busy.set()
            assert self.queued.wait(SOON)
        for command in commands:
            if command == "bad":
                raise DiskFull("no room")
            yield ("stored", command)


def batch_of(inbox: Inbox[Event], disk: Disk, commands: str, **options: int) -> BatchWorker[str, Event]:
    worker: BatchWorker[str, Event] = BatchWorker("disk", inbox.put, disk.perform, failed, **options)
    worker.start()
    worker.do("first")
    assert disk.busy.wait(SOON)
    for command in commands.split():
        worker.do(command)
    disk.queued.set()
    return worker


def test_what_is_queued_is_handed_over_at_once(inbox: Inbox[Event], ending: Callable[..., None]) -> None:
    disk = Disk()
    ending(batch_of(inbox, disk, "a b c"))
    assert take(inbox, 4) == [("stored", name) for name in ("first", "a", "b", "c")]
    assert disk.batches == [["first"], ["a", "b", "c"]]


def test_a_batch_has_a_largest_size(inbox: Inbox[Event], ending: Callable[..., None]) -> None:
    disk = Disk()
    ending(batch_of(inbox, disk, "a b c", at_most=2))
    take(inbox, 4)
    assert disk.batches == [["first"], ["a", "b"], ["c"]]


def test_a_batch_that_fails_is_done_again_one_by_one_and_tells_of_each_once(
    inbox: Inbox[Event], ending: Callable[..., None]
) -> None:
    disk = Disk()
    ending(batch_of(inbox, disk, "a bad c"))
    assert take(inbox, 4) == [
        ("stored", "first"),
        ("stored", "a"),
        ("failed", "bad", "DiskFull", "no room"),
        ("stored", "c"),
    ]
    assert disk.batches == [["first"], ["a", "bad", "c"], ["a"], ["bad"], ["c"]]


def test_stopping_the_disk_with_finish_stores_what_is_queued(inbox: Inbox[Event]) -> None:
    disk = Disk()
    worker = batch_of(inbox, disk, "a b")
    assert worker.stop(SOON, finish=True)
    assert disk.batches[0] == ["first"]
    assert [command for batch in disk.batches for command in batch] == ["first", "a", "b"]


def test_stopping_the_disk_at_once_drops_what_is_queued(inbox: Inbox[Event]) -> None:
    disk = Disk()
    worker: BatchWorker[str, Event] = BatchWorker("disk", inbox.put, disk.perform, failed)
    worker.start()
    worker.do("first")
    assert disk.busy.wait(SOON)
    worker.do("a")
    assert not worker.stop(0.0)
    disk.queued.set()
    assert worker.stop(SOON)
    assert disk.batches == [["first"]]
