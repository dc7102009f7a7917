"""The installer: what it says that it would do, and what it does to a small Debian."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.packaging import updates
from tests.packaging.chroot import SOURCE, Chroot, debootstrapped

ROOT = Path(__file__).parents[2]
INSTALL, UNINSTALL = ROOT / "systemd" / "install.sh", ROOT / "systemd" / "uninstall.sh"

each = pytest.mark.parametrize("script", [INSTALL, UNINSTALL], ids=lambda script: script.stem)

# --- quick: nothing is done to this machine


@each
def test_the_script_is_sound_bash_that_stops_at_the_first_failure(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert subprocess.run(("bash", "-n", script), check=False).returncode == 0
    assert "\nset -euo pipefail\n" in script.read_text(encoding="utf-8")
    if shutil.which("shellcheck"):
        assert subprocess.run(("shellcheck", "-S", "warning", script), check=False).returncode == 0


STAND_INS = {
    "id": "echo 1000",
    "dpkg": "echo ${ARCHITECTURE:-arm64}",
    "dpkg-query": "for name; do :; done; [ $name = libfribidi0 ] || echo installed",
    "getent": "exit 2",
    "systemctl": "[ $2 = getty@tty1.service ] && echo enabled || echo disabled",
}
"""A fresh Raspberry Pi with one package missing, for whoever is not root."""


TRACES = (
    "/opt/kiosk",
    "/etc/kiosk",
    "/usr/local/bin/kiosk",
    "/etc/sysusers.d/kiosk.conf",
    "/etc/systemd/system/kiosk.service",
    "/etc/systemd/user/kiosk.service",
)


@pytest.fixture
def dry(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of such a machine. The files that are looked at are this machine's own."""
    release = Path("/etc/os-release")
    if not release.exists() or "\nID=debian\n" not in f"\n{release.read_text()}":
        pytest.skip("the installer is for Debian alone")
    if any(map(os.path.lexists, TRACES)):
        pytest.skip("a frame is installed here")
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, script in STAND_INS.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    yield {"PATH": f"{folder}:/usr/bin:/bin"}
    assert [path for path in TRACES if os.path.lexists(path)] == []


