"""The display that the frame is on: which one, whether it is there, and what to do when that changes.

SDL's kmsdrm driver is told of no monitor that comes or goes, so the kernel's list of connectors is looked at once a
second: a few reads, which cost less than a thread and a socket for the kernel's news. In a desktop the display server
sees to all of this.

Rules:
- Without a display the frame waits, and goes on with the first that is there. It never ends for want of one.
- A change counts when it is seen twice: a connector is there before its display has said what it is.
- Asleep nothing is opened, since that would light it. The window of before stays as it is, and where there was none
  the cards are held, so that the kernel's console does not light up what is plugged in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from kiosk.core.model import Size
from kiosk.core.outputs import Output, choose, known, mode_on
from kiosk.errors import DisplayError
from kiosk.system.outputs import Hold, is_slow, outputs

if TYPE_CHECKING:
    from kiosk.display import Screen

_log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds."""
RETRY = 10.0
"""Seconds until a display on which nothing opened is tried again."""
KMS = "kmsdrm"


class Change(Enum):
    LOST = "lost"
    FOUND = "found"
    """``screen`` is another one."""


class Sight:
    """Opens the screen, and follows the display. Belongs to the main thread.

    opener: opens a window on a connector, in a mode; None leaves them to SDL. wanted: ``[display] output``.
    """

    def __init__(
        self,
        opener: Callable[[Output | None, Size | None], Screen],
        env: Mapping[str, str],
        wanted: str = "",
        look: Callable[[], Sequence[Output]] = outputs,
        slow: Callable[[], bool] = is_slow,
        hold: Hold | None = None,
    ) -> None:
        self._opener, self._wanted, self._look, self._slow = opener, wanted, look, slow
        self._console = _on_console(env)
        self._hold = hold or Hold()
        self._here: Output | None = None
        """What the window is on."""
        self._seen: Output | None = None
        self._looked = float("-inf")
        self._retry_at = float("-inf")
        self._lost = False
        self.screen: Screen

    @property
    def output(self) -> str | None:
        """The connector's name; None where there is no display, or a desktop has it."""
        return None if self._lost or self._here is None else self._here.name

    @property
    def blind(self) -> bool:
        """No display is there."""
        return self._lost

    @property
    def on_console(self) -> bool:
        """No desktop has the display, nor SDL another way to it."""
        return self._console

    def open(self, *, asleep: bool = False) -> Screen:
        """At the start. DisplayError: a display is there, or may be, and nothing opens on it.

        asleep: a window would light the display, so there is none before somebody is to see it.
        """
        found = self._look() if self._console else ()
        chosen = self._seen = choose(found, self._wanted)
        if asleep and chosen is not None:
            self._lost = True
            self._be_without()
            return self.screen
        if found and chosen is None:
            self._wait_for_one(found)
            return self.screen
        if not known(found, self._wanted) and found:
            _log.warning("[display] output: %s is no connector and no display here", self._wanted)
        self._open(chosen)
        return self.screen

    def look(self, now: float, *, asleep: bool) -> Change | None:
        """What has changed since the last time, if it is time to look. now: monotonic seconds."""
        if not self._console or now - self._looked < LOOK_EVERY:
            return None
        self._looked = now
        chosen = self._chosen()
        steady, self._seen = _same(chosen, self._seen), chosen
        if not steady:
            return None
        if chosen is None:
            return self._lose()
        if asleep or now < self._retry_at or (not self._lost and _same(chosen, self._here)):
            return None
        return self._find(chosen, now)

    def close(self) -> None:
        """Close the window. A second time does nothing."""
        self._hold.release()
        self.screen.close()

    def _chosen(self) -> Output | None:
        """The one that the window is on, as long as it is connected and nothing else is asked for by name."""
        found = self._look()
        here = self._here
        if here is not None and not self._wanted:
            same = [
                each for each in found if (each.card, each.name) == (here.card, here.name) and each.connected
            ]
            if same:
                return same[0]
        return choose(found, self._wanted)

    def _lose(self) -> Change | None:
        if self._lost:
            return None
        self._lost = True
        _log.warning("the display is gone: the frame waits for one")
        return Change.LOST

    def _find(self, chosen: Output, now: float) -> Change | None:
        """The window anew: the display may be another one, and the same one wants its picture again."""
        self.screen.close()
        try:
            self._open(chosen)
        except DisplayError as error:
            _log.warning("%s", error)
            self._retry_at = now + RETRY
            before, self._lost = self._lost, True
            self._be_without()
            return None if before else Change.LOST
        self._lost = False
        return Change.FOUND

    def _open(self, chosen: Output | None) -> None:
        self._hold.release()
        mode = None if chosen is None else mode_on(chosen, slow=self._slow())
        self.screen = self._opener(chosen, mode)
        self._console = self._console and self.screen.driver == KMS
        self._here = chosen
        if chosen is not None:
            size = self.screen.canvas.size
            name = f"{chosen.name} ({chosen.monitor})" if chosen.monitor else chosen.name
            _log.info("the frame is on %s, %d x %d", name, size.width, size.height)

    def _wait_for_one(self, found: Sequence[Output]) -> None:
        self._lost = True
        names = ", ".join(each.name for each in found)
        _log.warning("no display is connected: the frame waits for one at %s", self._wanted or names)
        self._be_without()

    def _be_without(self) -> None:
        from kiosk.display.absent import NoScreen

        self.screen = NoScreen()
        self._hold.take()


def _on_console(env: Mapping[str, str]) -> bool:
    """Whether no desktop has the display."""
    asked = [name for name in env.get("SDL_VIDEODRIVER", "").split(",") if name]
    return asked == [KMS] if asked else not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"))


def _same(one: Output | None, other: Output | None) -> bool:
    """Its place among others may change: that is SDL's matter when it opens."""
    if one is None or other is None:
        return one is other
    return (one.card, one.name, one.modes, one.edid) == (other.card, other.name, other.modes, other.edid)
