"""Signing in and out while no kiosk runs: the same machine and the same rooms, without a screen.

Only what belongs to the account is carried out; what the machine would do next waits for the frame itself. The frame
tries for ever to read and write a card that fails; here somebody waits for the end, so it is an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from attrs import evolve

from kiosk.app.build import client_maker, new_storage, settings_of
from kiosk.app.key_place import check_key_place
from kiosk.app.secrets import masked, masked_log
from kiosk.app.status import status
from kiosk.app.workers import Message, Workers
from kiosk.config import Loaded
from kiosk.core import machine
from kiosk.core.commands import (
    Command,
    CreatePickingSession,
    DeletePickingSession,
    ExchangeCode,
    ForgetPick,
    ForgetPickRequest,
    OpenCatalog,
    PollToken,
    RefreshAccessToken,
    RequestDeviceCode,
    Revoke,
    SaveAttempt,
    SaveCredentials,
    SavePick,
    SavePickRequest,
    WipeEverything,
)
from kiosk.core.events import Asked, DeadlineReached, Event, Failed, Saved, Wiped
from kiosk.core.settings import Light, SleepHours
from kiosk.errors import StorageError, Unexpected
from kiosk.system import paths
from kiosk.system.clock import RealClock
from kiosk.system.inbox import Inbox
from kiosk.system.lock import InstanceLock

ACCOUNT = (
    OpenCatalog,
    RequestDeviceCode,
    PollToken,
    ExchangeCode,
    RefreshAccessToken,
    SaveCredentials,
    SaveAttempt,
    SavePick,
    SavePickRequest,
    ForgetPickRequest,
    DeletePickingSession,
    ForgetPick,
    Revoke,
    WipeEverything,
)
NEEDED: dict[type[Command], str] = {
    OpenCatalog: "the card cannot be read",
    SaveCredentials: "the sign-in cannot be kept",
    WipeEverything: "not everything on this device was erased",
}
"""What must succeed, and what is said when it does not."""
LONGEST_WAIT = 1.0
"""Seconds between two looks at the clock."""


class Headless:
    """The machine without a show."""

    def __init__(self, loaded: Loaded, workers: Workers, inbox: Inbox[Message]) -> None:
        self._clock = RealClock()
        self._workers = workers
        self._inbox = inbox
        self._saving: set[int] = set()
        self._wiped = False
        self._held: list[Command] = []
        """Picking sessions to be made: by the frame, unless a sign-out has to find and delete them."""
        # Nobody looks, so there is no panel to see to.
        settings = evolve(settings_of(loaded), sleep=SleepHours(), light=Light())
        self.state, commands = machine.start(settings, self._clock.now())
        for command in commands:
            workers.do(command)

    def ask(self, asked: Asked) -> None:
        self._step(asked)

    @property
    def saved(self) -> bool:
        """Nothing is on its way to the card."""
        return not self._saving

    def status(self) -> dict[str, Any]:
        """As the running kiosk would tell it."""
        return status(self.state, now=self._clock.now().monotonic, flips=0, uptime_seconds=0.0)

    def run_until(self, done: Callable[[], object], seconds: float = math.inf) -> None:
        """Turn until ``done`` or until the time is over. Raises StorageError for what is NEEDED and fails."""
        end = self._clock.now().monotonic + seconds
        while not done():
            now = self._clock.now().monotonic
            if now >= end:
                return
            self._workers.look(now)
            soonest = min(machine.next_deadline(self.state), end, now + LONGEST_WAIT)
            for message in self._inbox.drain(max(soonest - now, 0.0)):
                if isinstance(message, Event):
                    self._step(message)
            if self._clock.now().monotonic >= machine.next_deadline(self.state):
                self._step(DeadlineReached())

    def _step(self, event: Event) -> None:
        if isinstance(event, Failed) and type(event.command) in NEEDED:
            raise StorageError(f"{NEEDED[type(event.command)]}: {event.error}") from event.error
        if isinstance(event, Saved):
            self._saving.discard(event.answers)
        self.state, commands = machine.step(self.state, event, self._clock.now())
        # An erased frame would ask for a sign-in next; here nobody has asked for one.
        self._wiped = self._wiped or isinstance(event, Wiped)
        for command in (*self._release(), *commands):
            if isinstance(command, CreatePickingSession) and self.state.leaving is None:
                self._held.append(command)
            elif isinstance(command, (*ACCOUNT, CreatePickingSession)) and not self._wiped:
                if isinstance(command, SaveCredentials):
                    self._saving.add(command.id)
                self._workers.do(command)

    def _release(self) -> list[Command]:
        """What was held back, once it is a sign-out that waits for the answer."""
        if self.state.leaving is None:
            return []
        released, self._held = self._held, []
        return released


@contextmanager
def headless(loaded: Loaded, env: Mapping[str, str]) -> Iterator[Headless]:
    """Holds the state directory's lock; raises AlreadyRunning when a kiosk has it."""
    check_key_place(loaded, env)
    config = loaded.config
    redactor = masked_log(loaded, env)
    dirs = paths.find(env, state_dir=config.storage.state_dir, cache_dir=config.storage.cache_dir)
    paths.make(dirs)
    with InstanceLock(dirs.state):
        inbox: Inbox[Message] = Inbox()
        storage = new_storage(loaded, dirs)
        workers = Workers(storage, client_maker(config), _no_screen, masked(redactor, inbox.put), _no_screen)
        workers.start_disk()
        workers.start_others()
        try:
            yield Headless(loaded, workers, inbox)
        finally:
            if workers.stop():
                storage.close()


def _no_screen(*_: object) -> NoReturn:
    raise Unexpected("there is no screen to prepare a slide for")
