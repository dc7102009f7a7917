"""Each law has failed once: the bug is put into the core, and the law of that name sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from types import ModuleType
from typing import Any

import pytest
from attrs import evolve

from kiosk.core import (
    access,
    ahead,
    arrivals,
    choosing,
    consequences,
    creating,
    deletions,
    downloads,
    menu,
    phases,
    picking,
    signin,
    sleeping,
    slideshow,
)
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.hours import Span
from kiosk.core.model import NEVER, AccessToken, Deadline, DeviceCode, Moment, Secret, Size, Slide
from kiosk.core.settings import SleepHours
from kiosk.core.state import State
from kiosk.core.turn import Turn
from kiosk.errors import Gone, Unreachable
from tests.core.dummies import Google
from tests.core.laws import LAWS, Broken
from tests.core.test_downloads import fetching, picked
from tests.core.test_slideshow import frame
from tests.core.world import SETTINGS, World, with_pictures

Bug = tuple[ModuleType | type, str, Any]


def _blank_after_a_network_fault(show: slideshow.Show, event: e.Event, turn: Turn) -> slideshow.Show:
    if isinstance(event, e.Failed) and isinstance(event.error, Unreachable):
        return slideshow.clear(show, turn)
    return REAL_SHOW(show, event, turn)


REAL_SHOW = slideshow.handle


def never_blank() -> tuple[Bug, Callable[[], object]]:
    def live() -> None:
        world = with_pictures("a")
        world.google.faults.add(c.CreatePickingSession, Unreachable("down"))
        world.ask(e.Verb.PICK)
        world.settle()

    return (slideshow, "handle", _blank_after_a_network_fault), live


def code_poll_pace() -> tuple[Bug, Callable[[], object]]:
    """slow_down is taken for a fault: the interval stays as it was."""
    return (signin, "SLOWER", 0.0), lambda: World(google=Google(person="hurried")).run_for(60.0)


def pick_poll_pace() -> tuple[Bug, Callable[[], object]]:
    def live() -> None:
        world = World(google=Google(poll_interval=30.0))
        world.sign_in()
        world.run_for(100.0)

    return (choosing, "pace", lambda _: 5.0), live


def one_at_a_time() -> tuple[Bug, Callable[[], object]]:
    """The gate forgets that it has asked for a new access token already."""

    def live() -> None:
        world = with_pictures("a")
        world.run_for(2 * 3600.0)
        world.ask(e.Verb.PICK)
        world.work("disk")
        for _ in range(3):
            world.feed(e.DeadlineReached())
        world.settle()

    def forgetful(
        gate: access.Access, event: e.Event, turn: Turn
    ) -> tuple[access.Access, tuple[e.Event, ...]]:
        gate, events = real(gate, event, turn)
        return evolve(gate, refreshing=None), events

    real = access.handle
    return (access, "handle", forgetful), live


def few_fetches() -> tuple[Bug, Callable[[], object]]:
    return (downloads, "AT_ONCE", 9), lambda: fetching(picked(*"abcdefghijk"))


def sessions_known() -> tuple[Bug, Callable[[], object]]:
    """A cancel forgets the picking session."""

    def live() -> None:
        world = World()
        world.sign_in()
        world.settle()
        world.ask(e.Verb.CANCEL)

    return (picking, "cancel", lambda part, _: evolve(part, phase=picking.Idle())), live


def request_first() -> tuple[Bug, Callable[[], object]]:
    """The card hears of the request id after Google."""

    def live() -> None:
        world = World()
        world.sign_in()

    def hasty(phase: phases.Creating, turn: Turn, *, others: bool, asking: bool) -> phases.Creating:
        if not phase.kept:
            turn.issue(c.SavePickRequest(request_id=phase.request_id))
        return real(evolve(phase, kept=True), turn, others=others, asking=asking)

    real = creating.tick
    return (creating, "tick", hasty), live


def nothing_secret_kept() -> tuple[Bug, Callable[[], object]]:
    """The device code goes to the card whatever the setting says."""

    def live() -> None:
        world = World(evolve(SETTINGS, keep_signed_in=False))
        world.sign_in()
        world.pick("a")

    def careless(part: signin.Requesting, code: DeviceCode, turn: Turn) -> signin.SignIn:
        waiting = real(part, code, turn)
        assert isinstance(waiting, signin.Waiting)
        turn.issue(c.SaveAttempt(attempt=waiting.attempt))
        return waiting

    real = signin._issued
    return (signin, "_issued", careless), live


def codes_not_in_a_loop() -> tuple[Bug, Callable[[], object]]:
    def live() -> None:
        world = World()
        world.google.faults.add(c.PollToken, Gone("expired_token"), times=None)
        world.run_for(100.0)

    return (signin, "_over", lambda part, turn, eager: signin.begin(turn)), live


def bearers_granted() -> tuple[Bug, Callable[[], object]]:
    """The gate lets everything pass, with whatever it has."""

    def open_gate(
        gate: access.Access, commands: list[c.Command], now: Moment
    ) -> tuple[access.Access, tuple[c.Command, ...]]:
        token = AccessToken(Secret("ya29.stale"), Deadline(0.0))
        return gate, tuple(
            evolve(each, bearer=token) if isinstance(each, c.Authorised) else each for each in commands
        )

    def live() -> None:
        world = World()
        world.google.person = "approve"
        world.run_for(60.0)

    return (access, "admit", open_gate), live


def deadline_ahead() -> tuple[Bug, Callable[[], object]]:
    """What became of a pick is said for ever."""

    def live() -> None:
        world = World(google=Google(timeout_in=0.0))
        world.sign_in()
        world.run_for(100.0)

    def deaf(part: picking.Picking, turn: Turn) -> picking.Picking:
        return part if isinstance(part.phase, picking.Idle) else real(part, turn)

    real = picking.tick
    return (picking, "tick", deaf), live


def nothing_grows() -> tuple[Bug, Callable[[], object]]:
    def live() -> None:
        world = frame("a", "b", "c")
        for _ in range(60):
            world.ask(e.Verb.NEXT)
            world.run_for(1.5)

    real = slideshow._shown

    def hoarding(show: slideshow.Show, turn: Turn, **more: Any) -> slideshow.Show:
        shown = real(show, turn, **more)
        return evolve(shown, history=(*show.history, show.current.items if show.current else ()))

    return (slideshow, "_shown", hoarding), live


def pixels_accounted() -> tuple[Bug, Callable[[], object]]:
    """What was prepared is forgotten and its pixels stay."""

    def live() -> None:
        world = frame("a", "b", "c")
        world.feed(e.ScreenResized(screen=world.settings.screen))

    def leaking(show: slideshow.Show, turn: Turn, *, keep: bool) -> slideshow.Show:
        return evolve(show, ready=(), coming=None, preparing=None)

    return (ahead, "drop", leaking), live


def thumbs_accounted() -> tuple[Bug, Callable[[], object]]:
    """The strip goes, and its thumbnails stay with the painter."""

    def live() -> None:
        with_pictures("a", "b", "c").run_for(120.0)

    def leaking(part: arrivals.Arrivals, turn: Turn) -> arrivals.Arrivals:
        return arrivals.Arrivals()

    return (arrivals, "stop", leaking), live


def marks_are_shown() -> tuple[Bug, Callable[[], object]]:
    """The playlist advances when a slide is prepared, not when it was shown."""
    real = ahead.prepared

    def early(show: slideshow.Show, slide: Slide, turn: Turn) -> slideshow.Show:
        turn.issue(c.MarkShown(item_ids=tuple(item.item_id for item in slide.items)))
        return real(show, slide, turn)

    return (ahead, "prepared", early), lambda: frame("a", "b")


def settles() -> tuple[Bug, Callable[[], object]]:
    """A retry without a pause: the step asks for ever."""

    def live() -> None:
        world = World()
        world.sign_in()
        world.settle()
        world.google.revoke()
        world.run_for(60.0)

    def restless(gate: access.Access, turn: Turn) -> tuple[access.Access, tuple[e.Event, ...]]:
        return evolve(gate, failures=gate.failures + 1), ()

    return (access, "tick", restless), live


def busy_loop() -> tuple[Bug, Callable[[], object]]:
    """A card that cannot be written: the damaged picture is drawn again at once, for ever."""

    def live() -> None:
        world = frame("a", "b")
        world.card.damaged |= set(world.card.stored)
        world.card.faults.add(c.SetAside, Unreachable("x"), times=None)
        world.restart()
        world.run_for(60.0)

    real = slideshow.handle

    def hasty(show: slideshow.Show, event: e.Event, turn: Turn) -> slideshow.Show:
        if isinstance(event, e.Failed) and isinstance(event.command, c.SetAside):
            return show
        return real(show, event, turn)

    return (slideshow, "handle", hasty), live


def dark_in_sleep_hours() -> tuple[Bug, Callable[[], object]]:
    """A restart lights the frame."""

    def live() -> None:
        always = SleepHours((Span(frozenset(range(7)), time(0), time(0)),))
        world = frame("a", "b", settings=evolve(SETTINGS, sleep=always))
        world.restart()
        world.settle()

    return (sleeping, "_look", lambda sleep, _: evolve(sleep, look_at=NEVER)), live


def _fits_in_the_dark(state: State, turn: Turn) -> State:
    turn.unseen = False
    return evolve(state, show=slideshow.resize(state.show, turn))


def nothing_decoded_in_the_dark() -> tuple[Bug, Callable[[], object]]:
    """Another panel is plugged in at night."""

    def live() -> None:
        world = frame("a", "b")
        world.ask(e.Verb.SLEEP)
        world.feed(e.ScreenResized(screen=Size(800, 480)))

    return (sleeping, "resized", _fits_in_the_dark), live


def picture_stays_under_the_menu() -> tuple[Bug, Callable[[], object]]:
    """The menu forgets to hold the show."""

    def live() -> None:
        world = frame("a", "b", "c")
        world.ask(e.Verb.MENU, key=True)
        world.run_for(25.0)

    return (
        menu,
        "_stay",
        lambda state, opened, turn: evolve(state, menu=evolve(opened, until=turn.now.after(60))),
    ), live


def ok_does_what_is_told() -> tuple[Bug, Callable[[], object]]:
    """Signed out in the middle of a pick: the badge says "press OK", and nothing there asks for a sign-in."""

    def live() -> None:
        world = with_pictures("a", settings=evolve(SETTINGS, keep_signed_in=False))
        world.ask(e.Verb.PICK)
        world.sign_in()
        world.restart()
        world.run_for(60.0)

    return (menu, "signs_in_first", lambda _: False), live


SEEDED = (
    never_blank,
    code_poll_pace,
    pick_poll_pace,
    one_at_a_time,
    few_fetches,
    sessions_known,
    request_first,
    nothing_secret_kept,
    codes_not_in_a_loop,
    bearers_granted,
    deadline_ahead,
    nothing_grows,
    pixels_accounted,
    thumbs_accounted,
    marks_are_shown,
    dark_in_sleep_hours,
    nothing_decoded_in_the_dark,
    picture_stays_under_the_menu,
    ok_does_what_is_told,
    settles,
    busy_loop,
)


@pytest.mark.parametrize("seeded", SEEDED, ids=lambda seeded: seeded.__name__)
def test_a_seeded_bug_breaks_its_law_and_the_law_holds_without_it(
    seeded: Callable[[], tuple[Bug, Callable[[], object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (where, name, bug), live = seeded()
    live()
    monkeypatch.setattr(where, name, bug)
    with pytest.raises(Broken) as caught:
        live()
    assert caught.value.law == seeded.__name__


def test_every_law_has_its_seeded_bug() -> None:
    assert {law.__name__ for law in LAWS} <= {seeded.__name__ for seeded in SEEDED}


# More ways to lose a picking session. ---------------------------------------------------------------------------------


def _an_unsure_creation_is_forgotten(
    phase: phases.Creating, doubts: tuple[picking.Doubt, ...], turn: Turn
) -> tuple[picking.Doubt, ...]:
    turn.issue(c.ForgetPickRequest(request_id=phase.request_id))
    return doubts


def test_a_creation_whose_lost_answer_is_forgotten_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "give_up", _an_unsure_creation_is_forgotten)
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, Unreachable("reset"), after=True)
    world.ask(e.Verb.PICK)
    world.settle()
    with pytest.raises(Broken, match="sessions_known"):
        world.ask(e.Verb.CANCEL)


def test_an_access_that_is_held_after_its_pick_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consequences, "_forget_access", lambda state: state)
    world = World(evolve(SETTINGS, keep_signed_in=False))
    world.sign_in()
    with pytest.raises(Broken, match="nothing_secret_kept"):
        world.pick("a")


def _deletions_are_lost_when_they_fail(
    part: deletions.Deletions, event: e.Event, turn: Turn
) -> deletions.Deletions:
    return tuple(each for each in part if each.command != event.answers)


def test_a_deletion_that_is_lost_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletions, "answered", _deletions_are_lost_when_they_fail)
    world = World()
    world.sign_in()
    world.settle()
    world.google.faults.add(c.DeletePickingSession, Unreachable("down"))
    world.ask(e.Verb.CANCEL)
    with pytest.raises(Broken, match="sessions_known"):
        world.settle()


def test_a_replaced_session_that_is_not_ended_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def overwriting(part: picking.Picking, turn: Turn, request_id: Any = None) -> picking.Picking:
        return evolve(part, phase=picking.Creating(request_id or turn.fresh_request_id()))

    monkeypatch.setattr(picking, "begin", overwriting)
    world = World()
    world.sign_in()
    world.settle()
    world.ask(e.Verb.SIGN_IN)
    world.google.person = "approve"
    with pytest.raises(Broken, match="sessions_known"):
        world.run_for(60.0)


def test_a_disconnect_that_does_not_wait_leaves_a_session_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picking, "over", lambda _: True)
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.work("disk")
    world.ask(e.Verb.SIGN_OUT)
    world.run_for(60.0)
    assert world.google.sessions
