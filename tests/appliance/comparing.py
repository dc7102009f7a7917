"""Times beside those of programs that do next to nothing, in turn and on the same machine: A B A B, medians.

What is timed is the display itself where somebody can look, else what systemd was told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from attrs import frozen

from tests.appliance import common
from tests.appliance.common import PATIENCE, Kit
from tests.appliance.machine import PHOTOGRAPH, Display, Machine

PROOF_UNIT, FEWEST = "kmsproof.service", 20
"""The proof unit of the lab, and more colours than a console has."""
LOOK_SECONDS = 0.3
EMPTY_DROP_IN = "/etc/systemd/system/kiosk.service.d/empty.conf"
EMPTY_PROGRAM = "/usr/local/lib/empty_pygame.py"
EMPTY_PICTURE = f"[Service]\nExecStart=\nExecStart=/opt/kiosk/current/bin/python {EMPTY_PROGRAM}\n"

Shown = Callable[[Display], bool]


def _photograph(display: Display) -> bool:
    return display.colours >= PHOTOGRAPH


def _proof(display: Display) -> bool:
    return FEWEST <= display.colours < PHOTOGRAPH


def _plain(display: Display) -> bool:
    return display.colours == 1 and not display.black


@frozen
class Timed:
    """Seconds until the display showed it (0: nobody could look), and until systemd heard READY."""

    seen: float
    ready: float

    @property
    def first(self) -> float:
        return self.seen or self.ready


def proof(machine: Machine, kit: Kit) -> str:
    """kill -9: the frame, and the lab's proof unit."""
    if kit.proof is None:
        return "left out: no proof unit was given (--proof)"
    machine.ask(
        "mkdir -p /opt/kmsproof; ln -sfn /opt/kiosk/current /opt/appvenv; id -u frame >/dev/null 2>&1 ||"
        " useradd -r -s /usr/sbin/nologin frame"
    )
    machine.place(kit.proof / "kmsproof.py", "/opt/kmsproof/kmsproof.py")
    machine.place(kit.proof / "kmsproof.service", f"/etc/systemd/system/{PROOF_UNIT}")
    machine.ask("systemctl daemon-reload")
    ours, theirs = [], []
    for _ in range(kit.samples):
        ours.append(_after_kill(machine, "kiosk.service", _photograph))
        _swap(machine, "kiosk.service", PROOF_UNIT, _proof)
        theirs.append(_after_kill(machine, PROOF_UNIT, _proof))
        _swap(machine, PROOF_UNIT, "kiosk.service", _photograph)
    return _told(ours, theirs, "the proof unit", 1.5)


def _swap(machine: Machine, away: str, here: str, shown: Shown) -> None:
    machine.ask(f"systemctl stop {away}; systemctl start {here}", PATIENCE)
    _wait(machine, shown, here, PATIENCE)


def _wait(machine: Machine, shown: Shown, what: str, seconds: float) -> float:
    """Until the display shows it; -> when."""
    if machine.shot:
        machine.until(
            lambda: shown(machine.look("compared")), f"{what} on the display", seconds, LOOK_SECONDS
        )
    return time.monotonic()


def _after_kill(machine: Machine, unit: str, shown: Shown) -> Timed:
    before = machine.show("MainPID", unit)
    began = time.monotonic()
    since = common.signal(machine, "KILL", before)
    _wait(machine, lambda display: not shown(display), f"{unit} gone", PATIENCE)
    seen = _wait(machine, shown, unit, PATIENCE) - began
    machine.until(
        lambda: machine.active(unit) and machine.show("MainPID", unit) not in ("0", before), unit, PATIENCE
    )
    ready = int(machine.show("ActiveEnterTimestampMonotonic", unit)) / 1e6 - since
    return Timed(seen if machine.shot else 0.0, ready)


def empty(machine: Machine, kit: Kit) -> str:
    """From the kernel's start: the frame, and an empty pygame program under the same unit."""
    machine.place(Path(__file__).with_name("empty_pygame.py"), EMPTY_PROGRAM)
    ours, theirs = [], []
    try:
        for _ in range(kit.samples):
            machine.ask(f"rm -f {EMPTY_DROP_IN}; systemctl daemon-reload")
            ours.append(_from_the_start(machine, _photograph))
            chain = machine.ask("systemd-analyze critical-chain --no-pager kiosk.service | tail -n +4")
            common.write(machine, EMPTY_PICTURE, EMPTY_DROP_IN)
            theirs.append(_from_the_start(machine, _plain))
    finally:
        machine.ask(
            f"rm -f {EMPTY_DROP_IN} {EMPTY_PROGRAM}; systemctl daemon-reload; systemctl restart kiosk",
            PATIENCE,
        )
    common.shows(machine)
    (machine.pictures / "critical-chain.txt").write_text(chain, encoding="utf-8")
    return _told(ours, theirs, "the empty program", 1.15)


def _from_the_start(machine: Machine, shown: Shown) -> Timed:
    if machine.shot:
        machine.ask("sync; systemd-run --no-block --on-active=1 systemctl reboot >/dev/null 2>&1")
        _wait(machine, lambda display: display.black, "a shut down machine", PATIENCE)
        seen = _wait(machine, shown, "the first picture", 2 * PATIENCE)
        machine.until(machine.active, "an active unit", PATIENCE)
        asked = time.monotonic()
        seen -= asked - machine.uptime()
    else:
        common.reboot(machine)
        machine.until(machine.active, "an active unit", PATIENCE)
        seen = 0.0
    return Timed(seen, machine.first_scene())


def _told(ours: list[Timed], theirs: list[Timed], who: str, most: float) -> str:
    """The medians, and whether the bound held. The bound itself is the reader's: a busy machine proves nothing."""
    mine, other = median(each.first for each in ours), median(each.first for each in theirs)
    ready = median(each.ready for each in ours) / median(each.ready for each in theirs)
    lists = ["/".join(f"{each.first:.1f}" for each in every) for every in (ours, theirs)]
    return (
        f"a photograph after {mine:.1f} s ({lists[0]}), {who} {other:.1f} s ({lists[1]}): {mine / other:.2f} times,"
        f" at most {most} wanted; until READY {ready:.2f} times"
    )
