"""From the start of the process to the first stored picture on the screen."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from kiosk.core.model import Size
from tests.app.frame import Frame
from tests.bench.cards import fill, photograph
from tests.bench.place import said, x_server
from tests.bench.report import RUNS, Figure

FEW, MANY = 100, 100_000
BARE = """
import sys, pygame
pygame.display.init()
screen = pygame.display.set_mode((1920, 1080))
picture = pygame.transform.smoothscale(pygame.image.load(sys.argv[1]).convert(), (1440, 1080))
screen.blit(picture, (240, 0))
pygame.display.flip()
print("shown", flush=True)
"""


def start() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, x_server() as env:
        home = Path(folder)
        few, many = _frame(home / "few", FEW), _frame(home / "many", MANY)
        jpeg = home / "picture.jpg"
        jpeg.write_bytes(photograph(Size(2304, 1728)))
        took: dict[str, list[float]] = {"few": [], "many": [], "bare": []}
        for run in range(RUNS + 1):  # the first warms the caches
            for name, measure in (
                ("few", lambda: first_picture(few, env)),
                ("many", lambda: first_picture(many, env)),
                ("bare", lambda: _bare(jpeg, few.env | env)),
            ):
                seconds = measure()
                if run:
                    took[name].append(seconds)
        bare, one, other = (median(took[name]) for name in ("bare", "few", "many"))
        beside = f"a bare pygame program that shows one JPEG: {bare:.3f} s, so {one / bare:.2f}x"
        yield Figure(f"start to first stored picture, {FEW} items", one, "s", 0.45, beside=beside)
        yield Figure(f"start to first stored picture, {MANY} items", other, "s", 0.45)
        yield Figure("... the two, one over the other", other / one, "x", 1.10)


def _frame(home: Path, count: int) -> Frame:
    frame = Frame(home, size="1920x1080", slideshow__dwell_seconds="300", storage__cache_max_mb="1000000")
    fill(home, count, Size(2304, 1728))
    return frame


def first_picture(frame: Frame, env: dict[str, str]) -> float:
    since = frame.log.stat().st_size if frame.log.exists() else 0
    began = time.monotonic()
    frame.start(env)
    try:
        return said(frame, "showing", since) - began
    finally:
        frame.stop()


def _bare(jpeg: Path, env: dict[str, str]) -> float:
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", BARE, str(jpeg)], env=env, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        while child.stdout.readline().strip() != b"shown":
            pass
        took = time.monotonic() - began
        child.kill()
    return took
