"""The panel's light, with tools that lie in every way, and a kernel made of files."""

from __future__ import annotations

import array
import ctypes
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from kiosk.config import PowerMethod
from kiosk.errors import DisplayError
from kiosk.system import tool
from kiosk.system.connectors import Connector, connectors, display_of
from kiosk.system.panel import READS, Method, Panel
from kiosk.system.panel_kms import Kms
from kiosk.system.panel_memory import MOST_DISPLAYS, NAME, PanelMemory
from kiosk.system.panel_methods import Backlight, methods
from kiosk.system.tool import Trouble

WLOPM = """
case "$1" in
--off) echo off > {state} ;;
--on) echo on > {state} ;;
*) echo "HDMI-A-1 $(cat {state})" ;;
esac
"""
VCGENCMD = """
case "$2" in
0) echo off > {state}; echo display_power=0 ;;
1) echo on > {state}; echo display_power=1 ;;
*) test "$(cat {state})" = on && echo display_power=1 || echo display_power=0 ;;
esac
"""
CEC = """
case "$*" in
*--standby) echo off > {state} ;;
*--image-view-on) echo on > {state} ;;
*) test "$(cat {state})" = on && echo '    pwr-state: on (0x00)' || echo '    pwr-state: to-standby (0x03)' ;;
esac
"""
DDC = """
case "$1 $2 $3" in
"setvcp D6 4") echo off > {state} ;;
"setvcp D6 1") echo on > {state} ;;
*) test "$(cat {state})" = on && echo 'VCP D6 SNC x01' || echo 'VCP D6 SNC x04' ;;
esac
"""
HONEST = {"wlopm": WLOPM, "vcgencmd": VCGENCMD, "cec-ctl": CEC, "ddcutil": DDC}
NAMES = {"wlopm": "wlopm", "vcgencmd": "vcgencmd", "cec": "cec-ctl", "ddc": "ddcutil"}
LIES = {
    "it fails": ("echo 'no permission' >&2; exit 1", "it fails (1): no permission"),
    "it hangs": ("sleep 1000", "it hangs for more than"),
    "it is no program": (None, "it does not start"),
}
SCREEN = (Connector("HDMI-A-1", "connected", "On", "aa"),)


