"""The real kiosk in one process on a clock that the test moves: the real loop, machine, threads, card and HTTP.

Only two things stand in: the clock, and a screen without pixels that checks what it is told to show. Nobody sleeps.
Time passes in `rooms.SteeredInbox.drain`, and only when no room has anything left to answer: an hour of back-off takes
as long as its requests, and every run is the same.
"""

from __future__ import annotations

import gc
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from kiosk.app.loop import Ending, Kiosk
from kiosk.app.status import status
from kiosk.core import events as e
from kiosk.core.commands import Command
from kiosk.core.model import Client, Seconds, Secret, Size, Slide, StoredItem
from kiosk.core.scene import Scene
from kiosk.core.settings import PickMode, Settings, Style
from kiosk.core.state import State
from kiosk.demo import DemoGoogle, DemoSettings, plain_library
from kiosk.display import Painter, PreparedSlide, PreparedThumb, Screen, Source, prepare, prepare_thumb
from kiosk.google.client import GoogleClient
from kiosk.storage import Storage
from kiosk.system.clock import ManualClock
from kiosk.system.notify import Notifier
from tests.decoding import shared_decoder
from tests.faults.glass import TRANSITION, Glass, Heard
from tests.faults.rooms import IN_A_HURRY, CountedWorkers, Hurry, Signpost, SteeredClient, SteeredInbox

SETTINGS = DemoSettings(device_interval=5.0, device_expires_in=7200.0, poll_interval="5s", timeout_in=7200.0)


class SteeredKiosk(Kiosk):
    """The real loop, one turn at a time."""

    def begin(self, screen: Screen, painter: Painter) -> None:
        self._ending = Ending.QUIT  # so that `run` prepares everything and comes back
        self.run(screen, painter)
        self._ending = None

    def turn(self) -> None:
        self._turn()

    def take(self, event: e.Event) -> None:
        self._take(event, self._clock.now())

    @property
    def ended(self) -> bool:
        return self._ending is not None


@frozen
class Since:
    """A place in what was asked, logged and shown, to count from."""

    asked: int
    lines: int
    turns: int
    at: float


