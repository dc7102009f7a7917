"""An update that does: it runs, and somebody goes back from it. Updates that break: the frame goes back by itself."""

from __future__ import annotations

import time

from tests.appliance import common
from tests.appliance.common import PATIENCE, SOURCE, WHEELS, Kit
from tests.appliance.machine import PHOTOGRAPH, Machine, UnprovenError

PLACE = "/var/tmp/kiosk-releases"
PYTHON = "/opt/kiosk/current/bin/python"
ON_THE_SCREEN = 'if os.environ.get("SDL_VIDEODRIVER") != "dummy":'
"""Every one of them passes its rehearsal, which has no screen."""
DIES = """    as_it_was = Notifier.ready

    def ready(self):
        as_it_was(self)
        threading.Timer(5.0, os._exit, (3,)).start()

    Notifier.ready = ready
"""
"""It has its picture, says so, and dies, each time anew."""
CASES = {
    "good": "",
    "raises": f"import os\n{ON_THE_SCREEN}\n    raise RuntimeError('broken on purpose')\n",
    "hangs": f"import os, time\n{ON_THE_SCREEN}\n    time.sleep(10**6)\n",
    "dies": f"import os, threading\nfrom kiosk.system.notify import Notifier\n{ON_THE_SCREEN}\n{DIES}",
}
"""What is added to the module that builds the rooms."""


def update(machine: Machine, kit: Kit) -> str:
    """Signed releases made on the machine itself, one after the other, from a folder."""
    if not machine.ask("kiosk --help | grep -w update || true"):
        return "left out: this version knows no updates"
    _key(machine)
    common.configure(machine, kit, f'[update]\nsource = "{PLACE}/offered"\n')
    common.shows(machine)
    told = [_case(machine, kit, name, number) for number, name in enumerate(kit.cases, 1)]
    machine.ask(f"rm -rf {PLACE} /etc/kiosk/release-keys/proof.pem")
    common.configure(machine, kit)
    return "; ".join(told)


def _key(machine: Machine) -> None:
    machine.ask(
        f"rm -rf {PLACE}; mkdir -p {PLACE} /etc/kiosk/release-keys; {PYTHON} -m kiosk.cli.release --new-key"
        f" {PLACE}/key.pem; cp {PLACE}/key.public.pem /etc/kiosk/release-keys/proof.pem"
    )


def _offer(machine: Machine, kit: Kit, name: str, number: int) -> None:
    """A release from the source tree, broken in its way, and newer than all before."""
    tree = f"{PLACE}/tree"
    machine.ask(f"rm -rf {tree} {PLACE}/offered; cp -a {SOURCE} {tree}; chmod -R u+w {tree}")
    common.write(machine, CASES[name], f"{PLACE}/break.py")
    wheels = f"--wheels {WHEELS}" if kit.wheelhouse else ""
    machine.ask(
        f"cat {PLACE}/break.py >>{tree}/kiosk/app/build.py;"
        f" sed -i 's/^__version__ = .*/__version__ = \"99.{number}.0\"/' {tree}/kiosk/__init__.py;"
        f" KIOSK_RELEASE_KEY={PLACE}/key.pem {PYTHON} -m kiosk.cli.release"
        f" --source {tree} --out {PLACE}/offered {wheels}",
        3000,
    )


def _case(machine: Machine, kit: Kit, name: str, number: int) -> str:
    _offer(machine, kit, name, number)
    before, began = machine.status()["release"], time.monotonic()
    kiosk = f"KIOSK_TRIAL_SECONDS={2 * PATIENCE:.0f} kiosk"
    if name == "good":
        machine.ask(f"{kiosk} update 2>&1", 6000)
        common.shows(machine)
        common.expect("the old one runs", holds=machine.status()["version"] == f"99.{number}.0")
        machine.ask(f"{kiosk} rollback 2>&1", 6000)
    else:
        told = _refused(machine, f"{kiosk} update 2>&1")
        common.expect(f"{name}: {told}", holds="switching" in told and "not taken" in told)
        told = machine.ask("kiosk update 2>&1")
        common.expect(f"{name}, again: {told}", holds="not tried again" in told)
    common.shows(machine)
    after = machine.status()["release"]
    common.expect(f"{name}: {before} ran, now {after}", holds=after == before)
    seen = machine.picture(f"update-{name}", PHOTOGRAPH)
    how = "taken, and left by `kiosk rollback`" if name == "good" else "the old one is back, no second try"
    return f"{name}: {how} ({time.monotonic() - began:.0f} s; {seen})"


def _refused(machine: Machine, command: str) -> str:
    """What it says in the end, whether or not that is a failure."""
    try:
        return machine.ask(command, 6000)
    except UnprovenError as error:
        return str(error)
