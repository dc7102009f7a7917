"""The unit for desktops: what it starts, with its environment, on a real X server and a real Wayland compositor.

A picture of the display itself counts, read by what a phone would read it with.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from kiosk.core import words
from tests.app.systemd import Systemd

UNIT = Path(__file__).parents[2] / "systemd" / "kiosk-user.service"
SIZE = (800, 450)
PATIENCE = 60.0

Look = Callable[[], Image.Image]


@contextmanager
def running(words: tuple[str, ...], env: Mapping[str, str], folder: Path, there: Path) -> Iterator[None]:
    """A server of displays, until the ``with`` ends."""
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(words, env=env, cwd=folder, stdout=log, stderr=log)
    try:
        until(there.exists, lambda: (folder / "server.log").read_text(errors="replace"))
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def until(condition: Callable[[], object], why: Callable[[], str]) -> None:
    end = time.monotonic() + PATIENCE
    event = threading.Event()
    while not condition():
        assert time.monotonic() < end, why()
        event.wait(0.05)


def environment(folder: Path) -> dict[str, str]:
    """What systemd gives a unit of this person, and what the unit adds to it."""
    (folder / "home" / ".config" / "kiosk").mkdir(parents=True)
    (folder / "home" / ".config" / "kiosk" / "config.toml").write_text("[storage]\nkeep_free_mb = 0\n")
    (folder / "run").mkdir(mode=0o700)
    added = re.findall(r"^Environment=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        **dict(word.split("=", 1) for line in added for word in line.split()),
    }


@contextmanager
def wayland(folder: Path, env: dict[str, str]) -> Iterator[Look]:
    weston = shutil.which("weston")
    if weston is None or shutil.which("weston-screenshooter") is None:
        pytest.skip("wants Debian's weston")
    size = (f"--width={SIZE[0]}", f"--height={SIZE[1]}")
    server = (weston, "--backend=headless-backend.so", "--use-pixman", *size, "--socket=wayland-7", "--debug")
    env["WAYLAND_DISPLAY"] = "wayland-7"

    def look() -> Image.Image:
        for old in folder.glob("wayland-screenshot-*.png"):
            old.unlink()
        subprocess.run(("weston-screenshooter",), env=env, cwd=folder, check=True, timeout=20)
        (file,) = folder.glob("wayland-screenshot-*.png")
        with Image.open(file) as image:
            return image.convert("RGB")

    with running(server, env, folder, folder / "run" / "wayland-7"):
        yield look


@contextmanager
def x11(folder: Path, env: dict[str, str]) -> Iterator[Look]:
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        pytest.skip("wants Debian's xvfb")
    display = 7300 + os.getpid() % 100
    memory = folder / "Xvfb_screen0"
    env["DISPLAY"] = f":{display}"
    server = (
        xvfb,
        env["DISPLAY"],
        "-screen",
        "0",
        f"{SIZE[0]}x{SIZE[1]}x24",
        "-fbdir",
        str(folder),
        "-nolisten",
        "tcp",
    )
    with running(server, env, folder, Path(f"/tmp/.X11-unix/X{display}")):
        yield lambda: from_xwd(memory.read_bytes())


def from_xwd(raw: bytes) -> Image.Image:
    """X11/XWDFile.h, version 7: a header of 25 numbers, a name, colours, then 32 bits for each pixel."""
    header = struct.unpack_from(">25I", raw)
    width, height, stride, colours = header[4], header[5], header[12], header[19]
    pixels = raw[header[0] + 12 * colours :]
    return Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", stride, 1)


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("desktop", [wayland, x11], ids=["Wayland", "X11"])
def test_the_unit_for_desktops_is_ready_and_its_code_can_be_scanned_off_the_display(
    desktop: Callable[[Path, dict[str, str]], Iterator[Look]], tmp_path: Path
) -> None:
    env = environment(tmp_path)
    (started,) = re.findall(r"^ExecStart=\S+/bin/kiosk (.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    command = (str(Path(sys.executable).with_name("kiosk")), *started.split())
    log = tmp_path / "kiosk.log"
    with desktop(tmp_path, env) as look, Systemd(tmp_path, 60.0) as systemd, log.open("wb") as written:
        kiosk = subprocess.Popen(command, env=env | systemd.env, cwd=tmp_path, stdout=written, stderr=written)
        try:
            systemd.wait_for("READY=1", patience=PATIENCE)
            until(lambda: code_on(look()) == words.SETUP_ADDRESS, log.read_text)
            assert look().size == SIZE
        finally:
            kiosk.terminate()
        assert kiosk.wait(20) == 0, log.read_text()


def code_on(picture: Image.Image) -> str:
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else ""
