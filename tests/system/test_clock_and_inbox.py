"""The clock and the queue of the main loop."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.system import Clock, Inbox, ManualClock, RealClock


def test_the_real_clock_runs_and_is_aware_of_utc() -> None:
    clock: Clock = RealClock()
    first, second = clock.now(), clock.now()
    assert second.monotonic >= first.monotonic
    assert first.utc.tzinfo is UTC


def test_the_manual_clock_stands_until_it_is_told() -> None:
    clock = ManualClock(5.0, datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() is clock.now()
    clock.advance(2.5)
    assert (clock.now().monotonic, clock.now().utc.second) == (7.5, 2)


def test_a_step_of_the_wall_clock_leaves_the_monotonic_one_alone() -> None:
    clock = ManualClock(5.0)
    before = clock.now()
    after = clock.step_wall(timedelta(days=-3650))
    assert after.monotonic == before.monotonic
    assert before.utc - after.utc == timedelta(days=3650)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        ManualClock().advance(-1)


@given(st.lists(st.integers()))
def test_events_come_out_in_the_order_they_went_in(events: list[int]) -> None:
    inbox: Inbox[int] = Inbox()
    for event in events:
        inbox.put(event)
    assert inbox.drain(0) == events
    assert inbox.drain(0) == []


def test_drain_wakes_for_an_event_of_another_thread() -> None:
    inbox: Inbox[str] = Inbox()
    threading.Thread(target=inbox.put, args=("hello",)).start()
    assert inbox.drain(None) == ["hello"]


def test_drain_comes_back_empty_after_the_timeout() -> None:
    assert Inbox[str]().drain(0.001) == []


def test_wake_ups_are_counted() -> None:
    inbox: Inbox[str] = Inbox()
    inbox.put("a")
    inbox.put("b")
    inbox.drain(None)
    inbox.drain(0.001)
    assert inbox.wakeups == 2


def test_a_signal_handler_can_wake_a_main_thread_that_waits_for_ever() -> None:
    inbox: Inbox[str] = Inbox()
    # As systemd sends it: to the program, of whose threads the kernel interrupts the main one if it can.
    before = signal.signal(signal.SIGUSR2, lambda *_: inbox.put("signal"))
    sender = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGUSR2))
    try:
        sender.start()
        assert inbox.drain(None) == ["signal"]
    finally:
        sender.join()
        signal.signal(signal.SIGUSR2, before)
