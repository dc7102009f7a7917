"""Dark when it should be, as the kernel's DRM state tells it, and never lit by itself."""

from __future__ import annotations

import json
import time
from itertools import pairwise

from tests.appliance import common
from tests.appliance.common import PATIENCE, Kit
from tests.appliance.machine import PHOTOGRAPH, Machine

STILL_SECONDS = 20.0
ALWAYS = '[sleep]\ntime_zone = "UTC"\nhours = ["00:00-00:00"]\n'
WATCH = "/run/kiosk-proof-crtc"
_WATCHER = f"""
while :; do
    read -r up _ </proc/uptime
    state=$(sed -n 's/^[[:space:]]*active=//p' /sys/kernel/debug/dri/*/state | tr -d '\\n')
    [ "$state" = "$last" ] || echo "$up $state" >>{WATCH}
    last=$state
    sleep 0.2
done
"""


def _dark(machine: Machine) -> str:
    machine.until(lambda: machine.status()["panel"] == "off", "a panel that is off", PATIENCE)
    machine.until(lambda: not machine.lit(), "an inactive CRTC", PATIENCE)
    return "CRTC inactive"


def _flips(machine: Machine) -> int:
    return int(machine.status()["flips"])


def asleep(machine: Machine, kit: Kit) -> str:
    """`kiosk sleep`: the CRTC goes off under the whole unit, and nothing is painted; `kiosk wake`: it is back."""
    machine.ask("kiosk wake")
    common.shows(machine)
    machine.ask("kiosk sleep")
    told = _dark(machine)
    before, cpu = _flips(machine), int(machine.show("CPUUsageNSec"))
    time.sleep(STILL_SECONDS)
    flips, spent = _flips(machine) - before, (int(machine.show("CPUUsageNSec")) - cpu) / 1e9
    common.expect(f"{flips} flips in the dark", holds=flips == 0)
    methods = ", ".join(machine.status()["panel_methods"])
    known = json.loads(machine.ask("cat /var/lib/kiosk/panel.json"))["displays"]
    common.expect(
        f"remembered: {known}", holds=[methods.split(", ")] == [list(each) for each in known.values()]
    )
    machine.ask("kiosk wake")
    machine.until(machine.lit, "an active CRTC", PATIENCE)
    common.shows(machine)
    seen = machine.picture("woken", PHOTOGRAPH)
    return (
        f"{told} by {methods}, remembered for this display; 0 flips and {spent:.1f} s of CPU in"
        f" {STILL_SECONDS:.0f} s; awake again: CRTC active, {seen}"
    )


def night(machine: Machine, kit: Kit) -> str:
    """Sleep hours: dark, and dark again after a restart and after kill -9; how long the console shone meanwhile."""
    common.configure(machine, kit, ALWAYS)
    told = _dark(machine)
    shone = []
    for name, how in (("restart", "systemctl restart kiosk"), ("kill", "systemctl kill -s KILL kiosk")):
        shone.append(f"{name}: {_lit_while(machine, how):.1f} s")
    machine.ask("kiosk wake")
    machine.until(machine.lit, "an active CRTC", PATIENCE)
    common.shows(machine)
    seen = machine.picture("night-woken", PHOTOGRAPH)
    common.configure(machine, kit)
    common.shows(machine)
    return f"{told}; lit meanwhile by nobody's wish, {', '.join(shone)}; `kiosk wake`: {seen}"


def _lit_while(machine: Machine, how: str) -> float:
    """Seconds in which the CRTC was active from this command until the frame is dark anew."""
    before = machine.pid()
    common.write(machine, _WATCHER, f"{WATCH}.sh")
    machine.ask(f"rm -f {WATCH}; systemd-run -q --collect --unit=kiosk-proof-crtc bash {WATCH}.sh")
    machine.until(lambda: machine.ask(f"cat {WATCH}"), "a first look at the CRTC", PATIENCE)
    machine.ask(how, PATIENCE)
    machine.until(lambda: common.anew(machine, before), "the frame anew", PATIENCE)
    _dark(machine)
    machine.ask("systemctl stop kiosk-proof-crtc")
    return lit_seconds(machine.ask(f"cat {WATCH}"))


def lit_seconds(log: str) -> float:
    """Seconds with an active CRTC in the watcher's log, from its first line to its last."""
    lines = [line.split() for line in log.splitlines()]
    moments = [(float(line[0]), "1" in (line[1] if len(line) > 1 else "")) for line in lines]
    return sum(later - at for (at, lit), (later, _) in pairwise(moments) if lit)