def run(script: Path, *words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run((script, *words), capture_output=True, text=True, check=False, env=env, timeout=50)


def steps(told: str) -> list[str]:
    """What it says, with the release and the paths of this tree by their names."""
    told = re.sub(r"\d[\w.]*-python3\.\d+-[0-9a-f]{12}", "RELEASE", told).replace(str(ROOT), "TREE")
    return [line for line in told.splitlines() if "systemd does not run here" not in line]


PIP = (
    "    /opt/kiosk/releases/RELEASE/bin/python -m pip install -qq --no-cache-dir --disable-pip-version-check"
    " --root-user-action ignore"
)
APT = (
    "    env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"
    " -o DPkg::Lock::Timeout=300 libfribidi0"
)
PACKAGES = [
    "kiosk: reading Debian's package lists",
    "    apt-get update -qq",
    "kiosk: installing libfribidi0",
    APT,
]
USER = [
    "kiosk: writing /etc/sysusers.d/kiosk.conf",
    "    install -D -m 0644 TREE/systemd/kiosk.sysusers.conf /etc/sysusers.d/kiosk.conf",
    "kiosk: making the user kiosk",
    "    systemd-sysusers /etc/sysusers.d/kiosk.conf",
]
RELEASE = [
    "kiosk: making /opt/kiosk/releases/RELEASE",
    "    /usr/bin/python3 -m venv /opt/kiosk/releases/RELEASE",
    "kiosk: installing what the frame needs, hash-checked",
    f"{PIP} --require-hashes -r TREE/requirements.lock",
    "kiosk: installing kiosk",
    f"{PIP} --no-deps --no-build-isolation TREE",
    "kiosk: writing it to the card",
    "    sync -f /opt/kiosk/releases/RELEASE",
    "kiosk: that release is whole",
    "    touch /opt/kiosk/releases/RELEASE/complete",
    "kiosk: the release that runs is RELEASE",
    "    switch releases/RELEASE",
    "kiosk: kiosk is a command",
    "    ln -sfn /opt/kiosk/current/bin/kiosk /usr/local/bin/kiosk",
]
CONFIG = [
    "kiosk: making /etc/kiosk",
    "    install -d -m 0750 -o root -g kiosk /etc/kiosk",
    "kiosk: writing /etc/kiosk/config.toml",
    "    install -m 0640 -o root -g kiosk TREE/config.example.toml /etc/kiosk/config.toml",
    "kiosk: making /etc/kiosk/credentials",
    "    install -d -m 0700 /etc/kiosk/credentials",
    "kiosk: making /etc/kiosk/release-keys",
    "    install -d -m 0755 /etc/kiosk/release-keys",
    "kiosk: making an empty client_secrets.json",
    "    install -m 0600 /dev/null /etc/kiosk/credentials/client_secrets.json",
    "kiosk: making an empty storage.key",
    "    install -m 0600 /dev/null /etc/kiosk/credentials/storage.key",
]
UNIT = [
    "kiosk: writing /etc/systemd/system/kiosk.service",
    "    install -D -m 0644 TREE/systemd/kiosk.service /etc/systemd/system/kiosk.service",
    "kiosk: writing /etc/systemd/system/kiosk-boot-config.service",
    "    install -D -m 0644 TREE/systemd/kiosk-boot-config.service /etc/systemd/system/kiosk-boot-config.service",
    "kiosk: writing /etc/systemd/system/kiosk-update.service",
    "    install -D -m 0644 TREE/systemd/kiosk-update.service /etc/systemd/system/kiosk-update.service",
    "kiosk: writing /etc/systemd/system/kiosk-update.timer",
    "    install -D -m 0644 TREE/systemd/kiosk-update.timer /etc/systemd/system/kiosk-update.timer",
    "kiosk: writing /etc/systemd/system/kiosk-trial.service",
    "    install -D -m 0644 TREE/systemd/kiosk-trial.service /etc/systemd/system/kiosk-trial.service",
    "kiosk: no log-in prompt on the first console",
    "    systemctl --quiet disable getty@tty1.service",
    "kiosk: an update is judged at the boot too",
    "    systemctl --quiet enable kiosk-trial.service",
    "kiosk: a kiosk.toml on the boot partition counts",
    "    systemctl --quiet enable kiosk-boot-config.service",
    "kiosk: the frame starts with the machine",
    "    systemctl --quiet enable kiosk.service",
]
MANAGER = [
    "kiosk: telling systemd",
    "    systemctl daemon-reload",
    "kiosk: starting the frame",
    "    systemctl restart kiosk.service",
]
"""Where systemd runs."""


def test_a_dry_run_prints_every_step_in_order_and_needs_no_root(dry: dict[str, str]) -> None:
    done = run(INSTALL, "--dry-run", env=dry)
    manager = MANAGER if Path("/run/systemd/system").is_dir() else []
    assert done.returncode == 0, done.stderr
    assert steps(done.stdout) == PACKAGES + USER + RELEASE + CONFIG + UNIT + manager


def test_a_dry_run_for_a_desktop_makes_no_user_and_starts_nothing(dry: dict[str, str]) -> None:
    put = ["kiosk: writing /etc/systemd/user/kiosk.service"]
    put += ["    install -D -m 0644 TREE/systemd/kiosk-user.service /etc/systemd/user/kiosk.service"]
    assert steps(run(INSTALL, "--dry-run", "--desktop", env=dry).stdout) == PACKAGES + RELEASE + put


def test_with_a_wheelhouse_neither_apt_nor_the_index_is_asked(dry: dict[str, str], tmp_path: Path) -> None:
    told = run(INSTALL, "--dry-run", "--wheelhouse", str(tmp_path), env=dry).stdout
    assert "kiosk: missing, and not fetched with --wheelhouse: libfribidi0" in told
    assert "apt-get" not in told
    pip = [line for line in told.splitlines() if " -m pip install " in line]
    assert len(pip) == 2
    assert all(f"--no-index --find-links {tmp_path} " in line for line in pip)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "needs root: sudo systemd/install.sh"),
        (("--dry-run", "--fast"), "unknown: --fast (allowed: --dry-run, --wheelhouse DIR, --desktop)"),
        (("--dry-run", "--wheelhouse"), "--wheelhouse needs a folder"),
        (("--dry-run", "--wheelhouse", "/nowhere/at/all"), "/nowhere/at/all is not a folder"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(dry: dict[str, str], words: tuple[str, ...], reason: str) -> None:
    done = run(INSTALL, *words, env=dry)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"kiosk: {reason}\n")


def test_a_machine_of_32_bits_is_refused(dry: dict[str, str]) -> None:
    done = run(INSTALL, "--dry-run", env={**dry, "ARCHITECTURE": "armhf"})
    assert (done.returncode, done.stderr) == (1, "kiosk: a 64-bit system is needed; this one is armhf\n")


