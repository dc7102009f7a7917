"""``kiosk demo``: the real kiosk, as a process of its own, against a Google on loopback in this one.

The configuration is an ordinary config.toml with other addresses in it. Everything but the painted pictures lies in a
temporary directory and is gone at the end.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define

from kiosk.cli.exits import Exit
from kiosk.control import SOCKET_NAME, ControlError, ControlVerb, ask
from kiosk.demo import DemoGoogle, DemoSettings, Library, paint_library
from kiosk.demo.mirror import Mirror
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from kiosk.cli import Call

PACE = 2.0
"""Seconds between polls: Google says 5, and nobody wants to wait that long for a demo."""
LOOK = 0.25
AUTO_PICKS = 12
AUTO_SECONDS = 120.0
DWELL = 6.0


def demo(call: Call) -> int:
    """Until the kiosk ends, or with --auto until one round is over."""
    # SIGTERM as Ctrl+C: the kiosk in its own process must not outlive its Google.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    args = call.args
    lan_host = _lan_host() if args.lan else None
    settings = DemoSettings(device_interval=PACE, poll_interval=f"{PACE:g}s", lan_host=lan_host)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-demo-")))
        google = stack.enter_context(DemoGoogle(args.photos or painted(call.env), settings))
        frame = stack.enter_context(_frame(home, google, call))
        if frame.mirrored:
            host = lan_host or "127.0.0.1"
            mirror = stack.enter_context(Mirror(frame.picture, host))
            print(f"There is no display here. The frame's screen is at {mirror.url}", flush=True)
        return _play(frame, google, args.screenshots) if args.auto else _watch(frame)


@define
class Frame:
    """The kiosk as a child process, and how to speak to it."""

    child: subprocess.Popen[bytes]
    home: Path
    mirrored: bool

    def status(self) -> dict[str, Any] | None:
        """None while it does not answer."""
        try:
            return ask(self.socket, ControlVerb.STATUS)
        except ControlError:
            return None

    @property
    def socket(self) -> Path:
        return self.home / "run" / SOCKET_NAME

    def screenshot(self, path: Path) -> None:
        ask(self.socket, ControlVerb.SCREENSHOT, path=str(path.absolute()))

    def picture(self) -> bytes | None:
        path = self.home / "screen.png"
        try:
            self.screenshot(path)
        except ControlError:
            return None
        return path.read_bytes()


def painted(env: Mapping[str, str]) -> Library:
    """The demo's own pictures, kept in the user's cache."""
    cache = Path(env.get("XDG_CACHE_HOME") or Path(env.get("HOME", "/var/tmp"), ".cache"))  # noqa: S108
    return paint_library(cache / "kiosk-demo" / "pictures")


def _lan_host() -> str:
    """This machine's address on the network: a UDP socket that sends nothing asks the routing table."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: belongs to nobody
        except OSError as error:
            raise KioskError(f"--lan: this machine is in no network ({error.strerror})") from error
        return str(probe.getsockname()[0])


@contextmanager
def _frame(home: Path, google: DemoGoogle, call: Call) -> Iterator[Frame]:
    frame = _start(home, google, call, headless=not _has_display(call.env))
    if not frame.mirrored and _ended_without_screen(frame):
        frame = _start(home, google, call, headless=True)
    try:
        yield frame
    finally:
        frame.child.terminate()
        frame.child.wait(timeout=10)


def _has_display(env: Mapping[str, str]) -> bool:
    if env.get("SDL_VIDEODRIVER") in ("dummy", "offscreen"):
        return False
    cards = Path("/dev/dri")
    on_console = cards.is_dir() and any(path.name.startswith("card") for path in cards.iterdir())
    return bool(env.get("DISPLAY") or env.get("WAYLAND_DISPLAY") or on_console)


def _ended_without_screen(frame: Frame) -> bool:
    """A display that is announced but does not open; decided within the time that opening takes."""
    while frame.child.poll() is None and frame.status() is None:
        time.sleep(LOOK)
    return frame.child.poll() == Exit.UNAVAILABLE


