"""Both scripts on this machine, where what they write to is a folder of the test's in a mount namespace of their own.

Python, pip and systemctl are stand-ins: this is about what is kept, removed and refused, and takes a second.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
NEW_UNITS = ("kiosk-update.timer", "kiosk-update.service", "kiosk-trial.service", "kiosk-boot-config.service")
ENTER = """
for place in opt etc/systemd usr/local/bin run; do mount --bind "$0/$place" "/$place"; done
mount --bind "$0/python3" /usr/bin/python3 && exec "$@"
"""
STAND_INS = {
    "dpkg": "echo arm64",
    "dpkg-query": "echo installed",
    "sync": "",
    # As systemctl does it: what it does not know is a failure.
    "systemctl": "shift; for unit; do case $unit in -*|disable|enable|start|getty*) ;;"
    ' *) [ -e "/etc/systemd/system/$unit" ];; esac || exit 5; done',
}
PYTHON = """#!/bin/sh
mkdir -p "$3/bin"
printf '#!/bin/sh\\npwd >>/opt/places\\n' >"$3/bin/python"
chmod +x "$3/bin/python"
"""


@frozen
class Machine:
    folder: Path

    @property
    def releases(self) -> Path:
        return self.folder / "opt/kiosk/releases"

    @property
    def there(self) -> set[str]:
        return {path.name for path in self.releases.iterdir()}

    def run(self, script: str, *words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (
                *("unshare", "--map-root-user", "--mount", "sh", "-ec", ENTER, self.folder),
                SYSTEMD / script,
                *words,
            ),
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            env={"PATH": f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        )

    def release(self, name: str, age: int) -> None:
        (self.releases / name).mkdir(parents=True)
        (self.releases / name / "complete").touch()
        os.utime(self.releases / name, (1_700_000_000 - age, 1_700_000_000 - age))

    def link(self, name: str, release: str) -> None:
        (self.folder / "opt/kiosk" / name).symlink_to(f"releases/{release}")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    for place in ("bin", "opt", "etc/systemd/system", "usr/local/bin", "run"):
        (tmp_path / place).mkdir(parents=True)
    for name, text in STAND_INS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "python3").write_text(PYTHON)
    (tmp_path / "python3").chmod(0o755)
    release = Path("/etc/os-release")
    if not release.exists() or "\nID=debian\n" not in f"\n{release.read_text()}":
        pytest.skip("the installer is for Debian alone")
    try:
        entered = made.run("install.sh", "--help").returncode == 0
    except OSError:
        entered = False
    if not entered:
        pytest.skip("no mount namespace is to be had here")
    return made


def test_what_the_frame_went_back_to_is_kept_and_what_it_went_back_from_is_not(machine: Machine) -> None:
    machine.release("1-good", age=9)
    machine.release("2-bad", age=1)
    machine.link("current", "1-good")
    told = machine.run("install.sh", "--desktop", "--dry-run").stdout
    assert "removing the old release 2-bad" in told
    assert "removing the old release 1-good" not in told
    done = machine.run("install.sh", "--desktop")
    assert done.returncode == 0, done.stderr
    current = (machine.folder / "opt/kiosk/current").readlink().name
    assert machine.there == {current, "1-good"}
    assert "nothing had to be done" in machine.run("install.sh", "--desktop").stdout
    assert machine.there == {current, "1-good"}


def test_what_ran_before_a_trial_that_was_broken_off_is_kept(machine: Machine) -> None:
    machine.release("1-good", age=9)
    machine.release("2-untried", age=1)
    machine.link("current", "2-untried")
    machine.link("before", "1-good")
    done = machine.run("install.sh", "--desktop")
    assert done.returncode == 0, done.stderr
    assert "ending the trial of an update" in done.stdout
    assert machine.there == {(machine.folder / "opt/kiosk/current").readlink().name, "1-good"}


def test_no_module_is_taken_from_the_folder_in_which_somebody_calls_it(
    machine: Machine, tmp_path: Path
) -> None:
    assert machine.run("install.sh", "--desktop", cwd=tmp_path).returncode == 0
    assert (machine.folder / "opt/places").read_text() == "/\n" * 2


@pytest.mark.parametrize("missing", [(), NEW_UNITS, ("kiosk.service",)], ids=str)
def test_whatever_an_installer_has_put_there_is_removed(machine: Machine, missing: tuple[str, ...]) -> None:
    units = machine.folder / "etc/systemd/system"
    for name in {*NEW_UNITS, "kiosk.service"} - {*missing}:
        (units / name).touch()
    (machine.folder / "run/systemd/system").mkdir(parents=True)
    machine.release("1-good", age=9)
    done = machine.run("uninstall.sh")
    assert done.returncode == 0, done.stderr
    assert list(units.iterdir()) == []
    assert not machine.releases.exists()


def test_nothing_is_removed_or_installed_while_an_update_is_at_work(machine: Machine) -> None:
    machine.release("1-good", age=9)
    unit = machine.folder / "etc/systemd/system/kiosk.service"
    unit.touch()
    descriptor = os.open(machine.releases.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        done = machine.run("uninstall.sh")
        refused = machine.run("install.sh", "--desktop")
    finally:
        os.close(descriptor)
    assert (done.returncode, done.stderr.split(";")[0]) == (1, "kiosk: an update or install.sh is running")
    assert (refused.returncode, refused.stderr) == (1, "kiosk: an update is running\n")
    assert unit.exists()
    assert machine.there == {"1-good"}
