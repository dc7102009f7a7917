"""The real kiosk as a process of its own, against a demo Google in this one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from kiosk.control import SOCKET_NAME, ControlError, ControlVerb, ask
from kiosk.demo import DemoGoogle

PATIENCE = 25.0
"""Seconds; these machines are shared. Nothing is asserted on it."""

Status = dict[str, Any]


class Frame:
    """One state directory and the processes that run on it, one after the other."""

    def __init__(
        self, home: Path, google: DemoGoogle | None = None, size: str = "320x180", **keys: str
    ) -> None:
        """keys: further lines of config.toml, ``section__key="TOML value"``."""
        self.home = home
        self.google = google
        self.config = home / "config.toml"
        self.log = home / "log.txt"
        self.child: subprocess.Popen[bytes] | None = None
        for name in ("state", "cache", "run"):
            (home / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        width, height = size.split("x")
        self.keys = {
            "display__fullscreen": "false",
            "display__width": width,
            "display__height": height,
            "slideshow__dwell_seconds": "0.4",
            "slideshow__transition_seconds": "0.1",
            "storage__keep_free_mb": "0",
            "picture__faces": "false",
        }
        if google is not None:
            settings = google.settings
            given = {
                "client_id": settings.client_id,
                "client_secret": settings.client_secret,
            } | google.endpoints
            self.keys |= {f"google__{key}": f'"{value}"' for key, value in given.items()}
        self.keys |= keys
        self.write_config()

    def write_config(self) -> None:
        sections: dict[str, list[str]] = {}
        for key, value in self.keys.items():
            section, _, name = key.partition("__")
            sections.setdefault(section, []).append(f"{name} = {value}")
        text = "\n".join(f"[{name}]\n" + "\n".join(lines) + "\n" for name, lines in sections.items())
        self.config.write_text(text)

    @property
    def env(self) -> dict[str, str]:
        places = {f"{name.upper()}_DIRECTORY": str(self.home / short) for name, short in _PLACES.items()}
        return {**os.environ, "SDL_VIDEODRIVER": "dummy", "HOME": str(self.home), **places}

    @property
    def socket(self) -> Path:
        return self.home / "run" / SOCKET_NAME

    def start(self, env: Mapping[str, str] | None = None, *words: str) -> Frame:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "run", "--config", str(self.config), *words],
                env={**self.env, **(env or {})},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        return self

    def run(self, *words: str, typed: str = "", config: bool = True) -> subprocess.CompletedProcess[str]:
        """Another command of the same installation; ``config``: with its file named after the words."""
        return subprocess.run(
            [sys.executable, "-m", "kiosk", *words, *(["--config", str(self.config)] if config else [])],
            env=self.env,
            check=False,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def ask(self, verb: ControlVerb, **args: str) -> Status:
        return ask(self.socket, verb, **args)

    def status(self) -> Status | None:
        try:
            return self.ask(ControlVerb.STATUS)
        except ControlError:
            return None

    def until(self, condition: Callable[[Status], object], patience: float = PATIENCE) -> Status:
        """The first status that fulfils the condition; fails with the log when the process ends or time runs out."""
        assert self.child is not None
        end = time.monotonic() + patience
        status: Status | None = None
        while time.monotonic() < end:
            status = self.status()
            if status is not None and condition(status):
                return status
            try:
                self.child.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError(f"in vain; status {status}\nlog:\n{self.log.read_text()}")

    def screenshot(self) -> Image.Image:
        path = self.home / "screen.png"
        self.ask(ControlVerb.SCREENSHOT, path=str(path))
        with Image.open(path) as image:
            return image.convert("RGB")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The exit code."""
        assert self.child is not None
        self.child.send_signal(number)
        return self.child.wait(PATIENCE)

    def close(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    # What a person does, up to a point.

    def sign_in(self) -> Status:
        """To the picker's code on the screen."""
        assert self.google is not None
        code = self.until(lambda status: status["user_code"])["user_code"]
        self.google.person.approve(code)
        return self.until(lambda status: status["picker_uri"])

    def pick(self, count: int) -> tuple[str, ...]:
        assert self.google is not None
        self.until(lambda status: status["picker_uri"])
        return self.google.person.pick(self.google.sessions[-1], count)

    def show(self, count: int) -> Status:
        """From nothing to a running show of ``count`` pictures, the picking session deleted."""
        self.sign_in()
        self.pick(count)
        google = self.google
        assert google is not None
        return self.until(
            lambda status: status["stored"] == count and status["slide"] and not google.sessions
        )


_PLACES = {"STATE": "state", "CACHE": "cache", "RUNTIME": "run"}
