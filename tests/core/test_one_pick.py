"""``keep_signed_in = false``: what a person granted serves one pick and is then forgotten."""

from __future__ import annotations

import pytest
from attrs import evolve

from kiosk.core import access, compose, picking, signin, words
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import Credentials, Seconds, Secret
from kiosk.core.scene import Mark
from kiosk.core.turn import Turn
from kiosk.errors import KioskError, SignInRequired, Unreachable, Unwritable
from tests.core.dummies import Google
from tests.core.world import SETTINGS, World, with_pictures

SLOW = evolve(SETTINGS, dwell=Seconds(600.0))
FORGETFUL = evolve(SLOW, keep_signed_in=False)


def forgetful(*names: str, google: Google | None = None) -> World:
    """A frame that keeps no sign-in; with names it has been through one pick."""
    return (
        with_pictures(*names, settings=FORGETFUL, google=google) if names else World(FORGETFUL, google=google)
    )


def held(world: World) -> bool:
    return access.held(world.state.access) or bool(world.state.access.waiting)


def secret_writes(world: World) -> list[c.Command]:
    return [
        command
        for _, command in world.log
        if (isinstance(command, c.SaveCredentials) and command.credentials)
        or (isinstance(command, c.SaveAttempt) and command.attempt)
    ]


def test_a_sign_in_serves_its_pick_and_is_forgotten_after_the_last_deletion() -> None:
    world = forgetful()
    world.sign_in()
    assert held(world)
    world.google.faults.add(c.DeletePickingSession, Unreachable("down"))
    world.google.choose("a", "b")
    world.run_until(lambda w: len(w.card.stored) == 2)
    assert held(world), "the picking session is still to be deleted"
    world.run_until(lambda w: not w.google.sessions)
    assert not held(world)
    assert not secret_writes(world)
    assert world.card.credentials is None
    assert world.card.attempt is None
    assert not world.asked(c.Revoke), "a revocation would sign the whole Cloud project out"


def test_the_person_is_told_before_they_agree_how_long_it_lasts() -> None:
    for world, told in ((forgetful(), words.SIGN_IN_ONCE), (World(SLOW), words.SIGN_IN_KEPT)):
        assert world.scene.card is not None
        assert world.scene.card.footnote == told


def test_the_next_pick_asks_for_a_sign_in_again_and_goes_straight_on_to_picking() -> None:
    world = forgetful("a")
    world.ask(e.Verb.PICK)
    assert world.word == "signing_in"
    world.sign_in()
    world.pick("b")
    assert set(world.card.stored) == {"a", "b"}
    assert world.state.sign_ins == 2
    assert not held(world)


def test_signed_out_is_how_it_rests_so_nothing_nags() -> None:
    world = forgetful("a", "b")
    world.run_for(48 * 3600.0)
    assert world.scene.badge is None
    assert world.scene.card is None
    assert world.word == "showing"
    assert not world.asked(c.RefreshAccessToken)
    kept = with_pictures("a", settings=SLOW)
    kept.google.revoke()
    kept.run_for(48 * 3600.0)
    assert kept.scene.badge is not None
    assert kept.scene.badge.mark is Mark.SIGN_IN


def test_a_pick_longer_than_an_access_token_lives_still_ends() -> None:
    world = forgetful(google=Google(access_life=600.0))
    world.sign_in()
    world.run_for(1500.0)
    world.pick("a", "b", "c")
    assert len(world.card.stored) == 3
    assert world.asked(c.RefreshAccessToken)
    assert not secret_writes(world)


def test_a_server_that_renews_the_refresh_token_puts_none_on_the_card_either() -> None:
    world = forgetful(google=Google(access_life=600.0))
    world.sign_in()
    world.run_for(700.0)
    refresh = next(each for each in reversed(world.log) if isinstance(each[1], c.RefreshAccessToken))[1]
    gate = evolve(world.state.access, refreshing=refresh.id)
    grant = evolve(world.google._grant(world.now.monotonic), refresh_token=Secret("1//new"))
    turn = Turn(world.now, FORGETFUL, 10_000)
    gate, _ = access.handle(gate, e.Granted(answers=refresh.id, grant=grant), turn)
    assert gate.credentials is not None
    assert gate.credentials.refresh_token == Secret("1//new")
    assert not any(isinstance(command, c.SaveCredentials) for command in turn.commands)


def test_without_a_refresh_token_a_long_pick_waits_for_the_next_sign_in() -> None:
    world = forgetful(google=Google(access_life=600.0, refresh_tokens_given=False, poll_interval=60.0))
    world.sign_in()
    world.google.choose(*"abcdef")
    world.google.faults.add(c.FetchRendition, Unreachable("down"), times=60)
    world.run_until(lambda w: isinstance(w.state.picking.phase, picking.Resuming))
    assert world.google.sessions
    world.google.faults.clear()
    world.sign_in_again()
    world.run_until(lambda w: len(w.card.stored) == 6 and not w.google.sessions)
    assert not held(world)