class Machine:
    """Fake tools on a PATH of their own, devices, a backlight, and what the panel does."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.state = home / "panel"
        self.state.write_text("on")
        self.calls = home / "calls"
        self.calls.touch()
        for name in ("bin", "dev", "lights", "state"):
            (home / name).mkdir()
        self.screens = SCREEN
        self.waits: list[float] = []

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": f"{self.home / 'bin'}:{os.environ['PATH']}", "WAYLAND_DISPLAY": "wayland-1"}

    def install(self, program: str, body: str | None) -> None:
        path = self.home / "bin" / program
        said = f'echo "{program} $*" >> {self.calls}\n'
        path.write_text("garbage" if body is None else "#!/bin/sh\n" + said + body.format(state=self.state))
        path.chmod(0o700)
        for device in ("cec0", "i2c-1"):
            (self.home / "dev" / device).touch()

    def backlight(self, **files: str) -> Path:
        light = self.home / "lights" / "rpi"
        light.mkdir()
        for name, text in files.items():
            (light / name).write_text(text)
        return light

    def methods(self, memory: PanelMemory, choice: PowerMethod = PowerMethod.AUTO) -> tuple[Method, ...]:
        none = Kms(self.home / "state")
        places = {"devices": self.home / "dev", "backlights": self.home / "lights"}
        return methods(choice, self.env, memory, kms=none, **places)

    def panel(self, choice: PowerMethod = PowerMethod.AUTO) -> Panel:
        """As after a start."""
        memory = PanelMemory(self.home / "state")
        return Panel(self.methods(memory, choice), memory, lambda: self.screens, self.waits.append)

    def asked(self) -> list[str]:
        """The programs that were called since the last time, by name."""
        names = [line.split()[0] for line in self.calls.read_text().splitlines()]
        self.calls.write_text("")
        return names

    @property
    def lit(self) -> bool:
        return self.state.read_text().strip() == "on"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(tool.run, "__defaults__", (30.0,))  # these machines are shared
    return Machine(tmp_path)


# Each method, honest. -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_each_tool_turns_the_panel_off_and_on(machine: Machine, name: str) -> None:
    machine.install(NAMES[name], HONEST[NAMES[name]])
    panel = machine.panel()
    assert panel.set(on=False) == (name,)
    assert not machine.lit
    assert panel.set(on=True) == (name,)
    assert machine.lit


@pytest.mark.parametrize(
    ("files", "off", "on"),
    [
        ({"bl_power": "0", "brightness": "90", "actual_brightness": "90", "max_brightness": "255"}, "4", "0"),
        ({"brightness": "90", "max_brightness": "255"}, "0", "90"),
    ],
    ids=["bl_power", "brightness"],
)
def test_a_backlight_goes_off_and_comes_back_as_it_was(
    machine: Machine, files: Mapping[str, str], off: str, on: str
) -> None:
    light = machine.backlight(**files)
    switch = light / ("bl_power" if "bl_power" in files else "brightness")
    assert machine.panel().set(on=False) == ("backlight",)
    assert switch.read_text() == off
    # Another process, after a restart, knows how bright it was.
    assert machine.panel().set(on=True) == ("backlight",)
    assert switch.read_text() == on


def test_a_backlight_that_nobody_remembers_comes_back_as_bright_as_it_can(machine: Machine) -> None:
    light = machine.backlight(brightness="0", max_brightness="255")
    Backlight(PanelMemory(None), machine.home / "lights").switch(on=False)
    Backlight(PanelMemory(None), machine.home / "lights").switch(on=True)
    assert (light / "brightness").read_text() == "255"


def test_a_backlight_of_garbage_cannot_tell(machine: Machine) -> None:
    machine.backlight(brightness="bright")
    light = Backlight(PanelMemory(None), machine.home / "lights")
    assert light.lit() is None
    with pytest.raises(Trouble, match="invalid literal"):
        light.switch(on=False)


# Each of them lying. --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("name", NAMES)
def test_a_tool_that_fails_hangs_or_is_none_gives_its_reason(
    machine: Machine, name: str, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lie == "it hangs":
        monkeypatch.setattr(tool.run, "__defaults__", (0.2,))
    body, reason = LIES[lie]
    machine.install(NAMES[name], body)
    with pytest.raises(DisplayError, match="nothing turns the panel off") as caught:
        machine.panel().set(on=False)
    told = dict(part.split(": ", 1) for part in str(caught.value).partition(". ")[2].split("; "))
    assert told[name].startswith(reason)
    assert told.keys() == {"kms", *NAMES, "backlight"}


@pytest.mark.parametrize("name", NAMES)
def test_after_a_tool_that_says_yes_and_does_nothing_the_next_is_tried(machine: Machine, name: str) -> None:
    on = {
        "wlopm": "echo HDMI-A-1 on",
        "vcgencmd": "echo display_power=1",
        "cec": "echo pwr-state: on",
        "ddc": "echo VCP D6 SNC x01",
    }
    machine.install(NAMES[name], on[name])
    light = machine.backlight(bl_power="0", brightness="9", actual_brightness="9")
    (light / "actual_brightness").unlink()
    assert machine.panel().set(on=False) == ("backlight",)
    assert machine.waits == [1.0] * (READS - 1), "a television takes a moment"


@pytest.mark.parametrize(
    "garbage", ["exit 0", "head -c 300 /dev/urandom", "echo display_power=-1; echo pwr-state: ?"]
)
@pytest.mark.parametrize("name", NAMES)
def test_a_tool_that_cannot_tell_counts_only_where_nothing_can(
    machine: Machine, name: str, garbage: str
) -> None:
    machine.install(NAMES[name], garbage)
    assert machine.panel().set(on=False) == (name,)
    machine.backlight(bl_power="0", brightness="0")
    assert machine.panel(PowerMethod.BACKLIGHT).set(on=False) == ("backlight",)


def test_one_that_is_seen_to_work_ends_the_search_behind_one_that_cannot_tell(machine: Machine) -> None:
    machine.install("wlopm", "exit 0")
    machine.install("ddcutil", DDC)
    panel = machine.panel()
    assert panel.set(on=False) == ("wlopm", "ddc")
    assert panel.set(on=True) == ("wlopm", "ddc")
    machine.asked()
    assert panel.set(on=False) == ("ddc",), "what is seen to work is enough from then on"
    assert set(machine.asked()) == {"ddcutil"}


def test_a_backlight_that_ignores_its_switch_is_found_out(machine: Machine) -> None:
    machine.backlight(brightness="9", actual_brightness="9", max_brightness="9")
    with pytest.raises(DisplayError, match="backlight: it says yes and does nothing"):
        machine.panel().set(on=False)


def test_a_tool_that_is_not_installed_or_has_nothing_to_work_on_is_not_called(machine: Machine) -> None:
    reasons = {each.name: each.missing() for each in machine.methods(PanelMemory(None))}
    assert reasons["wlopm"] == "wlopm is not installed"
    assert reasons["backlight"] == "there is no backlight"
    for program in HONEST:
        machine.install(program, "exit 0")
    for device in (machine.home / "dev").iterdir():
        device.unlink()
    bare = {key: value for key, value in machine.env.items() if key != "WAYLAND_DISPLAY"}
    found = methods(PowerMethod.AUTO, bare, PanelMemory(None), devices=machine.home / "dev")
    reasons = {each.name: each.missing() for each in found}
    assert reasons["wlopm"] == "WAYLAND_DISPLAY is not set"
    assert reasons["cec"] == f"there is no {machine.home}/dev/cec*"
    assert reasons["ddc"] == f"there is no {machine.home}/dev/i2c-*"
    assert reasons["kms"] == "the kiosk does not draw with kmsdrm"


def test_what_this_user_may_not_touch_is_said(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.install("ddcutil", DDC)
    machine.backlight(bl_power="0", brightness="9")
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith(("i2c-1", "bl_power")))
    reasons = {each.name: each.missing() for each in machine.methods(PanelMemory(None))}
    assert reasons["ddc"].endswith("i2c-1 is shut to this user")
    assert reasons["backlight"].endswith("bl_power may not be written by this user")


def test_a_method_that_was_chosen_is_the_only_one(machine: Machine) -> None:
    for program, body in HONEST.items():
        machine.install(program, body)
    assert machine.panel(PowerMethod.DDC).set(on=False) == ("ddc",)
    assert set(machine.asked()) == {"ddcutil"}


def test_black_asks_nobody(machine: Machine) -> None:
    machine.install("wlopm", WLOPM)
    panel = machine.panel(PowerMethod.BLACK)
    assert panel.set(on=False) == ()
    assert panel.set(on=True) == ()
    assert machine.asked() == []


# What is remembered. --------------------------------------------------------------------------------------------------


def test_the_next_evening_asks_one_tool_only_after_a_restart_too(machine: Machine) -> None:
    machine.install("vcgencmd", "echo display_power=1")
    machine.install("ddcutil", DDC)
    panel = machine.panel()
    panel.set(on=False)
    assert set(machine.asked()) == {"vcgencmd", "ddcutil"}
    panel.set(on=True)
    machine.asked()
    assert machine.panel().set(on=False) == ("ddc",)
    assert set(machine.asked()) == {"ddcutil"}


def test_another_display_is_tried_anew(machine: Machine) -> None:
    machine.install("vcgencmd", "echo display_power=1")
    machine.install("ddcutil", DDC)
    panel = machine.panel()
    panel.set(on=False)
    panel.set(on=True)
    machine.asked()
    machine.screens = (Connector("HDMI-A-1", "connected", "On", "bb"),)
    panel.set(on=False)
    assert set(machine.asked()) == {"vcgencmd", "ddcutil"}


def test_what_no_longer_works_gives_way_to_the_next(machine: Machine) -> None:
    machine.install("ddcutil", DDC)
    machine.panel().set(on=False)
    machine.panel().set(on=True)
    machine.install("ddcutil", "exit 1")
    machine.install("wlopm", WLOPM)
    assert machine.panel().set(on=False) == ("wlopm",)


def test_a_panel_that_was_left_off_is_lit_after_a_restart(machine: Machine) -> None:
    machine.install("ddcutil", DDC)
    machine.panel().set(on=False)
    assert not machine.lit
    assert machine.panel().set(on=True) == ("ddc",)
    assert machine.lit
    machine.asked()
    assert machine.panel().set(on=True) == (), "it is on"
    assert machine.asked() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "garbage",
        '{"displays": 1}',
        '{"displays": {"a": 1}}',
        '{"brightness": {"a": []}}',
        "[" * 9999,
    ],
)
def test_a_memory_of_garbage_is_no_memory(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    memory = PanelMemory(tmp_path)
    assert memory.known.displays == {}
    memory.remember("a", ("ddc",))
    assert PanelMemory(tmp_path).known.displays == {"a": ("ddc",)}


def test_the_memory_is_private_small_and_written_only_when_it_changes(tmp_path: Path) -> None:
    memory = PanelMemory(tmp_path)
    memory.turned(())
    assert not (tmp_path / NAME).exists()
    for number in range(MOST_DISPLAYS + 5):
        memory.remember(str(number), ("ddc",))
    file = tmp_path / NAME
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(file.read_text())["displays"]) == MOST_DISPLAYS
    before = file.stat().st_ino
    memory.remember(str(MOST_DISPLAYS + 4), ("ddc",))
    assert file.stat().st_ino == before


def test_a_card_that_cannot_be_written_costs_the_memory_and_nothing_else(tmp_path: Path) -> None:
    memory = PanelMemory(tmp_path / "none")
    memory.remember("a", ("ddc",))
    assert memory.known.displays == {"a": ("ddc",)}


# Through the night. ---------------------------------------------------------------------------------------------------


def test_as_long_as_nothing_has_changed_no_tool_is_asked_again(machine: Machine) -> None:
    machine.install("ddcutil", DDC)
    panel = machine.panel()
    panel.set(on=False)
    machine.asked()
    assert panel.set(on=False, again=True) == ("ddc",)
    assert machine.asked() == []


def test_a_panel_that_appears_at_night_is_turned_off(machine: Machine) -> None:
    machine.install("ddcutil", DDC)
    panel = machine.panel()
    panel.set(on=False)
    machine.state.write_text("on")
    machine.screens = (*SCREEN, Connector("HDMI-A-2", "connected", "On", "cc"))
    assert panel.set(on=False, again=True) == ("ddc",)
    assert not machine.lit


def test_a_television_that_somebody_watches_is_left_alone(machine: Machine) -> None:
    machine.install("cec-ctl", CEC)
    panel = machine.panel()
    assert panel.set(on=False) == ("cec",)
    machine.state.write_text("on")
    machine.screens = (Connector("HDMI-A-1", "connected", "Off", "aa"),)
    assert panel.set(on=False, again=True) == ("cec",)
    assert machine.lit
    machine.screens = (Connector("HDMI-A-1", "connected", "Off", "other"),)
    assert panel.set(on=False, again=True) == ("cec",)
    assert machine.lit


def test_what_failed_is_not_tried_every_minute(machine: Machine) -> None:
    machine.install("ddcutil", "exit 1")
    panel = machine.panel()
    with pytest.raises(DisplayError):
        panel.set(on=False)
    machine.asked()
    with pytest.raises(DisplayError, match="ddc: it fails"):
        panel.set(on=False, again=True)
    assert machine.asked() == []


def test_a_panel_that_does_not_come_on_is_tried_twice_and_said(machine: Machine) -> None:
    machine.install("ddcutil", DDC)
    panel = machine.panel()
    panel.set(on=False)
    machine.install("ddcutil", "echo VCP D6 SNC x04")
    machine.asked()
    with pytest.raises(DisplayError, match=r"does not come on again\. ddc: it says yes and does nothing"):
        panel.set(on=True)
    machine.install("ddcutil", "exit 1")
    with pytest.raises(DisplayError, match="ddc: it fails"):
        panel.set(on=True)
    machine.install("ddcutil", DDC)
    assert machine.panel().set(on=True) == ("ddc",), "it is still known that it is off"


def test_a_tool_that_was_removed_at_night_is_named(machine: Machine) -> None:
    machine.install("ddcutil", DDC)
    panel = machine.panel()
    panel.set(on=False)
    (machine.home / "bin" / "ddcutil").unlink()
    with pytest.raises(DisplayError, match="ddcutil is not installed"):
        panel.set(on=True)


# The kernel's connectors. ---------------------------------------------------------------------------------------------


def test_connectors_are_read_from_sysfs(tmp_path: Path) -> None:
    for name, files in {
        "card0": {},
        "card1-HDMI-A-1": {"status": b"connected\n", "dpms": b"On\n", "edid": b"\0\xff"},
        "card1-DSI-1": {"status": b"disconnected\n"},
        "renderD128": {},
    }.items():
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_bytes(text)
    dsi, hdmi = connectors(tmp_path)
    assert (dsi.name, dsi.status, dsi.dpms, dsi.edid) == ("DSI-1", "disconnected", "", "")
    assert (hdmi.name, hdmi.status, hdmi.dpms) == ("HDMI-A-1", "connected", "On")
    assert hdmi.edid
    assert connectors(tmp_path / "none") == ()


def test_a_display_is_known_at_any_connector() -> None:
    here, there = (Connector(name, "connected", "On", "aa") for name in ("HDMI-A-1", "HDMI-A-2"))
    assert display_of((here,)) == display_of((there,))
    bare, other = (Connector(name, "connected", "On", "") for name in ("DSI-1", "DSI-2"))
    assert display_of((bare,)) != display_of((other,))
    assert display_of((here, Connector("DP-1", "disconnected", "Off", ""))) == display_of((here,))


class Kernel:
    """The graphics device's answers to ioctl(2), in the layouts of drm_mode.h, written here a second time."""

    def __init__(self, connectors_: Mapping[int, Mapping[int, bytes]]) -> None:
        self.connectors = connectors_
        """Connector -> its properties by number."""
        self.set: list[tuple[int, int, int]] = []
        self.error: OSError | None = None

    def __call__(self, fd: int, request: int, words: bytearray) -> int:
        if self.error:
            raise self.error
        assert fd == 7
        match request & 0xFF:
            case 0xA0:
                self._list(words, list(self.connectors), pointer=16, count=40)
            case 0xA7:
                connector = int.from_bytes(words[48:52], "little")
                assert int.from_bytes(words[32:36], "little") == 1, "the display would be probed"
                assert int.from_bytes(words[8:16], "little"), "no room for a mode"
                self._list(words, list(self.connectors[connector]), pointer=16, count=36)
            case 0xAA:
                names = {number: name for each in self.connectors.values() for number, name in each.items()}
                words[24:56] = names[int.from_bytes(words[16:20], "little")].ljust(32, b"\0")
            case 0xAB:
                value, number, connector = struct.unpack("=QII", words)
                self.set.append((connector, number, value))
        assert request >> 16 & 0x3FFF == len(words)
        return 0

    @staticmethod
    def _list(words: bytearray, numbers: list[int], *, pointer: int, count: int) -> None:
        """Fills the caller's array where it is large enough, and says how many there are."""
        where = int.from_bytes(words[pointer : pointer + 8], "little")
        if int.from_bytes(words[count : count + 4], "little") >= len(numbers) and where:
            ctypes.memmove(where, array.array("I", numbers).tobytes(), 4 * len(numbers))
        words[count : count + 4] = len(numbers).to_bytes(4, "little")


