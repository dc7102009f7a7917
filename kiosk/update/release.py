"""Making a release: the wheels of everything that is locked, the kiosk's own, and a signed list of them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from kiosk.errors import UpdateError
from kiosk.update import signature
from kiosk.update.manifest import LOCK, MANIFEST, SIGNATURE, Listed, written

_GLIBC = (17, 24, 26, 27, 28, 31, 34, 35, 36)
"""Those of manylinux that wheels are made for; Debian 12 has 2.36."""


@frozen(kw_only=True)
class Order:
    """What is to be made."""

    source: Path
    """The source tree."""
    key: Path
    """The private key that signs, in PEM."""
    number: int
    """Higher than that of every release before; seconds since the epoch."""
    machine: str = os.uname().machine
    """As uname(1) says it there. The Python is the one that this runs on."""
    wheels: Path | None = None
    """A folder to take the locked wheels from; else from the package index, as pip is set up here."""

    @property
    def version(self) -> str:
        text = (self.source / "kiosk" / "__init__.py").read_text(encoding="utf-8")
        (version,) = re.findall(r'^__version__ = "(.*)"$', text, re.MULTILINE)
        return str(version)


def make(order: Order, target: Path) -> Path:
    """Writes `target`, a folder that was not there, whole or not at all. Raises UpdateError."""
    signature.sign(b"", order.key)  # before the long part
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".release-") as made:
        folder = Path(made) / "release"
        folder.mkdir()
        shutil.copyfile(order.source / LOCK, folder / LOCK)
        _pip(*_locked(order), "-r", str(folder / LOCK), "-d", str(folder))
        _pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(order.source))
        files = {path.name: _listed(path) for path in folder.iterdir()}
        content = written(order.version, order.number, _python(), order.machine, files)
        (folder / MANIFEST).write_bytes(content)
        (folder / SIGNATURE).write_bytes(signature.sign(content, order.key))
        if target.exists():
            shutil.rmtree(target)
        folder.rename(target)
    return target


def _locked(order: Order) -> tuple[str, ...]:
    words = ["download", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    if order.wheels is not None:
        words += ["--no-index", "--find-links", str(order.wheels)]
    if order.machine != os.uname().machine:
        words += [f"--platform=manylinux_2_{minor}_{order.machine}" for minor in reversed(_GLIBC)]
        words += [f"--platform=manylinux2014_{order.machine}"]
    return tuple(words)


def _listed(path: Path) -> Listed:
    content = path.read_bytes()
    return Listed(len(content), hashlib.sha256(content).hexdigest())


def _python() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def _pip(command: str, *words: str) -> None:
    argv: Sequence[str] = (sys.executable, "-m", "pip", command, "-qq", "--disable-pip-version-check", *words)
    done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise UpdateError(f"pip {command} fails ({done.returncode}): {done.stderr.strip()[-2000:]}")
