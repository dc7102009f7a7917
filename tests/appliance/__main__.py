"""Proves the frame on a machine of its own, from a clean system to a power cut, and prints a table.

    python -m tests.appliance --lab DIR [--wheelhouse DIR] [--photos DIR] [--pictures DIR] [STEP...]
    python -m tests.appliance --run 'ssh root@frame' --put 'CMD' [--shot CMD] [--cut CMD --start CMD] ...

--run gets a shell command as one more word and does it there as root; --put gets a file and where it goes; --shot gets
the name of a PNG for a picture of the display; --cut takes the power away and --start gives it back. --lab DIR stands
for all of them. A step that needs what is not given is left out, and the table says so. The machine is changed for
good: its frame gets a Google of its own and pictures from it.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

from tests.appliance.machine import Machine, UnprovenError
from tests.appliance.steps import STEPS, Kit

NEEDED = ("send", "install")
"""Without these there is nothing to look at."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(shlex.split(text))


def _read(words: list[str]) -> tuple[Machine, Kit, list[str]]:
    parser = argparse.ArgumentParser(prog="python -m tests.appliance", usage=__doc__)
    for name in ("run", "put", "shot", "cut", "start"):
        parser.add_argument(f"--{name}", type=_words, default=())
    parser.add_argument("--lab", type=Path)
    parser.add_argument("--wheelhouse", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--pictures", type=Path, default=Path("build/appliance"))
    parser.add_argument("steps", nargs="*", metavar="STEP")
    given = parser.parse_args(words)
    if unknown := set(given.steps) - STEPS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))} (there are {', '.join(STEPS)})")
    tools = {name: getattr(given, name) for name in ("run", "put", "shot", "cut", "start")}
    if given.lab:
        lab = {
            "run": "run.sh",
            "put": "labctl.py put",
            "shot": "labctl.py shot",
            "cut": "powercut.sh",
            "start": "boot.sh",
        }
        tools = {name: tools[name] or _words(f"{given.lab}/{lab[name]}") for name in tools}
    if not tools["run"] or not tools["put"]:
        parser.error("--lab, or --run and --put")
    given.pictures.mkdir(parents=True, exist_ok=True)
    kit = Kit(wheelhouse=given.wheelhouse, photos=given.photos)
    return Machine(**tools, pictures=given.pictures), kit, given.steps or list(STEPS)


def main(words: list[str]) -> int:
    machine, kit, chosen = _read(words)
    failed = 0
    print("| step | seen | seconds |\n|---|---|---|", flush=True)
    for name in chosen:
        began = time.monotonic()
        try:
            told = STEPS[name](machine, kit)
        except UnprovenError as error:
            told, failed = f"NOT SEEN: {error}".replace("\n", " / "), failed + 1
        print(f"| {name} | {told} | {time.monotonic() - began:.0f} |", flush=True)
        if failed and name in NEEDED:
            break
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
