"""The switch from one release to another, and back if the new one does not prove itself.

Laws:
- From before the switch until the verdict `before` (releases.py) says that a trial is open. The power may go at any
  moment: what `current` leads to is always whole, and whoever comes next (`resume`, at the boot or before the next
  update) finishes what was begun.
- A version that failed is on the list before anything is undone, so that a cut in between does not let it try again.
- The catalog is put back before the older version starts, for it would take a newer one for damaged and rebuild it.
- Each step may be done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from attrs import frozen

from kiosk.errors import UpdateError
from kiosk.update.records import Records
from kiosk.update.releases import Releases
from kiosk.update.service import Service
from kiosk.update.verdict import READY_SECONDS, Expected, Failed, Proved, Watching

LOOK_SECONDS = 1.0


class Keeper(Protocol):
    """Keeps the catalog (keeping.py). Raises UpdateError."""

    def keep(self) -> None: ...
    def restore(self) -> None: ...
    def drop(self) -> None: ...


def _nothing(_point: str) -> None:
    pass


@frozen(kw_only=True)
class Trial:
    releases: Releases
    records: Records
    service: Service
    keeper: Keeper
    tell: Callable[[str], None]
    monotonic: Callable[[], float]
    wait: Callable[[float], None]
    ready_seconds: float = READY_SECONDS
    undisturbed: Callable[[], None] = lambda: None
    """Called before the first step: whoever has started it may not stop it any more."""
    passed: Callable[[str], None] = _nothing
    """Called after each step with its name; tests cut the power there."""

    def begin(self, name: str) -> str | None:
        """Switches to a whole release: None when it has proved itself, else why it has not; then the one that ran runs
        again. Raises UpdateError when nothing was switched."""
        old = self.releases.current
        self.undisturbed()
        self.releases.open_trial()
        self.passed("opened")
        try:
            self.service.stop()
            self.passed("stopped")
            self.keeper.keep()
            self.passed("kept")
            self.releases.switch(name)
            self.passed("switched")
        except UpdateError:
            # Nothing has happened yet but that the frame may stand still.
            self._start()
            self._close()
            raise
        self._start()
        return self._judge(name, old)

    def resume(self) -> str | None:
        """Finishes a trial that was broken off, if there is one; returns why the newer one had to go, else None."""
        old = self.releases.before
        if old is None:
            return None
        self.undisturbed()
        name = self.releases.current
        self._start()
        if name == old:
            # Cut before the switch, or after it was taken back.
            self._close()
            return None
        if not self.releases.is_whole(old):
            self.tell(f"{name} is on trial, but {old} is gone: there is nothing to go back to")
            self._close()
            return None
        self.tell(f"{name} is on trial: it was begun before and not finished")
        return self._judge(name, old)

    def _judge(self, name: str, old: str) -> str | None:
        why = self.records.refused.get(name) or self._watch(name)
        if why is None:
            self._close()
            return None
        try:
            self.records.refuse(name, why)
        except UpdateError as error:
            # On a card that is full it is tried again one day; what counts is to get away from it.
            self.tell(str(error))
        self.passed("refused")
        self.tell(f"{name} does not do: {why}. Going back to {old}")
        self._go_back(old)
        return why

    def _go_back(self, old: str) -> None:
        for step, done in ((self.service.stop, "stopped again"), (self.keeper.restore, "restored")):
            try:
                step()
            except UpdateError as error:
                # What can be done for the frame is that it runs again.
                self.tell(str(error))
            self.passed(done)
        try:
            self.releases.switch(old)
        finally:
            # Where the card does not take it the trial stays open, and the next boot goes on.
            self.passed("switched back")
            self._start()
        self._close()
        self.tell(f"{old} {'is back' if self._watch(old) is None else 'is back, and is not ready either'}")

    def _watch(self, name: str) -> str | None:
        """None when it has proved itself, else why not."""
        watching = Watching(Expected(version_of(name), name, self.ready_seconds), self.monotonic())
        while True:
            match watching.see(self.service.look(), self.monotonic()):
                case Proved():
                    return None
                case Failed(why):
                    return why
            self.wait(LOOK_SECONDS)

    def _start(self) -> None:
        try:
            self.service.start()
        except UpdateError as error:
            self.tell(str(error))
        self.passed("started")

    def _close(self) -> None:
        try:
            self.keeper.drop()
        except UpdateError as error:
            self.tell(str(error))
        self.passed("dropped")
        self.releases.close_trial()
        self.passed("closed")


def version_of(name: str) -> str:
    """That of the release with this name."""
    return name.partition("-python")[0]
