"""A small Debian in a folder, for the installer to work on: made by debootstrap, entered by root alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]
SOURCE, WHEELS = "/source", "/wheels"
INSTALLED_FROM = (
    "kiosk",
    "assets",
    "systemd",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "config.example.toml",
)
LOCK = "requirements.lock"
_NOT_ITS_OWN = ("proc", "sys", "dev", "tmp", "run", SOURCE.strip("/"), WHEELS.strip("/"))
# What reaches the package index from this machine reaches it from in there.
_NETWORK = ("/etc/resolv.conf", "/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")

Tree = Mapping[str, tuple[int, ...]]
"""Path -> mode, owner, group, size, and when it was last written (nanoseconds)."""


@frozen
class Chroot:
    """A folder with a whole system."""

    folder: Path

    def at(self, path: str) -> Path:
        """The place of one of its absolute paths, seen from here."""
        return self.folder / path.lstrip("/")

    def run(self, *words: str, network: bool = False) -> subprocess.CompletedProcess[str]:
        """As its root, with a /proc of its own; nothing that it starts outlives it."""
        spaces = ("--mount", "--pid", "--fork", *(() if network else ("--net",)))
        enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
        return subprocess.run(
            ("unshare", *spaces, "sh", "-c", enter, str(self.folder), *words),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"},
        )

    def must(self, *words: str, network: bool = False) -> str:
        """The same, and it is not to fail."""
        done = self.run(*words, network=network)
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def install(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Without any network."""
        return self.run(f"{SOURCE}/systemd/install.sh", "--wheelhouse", WHEELS, *words)

    def stand_in(self, path: str, script: str) -> None:
        """A program of our own in front of one of its own."""
        self.at(path).write_text(f"#!/bin/sh\n{script}\n")
        self.at(path).chmod(0o755)

    def tree(self) -> Tree:
        """All that is on its disk, but for what is mounted or volatile."""
        found = {}
        for place, folders, files in os.walk(self.folder):
            if place == str(self.folder):
                folders[:] = [name for name in folders if name not in _NOT_ITS_OWN]
            for name in (*folders, *files):
                path = Path(place, name)
                told = path.lstat()
                # A folder's time tells of what came and went in it, which is in the list itself.
                written = 0 if name in folders else told.st_mtime_ns
                size = 0 if name in folders else told.st_size
                inside = "/" + str(path.relative_to(self.folder))
                found[inside] = (told.st_mode, told.st_uid, told.st_gid, size, written)
        return found

    def copy(self, folder: Path) -> Chroot:
        """Another like it."""
        subprocess.run(("cp", "-a", "--reflink=auto", self.folder, folder), check=True)
        return Chroot(folder)


def debootstrapped(folder: Path) -> Chroot:
    """This machine's own Debian, with this tree and a wheel of everything in the lock. Skips where that cannot be."""
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    if os.geteuid() != 0 or not all(map(shutil.which, ("debootstrap", "unshare", "chroot"))):
        pytest.skip("wants root, debootstrap and unshare")
    if release["ID"] != "debian" or "VERSION_CODENAME" not in release:
        pytest.skip("wants a Debian to take the packages of")
    suite = release["VERSION_CODENAME"]
    asked = subprocess.run(
        ("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)"),
        capture_output=True,
        text=True,
        check=True,
    )
    mirrors = [line.split()[0] for line in asked.stdout.splitlines() if line.endswith(f" {suite}")]
    if not mirrors:
        pytest.skip(f"apt knows no mirror of {suite}")
    words = ("debootstrap", "--variant=minbase", "--include=python3-venv,systemd", suite, folder, mirrors[0])
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"debootstrap: {made.stdout[-300:]}{made.stderr[-300:]}")
    chroot = Chroot(folder)
    _bring(chroot)
    return chroot


def _bring(chroot: Chroot) -> None:
    for name in INSTALLED_FROM:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, chroot.at(f"{SOURCE}/{name}"), ignore=ignored)
        else:
            chroot.at(SOURCE).mkdir(exist_ok=True)
            shutil.copy(ROOT / name, chroot.at(f"{SOURCE}/{name}"))
    shutil.copy(ROOT / LOCK, chroot.at(f"{SOURCE}/{LOCK}"))
    for file in filter(os.path.exists, _NETWORK):
        chroot.at(file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, chroot.at(file))
    chroot.must("python3", "-m", "venv", "/tmp/fetch")
    fetch = ("download", "-qq", "--require-hashes", "-r", f"{SOURCE}/{LOCK}", "-d", WHEELS)
    fetched = chroot.run("/tmp/fetch/bin/pip", *fetch, network=True)
    shutil.rmtree(chroot.at("/tmp/fetch"))
    if fetched.returncode:
        pytest.skip(f"no packages can be fetched: {fetched.stderr[-300:]}")
