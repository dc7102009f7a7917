"""The one loop and the one writer of State.

Rules:
- Only this thread rebinds ``state`` and touches the screen.
- It waits for the next event, the next deadline or the next look at the keyboard, and paints only what changed.
- Nothing in here waits for the network or the card.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from kiosk.app.edits import Signature, signature
from kiosk.app.screenshot import save_screenshot
from kiosk.app.sight import Change, Sight
from kiosk.app.status import sentence, status
from kiosk.app.uploads import Uploads
from kiosk.app.wishes import asked_of, hide_of
from kiosk.app.workers import Message, Prepared, Thumb, Workers
from kiosk.control import ControlRequest, ControlVerb
from kiosk.core import compose, machine, signin
from kiosk.core.commands import Command, DropSlide, DropThumb, GiveUp, Quit, SetLight, SetPanel
from kiosk.core.events import (
    DeadlineReached,
    Event,
    Failed,
    PanelSet,
    ScreenLost,
    ScreenResized,
    Stirred,
    Touched,
)
from kiosk.core.model import Deadline, Moment
from kiosk.core.settings import Settings
from kiosk.system.clock import Clock
from kiosk.system.inbox import Inbox
from kiosk.system.notify import Notifier

if TYPE_CHECKING:  # pygame is imported while the disk thread reads the card
    from kiosk.display import Painter, Screen

_log = logging.getLogger(__name__)

FRAME_SECONDS = 1 / 60
LOOK_SOON = 0.05
"""Seconds between looks at the keyboard just after somebody pressed a key, and ..."""
LOOK_SELDOM = 0.33
"""... otherwise: SDL has no descriptor to wait on, and three looks a second are what a still may cost."""
LOOK_NEVER = 1.0
"""Without any input device: only a signal or the display server may have something to say."""
PRESSED_LATELY = 10.0
FIRST_WORDS = 0.3
"""Seconds in which the first stored picture may come before anything else is painted: words that stand for a
twentieth of a second are a flicker, and painting them would hold up the picture. On a slow machine twice as long as its
start took until the window was open: whatever makes that long makes the picture late as well."""
SLOWEST = 15.0
"""Seconds; but no longer than this."""
SAME_FAULT = 6 * 3600.0
"""Seconds: the same words within this time are the same fault. None of our own back-offs is longer."""
MOST_WARNED = 100
"""Different lines that are remembered."""


class Ending(Enum):
    """Why the loop ended."""

    QUIT = "quit"
    CONFIG_CHANGED = "config_changed"


class Kiosk:
    """Runs the machine over the rooms that it is given. Constructing starts nothing."""

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        inbox: Inbox[Message],
        workers: Workers,
        notifier: Notifier,
        config_file: Path,
        config_seen: Signature,
        started: float,
    ) -> None:
        self._clock = clock
        self._inbox = inbox
        self._workers = workers
        self._screen: Screen
        self._painter: Painter
        self._flipped = 0
        """By the painters of screens that were here before."""
        self._sight: Sight | None = None
        self._afterwards: Callable[[], None] = lambda: None
        self._notifier = notifier
        self._uploads = Uploads()
        self._panel: list[SetPanel | SetLight] = []
        """Waits until the screen is painted."""
        self._config_file = config_file
        self._config_seen = config_seen
        self._started = started
        now = clock.now()
        self.state, self._first = machine.start(settings, now)
        self._ending: Ending | None = None
        self._looked = self._words_at = now.monotonic
        self._pressed = float("-inf")
        self._next_frame = now.monotonic
        self._watched = now.monotonic
        self._said = self._told = ""
        self._warned: dict[str, float] = {}
        """Lines of the log, and when they were last true, in monotonic seconds; the oldest first."""
        self._ready = False
        self._bare = False
        """The words of what was painted are still to come."""

    def open_catalog(self) -> None:
        """Before the window is made: the card is read meanwhile."""
        for command in self._first:
            self._do(command)

    def run(
        self,
        screen: Screen,
        painter: Painter,
        afterwards: Callable[[], None] = lambda: None,
        sight: Sight | None = None,
        painter_on: Callable[[Screen], Painter] | None = None,
    ) -> Ending:
        """Returns when somebody quits, or the config file that was waited for has changed.

        afterwards: what may wait until something is on the screen.
        sight, painter_on: for a display that goes and comes.
        """
        self._sight, self._painter_on = sight, painter_on
        self._screen, self._painter, self._afterwards = screen, painter, afterwards
        now = self._clock.now()
        self._words_at = now.monotonic + min(max(FIRST_WORDS, 2 * (now.monotonic - self._started)), SLOWEST)
        blind = sight is not None and sight.blind
        self._step(ScreenLost() if blind else _size_of(screen), now)
        self._workers.start_others()
        while self._ending is None:
            self._turn()
        # A changed config file starts the program anew in the same process: to systemd that is no stop.
        if self._ending is Ending.QUIT:
            self._notifier.stopping()
        return self._ending

    def _turn(self) -> None:
        messages: list[Message] = list(self._inbox.drain(self._wait(self._clock.now())))
        now = self._clock.now()
        messages.extend(self._look(now))
        if now.monotonic >= machine.next_deadline(self.state):
            messages.append(DeadlineReached())
        for message in messages:
            self._take(message, now)
        self._upload(now)
        self._paint(now)
        self._see_to_panel(now)
        self._tell(now)

    def _wait(self, now: Moment) -> float:
        """Seconds until something has to be done."""
        if compose.animating(self.state, now.monotonic):
            return max(self._next_frame - now.monotonic, 0.0)
        if self._bare or (self._uploads.pending and self.state.show.fading_since is None):
            return 0.0
        if self._holds_back(now):
            return max(self._words_at - now.monotonic, 0.0)
        soonest = min(
            machine.next_deadline(self.state),
            compose.next_change(self.state, now.monotonic, now.utc),
            Deadline(self._looked + self._look_every(now)),
        )
        if self._notifier.watchdog_seconds is not None:
            soonest = min(soonest, Deadline(self._watched + self._notifier.watchdog_seconds / 2))
        return max(soonest - now.monotonic, 0.0)

    def _look_every(self, now: Moment) -> float:
        if now.monotonic - self._pressed < PRESSED_LATELY:
            return LOOK_SOON
        return LOOK_SELDOM if self._screen.has_input_devices() else LOOK_NEVER

    def _look(self, now: Moment) -> list[Message]:
        """What the keyboard and the display server have to say; and the config file, when somebody must edit it."""
        if now.monotonic - self._looked < LOOK_SOON and not compose.animating(self.state):
            return []
        self._looked = now.monotonic
        events = self._screen.events(paused=self.state.show.paused)
        if events or self._screen.touched:
            self._pressed = now.monotonic
        if self._waits_for_config() and signature(self._config_file) != self._config_seen:
            self._ending = Ending.CONFIG_CHANGED
        return [*events, *self._follow_display(now)]

    def _follow_display(self, now: Moment) -> list[Event]:
        if self._sight is None or self._painter_on is None:
            return []
        match self._sight.look(now.monotonic, asleep=self.state.sleep.asleep):
            case Change.LOST:
                return [ScreenLost()]
            case Change.FOUND:
                # What was uploaded, and what is on its way, went with the window.
                self._uploads = Uploads()
                self._flipped += self._painter.flips
                self._screen = self._sight.screen
                self._painter = self._painter_on(self._screen)
                return [ScreenLost(), _size_of(self._screen)]
        return []

    def _waits_for_config(self) -> bool:
        return isinstance(self.state.signin, (signin.Blocked, signin.SecondRoad))

    def _take(self, message: Message, now: Moment) -> None:
        match message:
            case ControlRequest():
                self._answer(message, now)
            case Prepared():
                self._uploads.add(message)
            case Stirred():
                self._pressed = now.monotonic
            case Touched(x=x, y=y):
                # Only the painter knows where the lines of the menu are.
                self._step(evolve(message, entry=self._painter.entry_at(x, y)), now)
            case Thumb(event=event, pixels=pixels):
                self._painter.upload_thumb(event.answers, pixels)
                self._step(event, now)
            case PanelSet(on=True, methods=methods) if methods:
                # What was painted while it was off has reached nobody.
                self._screen.canvas.stale()
                self._step(message, now)
            case _:
                self._step(message, now)

    def _upload(self, now: Moment) -> None:
        """Between two transitions: an upload takes time that a frame would miss."""
        while (
            self.state.show.fading_since is None and (done := self._uploads.step(self._painter)) is not None
        ):
            slide = done.event.slide
            self._step(done.event, now)
            labels = compose.labels_of(self.state, slide, now.utc)
            self._painter.expect(slide.id, labels, clock=self.state.settings.clock)

    def _step(self, event: Event, now: Moment) -> None:
        before = self.state.last_error
        self.state, commands = machine.step(self.state, event, now)
        error = self.state.last_error
        if isinstance(event, Failed) and error is not None and error is not before:
            self._warn(f"{type(event.command).__name__}: {error.text}", now)
        for command in commands:
            if isinstance(command, GiveUp):
                self._warn(f"a picture is given up: {command.why}", now)
            self._do(command)

    def _warn(self, line: str, now: Moment) -> None:
        """The owner hears of a fault when it begins, not every second, and again when it comes back another day."""
        told = self._warned.pop(line, float("-inf"))
        self._warned[line] = now.monotonic
        if now.monotonic - told > SAME_FAULT:
            _log.warning("%s", line)
        if len(self._warned) > MOST_WARNED:
            del self._warned[next(iter(self._warned))]

    def _see_to_panel(self, now: Moment) -> None:
        """Only now: what is painted on a panel that is off could light it; and one that lights up shows a picture."""
        if self._holds_back(now):
            return
        for command in self._panel:
            self._workers.do(command)
        self._panel.clear()

    def _do(self, command: Command) -> None:
        if isinstance(command, (SetPanel, SetLight)):
            self._panel.append(command)
            return
        if self._workers.do(command):
            return
        match command:
            case DropSlide(slide=slide):
                self._painter.drop(slide.id)
            case DropThumb(thumb=thumb):
                self._painter.drop_thumb(thumb)
            case Quit():
                self._ending = Ending.QUIT

    def _holds_back(self, now: Moment) -> bool:
        """The first picture is probably on its way from the card."""
        state = self.state
        if state.unseen:
            return False
        expected = not state.opened or (state.counts.stored > 0 and state.show.current is None)
        return expected and not self._ready and now.monotonic < self._words_at

    def _paint(self, now: Moment) -> None:
        self._bare = False
        # What is painted on a panel that is off would be lost, or light it.
        if self.state.sleep.off or self.state.blind or self._holds_back(now):
            return
        scene = compose.compose(self.state, now.monotonic, now.utc)
        self._bare = not self._ready and scene.current is not None
        if self._bare:
            # The first picture does not wait for words: what they are drawn with is imported after it.
            scene = compose.bare(scene)
        if self._painter.paint(scene):
            self._next_frame = max(self._next_frame + FRAME_SECONDS, now.monotonic)

    def _answer(self, request: ControlRequest, now: Moment) -> None:
        match request.verb:
            case ControlVerb.STATUS:
                uptime = now.monotonic - self._started
                told = status(
                    self.state,
                    now=now.monotonic,
                    flips=self._flipped + self._painter.flips,
                    output=None if self._sight is None else self._sight.output,
                    uptime_seconds=uptime,
                    stuck=self._workers.stuck,
                    restarts=self._workers.restarts,
                )
                request.answer(**told)
            case ControlVerb.SCREENSHOT:
                self._screenshot(request)
            case ControlVerb.HIDE:
                wish = hide_of(request, self.state)
                if isinstance(wish, str):
                    request.refuse(wish)
                    return
                self._step(wish, now)
                request.answer()
            case _:
                self._step(asked_of(request), now)
                request.answer()

    def _screenshot(self, request: ControlRequest) -> None:
        path = request.args.get("path", "")
        if self.state.blind:
            request.refuse("no display is connected")
            return
        if not path.startswith("/"):
            request.refuse("screenshot needs an absolute path")
            return
        try:
            save_screenshot(self._painter.read(), path)
        except OSError as error:
            request.refuse(f"{path}: {error.strerror or error}")
        else:
            request.answer(path=path)

    def _tell(self, now: Moment) -> None:
        """The log and systemd hear what the screen already shows."""
        word = compose.status_word(self.state)
        if word != self._said:
            _log.info("%s", word)
            self._said = word
        if self.state.sleep.unsure:
            self._warn("the clock is wrong, so there are no sleep hours until it is set", now)
        words = sentence(self.state, word)
        if words != self._told:
            self._told = words
            self._notifier.status(words)
        # A frame without a display is ready and waits: to begin it anew would mend nothing.
        if not self._ready and (self._painter.flips or self.state.blind):
            self._ready = True
            self._notifier.ready()
            # What the first picture did without, while nothing moves.
            self._painter.ready_for_words()
            self._afterwards()
            # The modules stay for good: no collection has to walk through them again.
            gc.freeze()
            gc.enable()
        self._workers.look(now.monotonic)
        seconds = self._notifier.watchdog_seconds
        if seconds is not None and now.monotonic - self._watched >= seconds / 2 and self._workers.healthy:
            self._watched = now.monotonic
            self._notifier.watchdog()


def _size_of(screen: Screen) -> ScreenResized:
    return ScreenResized(screen=screen.canvas.size, moves=screen.canvas.moves)
