"""One picking session from its creation to its deletion, whatever comes in between."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest
from attrs import evolve

from kiosk.core import access, choosing, creating, deletions, listing, picking
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import NEVER, CommandId, MediaPage, PickingSession, PickingSessionId, PickPhase, Seconds
from kiosk.core.picking import Outcome
from kiosk.core.settings import PickMode
from kiosk.core.turn import QUOTA_RETRY, Turn
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
from tests.core.dummies import Google, media_item
from tests.core.world import SETTINGS, World, with_pictures


def phase_of(world: World, kind: type) -> bool:
    return isinstance(world.state.picking.phase, kind)


def new_pick(**google: object) -> World:
    """A picking session is open, the person is choosing."""
    world = World(google=Google(**google))  # type: ignore[arg-type]
    world.sign_in()
    return world


def gets(world: World) -> list[float]:
    times = [at for at, command in world.log if isinstance(command, c.GetPickingSession)]
    return [round(after - before, 3) for before, after in pairwise(times)]


def outcome(world: World) -> Outcome | None:
    phase = world.state.picking.phase
    assert isinstance(phase, picking.Idle)
    return phase.outcome


# Choosing. ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "kept"), [(5.0, 5.0), (3.5, 3.5), (200.0, 200.0), (0.1, 1.0), (-4.0, 1.0), (None, 5.0)]
)
def test_polls_come_at_the_servers_pace(told: float | None, kept: float) -> None:
    world = new_pick(poll_interval=told)
    world.run_for(900.0)
    assert set(gets(world)) == {kept}


def test_a_poll_answer_that_leaves_out_the_pace_and_the_address_keeps_what_was_said() -> None:
    world = new_pick(poll_interval=20.0)
    uri = world.state.picking.phase.picking_session.picker_uri  # type: ignore[union-attr]
    world.google.poll_interval = world.google.timeout_in = None
    world.run_for(200.0)
    assert set(gets(world)) == {20.0}
    ready = PickingSession(PickingSessionId("x"), "", False, None, None, None)
    phase = world.state.picking.phase
    assert isinstance(phase, picking.Choosing)
    moved = choosing.polled(phase, ready, Turn(world.now, SETTINGS, 1))
    assert moved.picking_session.picker_uri == uri
    assert moved.stop_at == phase.stop_at


@pytest.mark.parametrize(
    "error", [Unreachable("down"), Busy("503"), Unexpected("odd"), Refused(Reason.OTHER)]
)
def test_a_fault_while_choosing_does_not_end_the_choice(error: KioskError) -> None:
    world = new_pick()
    world.google.faults.add(c.GetPickingSession, error, times=6)
    world.run_for(300.0)
    assert phase_of(world, picking.Choosing)
    world.pick("a")
    assert world.current == "a"


def test_a_wait_that_google_asks_for_is_kept() -> None:
    world = new_pick()
    world.google.faults.add(c.GetPickingSession, Busy("429", quota=True))
    world.google.faults.add(c.GetPickingSession, Busy("503", 90.0))
    world.run_for(300.0)
    assert gets(world)[0] >= QUOTA_RETRY
    assert gets(world)[1] >= 90.0


@pytest.mark.parametrize("timeout_in", [0.0, 60.0, None, -1.0])
def test_a_time_out_is_told_the_session_deleted_and_a_new_one_offered(timeout_in: float | None) -> None:
    world = new_pick(timeout_in=timeout_in)
    world.google.timeout_in = None if timeout_in else timeout_in
    world.run_until(lambda w: phase_of(w, picking.Idle))
    assert outcome(world) is Outcome.TIMED_OUT
    assert not world.google.sessions
    world.google.timeout_in = 1800.0
    world.run_for(picking.OUTCOME_SECONDS + 1)
    assert phase_of(world, picking.Choosing)
    assert len(world.google.sessions) == 1


def test_an_endless_time_out_ends_after_a_day() -> None:
    world = new_pick(timeout_in=float("inf"), poll_interval=900.0)
    world.google.timeout_in = None
    world.run_for(choosing.MOST_TIMEOUT + 60.0)
    assert len(world.google.made) == 2


def test_over_photographs_a_time_out_leads_to_nothing_more() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.run_for(2 * 3600.0)
    assert phase_of(world, picking.Idle)
    assert outcome(world) is None
    assert len(world.google.made) == 2
    assert world.run_for(3600.0) <= 1  # the look at the room on the card


def test_a_session_that_google_lost_while_choosing_is_like_a_time_out() -> None:
    world = new_pick()
    world.google.sessions.clear()
    world.run_until(lambda w: phase_of(w, picking.Idle))
    assert outcome(world) is Outcome.TIMED_OUT


def test_a_cancel_deletes_the_session_and_nothing_starts_by_itself() -> None:
    world = new_pick()
    world.ask(e.Verb.CANCEL)
    world.run_for(3600.0)
    assert outcome(world) is Outcome.CANCELLED
    assert not world.google.sessions
    assert len(world.google.made) == 1
    world.ask(e.Verb.CANCEL)
    world.run_for(3600.0)
    assert len(world.google.made) == 1
    world.ask(e.Verb.PICK)
    world.settle()
    assert len(world.google.sessions) == 1


def test_a_cancel_dismisses_what_became_of_a_pick() -> None:
    world = new_pick(timeout_in=0.0)
    world.run_until(lambda w: phase_of(w, picking.Idle))
    world.google.timeout_in = 1800.0
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert phase_of(world, picking.Choosing)


def test_a_session_made_just_after_a_cancel_is_deleted() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.work("disk")
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert len(world.google.made) == 2
    assert not world.google.sessions
    assert all(pick.phase is None for pick in world.card.picks)


def test_a_second_press_of_pick_changes_nothing() -> None:
    world = new_pick()
    world.ask(e.Verb.PICK)
    world.settle()
    assert len(world.google.made) == 1


def test_a_later_pick_has_a_fresh_request_id_of_version_4() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    first, second = (UUID(choice.request_id) for choice in world.google.made)
    assert first != second
    assert (first.version, second.version) == (4, 4)


# Creating. ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "least"),
    [
        (Unreachable("down"), picking.FIRST_RETRY),
        (Busy("503"), picking.FIRST_RETRY),
        (Busy("429", quota=True), QUOTA_RETRY),
        (Busy("503", 44.0), 44.0),
        (Unexpected("odd"), picking.FIRST_RETRY),
        (Refused(Reason.NO_PHOTOS_ACCOUNT), creating.SENTENCE_RETRY),
        (Refused(Reason.API_DISABLED), creating.SENTENCE_RETRY),
        (Refused(Reason.TOO_MANY_SESSIONS), creating.SENTENCE_RETRY),
    ],
)
def test_a_creation_that_fails_is_tried_again_with_the_same_request_id(
    error: KioskError, least: float
) -> None:
    world = World()
    world.google.faults.add(c.CreatePickingSession, error, times=2)
    world.sign_in()
    made = [(at, command) for at, command in world.log if isinstance(command, c.CreatePickingSession)]
    assert len({command.request_id for _, command in made}) == 1
    assert made[1][0] - made[0][0] >= least
    assert made[2][0] - made[1][0] >= made[1][0] - made[0][0]


def test_too_many_sessions_are_answered_by_deleting_our_own_leftovers_first() -> None:
    world = with_pictures("a")
    world.google.most_sessions = 1
    world.google.faults.add(c.DeletePickingSession, Unreachable("down"))
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.CANCEL)
    world.settle()
    world.ask(e.Verb.PICK)
    world.settle()
    phase = world.state.picking.phase
    assert isinstance(phase, picking.Creating)
    assert phase.after_leftovers
    asked = world.elapsed
    world.run_until(lambda w: phase_of(w, picking.Choosing))
    assert world.elapsed - asked < 60.0
    assert len(world.google.sessions) == 1


def test_a_creation_that_needs_a_person_ends_and_the_sign_in_begins() -> None:
    world = World()
    world.google.faults.add(c.CreatePickingSession, SignInRequired("401"), times=2)
    world.google.person = "approve"
    world.run_until(lambda w: w.state.access.dead)
    assert world.word == "signing_in"
    world.run_until(lambda w: phase_of(w, picking.Choosing))


# Listing. -------------------------------------------------------------------------------------------------------------


def test_every_page_is_listed_and_an_item_that_comes_twice_is_taken_once() -> None:
    world = new_pick(page_size=2)
    world.pick("a", "b", "a", "c", "b")
    assert set(world.card.stored) == {"a", "b", "c"}
    assert len(world.asked(c.ListMediaItems)) == 3
    assert len(world.asked(c.FetchRendition)) == 3


def being_listed(world: World) -> World:
    """The person has picked; the first page is being asked for and is not answered yet."""
    world.google.choose("x")
    for _ in range(50):
        if any(isinstance(each, c.ListMediaItems) for each in world.out.values()):
            return world
        if not (world.work("disk") or world.work("google")):
            world.elapsed += 1.0
            world.feed(e.DeadlineReached())
    raise AssertionError("it never lists")


def answer_list(world: World, *names: str, token: str | None = None) -> None:
    command = next(each for each in world.out.values() if isinstance(each, c.ListMediaItems))
    world.queues["google"].remove(command)
    items = tuple(media_item(name) for name in names)
    world.feed(e.MediaItemsListed(answers=command.id, page=MediaPage(items, token)))


def test_an_empty_page_with_a_page_token_does_not_end_the_list() -> None:
    world = being_listed(new_pick())
    answer_list(world, token="t1")
    answer_list(world, "a", token="t2")
    answer_list(world)
    while world.work("disk"):
        pass
    assert world.state.picking.phase == picking.Fetching(
        world.google.made[0].id,
        world.state.downloads.pick_id or 0,  # type: ignore[arg-type]
    )
    assert world.state.downloads.total == 1


def test_a_repeated_page_token_ends_the_list() -> None:
    world = being_listed(new_pick())
    answer_list(world, "a", token="t1")
    answer_list(world, "b", token="t1")
    assert not any(isinstance(each, c.ListMediaItems) for each in world.out.values())


def test_endless_page_tokens_end_the_list() -> None:
    world = being_listed(new_pick())
    for number in range(listing.MOST_PAGES):
        answer_list(world, token=f"t{number}")
    assert not any(isinstance(each, c.ListMediaItems) for each in world.out.values())


def test_an_empty_pick_changes_nothing_and_says_so() -> None:
    world = with_pictures("a", settings=evolve(SETTINGS, mode=PickMode.REPLACE))
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose()
    world.run_until(lambda w: phase_of(w, picking.Idle))
    assert outcome(world) is Outcome.EMPTY
    assert set(world.card.stored) == {"a"}
    assert not world.google.sessions


def test_a_list_that_is_not_ready_goes_back_to_polling() -> None:
    world = new_pick()
    world.google.choose("a")
    world.google.faults.add(c.ListMediaItems, Refused(Reason.NOT_READY))
    world.run_until(lambda w: w.current == "a")
    assert len(world.asked(c.GetPickingSession)) == 2


@pytest.mark.parametrize(
    "error",
    [Unreachable("down"), Busy("503"), Busy("429", quota=True), Unexpected("odd"), Refused(Reason.OTHER)],
)
def test_a_list_that_fails_is_tried_again(error: KioskError) -> None:
    world = new_pick()
    world.google.choose("a")
    world.google.faults.add(c.ListMediaItems, error, times=3)
    world.run_until(lambda w: w.current == "a")
    assert len(world.asked(c.ListMediaItems)) == 4


@pytest.mark.parametrize("command", [c.ListMediaItems, c.GetPickingSession])
def test_a_refusal_that_stays_ends_the_pick_with_its_own_words(command: type[c.Command]) -> None:
    world = new_pick()
    world.google.choose("a")
    if command is c.GetPickingSession:
        world.restart()
    world.google.faults.add(command, Refused(Reason.OTHER, "because"), times=picking.MOST_REFUSALS + 1)
    world.run_until(lambda w: phase_of(w, picking.Idle))
    phase = world.state.picking.phase
    assert isinstance(phase, picking.Idle)
    assert (phase.outcome, phase.message) == (Outcome.REFUSED, "because")
    assert not world.google.sessions


def test_a_session_that_ends_while_it_is_listed_is_told() -> None:
    world = new_pick()
    world.google.choose("a")
    world.google.faults.add(c.ListMediaItems, Gone("expired"))
    world.run_until(lambda w: phase_of(w, picking.Idle))
    assert outcome(world) is Outcome.LOST
    assert not world.google.sessions


@pytest.mark.parametrize("error", [DiskFull("full"), Unwritable("read-only")])
def test_a_card_that_cannot_take_the_list_is_asked_again_ever_more_seldom(error: KioskError) -> None:
    world = new_pick(page_size=2)
    world.google.choose("a", "b", "c")
    world.card.faults.add(c.AddItems, error, times=9)
    world.run_until(lambda w: len(w.card.stored) == 3)
    times = [at for at, command in world.log if isinstance(command, c.AddItems)]
    assert max(after - before for before, after in pairwise(times)) > 8.0


def test_a_failed_page_of_an_earlier_try_is_not_counted() -> None:
    world = new_pick()
    world.google.choose("a")
    world.run_until(lambda w: w.current == "a")
    part = picking.Picking(picking.Listing(PickingSessionId("s"), None))
    command = c.AddItems(pick_id=1, items=())  # type: ignore[arg-type]
    turn = Turn(world.now, SETTINGS, 1)
    assert picking.handle(part, e.Failed(answers=9, command=command, error=DiskFull("x")), turn) == part  # type: ignore[arg-type]


def test_a_pick_whose_number_the_card_could_not_give_yet_is_listed_later() -> None:
    world = World()
    world.card.faults.add(c.SavePick, DiskFull("full"), times=3)
    world.sign_in()
    world.google.choose("a")
    world.run_until(lambda w: w.current == "a")
    assert not world.google.sessions


# Over restarts. -------------------------------------------------------------------------------------------------------


def test_a_restart_while_choosing_goes_on_with_the_same_session() -> None:
    world = new_pick()
    world.restart()
    world.pick("a")
    assert world.current == "a"
    assert len(world.google.made) == 1


def test_a_restart_in_the_middle_of_downloads_fetches_the_rest() -> None:
    world = new_pick()
    world.google.choose(*"abcdef")
    world.run_until(lambda w: bool(w.queues["fetch"]) or len(w.card.stored) == 6)
    world.restart()
    world.run_until(lambda w: len(w.card.stored) == 6 and not w.google.sessions)


def test_of_two_open_picks_the_newest_goes_on_and_the_other_is_deleted() -> None:
    world = new_pick()
    first = world.google.made[0]
    world.ask(e.Verb.CANCEL)
    world.settle()
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.sessions[first.id] = first
    world.card.picks[0].phase = PickPhase.PICKING
    world.restart()
    world.run_for(10.0)
    assert list(world.google.sessions) == [world.google.made[1].id]
    assert phase_of(world, picking.Choosing)


def test_a_session_that_expired_while_the_power_was_off_is_deleted_and_forgotten() -> None:
    world = new_pick()
    world.google.sessions.clear()
    world.restart()
    world.settle()
    assert outcome(world) is Outcome.LOST
    assert all(pick.phase is None for pick in world.card.picks)


@pytest.mark.parametrize("error", [Unreachable("down"), Busy("503", 20.0), Unexpected("odd")])
def test_a_resumption_that_fails_is_tried_again(error: KioskError) -> None:
    world = new_pick()
    world.restart()
    world.google.faults.add(c.GetPickingSession, error, times=2)
    world.run_until(lambda w: phase_of(w, picking.Choosing))


def test_a_deletion_that_fails_is_tried_until_it_succeeds_over_restarts_too() -> None:
    world = new_pick()
    world.google.faults.add(c.DeletePickingSession, Unreachable("down"), times=None)
    world.google.choose("a")
    world.run_until(lambda w: w.current == "a")
    world.run_for(3600.0)
    assert world.google.sessions
    world.restart()
    world.run_for(60.0)
    world.google.faults.clear()
    world.run_for(2 * deletions.LONGEST_RETRY)
    assert not world.google.sessions
    assert all(pick.phase is None for pick in world.card.picks)
    assert not world.state.picking.deletions


# Signed out in between. -----------------------------------------------------------------------------------------------


def test_a_choice_that_meets_a_revocation_is_over() -> None:
    world = new_pick()
    world.google.revoke()
    world.run_for(10.0)
    assert phase_of(world, picking.Idle)
    assert world.word == "signing_in"
    world.google.person = "approve"
    world.run_until(lambda w: len(w.google.made) == 2)
    world.run_for(10.0)
    assert list(world.google.sessions) == [world.google.made[1].id]


@pytest.mark.parametrize("command", [c.ListMediaItems, c.FetchRendition])
def test_a_fetch_that_meets_a_revocation_waits_for_the_next_sign_in_and_goes_on(
    command: type[c.Command],
) -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose(*"bcdefgh")
    world.google.faults.add(command, SignInRequired("401"), times=14)
    world.google.faults.add(c.RefreshAccessToken, SignInRequired("invalid_grant"))
    world.run_until(lambda w: phase_of(w, picking.Resuming))
    assert not access.signed_in(world.state.access)
    world.google.faults.clear()
    world.run_for(100.0)
    world.ask(e.Verb.SIGN_IN)
    world.google.person = "approve"
    world.run_until(lambda w: len(w.card.stored) == 8 and not w.google.sessions)
    assert len(world.google.made) == 2


def test_a_resumption_that_meets_a_dead_token_waits_for_a_person() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.revoke()
    world.restart()
    world.settle()
    phase = world.state.picking.phase
    assert isinstance(phase, picking.Resuming)
    assert picking.deadline(world.state.picking) == NEVER
    world.ask(e.Verb.PICK)
    world.google.person = "approve"
    world.run_until(lambda w: phase_of(w, picking.Choosing))


def test_a_new_sign_in_while_choosing_gives_up_the_open_session_for_its_own() -> None:
    world = new_pick()
    world.ask(e.Verb.SIGN_IN)
    world.google.person = "approve"
    world.run_until(lambda w: len(w.google.made) == 2)
    world.settle()
    assert list(world.google.sessions) == [world.google.made[1].id]


# The small print. -----------------------------------------------------------------------------------------------------


def test_what_is_not_fetching_cannot_finish_or_be_listed_again() -> None:
    part = picking.Picking()
    turn = Turn(World().now, SETTINGS, 1)
    assert picking.finish(part, turn) is part
    assert picking.list_again(part) is part
    assert picking.suspend_fetching(part) is part
    assert picking.cancel(part, turn) is part


def test_an_answer_of_the_wrong_kind_changes_nothing() -> None:
    world = new_pick()
    world.elapsed += 6.0
    world.feed(e.DeadlineReached())
    phase = world.state.picking.phase
    assert isinstance(phase, picking.Choosing)
    assert phase.command is not None
    before = world.state.picking
    turn = Turn(world.now, SETTINGS, 1)
    assert picking.handle(before, e.Revoked(answers=phase.command), turn) is before


def test_a_refused_pick_of_another_kind_of_session_is_deleted_once() -> None:
    world = new_pick()
    world.google.faults.add(c.DeletePickingSession, Unreachable("down"))
    stray = PickingSession(PickingSessionId("ps-stray"), "", False, Seconds(5.0), None, None)
    for _ in range(2):
        world.feed(e.PickingSessionReady(answers=777, picking_session=stray))  # type: ignore[arg-type]
    assert [each.session_id for each in world.state.picking.deletions] == ["ps-stray"]
    world.run_for(60.0)
    assert not world.state.picking.deletions
    assert phase_of(world, picking.Choosing)


def test_each_deletion_hears_its_own_answer_only() -> None:
    world = new_pick()
    stray = PickingSession(PickingSessionId("ps-stray"), "", False, Seconds(5.0), None, None)
    world.feed(e.PickingSessionReady(answers=CommandId(777), picking_session=stray))
    world.ask(e.Verb.CANCEL)
    world.google.faults.add(c.DeletePickingSession, Unreachable("down"))
    first, second = world.state.picking.deletions
    world.work("google")
    world.work("google")
    (left,) = world.state.picking.deletions
    assert (left.session_id, left.failures) == (first.session_id, 1)
    assert second.session_id not in world.google.sessions
