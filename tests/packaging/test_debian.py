"""The Debian packages: what is missing is said in one line, and installed where that is allowed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from kiosk.system import debian

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "kiosk" / "system" / "debian.py"

FONT = debian.Need("fonts-some", "names in some script")
LIBRARY = debian.Need("libsome1", "drawing")
PROGRAM = debian.Need("some-tools", "reading", commands=("some", "other"))
BROWSER = debian.Need("chromium", "pages", commands=("chromium",), snap_on_ubuntu=True)


class Box(debian.Machine):
    """A machine in memory; apt knows the packages of `archive`."""

    def __init__(self, have: Iterable[str] = (), archive: Iterable[str] = (), *, root: bool = True) -> None:
        super().__init__(Path("/nowhere"))
        self.have = set(have)
        self.archive = set(archive)
        self.root = root
        self.debian = True
        self.ubuntu = False
        self.ran: list[str] = []

    def is_debian(self) -> bool:
        return self.debian

    def is_ubuntu(self) -> bool:
        return self.ubuntu

    def installed(self, packages: Iterable[str]) -> frozenset[str]:
        return frozenset(packages) & self.have

    def has_command(self, name: str) -> bool:
        return f"command {name}" in self.have

    def has_module(self, name: str) -> bool:
        return f"module {name}" in self.have

    def root_prefix(self) -> tuple[str, ...] | None:
        return () if self.root else None

    def run(self, command: Sequence[str]) -> str | None:
        self.ran.append(" ".join(command))
        if "install" not in command:
            return None
        wanted = set(command[command.index("--no-install-recommends") + 1 :]) - {
            "-o",
            "DPkg::Lock::Timeout=120",
        }
        if wanted - self.archive:
            return f"E: Unable to locate package {min(wanted - self.archive)}"
        self.have |= wanted
        if debian.VENV.package in wanted:
            self.have.add("module ensurepip")
        return None


def provide(box: Box, *needs: debian.Need) -> tuple[bool, list[str]]:
    said: list[str] = []
    return debian.provide(needs, box, said.append), said


def test_a_machine_that_has_everything_is_left_alone_without_a_word() -> None:
    box = Box(have=["fonts-some", "libsome1", "command other"])
    assert provide(box, FONT, LIBRARY, PROGRAM) == (True, [])
    assert box.ran == []


def test_what_is_missing_is_said_in_one_line_and_installed_with_fresh_lists() -> None:
    box = Box(have=["fonts-some"], archive=["libsome1", "some-tools"])
    able, said = provide(box, FONT, LIBRARY, PROGRAM)
    assert able
    assert said == ["kiosk: missing Debian packages, installing them now: libsome1 some-tools"]
    assert box.ran[0] == "apt-get update -qq"
    assert box.ran[1].endswith("libsome1 some-tools")


def test_without_the_right_to_install_the_command_is_printed_and_the_way_goes_on() -> None:
    able, said = provide(Box(root=False), LIBRARY, PROGRAM)
    assert able
    assert said == [
        "kiosk: missing Debian packages; to install them: sudo apt-get install libsome1 some-tools"
    ]


def test_one_name_that_apt_does_not_know_does_not_keep_the_others_away() -> None:
    box = Box(archive=["libsome1"])
    able, said = provide(box, FONT, LIBRARY)
    assert able
    assert "libsome1" in box.have
    assert said[1].startswith("kiosk: going on without fonts-some (names in some script).")
    assert "Unable to locate package fonts-some" in said[1]


def test_without_a_way_to_make_a_virtual_environment_there_is_no_going_on() -> None:
    assert provide(Box(root=False), debian.VENV)[0] is False
    assert provide(Box(archive=[]), debian.VENV)[0] is False
    assert provide(Box(archive=[debian.VENV.package]), debian.VENV)[0] is True


def test_on_ubuntu_the_browser_that_is_a_snap_is_left_alone_and_said() -> None:
    box = Box(archive=["libsome1"])
    box.ubuntu = True
    able, said = provide(box, LIBRARY, BROWSER)
    assert able
    assert "snap" in said[0]
    assert not any("chromium" in command for command in box.ran)
    assert "libsome1" in box.have


def test_on_ubuntu_with_only_the_browser_missing_apt_is_not_started() -> None:
    box = Box()
    box.ubuntu = True
    assert provide(box, BROWSER)[0]
    assert box.ran == []


def test_elsewhere_than_on_debian_the_names_are_said_and_the_way_goes_on() -> None:
    box = Box()
    box.debian = False
    able, said = provide(box, LIBRARY)
    assert able
    assert said == ["kiosk: not a Debian system; please install what Debian calls: libsome1"]


@pytest.mark.parametrize(
    ("text", "ubuntu"),
    [
        ("ID=ubuntu\n", True),
        ('ID=pop\nID_LIKE="ubuntu debian"\n', True),
        ("ID=debian\nNAME=not-ubuntu\n", False),
    ],
)
def test_ubuntu_is_told_by_os_release(tmp_path: Path, text: str, ubuntu: bool) -> None:
    (tmp_path / "os-release").write_text(text)
    assert debian.Machine(tmp_path / "os-release").is_ubuntu() is ubuntu
    assert not debian.Machine(tmp_path / "none").is_ubuntu()


def test_a_command_that_fails_gives_the_end_of_what_it_said() -> None:
    machine = debian.Machine()
    assert machine.run((sys.executable, "-c", "print('well')")) is None
    assert (
        machine.run((sys.executable, "-c", "print('one\\ntwo\\nthree\\nfour'); exit(3)"))
        == "two\nthree\nfour"
    )
    assert machine.run(("/nowhere/apt-get",)) is not None


def test_the_owner_can_keep_apt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_NO_APT", "1")
    assert debian.Machine().root_prefix() is None


def test_every_package_has_a_reason_and_is_named_once() -> None:
    for needs in debian.NEEDS.values():
        assert len({need.package for need in needs}) == len(needs)
        assert all(need.why for need in needs)


def test_the_script_runs_before_anything_is_installed() -> None:
    """With the standard library alone, as `make` starts it, and refuses a word that it does not know."""
    bare = {**os.environ, "KIOSK_NO_APT": "1", "PYTHONPATH": ""}
    command = (sys.executable, "-I", "-S", SCRIPT)
    assert (
        subprocess.run((*command, "demo"), env=bare, capture_output=True, check=False, timeout=50).returncode
        == 0
    )
    refused = subprocess.run(
        (*command, "lunch"), env=bare, capture_output=True, text=True, check=False, timeout=50
    )
    assert (refused.returncode, refused.stderr) == (2, "usage: debian.py demo|test\n")


@pytest.mark.parametrize(
    ("locale", "have", "hinted"),
    [
        ({"LANG": "ja_JP.UTF-8"}, [], True),
        ({"LC_ALL": "zh_TW.UTF-8", "LANG": "de_DE.UTF-8"}, [], True),
        ({"LANG": "ko_KR.UTF-8"}, ["fonts-noto-cjk"], False),
        ({"LANG": "de_DE.UTF-8"}, [], False),
        ({}, [], False),
    ],
)
def test_the_large_fonts_of_east_asia_are_a_hint_to_those_who_read_them(
    locale: dict[str, str], have: list[str], hinted: bool
) -> None:
    assert (debian.CJK.package in debian.hint(Box(have=have), locale)) is hinted
    assert debian.CJK not in debian.DEMO and debian.CJK in debian.TEST
