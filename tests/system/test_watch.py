"""Threads that die or hang: named, answered for, and replaced where that is safe."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from kiosk.errors import Busy, KioskError
from kiosk.system import BatchWorker, Care, Inbox, Watch, Worker
from kiosk.system.watch import LONGEST_STEP, LOOK, MOST_HANGING, PAUSES, SOUND

Event = tuple[object, ...]
SOON = 5.0
LONGEST = 30.0

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class Fatal(str):
    """A command that ends its thread."""


class Hang(str):
    """A command that blocks until it is released."""


def failed(command: str, error: KioskError) -> Event:
    return ("failed", command, str(error))


def too_late(command: str) -> KioskError:
    return Busy(f"no end of {command}")


class Bench:
    """A worker of each kind, the one who looks after it, and a clock to move."""

    def __init__(self, *, batch: bool = False, threads: int = 1, replace: bool = True) -> None:
        self.inbox: Inbox[Event] = Inbox()
        self.released = threading.Event()
        self.at_work = threading.Semaphore(0)
        self.now = 1000.0
        self.worker: Worker[str, Event] = (
            BatchWorker("disk", self.inbox.put, self._batch, failed)
            if batch
            else Worker(
                "google", self.inbox.put, lambda command: self._batch((command,)), failed, threads=threads
            )
        )
        self.watch = Watch([Care(self.worker, lambda _: LONGEST, too_late if replace else None)])
        self.worker.start()
        self.all_lanes = list(self.worker.lanes)

    def _batch(self, commands: Sequence[str]) -> Iterable[Event]:
        for command in commands:
            if isinstance(command, Fatal):
                raise SystemExit(command)
            if isinstance(command, Hang):
                self.at_work.release()
                assert self.released.wait(10 * SOON)
            yield ("done", command)

    def look(self, seconds: float = 1.0) -> None:
        """One look, this much later."""
        self.now += seconds
        self.watch.look(self.now)
        self.all_lanes += [lane for lane in self.worker.lanes if lane not in self.all_lanes]

    def let_pass(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.look()

    def die(self, command: str = "poison") -> None:
        """The (first) thread ends by what no boundary catches."""
        thread = self.worker.lanes[0].thread
        self.worker.do(Fatal(command))
        thread.join(SOON)
        assert not thread.is_alive()

    def hang(self, command: str = "slow") -> None:
        self.worker.do(Hang(command))
        assert self.at_work.acquire(timeout=SOON)

    def take(self, count: int = 1) -> list[Event]:
        events: list[Event] = []
        while len(events) < count:
            arrived = self.inbox.drain(SOON)
            assert arrived, f"only {events} came"
            events += arrived
        return events

    def close(self) -> None:
        self.released.set()
        self.worker.stop(SOON)
        for lane in self.all_lanes:
            lane.thread.join(SOON)
            assert not lane.thread.is_alive()


@pytest.fixture
def make() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def bench(**named: bool | int) -> Bench:
        made.append(Bench(**named))  # type: ignore[arg-type]
        return made[-1]

    yield bench
    for each in made:
        each.close()


Make = Callable[..., Bench]


@pytest.mark.parametrize("batch", [False, True])
def test_a_thread_that_died_is_named_and_another_goes_on_with_the_queue(
    make: Make, batch: bool, caplog: pytest.LogCaptureFixture
) -> None:
    bench = make(batch=batch)
    bench.die()
    bench.worker.do("next")
    bench.look()
    told = ("failed", "poison", f"the thread {bench.worker.name} died")
    assert sorted(bench.take(2)) == [("done", "next"), told]
    assert [record.getMessage() for record in caplog.records] == [f"worker {bench.worker.name} died at Fatal"]
    assert bench.watch.restarts == 1
    assert bench.watch.healthy


def test_all_of_a_batch_whose_thread_died_fails(make: Make) -> None:
    bench = make(batch=True)
    bench.hang("first")
    for command in ("a", Fatal("b"), "c"):
        bench.worker.do(command)
    bench.released.set()
    bench.worker.lanes[0].thread.join(SOON)
    bench.look()
    assert bench.take(4) == [("done", "first")] + [("failed", each, "the thread disk died") for each in "abc"]


def test_a_boundary_that_fails_itself_costs_no_more_than_its_thread(make: Make) -> None:
    bench = make()
    bench.worker._on_failed = _no_memory
    bench.worker._perform = _no_memory
    thread = bench.worker.lanes[0].thread
    bench.worker.do("big")
    thread.join(SOON)
    bench.worker._on_failed = failed
    bench.worker._perform = lambda command: [("done", command)]
    bench.worker.do("small")
    bench.look()
    assert sorted(bench.take(2)) == [("done", "small"), ("failed", "big", "the thread google died")]


def _no_memory(*_: object) -> Event:
    raise MemoryError


def test_a_thread_that_dies_again_and_again_comes_back_later_and_later(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    bench = make()
    pauses = []
    for _ in range(len(PAUSES) + 3):
        bench.die()
        before = bench.now
        bench.look()
        while not bench.worker.alive:
            assert not bench.watch.healthy
            bench.look()
        pauses.append(bench.now - before - 1.0)
    assert pauses == [*PAUSES, PAUSES[-1], PAUSES[-1], PAUSES[-1]]
    assert len(caplog.records) == 4, "the first, the second, the fourth and the eighth time"
    bench.look(SOUND + PAUSES[-1] + 1)
    bench.die()
    bench.look()
    assert bench.worker.alive, "after a good while the next death is a first one"


def test_no_pause_is_so_long_that_systemd_takes_the_frame_for_dead() -> None:
    unit = Path(__file__).parents[2].joinpath("systemd", "kiosk.service").read_text()
    found = re.search(r"^WatchdogSec=(\d+)$", unit, re.MULTILINE)
    assert found is not None
    # A sign of life may be half of that old when the thread dies, and looks are a second apart.
    assert max(PAUSES) + LOOK < int(found[1]) / 2


def test_a_machine_that_starts_no_thread_is_asked_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make()
    bench.die()

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        bench.look()
        assert not bench.watch.healthy
        assert bench.watch.restarts == 0
    bench.look()
    assert bench.watch.healthy


def test_a_thread_that_hangs_is_named_with_its_stack_and_replaced(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    bench = make()
    bench.hang()
    bench.worker.do("next")
    bench.let_pass(LONGEST)
    assert not caplog.records
    bench.let_pass(2)
    assert sorted(bench.take(2)) == [("done", "next"), ("failed", "slow", "no end of slow")]
    (record,) = caplog.records
    assert record.getMessage().startswith("worker google hangs at Hang\n")
    assert "in _batch" in record.getMessage(), "the stack says where"
    assert "slow" not in record.getMessage(), "what is in a command is nobody's business"
    assert (bench.watch.stuck, bench.watch.restarts, bench.watch.healthy) == (("google",), 1, True)
    bench.released.set()
    bench.all_lanes[0].thread.join(SOON)
    assert bench.take() == [("done", "slow")], "a late answer, to a command that has its answer"
    assert bench.watch.stuck == ()
    bench.worker.do("more")
    assert bench.take() == [("done", "more")]


def test_one_thread_of_a_pool_that_hangs_is_replaced_alone(make: Make) -> None:
    bench = make(threads=3)
    bench.hang()
    before = [lane.thread for lane in bench.worker.lanes]
    bench.let_pass(LONGEST + 2)
    changed = [lane.thread is not old for lane, old in zip(bench.worker.lanes, before, strict=True)]
    assert sorted(changed) == [False, False, True]


def test_the_cards_thread_is_named_but_never_replaced(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    bench = make(batch=True, replace=False)
    bench.hang()
    bench.let_pass(10 * LONGEST)
    assert (bench.watch.stuck, bench.watch.restarts) == (("disk",), 0)
    assert not bench.watch.healthy, "the watchdog is to know"
    assert len(caplog.records) == 1, "once"
    bench.released.set()
    assert bench.take() == [("done", "slow")]
    while bench.worker.lanes[0].doing:
        assert bench.worker.lanes[0].thread.is_alive()
    bench.look()
    assert bench.watch.healthy
    assert bench.watch.stuck == ()


def test_only_so_many_threads_are_left_behind(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    bench = make()
    for number in range(MOST_HANGING):
        bench.hang(str(number))
        bench.let_pass(LONGEST + 2)
    assert bench.watch.healthy
    bench.hang("one too many")
    bench.let_pass(LONGEST + 2)
    assert bench.watch.restarts == bench.worker.hanging == MOST_HANGING
    assert not bench.watch.healthy
    assert len(caplog.records) == 4, "the first, the second, the fourth and the eighth time"
    bench.released.set()
    for lane in bench.all_lanes[:-1]:
        lane.thread.join(SOON)
    bench.look()
    bench.look()
    assert bench.watch.healthy


def test_a_machine_that_slept_makes_nobody_late(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    bench = make()
    bench.hang()
    bench.look()
    bench.look(24 * 3600.0)
    assert not caplog.records
    for _ in range(round(LONGEST / LONGEST_STEP) + 1):
        bench.look(60.0)
    assert caplog.records, "but one that goes on hanging is late in the end"


def test_looks_closer_together_than_a_second_see_nothing(make: Make) -> None:
    bench = make()
    bench.look()
    bench.die()
    bench.look(0.5)
    assert bench.watch.restarts == 0
    bench.look(0.5)
    assert bench.watch.restarts == 1


def test_a_worker_that_was_not_started_is_left_alone() -> None:
    inbox: Inbox[Event] = Inbox()
    worker: Worker[str, Event] = Worker("google", inbox.put, lambda command: [(command,)], failed)
    watch = Watch([Care(worker, lambda _: LONGEST)])
    watch.look(1000.0)
    assert watch.restarts == 0
    assert not watch.healthy
    assert worker.stop(SOON)


def test_what_hangs_while_the_program_stops_holds_nobody_up(make: Make) -> None:
    bench = make()
    bench.hang()
    bench.let_pass(LONGEST + 2)
    assert bench.worker.stop(SOON), "the one that was left behind does not count"


def test_a_commands_age_begins_anew_with_each_command(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    bench = make()
    for number in range(5):
        bench.released.clear()
        bench.hang(str(number))
        bench.let_pass(LONGEST - 1)
        bench.released.set()
        bench.take()
    assert not caplog.records


@pytest.fixture(autouse=True)
def _warnings_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
