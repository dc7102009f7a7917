"""Faults that need a story of their own: long ones, several at once, clocks, and what must never leave the machine."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from kiosk.core import commands as c
from kiosk.core import words
from kiosk.core.events import Verb
from kiosk.core.scene import Mark
from kiosk.demo import faults, routes
from kiosk.demo.faults import Fault
from tests.conftest import RUN_ALL
from tests.faults.driver import SETTINGS, Rig
from tests.faults.flows import PICKED, STORED
from tests.faults.glass import DWELL
from tests.faults.rooms import Hurry
from tests.google.conftest import ScriptedServer

HOUR = 3600.0
MakeRig = Callable[..., Rig]


def start_pick(rig: Rig) -> None:
    rig.ask(Verb.PICK)
    rig.until(lambda: rig.status()["picker_uri"], 600)
    rig.pick(PICKED)


def all_stored(rig: Rig) -> bool:
    return rig.state.counts.stored == PICKED and not rig.google.sessions


@pytest.mark.parametrize("route", [routes.SESSIONS_CREATE, routes.MEDIA])
def test_slides_come_on_time_while_every_request_hangs(make_rig: MakeRig, route: str) -> None:
    rig = make_rig(hurry=Hurry((30.0, 30.0), 60.0))
    rig.show(STORED)
    rig.google.faults.add(faults.Stall(), on=route)
    since = rig.mark()
    rig.inbox.patient = False
    rig.ask(Verb.PICK)
    if route == routes.MEDIA:
        rig.inbox.patient = True
        rig.until(lambda: rig.status()["picker_uri"], 60)
        rig.pick(PICKED)
        rig.until(lambda: rig.requests(since, c.FetchRendition), 60)
        rig.inbox.patient = False
    rig.google.wait_for(lambda: rig.google.faults.stalled)
    rig.run(10 * DWELL)
    assert rig.google.faults.stalled, "the request hung all the time"
    assert rig.slides(since) >= 9
    rig.inbox.patient = True
    rig.calm()
    if route == routes.SESSIONS_CREATE:
        rig.until(lambda: rig.status()["picker_uri"], 60)
        rig.pick(PICKED)
    rig.until(lambda: all_stored(rig), 120)


@pytest.mark.parametrize(
    "hours", [6, pytest.param(24 * 7, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
def test_a_network_lost_in_the_middle_of_a_pick_costs_little_and_heals(make_rig: MakeRig, hours: int) -> None:
    rig = make_rig(settings=evolve(SETTINGS, session_lifetime=30 * 24 * HOUR))
    rig.show(STORED)
    rig.ask(Verb.PICK)
    rig.until(lambda: rig.status()["picker_uri"], 60)
    rig.google.faults.add(faults.server_error(503), on=routes.MEDIA)
    rig.pick(PICKED)
    rig.until(lambda: rig.state.downloads.offline, 60)
    rig.calm()
    rig.google.stop()
    since = rig.mark()
    for _ in range(hours):
        rig.run(HOUR)
    requests = rig.requests(since, c.FetchRendition, *c.GoogleCommand.__args__)
    assert 0 < requests <= 100 * hours
    assert 0 < len(rig.lines(since)) <= 4
    assert rig.slides(since) >= hours * 59
    assert rig.state.counts.failed == 0
    rig.google.start()
    rig.until(lambda: all_stored(rig), HOUR)


def test_a_network_that_comes_ten_minutes_after_the_start_is_found_by_itself(make_rig: MakeRig) -> None:
    rig = make_rig(absent=True)
    rig.run(600)
    assert rig.glass.scene.card is not None
    assert rig.glass.scene.card.status == words.NETWORK
    rig.google.start()
    rig.until(lambda: rig.status()["user_code"], 200)
    rig.show(STORED)


def test_a_frame_with_pictures_starts_without_a_network_and_only_the_log_says_so(rig: Rig) -> None:
    rig.show(STORED)
    rig.halt()
    rig.google.stop()
    rig.start()
    rig.until(lambda: rig.glass.scene.current is not None, 2)
    rig.glass.showing = True
    since = rig.mark()
    rig.run(HOUR)
    assert rig.glass.scene.badge is None
    assert rig.glass.scene.card is None
    assert len(rig.lines(since)) <= 1
    rig.google.start()
    start_pick(rig)
    rig.until(lambda: all_stored(rig), 300)


def test_a_new_address_in_the_middle_of_the_downloads_is_no_more_than_a_pause(rig: Rig) -> None:
    """Every connection dies at once, and so does the next request; then the network is there again."""
    rig.show(STORED)
    rig.google.faults.add(faults.Reset(after=1), times=2, on=routes.MEDIA)
    start_pick(rig)
    rig.until(lambda: rig.state.downloads.failures, 60)
    rig.google.stop()
    rig.google.start()
    rig.until(lambda: all_stored(rig), 60)
    assert rig.state.counts.failed == 0


def test_a_picking_session_that_ends_while_the_network_is_lost_is_told_and_the_next_pick_works(
    rig: Rig,
) -> None:
    rig.show(STORED)
    rig.google.faults.add(faults.server_error(503), on=routes.MEDIA)
    start_pick(rig)
    rig.until(lambda: rig.state.downloads.offline, 60)
    rig.google.stop()
    rig.run(2 * HOUR)
    (lost,) = rig.google.sessions
    rig.google.forget_session(lost)
    rig.calm()
    rig.google.start()
    rig.until(lambda: words.PICK_LOST_TITLE in rig.glass.titles, HOUR)
    rig.until(lambda: not rig.state.picking.deletions, HOUR)
    start_pick(rig)
    rig.until(lambda: all_stored(rig), 300)
    assert rig.state.counts.failed == 0


def test_the_same_fault_is_told_again_when_it_comes_back_another_day(rig: Rig) -> None:
    rig.show(STORED)
    since = rig.mark()
    told = []
    for _ in range(3):
        rig.google.faults.add(faults.server_error(503), on=routes.SESSIONS_CREATE)
        rig.ask(Verb.PICK)
        rig.run(1200)
        rig.calm()
        rig.until(lambda: rig.status()["picker_uri"], 300)
        rig.ask(Verb.CANCEL)
        told.append(len(rig.lines(since)))
        rig.run(1200 if len(told) == 1 else 7 * HOUR)
    assert told == [1, 1, 2]


def test_an_approval_whose_answer_is_lost_brings_a_new_code_by_itself(rig: Rig) -> None:
    rig.until(lambda: rig.status()["user_code"], 60)
    first = rig.status()["user_code"]
    rig.google.faults.add(faults.Reset(acted=True), times=1, on=routes.TOKEN)
    rig.approve()
    rig.until(lambda: rig.status()["user_code"] not in (None, first), 300)
    rig.show(STORED)


def test_a_bearer_never_goes_to_the_host_that_a_redirect_names(rig: Rig) -> None:
    rig.show(STORED)
    item = rig.google.library.items[0]
    other = ScriptedServer("localhost")
    try:
        other.say(200, item.source.original(), content_type="image/jpeg")
        rig.google.faults.add(faults.redirected(f"{other.url}/x"), on=routes.MEDIA)
        start_pick(rig)
        rig.until(lambda: all_stored(rig), 60)
        rig.calm()
    finally:
        rig.halt()
        other.stop()
    assert len(other.heard) == PICKED - STORED
    assert not any("authorization" in heard.headers for heard in other.heard)


@pytest.mark.parametrize("year", [1970, 2025, 2038])
def test_a_wall_clock_that_jumps_expires_nothing(make_rig: MakeRig, year: int) -> None:
    rig = make_rig()
    rig.until(lambda: rig.status()["user_code"], 60)
    code = rig.status()["user_code"]
    rig.clock.step_wall(datetime(year, 6, 1, tzinfo=UTC) - rig.clock.now().utc)
    rig.run(600)
    assert rig.status()["user_code"] == code
    rig.approve()
    rig.until(lambda: rig.status()["picker_uri"], 60)
    uri = rig.status()["picker_uri"]
    rig.clock.step_wall(timedelta(days=-365) if year > 1971 else timedelta(days=365 * 56))
    rig.run(600)
    assert rig.status()["picker_uri"] == uri
    rig.pick(STORED)
    rig.until(lambda: rig.state.counts.stored == STORED and not rig.google.sessions, 60)
    assert rig.status()["signed_in"]


def test_a_start_in_1970_knows_its_person_and_its_pictures(rig: Rig) -> None:
    rig.show(STORED)
    rig.halt()
    rig.clock.step_wall(datetime(1970, 1, 1, tzinfo=UTC) - rig.clock.now().utc)
    rig.start()
    rig.until(lambda: rig.glass.scene.current is not None, 2)
    rig.glass.showing = True
    rig.run(120)
    rig.clock.step_wall(datetime(2026, 11, 23, tzinfo=UTC) - rig.clock.now().utc)
    start_pick(rig)
    rig.until(lambda: all_stored(rig), 120)
    assert rig.status()["signed_in"]


WEATHER: tuple[Callable[[], Fault], ...] = (
    faults.Reset,
    lambda: faults.Reset(acted=True),
    lambda: faults.Reset(after=7),
    lambda: faults.Truncate(after=3),
    lambda: faults.Raw(b"\x16\x03\x01"),
    faults.html_page,
    faults.server_error,
    faults.too_many_requests,
    lambda: faults.too_many_requests("7"),
    lambda: faults.redirected("https://elsewhere.invalid/"),
    lambda: faults.Body(b"["),
)


@pytest.mark.parametrize("seed", range(100 if RUN_ALL else 6))
def test_any_mixture_of_faults_heals_and_loses_nothing(make_rig: MakeRig, seed: int) -> None:
    """Every second request meets something, from the pick to the deletion; half of the time the kiosk restarts."""
    dice = random.Random(seed)
    rig = make_rig(seed=seed)
    rig.show(STORED)
    rig.ask(Verb.PICK)
    rig.until(lambda: rig.status()["picker_uri"], 60)
    rig.pick(PICKED)
    since = rig.mark()
    armed = [(make(), dice.random()) for make in (dice.choice(WEATHER) for _ in range(40))]
    for fault, _ in armed:
        rig.google.faults.add(fault, times=1, on=lambda _: dice.random() < 0.3)
    rig.run(HOUR)
    if seed % 2:
        rig.halt()
        rig.start()
        rig.until(lambda: rig.glass.scene.current is not None, 2)
        rig.glass.showing = True
    rig.calm()
    rig.until(lambda: all_stored(rig), 3 * HOUR)
    assert rig.status()["signed_in"]
    assert rig.state.counts.failed == 0
    assert rig.glass.scene.badge is None or rig.glass.scene.badge.mark is not Mark.SIGN_IN
    assert len(rig.lines(since)) <= 2 * len(WEATHER)
