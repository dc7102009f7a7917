"""The gate before every authorised command: when the access token is renewed, and when a person must sign in."""

from __future__ import annotations

import pytest

from kiosk.core import access, picking
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import PICKER_SCOPE, CommandId, Credentials, Grant, Seconds, Secret
from kiosk.core.turn import Turn
from kiosk.errors import Busy, Gone, KioskError, Reason, Refused, SignInRequired, Unexpected, Unreachable
from tests.core.dummies import Google
from tests.core.world import SETTINGS, World, with_pictures

DAY = 24 * 3600.0


def choosing(world: World) -> bool:
    return isinstance(world.state.picking.phase, picking.Choosing)


def test_an_expired_access_token_is_renewed_before_it_is_used() -> None:
    world = with_pictures("a")
    world.run_for(2 * 3600.0)
    world.ask(e.Verb.PICK)
    world.settle()
    assert choosing(world)
    assert len(world.asked(c.RefreshAccessToken)) == 1


def test_a_token_is_renewed_a_minute_early_and_none_is_thought_to_live_less_than_a_minute() -> None:
    turn = Turn(World().now, SETTINGS, 1)
    for life, good in ((3600.0, 3540.0), (100.0, 60.0), (1.0, 60.0), (-5.0, 60.0)):
        grant = Grant(Secret("ya29.x"), Seconds(life), None, (PICKER_SCOPE,))
        token = access.accept(access.Access(), grant, "client", turn.now).token
        assert token is not None
        assert token.expires == turn.now.monotonic + good


def test_a_server_that_names_absurd_lives_is_not_asked_every_second() -> None:
    world = World(google=Google(access_life=1.0, poll_interval=1.0))
    world.sign_in()
    world.google.bearers = dict.fromkeys(world.google.bearers, float("inf"))
    world.google.access_life = 1e9
    world.run_for(1700.0)
    assert choosing(world)
    assert len(world.asked(c.RefreshAccessToken)) <= 30


def test_a_server_whose_tokens_really_live_for_a_second_is_still_served() -> None:
    world = World(google=Google(access_life=1.0))
    world.sign_in()
    world.pick("a", "b")
    assert world.current is not None
    assert len(world.card.stored) == 2


def test_what_waits_for_one_token_causes_one_refresh() -> None:
    world = World()
    world.sign_in()
    world.google.choose(*(f"item-{n}" for n in range(12)))
    world.google.expire_access_tokens()
    world.run_until(lambda w: len(w.card.stored) == 12)
    assert len(world.asked(c.RefreshAccessToken)) == 1


def test_a_401_renews_the_access_token_once_and_repeats_the_command() -> None:
    world = with_pictures("a")
    world.google.expire_access_tokens()
    world.ask(e.Verb.PICK)
    world.settle()
    assert choosing(world)
    assert len(world.asked(c.RefreshAccessToken)) == 1


def test_four_downloads_that_meet_a_401_share_one_refresh() -> None:
    world = World()
    world.sign_in()
    world.google.choose("a", "b", "c", "d")
    world.google.faults.add(c.FetchRendition, SignInRequired("401"), times=4)
    world.run_until(lambda w: len(w.card.stored) == 4)
    assert len(world.asked(c.RefreshAccessToken)) == 1


def test_a_second_401_asks_for_a_person_and_the_pictures_go_on() -> None:
    world = with_pictures("a", "b")
    world.google.faults.add(c.CreatePickingSession, SignInRequired("401"), times=2)
    world.ask(e.Verb.PICK)
    world.settle()
    assert not access.signed_in(world.state.access)
    shown = len(world.shown)
    world.run_for(120.0)
    assert len(world.shown) > shown + 5
    assert len(world.asked(c.RefreshAccessToken)) == 1


def test_one_picture_that_always_answers_401_signs_nobody_out() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose("b")
    world.google.faults.add(c.FetchRendition, SignInRequired("401"), times=2)
    world.run_until(lambda w: len(w.card.stored) == 2 and not w.google.sessions)
    assert access.signed_in(world.state.access)


@pytest.mark.parametrize(("answered", "kept"), [("1//new", "1//new"), ("1//old", "1//old"), (None, "1//old")])
def test_a_refresh_token_that_the_server_changes_is_kept(answered: str | None, kept: str) -> None:
    turn = Turn(World().now, SETTINGS, 8)
    credentials = Credentials(Secret("1//old"), "client", (PICKER_SCOPE,))
    gate = access.Access(credentials=credentials, refreshing=CommandId(7))
    token = None if answered is None else Secret(answered)
    grant = Grant(Secret("ya29.x"), Seconds(3599.0), token, (PICKER_SCOPE,))
    gate, _ = access.handle(gate, e.Granted(answers=CommandId(7), grant=grant), turn)
    assert gate.credentials is not None
    assert gate.credentials.refresh_token == Secret(kept)
    saved = [command for command in turn.commands if isinstance(command, c.SaveCredentials)]
    assert [command.credentials for command in saved] == ([gate.credentials] if kept == "1//new" else [])


def test_a_dead_refresh_token_makes_no_loop_of_codes_nor_of_refreshes() -> None:
    world = with_pictures("a")
    world.google.revoke()
    codes = len(world.asked(c.RequestDeviceCode))
    world.run_for(3 * DAY)
    assert not access.signed_in(world.state.access)
    assert len(world.asked(c.RefreshAccessToken)) == 1
    assert len(world.asked(c.RequestDeviceCode)) == codes
    assert world.scene.badge is not None


