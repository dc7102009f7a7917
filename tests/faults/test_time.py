"""Clocks that are wrong, jump, stand still or leap: nothing hangs, expires wrongly or signs out.

The deadlines of a frame are on the monotonic clock; the wall clock counts for what outlives a boot. A Raspberry Pi has
no clock that outlives one: it may begin in 1970, and jumps when the network brings the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from kiosk.core import commands as c
from kiosk.core import words
from kiosk.core.scene import Mark
from kiosk.demo import faults, routes
from tests.faults.driver import Rig
from tests.faults.flows import PICKED, STORED, all_stored, choosing

HOUR = 3600.0
DAY = 24 * HOUR
MakeRig = Callable[..., Rig]


def fetching(rig: Rig) -> None:
    """The pick is listed, and no picture of it comes."""
    choosing(rig)
    rig.google.faults.add(faults.server_error(503), on=routes.MEDIA)
    rig.pick(PICKED)
    rig.until(lambda: rig.state.downloads.offline, 60)


def unharmed(rig: Rig) -> None:
    """Signed in, all that was picked is there, and nobody is asked for anything."""
    assert rig.status()["signed_in"]
    assert rig.state.counts.failed == 0
    assert rig.glass.scene.badge is None or rig.glass.scene.badge.mark is not Mark.SIGN_IN
    assert not rig.glass.titles & {words.PICK_TIMED_OUT_TITLE, words.PICK_LOST_TITLE}


@pytest.mark.parametrize("year", [1970, 2025, 2038])
def test_a_wall_clock_that_jumps_expires_nothing(make_rig: MakeRig, year: int) -> None:
    rig = make_rig()
    rig.until(lambda: rig.status()["user_code"], 60)
    code = rig.status()["user_code"]
    rig.set_date(year)
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
    unharmed(rig)


def test_a_clock_that_jumps_every_minute_neither_hurries_nor_delays_a_slide_or_a_request(rig: Rig) -> None:
    rig.show(STORED)
    choosing(rig)
    since = rig.mark()
    for year in (1970, 2026, 2025, 2038, 1970, 9998, 2026):
        rig.set_date(year)
        rig.run(60)
    assert rig.slides(since) in (6, 7)
    assert 75 <= rig.requests(since, c.GetPickingSession) <= 85, "one in five seconds, as Google asks"
    assert not rig.lines(since)
    rig.pick(PICKED)
    rig.until(lambda: all_stored(rig), 60)
    unharmed(rig)


def test_a_start_in_1970_knows_its_person_and_its_pictures(rig: Rig) -> None:
    rig.show(STORED)
    rig.set_date(1970)
    rig.cut_power()
    rig.run(120)
    rig.set_date(2026)
    choosing(rig)
    rig.pick(PICKED)
    rig.until(lambda: all_stored(rig), 120)
    unharmed(rig)


@pytest.mark.parametrize("phase", [choosing, fetching])
@pytest.mark.parametrize("set_again", [True, False], ids=["set after a minute", "never set"])
def test_a_pick_of_today_goes_on_after_a_start_in_1970(
    rig: Rig, phase: Callable[[Rig], None], set_again: bool
) -> None:
    """Google said 2026 of its end, and the clock says 1970 or, a minute later, 2026."""
    rig.show(STORED)
    phase(rig)
    uri, sessions = rig.status()["picker_uri"], rig.google.sessions
    rig.set_date(1970)
    rig.cut_power()
    rig.run(60)
    if set_again:
        rig.set_date(2026)
        rig.run(60)
    assert rig.google.sessions == sessions
    if phase is choosing:
        assert rig.status()["picker_uri"] == uri
        rig.pick(PICKED)
    rig.calm()
    rig.until(lambda: all_stored(rig), 300)
    unharmed(rig)


@pytest.mark.parametrize("years", [(2026, 1970), (1970, 2026), (1970, 1970)])
def test_an_approval_counts_although_the_power_was_cut_and_the_clock_was_wrong(
    rig: Rig, years: tuple[int, int]
) -> None:
    """The phone shows one code, whatever year the frame believes in."""
    rig.set_date(years[0])
    rig.until(lambda: rig.status()["user_code"], 60)
    code = rig.status()["user_code"]
    rig.halt()
    rig.set_date(years[1])
    rig.start()
    rig.until(lambda: rig.status()["user_code"], 2)
    assert rig.status()["user_code"] == code
    rig.google.person.approve(code)
    rig.until(lambda: rig.status()["picker_uri"], 60)
    rig.pick(STORED)
    rig.until(lambda: rig.state.counts.stored == STORED and not rig.google.sessions, 60)
    unharmed(rig)
    assert len(rig.google.of_route(routes.DEVICE_CODE)) == 1


# A machine that slept: the monotonic clock stood still, and Google's did not. -------------------------------


def test_a_code_that_died_while_the_machine_slept_is_replaced_by_itself(rig: Rig) -> None:
    rig.until(lambda: rig.status()["user_code"], 60)
    first = rig.status()["user_code"]
    rig.suspend(8 * HOUR)
    rig.until(lambda: rig.status()["user_code"] not in (None, first), 90)
    rig.show(STORED)
    unharmed(rig)


def test_an_access_token_that_died_while_the_machine_slept_is_renewed_without_a_word(rig: Rig) -> None:
    rig.show(STORED)
    since = rig.mark()
    rig.suspend(8 * HOUR)
    choosing(rig)
    rig.pick(PICKED)
    rig.until(lambda: all_stored(rig), 60)
    assert rig.requests(since, c.RefreshAccessToken) == 1
    assert not rig.lines(since)
    unharmed(rig)


def test_a_pick_goes_on_after_the_machine_slept_for_an_hour(rig: Rig) -> None:
    """Its addresses are dead, and so is the access token: the list is asked for again."""
    rig.show(STORED)
    fetching(rig)
    rig.suspend(1.5 * HOUR)
    rig.calm()
    rig.until(lambda: all_stored(rig), 300)
    unharmed(rig)


def test_a_choice_that_nobody_made_while_the_machine_slept_is_told_and_the_next_pick_works(rig: Rig) -> None:
    rig.show(STORED)
    choosing(rig)
    rig.suspend(8 * DAY)
    rig.until(lambda: words.PICK_TIMED_OUT_TITLE in rig.glass.titles, 60)
    rig.until(lambda: not rig.state.picking.deletions, 60)
    assert rig.status()["signed_in"]
    choosing(rig)
    rig.pick(PICKED)
    rig.until(lambda: all_stored(rig), 60)
    assert rig.state.counts.failed == 0


# A machine that stood still: nothing of it ran, and the monotonic clock went on. ----------------------------


@pytest.mark.parametrize("days", [1, 30])
def test_a_leap_of_the_monotonic_clock_makes_everything_due_and_nothing_a_storm(rig: Rig, days: int) -> None:
    """A debugger, a stopped container, a virtual machine that was moved."""
    rig.show(STORED)
    since = rig.mark()
    rig.clock.advance(days * DAY)
    rig.glass.forgive()
    rig.run(600)
    assert rig.slides(since) in (9, 10, 11)
    assert rig.requests(since, *c.GoogleCommand.__args__) <= 3
    assert not rig.lines(since)
    choosing(rig)
    rig.pick(PICKED)
    rig.until(lambda: all_stored(rig), 120)
    unharmed(rig)


def test_a_leap_in_the_middle_of_a_pick_loses_none_of_it(rig: Rig) -> None:
    rig.show(STORED)
    fetching(rig)
    rig.clock.advance(DAY)
    rig.glass.forgive()
    rig.run(60)
    rig.calm()
    rig.until(lambda: all_stored(rig), HOUR)
    unharmed(rig)