def test_only_root_uninstalls(dry: dict[str, str]) -> None:
    done = run(UNINSTALL, env=dry)
    assert (done.returncode, done.stderr) == (1, "kiosk: needs root: sudo systemd/uninstall.sh\n")


def test_the_help_tells_each_option(dry: dict[str, str]) -> None:
    told = run(INSTALL, "--help", env=dry).stdout
    assert all(
        option in told for option in ("--dry-run", "--wheelhouse DIR", "--desktop", "sudo systemd/install.sh")
    )
    assert "--purge" in run(UNINSTALL, "--help", env=dry).stdout


# --- slow: in a Debian of its own, without a network

RECORDED = "/var/log/systemctl-calls"
RECORDER = f"""echo "$*" >>{RECORDED}
case "$1 $2" in
    "is-active kiosk.service") [ -e /var/log/kiosk-runs ] && echo active || {{ echo inactive; exit 3; }} ;;
    "restart kiosk.service") touch /var/log/kiosk-runs ;;
    "stop kiosk-update.timer") rm /var/log/kiosk-runs ;;
    daemon-reload*|"--no-block start") ;;
    *) SYSTEMD_OFFLINE=1 exec /usr/bin/systemctl "$@" ;;
esac"""
"""Enabling works on files, and is done; what wants a manager is written down."""


def in_a_debian(test: Callable[..., None]) -> Callable[..., None]:
    marked: Callable[..., None] = pytest.mark.slow(pytest.mark.timeout(1800)(test))
    return marked


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroot]:
    made = debootstrapped(tmp_path_factory.mktemp("clean") / "debian")
    made.must("systemctl", "enable", "getty@tty1.service")
    yield made
    shutil.rmtree(made.folder)


@pytest.fixture(scope="module")
def installed(clean: Chroot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroot]:
    """Installed once; each test works on a copy."""
    made = clean.copy(tmp_path_factory.mktemp("installed") / "debian")
    done = made.install()
    assert done.returncode == 0, done.stdout + done.stderr
    yield made
    shutil.rmtree(made.folder)


@pytest.fixture
def frame(installed: Chroot, tmp_path: Path) -> Iterator[Chroot]:
    copy = installed.copy(tmp_path / "debian")
    yield copy
    shutil.rmtree(copy.folder)


def managed(frame: Chroot) -> Chroot:
    """As if systemd ran in it."""
    frame.at("/run/systemd/system").mkdir(parents=True)
    frame.stand_in("/usr/local/sbin/systemctl", RECORDER)
    return frame


def recorded(frame: Chroot) -> list[str]:
    """What was asked of systemd since the last look, but for questions."""
    file = frame.at(RECORDED)
    calls = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return [call for call in calls if not call.startswith("is-")]


@in_a_debian
def test_it_is_installed_without_any_network_for_the_frame_s_own_user(frame: Chroot) -> None:
    as_kiosk = ("setpriv", "--reuid=kiosk", "--regid=kiosk", "--clear-groups")
    assert frame.must(*as_kiosk, "/usr/local/bin/kiosk", "--version").startswith("kiosk ")
    assert frame.must(*as_kiosk, "head", "-1", "/etc/kiosk/config.toml").startswith("# kiosk")
    assert frame.run(*as_kiosk, "ls", "/etc/kiosk/credentials").returncode != 0, "systemd hands copies over"
    assert frame.run(*as_kiosk, "touch", "/etc/kiosk/config.toml").returncode != 0
    modes = frame.must("stat", "-c", "%a %U %G %s", "/etc/kiosk", "/etc/kiosk/config.toml").splitlines()
    assert [line.rsplit(" ", 1)[0] for line in modes] == ["750 root kiosk", "640 root kiosk"]
    assert frame.must("systemctl", "is-enabled", "kiosk.service").strip() == "enabled"
    assert frame.run("systemctl", "is-enabled", "getty@tty1.service").stdout.strip() == "disabled"


@in_a_debian
def test_systemd_of_that_debian_has_nothing_to_say_about_the_unit(frame: Chroot) -> None:
    done = frame.run("systemd-analyze", "verify", "--man=no", "/etc/systemd/system/kiosk.service")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@in_a_debian
def test_a_second_run_changes_nothing(frame: Chroot) -> None:
    before = frame.tree()
    done = frame.install()
    assert done.returncode == 0, done.stderr
    assert "kiosk: nothing had to be done" in done.stdout
    assert frame.tree() == before


