"""The machine that is being proved, through whatever commands reach it: the lab's, or ssh."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

LOOK_SECONDS = 1.0
PHOTOGRAPH = 3000
"""More colours than any screen without a photograph has."""


STATUS = (
    """python3 -ISc 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("/run/kiosk/control.sock");"""
    """ s.sendall(b"{\\"verb\\":\\"status\\"}\\n"); print(s.makefile().readline())'"""
)
"""`kiosk status --json` without the imports, which take seconds where everything is slow; it is asked all the time."""


class UnprovenError(Exception):
    """What the step was to show has not been seen."""


@frozen
class Display:
    """What a picture of the display has."""

    colours: int
    black: bool


@frozen
class Machine:
    """Commands as word lists. `run` gets a shell command for root as one more word, `put` a file and its new path."""

    run: tuple[str, ...]
    put: tuple[str, ...]
    shot: tuple[str, ...] = ()
    """Gets a PNG's path: a picture of the display as it is. Without it no picture is proof, and none is claimed."""
    cut: tuple[str, ...] = ()
    """Takes the power away."""
    start: tuple[str, ...] = ()
    """Gives it back, and waits until `run` works. NET and RTC in the environment, as in the lab."""
    link: tuple[str, ...] = ()
    """Gets `up` or `down`: the network cable."""
    pictures: Path = Path()

    def ask(self, command: str, seconds: float = 600) -> str:
        """What the command prints inside. Raises UnprovenError when it fails there."""
        try:
            done = subprocess.run(
                (*self.run, command),
                capture_output=True,
                text=True,
                check=False,
                timeout=seconds + 60,
                env={**os.environ, "RUN_TIMEOUT": str(int(seconds))},
            )
        except subprocess.TimeoutExpired as error:
            raise UnprovenError(f"{command}: no answer in {seconds:.0f} s") from error
        if done.returncode:
            raise UnprovenError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def place(self, here: Path, there: str) -> None:
        _do(self.put, str(here), there)

    def power_cut(self) -> None:
        _do(self.cut)

    def power_on(self, **circumstances: str) -> None:
        _do(self.start, env=circumstances)

    def cable(self, *, plugged: bool) -> None:
        _do(self.link, "up" if plugged else "down")

    def until(
        self, true: Callable[[], object], what: str, seconds: float, every: float = LOOK_SECONDS
    ) -> None:
        """Waits for what comes; raises UnprovenError when it does not."""
        deadline = time.monotonic() + seconds
        while not self._holds(true):
            if time.monotonic() > deadline:
                raise UnprovenError(f"not within {seconds:.0f} s: {what}")
            time.sleep(every)

    def _holds(self, true: Callable[[], object]) -> bool:
        try:
            return bool(true())
        except UnprovenError:  # not up yet
            return False

    # --- the frame in it

    def show(self, name: str, unit: str = "kiosk.service") -> str:
        """One of systemd's properties of the unit."""
        return self.ask(f"systemctl show {shlex.quote(unit)} --property={shlex.quote(name)} --value")

    def active(self, unit: str = "kiosk.service") -> bool:
        return self.show("ActiveState", unit) == "active"

    def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.ask(STATUS))
        return answer

    def showing(self) -> bool:
        """A stored photograph is what the frame says it shows."""
        return bool(self.status()["state"] == "showing")

    def pid(self) -> str:
        return self.show("MainPID")

    def logged(self, words: str, boot: str = "0") -> int:
        """Lines of the frame's log in this boot that have these words."""
        look = f"journalctl -u kiosk -b {boot} -o cat --no-pager | grep -c -- {shlex.quote(words)} || true"
        return int(self.ask(look))

    def first_scene(self) -> float:
        """When this run painted its first scene, in seconds since the machine's start."""
        return int(self.show("ActiveEnterTimestampMonotonic")) / 1e6

    def uptime(self) -> float:
        return float(self.ask("cut -d' ' -f1 /proc/uptime"))

    def lit(self) -> bool:
        """Whether the kernel drives any CRTC, from its DRM state."""
        told = self.ask("cat /sys/kernel/debug/dri/*/state")
        if not (found := re.findall(r"^\s+active=([01])$", told, re.MULTILINE)):
            raise UnprovenError("no CRTC in the kernel's DRM state")
        return "1" in found

    # --- the display

    def look(self, name: str) -> Display:
        """A picture of the display, now."""
        told = _do(self.shot, str(self.pictures / f"{name}.png"))
        (count,) = re.findall(r"(\d+) colours?", told)
        return Display(int(count), "ALL BLACK" in told)

    def picture(self, name: str, least_colours: int = 2, seconds: float = 180) -> str:
        """Waits until the display shows so many colours, and tells; "" where nobody can look."""
        if not self.shot:
            return ""
        seen = [Display(0, black=True)]

        def enough() -> bool:
            seen[0] = self.look(name)
            return seen[0].colours >= least_colours

        self.until(enough, f"a picture with {least_colours} colours on the display ({name})", seconds)
        return f"{seen[0].colours} colours on the display"


def _do(command: tuple[str, ...], *words: str, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        (*command, *words), capture_output=True, text=True, check=False, env={**os.environ, **(env or {})}
    )
    if done.returncode:
        raise UnprovenError(f"{' '.join((*command, *words))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
