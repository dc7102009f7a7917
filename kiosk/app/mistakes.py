"""The mistakes of config.toml on the screen, for a frame whose log nobody will see."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve

from kiosk.app.edits import Signature, signature
from kiosk.app.loop import Ending
from kiosk.app.sight import Change, Sight
from kiosk.app.status import status
from kiosk.config import boot_file, language_of
from kiosk.control import ControlRequest, ControlServer, ControlVerb
from kiosk.core import machine, words
from kiosk.core.events import Asked, Verb
from kiosk.core.scene import Card, Illustration, Look, Scene
from kiosk.core.settings import Settings
from kiosk.errors import ConfigError, Unwritable
from kiosk.language import language_for
from kiosk.system import logs, paths
from kiosk.system.clock import RealClock
from kiosk.system.inbox import Inbox
from kiosk.system.notify import Notifier

if TYPE_CHECKING:
    from kiosk.display import Painter, Screen

SHOWN = 3
"""Problems on the screen; the log and ``kiosk config`` have all of them."""
LOOK = 0.5
"""Seconds between looks at the file and the keyboard."""


def show_mistakes(error: ConfigError, file: Path, seen: Signature, env: Mapping[str, str]) -> Ending:
    """Show what is wrong until the file differs from what was ``seen`` before it was read, or somebody quits.

    Raises DisplayError when no screen opens, AlreadyRunning when a kiosk listens in the runtime directory.
    """
    from kiosk.app.build import quit_on_signals
    from kiosk.display import Painter, open_screen

    logs.dump_threads_on_signal()
    inbox: Inbox[object] = Inbox()
    with _control(inbox, env):
        sight = Sight(lambda output, mode: open_screen(None, output=output, mode=mode), env)
        sight.open()
        try:
            voice = language_for(language_of(file, env), env)
            with quit_on_signals(inbox.put):
                waiting = _Waiting(error, file, seen, Notifier(env), boot_file(file, env))
                return waiting.until_over(
                    inbox, sight, lambda screen: Painter(screen.canvas, paths.assets_dir(), voice=voice)
                )
        finally:
            sight.close()


@contextmanager
def _control(inbox: Inbox[object], env: Mapping[str, str]) -> Iterator[None]:
    """The socket, where it can be had: the words on the screen matter more."""
    dirs = paths.find(env)
    control = ControlServer(dirs.runtime, inbox.put)
    try:
        # Only this one: where the others lie may be among the mistakes.
        paths.make(evolve(dirs, state=dirs.runtime, cache=dirs.runtime))
        control.start()
    except Unwritable as unheard:
        print(f"kiosk: {unheard}", file=sys.stderr, flush=True)  # noqa: T201  no log is set up yet
    try:
        yield
    finally:
        control.stop()


class _Waiting:
    """For an edit of the file, with an ear for the socket and the keyboard."""

    def __init__(
        self, error: ConfigError, file: Path, seen: Signature, notifier: Notifier, boot: Path | None
    ) -> None:
        self._error = error
        self._file = file
        self._seen = seen
        self._boot = boot
        self._notifier = notifier
        self._ready = False
        self._clock = RealClock()
        self._began = self._clock.now().monotonic
        self._since = datetime.now(UTC)

    def until_over(
        self, inbox: Inbox[object], sight: Sight, painter_on: Callable[[Screen], Painter]
    ) -> Ending:
        painter = painter_on(sight.screen)
        while True:
            if sight.look(self._clock.now().monotonic, asleep=False) is Change.FOUND:
                painter = painter_on(sight.screen)
            painter.paint(Scene(card=card(self._error, self._file, self._boot)))
            self._tell()
            for message in (*inbox.drain(LOOK), *sight.screen.events(paused=False)):
                if isinstance(message, ControlRequest):
                    self._answer(message, painter)
                if isinstance(message, Asked | ControlRequest) and message.verb in _QUIT:
                    self._notifier.stopping()
                    return Ending.QUIT
            if signature(self._file) != self._seen:
                return Ending.CONFIG_CHANGED

    def _tell(self) -> None:
        """To systemd a frame that shows a mistake runs: starting it again would mend nothing."""
        if not self._ready:
            self._ready = True
            self._notifier.ready()
            self._notifier.status("The config file has to be mended, the screen and the log say where")
        if self._notifier.watchdog_seconds is not None:
            self._notifier.watchdog()

    def _answer(self, request: ControlRequest, painter: Painter) -> None:
        match request.verb:
            case ControlVerb.STATUS:
                request.answer(**self._status(painter))
            case ControlVerb.QUIT:
                request.answer()
            case _:
                first, *more = self._error.problems
                others = f" (and {len(more)} more)" if more else ""
                request.refuse(f"the config file has to be mended first: {first}{others}")

    def _status(self, painter: Painter) -> dict[str, Any]:
        """Every promised key, as of a frame that has not begun, and the mistakes."""
        now = self._clock.now()
        state, _ = machine.start(Settings(), now)
        uptime = now.monotonic - self._began
        told = status(state, now=now.monotonic, flips=painter.flips, uptime_seconds=uptime)
        shown = card(self._error, self._file, self._boot)
        errors = {"last_error": str(self._error), "last_error_at": self._since.isoformat()}
        # Ready: nobody need wait for the answer to a verb, which is a refusal that says why.
        return told | {"state": "trouble", "ready": True, "title": shown.title, "qr": shown.qr} | errors


_QUIT = (Verb.QUIT, ControlVerb.QUIT)


def card(error: ConfigError, file: Path, boot: Path | None = None) -> Card:
    """The first few problems, in full. boot: the boot partition's file, which is named beside those of config.toml."""
    at = error.problems[0].where.split(":")[0]
    on_card = boot is not None and at.startswith(f"{boot.parent}/")
    at = at if on_card else str(file)
    shown = [
        str(problem).replace(f"{at}:", "line ").replace("line  ", "") for problem in error.problems[:SHOWN]
    ]
    more = len(error.problems) - len(shown)
    others = words.mistakes_more(more) if more > 0 else ""
    title = words.mistakes(len(error.problems))
    return Card(
        Look.MESSAGE,
        title,
        "\n".join(shown),
        status=others,
        footnote=words.mend_on_card(Path(at).name) if on_card else words.mend_at(at),
        illustration=Illustration.CONFIG,
    )