class Rig:
    """One frame and its Google."""

    glass_of: type[Glass] = Glass
    """What it is seen through; its ``dwell`` is the slideshow's."""
    mode = PickMode.ADD

    def __init__(
        self,
        folder: Path,
        *,
        items: int = 12,
        settings: DemoSettings = SETTINGS,
        hurry: Hurry = IN_A_HURRY,
        seed: int = 0,
        absent: bool = False,
    ) -> None:
        """``absent``: Google is not there yet when the program begins."""
        self.clock = ManualClock()
        self._slept = 0.0
        self.folder = folder
        self.google = DemoGoogle(
            plain_library(items, (160, 120)),
            settings,
            clock=lambda: self.clock.now().monotonic + self._slept,
            wall=lambda: self.clock.now().utc,
        ).start()
        self.url = self.google.url
        if absent:
            self.google.stop()
        self.signpost = Signpost()
        self.glass = self.glass_of(self.clock)
        self.heard = Heard(self.clock)
        self.asked: list[tuple[float, Command]] = []
        self._clients: list[GoogleClient] = []
        self._seed = seed
        self._hurry = hurry
        self._open = False
        logging.getLogger("kiosk").addHandler(self.heard)
        self.start()

    def start(self) -> None:
        """The program begins, on whatever is on the card."""
        for name in ("state", "cache"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._storage = Storage(
            self.folder / "state",
            self.folder / "cache",
            cache_max_mb=100,
            keep_free_mb=0,
            client_id=self.google.settings.client_id,
            monotonic=lambda: self.clock.now().monotonic,
            rng=random.Random(self._seed),
            decoder=shared_decoder(),
        )
        self.inbox = SteeredInbox(self.clock)
        self._workers = CountedWorkers(
            self._storage, self._new_client, self._prepare, self.inbox.put, self._thumb
        )
        self._workers.asked, self._workers.inbox, self._workers.clock = self.asked, self.inbox, self.clock
        google = self.google.settings
        self._kiosk = SteeredKiosk(
            settings=Settings(
                client=Client(google.client_id, Secret(google.client_secret)),
                mode=self.mode,
                dwell=Seconds(self.glass.dwell),
                transition=Seconds(TRANSITION),
                seed=self._seed.to_bytes(4, "big"),
            ),
            clock=self.clock,
            inbox=self.inbox,
            workers=self._workers,
            notifier=Notifier({}),
            config_file=self.folder / "config.toml",
            config_seen=None,
            started=self.clock.now().monotonic,
        )
        self._workers.start_disk()
        self._kiosk.open_catalog()
        self.glass.fading = lambda: self.state.show.fading_since is not None
        self._kiosk.begin(cast(Screen, self.glass), cast(Painter, self.glass))
        self._open = True

    def halt(self) -> None:
        """The program ends; the card stays."""
        if not self._open:
            return
        self._open = False
        self.glass.showing = False
        self._workers.stop()
        self._storage.close()
        for client in self._clients:
            client.close()
        self._clients.clear()
        self.glass.held.clear()
        self.glass.scene = Scene()
        gc.unfreeze()  # the loop freezes what is there at its first picture, the test runner included

    def close(self) -> None:
        self.calm()
        self.halt()
        self.google.stop()
        logging.getLogger("kiosk").removeHandler(self.heard)

    def _new_client(self) -> GoogleClient:
        client = SteeredClient(self.url, self.signpost, self._hurry)
        self._clients.append(client)
        return client

    def _prepare(self, slide: Slide, screen: Size, style: Style) -> PreparedSlide:
        with ExitStack() as files:
            sources = [
                Source(self._storage.path_of(item), file=files.enter_context(self._storage.picture(item)))
                for item in slide.items
            ]
            return prepare(sources, screen, style)

    def _thumb(self, item: StoredItem, side: int) -> PreparedThumb:
        with self._storage.picture(item) as file:
            return prepare_thumb(self._storage.path_of(item), side, item.measure, file=file)

    # What is.

    @property
    def state(self) -> State:
        return self._kiosk.state

    @property
    def now(self) -> float:
        return self.clock.now().monotonic

    def status(self) -> dict[str, Any]:
        return status(self.state, now=self.now, flips=self.glass.flips, uptime_seconds=0.0)

    def mark(self) -> Since:
        return Since(len(self.asked), len(self.heard.lines), len(self.glass.turns), self.now)

    def requests(self, since: Since, *kinds: type[Command]) -> int:
        return sum(isinstance(command, kinds) for _, command in self.asked[since.asked :])

    def lines(self, since: Since) -> list[str]:
        return [line for _, line in self.heard.lines[since.lines :]]

    def slides(self, since: Since) -> int:
        return len(self.glass.turns) - since.turns

    # What happens.

    def run(self, seconds: float) -> None:
        """Time passes."""
        self.until(lambda: False, seconds, or_fail=False)

    def until(self, condition: Callable[[], object], within: float, *, or_fail: bool = True) -> None:
        """Turn until the condition holds; ``within`` seconds of the frame's own clock."""
        self.inbox.until = self.now + within
        while not condition():
            if self.now >= self.inbox.until and not (self.inbox.owed and self.inbox.patient):
                if or_fail:
                    raise AssertionError(f"in vain for {within} s: {self.status()}\n{self.state.picking}")
                break
            self._kiosk.turn()
            assert not self.heard.faults, self.heard.faults
        self.inbox.until = float("inf")

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Time goes on although Google does not answer."""
        self.inbox.patient = False
        try:
            yield
        finally:
            self.inbox.patient = True

    def ask(self, verb: e.Verb) -> None:
        self._kiosk.take(e.Asked(verb=verb))

    def suspend(self, seconds: float) -> None:
        """The machine sleeps: the world and the wall clock go on, the monotonic clock stands (CLOCK_MONOTONIC)."""
        self._slept += seconds
        self.clock.step_wall(timedelta(seconds=seconds))

    def set_date(self, year: int) -> None:
        """Somebody sets the wall clock, to the first of June of that year."""
        self.clock.step_wall(datetime(year, 6, 1, tzinfo=UTC) - self.clock.now().utc)

    def cut_power(self) -> None:
        """The program begins again on the card as it is; a picture is there at once and stays."""
        self.halt()
        self.start()
        self.until(lambda: self.glass.scene.current is not None, 2)
        self.glass.showing = True

    def calm(self) -> None:
        """Whatever went wrong does so no more."""
        self.google.faults.clear()
        self.signpost.clear()

    # What a person does.

    def approve(self) -> None:
        code = self.status()["user_code"]
        assert code is not None
        self.google.person.approve(code)

    def sign_in(self) -> None:
        """From an empty screen, or by asking, to the picker's code."""
        self.ask(e.Verb.SIGN_IN)
        self.until(lambda: self.status()["user_code"], 900)
        self.approve()
        self.until(lambda: self.status()["picker_uri"], 900)

    def show(self, count: int = 3) -> None:
        """From nothing to a running show of ``count`` pictures, the picking session deleted."""
        self.until(lambda: self.status()["user_code"], 60)
        self.approve()
        self.until(lambda: self.status()["picker_uri"], 60)
        self.pick(count)
        self.until(lambda: self.state.counts.stored == count and not self.google.sessions, 120)
        self.until(lambda: self.glass.scene.current is not None and self.glass.scene.card is None, 120)
        self.glass.showing = True

    def pick(self, count: int) -> None:
        self.google.person.pick(self.google.sessions[-1], count)

    def sign_out_at_google(self) -> None:
        """The person took the permission away; the frame has found out."""
        self.google.revoke_user()
        self.ask(e.Verb.PICK)
        self.until(lambda: not self.status()["signed_in"], 300)
