"""Which Debian packages this machine lacks, and the way to them.

Runs before the virtual environment exists (`python3 kiosk/system/debian.py demo`), so: the standard library only, and
no import of this project. It says in one line what is missing, installs it with apt where it may (root, or sudo), and
otherwise prints the command and goes on: nearly everything here makes the frame better, and only Python's own venv
package is needed to begin at all.

Debian 12 and 13, Raspberry Pi OS and Ubuntu have these names in common, but for Chromium: Ubuntu has it as a snap only.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Need(NamedTuple):
    """One Debian package and what the kiosk does with it.

    Attributes:
        package: Debian's name.
        why: what is lost without it, for people.
        commands: any one of these on the PATH will do instead (another build of Chromium, say).
        module: the need is met when this Python has the module, whatever package it came from.
        snap_on_ubuntu: Ubuntu's package of this name only fetches a snap, which does not run everywhere.
    """

    package: str
    why: str
    commands: tuple[str, ...] = ()
    module: str = ""
    snap_on_ubuntu: bool = False


PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

VENV = Need(f"{PYTHON}-venv", "the virtual environment", module="ensurepip")

DEMO = (
    VENV,
    Need("libfribidi0", "text in Arabic, Hebrew, Thai and Indian scripts"),
    Need("libgbm1", "a screen without a desktop"),
    Need("libdrm2", "a screen without a desktop"),
    Need("libegl1", "drawing by the GPU"),
    Need("libgles2", "drawing by the GPU"),
    Need("libgl1-mesa-dri", "drawing by the GPU"),
    Need("fonts-noto-core", "screens in scripts that the bundled font lacks"),
)

CJK = Need("fonts-noto-cjk", "screens in Chinese, Japanese and Korean")
"""57 MB, so that a frame gets it only if its owner asks."""

TEST = (
    *DEMO,
    CJK,
    Need("fonts-dejavu-core", "tests of mixed directions in one font"),
    Need("xvfb", "tests with a real window", commands=("Xvfb",)),
    Need("libgl1", "tests with a real window"),
    Need("libxcursor1", "tests with a real window"),
    Need("libxi6", "tests with a real window"),
    Need("libxrandr2", "tests with a real window"),
    Need("xdotool", "tests that press keys", commands=("xdotool",)),
    Need("zbar-tools", "tests that read QR codes", commands=("zbarimg",)),
    Need("faketime", "tests under a wrong clock", commands=("faketime",)),
    Need("curl", "the download benchmark", commands=("curl",)),
    Need("systemd", "tests of the units", commands=("systemd-analyze",)),
    Need(
        "chromium",
        "tests of the demo's pages",
        commands=("chromium", "chromium-browser", "google-chrome"),
        snap_on_ubuntu=True,
    ),
    Need("chromium-driver", "tests of the demo's pages", commands=("chromedriver",), snap_on_ubuntu=True),
)

NEEDS = {"demo": DEMO, "test": TEST}

APT_OPTIONS = ("-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")
"""The lock's time-out in seconds: a Raspberry Pi's first boot upgrades packages by itself for a while."""


class Machine:
    """The few things asked of the machine, apart from the decisions about them, so that these can be tested."""

    def __init__(self, os_release: Path = Path("/etc/os-release")) -> None:
        self._os_release = os_release

    def is_debian(self) -> bool:
        """Whether packages come from dpkg and apt here."""
        return bool(shutil.which("dpkg-query") and shutil.which("apt-get"))

    def is_ubuntu(self) -> bool:
        """Whether os-release says ID=ubuntu (its derivatives say so in ID_LIKE, and share the snap)."""
        try:
            lines = self._os_release.read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return any("ubuntu" in line for line in lines if line.startswith(("ID=", "ID_LIKE=")))

    def installed(self, packages: Iterable[str]) -> frozenset[str]:
        """Those of the packages that dpkg has fully installed."""
        query = ("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages)
        found = subprocess.run(
            query, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
        )
        rows = (line.split() for line in found.stdout.splitlines())
        return frozenset(row[0] for row in rows if row[1:] == ["installed"])

    def has_command(self, name: str) -> bool:
        """Whether a program of this name is on the PATH."""
        return shutil.which(name) is not None

    def has_module(self, name: str) -> bool:
        """Whether this Python could import the module."""
        return importlib.util.find_spec(name) is not None

    def root_prefix(self) -> tuple[str, ...] | None:
        """What to put before a command to run it as root: nothing, sudo, or None where there is no way."""
        if os.environ.get("KIOSK_NO_APT"):
            return None
        if os.geteuid() == 0:
            return ()
        if not shutil.which("sudo"):
            return None
        if subprocess.run(("sudo", "-n", "true"), capture_output=True, check=False).returncode == 0:
            return ("sudo", "-n")
        return ("sudo",) if sys.stdin is not None and sys.stdin.isatty() else None

    def run(self, command: Sequence[str]) -> str | None:
        """Run a command quietly; None when it went well, else the end of what it printed."""
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=quiet
            )
        except OSError as error:
            return str(error)
        return None if done.returncode == 0 else "\n".join(done.stdout.splitlines()[-3:])


def missing(needs: Sequence[Need], machine: Machine) -> tuple[Need, ...]:
    """The needs that this machine does not meet, in their order. Asks dpkg once."""
    packages = [need.package for need in needs]
    installed = machine.installed(packages) if machine.is_debian() else frozenset()

    def met(need: Need) -> bool:
        if need.module:
            return machine.has_module(need.module)
        return need.package in installed or any(machine.has_command(name) for name in need.commands)

    return tuple(need for need in needs if not met(need))


def apt_install(prefix: Sequence[str], packages: Sequence[str], machine: Machine) -> str | None:
    """Install the packages, all at once or else each by itself; None, or what apt said last.

    A fresh container has no package lists, and a frame's may be months old: so the lists come first. When that fails
    (no network) the packages may still be in apt's cache.
    """
    machine.run((*prefix, "apt-get", "update", "-qq"))
    install = (*prefix, "apt-get", "install", *APT_OPTIONS)
    if machine.run((*install, *packages)) is None:
        return None
    # One unknown name makes apt refuse the whole list.
    said = [machine.run((*install, package)) for package in packages]
    return next((text for text in said if text is not None), None)


def provide(needs: Sequence[Need], machine: Machine, say: Callable[[str], None]) -> bool:
    """Bring the machine up to the needs as far as it lets us.

    Returns:
        False only when nothing can start: this Python cannot make a virtual environment.
    """
    absent = missing(needs, machine)
    if not absent:
        return True
    names = " ".join(need.package for need in absent)
    if not machine.is_debian():
        say(f"kiosk: not a Debian system; please install what Debian calls: {names}")
        return VENV not in absent
    if machine.is_ubuntu() and any(need.snap_on_ubuntu for need in absent):
        say("kiosk: Ubuntu has Chromium as a snap only: left alone, and the tests that need it skip.")
        absent = tuple(need for need in absent if not need.snap_on_ubuntu)
        names = " ".join(need.package for need in absent)
    if absent:
        _install(names, absent, machine, say)
        absent = missing(absent, machine)
    return VENV not in absent


def _install(names: str, absent: Sequence[Need], machine: Machine, say: Callable[[str], None]) -> None:
    """Install what is absent and tell the person what came of it."""
    prefix = machine.root_prefix()
    if prefix is None:
        say(f"kiosk: missing Debian packages; to install them: sudo apt-get install {names}")
        return
    say(f"kiosk: missing Debian packages, installing them now: {names}")
    said = apt_install(prefix, [need.package for need in absent], machine)
    still = missing(absent, machine)
    if still:
        lost = "; ".join(f"{need.package} ({need.why})" for need in still)
        say(f"kiosk: going on without {lost}.\n{said or ''}".rstrip())


def hint(machine: Machine, env: Mapping[str, str]) -> str:
    """What an owner whose locale is Chinese, Japanese or Korean may want besides; empty for everybody else."""
    locale = env.get("LANGUAGE") or env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    if not locale.startswith(("zh", "ja", "ko")) or not missing([CJK], machine):
        return ""
    return f"kiosk: for {CJK.why} (57 MB): sudo apt-get install {CJK.package}"


def main(arguments: Sequence[str]) -> int:
    """`debian.py demo|test`. Exit codes: 0 go on, 1 there is no starting without a package, 2 usage."""
    if len(arguments) != 1 or arguments[0] not in NEEDS:
        print(f"usage: debian.py {'|'.join(NEEDS)}", file=sys.stderr)
        return 2

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    if provide(NEEDS[arguments[0]], Machine(), say):
        if advice := hint(Machine(), os.environ):
            say(advice)
        return 0
    say(f"kiosk: cannot make a virtual environment; on Debian: sudo apt-get install {VENV.package}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
