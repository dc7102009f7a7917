"""The whole machine in any weather: random faults, verbs, clock jumps, power cuts and answers in any order.

The laws (tests/core/laws.py) are checked after every step. At the end of each example the weather clears, the person
helps, and everything must have healed: pictures on the screen, no picking session left at Google, nothing still to do.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.core import access, compose, downloads, machine, picking, signin
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.focus import CENTRE, Measure
from kiosk.core.hours import Span
from kiosk.core.model import CommandId, MediaItemId, Seconds, Secret, Size
from kiosk.core.settings import Light, PickMode, SleepHours
from kiosk.core.shade import WHITE
from kiosk.core.sun import Place
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
    Unreadable,
    Unwritable,
)
from tests.conftest import RUN_ALL
from tests.core.dummies import Google
from tests.core.dummy_card import card_error
from tests.core.world import SETTINGS, TODAY, WORKERS, World

NETWORK: tuple[KioskError, ...] = (
    Unreachable("no answer"),
    Busy("503"),
    Busy("429", 40.0, quota=True),
    Unexpected("an odd answer"),
    SignInRequired("401"),
    Gone("404"),
    *(Refused(reason) for reason in Reason),
)
GOOGLE = (
    c.RequestDeviceCode,
    c.PollToken,
    c.ExchangeCode,
    c.RefreshAccessToken,
    c.Revoke,
    c.CreatePickingSession,
    c.GetPickingSession,
    c.ListMediaItems,
    c.DeletePickingSession,
    c.FetchRendition,
)
DISK = (
    c.OpenCatalog,
    c.SaveCredentials,
    c.SaveAttempt,
    c.SavePick,
    c.ForgetPick,
    c.SavePickRequest,
    c.ForgetPickRequest,
    c.AddItems,
    c.StoreRendition,
    c.ReplacePicks,
    c.GiveUp,
    c.MakeRoom,
    c.DrawSlides,
    c.HideItems,
    c.SetAside,
    c.WipeEverything,
)
CARD: tuple[KioskError, ...] = (DiskFull("full"), Unwritable("read-only"), card_error())
BEGINS = ("off", "new", "signed in", "with pictures", "with pictures")
WAITS = (0.0, 0.3, 1.0, 5.3, 11.0, 30.0, 61.0, 900.0)
SLEEPS = (
    SleepHours(),
    SleepHours(),
    SleepHours((Span(frozenset(range(7)), time(12, 5), time(12, 40)),)),
    SleepHours((Span(frozenset({0, 1, 2}), time(22), time(13)),)),
)
"""The storms begin on a Monday at 12:00."""
LIGHTS = (
    Light(),
    Light(),
    # The sun sets there while the storm is on. A sensor is asked every five seconds, which takes a test its time.
    Light(place=Place(0.0, 87.0), sensor=RUN_ALL, panel=True),
)
NAMES = tuple(f"item-{number:02}" for number in range(14))
UPRIGHT: tuple[frozenset[str], ...] = (frozenset(), frozenset(NAMES[::2]), frozenset(NAMES))
SCREENS = (Size(1920, 1080), Size(800, 480), Size(1080, 1920), Size(1000, 1000))
NEVER_HIDDEN = ("calm-1", "calm-2", "calm-3")
IN_THE_MENU = (
    e.Verb.MENU,
    e.Verb.OK,
    e.Verb.OK,
    e.Verb.DOWN,
    e.Verb.DOWN,
    e.Verb.UP,
    e.Verb.CANCEL,
    e.Verb.INFO,
)
IN_A_HURRY = (e.Verb.NEXT, e.Verb.PREVIOUS, e.Verb.HIDE, e.Verb.HIDE, e.Verb.CANCEL)


class Storm(RuleBasedStateMachine):
    world: World

    @initialize(
        mode=st.sampled_from(PickMode),
        transition=st.sampled_from((0.0, 1.0)),
        begins=st.sampled_from(BEGINS),
        page_size=st.sampled_from((2, 5, 100)),
        keep=st.sampled_from((True, True, False)),
        sleeps=st.sampled_from(SLEEPS),
        light=st.sampled_from(LIGHTS),
        ahead=st.sampled_from((1, 3)),
        upright=st.sampled_from(UPRIGHT),
    )
    def boot(
        self,
        mode: PickMode,
        transition: float,
        begins: str,
        page_size: int,
        keep: bool,
        sleeps: SleepHours,
        light: Light,
        ahead: int,
        upright: frozenset[str],
    ) -> None:
        settings = evolve(
            SETTINGS,
            mode=mode,
            transition=Seconds(transition),
            dwell=Seconds(240.0),
            keep_signed_in=keep,
            sleep=sleeps,
            light=light,
            ahead=ahead,
            marks=True,
        )
        google = Google(interval=10.0, poll_interval=30.0, page_size=page_size, upright=upright)
        self.world = World(settings, google=google, start=begins != "off")
        if begins in ("signed in", "with pictures"):
            self.world.sign_in()
        if begins == "with pictures":
            self.world.pick(*NAMES[:4])

    @rule(person=st.sampled_from(("wait", "approve", "approve", "deny", "untick", "hurried")))
    def person_decides(self, person: str) -> None:
        self.world.google.person = person

    @precondition(lambda self: self.world.google.sessions)
    @rule(items=st.lists(st.sampled_from(NAMES), max_size=8))
    def person_picks(self, items: list[str]) -> None:
        self.world.google.choose(*items)

    @rule(verb=st.sampled_from([verb for verb in e.Verb if verb is not e.Verb.SIGN_OUT]))
    def person_presses(self, verb: e.Verb) -> None:
        self.world.ask(verb)

    @rule(
        verb=st.sampled_from(IN_A_HURRY),
        which=st.sampled_from((None, None, *e.Which)),
        key=st.booleans(),
        times=st.integers(1, 4),
    )
    def person_presses_again_and_again(
        self, verb: e.Verb, which: e.Which | None, key: bool, times: int
    ) -> None:
        for _ in range(times):
            self.world.ask(verb, which=which, key=key)

    @rule(verbs=st.lists(st.sampled_from(IN_THE_MENU), min_size=1, max_size=8))
    def person_works_the_menu(self, verbs: list[e.Verb]) -> None:
        for verb in verbs:
            self.world.ask(verb, key=True)

    @rule(gesture=st.sampled_from(e.Gesture), entry=st.sampled_from((None, *e.Entry)))
    def person_touches(self, gesture: e.Gesture, entry: e.Entry | None) -> None:
        self.world.feed(e.Touched(gesture=gesture, entry=entry))

    @rule(confirmed=st.booleans())
    def person_disconnects(self, confirmed: bool) -> None:
        self.world.ask(e.Verb.SIGN_OUT, confirmed=confirmed)

    @rule()
    def person_takes_the_second_road(self) -> None:
        self.world.ask(
            e.Verb.SIGN_IN, code=Secret("4/code"), verifier=Secret("v"), redirect_uri="http://[::1]:1/"
        )

    @rule(worker=st.sampled_from(WORKERS), times=st.integers(1, 6), index=st.integers(0, 3))
    def worker_answers(self, worker: str, times: int, index: int) -> None:
        for _ in range(times):
            self.world.work(worker, index if worker == "fetch" else 0)

    @rule()
    def all_answer(self) -> None:
        self.world.settle()

    @rule(seconds=st.sampled_from(WAITS))
    def time_passes(self, seconds: float) -> None:
        self.world.advance(seconds)

    @rule(seconds=st.sampled_from((30.0, 600.0, 4000.0)))
    def life_goes_on(self, seconds: float) -> None:
        self.world.run_for(seconds)

    @rule(year=st.sampled_from((1970, 2025, 2026)))
    def wall_clock_jumps(self, year: int) -> None:
        self.world.skew = datetime(year, 6, 1, tzinfo=UTC) - TODAY

    @rule(
        kind=st.sampled_from(GOOGLE),
        error=st.sampled_from(NETWORK),
        times=st.sampled_from((1, 1, 2, 9)),
        after=st.booleans(),
    )
    def google_fails(self, kind: type[c.Command], error: KioskError, times: int, after: bool) -> None:
        lost = after and isinstance(error, (Unreachable, Busy, Unexpected))
        lost = lost and not (isinstance(error, Busy) and error.quota)
        if kind is c.DeletePickingSession and isinstance(error, Gone):
            return  # a Google that denies a picking session which it goes on to keep
        self.world.google.faults.add(kind, error, times, after=lost)

    @rule(times=st.integers(1, 3))
    def bytes_are_unreadable(self, times: int) -> None:
        self.world.google.faults.add(c.FetchRendition, Unreadable("not a picture"), times)

    @rule(kind=st.sampled_from(DISK), error=st.sampled_from(CARD), times=st.integers(1, 3))
    def card_fails(self, kind: type[c.Command], error: KioskError, times: int) -> None:
        self.world.card.faults.add(kind, error, times)

    @rule(error=st.sampled_from((None, Unwritable("read-only"), DiskFull("full"))))
    def card_is_read_only(self, error: Unwritable | DiskFull | None) -> None:
        self.world.card.trouble = error

    @rule(room=st.sampled_from((3, 10, 10**9)))
    def card_has_room(self, room: int) -> None:
        self.world.card.room = room

    @precondition(lambda self: self.world.card.stored)
    @rule(index=st.integers(0, 13))
    def file_rots(self, index: int) -> None:
        stored = sorted(self.world.card.stored)
        self.world.card.damaged.add(stored[index % len(stored)])

    @rule(times=st.integers(1, 3))
    def decoder_fails(self, times: int) -> None:
        self.world.decoder.faults.add(c.PrepareSlide, Unwritable("EIO"), times)

    @rule(screen=st.sampled_from(SCREENS))
    def screen_turns(self, screen: Size) -> None:
        self.world.feed(e.ScreenResized(screen=screen))

    @rule()
    def screen_goes(self) -> None:
        self.world.feed(e.ScreenLost())

    @rule(name=st.sampled_from(NAMES))
    def picture_is_measured_late(self, name: str) -> None:
        measure = Measure(CENTRE, (200, 100, 50))
        self.world.feed(e.Measured(item_id=MediaItemId(name), measure=measure))

    @rule(what=st.sampled_from(("base_urls", "access_tokens", "everything")))
    def google_forgets(self, what: str) -> None:
        google = self.world.google
        match what:
            case "base_urls":
                google.expire_base_urls()
            case "access_tokens":
                google.expire_access_tokens()
            case _:
                google.revoke()

    @rule(error=st.sampled_from(NETWORK), kind=st.sampled_from(GOOGLE + DISK))
    def stale_answer_arrives(self, error: KioskError, kind: type[c.Command]) -> None:
        """The answer to a command that nobody waits for any more changes nothing."""
        world = self.world
        old = [command for _, command in world.log if type(command) is kind and command.id not in world.out]
        due = machine.next_deadline(world.state) <= world.now.monotonic
        if old and not due and not self.repeated(old[-1]):
            world.feed(e.DeadlineReached())  # whatever follows from a clock that was set
            before = world.state
            world.feed(e.Failed(answers=CommandId(10**6), command=old[-1], error=error))
            after = evolve(world.state, last_error=before.last_error, next_id=before.next_id)
            assert evolve(after, access=before.access) == before

    def repeated(self, command: c.Command) -> bool:
        """Its failure is acted on whoever asked: the card is looked at again, a 401 renews the access token."""
        return isinstance(command, (c.OpenCatalog, c.SetAside, c.Authorised))

    @rule()
    def power_is_cut(self) -> None:
        self.world.restart()

    @rule()
    def owner_keeps_no_sign_in_any_more(self) -> None:
        self.world.restart(evolve(self.world.settings, keep_signed_in=False))

    @invariant()
    def the_screen_says_something(self) -> None:
        scene = self.world.scene
        assert scene.dark is (self.world.word == "asleep")
        assert scene.dark or scene.current is not None or scene.card is not None
        assert all(0 < part <= 255 for part in scene.light)
        assert self.world.settings.light or scene.light == WHITE
        assert 0.0 <= scene.progress <= 1.0
        assert compose.next_change(self.world.state, self.world.now.monotonic) > self.world.now.monotonic

    def teardown(self) -> None:
        if hasattr(self, "world"):
            heal(self.world)


def heal(world: World) -> None:
    """The weather clears and the person helps: within hours all is as it should be."""
    google, card = world.google, world.card
    google.faults.clear()
    card.faults.clear()
    world.decoder.faults.clear()
    card.trouble, card.room, google.person = None, 10**9, "approve"
    world.skew = TODAY - TODAY
    google.poll_interval = 60.0
    world.feed(e.ScreenResized(screen=world.state.settings.screen))
    world.ask(e.Verb.RESUME)
    world.run_for(1000.0)
    for _ in range(4):
        _person_helps(world)
    world.run_for(2 * 3600.0)
    assert access.signed_in(world.state.access) is world.settings.keep_signed_in
    assert isinstance(world.state.signin, signin.Off)
    assert isinstance(world.state.picking.phase, picking.Idle)
    assert set(google.sessions) <= world.lost, "picking sessions stay behind at Google"
    assert picking.over(world.state.picking)
    assert not world.state.picking.made
    assert not card.pick_requests
    assert downloads.idle(world.state.downloads)
    assert world.lit is (world.word != "asleep")
    if world.word == "asleep":
        world.ask(e.Verb.WAKE)
        world.run_for(1.0)
    assert card.stored
    assert world.state.counts == card.counts()
    assert world.word == "showing"
    assert not card.attempt
    assert card.credentials == world.state.access.credentials
    assert all(pick.phase is None for pick in card.picks)
    assert not world.state.writes.kept
    assert not world.out
    # One may fall on the very moment at which this ends; that none is overdue after a step is a law.
    assert machine.next_deadline(world.state) >= world.now.monotonic


def _person_helps(world: World) -> None:
    """Picks where something is to be picked, signs in where that is asked for, and picks once more at the end."""
    world.ask(e.Verb.CANCEL)
    if not access.signed_in(world.state.access):
        world.ask(e.Verb.SIGN_IN)
    elif isinstance(world.state.picking.phase, picking.Idle):
        world.ask(e.Verb.PICK)
    world.run_for(100.0)
    for choice in world.google.sessions.values():
        choice.items = choice.items or NEVER_HIDDEN
    world.run_for(400.0)


TestStorm = pytest.mark.timeout(900)(Storm.TestCase)
TestStorm.settings = settings(
    max_examples=400 if RUN_ALL else 25, stateful_step_count=60 if RUN_ALL else 40, deadline=None
)
