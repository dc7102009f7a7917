"""The units: what systemd says of them, and that they agree with the program and with the installer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from kiosk.config import PowerMethod, load
from kiosk.config.overlay import OVERLAY
from kiosk.storage.confine import ALLOWED
from kiosk.system import boot_partition, paths

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
SERVICE, USER_SERVICE = SYSTEMD / "kiosk.service", SYSTEMD / "kiosk-user.service"
ANALYZE = shutil.which("systemd-analyze")

ROOTS = ("kiosk-update.service", "kiosk-update.timer", "kiosk-trial.service")
"""What root does beside the frame."""

with_systemd = pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze on this machine")
each = pytest.mark.parametrize("unit", [SERVICE, USER_SERVICE], ids=lambda unit: unit.stem)


def values(unit: Path, key: str) -> list[str]:
    """What a directive is set to, in order: systemd lets many be given several times."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def value(unit: Path, key: str) -> str:
    (only,) = values(unit, key)
    return only


def analyze(*words: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (str(ANALYZE), *words), capture_output=True, text=True, check=False, timeout=50, env=env
    )


def verify(unit: Path, tmp_path: Path) -> tuple[int, str]:
    """systemd's verdict on a unit whose program is there, which it is not where the tests run."""
    copy = tmp_path / unit.name
    text = re.sub(
        r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    copy.write_text(text, encoding="utf-8")
    manager = ("--user",) if "user" in unit.stem else ()
    # A user's manager looks for its folders here.
    done = analyze("verify", *manager, "--man=no", copy, env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)})
    return done.returncode, done.stdout + done.stderr


@with_systemd
@each
def test_systemd_has_nothing_to_say_about_the_unit(unit: Path, tmp_path: Path) -> None:
    assert verify(unit, tmp_path) == (0, "")


@with_systemd
@pytest.mark.parametrize("name", ROOTS)
def test_systemd_has_nothing_to_say_about_the_units_of_an_update(name: str, tmp_path: Path) -> None:
    for each_of_them in {"kiosk-update.service", "kiosk-trial.service", SERVICE.name} - {name}:
        verify(SYSTEMD / each_of_them, tmp_path)
    assert verify(SYSTEMD / name, tmp_path) == (0, "")


@with_systemd
@pytest.mark.parametrize("name", [name for name in ROOTS if name.endswith("service")])
def test_root_gives_up_what_an_update_does_not_need(name: str) -> None:
    judged = analyze("security", "--offline=true", "--threshold=30", "--no-pager", SYSTEMD / name)
    assert judged.returncode == 0, judged.stdout


# --- the boot partition

BOOT = SYSTEMD / "kiosk-boot-config.service"


@with_systemd
def test_systemd_has_nothing_to_say_about_the_unit_of_the_boot_partition(tmp_path: Path) -> None:
    assert verify(BOOT, tmp_path) == (0, "")
    judged = analyze("security", "--offline=true", "--threshold=10", "--no-pager", BOOT)
    assert judged.returncode == 0, judged.stdout


def test_the_frame_waits_for_the_boot_partition_and_never_depends_on_it() -> None:
    assert value(BOOT, "Before") == SERVICE.name
    assert value(BOOT, "WantedBy") == SERVICE.name
    assert values(BOOT, "RequiredBy") == []
    assert BOOT.name not in SERVICE.read_text(encoding="utf-8")
    assert int(value(BOOT, "TimeoutStartSec")) <= 60


def test_without_a_file_on_the_boot_partition_no_program_is_started_for_it() -> None:
    wanted = {
        f"|{place}/{name}"
        for place in boot_partition.PLACES
        for name in (f"{boot_partition.NAMES[0]}*", boot_partition.CLIENTS)
    }
    assert set(values(BOOT, "ConditionPathExistsGlob")) == wanted
    assert all(name.startswith(boot_partition.NAMES[0]) for name in boot_partition.NAMES)


def test_the_unit_of_the_boot_partition_may_write_where_its_program_does() -> None:
    named = (path for line in values(BOOT, "ReadWritePaths") for path in line.split())
    written = {path.removeprefix("-") for path in named}
    assert written == {str(boot_partition.CREDENTIALS), *map(str, boot_partition.PLACES)}
    assert OVERLAY.parent == Path("/run", value(BOOT, "RuntimeDirectory"))
    assert (value(BOOT, "Group"), value(BOOT, "RuntimeDirectoryMode")) == (value(SERVICE, "Group"), "0750")


# --- drop-ins, each for a panel method that the unit shuts out

DROP_INS = sorted((SYSTEMD / "drop-ins").glob("*.conf"))
each_drop_in = pytest.mark.parametrize("drop_in", DROP_INS, ids=lambda path: path.stem)


