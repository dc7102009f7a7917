"""The display goes in the middle of everything, and comes back with nothing of what was uploaded."""

from __future__ import annotations

from collections import deque
from typing import cast

from kiosk.app.sight import Change, Sight
from kiosk.display import Painter, Screen
from tests.faults.driver import Rig
from tests.faults.flows import all_stored, start_pick


class Wall:
    """In the place of `Sight`: what is plugged in and pulled out."""

    output = "HDMI-A-1"
    blind = False

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.news: deque[Change] = deque()
        self.screen = cast(Screen, rig.glass)
        self.painters = 0
        kiosk = rig._kiosk
        kiosk._sight, kiosk._painter_on = cast(Sight, self), self._painter_on

    def look(self, now: float, *, asleep: bool) -> Change | None:
        return self.news.popleft() if self.news else None

    def pull_out(self) -> None:
        self.rig.glass.showing = False
        self.news.append(Change.LOST)
        self.rig.until(lambda: self.rig.state.blind, 5)

    def plug_in(self) -> None:
        self.news.append(Change.FOUND)
        self.rig.until(lambda: not self.rig.state.blind, 5)

    def _painter_on(self, _screen: Screen) -> Painter:
        # Another window: whatever was on the first one is gone.
        self.painters += 1
        self.rig.glass.held.clear()
        self.rig.glass.thumbs.clear()
        return cast(Painter, self.rig.glass)


def test_without_a_display_nothing_is_painted_or_decoded_and_what_was_picked_is_fetched(rig: Rig) -> None:
    rig.show(3)
    wall = Wall(rig)
    wall.pull_out()
    assert rig.status()["screen"] is None
    flips, decoded = rig.glass.flips, len(rig.glass.held)
    start_pick(rig)
    rig.until(lambda: all_stored(rig), 600)
    rig.run(600)
    assert rig.glass.flips == flips
    assert len(rig.glass.held) <= decoded
    assert not rig.heard.faults


def test_a_display_that_comes_back_has_its_picture_uploaded_anew_and_the_show_goes_on(rig: Rig) -> None:
    rig.show(3)
    wall = Wall(rig)
    for _ in range(3):
        before = rig.state.show.current
        assert before is not None
        wall.pull_out()
        rig.run(300)
        wall.plug_in()
        rig.until(lambda: rig.glass.scene.current in rig.glass.held, 30)
        current = rig.state.show.current
        assert current is not None
        assert current.items == before.items
        rig.glass.forgive()
        # From here on the glass itself looks that there is a picture, and that its pixels are there.
        rig.glass.showing = True
        since = rig.mark()
        rig.run(3 * rig.glass.dwell)
        assert rig.slides(since) >= 2
    assert wall.painters == 3
    assert not rig.heard.lines


def test_a_display_that_is_exchanged_between_two_looks_is_the_same_to_the_show(rig: Rig) -> None:
    rig.show(3)
    wall = Wall(rig)
    rig.glass.showing = False
    wall.news.append(Change.FOUND)
    rig.until(lambda: wall.painters and rig.glass.scene.current in rig.glass.held, 30)
    rig.glass.forgive()
    rig.glass.showing = True
    rig.run(3 * rig.glass.dwell)