@in_a_debian
def test_a_dry_run_by_somebody_else_changes_nothing(frame: Chroot) -> None:
    before = frame.tree()
    nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
    told = frame.must(*nobody, f"{SOURCE}/systemd/install.sh", "--dry-run")
    assert "only root can look into /etc/kiosk" in told
    assert frame.tree() == before


@in_a_debian
def test_a_running_frame_is_begun_anew_only_when_something_has_changed(frame: Chroot) -> None:
    managed(frame)
    assert frame.install().returncode == 0
    assert recorded(frame) == ["daemon-reload", "restart kiosk.service"], "it did not run yet"
    assert frame.install().returncode == 0
    assert recorded(frame) == []
    with frame.at(f"{SOURCE}/systemd/kiosk.service").open("a") as unit:
        unit.write("# changed\n")
    assert frame.install().returncode == 0
    assert recorded(frame) == ["daemon-reload", "restart kiosk.service"]


@in_a_debian
def test_what_the_owner_wrote_stays(frame: Chroot) -> None:
    frame.at("/etc/kiosk/config.toml").write_text("[slideshow]\ndwell_seconds = 7\n")
    frame.at("/etc/kiosk/credentials/client_secrets.json").write_text("{}")
    with frame.at(f"{SOURCE}/config.example.toml").open("a") as example:
        example.write("# a new version\n")
    assert frame.install().returncode == 0
    assert "= 7" in frame.at("/etc/kiosk/config.toml").read_text()
    assert frame.at("/etc/kiosk/credentials/client_secrets.json").read_text() == "{}"


@in_a_debian
def test_an_interrupted_run_is_mended_by_the_next_and_the_old_release_runs_until_then(frame: Chroot) -> None:
    before = frame.at("/opt/kiosk/current").readlink()
    with frame.at(f"{SOURCE}/kiosk/__init__.py").open("a") as code:
        code.write("# a new version\n")
    frame.stand_in("/usr/local/sbin/sync", "exit 5")  # the last step before the release is called whole
    stopped = frame.install()
    assert stopped.returncode == 1
    assert 'stopped at "writing it to the card"; run this again when it is mended.' in stopped.stderr
    assert frame.at("/opt/kiosk/current").readlink() == before
    frame.at("/usr/local/sbin/sync").unlink()
    done = frame.install()
    assert done.returncode == 0, done.stderr
    assert "kiosk: removing what an earlier run left of " in done.stdout
    assert frame.at("/opt/kiosk/current").readlink() != before
    frame.must("/usr/local/bin/kiosk", "--version")


@in_a_debian
def test_what_lies_on_the_boot_partition_reaches_the_frame_and_its_secret_root_alone(frame: Chroot) -> None:
    firmware = frame.at("/boot/firmware")
    firmware.mkdir(parents=True)
    client = {"installed": {"client_id": "1-a", "client_secret": "GOCSPX-abcdefgh"}}
    (firmware / "client_secret_1-a.apps.googleusercontent.com.json").write_text(json.dumps(client))
    (firmware / "kiosk.toml").write_text("[slideshow]\ndwell_seconds = 7\n")
    # As its unit has it, which nobody starts here.
    frame.must("install", "-d", "-g", "kiosk", "-m", "0750", "/run/kiosk-boot")
    group = ("setpriv", "--regid=kiosk", "--keep-groups")
    frame.must(*group, "sh", "-c", "umask 027 && exec /usr/local/bin/kiosk boot-config")
    assert [path.name for path in firmware.iterdir()] == ["kiosk.toml"]
    service = ("setpriv", "--reuid=kiosk", "--regid=kiosk", "--clear-groups")
    told = frame.must(*service, "env", "CONFIGURATION_DIRECTORY=/etc/kiosk", "/usr/local/bin/kiosk", "config")
    assert "dwell_seconds = 7.0  # /boot/firmware/kiosk.toml:2" in told
    assert "abcdefgh" not in frame.at("/run/kiosk-boot/config.json").read_text()
    secrets = "/etc/kiosk/credentials/client_secrets.json"
    assert json.loads(frame.at(secrets).read_text()) == client
    assert frame.run(*service, "cat", secrets).returncode != 0


