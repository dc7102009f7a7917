"""The real rooms, steered: an inbox that moves the clock, threads that are counted, a client that can be misled."""

from __future__ import annotations

from threading import Lock
from typing import Any, BinaryIO

from attrs import evolve, frozen

from kiosk.app.workers import Message, Prepared, Thumb, Workers
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.commands import Command
from kiosk.core.model import AccessToken, CommandId, MediaItem, Size
from kiosk.google import Endpoints, FetchedMedia
from kiosk.google.client import GoogleClient
from kiosk.system.clock import ManualClock
from kiosk.system.inbox import Inbox

PATIENCE = 20.0
"""Real seconds for one answer; the machines are shared. Nothing is asserted on it."""
LOCAL = c.PrepareSlide | c.PrepareThumb | c.DiskCommand
"""What this machine answers by itself, whatever the network does."""


@frozen
class Hurry:
    """How long the client waits, in real seconds."""

    timeouts: tuple[float, float] = (0.5, 0.3)
    """To connect, and between two bytes."""
    answer_seconds: float = 0.6


IN_A_HURRY = Hurry()


class SteeredInbox(Inbox[Message]):
    """The loop's inbox. Waiting for nothing moves the clock; waiting for an answer waits for the answer."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock
        self.until = float("inf")
        """The clock goes no further, in monotonic seconds."""
        self.owed: dict[CommandId, Command] = {}
        self.patient = True
        """False: time goes on although the network has not answered yet."""
        self._stood = False

    def drain(self, timeout: float | None) -> list[Message]:
        found = super().drain(0)
        if not found and any(self.patient or isinstance(each, LOCAL) for each in self.owed.values()):
            found = super().drain(PATIENCE)
            if not found:
                raise AssertionError(f"no answer to {self.owed}")
        for message in found:
            event = message.event if isinstance(message, (Prepared, Thumb)) else message
            if isinstance(event, e.Event):
                self.owed.pop(event.answers, None)
        if not found:
            self._let_time_pass(timeout or 0.0)
        self._stood = False if found or timeout else not self._stood
        return found

    def _let_time_pass(self, wanted: float) -> None:
        # A loop that wants no wait gets one turn at once, to do what is due; the next costs the time of a frame.
        step = wanted if wanted > 0 or not self._stood else 1 / 60
        left = self.until - self._clock.now().monotonic
        self._clock.advance(max(min(step, left), 0.0))


class CountedWorkers(Workers):
    """The real threads; what was asked of them is written down."""

    asked: list[tuple[float, Command]]
    inbox: SteeredInbox
    clock: ManualClock

    def do(self, command: Command) -> bool:
        self.asked.append((self.clock.now().monotonic, command))
        if not isinstance(command, (c.DropSlide, c.DropThumb, c.Quit, c.MarkShown, c.SaveMeasure)):
            self.inbox.owed[command.id] = command
        return super().do(command)

    def look(self, now: float) -> None:
        """A thread has had no real time to clear its desk when the clock leaps on after its answer."""
        if self.inbox.owed and self.inbox.patient:
            super().look(now)


class Signpost:
    """Sends the requests of some commands to another address: where nobody listens, or speaks another TLS."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._to: dict[type[Command], str] = {}

    def turn(self, kinds: tuple[type[Command], ...], url: str) -> None:
        with self._lock:
            self._to.update(dict.fromkeys(kinds, url))

    def clear(self) -> None:
        with self._lock:
            self._to.clear()

    def of(self, kind: type[Command]) -> str | None:
        with self._lock:
            return self._to.get(kind)


def endpoints_at(url: str) -> Endpoints:
    return Endpoints(
        device_code_url=f"{url}/device/code",
        token_url=f"{url}/token",
        revoke_url=f"{url}/revoke",
        picker_url=f"{url}/v1",
    )


class SteeredClient(GoogleClient):
    """The real client, in a hurry, which follows the signpost."""

    def __init__(self, straight: str, signpost: Signpost, hurry: Hurry) -> None:
        super().__init__(endpoints_at(straight), timeouts=hurry.timeouts, answer_seconds=hurry.answer_seconds)
        self._signpost = signpost
        self._hurry = hurry

    def perform(self, command: c.GoogleCommand) -> e.Event:
        url = self._signpost.of(type(command))
        if url is None:
            return super().perform(command)
        hurry = self._hurry
        other = GoogleClient(endpoints_at(url), timeouts=hurry.timeouts, answer_seconds=hurry.answer_seconds)
        try:
            return other.perform(command)
        finally:
            other.close()

    def fetch(
        self, item: MediaItem, box: Size, bearer: AccessToken | None, sink: BinaryIO, **limits: Any
    ) -> FetchedMedia:
        url = self._signpost.of(c.FetchRendition)
        if url is not None:
            item = evolve(item, base_url=f"{url}/ppa/{item.id}")
        return super().fetch(
            item, box, bearer, sink, **({"deadline_seconds": self._hurry.answer_seconds} | limits)
        )
