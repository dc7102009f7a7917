"""The device road and the second road, each transition and each error of it, as a person would meet them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from attrs import evolve

from kiosk.core import access, picking, signin, words
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import Client, CommandId, Grant, MediaItemId, PickId, Seconds, Secret
from kiosk.core.turn import QUOTA_RETRY, Turn
from kiosk.errors import (
    Busy,
    Gone,
    KioskError,
    Reason,
    Refused,
    SignInRequired,
    SlowDown,
    Unexpected,
    Unreachable,
)
from tests.core.dummies import Google
from tests.core.dummy_card import Card
from tests.core.world import SETTINGS, World, with_pictures

MINUTES = 60.0


def gaps(world: World, kind: type[c.Command]) -> list[float]:
    """Seconds between the commands of this kind."""
    times = [at for at, command in world.log if isinstance(command, kind)]
    return [round(after - before, 3) for before, after in pairwise(times)]


def waiting(world: World) -> signin.Waiting:
    assert isinstance(world.state.signin, signin.Waiting)
    return world.state.signin


def test_a_new_frame_asks_for_a_code_by_itself_and_shows_it() -> None:
    world = World()
    assert waiting(world).attempt.code.user_code == "QWER-TYUI"
    assert world.card.attempt == waiting(world).attempt
    assert world.word == "signing_in"


def test_a_poll_keeps_the_interval_and_a_margin() -> None:
    world = World()
    world.run_for(60.0)
    assert set(gaps(world, c.PollToken)) == {5.25}


def test_each_slow_down_adds_five_seconds_for_good() -> None:
    world = World(google=Google(person="hurried"))
    world.run_for(30.0)
    world.google.person = "wait"
    world.run_for(60.0)
    assert gaps(world, c.PollToken)[:5] == [10.25, 15.25, 15.25, 15.25, 15.25]


@pytest.mark.parametrize("interval", [0.0, -3.0, 0.5])
def test_an_interval_below_a_second_is_taken_as_one(interval: float) -> None:
    world = World(google=Google(interval=interval))
    world.run_for(5.0)
    assert set(gaps(world, c.PollToken)) == {1.25}


def test_a_long_interval_is_kept() -> None:
    world = World(google=Google(interval=700.0))
    world.run_for(1750.0)
    assert set(gaps(world, c.PollToken)) == {700.25}


@pytest.mark.parametrize(
    "error", [Unreachable("down"), Busy("503"), Unexpected("odd"), SignInRequired("401")]
)
def test_a_fault_while_waiting_does_not_end_the_wait(error: KioskError) -> None:
    world = World()
    code = waiting(world).attempt
    world.google.faults.add(c.PollToken, error, times=4)
    world.run_for(120.0)
    assert waiting(world).attempt == code
    world.sign_in()
    assert access.signed_in(world.state.access)


def test_faults_in_a_row_back_off_and_the_pace_returns_after_them() -> None:
    world = World()
    world.google.faults.add(c.PollToken, Unreachable("down"), times=5)
    world.run_for(200.0)
    assert max(gaps(world, c.PollToken)) > 20.0
    assert gaps(world, c.PollToken)[-1] == 5.25


def test_retry_after_and_quota_are_kept_while_waiting() -> None:
    world = World()
    world.google.faults.add(c.PollToken, Busy("429", quota=True))
    world.google.faults.add(c.PollToken, Busy("503", 100.0))
    world.run_for(400.0)
    assert gaps(world, c.PollToken)[0] >= QUOTA_RETRY
    assert gaps(world, c.PollToken)[1] >= 100.0


def test_an_expired_code_makes_a_new_one_by_itself() -> None:
    world = World()
    first = waiting(world).attempt
    world.run_for(31 * MINUTES)
    assert waiting(world).attempt.code != first.code
    assert waiting(world).attempt.request_id != first.request_id
    assert world.card.attempt == waiting(world).attempt


def test_a_code_that_google_calls_expired_makes_a_new_one_but_never_two_within_a_minute() -> None:
    world = World()
    world.google.faults.add(c.PollToken, Gone("expired_token"), times=None)
    world.run_for(10 * MINUTES)
    assert 8 <= len(world.asked(c.RequestDeviceCode)) <= 11
    assert min(gaps(world, c.RequestDeviceCode)) >= 60.0


@pytest.mark.parametrize("expires_in", [0.0, -5.0, 1.0])
def test_codes_that_are_born_expired_do_not_make_a_loop(expires_in: float) -> None:
    world = World(google=Google(expires_in=expires_in))
    world.run_for(10 * MINUTES)
    assert len(world.asked(c.RequestDeviceCode)) <= 11


def test_a_code_for_ever_is_given_up_after_a_day() -> None:
    world = World(google=Google(expires_in=1e15, interval=3600.0))
    world.run_for(25 * 3600.0)
    assert len(world.asked(c.RequestDeviceCode)) == 2


def test_a_code_that_nobody_used_is_not_renewed_over_photographs() -> None:
    world = with_pictures("a")
    world.google.revoke()
    world.ask(e.Verb.SIGN_IN)
    world.run_for(31 * MINUTES)
    assert isinstance(world.state.signin, signin.Off)
    assert world.card.attempt is None
    assert world.current == "a"


def test_a_denial_offers_a_new_code_after_a_minute() -> None:
    world = World(google=Google(person="deny"))
    world.run_until(lambda w: isinstance(w.state.signin, signin.Declined))
    assert world.card.attempt is None
    world.google.person = "wait"
    world.run_for(signin.NEW_CODE_AFTER_DENIAL + 1)
    assert isinstance(world.state.signin, signin.Waiting)


def test_a_denial_over_photographs_ends_the_sign_in() -> None:
    world = with_pictures("a")
    world.google.person = "deny"
    world.ask(e.Verb.SIGN_IN)
    world.run_for(120.0)
    assert isinstance(world.state.signin, signin.Off)


def test_an_unticked_box_is_noticed_and_nothing_is_kept() -> None:
    world = World(google=Google(person="untick"))
    world.run_for(6.0)
    assert world.state.signin == signin.Declined(Reason.SCOPE_MISSING, world.state.signin.at)  # type: ignore[union-attr]
    assert world.card.credentials is None
    assert not access.signed_in(world.state.access)


@pytest.mark.parametrize("reason", [Reason.ADMIN_POLICY, Reason.ORG_INTERNAL])
def test_an_account_that_may_not_is_declined_like_a_cancel(reason: Reason) -> None:
    world = World()
    world.google.faults.add(c.PollToken, Refused(reason))
    world.run_for(6.0)
    assert isinstance(world.state.signin, signin.Declined)
    assert world.state.signin.reason is reason


@pytest.mark.parametrize("command", [c.RequestDeviceCode, c.PollToken])
def test_a_client_of_another_type_leads_to_the_second_road(command: type[c.Command]) -> None:
    world = World(start=False)
    world.google.faults.add(command, Refused(Reason.CLIENT_TYPE))
    world.run_for(6.0)
    assert isinstance(world.state.signin, signin.SecondRoad)
    world.ask(e.Verb.SIGN_IN, code=Secret("4/code"), verifier=Secret("v"), redirect_uri="http://127.0.0.1:1/")
    world.settle()
    assert isinstance(world.state.signin, signin.Off)
    assert isinstance(world.state.picking.phase, picking.Choosing)


@pytest.mark.parametrize("reason", [Reason.DEVICE_SCOPE, Reason.CLIENT, Reason.OTHER, Reason.API_DISABLED])
@pytest.mark.parametrize("command", [c.RequestDeviceCode, c.PollToken])
def test_what_only_the_owner_can_change_is_said_and_looked_at_again_later(
    command: type[c.Command], reason: Reason
) -> None:
    world = World(start=False)
    world.google.faults.add(command, Refused(reason, "because"))
    world.run_for(6.0)
    assert isinstance(world.state.signin, signin.Blocked)
    assert (world.state.signin.reason, world.state.signin.message) == (reason, "because")
    assert world.word == "trouble"
    world.run_for(signin.LOOK_AGAIN + 1)
    assert isinstance(world.state.signin, signin.Waiting)


def test_a_refused_state_is_left_out_once_and_at_once() -> None:
    world = World(start=False)
    world.google.faults.add(c.RequestDeviceCode, Refused(Reason.STATE))
    world.settle()
    first, second = world.asked(c.RequestDeviceCode)
    assert isinstance(first, c.RequestDeviceCode)
    assert isinstance(second, c.RequestDeviceCode)
    assert first.request_id is not None
    assert second.request_id is None
    assert waiting(world).attempt.request_id == first.request_id


def test_a_state_refused_twice_blocks() -> None:
    world = World(start=False)
    world.google.faults.add(c.RequestDeviceCode, Refused(Reason.STATE), times=2)
    world.settle()
    assert isinstance(world.state.signin, signin.Blocked)


@pytest.mark.parametrize(
    ("error", "least"),
    [
        (Unreachable("down"), signin.FIRST_RETRY),
        (Busy("503"), signin.FIRST_RETRY),
        (Busy("503", 77.0), 77.0),
        (Busy("rate_limit_exceeded", quota=True), QUOTA_RETRY),
        (Unexpected("odd"), signin.FIRST_RETRY),
        (SlowDown("slow_down"), signin.FIRST_RETRY),
    ],
)
def test_a_code_request_that_fails_backs_off_and_heals(error: KioskError, least: float) -> None:
    world = World(start=False)
    world.google.faults.add(c.RequestDeviceCode, error, times=3)
    world.run_until(lambda w: isinstance(w.state.signin, signin.Waiting))
    found = gaps(world, c.RequestDeviceCode)
    assert len(found) == 3
    assert found[0] >= least
    assert found == sorted(found)


def test_without_a_client_nothing_is_asked_of_google() -> None:
    world = World(evolve(SETTINGS, client=Client()))
    world.run_for(3600.0)
    assert isinstance(world.state.signin, signin.Blocked)
    assert world.word == "trouble"
    assert not world.asked(c.RequestDeviceCode)


def test_a_restart_goes_on_with_the_code_on_the_phone_and_its_request_id() -> None:
    world = World()
    world.run_for(60.0)
    attempt = waiting(world).attempt
    world.restart()
    world.settle()
    assert waiting(world).attempt == attempt
    world.sign_in()
    assert world.google.made[-1].request_id == attempt.request_id
    assert len(world.asked(c.RequestDeviceCode)) == 1


def test_a_resumed_code_ends_when_its_time_is_over() -> None:
    world = World()
    world.run_for(20 * MINUTES)
    world.restart()
    world.run_for(9 * MINUTES)
    assert len(world.asked(c.RequestDeviceCode)) == 1
    world.run_for(2 * MINUTES)
    assert len(world.asked(c.RequestDeviceCode)) == 2


def test_a_code_whose_time_is_over_by_a_set_clock_is_not_shown_again() -> None:
    world = World()
    world.skew = timedelta(days=400)
    world.restart()
    world.settle()
    assert len(world.asked(c.RequestDeviceCode)) == 2


@pytest.mark.parametrize(
    "skews", [(0, -20000), (-20000, 0), (-20000, -20001)], ids=["not set now", "not set then", "never set"]
)
def test_an_approval_is_not_lost_to_a_restart_with_a_clock_that_is_not_set(skews: tuple[int, int]) -> None:
    world = World()
    world.skew = timedelta(days=skews[0])
    if skews[0]:
        world.restart()
        world.run_for(31 * MINUTES)
    attempt = waiting(world).attempt
    world.skew = timedelta(days=skews[1])
    world.restart()
    world.settle()
    assert waiting(world).attempt == attempt
    world.sign_in()
    assert world.google.made[-1].request_id == attempt.request_id


def test_a_dead_code_under_a_clock_that_is_not_set_is_replaced_after_one_poll() -> None:
    world = World()
    world.run_for(MINUTES)
    polls = len(world.asked(c.PollToken))
    world.google.codes.clear()
    world.skew = timedelta(days=-20000)
    world.restart()
    world.run_for(6.0)
    assert len(world.asked(c.PollToken)) == polls + 1
    assert len(world.asked(c.RequestDeviceCode)) == 2


def test_a_wall_clock_that_jumps_does_not_touch_a_running_code() -> None:
    world = World()
    code = waiting(world).attempt
    for days in (-20000, 400, 0):
        world.skew = timedelta(days=days)
        world.run_for(60.0)
    assert waiting(world).attempt == code
    assert set(gaps(world, c.PollToken)) == {5.25}


def test_the_attempts_request_id_is_used_for_the_pick_the_moment_the_grant_arrives() -> None:
    world = World()
    attempt = waiting(world).attempt
    world.sign_in()
    granted = next(at for at, command in world.log if isinstance(command, c.SaveCredentials))
    created = next(at for at, command in world.log if isinstance(command, c.CreatePickingSession))
    assert granted == created
    assert world.google.made[0].request_id == attempt.request_id
    assert world.card.attempt is None


def test_a_crash_between_grant_and_pick_uses_the_attempts_request_id_again() -> None:
    world = World(google=Google(person="approve"))
    request_id = waiting(world).attempt.request_id
    world.google.faults.add(c.CreatePickingSession, Unreachable("down"))
    world.run_until(lambda w: w.card.credentials is not None)
    world.restart()
    world.settle()
    assert [choice.request_id for choice in world.google.made] == [request_id]
    assert world.card.attempt is None


def test_an_attempt_that_its_pick_has_already_used_is_forgotten() -> None:
    world = World(google=Google(person="approve"))
    world.run_until(lambda w: bool(w.google.sessions))
    world.card.attempt = world.asked(c.SaveAttempt)[0].attempt  # type: ignore[attr-defined]
    world.restart()
    world.settle()
    assert len(world.google.made) == 1
    assert world.card.attempt is None


def test_the_second_road_ends_in_the_same_credentials() -> None:
    world = World()
    world.ask(e.Verb.SIGN_IN, code=Secret("4/code"), verifier=Secret("v"), redirect_uri="http://127.0.0.1:1/")
    assert world.word == "signing_in"
    world.settle()
    assert world.card.credentials is not None
    assert isinstance(world.state.picking.phase, picking.Choosing)
    assert isinstance(world.state.signin, signin.Off)


@pytest.mark.parametrize("error", [Unreachable("down"), Refused(Reason.OTHER, "invalid_grant")])
def test_an_exchange_that_fails_leaves_the_code_on_the_screen(error: KioskError) -> None:
    world = World()
    world.google.faults.add(c.ExchangeCode, error)
    world.ask(e.Verb.SIGN_IN, code=Secret("4/code"), verifier=Secret("v"))
    world.settle()
    assert isinstance(world.state.signin, signin.Waiting)
    assert world.state.exchange is None
    assert world.state.last_error is not None
    assert world.state.last_error.text == str(error)


def test_an_exchange_without_the_picker_scope_is_refused_and_told() -> None:
    world = World()
    world.ask(e.Verb.SIGN_IN, code=Secret("4/code"), verifier=Secret("v"))
    exchange = world.state.exchange
    assert exchange is not None
    grant = Grant(Secret("ya29.x"), Seconds(3600.0), Secret("1//x"), ("openid",))
    world.queues["google"].clear()
    world.feed(e.Granted(answers=exchange.command, grant=grant))
    world.settle()
    assert not access.signed_in(world.state.access)
    assert world.state.last_error is not None
    assert world.state.last_error.text == "scope_missing"


def test_a_code_without_its_verifier_is_not_exchanged() -> None:
    world = World()
    world.ask(e.Verb.SIGN_IN, code=Secret("4/code"))
    assert world.state.exchange is None
    assert not world.asked(c.ExchangeCode)


def test_a_second_success_makes_no_second_pick_at_google_stay() -> None:
    world = World(google=Google(person="approve"))
    world.run_until(lambda w: bool(w.google.sessions))
    world.ask(e.Verb.SIGN_IN, code=Secret("4/code"), verifier=Secret("v"))
    world.settle()
    assert len(world.google.made) == 2
    assert list(world.google.sessions) == [world.google.made[1].id]


def test_answers_that_nobody_waits_for_change_nothing() -> None:
    world = World()
    before = world.state.signin
    for event in (
        e.DeviceCodeIssued(code=waiting(world).attempt.code),
        e.Failed(command=world.log[1][1], error=Gone("x")),
        e.Revoked(answers=waiting(world).command or 0),  # type: ignore[arg-type]
    ):
        world.feed(event)
    assert world.state.signin == before


def test_an_answer_of_the_wrong_kind_changes_nothing() -> None:
    world = World()
    world.elapsed += 6.0
    world.feed(e.DeadlineReached())
    part = waiting(world)
    assert part.command is not None
    before = world.state
    world.feed(e.Revoked(answers=part.command))
    assert world.state.signin == before.signin
    under_way = signin.Exchange(part.command, part.attempt.request_id)
    assert signin.exchanged(under_way, e.Revoked(answers=part.command)) is None
    requesting = signin.Requesting(part.attempt.request_id, command=part.command)
    turn = Turn(world.now, SETTINGS, 1)
    assert signin.handle(requesting, e.Revoked(answers=part.command), turn) is requesting


def test_a_card_that_holds_pictures_and_no_credentials_shows_them_and_asks_for_nothing() -> None:
    world = with_pictures("a")
    card = Card(stored=world.card.stored, rounds=world.card.rounds)
    world = World(card=card)
    world.run_for(600.0)
    assert world.current == "a"
    assert not world.asked(c.RequestDeviceCode)
    assert world.word == "showing"


def test_an_exchange_waits_for_its_own_answer_only() -> None:
    world = World()
    world.ask(e.Verb.SIGN_IN, code=Secret("4/code"), verifier=Secret("v"))
    exchange = world.state.exchange
    world.ask(e.Verb.RESUME)
    world.feed(e.Revoked())
    assert exchange is not None
    assert world.state.exchange == exchange


def test_an_approval_whose_answer_is_lost_is_told_and_asks_for_one_more() -> None:
    world = with_pictures("a")
    world.google.revoke()
    world.ask(e.Verb.SIGN_IN)
    world.settle()
    world.google.faults.add(c.PollToken, Unreachable("reset"), after=True)
    world.google.person = "approve"
    world.run_until(lambda w: isinstance(w.state.signin, signin.Declined))
    assert world.state.last_error is not None
    assert world.state.last_error.text == words.SIGN_IN_LOST
    card = world.scene.card
    assert card is not None
    assert (card.title, card.body) == words.REASONS[Reason.ANSWER_LOST]
    assert card.status == words.NEW_CODE_BY_OK
    assert world.current == "a"
    assert world.card.attempt is None
    world.run_for(signin.NEW_CODE_AFTER_DENIAL)
    assert isinstance(world.state.signin, signin.Off)
    world.ask(e.Verb.PICK)
    world.run_until(lambda w: isinstance(w.state.picking.phase, picking.Choosing))


def test_a_code_that_runs_out_by_itself_is_not_told_as_a_lost_answer() -> None:
    world = with_pictures("a")
    world.google.revoke()
    before = world.state.last_error
    world.ask(e.Verb.SIGN_IN)
    world.google.person = "wait"
    world.settle()
    world.google.codes = dict.fromkeys(world.google.codes, 0.0)
    world.run_for(60.0)
    assert isinstance(world.state.signin, signin.Off)
    assert world.state.last_error == before


def test_a_lost_answer_is_told_once_and_an_empty_frame_makes_a_new_code_by_itself() -> None:
    world = World()
    world.google.faults.add(c.PollToken, Unreachable("reset"), after=True)
    world.google.person = "approve"
    world.run_until(lambda w: isinstance(w.state.signin, signin.Declined))
    told = world.state.last_error
    world.feed(e.DeadlineReached())
    given_up = c.GiveUp(pick_id=PickId(1), item_id=MediaItemId("a"), why="")
    world.feed(e.Failed(answers=CommandId(10**6), command=given_up, error=Gone("x")))
    assert world.state.last_error == told
    world.run_until(lambda w: bool(w.google.sessions))
