"""What is proved, in this order: each step does one thing to the machine and says what was seen."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import frozen

from tests.appliance.machine import Machine, UnprovenError

ROOT = Path(__file__).parents[2]
SOURCE, WHEELS, PHOTOS = "/var/tmp/kiosk-source", "/var/tmp/kiosk-wheels", "/var/tmp/kiosk-photos"
PARTS = (
    "kiosk",
    "assets",
    "systemd",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "config.example.toml",
    "requirements.lock",
)
GOOGLE = f"/opt/kiosk/current/bin/python {SOURCE}/google_inside.py"
PATIENCE = 300.0
"""Seconds: the lab is up to nineteen times slower than the machine that it runs on."""
PHOTOGRAPH = 3000
"""More colours than any screen without a photograph has."""


@frozen
class Kit:
    """What the machine is given. wheelhouse: None, to let pip fetch. photos: None, for plain pictures."""

    wheelhouse: Path | None = None
    photos: Path | None = None


def _send(machine: Machine, folder: Path, names: tuple[str, ...], there: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        packed = Path(place, "packed.tar")
        subprocess.run(("tar", "cf", packed, "--exclude=__pycache__", "-C", folder, *names), check=True)
        machine.place(packed, f"{there}.tar")
    machine.ask(f"rm -rf {there} && mkdir {there} && tar xf {there}.tar -C {there} && rm {there}.tar")


def _install(machine: Machine, kit: Kit) -> str:
    return machine.ask(
        f"{SOURCE}/systemd/install.sh" + (f" --wheelhouse {WHEELS}" if kit.wheelhouse else ""), 3000
    )


def send(machine: Machine, kit: Kit) -> str:
    """Everything that is needed, onto the machine."""
    _send(machine, ROOT, PARTS, SOURCE)
    machine.place(Path(__file__).with_name("google_inside.py"), f"{SOURCE}/google_inside.py")
    if kit.wheelhouse:
        _send(machine, kit.wheelhouse, (".",), WHEELS)
    if kit.photos:
        _send(machine, kit.photos, (".",), PHOTOS)
    memory = "$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo) MB"
    return machine.ask(f'. /etc/os-release; echo "$PRETTY_NAME, {memory}"')


def install(machine: Machine, kit: Kit) -> str:
    """One command on a clean system; then the screen says what is missing, a client."""
    began = time.monotonic()
    _install(machine, kit)
    took = time.monotonic() - began
    machine.until(lambda: machine.show("ActiveState") == "active", "an active unit", PATIENCE)
    return (
        f"installed in {took:.0f} s; unit active, restarts {machine.show('NRestarts')}; "
        + machine.picture("installed")
    )


def again(machine: Machine, kit: Kit) -> str:
    """A second run leaves the running frame alone."""
    before = machine.pids()
    told = _install(machine, kit)
    if "nothing had to be done" not in told or machine.pids() != before:
        raise UnprovenError(told)
    return "nothing had to be done; the frame has the same process id"


def unit(machine: Machine, kit: Kit) -> str:
    """systemd's own verdict there."""
    told = machine.ask("systemd-analyze verify /etc/systemd/system/kiosk.service 2>&1")
    if told:
        raise UnprovenError(told)
    return machine.ask("systemd-analyze security --no-pager kiosk | tail -1")


def photos(machine: Machine, kit: Kit) -> str:
    """Sign-in, a pick, downloads, decoding: all of it under the unit."""
    folder = PHOTOS if kit.photos else ""
    machine.ask(f"{GOOGLE} config >/etc/kiosk/config.toml")
    machine.ask(
        f"systemd-run --unit=google-inside --collect --setenv=PYTHONDONTWRITEBYTECODE=1 {GOOGLE} serve {folder}"
    )
    machine.ask("systemctl restart kiosk")

    def stored() -> bool:
        status = machine.status()
        return bool(status["state"] == "showing" and 0 < status["items"] == status["stored"])

    machine.until(stored, "pictures on the card", 3 * PATIENCE)
    lines = machine.ask("journalctl -u kiosk -b -o cat --no-pager | grep -ci 'no filter' || true")
    if lines != "0":
        raise UnprovenError("the decode process was not confined")
    return f"{machine.status()['stored']} stored; " + machine.picture("photos", PHOTOGRAPH)


def boot(machine: Machine, kit: Kit) -> str:
    """An orderly start anew."""
    _reboot(machine)
    return _shows_after_boot(machine, "boot")


def _reboot(machine: Machine) -> None:
    """Returns when another kernel answers."""
    which = "cat /proc/sys/kernel/random/boot_id"
    before = machine.ask(which)
    machine.ask("systemd-run --no-block --on-active=1 systemctl reboot >/dev/null 2>&1")
    machine.until(lambda: machine.ask(which) != before, "another boot", PATIENCE)


