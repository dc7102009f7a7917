"""From the start of the process to the first stored picture on the screen, as the kiosk is installed: from its wheel.

The source tree starts more slowly: nothing of attrs is compiled beforehand there, nor perhaps the modules themselves.
"""

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

ROOT = Path(__file__).parents[2]
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
        env |= {"PYTHONPATH": str(installed(home / "wheel"))}
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
        yield Figure("... over a bare pygame program that shows one JPEG", one / bare, "x", 1.45)
        yield Figure(f"start to first stored picture, {MANY} items", other, "s", 0.45)
        yield Figure("... the two, one over the other", other / one, "x", 1.10)


def installed(folder: Path) -> Path:
    """The wheel of this tree in a folder of its own; what it depends on stays where it is."""
    pip = (sys.executable, "-m", "pip", "install", "-qq", "--no-index", "--no-deps", "--no-build-isolation")
    subprocess.run((*pip, "--target", folder, ROOT), check=True)
    return folder


def _frame(home: Path, count: int) -> Frame:
    frame = Frame(home, size="1920x1080", slideshow__dwell_seconds="300", storage__cache_max_mb="1000000")
    fill(home, count, Size(2304, 1728))
    return frame


def first_picture(frame: Frame, env: dict[str, str]) -> float:
    since = frame.log.stat().st_size if frame.log.exists() else 0
    began = time.monotonic()
    # -P: not the kiosk of the folder that this is run in.
    words = (sys.executable, "-P", "-m", "kiosk", "run", "--config", frame.config)
    with frame.log.open("ab") as log:
        frame.child = subprocess.Popen(words, env=frame.env | env, stdout=log, stderr=log)
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
