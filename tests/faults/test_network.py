"""A network that is not there: at the start, for minutes, for a week, or at another address when it comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

from kiosk.core import commands as c
from kiosk.core import words
from kiosk.core.commands import Command
from kiosk.core.events import Verb
from kiosk.demo import faults, routes
from tests.faults.driver import SETTINGS, Rig, Since
from tests.faults.flows import PICKED, STORED, all_stored, start_pick

HOUR = 3600.0
WEEK = 24 * 7
LOST_FOR = [6, pytest.param(WEEK, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
"""Hours."""
OF_THE_SHOW = {c.MarkShown, c.DrawSlides, c.MakeRoom}
"""What a show asks of the card with a network as well: whoever is offline writes nothing more."""
MakeRig = Callable[..., Rig]


def asked_of_the_card(rig: Rig, since: Since) -> set[type[Command]]:
    disk = c.DiskCommand.__args__
    return {type(command) for _, command in rig.asked[since.asked :] if isinstance(command, disk)}


@pytest.mark.parametrize("hours", LOST_FOR)
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
    rig.run(60)  # what was on its way arrives
    since = rig.mark()
    for _ in range(hours):
        rig.run(HOUR)
    requests = rig.requests(since, c.FetchRendition, *c.GoogleCommand.__args__)
    assert 0 < requests <= 100 * hours
    assert 0 < len(rig.lines(since)) <= 4
    assert rig.slides(since) >= hours * 59
    assert rig.state.counts.failed == 0
    assert asked_of_the_card(rig, since) <= OF_THE_SHOW
    rig.google.start()
    rig.until(lambda: all_stored(rig), HOUR)


@pytest.mark.slow
@pytest.mark.parametrize("hours", LOST_FOR)
def test_a_network_lost_while_nobody_wants_anything_is_hardly_noticed(rig: Rig, hours: int) -> None:
    """Once a day the refresh token would be used; that is all that fails."""
    rig.show(STORED)
    rig.google.stop()
    rig.run(60)  # what was on its way arrives
    since = rig.mark()
    for _ in range(hours):
        rig.run(HOUR)
    assert rig.slides(since) >= hours * 59
    assert rig.requests(since, *c.GoogleCommand.__args__) <= 20 * hours
    assert len(rig.lines(since)) <= 1 + hours // 24
    assert asked_of_the_card(rig, since) <= OF_THE_SHOW
    assert rig.glass.scene.badge is None
    rig.google.start()
    start_pick(rig)
    rig.until(lambda: all_stored(rig), 600)
    assert rig.status()["signed_in"]


def test_a_network_that_comes_ten_minutes_after_the_start_is_found_by_itself(make_rig: MakeRig) -> None:
    rig = make_rig(absent=True)
    rig.run(600)
    assert rig.glass.scene.card is not None
    assert rig.glass.scene.card.title == words.OFFLINE_TITLE
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


def test_a_new_address_of_the_frame_leaves_old_connections_in_silence_and_costs_no_picture(rig: Rig) -> None:
    """Nothing is reset: what was sent from the old address is never answered. (A router gave out another lease.)"""
    rig.show(STORED)
    stall = faults.Stall(after=1)
    rig.google.faults.add(stall, times=3, on=routes.MEDIA)
    rig.google.faults.add(faults.Stall(), times=1, on=routes.SESSIONS_CREATE)
    since = rig.mark()
    start_pick(rig)
    rig.until(lambda: all_stored(rig), 120)
    assert rig.state.counts.failed == 0
    assert len(rig.lines(since)) <= 2


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
