"""The machine that is being proved, through whatever commands reach it: the lab's, or ssh."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

LOOK_SECONDS = 1.0


class UnprovenError(Exception):
    """What the step was to show has not been seen."""


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
    pictures: Path = Path()

    def ask(self, command: str, seconds: float = 600) -> str:
        """What the command prints inside. Raises UnprovenError when it fails there."""
        done = subprocess.run(
            (*self.run, command),
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + 60,
            env={**os.environ, "RUN_TIMEOUT": str(int(seconds))},
        )
        if done.returncode:
            raise UnprovenError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def place(self, here: Path, there: str) -> None:
        subprocess.run((*self.put, str(here), there), check=True, stdout=subprocess.DEVNULL)

    def power_cut(self) -> None:
        subprocess.run(self.cut, check=True, stdout=subprocess.DEVNULL)

    def power_on(self, **circumstances: str) -> None:
        subprocess.run(self.start, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **circumstances})

    def until(self, true: Callable[[], object], what: str, seconds: float) -> None:
        """Waits for what comes; raises UnprovenError when it does not."""
        deadline = time.monotonic() + seconds
        while not self._holds(true):
            if time.monotonic() > deadline:
                raise UnprovenError(f"not within {seconds:.0f} s: {what}")
            time.sleep(LOOK_SECONDS)

    def _holds(self, true: Callable[[], object]) -> bool:
        try:
            return bool(true())
        except UnprovenError:  # not up yet
            return False

    # --- the frame in it

    def show(self, name: str) -> str:
        """One of systemd's properties of the unit."""
        return self.ask(f"systemctl show kiosk.service --property={shlex.quote(name)} --value")

    def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.ask("kiosk status --json"))
        return answer

    def showing(self) -> bool:
        """A stored photograph is what the frame says it shows."""
        return bool(self.status()["state"] == "showing")

    def pids(self) -> str:
        return self.show("MainPID")

    def first_scene(self) -> float:
        """When this run painted its first scene, in seconds since the machine's start."""
        return int(self.show("ActiveEnterTimestampMonotonic")) / 1e6

    def picture(self, name: str, least_colours: int = 2, seconds: float = 120) -> str:
        """Waits until the display really shows something; says how many colours there are. "" where nobody can look."""
        if not self.shot:
            return ""
        found = 0

        def lit() -> bool:
            nonlocal found
            told = subprocess.run(
                (*self.shot, str(self.pictures / f"{name}.png")), capture_output=True, text=True, check=True
            ).stdout
            (count,) = re.findall(r"(\d+) colours?", told)
            found = int(count)
            return found >= least_colours

        self.until(lit, f"a picture with {least_colours} colours on the display ({name})", seconds)
        return f"{found} colours on the display"
