"""Whoever signs in and out: the running kiosk, or this process without a screen. Both tell how it goes by the keys of
``kiosk status``, so that what is said to the person follows from one set of facts.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kiosk.app.headless import Headless, headless
from kiosk.cli.talk import socket_of
from kiosk.config import Loaded
from kiosk.control import ControlVerb, NotRunning, ask
from kiosk.core.events import Asked

if TYPE_CHECKING:
    from kiosk.cli import Call

LOOK = 0.25
"""Seconds between looks at the running kiosk."""

Facts = dict[str, Any]
"""As ``kiosk status --json`` tells them."""


class Way(Protocol):
    """The one process that writes credentials."""

    def facts(self) -> Facts:
        """How it stands."""

    def ask(self, asked: Asked) -> None:
        """A verb of the account. Raises ControlError when it is refused."""

    def watch(self, done: Callable[[Facts], object], seconds: float = math.inf) -> Facts:
        """The facts as soon as they are ``done``, or the last ones when the time is over.

        Raises StorageError when this process cannot write what it must; NotRunning when the running kiosk ends.
        """

    def settle(self) -> None:
        """Until a sign-in is on the card, where it is this process that writes it. Raises StorageError."""


class Through:
    """The running kiosk, over its socket."""

    def __init__(self, socket_path: Path) -> None:
        self._socket = socket_path

    def facts(self) -> Facts:
        return ask(self._socket, ControlVerb.STATUS)

    def ask(self, asked: Asked) -> None:
        args: dict[str, Any] = {}
        if asked.code is not None and asked.verifier is not None:
            args = {"code": asked.code.reveal, "verifier": asked.verifier.reveal}
            args["redirect_uri"] = asked.redirect_uri
        verb = ControlVerb.of(asked.verb.value)
        assert verb is not None  # noqa: S101  every verb of the core is one of the socket
        ask(self._socket, verb, **args)

    def watch(self, done: Callable[[Facts], object], seconds: float = math.inf) -> Facts:
        until = time.monotonic() + seconds
        while not done(facts := self.facts()) and time.monotonic() < until:
            time.sleep(LOOK)
        return facts

    def settle(self) -> None:
        """The kiosk sees to it."""


class Alone:
    """This process, while no kiosk runs."""

    def __init__(self, frame: Headless) -> None:
        self._frame = frame

    def facts(self) -> Facts:
        return self._frame.status()

    def ask(self, asked: Asked) -> None:
        self._frame.ask(asked)

    def watch(self, done: Callable[[Facts], object], seconds: float = math.inf) -> Facts:
        self._frame.run_until(lambda: done(self.facts()), seconds)
        return self.facts()

    def settle(self) -> None:
        self._frame.run_until(lambda: self._frame.saved)


@contextmanager
def way(call: Call, loaded: Callable[[], Loaded]) -> Iterator[Way]:
    """Through the running kiosk if there is one; ``loaded`` gives the configuration for going alone."""
    running = _running(call)
    if running is not None:
        yield running
        return
    with headless(loaded(), call.env) as frame:
        yield Alone(frame)


def _running(call: Call) -> Through | None:
    """None also for a socket that nobody listens at: a kiosk whose power was cut leaves it behind."""
    try:
        through = Through(socket_of(call))
        through.facts()
    except NotRunning:
        return None
    return through
