"""What one part's news means for another: the start, verbs, *Disconnect*, restarts, and what must reach the card."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from attrs import evolve

from kiosk.core import access, disconnect, downloads, machine, picking, signin, slideshow, words, writes
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.commands import Command
from kiosk.core.focus import Focus, Measure
from kiosk.core.model import NEVER, CommandId, MediaItemId, PickingSessionId, PickPhase, Secret
from kiosk.core.settings import Settings
from kiosk.core.state import State
from kiosk.core.turn import Turn
from kiosk.errors import (
    Busy,
    DiskFull,
    KioskError,
    Locked,
    Reason,
    Refused,
    SignInRequired,
    Unreachable,
    Unwritable,
)
from tests.core.dummies import Google, rendition
from tests.core.dummy_card import Card, card_error
from tests.core.test_slideshow import frame
from tests.core.world import World, with_pictures

DAY = 24 * 3600.0


# The start. -----------------------------------------------------------------------------------------------------------


def test_the_first_thing_is_to_read_the_card_and_to_light_the_panel() -> None:
    world = World(start=False)
    assert [type(command) for _, command in world.log] == [c.OpenCatalog, c.SetPanel]
    assert world.word == "starting"
    assert machine.next_deadline(world.state) == NEVER


def test_verbs_wait_for_the_card_but_quit_does_not() -> None:
    world = World(start=False, card=with_pictures("a").card)
    for verb in e.Verb:
        world.ask(verb)
    assert world.quit
    world.settle()
    assert world.word == "showing"
    assert not world.asked(c.RequestDeviceCode)


@pytest.mark.parametrize(
    "error", [Unwritable("read-only"), DiskFull("full"), Locked("another key"), card_error()]
)
def test_a_card_that_cannot_be_read_is_tried_again_and_said(error: KioskError) -> None:
    world = World(start=False, card=with_pictures("a").card)
    world.card.faults.add(c.OpenCatalog, error, times=3)
    world.settle()
    assert world.word == "trouble"
    assert world.scene.card is not None
    assert world.scene.card.title != words.STARTING
    assert world.scene.card.footnote == str(error)
    world.run_for(3 * machine.OPEN_RETRY + 1)
    assert world.current == "a"


def test_a_second_answer_while_waiting_for_the_card_does_not_open_it_twice() -> None:
    world = World(start=False)
    world.card.faults.add(c.OpenCatalog, DiskFull("full"))
    world.settle()
    world.feed(e.ScreenResized(screen=world.settings.screen))
    assert len(world.asked(c.OpenCatalog)) == 1
    world.run_for(6.0)
    assert len(world.asked(c.OpenCatalog)) == 2


def test_pictures_on_the_card_play_without_any_network() -> None:
    card = with_pictures("a", "b", "c").card
    google = Google()
    for kind in (c.RefreshAccessToken, c.RequestDeviceCode, c.CreatePickingSession):
        google.faults.add(kind, Unreachable("down"), times=None)
    world = World(card=card, google=google)
    world.run_for(3600.0)
    assert len(world.shown) > 300
    assert world.word == "showing"


def test_a_week_without_network_costs_few_attempts_and_heals() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.RefreshAccessToken, Unreachable("down"), times=None)
    world.run_for(8 * DAY)
    assert len(world.asked(c.RefreshAccessToken)) < 8 * DAY / 290.0
    world.google.faults.clear()
    world.run_for(3600.0)
    assert not world.state.access.offline
    assert world.state.access.failures == 0


# Verbs. ---------------------------------------------------------------------------------------------------------------


def test_pick_without_a_sign_in_asks_for_one() -> None:
    world = frame("a")
    world.ask(e.Verb.PICK)
    world.settle()
    assert isinstance(world.state.signin, signin.Waiting)
    codes = len(world.asked(c.RequestDeviceCode))
    world.ask(e.Verb.PICK)
    world.ask(e.Verb.SIGN_IN)
    world.settle()
    assert len(world.asked(c.RequestDeviceCode)) == codes


def test_pick_with_a_dead_refresh_token_asks_for_a_sign_in_at_once() -> None:
    world = with_pictures("a")
    world.google.revoke()
    world.restart()
    world.settle()
    world.ask(e.Verb.PICK)
    world.settle()
    assert isinstance(world.state.signin, signin.Waiting)
    assert world.state.show.current is not None


def test_cancel_takes_a_sign_in_off_the_photographs_and_forgets_it() -> None:
    world = frame("a")
    world.ask(e.Verb.PICK)
    world.settle()
    assert world.card.attempt is not None
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert isinstance(world.state.signin, signin.Off)
    assert world.card.attempt is None
    assert world.run_for(3600.0) <= 1  # the look at the room on the card


def test_cancel_does_not_take_away_the_only_thing_that_a_new_frame_can_say() -> None:
    world = World()
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert isinstance(world.state.signin, signin.Waiting)


def test_the_room_on_the_card_is_looked_at_soon_after_a_start_and_once_a_day() -> None:
    world = with_pictures("a")
    world.restart()
    world.run_for(2.5 * 24 * 3600.0)
    times = [at for at, command in world.log if isinstance(command, c.MakeRoom)][-3:]
    assert [round((after - before) / 3600.0) for before, after in pairwise(times)] == [24, 24]


def test_quit_is_passed_on() -> None:
    world = World()
    world.ask(e.Verb.QUIT)
    assert world.quit


# Disconnect. ----------------------------------------------------------------------------------------------------------


def wiped(world: World) -> bool:
    return bool(world.asked(c.WipeEverything)) and world.state.leaving is None


def test_disconnect_deletes_the_sessions_revokes_and_wipes_in_this_order() -> None:
    world = with_pictures("a", "b")
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.SIGN_OUT)
    assert world.state.leaving is not None
    world.run_until(wiped)
    assert not world.google.sessions
    assert not world.google.live
    assert not world.card.stored
    assert world.card.credentials is None
    order = [
        type(x) for _, x in world.log if isinstance(x, (c.DeletePickingSession, c.Revoke, c.WipeEverything))
    ]
    assert order[-3:] == [c.DeletePickingSession, c.Revoke, c.WipeEverything]
    world.settle()
    assert world.word == "signing_in"
    assert world.current is None


def test_the_key_asks_first_and_forgets_after_ten_seconds() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.SIGN_OUT, confirmed=False)
    assert world.state.confirm_until is not None
    world.run_for(disconnect.CONFIRM_SECONDS + 0.1)
    assert world.state.confirm_until is None
    world.ask(e.Verb.SIGN_OUT, confirmed=False)
    assert world.state.leaving is None
    world.ask(e.Verb.CANCEL)
    assert world.state.confirm_until is None
    world.ask(e.Verb.SIGN_OUT, confirmed=False)
    world.ask(e.Verb.SIGN_OUT, confirmed=False)
    world.run_until(wiped)
    assert not world.card.stored


@pytest.mark.parametrize("command", [c.DeletePickingSession, c.Revoke])
@pytest.mark.parametrize("error", [Unreachable("down"), SignInRequired("401"), Refused(Reason.OTHER)])
def test_the_wipe_follows_whatever_google_says(command: type[Command], error: KioskError) -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.faults.add(command, error, times=None)
    asked = world.elapsed
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(wiped)
    assert world.elapsed - asked <= 2 * disconnect.LEAVING_SECONDS
    assert not world.card.stored


def test_the_wipe_follows_although_google_never_answers() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    world.ask(e.Verb.SIGN_OUT)
    world.queues["google"].clear()
    world.run_for(disconnect.LEAVING_SECONDS + 1)
    assert any(isinstance(each, c.Revoke) for each in world.queues["google"]) or world.asked(c.Revoke)
    world.queues["google"].clear()
    world.run_for(disconnect.LEAVING_SECONDS + 1)
    assert not world.card.stored
    assert world.state.last_error is not None
    assert world.state.last_error.text == "Google did not answer within 10 s"


def test_a_disconnect_that_google_answers_has_no_error_to_tell() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.SIGN_OUT)
    world.run_for(30.0)
    assert not world.card.stored
    assert world.state.last_error is None


def test_a_wipe_that_fails_is_tried_until_it_succeeds_and_shows_nothing_meanwhile() -> None:
    world = with_pictures("a", "b")
    world.card.faults.add(c.WipeEverything, Unwritable("read-only"), times=3)
    world.ask(e.Verb.SIGN_OUT)
    world.run_for(15.0)
    assert world.current is None
    assert world.scene.card is not None
    world.run_until(wiped)
    assert not world.card.stored
    assert len(world.asked(c.WipeEverything)) == 4


def test_a_wipe_that_takes_long_is_not_asked_for_twice() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.SIGN_OUT)
    while not world.asked(c.WipeEverything):
        if not world.work("google"):
            world.elapsed += 1.0
            world.feed(e.DeadlineReached())
    world.elapsed += 600.0
    world.feed(e.DeadlineReached())
    assert len(world.asked(c.WipeEverything)) == 1
    world.run_until(wiped)


def test_verbs_during_a_disconnect_do_nothing_but_quit() -> None:
    world = with_pictures("a", "b")
    world.ask(e.Verb.SIGN_OUT)
    for verb in e.Verb:
        world.ask(verb)
    assert world.quit
    world.run_until(wiped)
    assert len(world.google.made) == 1


def test_a_session_that_is_being_made_during_a_disconnect_is_deleted_too() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.work("disk")
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(wiped)
    assert len(world.google.made) == 2
    assert not world.google.sessions


def test_a_session_that_was_only_waiting_for_a_token_is_not_made_during_a_disconnect() -> None:
    world = with_pictures("a")
    world.google.expire_access_tokens()
    world.run_for(2 * 3600.0)
    world.ask(e.Verb.PICK)
    world.work("disk")
    assert world.state.access.waiting
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(wiped)
    assert len(world.google.made) == 1


def test_a_picture_that_is_fetched_after_the_wipe_does_not_reach_the_card() -> None:
    world = World()
    world.sign_in()
    world.google.choose(*"abcdef")
    while not world.queues["fetch"]:
        if not (world.work("disk") or world.work("google")):
            world.advance(1.0)
    late = [each for each in world.out.values() if isinstance(each, c.FetchRendition)]
    world.ask(e.Verb.SIGN_OUT)
    world.queues["fetch"].clear()
    world.run_until(wiped)
    assert world.state.disconnects == 1
    for command in late:
        item = command.item
        fetched = e.RenditionFetched(
            answers=command.id, item=item, pick_id=command.pick_id, rendition=rendition(item)
        )
        world.feed(fetched)
    world.run_for(60.0)
    assert not world.asked(c.StoreRendition)
    assert not world.card.stored


def test_a_picture_that_is_being_fetched_during_a_disconnect_does_not_reach_the_card() -> None:
    world = World()
    world.sign_in()
    world.google.choose(*"abcdef")
    while not world.queues["fetch"]:
        if not (world.work("disk") or world.work("google")):
            world.elapsed += 1.0
            world.feed(e.DeadlineReached())
    world.ask(e.Verb.SIGN_OUT)
    for _ in range(20):
        if not (world.work("disk") or world.work("google")):
            break
    assert not world.asked(c.WipeEverything)
    world.run_until(wiped)
    assert not world.asked(c.StoreRendition)
    assert not world.google.sessions


def test_a_page_that_reaches_the_card_during_a_disconnect_starts_no_download() -> None:
    world = World()
    world.sign_in()
    world.google.choose("a")
    while not any(isinstance(each, c.AddItems) for each in world.queues["disk"]):
        if not world.work("google") and not world.work("disk"):
            world.elapsed += 1.0
            world.feed(e.DeadlineReached())
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(wiped)
    assert not world.asked(c.FetchRendition)


def test_a_disconnect_without_credentials_goes_straight_to_the_wipe() -> None:
    world = frame("a", "b")
    world.ask(e.Verb.SIGN_OUT)
    world.settle()
    assert wiped(world)
    assert not world.asked(c.Revoke)


def test_after_a_disconnect_a_new_person_can_begin() -> None:
    world = with_pictures("a", "b")
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(wiped)
    world.sign_in()
    world.pick("c")
    assert set(world.card.stored) == {"c"}
    assert world.current == "c"


def test_slide_ids_are_never_used_twice_over_a_disconnect() -> None:
    world = with_pictures("a", "b")
    last = world.state.show.next_slide
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(wiped)
    assert world.state.show.next_slide == last


# What must reach the card. --------------------------------------------------------------------------------------------


def test_a_pick_that_the_card_could_not_take_is_written_when_it_can() -> None:
    world = World()
    world.sign_in()
    world.card.trouble = Unwritable("read-only")
    world.ask(e.Verb.CANCEL)
    world.run_for(60.0)
    assert world.card.picks[0].phase is PickPhase.PICKING
    assert not world.google.sessions
    world.card.trouble = None
    world.run_for(2 * writes.LONGEST_RETRY)
    assert world.card.picks[0].phase is None


def test_a_read_only_card_is_tried_seldom() -> None:
    world = World(start=False)
    world.card.trouble = Unwritable("read-only")
    world.run_for(3 * 3600.0)
    assert len(world.asked(c.SaveAttempt)) <= 36


def test_a_full_card_is_used_again_soon_after_somebody_has_made_room() -> None:
    world = World(start=False)
    world.card.trouble = DiskFull("full")
    world.run_for(3 * 3600.0)
    tried = len(world.asked(c.SaveAttempt))
    world.card.trouble = None
    world.run_for(2 * writes.LONGEST_WHILE_FULL)
    assert len(world.asked(c.SaveAttempt)) > tried
    assert world.state.writes.kept == ()


def test_a_later_write_of_the_same_subject_makes_the_failed_one_void() -> None:
    turn = Turn(World().now, Settings(seed=b"x"), 1)
    session_id = PickingSessionId("s")
    first = c.SavePick(id=CommandId(1), session_id=session_id, phase=PickPhase.PICKING, expires_at=None)
    second = c.SavePick(id=CommandId(2), session_id=session_id, phase=PickPhase.FETCHING, expires_at=None)
    other = c.SavePick(
        id=CommandId(3), session_id=PickingSessionId("t"), phase=PickPhase.PICKING, expires_at=None
    )

    def fail(part: writes.Writes, command: Command) -> writes.Writes:
        return writes.handle(part, e.Failed(answers=command.id, command=command, error=DiskFull("x")), turn)

    part = fail(writes.note(writes.Writes(), (first, second)), first)
    assert part.kept == ()
    part = fail(part, second)
    assert part.kept == (second,)
    part = fail(writes.note(part, (other,)), other)
    assert part.kept == (second, other)
    part = writes.note(part, (evolve(first, id=CommandId(9)), c.MarkShown(item_ids=())))
    assert part.kept == (other,)
    part = writes.handle(
        part, e.Saved(answers=CommandId(9), counts=State(settings=turn.settings).counts), turn
    )
    assert part.failures == 2
    assert writes.deadline(part) == part.at


def test_what_is_said_of_a_card_comes_from_its_latest_answer() -> None:
    world = with_pictures("a", "b")
    assert world.state.counts == world.card.counts()
    world.ask(e.Verb.HIDE)
    world.settle()
    assert world.state.counts.hidden == 1


# The last error. ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "error", "told"),
    [
        (c.RefreshAccessToken, Unreachable("no route"), "no route"),
        (c.CreatePickingSession, Refused(Reason.API_DISABLED, "off"), "off"),
        (c.ListMediaItems, Refused(Reason.NOT_READY, "later"), None),
    ],
)
def test_the_last_error_is_kept_for_the_owner_unless_it_is_none(
    command: type[Command], error: KioskError, told: str | None
) -> None:
    world = with_pictures("a")
    world.google.expire_access_tokens()
    world.google.faults.add(command, error)
    world.ask(e.Verb.PICK)
    world.settle()
    if world.google.sessions:
        world.google.choose("b")
    world.run_for(120.0)
    kept = world.state.last_error
    # The 401 that asked for a new access token was dealt with at the gate and is no news.
    assert (kept.text if kept else None) == told


def test_waiting_for_a_person_is_no_error() -> None:
    world = World(google=Google(person="hurried"))
    world.run_for(30.0)
    world.google.person = "wait"
    world.run_for(60.0)
    assert world.state.last_error is None


# Over restarts. -------------------------------------------------------------------------------------------------------


def test_a_restart_shows_the_first_picture_before_it_asks_anything_of_google() -> None:
    world = with_pictures("a", "b")
    world.restart()
    world.settle()
    assert world.current is not None
    assert [type(x) for _, x in world.log[-6:] if isinstance(x, c.GoogleCommand)] == []


@pytest.mark.parametrize("days", [-20000, 365])
def test_a_clock_that_is_years_wrong_at_the_start_signs_nobody_out(days: int) -> None:
    world = with_pictures("a", "b")
    world.skew = timedelta(days=days)
    world.restart()
    world.run_for(120.0)
    world.skew = timedelta(0)
    world.run_for(120.0)
    assert access.signed_in(world.state.access)
    assert world.word == "showing"


def test_a_card_with_credentials_and_no_picture_offers_a_pick_by_itself() -> None:
    card = Card(credentials=with_pictures("a").card.credentials)
    google = Google(live={"1//3"})
    world = World(card=card, google=google)
    world.settle()
    assert isinstance(world.state.picking.phase, picking.Choosing)


def test_a_pick_of_which_nothing_arrived_is_followed_by_another_offer() -> None:
    world = World()
    world.sign_in()
    world.google.choose("a")
    world.google.faults.add(c.FetchRendition, Refused(Reason.OTHER), times=None)
    world.run_until(lambda w: len(w.google.made) == 2)
    assert downloads.idle(world.state.downloads)


def test_the_state_never_shows_a_secret() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.SIGN_IN, code=Secret("4/secret-code"), verifier=Secret("secret-verifier"))
    text = repr(world.state) + repr(world.log) + str(world.state.settings.client.client_secret)
    for secret in ("ya29.", "1//", "secret-code", "secret-verifier", "device-1", "a seed for the tests"):
        assert secret not in text


def test_an_hour_on_a_still_costs_nothing_but_the_show() -> None:
    world = with_pictures("a", "b")
    world.run_for(60.0)
    before = len(world.log)
    world.run_for(3600.0)
    kinds = {type(command) for _, command in world.log[before:]}
    assert kinds <= {c.PrepareSlide, c.DropSlide, c.DrawSlides, c.MarkShown}


def test_clearing_an_empty_show_drops_nothing() -> None:
    turn = Turn(World().now, Settings(), 1)
    assert slideshow.clear(slideshow.Show(next_slide=7), turn) == slideshow.Show(next_slide=7)
    assert not turn.commands


@pytest.mark.parametrize("kind", [c.DeletePickingSession, c.Revoke])
def test_what_google_did_not_do_at_a_disconnect_is_told_when_the_frame_is_erased(
    kind: type[c.Command],
) -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.faults.add(kind, Busy("503 from the demo"), times=None)
    world.card.faults.add(c.WipeEverything, Unwritable("read-only"))
    before = world.state.disconnects
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(lambda w: w.state.disconnects > before)
    assert world.state.disconnect_error == "503 from the demo"
    assert world.state.last_error is not None
    assert world.state.last_error.text == "read-only", "the card's trouble is another matter"


def test_a_google_that_says_nothing_at_a_disconnect_is_told_so_and_a_later_one_begins_afresh() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.SIGN_OUT)
    while not any(isinstance(each, c.Revoke) for each in world.out.values()):
        world.work("disk")
    world.queues["google"].clear()
    world.run_until(wiped)
    assert world.state.disconnect_error == "Google did not answer within 10 s"
    world.sign_in()
    world.pick("a")
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(lambda w: w.state.disconnects == 2)
    assert world.state.disconnect_error is None


def test_what_was_measured_late_is_saved_for_a_picture_that_is_there_and_never_after_a_wipe() -> None:
    measure = Measure(Focus(0.3, 0.4), (10, 20, 30))
    world = with_pictures("a")
    world.feed(e.Measured(item_id=MediaItemId("a"), measure=measure))
    world.settle()
    assert world.card.stored[MediaItemId("a")].measure == measure
    world.ask(e.Verb.SIGN_OUT)
    assert world.state.leaving is not None
    assert not world.feed(e.Measured(item_id=MediaItemId("a"), measure=measure))
    world.run_until(wiped)
    world.feed(e.Measured(item_id=MediaItemId("a"), measure=measure))
    assert len(world.asked(c.SaveMeasure)) == 1
