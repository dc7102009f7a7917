"""The memory of the whole kiosk, with its decode process, while it is sent the worst that we know."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from PIL import Image

from kiosk.control import ControlVerb
from kiosk.core.model import Size
from kiosk.demo import DemoGoogle, DemoSettings, faults, plain_library, routes
from kiosk.storage.decoder import Decoder
from kiosk.storage.normalise import normalise
from tests.app.frame import Frame
from tests.bench.cards import photograph
from tests.bench.place import memory_kb, pid_of, x_server
from tests.bench.report import Figure, middle_of
from tests.hostile import zoo

LARGEST = (4096, 4096)
BOX = Size(3072, 3072)
RENDITION = Size(2304, 1728)


def hostile() -> Iterator[Figure]:
    yield _round_trip()
    yield _peak()


def _worst() -> list[bytes]:
    picture = Image.new("RGB", (64, 64), (90, 40, 120)).resize(LARGEST)
    return [
        zoo.saved(picture.convert("RGBA"), "PNG", compress_level=1),
        zoo.saved(picture.convert("CMYK"), "JPEG"),
        zoo.saved(picture, "JPEG", progressive=True, subsampling=0),
        zoo.saved(picture, "PNG", compress_level=1),
        zoo.saved(picture.crop((0, 0, 2304, 3072)), "WEBP", lossless=True, quality=0, method=0),
        zoo.saved(picture.crop((0, 0, 3072, 3072)), "WEBP", quality=50, method=0),
        zoo.saved(picture.crop((0, 0, 3072, 3072)), "AVIF", speed=10),
        zoo.jpeg_of_size(7000, 7000, progressive=True),
    ]


def _peak() -> Figure:
    """Proportional set size of the kiosk and its children, summed, as often as the kernel can be asked."""
    settings = DemoSettings(device_interval=1.0, poll_interval="1s")
    peak, ended = 0, threading.Event()
    with (
        tempfile.TemporaryDirectory() as folder,
        x_server() as env,
        DemoGoogle(plain_library(60), settings) as google,
    ):
        frame = Frame(
            Path(folder),
            google,
            size="1920x1080",
            slideshow__dwell_seconds="1",
            slideshow__transition_seconds="0.5",
        ).start(env)
        frame.show(6)
        bodies = _worst()
        for body in bodies:
            google.faults.add(faults.Status(200, body, "image/jpeg"), times=2, on=routes.MEDIA)
        frame.ask(ControlVerb.PICK)
        frame.until(lambda status: status["picker_uri"])
        google.person.pick(
            google.sessions[-1], [item.id for item in google.library.items[10 : 10 + 2 * len(bodies)]]
        )

        def watch() -> None:
            nonlocal peak
            while not ended.is_set():
                with suppress(OSError, ValueError, KeyError):
                    peak = max(peak, sum(memory_kb(pid, "Pss") for pid in _family(pid_of(frame))))

        watcher = threading.Thread(target=watch)
        watcher.start()
        frame.until(lambda status: status["stored"] + status["failed"] == 6 + 2 * len(bodies), 300)
        ended.set()
        watcher.join()
        frame.stop()
    beside = f"{len(bodies)} kinds, twice each, at 1080p without a GPU"
    return Figure("peak PSS of kiosk and decoder, the worst files", peak / 1024, "MB", 250, beside=beside)


def _family(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [pid, *(int(child) for task in tasks for child in (task / "children").read_text().split())]


def _round_trip() -> Figure:
    """What the process costs beside decoding in the kiosk itself."""
    content = photograph(RENDITION)
    descriptor = os.memfd_create("picture")
    os.write(descriptor, content)
    decoder = Decoder()
    decoder.normalise(descriptor, BOX)

    def there() -> float:
        began = time.perf_counter()
        decoder.normalise(descriptor, BOX)
        return time.perf_counter() - began

    def here() -> float:
        began = time.perf_counter()
        with open(descriptor, "rb", closefd=False) as file:
            normalise(file, BOX)
        return time.perf_counter() - began

    ours, plain = middle_of(there, 40), middle_of(here, 40)
    decoder.close()
    os.close(descriptor)
    beside = f"{ours * 1000:.1f} ms there, {plain * 1000:.1f} ms in the kiosk itself"
    return Figure(
        "the decode process beside decoding in place, a picture",
        (ours - plain) * 1000,
        "ms",
        5.0,
        beside=beside,
    )
