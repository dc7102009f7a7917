"""What is around it: the wall clock, and room on the card."""

from __future__ import annotations

import time

from tests.appliance import common
from tests.appliance.common import PATIENCE, Kit
from tests.appliance.machine import PHOTOGRAPH, Machine

FILLER = "/var/tmp/kiosk-filler"
LONG_AGO = "1970-01-02 00:00:00"
MORE = 3


def clock(machine: Machine, kit: Kit) -> str:
    """The frame starts in 1970. While somebody picks the clock is set, into the sleep hours."""
    machine.ask("timedatectl set-ntp false 2>/dev/null; systemctl stop systemd-timesyncd 2>/dev/null || true")
    now = int(time.time())
    # Hours that hold now, and would hold on that day as well if it were believed.
    common.write(
        machine,
        f'{kit.google.config()}\n{common.SLIDESHOW}\n[sleep]\ntime_zone = "UTC"\nhours = ["00:00-00:00"]\n',
        "/etc/kiosk/config.toml",
    )
    machine.ask(f"systemctl stop kiosk; date -u -s '{LONG_AGO}'; systemctl start kiosk", PATIENCE)
    common.shows(machine)
    year = machine.ask("date -u +%Y")
    seen = machine.picture("clock-1970", PHOTOGRAPH)
    before = machine.pid()
    had = int(machine.status()["items"])
    kit.google.wanted = None
    machine.ask("kiosk pick")
    machine.until(lambda: machine.status()["picker_uri"], "a code to pick with, in 1970", PATIENCE)
    stepped = time.monotonic()
    machine.ask(f"date -u -s @{now + 60}")
    machine.until(lambda: machine.status()["state"] == "asleep", "the sleep hours after the step", 120)
    machine.until(lambda: not machine.lit(), "a dark CRTC after the step", 120)
    dark = time.monotonic() - stepped
    kit.google.wanted = kit.google.items[had : had + MORE]
    common.stored(machine, had + MORE)
    common.expect("it was begun anew", holds=machine.pid() == before)
    common.configure(machine, kit)
    common.shows(machine)
    machine.ask("timedatectl set-ntp true 2>/dev/null || true")
    return (
        f"started in {year}: {seen}, awake; set to today while somebody was picking: dark {dark:.0f} s later,"
        f" the same process, and the {MORE} pictures came"
    )


def full(machine: Machine, kit: Kit) -> str:
    """The card has no room while pictures come; then it has."""
    machine.ask(
        f"fallocate -l $(df --output=avail -B1 /var/cache | tail -1) {FILLER}; "
        f"dd if=/dev/zero of={FILLER}2 bs=4k status=none 2>/dev/null; sync; true"
    )
    try:
        room = machine.ask("df --output=avail -B1K /var/cache | tail -1")
        had = int(machine.status()["stored"])
        wanted = common.pick(machine, kit, MORE)
        machine.until(lambda: machine.status()["last_error"], "the frame telling of it", 2 * PATIENCE)
        said = machine.status()["last_error"]
        before = machine.pid()
        common.expect("no photograph is shown", holds=bool(machine.status()["slide"]))
        seen = machine.picture("full", PHOTOGRAPH)
        kept = int(machine.status()["stored"])
        common.expect(f"{had} were stored, now {kept}", holds=kept >= had)
    finally:
        machine.ask(f"rm -f {FILLER} {FILLER}2")
    common.stored(machine, wanted)
    common.expect("it was begun anew", holds=machine.pid() == before)
    return f'{room.strip()} KB free: "{said}", {seen}; with room again the {MORE} pictures came'
