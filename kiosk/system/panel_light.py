"""Turning down the panel's own light, by a backlight or by DDC/CI, and up again to what it was.

Rules:
- A share is one of the light that the panel had before. That is remembered on the card before it is changed for the
  first time, so that after a power cut nobody takes the dim light for the full one.
- A word is not believed: each change is read back.
- Nothing is written that is there already. A monitor may keep each value for good, so it goes in steps of 5 %.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from attrs import frozen

from kiosk.config import LightMethod
from kiosk.errors import DisplayError
from kiosk.system.panel_memory import PanelMemory
from kiosk.system.panel_methods import BACKLIGHTS, DEVICES, a_device
from kiosk.system.tool import SECONDS, Trouble, find, run

STOP_SECONDS = 0.7
"""For a tool while the kiosk ends."""
OFF_BY = 0.1
"""Of the most: what is read back may be rounded so far."""


@frozen
class Level:
    present: int
    most: int


class Lamp(Protocol):
    """What gives the light."""

    name: str
    """As ``[light] method`` calls it."""
    grain: float
    """The least step, as a share of the most."""

    def missing(self) -> str:
        """Why it cannot be used on this machine; empty if it can."""

    def levels(self) -> Mapping[str, Level]:
        """Each lamp's, by a name that lasts. Trouble: why not."""

    def put(self, name: str, value: int, *, hurry: bool = False) -> None:
        """Set one. hurry: the kiosk ends. Trouble: why not."""


class Dimmer:
    """The lamps of this machine together. Belongs to one thread."""

    def __init__(self, lamp: Lamp, memory: PanelMemory) -> None:
        self._lamp = lamp
        self._memory = memory
        self._levels: Mapping[str, Level] = {}
        self._put: dict[str, int] = {}

    def set(self, share: float, *, afresh: bool = False) -> None:
        """Give this share of the light that was there before, 0 to 1. DisplayError: it does not obey.

        afresh: what it gives by now is read first. Otherwise what it was told last counts.
        """
        if afresh:
            self._levels = {}
            self._put.clear()
        try:
            if reason := self._lamp.missing():
                raise Trouble(reason)
            if not self._levels:
                self._levels = self._lamp.levels()
            for name in self._levels:
                self._one(name, share)
        except Trouble as trouble:
            raise DisplayError(f"the panel is not dimmed. {self._lamp.name}: {trouble}") from trouble

    def restore(self) -> None:
        """At the end: as it was before. What does not work within a second is left to the next start, and so is a panel
        that was turned off for the night: more light could light it."""
        if self._memory.known.off_by:
            return
        left = []
        for name, put in self._put.items():
            full = self._memory.known.full.get(name, put)
            try:
                if full != put:
                    self._lamp.put(name, full, hurry=True)
            except Trouble:
                left.append(name)
        self._memory.undimmed(left)
        self._put.clear()

    def _one(self, name: str, share: float) -> None:
        level = self._levels[name]
        full = min(self._memory.known.full.get(name) or level.present or level.most, level.most)
        grain = max(1, round(level.most * self._lamp.grain))
        wanted = full if share >= 1.0 else min(full, max(grain, grain * round(full * share / grain)))
        if self._put.get(name, level.present) == wanted:
            self._put[name] = wanted
            return
        self._memory.before_dimming(name, full)
        self._lamp.put(name, wanted)
        self._put[name] = wanted
        seen = self._lamp.levels().get(name)
        if seen is None or abs(seen.present - wanted) > OFF_BY * level.most:
            raise Trouble("it says yes and does nothing")


class BacklightLamp:
    """``brightness`` of every backlight (Documentation/ABI/stable/sysfs-class-backlight)."""

    name = "backlight"
    grain = 0.0

    def __init__(self, root: Path = BACKLIGHTS) -> None:
        self._root = root

    def missing(self) -> str:
        files = [light / "brightness" for light in self._lights()]
        if not files:
            return "there is no backlight"
        shut = [file for file in files if not os.access(file, os.W_OK)]
        return f"{shut[0]} may not be written by this user" if shut else ""

    def levels(self) -> Mapping[str, Level]:
        try:
            return {light.name: _level(light) for light in self._lights()}
        except (OSError, ValueError) as error:
            raise Trouble(str(error)) from error

    def put(self, name: str, value: int, *, hurry: bool = False) -> None:  # noqa: ARG002  a file takes no time
        try:
            (self._root / name / "brightness").write_text(str(value))
        except OSError as error:
            raise Trouble(str(error)) from error

    def _lights(self) -> list[Path]:
        return sorted(self._root.glob("*"))


def _level(light: Path) -> Level:
    # A driver that ignores what is written keeps on telling it; what it does is in the other file.
    actual = light / "actual_brightness"
    present = (actual if actual.exists() else light / "brightness").read_text()
    return Level(int(present), int((light / "max_brightness").read_text()))


class DdcLamp:
    """VESA MCCS, VCP code 10, luminance, of the first monitor that ddcutil finds."""

    name = "ddc"
    grain = 0.05

    def __init__(self, env: Mapping[str, str], devices: Path = DEVICES, seconds: float = SECONDS) -> None:
        self._env = env
        self._devices = devices
        self._seconds = seconds

    def missing(self) -> str:
        if find("ddcutil", self._env) is None:
            return "ddcutil is not installed"
        return a_device(self._devices, "i2c-*")

    def levels(self) -> Mapping[str, Level]:
        said = self._run("--brief", "getvcp", "10")
        found = re.search(r"^VCP 10 C (\d{1,5}) (\d{1,5})\s*$", said, re.MULTILINE)
        if found is None or not int(found[2]):
            raise Trouble("the monitor does not tell how bright it is")
        return {"ddc": Level(int(found[1]), int(found[2]))}

    def put(self, name: str, value: int, *, hurry: bool = False) -> None:  # noqa: ARG002  there is one
        self._run("setvcp", "10", str(value), hurry=hurry)

    def _run(self, *arguments: str, hurry: bool = False) -> str:
        seconds = STOP_SECONDS if hurry else self._seconds
        return run((find("ddcutil", self._env) or "ddcutil", *arguments), self._env, seconds)


def lamp_of(method: LightMethod, env: Mapping[str, str]) -> Lamp | None:
    """What ``[light] method`` means; None: the picture is dimmed."""
    match method:
        case LightMethod.BACKLIGHT:
            return BacklightLamp()
        case LightMethod.DDC:
            return DdcLamp(env)
    return None
