"""Faults that need a story of their own: long ones, several at once, and what must never leave the machine."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from kiosk.core import commands as c
from kiosk.core.events import Verb
from kiosk.core.scene import Mark
from kiosk.demo import faults, routes
from kiosk.demo.faults import Fault
from tests.conftest import RUN_ALL
from tests.faults.driver import Rig
from tests.faults.flows import PICKED, STORED, all_stored, start_pick
from tests.faults.glass import DWELL
from tests.faults.rooms import Hurry
from tests.google.conftest import ScriptedServer

HOUR = 3600.0
MakeRig = Callable[..., Rig]


HANGS = {routes.SESSIONS_CREATE: c.CreatePickingSession, routes.MEDIA: c.FetchRendition}


@pytest.mark.parametrize("route", HANGS)
def test_slides_come_on_time_while_every_request_hangs(make_rig: MakeRig, route: str) -> None:
    rig = make_rig(hurry=Hurry((30.0, 30.0), 60.0))
    rig.show(STORED)
    rig.google.faults.add(faults.Stall(), on=route)
    since = rig.mark()
    rig.ask(Verb.PICK)
    if route == routes.MEDIA:
        rig.until(lambda: rig.status()["picker_uri"], 60)
        rig.pick(PICKED)
    rig.until(lambda: rig.requests(since, HANGS[route]), 60)
    rig.inbox.patient = False
    rig.google.wait_for(lambda: rig.google.faults.stalled, 60)
    rig.run(10 * DWELL)
    assert rig.google.faults.stalled, "the request hung all the time"
    assert rig.slides(since) >= 9
    rig.inbox.patient = True
    rig.calm()
    if route == routes.SESSIONS_CREATE:
        rig.until(lambda: rig.status()["picker_uri"], 60)
        rig.pick(PICKED)
    rig.until(lambda: all_stored(rig), 120)


@pytest.mark.slow
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
