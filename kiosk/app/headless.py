"""Signing in and out while no kiosk runs: the same machine and the same rooms, without a screen.

Only what belongs to the account is carried out; what the machine would do next waits for the frame itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from kiosk.app.build import client_maker, new_storage, settings_of
from kiosk.app.workers import Message, Workers
from kiosk.config import Loaded
from kiosk.core import machine
from kiosk.core.commands import (
    DeletePickingSession,
    ExchangeCode,
    ForgetPick,
    OpenCatalog,
    PollToken,
    RefreshAccessToken,
    RequestDeviceCode,
    Revoke,
    SaveAttempt,
    SaveCredentials,
    SavePick,
    WipeEverything,
)
from kiosk.core.events import Asked, DeadlineReached, Event, Saved, Wiped
from kiosk.core.state import State
from kiosk.errors import Unexpected
from kiosk.system import logs, paths
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
    DeletePickingSession,
    ForgetPick,
    Revoke,
    WipeEverything,
)


class Headless:
    """The machine without a show."""

    def __init__(self, loaded: Loaded, workers: Workers, inbox: Inbox[Message]) -> None:
        self._clock = RealClock()
        self._workers = workers
        self._inbox = inbox
        self._saving: set[int] = set()
        self.wiped = False
        self.state, commands = machine.start(settings_of(loaded), self._clock.now())
        for command in commands:
            workers.do(command)

    def ask(self, asked: Asked) -> None:
        self._step(asked)

    @property
    def saved(self) -> bool:
        """Nothing is on its way to the card."""
        return not self._saving

    def run_until(self, done: Callable[[State], bool]) -> State:
        """Turn until ``done``; the machine's own deadlines see to it that it comes."""
        while not done(self.state):
            wait = machine.next_deadline(self.state) - self._clock.now().monotonic
            for message in self._inbox.drain(min(max(wait, 0.0), 1.0)):
                if isinstance(message, Event):
                    self._step(message)
            if self._clock.now().monotonic >= machine.next_deadline(self.state):
                self._step(DeadlineReached())
        return self.state

    def _step(self, event: Event) -> None:
        self.wiped = self.wiped or isinstance(event, Wiped)
        if isinstance(event, Saved):
            self._saving.discard(event.answers)
        self.state, commands = machine.step(self.state, event, self._clock.now())
        for command in commands:
            if isinstance(command, ACCOUNT):
                if isinstance(command, SaveCredentials):
                    self._saving.add(command.id)
                self._workers.do(command)


@contextmanager
def headless(loaded: Loaded, env: Mapping[str, str]) -> Iterator[Headless]:
    """Holds the state directory's lock; raises AlreadyRunning when a kiosk has it."""
    config = loaded.config
    logs.set_up(env).add(config.google.client_secret.reveal)
    dirs = paths.find(env, state_dir=config.storage.state_dir, cache_dir=config.storage.cache_dir)
    paths.make(dirs)
    with InstanceLock(dirs.state):
        inbox: Inbox[Message] = Inbox()
        storage = new_storage(config, dirs)
        workers = Workers(storage, client_maker(config), _no_screen, inbox.put)
        workers.start_disk()
        workers.start_others()
        try:
            yield Headless(loaded, workers, inbox)
        finally:
            workers.stop()
            storage.close()


def _no_screen(*_: object) -> NoReturn:
    raise Unexpected("there is no screen to prepare a slide for")
