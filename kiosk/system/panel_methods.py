"""The ways to turn a panel off, in the order in which they are tried."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kiosk.config import PowerMethod
from kiosk.system.panel import Method
from kiosk.system.panel_kms import Kms
from kiosk.system.panel_memory import PanelMemory
from kiosk.system.tool import Trouble, find, run

BACKLIGHTS = Path("/sys/class/backlight")
DEVICES = Path("/dev")

_POWER_DOWN, _UNBLANK = "4", "0"
"""FB_BLANK_POWERDOWN, FB_BLANK_UNBLANK (Documentation/ABI/stable/sysfs-class-backlight)."""


class Tool:
    """A program that turns the panel off, on, and tells whether it is lit. Arguments without the program's name.

    needs: why it cannot be tried although it is installed; empty if it can.
    """

    lasts = True

    def __init__(
        self,
        name: str,
        program: str,
        env: Mapping[str, str],
        *,
        off: Sequence[str],
        on: Sequence[str],
        ask: Sequence[str],
        read: Callable[[str], bool | None],
        needs: Callable[[], str] = str,
        repeats: bool = True,
    ) -> None:
        self.name = name
        self.repeats = repeats
        self._program = program
        self._env = env
        self._arguments = {True: on, False: off}
        self._ask = ask
        self._told = read
        self._needs = needs

    def missing(self) -> str:
        if find(self._program, self._env) is None:
            return f"{self._program} is not installed"
        return self._needs()

    def switch(self, *, on: bool) -> None:
        self._run(self._arguments[on])

    def lit(self) -> bool | None:
        try:
            return self._told(self._run(self._ask))
        except Trouble:
            return None

    def _run(self, arguments: Sequence[str]) -> str:
        return run((find(self._program, self._env) or self._program, *arguments), self._env)


class Backlight:
    """``bl_power`` of every backlight, or its brightness where there is no ``bl_power``."""

    name = "backlight"
    lasts = True
    repeats = True

    def __init__(self, memory: PanelMemory, root: Path = BACKLIGHTS) -> None:
        self._root = root
        self._memory = memory

    def missing(self) -> str:
        files = [_switch_of(light) for light in self._lights()]
        if not files:
            return "there is no backlight"
        shut = [file for file in files if not os.access(file, os.W_OK)]
        return f"{shut[0]} may not be written by this user" if shut else ""

    def switch(self, *, on: bool) -> None:
        try:
            for light in self._lights():
                self._switch(light, on=on)
        except (OSError, ValueError) as error:
            raise Trouble(str(error)) from error

    def lit(self) -> bool | None:
        try:
            return any(_is_lit(light) for light in self._lights())
        except (OSError, ValueError):
            return None

    def _lights(self) -> list[Path]:
        return sorted(self._root.glob("*"))

    def _switch(self, light: Path, *, on: bool) -> None:
        file = _switch_of(light)
        if file.name == "bl_power":
            file.write_text(_UNBLANK if on else _POWER_DOWN)
        elif on:
            before = self._memory.known.brightness.get(light.name) or _number(light / "max_brightness")
            file.write_text(str(before))
        else:
            if present := _number(file):
                self._memory.dimmed(light.name, present)
            file.write_text("0")


def _switch_of(light: Path) -> Path:
    power = light / "bl_power"
    return power if power.exists() else light / "brightness"


def _is_lit(light: Path) -> bool:
    file = _switch_of(light)
    if file.name == "bl_power" and _number(file):
        return False
    # A driver that ignores bl_power keeps on telling a brightness.
    actual = light / "actual_brightness"
    return _number(actual if actual.exists() else light / "brightness") > 0


def _number(file: Path) -> int:
    return int(file.read_text())


def methods(
    choice: PowerMethod,
    env: Mapping[str, str],
    memory: PanelMemory,
    *,
    devices: Path = DEVICES,
    backlights: Path = BACKLIGHTS,
    kms: Kms | None = None,
) -> tuple[Method, ...]:
    """Those that ``[sleep] method`` allows."""
    every: tuple[Method, ...] = (
        kms or Kms(),
        _wlopm(env),
        _vcgencmd(env),
        _cec(env, devices),
        _ddc(env, devices),
        Backlight(memory, backlights),
    )
    return tuple(method for method in every if choice is PowerMethod.AUTO or choice.value == method.name)


def _wlopm(env: Mapping[str, str]) -> Tool:
    def needs() -> str:
        return "" if env.get("WAYLAND_DISPLAY") else "WAYLAND_DISPLAY is not set"

    def read(said: str) -> bool | None:
        states = re.findall(r"^\S+ (on|off)$", said, re.MULTILINE)
        return "on" in states if states else None

    return Tool("wlopm", "wlopm", env, off=("--off", "*"), on=("--on", "*"), ask=(), read=read, needs=needs)


def _vcgencmd(env: Mapping[str, str]) -> Tool:
    def read(said: str) -> bool | None:
        found = re.fullmatch(r"display_power=([01])", said.strip())
        return found[1] == "1" if found else None

    word = "display_power"
    return Tool("vcgencmd", "vcgencmd", env, off=(word, "0"), on=(word, "1"), ask=(word,), read=read)


def _cec(env: Mapping[str, str], devices: Path) -> Tool:
    """The television itself, over HDMI. Others use it too, so it is told once a night and not again."""

    def needs() -> str:
        return a_device(devices, "cec*")

    def read(said: str) -> bool | None:
        found = re.search(r"pwr-state: (\S+)", said)
        words = {"on": True, "to-on": True, "standby": False, "to-standby": False}
        return words.get(found[1]) if found else None

    start = ("--skip-info", "--playback", "--to", "0")
    return Tool(
        "cec",
        "cec-ctl",
        env,
        off=(*start, "--standby"),
        on=(*start, "--image-view-on"),
        ask=(*start, "--give-device-power-status"),
        read=read,
        needs=needs,
        repeats=False,
    )


def _ddc(env: Mapping[str, str], devices: Path) -> Tool:
    """VESA MCCS, VCP code D6, power mode: 1 is on, 4 is off."""

    def needs() -> str:
        return a_device(devices, "i2c-*")

    def read(said: str) -> bool | None:
        found = re.search(r"^VCP D6 SNC x0([1-5])", said, re.MULTILINE)
        return found[1] == "1" if found else None

    return Tool(
        "ddc",
        "ddcutil",
        env,
        off=("setvcp", "D6", "4"),
        on=("setvcp", "D6", "1"),
        ask=("--brief", "getvcp", "D6"),
        read=read,
        needs=needs,
    )


def a_device(devices: Path, pattern: str) -> str:
    """Why none of them can be used; empty if one can."""
    found = sorted(devices.glob(pattern))
    if not found:
        return f"there is no {devices}/{pattern}"
    return (
        ""
        if any(os.access(each, os.R_OK | os.W_OK) for each in found)
        else f"{found[0]} is shut to this user"
    )
