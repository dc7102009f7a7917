"""Proves the frame on a machine of its own, from a clean system to a power cut, and prints a table.

    python -m tests.appliance --lab DIR [--wheelhouse DIR] [--photos DIR] [--pictures DIR] [STEP...]
    python -m tests.appliance --run 'ssh root@frame' --put 'CMD' [--shot CMD] [--cut CMD --start CMD] ...

--run gets a shell command as one more word and does it there as root; --put gets a file and where it goes; --shot
gets the name of a PNG for a picture of the display, and prints "N colours"; --cut takes the power away and --start
gives it back; --link gets `up` or `down` for the network cable; --proof names the folder with the lab's proof unit;
--here is the address under which the machine reaches this one (without it, lead port 8642 there to here:
`ssh -R 8642:127.0.0.1:8642`). --lab DIR stands for all of them. A step that needs what is not given is left out, and
the table says so. The machine is changed for good: its frame gets a Google of its own and pictures from it.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

from tests.appliance.common import Kit
from tests.appliance.google_outside import Outside
from tests.appliance.machine import Machine, UnprovenError
from tests.appliance.steps import STEPS
from tests.appliance.updating import CASES

NEEDED = ("send", "install", "photos")
"""Without these there is nothing to look at."""
TOOLS = ("run", "put", "shot", "cut", "start", "link")
LAB = {
    "run": "run.sh",
    "put": "labctl.py put",
    "shot": "labctl.py shot",
    "cut": "powercut.sh",
    "start": "boot.sh",
    "link": "labctl.py link",
}
HOST_OF_THE_LAB = "10.0.2.2"


def _words(text: str) -> tuple[str, ...]:
    return tuple(shlex.split(text))


def _read(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.appliance", usage=__doc__)
    for name in TOOLS:
        parser.add_argument(f"--{name}", type=_words, default=())
    for name in ("lab", "wheelhouse", "photos", "proof"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--here", default="")
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), help="updates (all)")
    parser.add_argument("--pictures", type=Path, default=Path("build/appliance"))
    parser.add_argument("steps", nargs="*", metavar="STEP")
    given = parser.parse_args(words)
    if unknown := set(given.steps) - STEPS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))} (there are {', '.join(STEPS)})")
    if given.lab:
        for name in TOOLS:
            setattr(given, name, getattr(given, name) or _words(f"{given.lab}/{LAB[name]}"))
        given.here = given.here or HOST_OF_THE_LAB
        given.proof = given.proof or given.lab / "proof"
    if not given.run or not given.put:
        parser.error("--lab, or --run and --put")
    return given


def _prove(machine: Machine, kit: Kit, chosen: list[str]) -> int:
    """-> how many steps saw something else."""
    failed = 0
    print("| step | seen | seconds |\n|---|---|---|", flush=True)
    for name in chosen:
        began = time.monotonic()
        try:
            told = STEPS[name](machine, kit)
        except (UnprovenError, TimeoutError) as error:
            told, failed = f"NOT SEEN: {error}".replace("\n", " / "), failed + 1
        print(f"| {name} | {told} | {time.monotonic() - began:.0f} |", flush=True)
        if failed and name in NEEDED:
            break
    return failed


def main(words: list[str]) -> int:
    given = _read(words)
    given.pictures.mkdir(parents=True, exist_ok=True)
    machine = Machine(**{name: getattr(given, name) for name in TOOLS}, pictures=given.pictures)
    with Outside(given.photos) as google:
        kit = Kit(google, given.wheelhouse, given.here, given.proof, given.samples, given.cases)
        return int(_prove(machine, kit, given.steps or list(STEPS)) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
