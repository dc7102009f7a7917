"""No picking session stays behind at Google, whatever happens between the wish to pick and its row on the card."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kiosk.core import access, compose, doubts, picking
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import PickRequest, RequestId
from kiosk.core.picking import Outcome
from kiosk.errors import (
    Busy,
    DiskFull,
    Gone,
    KioskError,
    Reason,
    Refused,
    SignInRequired,
    Unexpected,
    Unreachable,
    Unwritable,
)
from tests.core.dummies import Google
from tests.core.world import World, with_pictures

LOST = (Unreachable("reset"), Busy("503"), Unexpected("cut off"), Refused(Reason.ADDRESS))
"""What says nothing of whether the picking session was made."""


def choosing(world: World) -> bool:
    return isinstance(world.state.picking.phase, picking.Choosing)


def creations(world: World) -> list[c.Command]:
    return [each for each in world.out.values() if isinstance(each, c.CreatePickingSession)]


def at_rest(world: World) -> bool:
    return picking.over(world.state.picking) and not world.card.pick_requests and not world.google.sessions


# The power is cut. ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moves", range(9))
@pytest.mark.parametrize("first", ["disk", "google"])
def test_a_power_cut_at_any_moment_of_a_creation_loses_no_picking_session(moves: int, first: str) -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    order = (first, "google" if first == "disk" else "disk")
    for _ in range(moves):
        _ = world.work(order[0]) or world.work(order[1])
    world.restart()
    assert not world.lost
    world.run_for(600.0)
    made = len(world.google.made)
    if choosing(world):
        world.google.choose("b")
        world.run_until(lambda w: "b" in w.card.stored)
    world.run_for(600.0)
    assert made <= 2
    assert at_rest(world)
    assert ("b" in world.card.stored) == (made == 2)


def test_after_a_power_cut_the_pick_goes_on_in_the_same_picking_session() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.work("disk")
    world.work("google")  # made; the row is not on the card
    assert len(world.google.sessions) == 1
    world.google.choose("b", "c")
    world.restart()
    world.run_until(lambda w: len(w.card.stored) == 3)
    assert len(world.google.made) == 2
    world.run_until(at_rest)


def test_after_a_power_cut_nobody_is_asked_for_a_sign_in_because_of_an_unfinished_creation() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    world.card.credentials = None
    world.google.revoke()
    world.restart()
    world.run_for(3600.0)
    assert world.word == "showing"
    assert len(world.google.sessions) == 1
    world.sign_in_again()
    world.run_until(lambda w: len(w.google.made) == 3 and len(w.google.sessions) == 1)
    world.pick("b")
    world.run_until(at_rest)


def test_a_power_cut_between_the_sign_in_and_its_pick_goes_on_with_the_attempts_request_id() -> None:
    world = World()
    (asked,) = world.asked(c.RequestDeviceCode)
    assert isinstance(asked, c.RequestDeviceCode)
    world.google.person = "approve"
    while world.card.credentials is None:
        if not (world.work("google") or world.work("disk")):
            world.advance(1.0)
    world.google.person = "wait"
    assert world.card.attempt is not None
    assert not world.card.pick_requests
    world.restart()
    world.run_until(choosing)
    (choice,) = world.google.made
    assert choice.request_id == asked.request_id
    assert world.card.attempt is None


def test_a_cancelled_creation_does_not_come_back_after_a_power_cut() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), times=3, after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.CANCEL)
    world.settle()
    (kept,) = world.card.pick_requests.values()
    assert kept.abandoned
    world.restart()
    while not at_rest(world):
        assert not choosing(world)
        world.run_for(5.0)
    assert len(world.google.made) == 2


def test_of_two_unfinished_creations_the_newer_goes_on_and_the_older_is_deleted() -> None:
    world = with_pictures("a")
    older, newer = RequestId("older"), RequestId("newer")
    world.card.pick_requests = {each: PickRequest(each) for each in (older, newer)}
    world.restart()
    world.run_for(60.0)
    (choice,) = world.google.sessions.values()
    assert choice.request_id == newer
    assert [each.request_id for each in world.google.made[1:]] == [newer, older]


def test_an_open_pick_goes_on_before_an_unfinished_creation() -> None:
    """The row was there, and only the request id had not been forgotten yet: it is the same picking session."""
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    request_id = RequestId(world.google.made[-1].request_id)
    world.card.pick_requests[request_id] = PickRequest(request_id)
    world.restart()
    world.run_for(60.0)
    assert choosing(world)
    assert len(world.google.made) == 2
    world.pick("b")
    world.run_until(at_rest)


# The card. ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [DiskFull("full"), Unwritable("read-only")])
def test_a_card_that_takes_nothing_does_not_stop_the_pick(error: DiskFull) -> None:
    world = with_pictures("a")
    world.card.trouble = error
    world.ask(e.Verb.PICK)
    world.settle()
    assert choosing(world)
    world.card.trouble = None
    world.pick("b")
    world.run_for(3600.0)
    assert at_rest(world)
    assert not world.state.writes.kept


def test_a_request_that_reaches_the_card_late_does_not_come_after_its_end() -> None:
    world = with_pictures("a")
    world.card.faults.add(c.SavePickRequest, DiskFull("full"))
    world.ask(e.Verb.PICK)
    world.settle()
    assert choosing(world)
    world.run_for(1000.0)
    assert not world.card.pick_requests


def test_the_request_is_on_the_card_until_the_picking_session_is() -> None:
    world = with_pictures("a")
    world.card.faults.add(c.SavePick, DiskFull("full"), times=2)
    world.ask(e.Verb.PICK)
    world.settle()
    assert world.card.pick_requests
    world.run_until(lambda w: not w.card.pick_requests)
    assert [pick.phase for pick in world.card.picks][-1] is not None


def test_a_picking_session_that_is_deleted_before_the_card_has_it_leaves_no_request_behind() -> None:
    world = with_pictures("a")
    world.card.faults.add(c.SavePick, DiskFull("full"), times=9)
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert at_rest(world)


# Answers that are lost. -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
def test_a_creation_whose_answer_is_lost_is_asked_for_again_and_is_the_same(error: KioskError) -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, error, times=3, after=True)
    world.ask(e.Verb.PICK)
    world.run_until(choosing)
    assert len(world.google.made) == 2
    world.pick("b")
    world.run_until(at_rest)


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
def test_a_cancel_after_a_lost_answer_finds_the_picking_session_and_deletes_it(error: KioskError) -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, error, times=3, after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.CANCEL)
    assert world.word == "showing"
    world.run_until(at_rest)
    assert len(world.google.made) == 2


def test_a_cancel_while_the_answer_is_on_its_way_waits_for_it() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), after=True)
    world.ask(e.Verb.PICK)
    world.work("disk")
    assert creations(world)
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert len(world.google.sessions) == 1
    world.run_until(at_rest)


@pytest.mark.parametrize(
    "error", [Refused(Reason.NO_PHOTOS_ACCOUNT), Busy("429", quota=True), Gone("ALREADY_EXISTS")]
)
def test_a_cancelled_creation_that_google_refuses_is_forgotten(error: KioskError) -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, error)
    world.ask(e.Verb.PICK)
    world.work("disk")
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert at_rest(world)
    assert len(world.asked(c.CreatePickingSession)) == 2


@pytest.mark.parametrize("error", [Refused(Reason.NO_PHOTOS_ACCOUNT), Busy("429", quota=True)])
def test_a_cancel_between_two_refused_tries_forgets_the_request(error: KioskError) -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, error)
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert at_rest(world)
    assert len(world.google.made) == 1


def test_a_cancel_before_anything_was_sent_asks_google_nothing() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert at_rest(world)
    assert len(world.asked(c.CreatePickingSession)) == 1


def test_a_cancel_at_the_gate_asks_google_nothing() -> None:
    world = with_pictures("a")
    world.run_for(2 * 3600.0)
    world.ask(e.Verb.PICK)
    world.work("disk")
    assert world.state.access.waiting
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert at_rest(world)
    assert len(world.google.made) == 1


def test_a_doubt_is_asked_about_less_and_less_often_and_until_it_is_over() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("down"), times=8, after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.CANCEL)
    world.run_until(at_rest, within=24 * 3600.0)
    times = [at for at, command in world.log if isinstance(command, c.CreatePickingSession)][2:]
    waits = [after - before for before, after in pairwise(times[1:])]
    assert waits == sorted(waits)
    assert len(world.google.made) == 2


def test_a_new_pick_waits_for_the_answer_about_an_old_one() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.work("disk")
    world.ask(e.Verb.CANCEL)
    world.ask(e.Verb.PICK)
    world.work("disk")
    world.work("disk")
    assert len(creations(world)) == 1
    world.settle()
    assert choosing(world)
    assert len(world.google.sessions) == 1


def test_a_doubt_that_needs_a_person_waits_for_the_next_sign_in() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.CANCEL)
    world.google.revoke()
    world.run_for(3600.0)
    assert not access.signed_in(world.state.access)
    assert len(world.google.sessions) == 1
    assert world.word == "showing", "nobody is asked because of it"
    world.sign_in_again()
    world.run_until(lambda w: len(w.google.sessions) == 1 and choosing(w))
    world.ask(e.Verb.CANCEL)
    world.run_until(at_rest)


def test_a_sign_in_that_is_needed_in_the_middle_keeps_the_doubt() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.revoke()
    world.run_until(lambda w: w.word == "signing_in")
    assert len(world.google.sessions) == 1
    world.sign_in()
    world.run_until(lambda w: choosing(w) and len(w.google.sessions) == 1)


# What a second creation with one request id does is documented nowhere. ----------------------------------------------


def test_a_request_id_that_google_calls_used_up_is_replaced() -> None:
    world = with_pictures("a", google=Google(repeated_request_id="conflict"))
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), after=True)
    world.lost.add(world.google_will_make())
    world.ask(e.Verb.PICK)
    world.run_until(choosing)
    lost, found = world.google.made[1:]
    assert lost.request_id != found.request_id
    assert not world.card.pick_requests


def test_a_google_that_makes_a_second_one_keeps_no_more_than_the_one_that_was_lost() -> None:
    world = with_pictures("a", google=Google(repeated_request_id="new"))
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), after=True)
    world.lost.add(world.google_will_make())
    world.ask(e.Verb.PICK)
    world.run_until(choosing)
    world.google.choose("b")
    world.run_until(lambda w: "b" in w.card.stored)
    world.run_for(3600.0)
    assert set(world.google.sessions) == world.lost


# Disconnect. ----------------------------------------------------------------------------------------------------------


def test_a_disconnect_deletes_what_may_have_been_made() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(lambda w: not w.card.stored)
    assert not world.google.sessions
    deleted = next(i for i, (_, each) in enumerate(world.log) if isinstance(each, c.Revoke))
    assert any(isinstance(each, c.DeletePickingSession) for _, each in world.log[deleted - 3 : deleted])


def test_a_disconnect_does_not_wait_for_a_doubt_longer_than_for_anything_else() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("down"), times=None, after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    asked = world.elapsed
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(lambda w: not w.card.stored)
    assert world.elapsed - asked <= 20.0


def test_the_screen_says_that_google_photos_is_being_opened_while_the_card_is_asked() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    assert isinstance(world.state.picking.phase, picking.Creating)
    assert compose.status_word(world.state) == "picking"


def test_too_many_sessions_do_not_make_a_refused_creation_unsure() -> None:
    assert doubts.refused(Refused(Reason.TOO_MANY_SESSIONS))
    assert doubts.refused(SignInRequired("401"))
    assert not doubts.refused(Refused(Reason.ADDRESS))


def test_a_pick_that_is_cancelled_tells_so() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.ask(e.Verb.CANCEL)
    phase = world.state.picking.phase
    assert isinstance(phase, picking.Idle)
    assert phase.outcome is Outcome.CANCELLED
