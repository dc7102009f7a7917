"""Very many slides, with picks and faults in between, in this process.

``python -m tests.endurance.slides COUNT SEED WARM_UP KIB`` prints a table; the last line says what grew. The exit code
is 1 when memory grew by more than KIB for 10,000 slides after the first WARM_UP, or anything else did.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from attrs import frozen

from kiosk.demo import faults, routes
from kiosk.demo.faults import Fault
from tests.endurance.measure import Sample, crept, growth, take
from tests.endurance.painted import PaintedRig

LIBRARY = 60
EPISODE = 50
"""Slides between two things that happen."""
SAMPLES = 40
WARM_UP = 5_000
"""Slides: by then every path was taken, and every cache is as large as it gets."""
KIB_PER_10000 = 1024.0
FAULTS: tuple[tuple[str, Fault, tuple[str, ...]], ...] = (
    ("503 at create", faults.server_error(503), (routes.SESSIONS_CREATE,)),
    ("429 at a poll", faults.too_many_requests("1"), (routes.SESSIONS_GET,)),
    ("reset in a list", faults.Reset(after=20), (routes.MEDIA_ITEMS_LIST,)),
    ("reset in a picture", faults.Reset(after=100), (routes.MEDIA,)),
    ("half a picture", faults.Truncate(after=300), (routes.MEDIA,)),
    ("403 with a tile", faults.forbidden_tile(), (routes.MEDIA,)),
    ("a login page", faults.html_page(), (routes.MEDIA, routes.SESSIONS_GET)),
    ("401 once", faults.rpc_fault("UNAUTHENTICATED"), (routes.SESSIONS_CREATE, routes.SESSIONS_GET)),
    ("no bytes", faults.Body(b""), (routes.MEDIA, routes.MEDIA_ITEMS_LIST)),
)


@frozen
class Verdict:
    slides: int
    growth: float
    """KiB per 10,000 slides."""
    crept: tuple[str, ...]

    def line(self) -> str:
        crept = ", ".join(self.crept) or "nothing"
        return f"growth {self.growth:.0f} KiB per 10000 slides after the first; more than before: {crept}"


def run(rig: PaintedRig, count: int, seed: int, warm_up: int) -> tuple[Verdict, Counter[str]]:
    rng = random.Random(seed)
    happened: Counter[str] = Counter()
    samples: list[Sample] = []
    rig.show(6)
    every = max((count - warm_up) // SAMPLES, EPISODE)
    next_sample = warm_up
    print(Sample.heading())
    while rig.glass.shown < count:
        rig.run_slides(EPISODE)
        _episode(rig, rng, happened)
        rig.forget()
        if rig.glass.shown >= next_sample:
            rig.run_slides(2)
            samples.append(take(os.getpid(), slides=rig.glass.shown, textures=rig.glass.textures))
            print(samples[-1].row(), flush=True)
            next_sample += every
    names = ("children", "fds", "threads", "textures")
    return Verdict(rig.glass.shown, growth(samples), tuple(n for n in names if crept(samples, n))), happened


def _episode(rig: PaintedRig, rng: random.Random, happened: Counter[str]) -> None:
    ids = [item.id for item in rig.google._world.library.items]
    match rng.randrange(4):
        case 0:
            happened["picks"] += 1
        case 1:
            name, fault, on = rng.choice(FAULTS)
            happened[name] += 1
            rig.google.faults.add(fault, times=rng.randint(1, 3), on=on)
        case 2:
            happened["no network in a pick"] += 1
            rig.google.stop()
            rig.run_slides(3)
            rig.google.start()
        case _:
            happened["access token expired"] += 1
            rig.google.expire_access_tokens()
    rig.pick_these(rng.sample(ids, rng.randint(3, 9)))


def main(count: int, seed: int = 1, warm_up: int = WARM_UP, allowed: float = KIB_PER_10000) -> int:
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    with tempfile.TemporaryDirectory() as folder:
        rig = PaintedRig(Path(folder), items=LIBRARY, seed=seed)
        try:
            verdict, happened = run(rig, count, seed, warm_up)
        finally:
            rig.close()
    print(", ".join(f"{name} {times}" for name, times in sorted(happened.items())))
    print(f"{verdict.slides} slides; {verdict.line()}")
    return 1 if verdict.growth > allowed or verdict.crept else 0


if __name__ == "__main__":
    *whole, allowed = sys.argv[1:]
    sys.exit(main(*map(int, whole), allowed=float(allowed)))