def _shows_after_boot(machine: Machine, name: str) -> str:
    machine.until(
        lambda: machine.show("ActiveState") == "active" and machine.showing(), "a slideshow", PATIENCE
    )
    seen = machine.picture(name, PHOTOGRAPH)
    return f"first scene {machine.first_scene():.0f} s after the kernel's start; {seen}"


def killed(machine: Machine, kit: Kit) -> str:
    """kill -9, and the picture is there again."""
    before = machine.pids()
    return _shows_again(machine, before, _signal(machine, "KILL", before), "killed")


def _signal(machine: Machine, name: str, pid: str) -> float:
    """The machine's own seconds since its start, at which the signal was sent."""
    return float(machine.ask(f"cut -d' ' -f1 /proc/uptime; kill -{name} {pid}"))


def _anew(machine: Machine, before: str) -> bool:
    return machine.pids() not in ("0", before) and machine.show("ActiveState") == "active"


def _shows_again(machine: Machine, before: str, since: float, name: str) -> str:
    machine.until(lambda: _anew(machine, before) and machine.showing(), "the frame anew", PATIENCE)
    return f"first scene after {machine.first_scene() - since:.0f} s; {machine.picture(name, PHOTOGRAPH)}"


def hung(machine: Machine, kit: Kit) -> str:
    """A stopped main loop is found by the watchdog."""
    drop_in = "/run/systemd/system/kiosk.service.d"
    machine.ask(
        f"mkdir -p {drop_in}; printf '[Service]\\nWatchdogSec=30\\n' >{drop_in}/watchdog.conf; systemctl daemon-reload"
    )
    machine.ask("systemctl restart kiosk", PATIENCE)
    machine.until(machine.showing, "a slideshow", PATIENCE)
    before = machine.pids()
    told = _shows_again(machine, before, _signal(machine, "STOP", before), "hung")
    found = machine.ask("journalctl -u kiosk -b -o cat --no-pager | grep -c 'Watchdog timeout'")
    machine.ask(f"rm -r {drop_in}; systemctl daemon-reload; systemctl restart kiosk", PATIENCE)
    return f"{found} watchdog timeout (of 30 s); {told}"


def power(machine: Machine, kit: Kit) -> str:
    """The power goes in the middle of the show; afterwards no network, and a clock without a battery."""
    if not machine.cut:
        return "left out: nobody here can take the power away"
    before = machine.status()["stored"]
    machine.power_cut()
    machine.power_on(NET="down", RTC="2000-01-01T00:00:00")
    told = _shows_after_boot(machine, "power-cut")
    after = machine.status()["stored"]
    if after != before:
        raise UnprovenError(f"{before} were stored, now {after}")
    year = machine.ask("date +%Y")
    links = machine.ask("ip -brief link | grep -v '^lo ' | grep -c LOWER_UP || true")
    return f"{told}; {after} of {before} pictures; links up: {links}; the clock, set to 2000, says {year}"


def memory(machine: Machine, kit: Kit) -> str:
    """What all of this took at the most."""
    most = int(machine.show("MemoryPeak") or 0) if machine.show("MemoryPeak").isdigit() else 0
    now = int(machine.show("MemoryCurrent"))
    killed = machine.ask("journalctl -b -k -o cat --no-pager | grep -c 'Out of memory' || true")
    return f"{now / 1e6:.0f} MB now, {most / 1e6:.0f} MB at the most; killed for want of memory: {killed}"


def empty(machine: Machine, kit: Kit) -> str:
    """For comparison: an empty pygame program under the same unit, on the same machine."""
    drop_in, program = "/etc/systemd/system/kiosk.service.d", "/usr/local/lib/empty_pygame.py"
    machine.place(Path(__file__).with_name("empty_pygame.py"), program)
    command = f"/opt/kiosk/current/bin/python {program}"
    machine.ask(
        f"mkdir -p {drop_in}; printf '[Service]\\nExecStart=\\nExecStart={command}\\n' >{drop_in}/empty.conf;"
        " systemctl daemon-reload; systemctl restart kiosk",
        PATIENCE,
    )
    before = machine.pids()
    since = _signal(machine, "KILL", before)
    machine.until(lambda: _anew(machine, before), "the program anew", PATIENCE)
    again = machine.first_scene() - since
    seen = machine.picture("empty", 1)
    _reboot(machine)
    machine.until(lambda: machine.show("ActiveState") == "active", "the program after a boot", PATIENCE)
    boot = machine.first_scene()
    gone = f"rm {drop_in}/empty.conf {program}; rmdir --ignore-fail-on-non-empty {drop_in}"
    machine.ask(f"{gone}; systemctl daemon-reload; systemctl restart kiosk", PATIENCE)
    return f"first scene {boot:.0f} s after the kernel's start, {again:.0f} s after kill -9; {seen}"


STEPS: Mapping[str, Callable[[Machine, Kit], str]] = {
    step.__name__: step
    for step in (send, install, again, unit, photos, memory, boot, killed, hung, power, empty)
}
