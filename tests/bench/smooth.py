"""Transitions while everything else goes on: decoding, downloading, checking, and writing to the catalog."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from kiosk.control import ControlVerb
from kiosk.core.layout import rendition_box
from kiosk.core.model import Size
from kiosk.demo import DemoGoogle, DemoSettings, plain_library
from tests.app.frame import Frame
from tests.app.spoiled import spoiled
from tests.bench.cards import fill
from tests.bench.place import cpu_seconds, memory_kb, pid_of, said, x_server
from tests.bench.report import Figure
from tests.bench.watched import Seen, code, seen

PICKED = {"1080p": 80, "4K": 50}
FILLED = 20
"""Where a CPU draws in a GPU's place and has time for nothing else."""
STORED = 24
LATENCY = 0.25
"""Seconds, of each request: four at a time are sixteen pictures in a second, and more than a frame ever gets."""
SCREENS = {"1080p": (Size(1920, 1080), Size(2304, 1536)), "4K": (Size(3840, 2160), Size(4096, 2731))}
"""Each with what a picture of 3:2 is kept as for it."""
SURROUNDS = {
    "blur": {"picture__surround": '"blur"'},
    "mat": {"picture__surround": '"mat"'},
    "plain": {"picture__surround": '"plain"'},
    "fill": {"picture__surround": '"fill"'},
}
GENTLE = {"slideshow__motion": '"gentle"'}
DWELL, FADE = 10.0, 1.0
_TICKER = """
import select, sys, time
gaps, last, due = [], None, time.monotonic()
while not select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]:
    now = time.monotonic()
    gaps.append(now - (last or now))
    last, due = now, max(due + 1 / 60, now)
print(sum(gap > 1.5 / 60 for gap in gaps) / len(gaps))
"""


def smooth() -> Iterator[Figure]:
    for name, (screen, rendition) in SCREENS.items():
        for filled in (False, True):
            shown, pss, bare = _busy(screen, rendition, FILLED if filled else PICKED[name], filled=filled)
            how = f"{name}, {'llvmpipe' if filled else 'no fill'}"
            beside = f"{len(shown.gaps)} frames, {shown.transitions} transitions, {shown.driver}"
            beside += f", longest {1000 * max(shown.gaps):.0f} ms; a bare loop {100 * bare:.1f} %"
            yield Figure(
                f"transition frames late, all rooms busy, {how}", 100 * shown.late, "%", beside=beside
            )
            spent = f"CPU of the main thread {1000 * median(shown.main):.1f} ms a frame"
            yield Figure(
                "... without waiting for X or a CPU",
                100 * shown.late_by_us,
                "%",
                None if filled else 0,
                beside=spent,
            )
            if not filled:
                yield from _held(name, shown, pss)
    with ThreadPoolExecutor() as pool:  # they do next to nothing most of the time
        waiting = [pool.submit(_minute, name, keys) for name, keys in SURROUNDS.items()]
        moving = "blur, gentle motion, textures without fill"
        waiting.append(pool.submit(_minute, moving, GENTLE, moving=True))
        for figure in waiting:
            yield figure.result()


def _held(name: str, shown: Seen, pss: float) -> Iterator[Figure]:
    steps = f"{len(shown.steps)} steps, median {1000 * median(shown.steps):.1f} ms"
    yield Figure(f"... longest step of an upload, {name}", 1000 * max(shown.steps), "ms", beside=steps)
    yield Figure(f"... slides held in textures, {name}", shown.held / 2**20, "MB")
    yield Figure(f"... PSS at the end, {name}", pss, "MB")


def _busy(screen: Size, rendition: Size, picked: int, *, filled: bool) -> tuple[Seen, float, float]:
    """A show of one fade after the other, over a pick of many pictures; the memory in MB; and the late
    share of a process that does nothing but wait for each sixtieth of a second, in the same seconds."""
    settings = DemoSettings(device_interval=1.0, poll_interval="1s", latency=LATENCY)
    size = f"{screen.width}x{screen.height}"
    with (
        tempfile.TemporaryDirectory() as folder,
        x_server(size) as env,
        DemoGoogle(plain_library(picked, (rendition.width, rendition.height), grain=12), settings) as google,
    ):
        home, out = Path(folder), Path(folder) / "frames.json"
        keys = {"slideshow__dwell_seconds": "1.0", "slideshow__transition_seconds": "1.0"}
        frame = Frame(home, google, size, **keys)
        fill(home, STORED, rendition)
        frame.start({**env, **spoiled(home / "first", code(screen, out, fill=filled))})
        said(frame, "showing")
        frame.ask(ControlVerb.PICK)
        frame.sign_in()
        box = rendition_box(rendition, screen)
        google.prepare(
            box.width, box.height
        )  # to paint them meanwhile would be the server's work, not the frame's
        frame.pick(picked)
        ticker = subprocess.Popen(
            [sys.executable, "-c", _TICKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        frame.until(lambda status: status["stored"] == STORED + picked, 300)
        late = float(ticker.communicate()[0])
        pss = memory_kb(pid_of(frame), "Pss") / 1024
        frame.stop()
        return seen(out), pss, late


def _minute(name: str, keys: dict[str, str], *, moving: bool = False) -> Figure:
    """CPU of a minute of slideshow, from three slides."""
    with tempfile.TemporaryDirectory() as folder, x_server() as env:
        home = Path(folder)
        times = {
            "slideshow__dwell_seconds": str(DWELL - FADE),
            "slideshow__transition_seconds": str(FADE),
        }
        frame = Frame(home, None, "1920x1080", **times, **keys)
        fill(home, 20, Size(2304, 1536), different=20)
        first: dict[str, str] = {}
        if moving:
            first = spoiled(home / "first", code(Size(1920, 1080), home / "frames.json", fill=False))
        frame.start({**env, **first})
        said(frame, "showing")
        time.sleep((DWELL - FADE) / 2)
        before = cpu_seconds(pid_of(frame))
        time.sleep(3 * DWELL)
        cost = (cpu_seconds(pid_of(frame)) - before) * 60 / (3 * DWELL)
        frame.stop()
    return Figure(f"10 s a picture, 1 s fade: CPU per minute, {name}", cost, "s")
