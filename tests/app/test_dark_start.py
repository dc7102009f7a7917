"""A frame that is begun in the dark opens no window, which would light the display, before somebody is to see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.app.sight import LOOK_EVERY, Change, Sight
from kiosk.core.model import Size
from kiosk.core.outputs import Output
from kiosk.display import Screen
from kiosk.display.absent import NoScreen
from kiosk.system.outputs import Hold

MONITOR = Output("HDMI-A-1", 0, connected=True, modes=(Size(1280, 720),))


class Opened(NoScreen):
    """In the place of a window."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = "kmsdrm"


class Console:
    """Where the windows are counted that were opened."""

    def __init__(self, devices: Path) -> None:
        self.windows = 0
        env = {"SDL_VIDEODRIVER": "kmsdrm"}
        self.sight = Sight(
            self.open, env, look=lambda: (MONITOR,), slow=lambda: False, hold=Hold(devices / "none")
        )

    def open(self, _output: Output | None, _mode: Size | None) -> Screen:
        self.windows += 1
        return Opened()


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def test_a_start_in_the_dark_opens_no_window_until_the_frame_wakes(console: Console) -> None:
    console.sight.open(asleep=True)
    for second in range(5):
        assert console.sight.look(second * LOOK_EVERY, asleep=True) is None
    assert (console.windows, console.sight.blind, console.sight.on_console) == (0, True, True)
    assert console.sight.look(9 * LOOK_EVERY, asleep=False) is Change.FOUND
    assert (console.windows, console.sight.blind) == (1, False)


def test_a_start_by_day_opens_its_window_at_once(console: Console) -> None:
    console.sight.open()
    assert (console.windows, console.sight.blind) == (1, False)