def test_a_dead_refresh_token_is_cured_by_signing_in_again() -> None:
    world = with_pictures("a")
    world.google.revoke()
    world.run_for(2 * DAY)
    world.ask(e.Verb.PICK)
    world.google.person = "approve"
    world.run_until(choosing)
    assert access.signed_in(world.state.access)
    assert world.card.credentials == world.state.access.credentials


def test_a_dead_refresh_token_without_pictures_asks_for_a_sign_in_by_itself() -> None:
    world = World()
    world.sign_in()
    world.google.revoke()
    world.run_for(60.0)
    assert world.word == "signing_in"


@pytest.mark.parametrize(
    ("error", "least"),
    [
        (Unreachable("down"), access.FIRST_RETRY),
        (Busy("503"), access.FIRST_RETRY),
        (Busy("503", 55.0), 55.0),
        (Busy("429", quota=True), 30.0),
        (Unexpected("odd"), access.FIRST_RETRY),
        (Gone("404"), access.FIRST_RETRY),
    ],
)
def test_a_refresh_that_meets_a_fault_of_nobodys_waits_and_heals(error: KioskError, least: float) -> None:
    world = with_pictures("a")
    world.google.expire_access_tokens()
    world.google.faults.add(c.RefreshAccessToken, error, times=3)
    world.ask(e.Verb.PICK)
    world.settle()
    assert world.state.access.offline
    world.run_until(choosing)
    times = [at for at, command in world.log if isinstance(command, c.RefreshAccessToken)]
    assert len(times) == 4
    assert times[1] - times[0] >= least
    assert times[3] - times[2] >= times[1] - times[0]
    assert not world.state.access.offline


def test_a_refused_refresh_is_told_once_and_tried_again_the_next_day() -> None:
    world = with_pictures("a")
    world.google.expire_access_tokens()
    world.google.faults.add(c.RefreshAccessToken, Unreachable("down"))
    world.google.faults.add(c.RefreshAccessToken, Refused(Reason.CLIENT, "invalid_client"), times=2)
    world.ask(e.Verb.PICK)
    world.run_for(10.0)
    assert isinstance(world.state.picking.phase, picking.Creating)
    assert world.state.last_error is not None
    assert world.state.last_error.text == "invalid_client"
    world.ask(e.Verb.CANCEL)
    asked = len(world.asked(c.RefreshAccessToken))
    world.run_for(DAY / 2)
    assert len(world.asked(c.RefreshAccessToken)) == asked
    world.run_for(DAY)
    assert len(world.asked(c.RefreshAccessToken)) > asked
    world.ask(e.Verb.PICK)
    world.run_until(choosing)


def test_a_refresh_token_is_used_once_a_day_and_soon_after_a_start() -> None:
    world = with_pictures("a")
    world.run_for(10 * DAY)
    assert len(world.asked(c.RefreshAccessToken)) == 10
    world.restart()
    world.run_for(40.0)
    assert len(world.asked(c.RefreshAccessToken)) == 11


def test_a_refresh_that_lost_the_picker_scope_needs_a_person() -> None:
    world = with_pictures("a")
    world.run_for(DAY - 100.0)
    world.elapsed += 200.0
    world.feed(e.DeadlineReached())
    world.queues["google"].clear()
    command = world.state.access.refreshing
    assert command is not None
    grant = Grant(Secret("ya29.x"), Seconds(3600.0), None, ("openid",))
    world.feed(e.Granted(answers=command, grant=grant))
    assert not access.signed_in(world.state.access)


def test_the_old_refresh_token_is_kept_when_a_repeat_consent_brings_none() -> None:
    world = with_pictures("a")
    old = world.card.credentials
    world.google.refresh_tokens_given = False
    world.ask(e.Verb.SIGN_IN)
    world.google.person = "approve"
    world.run_until(choosing)
    assert old is not None
    assert world.card.credentials == old


def test_without_any_refresh_token_the_access_token_lasts_as_long_as_it_lasts() -> None:
    world = World(google=Google(refresh_tokens_given=False))
    world.sign_in()
    world.pick("a")
    assert access.signed_in(world.state.access)
    assert world.card.credentials is None
    world.run_for(2 * 3600.0)
    world.ask(e.Verb.PICK)
    world.settle()
    assert not access.signed_in(world.state.access)
    assert world.current == "a"
    world.ask(e.Verb.PICK)
    world.google.person = "approve"
    world.run_until(choosing)


def test_a_command_that_nobody_wants_any_more_is_not_asked_when_the_token_comes() -> None:
    world = with_pictures("a")
    world.google.expire_access_tokens()
    world.google.faults.add(c.RefreshAccessToken, Unreachable("down"), times=20)
    for _ in range(5):
        world.ask(e.Verb.PICK)
        world.run_for(1.0)
        world.ask(e.Verb.CANCEL)
        world.run_for(1.0)
    assert not world.state.access.waiting
    world.google.faults.clear()
    world.run_for(2 * DAY)
    assert len(world.google.made) == 1


def test_credentials_that_the_card_could_not_take_are_written_later() -> None:
    world = World()
    world.card.faults.add(c.SaveCredentials, Gone("x"), times=2)
    world.sign_in()
    assert world.card.credentials is None
    world.run_for(100.0)
    assert world.card.credentials == world.state.access.credentials
    assert isinstance(world.card.credentials, Credentials)
