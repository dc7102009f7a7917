"""The display that goes, comes back, is another one or hangs on its side: the frame waits and goes on, in one process.

The kernel can be told what is plugged in: ``off``, ``on`` or ``detect``, written to a connector's ``status`` in sysfs.
"""

from __future__ import annotations

import re
from typing import Any

from tests.appliance import common
from tests.appliance.common import PATIENCE, Kit
from tests.appliance.machine import PHOTOGRAPH, Machine, UnprovenError

DRM = "/sys/class/drm"


def _connectors(machine: Machine) -> dict[str, str]:
    """Folder below /sys/class/drm -> its status; what is connected first."""
    told = machine.ask(f"cd {DRM}; for c in card*-*; do echo $c $(cat $c/status); done")
    pairs = [line.split() for line in told.splitlines()]
    return dict(sorted(((name, status) for name, status in pairs), key=lambda pair: pair[1]))


def _plug(machine: Machine, folder: str, word: str) -> None:
    machine.ask(f"echo {word} >{DRM}/{folder}/status")


def _status(machine: Machine) -> dict[str, Any]:
    """The frame may end in the middle of its answer, or be busy with its window."""
    try:
        answer = machine.status()
    except ValueError as error:
        raise UnprovenError("the answer breaks off") from error
    if not answer.get("ok"):
        raise UnprovenError(f"no answer: {answer}")
    return answer


def _output(machine: Machine) -> str | None:
    output: str | None = _status(machine)["output"]
    return output


def _waits(machine: Machine) -> str:
    """Until it has no display, and systemd knows that it is ready and waits."""
    machine.until(
        lambda: machine.active() and _status(machine)["screen"] is None, "a frame that waits", PATIENCE
    )
    return machine.show("StatusText")


def _on(machine: Machine, folder: str, name: str = "") -> str:
    """Until it shows a photograph there. name: of a picture; without it nobody looks, as at a second display."""
    wanted = folder.partition("-")[2]
    machine.until(lambda: _output(machine) == wanted, f"a frame on {wanted}", PATIENCE)
    common.shows(machine)
    seen = f", {machine.picture(name, PHOTOGRAPH)}" if name else ""
    return f"{_status(machine)['screen']} on {wanted}{seen}"


def unplugged(machine: Machine, kit: Kit) -> str:
    """The display goes in the middle of the show, and comes back."""
    common.shows(machine)
    before = (machine.pid(), machine.show("NRestarts"))
    folder = next(iter(_connectors(machine)))
    try:
        _plug(machine, folder, "off")
        told = _waits(machine)
        flips = _status(machine)["flips"]
        machine.ask("sleep 30")
        common.expect("it paints without a display", holds=_status(machine)["flips"] == flips)
    finally:
        _plug(machine, folder, "detect")
    seen = _on(machine, folder, "plugged-in")
    common.expect("another process", holds=(machine.pid(), machine.show("NRestarts")) == before)
    return f'"{told}"; 0 flips in 30 s; plugged in again: {seen}, the same process'


def absent(machine: Machine, kit: Kit) -> str:
    """No display when the frame starts."""
    folder = next(iter(_connectors(machine)))
    machine.ask("systemctl stop kiosk", PATIENCE)
    try:
        _plug(machine, folder, "off")
        machine.ask("systemctl start kiosk", PATIENCE)
        told = _waits(machine)
        before = (machine.pid(), machine.show("NRestarts"))
    finally:
        _plug(machine, folder, "detect")
    seen = _on(machine, folder, "first-display")
    common.expect("another process", holds=(machine.pid(), machine.show("NRestarts")) == before)
    return f'ready without a display: "{told}"; then {seen}, the same process'


def other(machine: Machine, kit: Kit) -> str:
    """Instead of its display another one, of another size, at another connector; then both, and one of them by name."""
    found = _connectors(machine)
    if len(found) < 2 or list(found.values()).count("connected") > 1:
        return "left out: it takes two connectors, one of them free"
    first, second = list(found)[:2]
    common.shows(machine)
    before = machine.pid()
    try:
        _plug(machine, second, "on")
        _plug(machine, first, "off")
        seen = _on(machine, second)
        common.expect("another process", holds=machine.pid() == before)
        _plug(machine, first, "detect")
        machine.ask("sleep 30")
        common.expect(
            "it left a display that is still there", holds=_output(machine) == second.partition("-")[2]
        )
        common.configure(machine, kit, f'[display]\noutput = "{second.partition("-")[2]}"\n')
        named = _on(machine, second)
    finally:
        for folder in (first, second):
            _plug(machine, folder, "detect")
        common.configure(machine, kit)
    return f"{seen}; both connected, by name: {named}; back: {_on(machine, first, 'back')}"


def turned(machine: Machine, kit: Kit) -> str:
    """Each way in which a panel can hang."""
    told = []
    try:
        for degrees in (90, 180, 270):
            common.configure(machine, kit, f"[display]\nrotation = {degrees}\n")
            common.shows(machine)
            told.append(
                f"{degrees}: {_status(machine)['screen']}, {machine.picture(f'turned-{degrees}', PHOTOGRAPH)}"
            )
    finally:
        common.configure(machine, kit)
    return "; ".join(told)


def plugged_at_night(machine: Machine, kit: Kit) -> str:
    """A display that is plugged in while the frame sleeps, into one that started without: it stays dark."""
    folder = next(iter(_connectors(machine)))
    machine.ask("systemctl stop kiosk", PATIENCE)
    try:
        _plug(machine, folder, "off")
        machine.ask("systemctl start kiosk", PATIENCE)
        _waits(machine)
        machine.ask("kiosk sleep")
        machine.until(lambda: not machine.lit(), "an inactive CRTC", PATIENCE)
        _plug(machine, folder, "detect")
        machine.ask("sleep 90")
        common.expect("it lit up by itself", holds=not machine.lit())
    finally:
        _plug(machine, folder, "detect")
        machine.ask("kiosk wake")
    return f"dark for 90 s with a display plugged in; awake: {_on(machine, folder, 'woken-display')}"


def masked(machine: Machine, kit: Kit) -> str:
    """Without the graphics devices the doctor says what is missing, of each driver."""
    told = machine.ask(
        "systemd-run --quiet --wait --pipe -p PrivateDevices=yes -p User=kiosk -p StateDirectory=kiosk"
        " -p CacheDirectory=kiosk /opt/kiosk/current/bin/kiosk doctor 2>&1; true"
    )
    lines = [line for line in told.splitlines() if re.search(r"driver (x11|wayland|kmsdrm)", line)]
    common.expect(told, holds=len(lines) == 3 and "there is no /dev/dri/card*" in told)
    return "; ".join(" ".join(line.split()) for line in lines)
