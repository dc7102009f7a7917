"""From a rendition to an uploaded slide, against Pillow merely decoding that file. CPU time of one thread, in turns.

Three canvases: surfaces; textures that a CPU fills in a GPU's place, in threads that compete for the memory; and
textures without that, whose slides are put together on 16 x 9 pixels: the same uploads and calls.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from PIL import Image
from pygame._sdl2.video import Texture

from kiosk.core.model import Size, SlideId
from kiosk.core.settings import MatStyle, Motion, Style, Surround
from tests.bench.cards import photograph
from tests.bench.place import x_server
from tests.bench.report import Figure

ROUNDS = 15
SLIDE = SlideId(1)
SCREEN = Size(1920, 1080)
SMALL = Size(16, 9)
RENDITIONS = {"3:2": Size(2304, 1536), "upright": Size(1536, 2304)}
"""As the frame keeps them for this screen, with the room for motion."""
BUDGET = 1.3
STYLES = {
    "blur": Style(Surround.BLUR),
    "plain": Style(Surround.PLAIN),
    "fill": Style(Surround.FILL),
    "mat": Style(Surround.MAT, MatStyle.DOUBLE),
    "blur, gentle motion": Style(motion=Motion.GENTLE, travel=0.9),
}


def prepare() -> Iterator[Figure]:
    """On each canvas in a process of its own: SDL's hints are read once."""
    for kind in ("no fill", "llvmpipe", "surface"):
        with x_server() as env:
            words = [sys.executable, "-m", "tests.bench.prepare", kind]
            done = subprocess.run(
                words, env={**os.environ, **env}, check=True, capture_output=True, text=True
            )
        for line in done.stdout.splitlines():
            if line.count("|") == 2:
                name, cost, decoding = line.split("|")
                beside = f"{float(cost):.1f} ms against {float(decoding):.1f}"
                ratio = float(cost) / float(decoding)
                yield Figure(f"prepare, upload, {kind}: {name}", ratio, "times", BUDGET, beside=beside)


def main(kind: str) -> None:
    from kiosk.display import Painter, Source
    from kiosk.display import prepare as ready
    from kiosk.display.canvas import Canvas
    from kiosk.display.drivers import start_video
    from kiosk.display.surfaces import SurfaceCanvas
    from kiosk.display.textures import TextureCanvas

    class Unfilled(TextureCanvas):
        def _blank(self, panel: Size) -> Texture:
            return super()._blank(SMALL)

    start_video()
    canvas: Canvas
    if kind == "surface":
        canvas = SurfaceCanvas(SCREEN)
    else:
        canvas = (Unfilled if kind == "no fill" else TextureCanvas)(SMALL, vsync=False)
    painter = Painter(canvas, Path("assets"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rendition.jpg"
        for shape, size in RENDITIONS.items():
            path.write_bytes(photograph(size))
            for name, style in STYLES.items():

                def slide(style: Style = style) -> None:
                    painter.upload(SLIDE, ready(Source(path), SCREEN, style, flat=not canvas.composes))
                    painter.drop(SLIDE)

                cost, decoding = _costs(slide, lambda: _decoded(path))
                print(f"{shape}, {name}|{cost}|{decoding}")


def _decoded(path: Path) -> None:
    with Image.open(path) as picture:
        picture.load()


def _costs(*works: Callable[[], object]) -> list[float]:
    """Milliseconds of each, the medians. In turns, so that neither has the memory to itself that the other warmed."""
    costs: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, took in zip(works, costs, strict=True):
            before = time.thread_time()
            work()
            took.append((time.thread_time() - before) * 1000)
    return [median(took) for took in costs]


if __name__ == "__main__":
    main(sys.argv[1])