@in_a_debian
def test_the_release_that_runs_and_the_one_before_it_are_kept(frame: Chroot) -> None:
    releases = frame.at("/opt/kiosk/releases")
    (current,) = (path.name for path in releases.iterdir())
    for age, name in enumerate(("0.3-younger", "0.2-older", "0.1-oldest", "0.4-broken-off"), start=1):
        (releases / name).mkdir()
        if "broken" not in name:
            (releases / name / "complete").touch()
        os.utime(releases / name, (1_700_000_000 - age, 1_700_000_000 - age))
    assert frame.install().returncode == 0
    assert {path.name for path in releases.iterdir()} == {current, "0.3-younger"}
    assert "nothing had to be done" in frame.install().stdout


@in_a_debian
def test_a_signed_release_is_taken_a_broken_one_given_back_and_a_rollback_goes_back(
    frame: Chroot, tmp_path: Path
) -> None:
    updates.exercise(frame, tmp_path)


@in_a_debian
def test_the_sign_in_and_the_photos_outlive_an_uninstall(frame: Chroot) -> None:
    managed(frame)
    assert frame.install().returncode == 0
    for folder in ("/var/lib/kiosk", "/var/cache/kiosk"):
        frame.at(folder).mkdir()
    recorded(frame)
    frame.must(f"{SOURCE}/systemd/uninstall.sh")
    units = (
        "kiosk-update.timer kiosk-update.service kiosk-trial.service kiosk-boot-config.service kiosk.service"
    )
    assert recorded(frame) == [
        f"stop {units}",
        f"--quiet disable {units}",
        "--quiet enable getty@tty1.service",
        "daemon-reload",
        "--no-block start getty@tty1.service",
    ]
    there = [path for path in ("/opt/kiosk", "/usr/local/bin/kiosk") if os.path.lexists(frame.at(path))]
    assert there == []
    assert all(
        frame.at(path).exists() for path in ("/var/lib/kiosk", "/var/cache/kiosk", "/etc/kiosk/config.toml")
    )
    frame.must(f"{SOURCE}/systemd/uninstall.sh")  # a second time is no mistake


@in_a_debian
def test_a_purge_leaves_the_machine_as_it_was(frame: Chroot, clean: Chroot) -> None:
    frame.at("/var/lib/kiosk").mkdir()
    frame.must(f"{SOURCE}/systemd/uninstall.sh", "--purge")
    before, after = clean.tree(), frame.tree()
    assert before.keys() - after.keys() == set()
    backups = {"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/.pwd.lock"}
    empty = {"/etc/sysusers.d", "/etc/systemd/system/multi-user.target.wants"}
    assert after.keys() - before.keys() <= backups | empty
    assert clean.at("/etc/passwd").read_bytes() == frame.at("/etc/passwd").read_bytes()


@in_a_debian
def test_on_a_desktop_there_is_a_unit_for_persons_and_no_service(frame: Chroot) -> None:
    frame.must(f"{SOURCE}/systemd/uninstall.sh", "--purge")
    done = frame.install("--desktop")
    assert done.returncode == 0, done.stderr
    assert "systemctl --user enable --now kiosk" in done.stdout
    assert frame.at("/etc/systemd/user/kiosk.service").exists()
    unwanted = ("/etc/systemd/system/kiosk.service", "/etc/kiosk", "/etc/sysusers.d/kiosk.conf")
    assert [path for path in unwanted if os.path.lexists(frame.at(path))] == []
    assert "kiosk:" not in frame.at("/etc/passwd").read_text()
    frame.must("/usr/local/bin/kiosk", "--version")


@in_a_debian
def test_a_system_that_is_not_meant_is_refused(frame: Chroot) -> None:
    release = frame.at("/etc/os-release")
    release.unlink()
    for told, reason in {
        "ID=debian\nVERSION_ID=11\n": "this is Debian 11; 12 or newer is needed",
        "ID=fedora\nVERSION_ID=42\n": "this is fedora; Raspberry Pi OS and Debian are what this is for",
    }.items():
        release.write_text(told)
        done = frame.install()
        assert (done.returncode, done.stderr) == (1, f"kiosk: {reason}\n")


@in_a_debian
def test_without_a_network_and_without_a_wheelhouse_it_says_so(frame: Chroot) -> None:
    before = frame.tree().keys()
    done = frame.run(f"{SOURCE}/systemd/install.sh")
    assert done.returncode == 1
    assert "Is there a network? `apt-get update` says more." in done.stderr
    apt = ("/var/lib/apt/", "/var/cache/apt/")
    assert [path for path in frame.tree().keys() ^ before if not path.startswith(apt)] == []
