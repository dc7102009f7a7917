"""What a release has to do before the frame is switched to it: look at this frame (`kiosk doctor --preflight`), and run
once with an empty card and no screen. Both as the frame's own user, while the old one goes on.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kiosk.errors import UpdateError
from kiosk.update.account import Account, log_file, tail

CREDENTIALS = Path("/etc/kiosk/credentials")
_PREFLIGHT_SECONDS = 300.0
_READY_SECONDS = 180.0
_END_SECONDS = 60.0
SERVICE = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/var/lib/kiosk",
    "CONFIGURATION_DIRECTORY": "/etc/kiosk",
    "STATE_DIRECTORY": "/var/lib/kiosk",
    "CACHE_DIRECTORY": "/var/cache/kiosk",
    "RUNTIME_DIRECTORY": "/run/kiosk",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SDL_VIDEODRIVER": "dummy",
    "SDL_AUDIODRIVER": "dummy",
}
"""What systemd tells the frame by kiosk.service, but for the screen."""


def preflight(
    release: Path, account: Account, env: Mapping[str, str] = SERVICE, credentials: Path = CREDENTIALS
) -> str:
    """What the release's own doctor says of this frame. Raises UpdateError when it finds a fault."""
    with account.folder() as folder:
        # As systemd does it: root reads them, and the frame's user gets copies.
        for file in sorted(credentials.glob("*")):
            copy = folder / file.name
            copy.touch(mode=0o600)
            copy.write_bytes(file.read_bytes())
            account.give(copy)
        account.give(folder)
        # Its runtime directory is there while the frame runs, and who goes back may have one that does not.
        told = {**env, "CREDENTIALS_DIRECTORY": str(folder), "RUNTIME_DIRECTORY": str(folder / "run")}
        return account.run(
            (str(release / "bin" / "kiosk"), "doctor", "--preflight"), told, _PREFLIGHT_SECONDS
        )


def rehearse(release: Path, account: Account, ready_seconds: float = _READY_SECONDS) -> None:
    """Starts it with a state of its own, until it says that it is ready, and ends it. Raises UpdateError."""
    with account.folder() as home, _listening(home, account) as manager, log_file() as log:
        config = home / "config.toml"
        # The smallest buffers, and nothing of the owner's: his configuration was the preflight's concern.
        config.write_text("[display]\nfullscreen = false\nwidth = 320\nheight = 180\n")
        account.give(config)
        account.give(home)
        env = {
            **SERVICE,
            "HOME": str(home),
            "KIOSK_CONFIG": str(config),
            "NOTIFY_SOCKET": str(home / "notify"),
        }
        env |= {f"{kind}_DIRECTORY": str(home / kind.lower()) for kind in ("STATE", "CACHE", "RUNTIME")}
        with account.running((str(release / "bin" / "kiosk"), "run"), env, log) as child:
            try:
                _wait_for_ready(child, manager, ready_seconds)
                child.send_signal(signal.SIGTERM)
                code = child.wait(_END_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise UpdateError(f"it does not end within {_END_SECONDS:g} s: {tail(log)}") from error
            except UpdateError as error:
                raise UpdateError(f"{error}: {tail(log)}") from error
        if code:
            raise UpdateError(f"it ends with {code}: {tail(log)}")


def _wait_for_ready(child: subprocess.Popen[bytes], manager: socket.socket, seconds: float) -> None:
    manager.settimeout(0.2)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if b"READY=1" in manager.recv(4096).split(b"\n"):
                return
        except TimeoutError:
            if child.poll() is not None:
                raise UpdateError(f"it ends with {child.returncode} before it is ready") from None
    raise UpdateError(f"it is not ready within {seconds:g} s")


@contextmanager
def _listening(home: Path, account: Account) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(home / "notify"))
        # Only whoever gets into the folder gets here.
        (home / "notify").chmod(0o600)
        account.give(home / "notify")
        yield manager