def _start(home: Path, google: DemoGoogle, call: Call, *, headless: bool) -> Frame:
    config = home / "config.toml"
    config.write_text(_config(google, call.args.size))
    for name in ("state", "cache", "run"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    env = {**call.env, "RUNTIME_DIRECTORY": str(home / "run")}
    env |= {"STATE_DIRECTORY": str(home / "state"), "CACHE_DIRECTORY": str(home / "cache")}
    env.pop("CREDENTIALS_DIRECTORY", None)
    if headless:
        env["SDL_VIDEODRIVER"] = "dummy"
    child = subprocess.Popen(run_words(config, google.settings.lan_host), env=env)
    return Frame(child, home, mirrored=headless)


def run_words(config: Path, lan_host: str | None) -> list[str]:
    """The command line of the demo's kiosk."""
    words = [sys.executable, "-m", "kiosk", "run", "--config", str(config)]
    return [*words, "--allow-lan-pages", lan_host] if lan_host else words


def _config(google: DemoGoogle, size: tuple[int, int]) -> str:
    client = google.settings
    values = {"client_id": client.client_id, "client_secret": client.client_secret} | google.endpoints
    lines = [
        "[google]",
        'display_name = "Demo frame"',
        *(f'{key} = "{value}"' for key, value in values.items()),
    ]
    lines += ["[slideshow]", f"dwell_seconds = {DWELL}", "[display]", "fullscreen = false"]
    lines += [f"width = {size[0]}", f"height = {size[1]}", "[storage]", "keep_free_mb = 0", ""]
    return "\n".join(lines)


def _watch(frame: Frame) -> int:
    """Say where to go next, until the kiosk ends."""
    said = ""
    keys = "P picks again, arrows and space move and pause, Q ends the demo."
    print("Ctrl+C ends the demo." if frame.mirrored else keys, flush=True)
    try:
        while frame.child.poll() is None:
            link = (frame.status() or {}).get("qr")
            if link and link != said:
                print(f"Scan the code on the screen, or open {link}", flush=True)
                said = link
            time.sleep(LOOK)
    except KeyboardInterrupt:
        return Exit.OK
    return frame.child.returncode


def _play(frame: Frame, google: DemoGoogle, folder: Path) -> int:
    """One round as a person would play it: look, allow, choose, watch, and look at the picker again."""
    folder.mkdir(parents=True, exist_ok=True)
    status = _until(frame, lambda status: status["user_code"])
    frame.screenshot(folder / "sign-in.png")
    google.person.approve(status["user_code"])
    _until(frame, lambda status: status["picker_uri"])
    frame.screenshot(folder / "picking.png")
    began = time.monotonic()
    picked = google.person.pick(google.sessions[-1], AUTO_PICKS)
    _until(frame, lambda status: status["slide"])
    first = time.monotonic() - began
    status = _until(
        frame, lambda status: status["stored"] + status["failed"] == len(picked) and not google.sessions
    )
    _until(frame, lambda status: status["state"] == "showing")
    frame.screenshot(folder / "slideshow.png")
    ask(frame.socket, ControlVerb.PICK)
    _until(frame, lambda status: status["picker_uri"])
    frame.screenshot(folder / "panel.png")
    ask(frame.socket, ControlVerb.CANCEL)
    _until(frame, lambda _: not google.sessions)
    print(
        f"{status['stored']} pictures shown, the first {first:.1f} s after Done; screenshots are in {folder}"
    )
    return Exit.OK if status["stored"] == len(picked) else Exit.FAILED


def _until(frame: Frame, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    until = time.monotonic() + AUTO_SECONDS
    while frame.child.poll() is None and time.monotonic() < until:
        status = frame.status()
        if status is not None and condition(status):
            return status
        time.sleep(LOOK / 2)
    raise ControlError("the demo did not get on: see the log above")
