"""One frame of a crossfade without pixel fill: the same textures and calls into a window of 16 x 9 pixels."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.place import x_server
from tests.bench.report import RUNS, Figure

FRAMES = 240


def fade() -> Iterator[Figure]:
    """In a process of its own: SDL's hints are read once."""
    with x_server() as env:
        for vsync, name in ((False, "drawing and presenting"), (True, "and waking up for each vsync")):
            words = [sys.executable, "-m", "tests.bench.fade", *(["vsync"] if vsync else [])]
            done = subprocess.run(
                words, env={**os.environ, **env}, check=True, capture_output=True, text=True
            )
            kind, cost = done.stdout.split()[-2:]
            yield Figure(
                f"CPU per fade frame, no fill, {name}", float(cost), "ms", 0.5, beside=f"renderer {kind}"
            )


def main(vsync: bool) -> None:
    from kiosk.config import Rotation
    from kiosk.core.model import Size, SlideId
    from kiosk.core.scene import Scene
    from kiosk.display import Painter
    from kiosk.display.drivers import start_video
    from kiosk.display.images import of_pixels
    from kiosk.display.textures import TextureCanvas

    start_video()
    canvas = TextureCanvas(Size(16, 9), Rotation.NONE, "bench", vsync=vsync)
    painter = Painter(canvas, Path("assets"))
    size = Size(1920, 1080)
    for number in (1, 2):
        painter.upload(SlideId(number), of_pixels(os.urandom(size.width * size.height * 3), size))
    costs = []
    for run in range(RUNS + 1):
        before = time.process_time()
        for step in range(FRAMES):
            painter.paint(Scene(SlideId(1), SlideId(2), (step + 0.5 + run / 10) / FRAMES))
        costs.append((time.process_time() - before) / FRAMES * 1000)
    print(canvas.driver, median(costs[1:]))


if __name__ == "__main__":
    main("vsync" in sys.argv)
