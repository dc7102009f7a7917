"""Ways to stop it: an orderly start anew, kill -9, a main loop that hangs, the power."""

from __future__ import annotations

from kiosk.demo.answers import Request
from kiosk.demo.faults import Stall
from tests.appliance import common
from tests.appliance.common import DROP_IN, PATIENCE, Kit
from tests.appliance.machine import Machine

MORE = 6
BEFORE_THE_CUT = 2
"""Pictures of the interrupted download that arrive before the power goes."""
HALF = 20_000
"""Bytes of a picture that have arrived when the power goes."""


def boot(machine: Machine, kit: Kit) -> str:
    """An orderly start anew."""
    common.reboot(machine)
    return common.shows_after_boot(machine, "boot")


def killed(machine: Machine, kit: Kit) -> str:
    """kill -9, and the picture is there again."""
    before = machine.pid()
    return common.shows_again(machine, before, common.signal(machine, "KILL", before), "killed")


def hung(machine: Machine, kit: Kit) -> str:
    """A stopped main loop is found by the watchdog."""
    common.write(machine, "[Service]\nWatchdogSec=30\n", DROP_IN)
    machine.ask("systemctl daemon-reload; systemctl restart kiosk", PATIENCE)
    common.shows(machine)
    before = machine.pid()
    told = common.shows_again(machine, before, common.signal(machine, "STOP", before), "hung")
    found = machine.logged("Watchdog timeout")
    machine.ask(f"rm {DROP_IN}; systemctl daemon-reload; systemctl restart kiosk", PATIENCE)
    common.shows(machine)
    common.expect("the watchdog found nothing", holds=found > 0)
    return f"{found} watchdog timeout (of 30 s); {told}"


def download(machine: Machine, kit: Kit) -> str:
    """The power goes while a picture is half on the card. Nothing that was there is lost, and the rest comes."""
    if not machine.cut:
        return "left out: nobody here can take the power away"
    google = kit.google.google
    had = int(machine.status()["stored"])
    passed: list[str] = []

    def late(request: Request) -> bool:
        if request.route != "media":
            return False
        passed.append(request.path)
        return len(passed) > BEFORE_THE_CUT

    google.faults.add(Stall(after=HALF), on=late)
    wanted = common.pick(machine, kit, MORE)
    least = had + BEFORE_THE_CUT
    machine.until(lambda: machine.status()["stored"] >= least, "the first of them", 2 * PATIENCE)
    machine.until(lambda: google.faults.stalled, "a picture that has half arrived", PATIENCE)
    halves = machine.ask("find /var/cache/kiosk -name '*.part' -size +0 | wc -l")
    machine.power_cut()
    google.faults.clear()
    machine.power_on()
    told = common.shows_after_boot(machine, "cut-in-download")
    kept = int(machine.status()["stored"])
    common.expect(f"{least} were stored, now {kept}", holds=kept >= least)
    common.stored(machine, wanted)
    google.wait_for(lambda: not google.sessions, PATIENCE)
    left = machine.ask("find /var/cache/kiosk -name '*.part' | wc -l")
    common.expect(f"{left} halves are left on the card", holds=left == "0")
    return (
        f"cut with {halves} halves on the card: {least} whole pictures kept; {told}; then all {wanted} came,"
        " the picking session is deleted at Google, no half is left"
    )


def network(machine: Machine, kit: Kit) -> str:
    """The power goes in the middle of the show; it comes back without a network, and the cable follows later."""
    if not machine.cut or not machine.link:
        return "left out: nobody here can take away the power and the cable"
    before = machine.status()["stored"]
    machine.power_cut()
    machine.power_on(NET="down", RTC="2000-01-01T00:00:00")
    told = common.shows_after_boot(machine, "no-network")
    after = machine.status()["stored"]
    common.expect(f"{before} were stored, now {after}", holds=after == before)
    links = machine.ask("ip -brief link | grep -v '^lo ' | grep -c LOWER_UP || true")
    year = machine.ask("date +%Y")
    wanted = common.pick(machine, kit, 1)
    machine.until(lambda: machine.status()["last_error"], "the frame telling that Google is away", PATIENCE)
    seen = machine.picture("no-network-pick", 2)
    machine.cable(plugged=True)
    common.stored(machine, wanted)
    common.shows(machine)
    return (
        f"{told}; {after} of {before} pictures; links up: {links}; the clock, set to 2000, says {year};"
        f" a pick says what is missing ({seen}) and comes to its end with the cable"
    )