@pytest.mark.parametrize("when", ["choosing", "fetching"])
def test_a_power_cut_in_mid_pick_resumes_after_the_next_sign_in(when: str) -> None:
    world = forgetful("a")
    world.ask(e.Verb.PICK)
    world.sign_in()
    if when == "fetching":
        world.google.choose("b", "c")
        while not world.queues["fetch"]:
            if not (world.work("disk") or world.work("google")):
                world.advance(1.0)
    world.restart()
    world.run_for(3600.0)
    assert world.word == "showing"
    assert not isinstance(world.state.signin, signin.Waiting)
    assert world.scene.badge is not None, "something is still to be fetched"
    assert world.scene.badge.text == words.SIGN_IN_BADGE
    if when == "choosing":
        world.google.choose("b", "c")
    world.sign_in_again()
    world.run_until(lambda w: set(w.card.stored) == {"a", "b", "c"} and not w.google.sessions)
    assert not held(world)
    assert world.scene.badge is None


def test_a_power_cut_before_the_picking_session_is_known_leaves_nothing_behind_in_the_end() -> None:
    world = forgetful("a")
    world.ask(e.Verb.PICK)
    world.google.person = "approve"
    while len(world.google.made) < 2:
        if not (world.work("google") or world.work("disk") or world.work("decode")):
            world.advance(1.0)
    world.google.person = "wait"
    world.restart()
    world.run_for(600.0)
    assert world.word == "showing"
    assert not world.lost
    assert len(world.google.sessions) == 1
    world.sign_in_again()
    world.run_for(60.0)
    assert len(world.google.sessions) == 1, "the old one is deleted, the new one is open"
    world.pick("b")
    assert not world.google.sessions
    assert not held(world)


def test_a_sign_in_that_was_kept_before_is_wiped_at_the_start() -> None:
    world = with_pictures("a")
    assert world.card.credentials is not None
    world.restart(FORGETFUL)
    world.settle()
    assert world.card.credentials is None
    assert not held(world)
    assert world.scene.badge is None


def test_a_device_code_that_was_kept_before_is_wiped_at_the_start() -> None:
    world = World()
    world.run_until(lambda w: w.card.attempt is not None)
    world.restart(FORGETFUL)
    world.settle()
    assert world.card.attempt is None
    assert world.word == "signing_in", "with a new code"
    assert len(world.google.codes) == 2


def test_what_was_kept_before_still_ends_the_pick_that_it_began() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    world.restart(FORGETFUL)
    world.settle()
    assert world.card.credentials is None
    assert held(world)
    world.pick("b")
    assert not held(world)


def test_a_card_that_cannot_be_written_is_wiped_as_soon_as_it_can() -> None:
    world = with_pictures("a")
    world.card.trouble = Unwritable("read-only")
    world.restart(FORGETFUL)
    world.run_for(600.0)
    assert world.card.credentials is not None
    world.card.trouble = None
    world.run_for(1200.0)
    assert world.card.credentials is None


def test_an_empty_frame_first_says_what_became_of_the_pick_and_then_asks_for_a_sign_in() -> None:
    world = forgetful()
    world.sign_in()
    world.google.choose()
    world.run_until(lambda w: not w.google.sessions)
    assert not held(world)
    assert world.scene.card is not None
    assert world.scene.card.title == words.PICK_EMPTY_TITLE
    world.run_for(picking.OUTCOME_SECONDS + 1)
    assert world.word == "signing_in"


def test_an_empty_frame_respects_a_cancel() -> None:
    world = forgetful()
    world.sign_in()
    world.ask(e.Verb.CANCEL)
    world.run_for(3600.0)
    assert not held(world)
    assert world.scene.card is not None
    assert world.scene.card.title == words.PICK_CANCELLED_TITLE
    assert not isinstance(world.state.signin, signin.Waiting)
    world.ask(e.Verb.PICK)
    assert compose.status_word(world.state) == "signing_in"


@pytest.mark.parametrize("error", [SignInRequired("401"), Unreachable("down")])
def test_a_refusal_in_mid_pick_ends_in_the_same_rest(error: KioskError) -> None:
    world = forgetful("a")
    world.ask(e.Verb.PICK)
    world.sign_in()
    world.google.faults.add(c.DeletePickingSession, error, times=2)
    world.google.choose("b")
    world.run_until(lambda w: "b" in w.card.stored)
    world.run_for(2 * 3600.0)
    if world.google.sessions:
        world.sign_in_again()
        world.run_for(60.0)
        world.pick("c")
    world.run_for(3600.0)
    assert not world.google.sessions
    assert not held(world)


def test_a_disconnect_of_a_frame_that_keeps_nothing_has_nothing_to_withdraw() -> None:
    world = forgetful("a")
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(lambda w: not w.card.stored)
    assert not world.asked(c.Revoke)
    assert world.state.disconnects == 1
    assert world.state.disconnect_error is None


def test_a_disconnect_in_mid_pick_withdraws_what_is_held() -> None:
    world = forgetful("a")
    world.ask(e.Verb.PICK)
    world.sign_in()
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(lambda w: not w.card.stored)
    assert world.asked(c.Revoke)
    assert not world.google.sessions


def test_another_clients_sign_in_is_wiped_too() -> None:
    """The card says nothing of it, and it is wiped all the same."""
    world = World(FORGETFUL)
    world.card.credentials = Credentials(Secret("1//other"), "other", ())
    world.restart()
    world.settle()
    assert world.card.credentials is None
