"""What [storage] encrypt costs: a start, a fade, the next slide, one picture."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from attrs import evolve

from kiosk.core.model import Size
from kiosk.storage.seal import Sealer
from tests.app.frame import Frame
from tests.bench.cards import fill, photograph
from tests.bench.choice import choice
from tests.bench.place import x_server
from tests.bench.report import RUNS, Figure
from tests.bench.show import minute, with_key
from tests.bench.start import first_picture

KEY = bytes(range(32))
FEW = 24
SIZE = Size(2304, 1728)


def encrypt() -> Iterator[Figure]:
    yield _picture()
    yield from _start()
    for measure in (choice, minute):
        for figure in measure(KEY):
            yield evolve(figure, name=f"{figure.name}, encrypted")


def _picture() -> Figure:
    content = photograph(SIZE)
    sealer = Sealer(KEY)
    sealed = b"".join(sealer.file("picture", content))
    took = []
    for _ in range(50):
        began = time.perf_counter()
        sealer.open_file("picture", sealed)
        took.append(time.perf_counter() - began)
    return Figure(f"to open a sealed picture of {len(content) / 1e6:.1f} MB", median(took) * 1000, "ms", 10.0)


def _start() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, x_server() as env:
        frames = {}
        for name, key in (("plain", None), ("encrypted", KEY)):
            home = Path(folder) / name
            home.mkdir()
            frames[name] = Frame(
                home, size="1920x1080", slideshow__dwell_seconds="300", **with_key(home, key)
            )
            fill(home, FEW, SIZE, different=FEW, key=key)
        took: dict[str, list[float]] = {name: [] for name in frames}
        for run in range(2 * RUNS + 1):  # the first warms the caches
            for name, frame in frames.items():
                seconds = first_picture(frame, env)
                if run:
                    took[name].append(seconds)
    plain, sealed = (median(took[name]) for name in ("plain", "encrypted"))
    yield Figure("start to first stored picture, plain", plain, "s", 0.45)
    beside = f"{(sealed - plain) * 1000:+.0f} ms"
    yield Figure("start to first stored picture, encrypted", sealed, "s", 0.45, beside=beside)