@pytest.fixture
def descriptors(tmp_path: Path) -> Path:
    links = {"0": "/dev/null", "5": "/dev/dri/renderD128", "7": "/dev/dri/card1", "9": "socket:[1]"}
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    (tmp_path / "11").touch()  # closed while it was looked at
    return tmp_path


def test_the_kernel_is_asked_over_the_descriptor_that_shows_the_picture(descriptors: Path) -> None:
    kernel = Kernel({31: {1: b"EDID", 2: b"DPMS"}, 32: {1: b"EDID", 2: b"DPMS"}, 40: {3: b"link-status"}})
    kms = Kms(descriptors, ioctl=kernel)
    assert kms.missing() == ""
    kms.switch(on=False)
    assert kernel.set == [(31, 2, 3), (32, 2, 3)]
    kms.switch(on=True)
    assert kernel.set[2:] == [(31, 2, 0), (32, 2, 0)]


def test_a_kernel_that_refuses_or_knows_no_dpms_is_quoted(descriptors: Path) -> None:
    kernel = Kernel({31: {1: b"EDID"}})
    kms = Kms(descriptors, ioctl=kernel)
    with pytest.raises(Trouble, match="no connector has a DPMS property"):
        kms.switch(on=False)
    kernel.error = OSError(13, "Permission denied")
    with pytest.raises(Trouble, match="the kernel refuses it: Permission denied"):
        kms.switch(on=False)


