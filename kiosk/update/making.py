"""A release out of what was fetched: the same steps as install.sh takes, without any network."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from kiosk.errors import UpdateError
from kiosk.update.account import Account
from kiosk.update.manifest import LOCK, MANIFEST, Manifest
from kiosk.update.releases import Releases
from kiosk.update.source import Offered

PYTHON = "/usr/bin/python3"
_SECONDS = 1800.0
_MB = 1_000_000
_SPARE = 100 * _MB
_UNPACKED = 4
"""What is fetched, and the virtual environment with it unpacked and compiled: 60 MB and 190 MB in 2026."""
_PINNED = re.compile(r"[\w.-]+==[\w.+!]+(?: ; [\w\s'\"().<>=!]+)?(?:\s+--hash=sha256:[0-9a-f]{64})+")
"""A line of the lock: a package of one version, for which machines if not for all, and its wheels' hashes."""
_ROOT = Account()
_ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "PIP_CONFIG_FILE": "/dev/null"}


def fits(manifest: Manifest, python: str = PYTHON) -> bool:
    """Whether its wheels are for this machine and the system's Python. Raises UpdateError."""
    ask = (python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    return (manifest.machine, manifest.python) == (os.uname().machine, _ROOT.run(ask, _ENV, 60.0))


def check_room(releases: Releases, manifest: Manifest) -> None:
    """Raises UpdateError when the card has no room for it."""
    status = os.statvfs(releases.prefix)
    free, needed = status.f_bavail * status.f_frsize, _UNPACKED * manifest.total + _SPARE
    if free < needed:
        raise UpdateError(
            f"{free // _MB} MB are free at {releases.prefix}, and {needed // _MB} MB are needed"
        )


def check_lock(lock: Path) -> None:
    """Raises UpdateError for anything but pinned packages: a line of pip's own may name an address or another file."""
    text = lock.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#") and not _PINNED.fullmatch(line.strip()):
            raise UpdateError(f"{LOCK} holds something else than pinned packages: {line.strip()[:80]!r}")


def commands(folder: Path, fetched: Path, wheel: str, python: str = PYTHON) -> tuple[tuple[str, ...], ...]:
    """What makes a release of `folder`, in order."""
    pip = (
        *(str(folder / "bin" / "python"), "-m", "pip", "install", "-qq", "--no-cache-dir"),
        *("--disable-pip-version-check", "--root-user-action", "ignore"),
        *("--no-index", "--find-links", str(fetched)),
    )
    return (
        (python, "-m", "venv", str(folder)),
        (*pip, "--require-hashes", "-r", str(fetched / LOCK)),
        (*pip, "--no-deps", str(fetched / wheel)),
    )


def make(releases: Releases, offered: Offered, fetched: Path, python: str = PYTHON) -> str:
    """The name of a release that is all there, and not declared whole yet. Raises UpdateError and leaves nothing."""
    check_lock(fetched / LOCK)
    manifest = offered.manifest
    folder = releases.folder(manifest.name)
    # It may be there, whole and refused.
    releases.remove(manifest.name)
    try:
        for command in commands(folder, fetched, manifest.wheel, python):
            _ROOT.run(command, _ENV, _SECONDS)
        (folder / MANIFEST).write_bytes(offered.content)
    except (UpdateError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UpdateError(f"{manifest.name} cannot be installed: {error}") from error
    return manifest.name
