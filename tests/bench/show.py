"""What a running show costs: a still, a fade, a minute, and memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from kiosk.control import ControlVerb
from kiosk.core.model import Size
from tests.app.frame import Frame
from tests.bench.cards import fill
from tests.bench.place import cpu_seconds, memory_kb, pid_of, said, x_server
from tests.bench.report import RUNS, Figure

STILL_SECONDS = 12.0
DWELL, FADE = 10.0, 1.0
SLIDES = 500
SETTLE = 0.3


SETTLED = 3.0
"""Seconds: the words of the first picture, and what is imported for them, follow it."""


def still() -> Iterator[Figure]:
    """One picture that stays: nothing is to be done."""
    with tempfile.TemporaryDirectory() as folder, x_server() as env:
        frame = _frame(Path(folder), 3, Size(2304, 1296), slideshow__dwell_seconds="86400")
        frame.start(env)
        said(frame, "showing")
        time.sleep(SETTLED)
        pid, flips = pid_of(frame), frame.ask(ControlVerb.STATUS)["flips"]
        costs = []
        for _ in range(RUNS):
            before = cpu_seconds(pid)
            time.sleep(STILL_SECONDS)
            costs.append((cpu_seconds(pid) - before) * 60 / STILL_SECONDS)
        flips = frame.ask(ControlVerb.STATUS)["flips"] - flips
        frame.stop()
    yield Figure("still: flips in a minute", flips, "flips", 0)
    yield Figure("still: CPU per minute", median(costs), "s", 0.10)


def minute(key: bytes | None = None) -> Iterator[Figure]:
    """A picture every ten seconds with a fade of one, on Xvfb without a GPU."""
    with tempfile.TemporaryDirectory() as folder, x_server() as env:
        keys = {"slideshow__dwell_seconds": str(DWELL - FADE), "slideshow__transition_seconds": str(FADE)}
        frame = Frame(Path(folder), size="1920x1080", **keys, **with_key(Path(folder), key))
        fill(Path(folder), 20, Size(2304, 1296), different=20, key=key)
        frame.start(env)
        said(frame, "showing")
        time.sleep((DWELL - FADE) / 2)
        costs, fades = [], []
        for _ in range(RUNS):
            cpu = cpu_seconds(pid_of(frame))
            flips = frame.ask(ControlVerb.STATUS)["flips"]
            for _ in range(3):
                time.sleep(DWELL)
                now = frame.ask(ControlVerb.STATUS)["flips"]
                fades.append(now - flips)
                flips = now
            costs.append((cpu_seconds(pid_of(frame)) - cpu) * 60 / (3 * DWELL))
        frame.stop()
    yield Figure("10 s a picture, 1 s fade, no GPU: CPU per minute", median(costs), "s", 3.0)
    beside = f"fewest of {len(fades)} fades: {min(fades)}"
    yield Figure("... frames presented in a fade", median(fades), "frames", 55, at_least=True, beside=beside)


def memory() -> Iterator[Figure]:
    """After twelve pictures, from sources of 1080p and of 12 MP (their renditions at this screen)."""
    for name, size in (("1080p", Size(1920, 1080)), ("12 MP", Size(2304, 1728))):
        with tempfile.TemporaryDirectory() as folder, x_server() as env:
            frame = _frame(
                Path(folder), 40, size, slideshow__dwell_seconds="300", slideshow__transition_seconds="0.2"
            )
            frame.start(env)
            said(frame, "showing")
            frame.until(lambda _: True)
            _slides(frame, 12)
            pss = _settled_kb(frame, "Pss") / 1024
            yield Figure(f"PSS after 12 pictures, {name} sources", pss, "MB", 120)
            if name == "12 MP":
                yield _growth(frame)
            frame.stop()


def _growth(frame: Frame) -> Figure:
    """Least squares over the private memory of 500 slides."""
    _slides(frame, 50)
    points = []
    for step in range(0, SLIDES, 25):
        points.append((step, _settled_kb(frame, "Private_Clean", "Private_Dirty")))
        _slides(frame, 25)
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    beside = f"from {points[0][1]} to {points[-1][1]} KiB"
    return Figure(f"growth of private memory over {SLIDES} slides", slope, "KiB/slide", 1.0, beside=beside)


def _settled_kb(frame: Frame, *fields: str) -> int:
    """With the next slide prepared and nothing under way: a decoder at work holds 15 MB more for a moment."""
    pid = pid_of(frame)
    before = cpu_seconds(pid)
    while True:
        time.sleep(SETTLE)
        now = cpu_seconds(pid)
        if now - before < SETTLE / 20:
            return memory_kb(pid, *fields)
        before = now


def _slides(frame: Frame, count: int) -> None:
    """Let this many more be shown, by asking for them."""
    for _ in range(count):
        slide = frame.ask(ControlVerb.STATUS)["slide"]
        frame.ask(ControlVerb.NEXT)
        while frame.ask(ControlVerb.STATUS)["slide"] == slide:
            time.sleep(0.005)


def with_key(home: Path, key: bytes | None) -> dict[str, str]:
    """The lines of config.toml for a card that is sealed with it."""
    if key is None:
        return {}
    path = home / "storage.key"
    path.touch(0o600)
    path.write_bytes(key)
    return {"storage__encrypt": "true", "storage__key_file": f'"{path}"'}


def _frame(home: Path, count: int, size: Size, **keys: str) -> Frame:
    frame = Frame(home, size="1920x1080", **keys)
    fill(home, count, size)
    return frame