def test_a_real_descriptor_that_is_no_display_is_refused_by_the_real_kernel(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        (tmp_path / "fds").mkdir()
        (tmp_path / "fds" / str(file.fileno())).symlink_to("/dev/dri/card0")
        with pytest.raises(Trouble, match="the kernel refuses it"):
            Kms(tmp_path / "fds").switch(on=False)


@pytest.mark.parametrize(
    ("told", "lit"),
    [(["On", "Off"], True), (["Off", "Off"], False), (["", ""], None), (["Off", "On"], True)],
)
def test_what_the_kernel_did_is_read_back(descriptors: Path, told: list[str], lit: bool | None) -> None:
    found = tuple(Connector(f"HDMI-A-{number}", "connected", dpms, "") for number, dpms in enumerate(told))
    assert Kms(descriptors, lambda: (*found, Connector("DP-1", "disconnected", "On", ""))).lit() is lit


def test_the_kernel_is_the_first_to_be_tried_and_nothing_to_be_undone_after_a_restart(
    descriptors: Path,
) -> None:
    kernel = Kernel({31: {2: b"DPMS"}})

    def look() -> tuple[Connector, ...]:
        dark = bool(kernel.set) and kernel.set[-1][2] == 3
        return (Connector("HDMI-A-1", "connected", "Off" if dark else "On", "aa"),)

    memory = PanelMemory(descriptors)
    found = methods(PowerMethod.AUTO, {"PATH": ""}, memory, kms=Kms(descriptors, look, kernel))
    assert [each.name for each in found] == ["kms", "wlopm", "vcgencmd", "cec", "ddc", "backlight"]
    panel = Panel(found, memory, look)
    assert panel.set(on=False) == ("kms",)
    assert PanelMemory(descriptors).known.off_by == ()
    assert panel.set(on=False, again=True) == ("kms",)
    assert len(kernel.set) == 1
    assert panel.set(on=True) == ("kms",)
    # A kiosk that draws no more has nothing to light.
    panel.set(on=False)
    (descriptors / "7").unlink()
    assert panel.set(on=True) == ("kms",)
    assert len(kernel.set) == 3
