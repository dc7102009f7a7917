"""A world for the core: the dummies behind queues, on a clock that only the test moves. Nobody sleeps.

`settle` lets every worker answer, `run_until` jumps from deadline to deadline, `restart` cuts the power. After every
single step the laws of tests.core.laws are checked, whatever the test is about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from attrs import evolve

from kiosk.core import commands as c
from kiosk.core import compose, machine
from kiosk.core import events as e
from kiosk.core.model import (
    Client,
    CommandId,
    MachineFacts,
    MediaItemId,
    Moment,
    PickingSessionId,
    Seconds,
    Secret,
    SlideId,
)
from kiosk.core.scene import Scene
from kiosk.core.settings import Settings
from kiosk.core.state import State
from kiosk.errors import DisplayError, KioskError
from tests.core.dummies import Google
from tests.core.dummy_card import Card, Decoder
from tests.core.laws import Broken, Laws

TODAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SETTINGS = Settings(
    client=Client("client.apps.example", Secret("secret")),
    dwell=Seconds(10.0),
    transition=Seconds(1.0),
    seed=b"a seed for the tests",
)
FACTS = MachineFacts("1.2.3", "frame.local", ("192.0.2.7", "2001:db8::7"), free=12_600_000_000)
MOST_ROUNDS = 12
"""Of the settle loop in one step."""
MOST_ANSWERS = 2000
"""Of all workers together while no time passes."""
MOST_WAKES = 4000
"""In an hour: one a second, and some."""
WORKERS = ("disk", "decode", "google", "fetch", "panel")


class World:
    """State, clock, queues and dummies. ``start=False``: the catalog is not opened yet."""

    def __init__(
        self,
        settings: Settings = SETTINGS,
        *,
        card: Card | None = None,
        google: Google | None = None,
        start: bool = True,
    ) -> None:
        self.settings = settings
        self.card = card or Card()
        self.google = google or Google()
        self.decoder = Decoder()
        self.elapsed = 0.0
        self.booted = -1000.0
        self.reached = 0.0
        """The latest deadline that was waited for: floats add up to a hair less."""
        self.skew = timedelta(0)
        self.state: State
        self.queues: dict[str, deque[c.Command]] = {name: deque() for name in WORKERS}
        self.out: dict[CommandId, c.Command] = {}
        """Asked for and not yet answered."""
        self.answering: c.Command | None = None
        self.log: list[tuple[float, c.Command]] = []
        self.shown: list[MediaItemId] = []
        self.painter: set[SlideId] = set()
        self.thumbs: set[CommandId] = set()
        """What the painter has of the strip."""
        self.lost: set[PickingSessionId] = set()
        """Picking sessions that a power cut hid from the frame before the card knew of them."""
        self.lit = True
        """The panel: nothing else turns it on or off."""
        self.lux: float | None = None
        """Of the room, as its sensor says it; None: it says nothing."""
        self.panel_light: float | None = 1.0
        """The share that the panel was told to give; None: it obeys nobody."""
        self.steps = 0
        self.quit = False
        self.laws = Laws()
        self._boot()
        if start:
            self.settle()

    @property
    def now(self) -> Moment:
        return Moment(
            max(self.elapsed - self.booted, self.reached), TODAY + self.skew + timedelta(seconds=self.elapsed)
        )

    @property
    def scene(self) -> Scene:
        return compose.compose(self.state, self.now.monotonic, self.now.utc)

    @property
    def word(self) -> str:
        return compose.status_word(self.state)

    @property
    def current(self) -> MediaItemId | None:
        slide = self.state.show.current
        return slide.items[0].item_id if slide else None

    def feed(self, event: e.Event) -> tuple[c.Command, ...]:
        """One step of the machine, and what it asked for put to the queues."""
        before = self.state
        self.steps += 1
        if isinstance(event, e.SlidePrepared):
            self.painter.add(event.slide.id)
        if isinstance(event, e.ThumbPrepared):
            self.thumbs.add(event.answers)
        self.answering = self.out.pop(event.answers, None)
        with _counted_rounds():
            self.state, commands = machine.step(before, event, self.now)
        for command in commands:
            self._dispatch(command)
        self.laws.check(self, before, event, commands)
        return commands

    def ask(self, verb: e.Verb, **more: object) -> None:
        self.feed(e.Asked(verb=verb, **more))  # type: ignore[arg-type]

    def work(self, worker: str, index: int = 0) -> bool:
        """Let this worker do one command of its queue and hear its answer; False when it has nothing to do."""
        queue = self.queues[worker]
        if not queue:
            return False
        command = queue[index % len(queue)]
        queue.remove(command)
        event = self._perform(command)
        if event is not None:
            self.feed(evolve(event, answers=command.id))
        return True

    def settle(self) -> None:
        """Every worker answers until all queues are empty; no time passes."""
        for _ in range(MOST_ANSWERS):
            if not any(self.work(worker) for worker in WORKERS):
                return
        raise Broken("busy_loop", "the workers never came to rest")

    def advance(self, seconds: float) -> None:
        """Time passes and nothing else; what is due meets a DeadlineReached."""
        self.elapsed += seconds
        if machine.next_deadline(self.state) <= self.now.monotonic:
            self.feed(e.DeadlineReached())

    def run_for(self, seconds: float) -> int:
        """Live through these seconds. -> how often the machine was woken by a deadline"""
        end, wakes = self.elapsed + seconds, 0
        while True:
            self.settle()
            due = machine.next_deadline(self.state) + self.booted
            if due > end:
                self.elapsed = end
                return wakes
            wakes += 1
            if wakes > MOST_WAKES * (1 + seconds / 3600):
                raise Broken("busy_loop", f"{wakes} wake-ups in {seconds} s")
            self._wait(due)

    def run_until(self, predicate: Callable[[World], bool], within: float = 7200.0) -> None:
        """Live until this holds. AssertionError when it does not within so many simulated seconds."""
        end = self.elapsed + within
        while True:
            self.settle()
            if predicate(self):
                return
            due = machine.next_deadline(self.state) + self.booted
            assert due <= end, f"it never came to this; {self.word}: {self.state}"
            self._wait(due)

    def _wait(self, due: float) -> None:
        self.elapsed = max(due, self.elapsed)
        self.reached = machine.next_deadline(self.state)
        self.feed(e.DeadlineReached())

    def restart(self, settings: Settings | None = None) -> None:
        """The power is cut: what was not on the card is gone, and the monotonic clock begins anew."""
        kept = {pick.session_id for pick in self.card.picks if pick.phase is not None}
        self.lost |= {
            choice.id
            for choice in self.google.sessions.values()
            if choice.id not in kept and choice.request_id not in self.card.pick_requests
        }
        self.settings = settings or self.settings
        self.booted, self.reached = self.elapsed - 5.0, 0.0
        for queue in self.queues.values():
            queue.clear()
        self.out.clear()
        self.painter.clear()
        self.thumbs.clear()
        self.laws = Laws()
        self._boot()

    def asked_by(self, command_id: CommandId) -> c.Command | None:
        """The command that an answer names, while it is being answered."""
        return self.answering if self.answering is not None and self.answering.id == command_id else None

    def asked(self, kind: type[c.Command]) -> list[c.Command]:
        """Every command of this kind so far."""
        return [command for _, command in self.log if isinstance(command, kind)]

    def sign_in(self) -> None:
        """The person scans and agrees."""
        self.google.person = "approve"
        before = len(self.google.made)
        self.run_until(lambda w: len(w.google.made) > before)
        self.google.person = "wait"

    def sign_in_again(self) -> None:
        """Somebody asks for it, and agrees."""
        before = self.state.sign_ins
        self.ask(e.Verb.SIGN_IN)
        self.google.person = "approve"
        self.run_until(lambda w: w.state.sign_ins > before)
        self.google.person = "wait"

    def google_will_make(self) -> PickingSessionId:
        """The id of the next picking session, if it is the very next thing that Google makes."""
        return PickingSessionId(f"ps-{self.google.count + 1}")

    def pick(self, *items: str) -> None:
        """The person picks these; returns when they are stored or given up."""
        self.google.choose(*items)
        self.run_until(lambda w: not w.google.sessions and w.current is not None)

    def _boot(self) -> None:
        seed = self.settings.seed + str(self.booted).encode()
        self.state, commands = machine.start(evolve(self.settings, seed=seed), self.now)
        for command in commands:
            self._dispatch(command)

    def _dispatch(self, command: c.Command) -> None:
        self.log.append((self.elapsed, command))
        match command:
            case c.DropSlide(slide=slide):
                self.painter.discard(slide.id)
            case c.Quit():
                self.quit = True
            case c.DropThumb(thumb=thumb):
                self.thumbs.discard(thumb)
            case c.PrepareSlide() | c.PrepareThumb() | c.LookUpFacts():
                self._queue("decode", command)
            case c.FetchRendition():
                self._queue("fetch", command)
            case c.SetPanel() | c.SetLight() | c.ReadLight():
                self._queue("panel", command)
            case c.MarkShown(item_ids=ids):
                self.shown.extend(ids)
                self.queues["disk"].append(command)
            case c.SaveMeasure():
                self.queues["disk"].append(command)
            case _:
                self._queue("google" if isinstance(command, c.GoogleCommand) else "disk", command)

    def _queue(self, worker: str, command: c.Command) -> None:
        self.out[command.id] = command
        self.queues[worker].append(command)

    def _perform(self, command: c.Command) -> e.Event | None:
        moment = evolve(self.now, monotonic=self.elapsed)
        if isinstance(command, c.SetPanel):
            self.lit = command.on
            return e.PanelSet(on=command.on, methods=("kms",))
        if isinstance(command, c.ReadLight):
            return e.LightRead(lux=self.lux)
        if isinstance(command, c.SetLight):
            if self.panel_light is None:
                return e.Failed(command=command, error=DisplayError("it says yes and does nothing"))
            self.panel_light = command.share
            return e.LightSet()
        if isinstance(command, c.LookUpFacts):
            return e.FactsFound(facts=FACTS)
        try:
            if isinstance(command, (c.PrepareSlide, c.PrepareThumb)):
                return self.decoder.perform(command, self.card)
            if isinstance(command, (c.GoogleCommand, c.FetchRendition)):
                return self.google.perform(command, moment)
            return self.card.perform(command, moment)
        except KioskError as error:
            return e.Failed(command=command, error=error)


class _counted_rounds:  # noqa: N801  reads as a function
    """The law that one step settles: counts the rounds of machine's loop and ends an endless one."""

    def __enter__(self) -> None:
        self._real = machine._tick
        self._rounds = 0
        machine._tick = self._tick

    def __exit__(self, *_: object) -> None:
        machine._tick = self._real

    def _tick(self, state: State, turn: object) -> State:
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            raise Broken("settles", "the step does not come to rest")
        return self._real(state, turn)  # type: ignore[arg-type]


def with_pictures(*names: str, settings: Settings = SETTINGS, google: Google | None = None) -> World:
    """A frame that was signed in once, has picked these and shows them."""
    world = World(settings, google=google)
    world.sign_in()
    world.pick(*names)
    return world
