"""From a rendition to the pixels of a slide, against Pillow merely decoding that file. CPU time of one thread."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from PIL import Image

from kiosk.core.model import Size
from kiosk.core.settings import MatStyle, Motion, Style, Surround
from tests.bench.cards import photograph
from tests.bench.report import Figure

ROUNDS = 15
SCREEN = Size(1920, 1080)
RENDITION = Size(2304, 1536)
"""A picture of 3:2 as the frame keeps it for this screen, with the room for motion."""
BUDGET = 1.3
STYLES = {
    "blur": Style(Surround.BLUR),
    "plain": Style(Surround.PLAIN),
    "fill": Style(Surround.FILL),
    "mat": Style(Surround.MAT, MatStyle.DOUBLE),
    "blur, gentle motion": Style(motion=Motion.GENTLE, travel=0.9),
}


def prepare() -> Iterator[Figure]:
    from kiosk.display import prepare as ready

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rendition.jpg"
        path.write_bytes(photograph(RENDITION))
        decoding = _cost(lambda: _decoded(path))
        for name, style in STYLES.items():
            cost = _cost(lambda style=style: ready(path, SCREEN, style))
            beside = f"{cost:.1f} ms against {decoding:.1f}"
            yield Figure(
                f"prepare a slide, {name}: to Pillow decoding it",
                cost / decoding,
                "times",
                BUDGET,
                beside=beside,
            )


def _decoded(path: Path) -> None:
    with Image.open(path) as picture:
        picture.load()


def _cost(work: Callable[[], object]) -> float:
    """Milliseconds, the median."""
    costs = []
    for _ in range(ROUNDS):
        before = time.thread_time()
        work()
        costs.append((time.thread_time() - before) * 1000)
    return median(costs)
