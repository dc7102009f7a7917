"""The display goes, comes back, is another one: the frame follows it, and opens nothing in the dark."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import evolve

from kiosk.app.sight import LOOK_EVERY, RETRY, Change, Sight
from kiosk.core.model import Size
from kiosk.core.outputs import FULL_HD, Output
from kiosk.display import Screen
from kiosk.display.absent import NoCanvas, NoScreen
from kiosk.errors import DisplayError
from kiosk.system.outputs import Hold

UHD = Size(3840, 2160)
TV = Output("HDMI-A-1", 0, connected=True, monitor="TV", modes=(UHD, FULL_HD), edid="tv")
DESK = Output("HDMI-A-2", 0, connected=True, index=1, monitor="DESK", modes=(FULL_HD,), edid="desk")


def off(output: Output) -> Output:
    return Output(output.name, output.card)


class Opened(NoScreen):
    """A window on a console, as far as this is about."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = "kmsdrm"
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Room:
    """Connectors, and what was opened on them."""

    def __init__(
        self,
        tmp_path: Path,
        *found: Output,
        wanted: str = "",
        slow: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> None:
        (tmp_path / "card0").touch()
        self.found = found
        self.opened: list[tuple[Output | None, Size | None, Screen]] = []
        self.broken = ""
        self.now = 0.0
        self.held = Held(tmp_path)
        self.sight = Sight(self._open, env or {}, wanted, lambda: self.found, lambda: slow, self.held)

    def _open(self, output: Output | None, mode: Size | None) -> Screen:
        if self.broken:
            raise DisplayError(self.broken)
        assert not self.held.taken, "SDL would find another master"
        self.opened.append((output, mode, Opened()))
        return self.opened[-1][2]

    def look(self, *, times: int = 2, asleep: bool = False) -> list[Change]:
        """What is said in so many seconds."""
        said = []
        for _ in range(times):
            self.now += LOOK_EVERY
            said.append(self.sight.look(self.now, asleep=asleep))
        return [change for change in said if change is not None]

    @property
    def on(self) -> list[str]:
        return [output.name for output, _, _ in self.opened if output is not None]


class Held(Hold):
    taken = False

    def take(self) -> None:
        super().take()
        self.taken = True

    def release(self) -> None:
        super().release()
        self.taken = False


def test_a_display_that_goes_is_waited_for_and_opened_again_when_it_is_back(tmp_path: Path) -> None:
    room = Room(tmp_path, TV)
    room.sight.open()
    assert room.look(times=5) == []
    room.found = (off(TV),)
    assert room.look(times=1) == []
    assert room.look(times=5) == [Change.LOST]
    assert room.sight.output is None
    # The window stays: without it the kernel's console would have the display.
    assert not room.opened[0][2].closed  # type: ignore[attr-defined]
    room.found = (TV,)
    assert room.look(times=5) == [Change.FOUND]
    assert room.opened[0][2].closed  # type: ignore[attr-defined]
    assert room.on == ["HDMI-A-1", "HDMI-A-1"]
    assert room.sight.screen is room.opened[1][2]
    assert room.sight.output is not None


def test_a_flicker_of_a_second_is_no_change(tmp_path: Path) -> None:
    room = Room(tmp_path, TV)
    room.sight.open()
    for found in (off(TV), TV, evolve(TV, edid=""), TV, off(TV), TV):
        room.found = (found,)
        assert room.look(times=1) == []
    assert len(room.opened) == 1


def test_it_looks_once_a_second_and_no_more_often(tmp_path: Path) -> None:
    room = Room(tmp_path, TV)
    room.sight.open()
    looked = []
    room.sight._look = lambda: looked.append(1) or room.found  # type: ignore[func-returns-value]
    for tenth in range(31):
        room.sight.look(100.0 + tenth / 10, asleep=False)
    assert len(looked) == 4


def test_a_frame_without_a_display_holds_the_cards_and_takes_the_first_that_comes(tmp_path: Path) -> None:
    room = Room(tmp_path, off(TV), off(DESK))
    screen = room.sight.open()
    assert isinstance(screen.canvas, NoCanvas)
    assert room.sight.blind
    assert room.held.taken
    assert room.look(times=10) == []
    room.found = (off(TV), DESK)
    assert room.look() == [Change.FOUND]
    assert room.on == ["HDMI-A-2"]
    assert not room.sight.blind


def test_another_display_at_the_same_connector_is_opened_anew(tmp_path: Path) -> None:
    room = Room(tmp_path, TV)
    room.sight.open()
    room.found = (evolve(TV, modes=(FULL_HD,), edid="another"),)
    assert room.look() == [Change.FOUND]
    assert room.look(times=5) == []


def test_a_second_display_does_not_take_the_frame_away_from_its_own(tmp_path: Path) -> None:
    room = Room(tmp_path, off(TV), evolve(DESK, index=0))
    room.sight.open()
    room.found = (TV, DESK)
    assert room.look(times=5) == []
    room.found = (TV, off(DESK))
    assert room.look() == [Change.FOUND]
    assert room.on == ["HDMI-A-2", "HDMI-A-1"]


def test_the_one_that_is_named_is_waited_for_and_taken_when_it_comes(tmp_path: Path) -> None:
    room = Room(tmp_path, TV, off(DESK), wanted="HDMI-A-2")
    room.sight.open()
    assert room.sight.blind
    room.found = (TV, DESK)
    assert room.look() == [Change.FOUND]
    assert room.on == ["HDMI-A-2"]


def test_a_name_that_nothing_has_is_told_and_the_frame_is_on_the_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    room = Room(tmp_path, TV, DESK, wanted="HDMI-2")
    with caplog.at_level("INFO"):
        room.sight.open()
    assert "HDMI-2 is no connector" in caplog.text
    assert "the frame is on HDMI-A-1 (TV)" in caplog.text


@pytest.mark.parametrize(("slow", "mode"), [(True, FULL_HD), (False, None)])
def test_a_slow_gpu_is_asked_for_full_hd(tmp_path: Path, slow: bool, mode: Size | None) -> None:
    room = Room(tmp_path, TV, slow=slow)
    room.sight.open()
    assert room.opened[0][1] == mode


def test_asleep_nothing_is_opened_whatever_is_plugged_in(tmp_path: Path) -> None:
    room = Room(tmp_path, TV)
    room.sight.open()
    room.found = (off(TV),)
    assert room.look(asleep=True) == [Change.LOST]
    room.found = (DESK,)
    assert room.look(times=20, asleep=True) == []
    assert len(room.opened) == 1
    assert room.look(times=1) == [Change.FOUND]
    assert room.on == ["HDMI-A-1", "HDMI-A-2"]


def test_where_nothing_was_open_the_cards_stay_held_through_the_night(tmp_path: Path) -> None:
    room = Room(tmp_path, off(TV))
    room.sight.open()
    room.found = (TV,)
    assert room.look(times=20, asleep=True) == []
    assert room.held.taken
    assert room.look(times=1) == [Change.FOUND]
    assert not room.held.taken


def test_a_display_on_which_nothing_opens_is_tried_again_now_and_then(tmp_path: Path) -> None:
    room = Room(tmp_path, TV)
    room.sight.open()
    room.broken, room.found = "another program draws on card0", (DESK,)
    assert room.look() == [Change.LOST]
    assert isinstance(room.sight.screen.canvas, NoCanvas)
    assert room.look(times=int(RETRY) + 2) == []
    room.broken = ""
    assert room.look(times=int(RETRY)) == [Change.FOUND]


def test_a_display_on_which_nothing_opens_at_the_start_is_an_error(tmp_path: Path) -> None:
    """systemd tries again; a person reads the reason."""
    room = Room(tmp_path, TV)
    room.broken = "no libgbm"
    with pytest.raises(DisplayError, match="no libgbm"):
        room.sight.open()


@pytest.mark.parametrize(
    "env", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}, {"SDL_VIDEODRIVER": "dummy"}]
)
def test_in_a_desktop_the_desktop_sees_to_it(tmp_path: Path, env: dict[str, str]) -> None:
    room = Room(tmp_path, off(TV), env=env)
    room.sight.open()
    assert room.opened[0][:2] == (None, None)
    room.found = ()
    assert room.look(times=5) == []
    room.sight.close()
    assert room.opened[0][2].closed  # type: ignore[attr-defined]


def test_a_kernel_without_connectors_is_left_to_sdl(tmp_path: Path) -> None:
    room = Room(tmp_path, env={"SDL_VIDEODRIVER": "kmsdrm"})
    room.sight.open()
    assert room.opened[0][:2] == (None, None)