def beside(drop_in: Path, folder: Path) -> Path:
    """A copy of the service with this drop-in."""
    copy = folder / SERVICE.name
    text = SERVICE.read_text(encoding="utf-8")
    copy.write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE), encoding="utf-8"
    )
    (folder / f"{SERVICE.name}.d").mkdir()
    shutil.copy(drop_in, folder / f"{SERVICE.name}.d")
    return copy


def test_there_is_a_drop_in_for_each_panel_method_that_wants_more_than_the_unit_gives() -> None:
    within = {PowerMethod.AUTO, PowerMethod.KMS, PowerMethod.WLOPM, PowerMethod.BLACK}
    assert {path.stem for path in DROP_INS} == {
        method.value for method in PowerMethod if method not in within
    }


@with_systemd
@each_drop_in
def test_systemd_has_nothing_to_say_about_a_drop_in_and_the_exposure_stays_below_1_5(
    drop_in: Path, tmp_path: Path
) -> None:
    unit = beside(drop_in, tmp_path)
    done = analyze("verify", "--man=no", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    judged = analyze("security", "--offline=true", "--threshold=15", "--no-pager", unit)
    assert judged.returncode == 0, judged.stdout


@with_systemd
def test_what_is_wrong_in_a_drop_in_would_be_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.conf"
    wrong.write_text("[Service]\nDevicesAllow=char-cec rw\n", encoding="utf-8")
    assert "DevicesAllow" in analyze("verify", "--man=no", beside(wrong, tmp_path)).stderr


def test_a_trial_is_judged_by_the_version_from_before_it() -> None:
    assert value(SYSTEMD / "kiosk-trial.service", "ExecStart") == "/opt/kiosk/before/bin/kiosk update --trial"
    assert value(SYSTEMD / "kiosk-trial.service", "ConditionPathIsSymbolicLink") == "/opt/kiosk/before"
    assert value(SYSTEMD / "kiosk-update.service", "OnFailure") == "kiosk-trial.service"


@with_systemd
def test_a_directive_that_systemd_does_not_know_would_be_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong" / SERVICE.name
    wrong.parent.mkdir()
    wrong.write_text(
        SERVICE.read_text(encoding="utf-8").replace("OOMPolicy=", "OOMPolitics="), encoding="utf-8"
    )
    assert "OOMPolitics" in verify(wrong, tmp_path)[1]


@with_systemd
def test_the_exposure_of_the_service_is_at_most_1_5() -> None:
    judged = analyze("security", "--offline=true", "--threshold=15", "--no-pager", SERVICE)
    assert judged.returncode == 0, judged.stdout


@each
def test_the_unit_never_gives_up(unit: Path) -> None:
    assert value(unit, "StartLimitIntervalSec") == "0"
    assert value(unit, "Restart") in ("always", "on-failure")
    assert value(unit, "RestartSec").isdigit()
    assert not values(unit, "RestartSteps"), "systemd 252 does not know it, and the pause is to stay as it is"


@each
def test_the_unit_says_when_it_is_ready_and_is_watched(unit: Path) -> None:
    assert (value(unit, "Type"), value(unit, "NotifyAccess")) == ("notify", "main")
    assert int(value(unit, "WatchdogSec")) >= 20


def test_nothing_that_may_be_missing_is_waited_for() -> None:
    """No network and no right time: each may never come. Log-ins wait for the network, the frame is none."""
    assert value(SERVICE, "Wants") == "time-sync.target"
    assert value(SERVICE, "After") == "getty@tty1.service"
    assert values(SERVICE, "Requires") == values(SERVICE, "BindsTo") == values(SERVICE, "Requisite") == []


def test_the_service_has_the_groups_of_the_display_and_no_capability() -> None:
    assert value(SERVICE, "SupplementaryGroups") == "video render input"
    assert value(SERVICE, "CapabilityBoundingSet") == value(SERVICE, "AmbientCapabilities") == ""


def test_the_folders_of_the_service_are_the_ones_that_the_program_takes(tmp_path: Path) -> None:
    """systemd.exec(5): each directive sets the variable of its name."""
    env = {
        f"{kind.upper()}_DIRECTORY": str(tmp_path / value(SERVICE, f"{kind.capitalize()}Directory"))
        for kind in ("state", "cache", "runtime", "configuration")
    }
    dirs = paths.find({**env, "HOME": "/nonexistent"})
    assert dirs.state == dirs.cache == dirs.runtime == tmp_path / "kiosk"
    assert load(None, {**env, "HOME": "/nonexistent"}).place == tmp_path / "kiosk" / "config.toml"


def test_each_file_that_systemd_hands_over_is_made_by_the_installer() -> None:
    """systemd 252 refuses to start a unit one of whose credentials is missing."""
    installer = (SYSTEMD / "install.sh").read_text(encoding="utf-8")
    (made,) = re.findall(r"for file in (.*); do\n.*/credentials/", installer)
    wanted = [credential.split(":") for credential in values(SERVICE, "LoadCredential")]
    assert [name for name, _ in wanted] == made.split()
    assert [path for _, path in wanted] == [f"/etc/kiosk/credentials/{name}" for name in made.split()]


@each
def test_the_unit_starts_what_the_installer_puts_there(unit: Path) -> None:
    installer = (SYSTEMD / "install.sh").read_text(encoding="utf-8")
    (prefix,) = re.findall(r"^PREFIX=(\S+)$", installer, re.MULTILINE)
    assert value(unit, "ExecStart") == f"{prefix}/current/bin/kiosk run"


def test_the_unit_rules_out_the_renderer_that_draws_black() -> None:
    told = " ".join(values(SERVICE, "Environment")).split()
    assert {"SDL_RENDER_DRIVER=opengles2", "SDL_FRAMEBUFFER_ACCELERATION=opengles2"} <= set(told)


def test_llvmpipe_may_compile_what_it_draws_with() -> None:
    assert values(SERVICE, "MemoryDenyWriteExecute") == []
    assert values(SERVICE, "PrivateDevices") == []


# --- the filter for system calls


@cache
def members(name: str) -> frozenset[str]:
    """The system calls of one of systemd's sets, those of the sets in it with them."""
    if not name.startswith("@"):
        return frozenset({name})
    lines = analyze("syscall-filter", name).stdout.splitlines()[1:]
    words = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return frozenset().union(*map(members, words))


def let_through(unit: Path) -> frozenset[str]:
    """What SystemCallFilter= comes to: the first line begins a list, those after it add to it or take away."""
    allowed = members("@default")
    for line in values(unit, "SystemCallFilter"):
        named = frozenset().union(*map(members, line.removeprefix("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


@with_systemd
def test_the_unit_lets_through_what_the_decode_process_keeps_for_itself() -> None:
    elsewhere = {
        "_llseek",
        "fstat64",
        "fstatat64",
        "mmap2",
        "futex_time64",
        "clock_gettime64",
        "ppoll_time64",
    }
    assert ALLOWED.keys() - let_through(SERVICE) <= elsewhere | {"sigreturn", "cacheflush"}


DECODES = """
import ctypes, os, sys
from pathlib import Path
names, folder = sys.stdin.read().split(), Path(sys.argv[1])
library = ctypes.CDLL("libseccomp.so.2")
library.seccomp_init.restype = ctypes.c_void_p
pointer, number = ctypes.c_void_p, ctypes.c_uint
library.seccomp_rule_add_array.argtypes = [pointer, ctypes.c_uint32, ctypes.c_int, number, pointer]
library.seccomp_load.argtypes = [ctypes.c_void_p]
refuse_with_eperm, allow = 0x00050001, 0x7FFF0000
context = library.seccomp_init(refuse_with_eperm)
for name in names:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number >= 0:
        assert library.seccomp_rule_add_array(context, allow, number, 0, None) == 0, name
assert library.seccomp_load(context) == 0

from kiosk.core.model import Size
from kiosk.storage.decode_process import DecodeProcess, Limits, command
process = DecodeProcess(command(Limits()), Limits())
file = os.open(folder / "photo.jpg", os.O_RDONLY)
answer = process.ask(file, Size(64, 64), 50.0)
print("lacking:", repr(process.lacking), "niceness:", os.getpriority(os.PRIO_PROCESS, process.pid))
print("decoded:", answer.size == Size(64, 64))
process.end()
"""


def decode_under(names: frozenset[str], folder: Path) -> str:
    """What a kiosk that may call these and nothing else prints when it has one picture decoded."""
    done = subprocess.run(
        (sys.executable, "-c", DECODES, folder),
        input=" ".join(sorted(names)),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "photo.jpg")
    return tmp_path


@pytest.fixture
def niceness() -> int:
    """Our own, which a child begins with."""
    return os.getpriority(os.PRIO_PROCESS, 0)


@with_systemd
def test_pictures_are_decoded_confined_and_in_the_background_under_the_filter_of_the_unit(
    photo: Path, niceness: int
) -> None:
    if niceness > 10:
        pytest.skip("these tests stand back further than that themselves")
    told = decode_under(let_through(SERVICE), photo).splitlines()
    assert told == ["lacking: '' niceness: 10", "decoded: True"]


@with_systemd
def test_where_nobody_may_stand_back_pictures_are_decoded_all_the_same(photo: Path, niceness: int) -> None:
    told = decode_under(let_through(SERVICE) - {"setpriority"}, photo).splitlines()
    assert told == [f"lacking: '' niceness: {niceness}", "decoded: True"]
