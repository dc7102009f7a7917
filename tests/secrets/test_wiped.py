"""*Disconnect* proves itself: afterwards no file of the state, cache and runtime directories holds a byte of a
photograph or a secret, an id or a file name; whoever asked for it, and whatever a hard life had left there.

And before it: nothing there is for anybody but the owner, whatever the umask.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, DemoSettings, plain_library
from tests.app.frame import Frame
from tests.secrets.hunt import Hunt

WINDOW = 16
"""Bytes. So many in a row come from nowhere else ..."""
DISTINCT = 8
"""... if they are no filling."""

PRESS = """
import signal, sys
from kiosk.cli import main

def press(*_):
    import pygame
    key = {"key": pygame.K_d, "mod": pygame.KMOD_LSHIFT, "unicode": "D", "scancode": 7}
    for _ in range(2):
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key))

signal.signal(signal.SIGUSR2, press)
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def frame(tmp_path: Path) -> Iterator[Frame]:
    settings = DemoSettings(
        device_interval=1.0, poll_interval="1s", shapeless_secrets=True, rotate_refresh_tokens=True
    )
    with DemoGoogle(plain_library(12), settings) as google:
        frame = Frame(tmp_path / "frame", google)
        yield frame
        frame.close()


def google_of(frame: Frame) -> DemoGoogle:
    assert frame.google is not None
    return frame.google


def places(frame: Frame) -> list[Path]:
    return [path for name in ("state", "cache", "run") for path in sorted((frame.home / name).rglob("*"))]


def contents(frame: Frame) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in places(frame) if path.is_file()}


def windows(content: bytes) -> set[bytes]:
    every = (content[at : at + WINDOW] for at in range(len(content) - WINDOW + 1))
    return {window for window in every if len(set(window)) >= DISTINCT}


def start(frame: Frame, umask: int) -> None:
    """With a keyboard at hand: SIGUSR2 presses Shift+D twice."""
    before = os.umask(umask)
    try:
        with frame.log.open("ab") as log:
            frame.child = subprocess.Popen(
                [sys.executable, "-c", PRESS, "run", "--config", str(frame.config)],
                env=frame.env,
                stdout=log,
                stderr=log,
            )
    finally:
        os.umask(before)


def live(frame: Frame, umask: int) -> None:
    """A show, a hidden picture, an open pick; and what crashes and damage had left behind."""
    for name in ("state", "cache", "run"):
        (frame.home / name).rmdir()
    start(frame, umask)
    frame.show(4)
    frame.ask(ControlVerb.HIDE)
    frame.until(lambda status: status["hidden"] == 1)
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"])


def leave_traces(frame: Frame) -> None:
    """As damage, crashes and a full card leave them."""
    state, cache = frame.home / "state", frame.home / "cache"
    picture = next(path for path in (cache / "renditions").rglob("*.jpg"))
    (cache / "set-aside").mkdir(exist_ok=True, mode=0o700)
    for copy in (cache / "set-aside" / "x.damaged-1", cache / "parts" / "1-1.part"):
        shutil.copy(picture, copy)
    shutil.copy(state / "catalog.sqlite3", state / "catalog.damaged-1")
    shutil.copy(state / "catalog.sqlite3", state / "catalog.part")
    for name in ("credentials.damaged-1", "credentials.json.part"):
        shutil.copy(state / "credentials.json", state / name)


def hunt_for(frame: Frame) -> Hunt:
    google = google_of(frame)
    hunt = Hunt()
    for kind, secret in google.secrets:
        hunt.add(kind, secret)
    for item in google.library.items[:4]:
        hunt.add("item id", item.id)
        hunt.add("file name", item.filename)
    for session in google.sessions:
        hunt.add("picking session", session)
    for request in google.requests:
        hunt.add("request id", request.query.get("requestId"))
    hunt.add("client secret", google.settings.client_secret)
    return hunt


@pytest.mark.parametrize(
    "umask",
    [pytest.param(0o000, id="umask 000"), pytest.param(0o077, id="umask 077", marks=pytest.mark.slow)],
)
@pytest.mark.timeout(90)
def test_all_that_is_kept_is_for_its_owner_alone(frame: Frame, umask: int) -> None:
    live(frame, umask)
    modes = {str(path.relative_to(frame.home)): stat.S_IMODE(path.lstat().st_mode) for path in places(frame)}
    wrong = {
        name: oct(mode)
        for name, mode in modes.items()
        if mode != (0o700 if (frame.home / name).is_dir() else 0o600)
    }
    assert wrong == {}
    assert {"state/catalog.sqlite3", "state/credentials.json", "run/control.sock"} <= set(modes)
    for name in ("state", "cache", "run"):
        assert stat.S_IMODE((frame.home / name).stat().st_mode) == 0o700
    frame.stop()
    # Somebody copied it all back with other modes, from a backup for example.
    for path in (frame.home / "state", frame.home / "cache", *places(frame)):
        path.chmod(0o755 if path.is_dir() else 0o644)
    start(frame, umask)
    frame.until(lambda status: status["slide"])
    for name in ("state", "cache", "cache/renditions", "cache/parts"):
        assert stat.S_IMODE((frame.home / name).stat().st_mode) == 0o700, name
    for path in (frame.home / "state").glob("c*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize(
    "way",
    [
        pytest.param("the command", marks=pytest.mark.slow),
        pytest.param("the command while no kiosk runs", marks=pytest.mark.slow),
        "Shift+D twice",
    ],
)
@pytest.mark.timeout(90)
def test_nothing_of_a_photograph_or_a_secret_is_left(frame: Frame, way: str) -> None:
    google = google_of(frame)
    live(frame, 0o022)
    leave_traces(frame)
    hunt = hunt_for(frame)
    before = contents(frame)
    pictures = [content for path, content in before.items() if frame.home / "cache" in path.parents]
    pieces = set().union(*map(windows, pictures))
    # It would be found: that nothing is found afterwards means something.
    assert sum(bool(pieces & windows(content)) for content in before.values()) >= 5
    hunt.search("what is there before", b"".join(before.values()))
    assert {line.split(",")[0] for line in hunt.found} >= {
        "refresh token",
        "item id",
        "file name",
        "picking session",
    }
    hunt.found.clear()

    disconnect(frame, way)

    after = contents(frame)
    assert [path for path, content in after.items() if pieces & windows(content)] == []
    for path, content in after.items():
        hunt.search(str(path.relative_to(frame.home)), content)
        hunt.search("a name", str(path.relative_to(frame.home)))
    hunt.search("the log", frame.log.read_bytes())
    assert hunt.found == []
    assert not google.refresh_tokens
    assert held_open(frame) == []


def disconnect(frame: Frame, way: str) -> None:
    google = google_of(frame)
    assert frame.child is not None
    if way == "Shift+D twice":
        frame.child.send_signal(signal.SIGUSR2)
    else:
        if way != "the command":
            frame.stop()
        done = frame.run("sign-out", "--yes")
        assert done.returncode == 0, done.stderr
    google.wait_for(lambda: not google.refresh_tokens and not google.sessions)
    if way != "the command while no kiosk runs":
        frame.until(lambda status: status["stored"] == 0 and status["user_code"])


def held_open(frame: Frame) -> list[str]:
    """Files that are erased but still held open, and so still on the card."""
    assert frame.child is not None
    if frame.child.poll() is not None:
        return []
    links = (str(path.readlink()) for path in Path(f"/proc/{frame.child.pid}/fd").iterdir())
    return [link for link in links if link.startswith(str(frame.home)) and link.endswith("(deleted)")]
