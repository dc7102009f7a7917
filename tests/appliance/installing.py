"""From a clean system to pictures on the card."""

from __future__ import annotations

import time

from tests.appliance import common
from tests.appliance.common import PATIENCE, ROOT, SOURCE, WHEELS, Kit
from tests.appliance.google_outside import door
from tests.appliance.machine import PHOTOGRAPH, Machine, UnprovenError

FIRST = 8
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


def _install(machine: Machine, kit: Kit) -> str:
    return machine.ask(
        f"{SOURCE}/systemd/install.sh" + (f" --wheelhouse {WHEELS}" if kit.wheelhouse else ""), 3000
    )


def send(machine: Machine, kit: Kit) -> str:
    """Everything that is needed, onto the machine."""
    common.send(machine, ROOT, PARTS, SOURCE)
    if kit.wheelhouse:
        common.send(machine, kit.wheelhouse, (".",), WHEELS)
    memory = "$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo) MB"
    return machine.ask(f'. /etc/os-release; echo "$PRETTY_NAME, {memory}"')


def install(machine: Machine, kit: Kit) -> str:
    """One command on a clean system; then the screen says what is missing, a client."""
    began = time.monotonic()
    _install(machine, kit)
    took = time.monotonic() - began
    machine.until(machine.active, "an active unit", PATIENCE)
    return (
        f"installed in {took:.0f} s; unit active, restarts {machine.show('NRestarts')}; "
        + machine.picture("installed")
    )


def again(machine: Machine, kit: Kit) -> str:
    """A second run leaves the running frame alone."""
    before = machine.pid()
    told = _install(machine, kit)
    if "nothing had to be done" not in told or machine.pid() != before:
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
    if kit.here:
        machine.ask(door(kit.here))
    kit.google.wanted = kit.google.items[:FIRST]
    common.configure(machine, kit)
    machine.until(lambda: machine.status()["ready"], "a frame that is ready", PATIENCE)
    if not machine.status()["stored"]:
        machine.ask("kiosk pick")
    common.stored(machine, FIRST)
    common.shows(machine)
    common.expect("the decode process was not confined", holds=machine.logged("no filter") == 0)
    return f"{machine.status()['stored']} stored; " + machine.picture("photos", PHOTOGRAPH)


def memory(machine: Machine, kit: Kit) -> str:
    """What all of this took at the most."""
    most = machine.show("MemoryPeak")
    now = int(machine.show("MemoryCurrent"))
    killed = machine.ask("journalctl -b -k -o cat --no-pager | grep -c 'Out of memory' || true")
    common.expect(f"killed for want of memory: {killed}", holds=killed == "0")
    total = machine.ask("awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo")
    peak = f"{int(most) / 1e6:.0f} MB" if most.isdigit() else "unknown (before systemd 254)"
    return f"of {total} MB: the unit {now / 1e6:.0f} MB now, at the most {peak}; nothing was killed"
