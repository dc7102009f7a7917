"""A kiosk that writes down when its frames came: code that it runs first, and what it wrote, as values.

It draws with textures. ``fill`` False: into a window of 16 x 9 pixels that it takes for a screen of the wanted size, so
that everything happens but the filling of pixels, which a CPU does here and a GPU does elsewhere.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

from attrs import frozen

from kiosk.core.model import Size

INTERVAL = 1 / 60
LATE = 1.5 * INTERVAL

_CODE = """
import atexit, json, os, time

from kiosk.core.model import Size
from kiosk.display import painter, textures, window

SIZE, FILL, OUT = Size({width}, {height}), {fill}, {out!r}
frames, steps, held, most, waited = [], [], {{}}, [0], [0.0]
schedstat = os.open("/proc/self/task/%d/schedstat" % os.getpid(), os.O_RDONLY)


def queued():
    "Seconds that this thread has waited for a CPU so far."
    return int(os.pread(schedstat, 99, 0).split()[1]) / 1e9


class Watched(textures.TextureCanvas):
    def __init__(self, size, *rest, **named):
        super().__init__(size if FILL else Size(16, 9), *rest, vsync=False, **named)
        if not FILL:
            self._panel = SIZE

    def stale(self):
        if FILL:
            super().stale()
        else:
            self._generation += 1

    def present(self):
        before = time.monotonic() - queued()
        super().present()
        waited[0] += time.monotonic() - queued() - before

    def draw(self, *given):
        before = time.monotonic() - queued()
        super().draw(*given)
        waited[0] += time.monotonic() - queued() - before

    def hang(self, patches, size):
        held[id(patches)] = size.width * size.height * 4
        work = super().hang(patches, size)
        while True:
            before = time.thread_time()
            try:
                next(work)
            except StopIteration as end:
                steps.append(time.thread_time() - before)
                held[end.value] = held.pop(id(patches))
                if not most[0]:
                    steps.clear()  # the first one has the driver build what it will need
                most[0] = max(most[0], sum(held.values()))
                return end.value
            steps.append(time.thread_time() - before)
            yield

    def release(self, handle):
        held.pop(handle, None)
        super().release(handle)


paint = painter.Painter.paint


def watched(self, scene):
    shown = paint(self, scene)
    if shown:
        frames.append((time.monotonic(), scene.incoming, waited[0], queued(), time.thread_time()))
        waited[0] = 0.0
    return shown


def tell():
    with open(OUT, "w") as file:
        json.dump({{"frames": frames, "steps": steps, "most": most[0], "driver": driver}}, file)


driver = ""


def canvas(*given):
    global driver
    made = Watched(given[1], given[2], given[4], ("opengles2", "opengl"))
    driver = made.driver
    return made


painter.Painter.paint = watched
window._canvas = canvas
atexit.register(tell)
"""


def code(size: Size, out: Path, *, fill: bool) -> str:
    """For ``sitecustomize``. out: the file that it writes when it ends."""
    return _CODE.format(width=size.width, height=size.height, fill=fill, out=str(out))


@frozen
class Seen:
    """gaps: seconds between two frames of the same transition. own: the same without the time in which the X server
    and the threads that draw in a GPU's place had the later one in their hands, and without that in which the main
    thread could have run, had a CPU been free. main: seconds of CPU that it took.
    steps: seconds of CPU of each step of an upload, but for the first slide.
    held: the most bytes that slides had in textures at a time.
    """

    transitions: int
    gaps: tuple[float, ...]
    own: tuple[float, ...]
    main: tuple[float, ...]
    steps: tuple[float, ...]
    held: int
    driver: str

    @property
    def late(self) -> float:
        """The share of frames that came later than one and a half intervals after the one before."""
        return _late(self.gaps)

    @property
    def late_by_us(self) -> float:
        """The same of what the kiosk itself had to do with."""
        return _late(self.own)


def _late(gaps: tuple[float, ...]) -> float:
    return sum(gap > LATE for gap in gaps) / len(gaps)


def seen(out: Path) -> Seen:
    told = json.loads(out.read_text())
    frames = [each for each in told["frames"] if each[1] is not None]
    pairs = [(one, other) for one, other in pairwise(frames) if one[1] == other[1]]
    gaps = tuple(other[0] - one[0] for one, other in pairs)
    own = tuple(gap - other[2] - (other[3] - one[3]) for gap, (one, other) in zip(gaps, pairs, strict=True))
    main = tuple(other[4] - one[4] for one, other in pairs)
    transitions = len({each[1] for each in frames})
    return Seen(transitions, gaps, own, main, tuple(told["steps"]), told["most"], told["driver"])
