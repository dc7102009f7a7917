"""From Done to the first picture, and 500 renditions against curl."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from kiosk.core.downloads import AT_ONCE
from kiosk.core.layout import rendition_box
from kiosk.core.model import Size
from kiosk.demo import DemoGoogle, DemoSettings, plain_library, routes
from tests.app.frame import Frame
from tests.bench.place import said
from tests.bench.report import RUNS, Figure

LATENCY = 0.05
COUNT = 500
SCREEN = Size(1920, 1080)
ORIGINAL = Size(4000, 3000)


def done_to_picture() -> Iterator[Figure]:
    """Less the wait for the next poll, which Google's interval decides."""
    took = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder, _google(40) as google:
            frame = Frame(Path(folder), google, size="1920x1080").start()
            frame.sign_in()
            box = rendition_box(ORIGINAL, SCREEN)
            google.prepare(box.width, box.height)
            frame.pick(20)
            shown = said(frame, "showing")
            listed = google.of_route(routes.MEDIA_ITEMS_LIST)[0].when
            polled = max(each.when for each in google.of_route(routes.SESSIONS_GET) if each.when < listed)
            took.append(shown - polled)
            frame.stop()
    yield Figure("Done to first picture, less the poll wait, 50 ms latency", median(took), "s", 1.0)


def against_curl() -> Iterator[Figure]:
    ratios, ours, theirs = [], [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder, _google(COUNT) as google:
            frame = Frame(
                Path(folder) / "frame", google, size="1920x1080", slideshow__dwell_seconds="300"
            ).start()
            frame.sign_in()
            box = rendition_box(ORIGINAL, SCREEN)
            google.prepare(box.width, box.height)
            google.clear_requests()
            frame.pick(COUNT)
            google.wait_for(lambda: google.of_route(routes.MEDIA), 60)
            began = google.of_route(routes.MEDIA)[0].when
            frame.until(lambda status: status["stored"] == COUNT, 120)
            ours.append(time.monotonic() - began)
            asked = google.of_route(routes.MEDIA)
            theirs.append(_curl(Path(folder), google, frame))
            ratios.append(ours[-1] / theirs[-1])
            assert len(asked) == COUNT
            frame.stop()
    beside = f"{median(ours):.2f} s, curl --parallel {median(theirs):.2f} s, concurrency {AT_ONCE}"
    yield Figure(
        f"{COUNT} renditions, 50 ms latency, decoded and stored",
        median(ratios),
        "x curl",
        1.25,
        beside=beside,
    )


def _google(count: int) -> DemoGoogle:
    settings = DemoSettings(device_interval=1.0, poll_interval="1s", latency=LATENCY)
    return DemoGoogle(plain_library(count, (ORIGINAL.width, ORIGINAL.height), grain=12), settings)


def _curl(folder: Path, google: DemoGoogle, frame: Frame) -> float:
    """The same addresses with the same bearer, to files, at the same concurrency; nothing is decoded."""
    asked = google.of_route(routes.MEDIA)[:COUNT]
    (folder / "curl").mkdir()
    lines = [
        f'header = "Authorization: Bearer {asked[0].bearer}"',
        "fail",
        "silent",
        "show-error",
        "no-progress-meter",
    ]
    for number, request in enumerate(asked):
        lines += [f'url = "{google.url}{request.path}"', f'output = "{folder}/curl/{number}.jpg"']
    config = folder / "curl.txt"
    config.write_text("\n".join(lines))
    began = time.monotonic()
    words = [
        "curl",
        "--parallel",
        "--parallel-immediate",
        "--parallel-max",
        str(AT_ONCE),
        "--config",
        str(config),
    ]
    subprocess.run(words, check=True)
    took = time.monotonic() - began
    fetched = sum(path.stat().st_size for path in (folder / "curl").iterdir())
    assert fetched == sum(request.sent for request in asked), "curl fetched something else"
    return took
