"""The whole frame on an injected clock, with real pixels: the rig of the fault suite over a real painter."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.core.commands import FetchRendition
from kiosk.core.events import Verb
from kiosk.core.model import SlideId
from kiosk.core.scene import Scene
from kiosk.core.settings import PickMode
from kiosk.display import Painter, PreparedSlide, open_screen
from kiosk.system import assets_dir
from kiosk.system.clock import ManualClock
from tests.faults.driver import Rig
from tests.faults.glass import SCREEN, Glass


class PaintedGlass(Glass):
    """Checks what it is told, and paints it on a surface."""

    dwell = 5.0

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.screen = open_screen(SCREEN)
        self.painter = Painter(self.screen.canvas, assets_dir())
        self.alone: Callable[[], bool] = lambda: True
        """No other picture is on the card, so this one may stay."""
        self.shown = 0
        """Slides that have come, which ``turns`` forgets."""

    @property
    def textures(self) -> int:
        return len(self.screen.canvas._images)  # type: ignore[attr-defined]

    def upload(self, slide: SlideId, pixels: PreparedSlide) -> None:
        super().upload(slide, pixels)
        self.painter.upload(slide, pixels)

    def drop(self, slide: SlideId) -> None:
        super().drop(slide)
        self.painter.drop(slide)

    def paint(self, scene: Scene) -> bool:
        before = len(self.turns)
        if self.alone():
            self.forgive()
        super().paint(scene)
        self.shown += len(self.turns) - before
        del self.turns[:-1]
        return self.painter.paint(scene)


class PaintedRig(Rig):
    """Forgets what a test would look at afterwards, so that only the frame itself can grow."""

    glass: PaintedGlass
    glass_of = PaintedGlass
    mode = PickMode.REPLACE

    def start(self) -> None:
        super().start()
        self.glass.alone = lambda: self.state.counts.stored < 2

    def forget(self) -> None:
        """What the harness and the demo's Google have written down."""
        self.asked.clear()
        self.heard.lines.clear()
        self.glass.titles.clear()
        self.google.clear_requests()
        self.google.faults.clear()
        self.google.expire_base_urls()

    def run_slides(self, count: int) -> None:
        end = self.glass.shown + count
        self.until(lambda: self.glass.shown >= end, 2 * count * (self.glass.dwell + 1) + 600)

    def pick_these(self, ids: list[str]) -> None:
        """A whole pick over the running show, to the deleted picking session."""
        self.ask(Verb.PICK)
        self.until(lambda: self.status()["picker_uri"] or self.status()["user_code"], 3600)
        if self.status()["user_code"]:  # a second 401 signs the frame out
            self.approve()
            self.until(lambda: self.status()["picker_uri"], 3600)
        self.google.person.pick(self.google.sessions[-1], ids)
        self.until(self.settled, 4 * 3600)

    def settled(self) -> bool:
        pending = [each for each in self.inbox.owed.values() if isinstance(each, FetchRendition)]
        return not (pending or self.google.sessions or self.state.picking.deletions)

    def close(self) -> None:
        super().close()
        self.glass.screen.close()
