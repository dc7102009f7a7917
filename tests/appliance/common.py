"""What several steps need: the kit, the configuration, and waiting until the frame is as it should be."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import define

from tests.appliance.google_outside import Outside
from tests.appliance.machine import PHOTOGRAPH, Machine, UnprovenError

ROOT = Path(__file__).parents[2]
SOURCE, WHEELS = "/var/tmp/kiosk-source", "/var/tmp/kiosk-wheels"
DROP_IN = "/run/systemd/system/kiosk.service.d/proof.conf"
PATIENCE = 400.0
"""Seconds: the lab is up to nineteen times slower than the machine that it runs on."""
SLIDESHOW = "[slideshow]\ndwell_seconds = 20\n\n[storage]\nkeep_free_mb = 0\n"


@define
class Kit:
    """What the machine is given, and what stands beside it."""

    google: Outside
    wheelhouse: Path | None = None
    """None, to let pip fetch."""
    here: str = ""
    """The address under which the machine reaches this one; empty where the Google's port is led there already."""
    proof: Path | None = None
    """The lab's folder with kmsproof.py and kmsproof.service."""
    samples: int = 3
    """Of each measurement that is compared."""
    cases: Sequence[str] = ()
    """The updates that are offered; see updating.py."""


def send(machine: Machine, folder: Path, names: tuple[str, ...], there: str) -> None:
    """These parts of a folder, into a new one on the machine."""
    with tempfile.TemporaryDirectory() as place:
        packed = Path(place, "packed.tar")
        subprocess.run(("tar", "cf", packed, "--exclude=__pycache__", "-C", folder, *names), check=True)
        machine.place(packed, f"{there}.tar")
    machine.ask(f"rm -rf {there} && mkdir {there} && tar xf {there}.tar -C {there} && rm {there}.tar")


def write(machine: Machine, text: str, there: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        here = Path(place, "text")
        here.write_text(text, encoding="utf-8")
        machine.place(here, "/var/tmp/kiosk-text")
    machine.ask(f"mkdir -p $(dirname {there}); cat /var/tmp/kiosk-text >{there}; rm /var/tmp/kiosk-text")


def configure(machine: Machine, kit: Kit, more: str = "") -> None:
    """Google, a short dwell, and more; the frame begins anew with it."""
    write(machine, f"{kit.google.config()}\n{SLIDESHOW}\n{more}", "/etc/kiosk/config.toml")
    machine.ask("systemctl restart kiosk", PATIENCE)


def shows(machine: Machine, seconds: float = PATIENCE) -> None:
    """Until a stored photograph is what it says it shows."""
    machine.until(lambda: machine.active() and machine.showing(), "a slideshow", seconds)


def signal(machine: Machine, name: str, pid: str) -> float:
    """The machine's own seconds since its start, at which the signal was sent."""
    return float(machine.ask(f"cut -d' ' -f1 /proc/uptime; kill -{name} {pid}"))


def anew(machine: Machine, before: str) -> bool:
    """Another process is ready."""
    return machine.pid() not in ("0", before) and machine.active()


def shows_again(machine: Machine, before: str, since: float, name: str) -> str:
    machine.until(lambda: anew(machine, before) and machine.showing(), "the frame anew", PATIENCE)
    return f"first scene after {machine.first_scene() - since:.0f} s; {machine.picture(name, PHOTOGRAPH)}"


def reboot(machine: Machine) -> None:
    """Returns when another kernel answers."""
    which = "cat /proc/sys/kernel/random/boot_id"
    before = machine.ask(which)
    machine.ask("systemd-run --no-block --on-active=1 systemctl reboot >/dev/null 2>&1")
    machine.until(lambda: machine.ask(which) != before, "another boot", 2 * PATIENCE)


def shows_after_boot(machine: Machine, name: str) -> str:
    shows(machine, 2 * PATIENCE)
    seen = machine.picture(name, PHOTOGRAPH)
    return f"first scene {machine.first_scene():.0f} s after the kernel's start; {seen}"


def pick(machine: Machine, kit: Kit, count: int) -> int:
    """Somebody picks so many more; -> how many pictures there are in the end, if nothing is in the way."""
    have = int(machine.status()["items"])
    kit.google.wanted = kit.google.items[have : have + count]
    machine.ask("kiosk pick")
    return have + len(kit.google.wanted)


def stored(machine: Machine, count: int, seconds: float = 3 * PATIENCE) -> None:
    """Until so many pictures are on the card, and no picking session is left."""

    def there() -> bool:
        status = machine.status()
        return bool(status["stored"] >= count and not status["open_picking_sessions"])

    machine.until(there, f"{count} pictures on the card", seconds)


def expect(what: str, *, holds: bool) -> None:
    if not holds:
        raise UnprovenError(what)
