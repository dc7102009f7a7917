"""The panel's own light, turned down and up again: backlights made of files, and a ddcutil that lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.config import LightMethod
from kiosk.errors import DisplayError
from kiosk.system.light_sensor import LightSensor
from kiosk.system.panel_light import BacklightLamp, DdcLamp, Dimmer, lamp_of
from kiosk.system.panel_memory import PanelMemory
from kiosk.system.panel_methods import Backlight
from kiosk.system.room_light import RoomLight

DDCUTIL = """
echo "$*" >> {home}/calls
case "$1" in
setvcp) echo "$3" > {home}/level ;;
*) echo "VCP 10 C $(cat {home}/level) 100" ;;
esac
"""
LIES = {
    "does nothing": ('test "$1" = setvcp || echo "VCP 10 C 80 100"', "it says yes and does nothing"),
    "fails": (
        'test "$1" = setvcp && {{ echo "DDC error" >&2; exit 1; }}; echo "VCP 10 C 80 100"',
        "DDC error",
    ),
    "hangs": ('test "$1" = setvcp && sleep 1000; echo "VCP 10 C 80 100"', "it hangs"),
    "says nothing": ("exit 0", "does not tell how bright it is"),
    "has no such code": ('echo "VCP 10 ERR"', "does not tell how bright it is"),
    "has no range": ('echo "VCP 10 C 0 0"', "does not tell how bright it is"),
}


class Monitor:
    """One monitor behind a ddcutil of its own."""

    def __init__(self, home: Path, script: str = DDCUTIL) -> None:
        self.home = home
        (home / "bin").mkdir(parents=True)
        (home / "dev").mkdir()
        (home / "dev" / "i2c-1").touch()
        (home / "level").write_text("80\n")
        (home / "calls").touch()
        program = home / "bin" / "ddcutil"
        program.write_text("#!/bin/sh\n" + script.format(home=home))
        program.chmod(0o700)

    @property
    def lamp(self) -> DdcLamp:
        return DdcLamp({"PATH": f"{self.home / 'bin'}:{os.environ['PATH']}"}, self.home / "dev", 0.5)

    @property
    def level(self) -> int:
        return int((self.home / "level").read_text())

    @property
    def written(self) -> list[int]:
        lines = (self.home / "calls").read_text().splitlines()
        return [int(line.split()[2]) for line in lines if line.startswith("setvcp")]


def backlight(root: Path, name: str = "panel", present: int = 200, **more: str) -> Path:
    home = root / name
    home.mkdir(parents=True)
    for file, text in {"brightness": str(present), "max_brightness": "255", **more}.items():
        (home / file).write_text(text)
    return home


def level(home: Path) -> int:
    return int((home / "brightness").read_text())


def test_a_share_is_one_of_the_light_that_was_there_before_and_never_dark(tmp_path: Path) -> None:
    one = backlight(tmp_path, "one")
    two = backlight(tmp_path, "two", present=100)
    dimmer = Dimmer(BacklightLamp(tmp_path), PanelMemory(None))
    for share, levels in (
        (1.0, (200, 100)),
        (0.5, (100, 50)),
        (0.001, (1, 1)),
        (0.25, (50, 25)),
        (1.0, (200, 100)),
    ):
        dimmer.set(share)
        assert (level(one), level(two)) == levels


def test_at_the_end_it_is_as_before_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    home = backlight(tmp_path / "lights")
    (tmp_path / "state").mkdir()
    memory = PanelMemory(tmp_path / "state")
    light = RoomLight(LightSensor(tmp_path), Dimmer(BacklightLamp(tmp_path / "lights"), memory))
    light.set(0.25)
    assert (level(home), dict(memory.known.full)) == (50, {"panel": 200})
    light.restore()
    assert (level(home), dict(memory.known.full)) == (200, {})
    (home / "brightness").write_text("90")
    light.restore()
    assert level(home) == 90


def test_after_a_power_cut_the_dim_light_is_not_taken_for_the_full_one(tmp_path: Path) -> None:
    home = backlight(tmp_path / "lights")
    (tmp_path / "state").mkdir()
    for share, wanted in ((0.5, 100), (0.5, 100), (1.0, 200)):
        Dimmer(BacklightLamp(tmp_path / "lights"), PanelMemory(tmp_path / "state")).set(share)
        assert level(home) == wanted


def test_by_day_nothing_is_written_and_nothing_remembered(tmp_path: Path) -> None:
    home = backlight(tmp_path / "lights")
    (tmp_path / "state").mkdir()
    before = (home / "brightness").stat().st_mtime_ns
    dimmer = Dimmer(BacklightLamp(tmp_path / "lights"), PanelMemory(tmp_path / "state"))
    for _ in range(3):
        dimmer.set(1.0)
    dimmer.restore()
    assert (home / "brightness").stat().st_mtime_ns == before
    assert not list((tmp_path / "state").iterdir())


def test_a_panel_that_was_left_dark_has_all_of_its_light_as_the_full_one(tmp_path: Path) -> None:
    home = backlight(tmp_path, present=0)
    Dimmer(BacklightLamp(tmp_path), PanelMemory(None)).set(0.5)
    assert level(home) == 128


def test_a_backlight_that_ignores_what_is_written_is_found_out(tmp_path: Path) -> None:
    backlight(tmp_path, actual_brightness="200")
    with pytest.raises(DisplayError, match="backlight: it says yes and does nothing"):
        Dimmer(BacklightLamp(tmp_path), PanelMemory(None)).set(0.25)


@pytest.mark.parametrize("broken", ["brightness", "max_brightness"])
def test_a_backlight_that_vanishes_or_says_rubbish_is_a_fault_and_no_crash(
    tmp_path: Path, broken: str
) -> None:
    home = backlight(tmp_path)
    (home / broken).write_text("rubbish")
    with pytest.raises(DisplayError, match="backlight: invalid literal"):
        Dimmer(BacklightLamp(tmp_path), PanelMemory(None)).set(0.5)
    dimmer = Dimmer(BacklightLamp(tmp_path / "none"), PanelMemory(None))
    with pytest.raises(DisplayError, match="there is no backlight"):
        dimmer.set(0.5)


def test_a_backlight_that_vanishes_while_it_is_dim_is_remembered_for_the_next_start(tmp_path: Path) -> None:
    home = backlight(tmp_path)
    memory = PanelMemory(None)
    dimmer = Dimmer(BacklightLamp(tmp_path), memory)
    dimmer.set(0.5)
    home.rename(tmp_path.parent / f"{tmp_path.name}-gone")
    dimmer.restore()
    assert dict(memory.known.full) == {"panel": 200}


def test_a_panel_that_sleeps_is_not_lit_by_the_end_of_the_kiosk(tmp_path: Path) -> None:
    home = backlight(tmp_path)
    memory = PanelMemory(None)
    dimmer = Dimmer(BacklightLamp(tmp_path), memory)
    dimmer.set(0.5)
    sleep = Backlight(memory, tmp_path)
    sleep.switch(on=False)
    memory.turned(("backlight",))
    dimmer.restore()
    assert level(home) == 0
    sleep.switch(on=True)
    memory.turned(())
    Dimmer(BacklightLamp(tmp_path), memory).set(1.0, afresh=True)
    assert level(home) == 200, "the next morning"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_backlight_that_is_shut_is_named(tmp_path: Path) -> None:
    home = backlight(tmp_path)
    (home / "brightness").chmod(0o400)
    assert "may not be written by this user" in BacklightLamp(tmp_path).missing()


def test_a_monitor_goes_in_steps_of_five_and_is_told_none_of_them_twice(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path)
    dimmer = Dimmer(monitor.lamp, PanelMemory(None))
    shares = [0.25 ** (step / 20) for step in range(21)]
    for share in [*shares, *reversed(shares)]:
        dimmer.set(share)
        assert abs(monitor.level - 80 * share) <= 2.5
    down = [75, 70, 65, 60, 55, 50, 45, 40, 35, 30, 25, 20]
    assert monitor.written == [*down, *reversed(down[:-1]), 80]
    dimmer.set(0.5)
    dimmer.restore()
    assert monitor.level == 80


def test_a_monitor_that_was_off_meanwhile_is_looked_at_afresh(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path)
    dimmer = Dimmer(monitor.lamp, PanelMemory(None))
    dimmer.set(0.5)
    (tmp_path / "level").write_text("80")
    dimmer.set(0.5)
    assert monitor.level == 80, "nobody asks it at each step"
    dimmer.set(0.5, afresh=True)
    assert monitor.level == 40
    assert monitor.written == [40, 40]


@pytest.mark.parametrize("lie", LIES)
def test_a_tool_that_lies_is_found_out_and_named(tmp_path: Path, lie: str) -> None:
    script, reason = LIES[lie]
    monitor = Monitor(tmp_path, script)
    with pytest.raises(DisplayError, match=reason):
        Dimmer(monitor.lamp, PanelMemory(None)).set(0.25)


def test_what_is_not_here_is_said(tmp_path: Path) -> None:
    assert DdcLamp({"PATH": str(tmp_path)}, tmp_path).missing() == "ddcutil is not installed"
    monitor = Monitor(tmp_path / "monitor")
    (monitor.home / "dev" / "i2c-1").unlink()
    assert "there is no" in monitor.lamp.missing()


def test_each_method_of_the_configuration_has_its_lamp() -> None:
    lamps = {method: lamp_of(method, {}) for method in LightMethod}
    assert lamps[LightMethod.PICTURE] is None
    for method, lamp in lamps.items():
        assert lamp is None or lamp.name == method.value


def test_without_a_lamp_the_panel_is_not_dimmed(tmp_path: Path) -> None:
    light = RoomLight(LightSensor(tmp_path))
    with pytest.raises(DisplayError, match="nothing here dims"):
        light.set(0.5)
    light.restore()
    assert light.lux() is None
