"""Staying up: how fast it stops, what it writes, what grows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from kiosk.core.model import Size
from tests.app.frame import Frame
from tests.bench.cards import fill
from tests.bench.place import said
from tests.bench.report import RUNS, Figure
from tests.endurance.slides import KIB_PER_10000

SLIDES, WARM_UP, SEED = 15_000, 5_000, 1
HOURS = 24.0


def stop() -> Iterator[Figure]:
    """From SIGTERM to the end of the process, out of a running show; `tests/app/test_signals.py` has every scene."""
    took = []
    with tempfile.TemporaryDirectory() as folder:
        frame = Frame(Path(folder))
        fill(frame.home, 3, Size(640, 480))
        for _ in range(RUNS):
            since = frame.log.stat().st_size if frame.log.exists() else 0
            frame.start()
            said(frame, "showing", since)
            began = time.monotonic()
            frame.stop()
            took.append(time.monotonic() - began)
    yield Figure("SIGTERM to the end, out of a show", median(took), "s", 2.0)


def writes() -> Iterator[Figure]:
    """On an injected clock, everything else real: tests/endurance/still.py."""
    with tempfile.TemporaryDirectory() as folder:
        told = _python("-m", "tests.endurance.still", folder, str(HOURS))
    scenes = {each["scene"]: each for each in map(json.loads, told.splitlines())}
    still, show = scenes["paused"], scenes["a slide every ten seconds"]
    away = scenes["downloads out of reach"]
    yield Figure("still: system calls that write, in an hour", still["calls"], "calls", 0)
    beside = f"{show['slides']} slides, {show['bytes'] / 1024:.0f} KiB"
    yield Figure("show: transactions in an hour", len(show["commits"]), "", 60, beside=beside)
    beside = f"{away['lines']} lines of the log"
    yield Figure(
        f"downloads out of reach for {HOURS:g} h: written", away["bytes"] / 1024, "KiB", 16, beside=beside
    )


def growth() -> Iterator[Figure]:
    """With picks and faults in between, on an injected clock: tests/endurance/slides.py."""
    told = _python("-m", "tests.endurance.slides", *map(str, (SLIDES, SEED, WARM_UP, KIB_PER_10000)))
    found = re.search(r"^(\d+) slides; growth (-?\d+) KiB", told, re.MULTILINE)
    assert found is not None, told
    beside = f"{found[1]} slides, the first {WARM_UP} left out"
    yield Figure("growth of memory in 10,000 slides", float(found[2]), "KiB", KIB_PER_10000, beside=beside)


def _python(*words: str) -> str:
    return subprocess.run([sys.executable, *words], check=False, capture_output=True, text=True).stdout
