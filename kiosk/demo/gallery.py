"""The library that the program paints itself: files made when they are first looked at, then kept.

Rules: a picture is the same wherever it is painted; a file appears whole or not at all; nobody waits for a picture
that nobody looks at, so the server is up before the first one is dry.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from PIL import Image

from kiosk.demo.library import ORIENTATION_TAG, DemoItem, FileSource, Library
from kiosk.demo.works import WORKS, Work
from kiosk.errors import ConfigError, Problem

EDITION = 1
"""Part of each file's name: raised when a painter changes, so that no old picture is shown."""
PAINTERS = 2
_EXIF_IFD = 0x8769
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_MAKE, _MODEL, _CHANGED = 0x010F, 0x0110, 0x0132


def paint_library(cache_dir: Path, count: int = len(WORKS)) -> Library:
    """``count`` painted pictures; more than there are works are further versions of them.

    Nothing is painted yet: each file is made at its first use, or by ``Library.paint``. Raises ConfigError without
    numpy.
    """
    if importlib.util.find_spec("numpy") is None:
        problem = Problem(
            "kiosk demo",
            "numpy is missing, which paints its pictures",
            "pip install 'kiosk[demo]', or --photos DIR",
        )
        raise ConfigError((problem,))
    items = [_item(cache_dir, WORKS[number % len(WORKS)], number // len(WORKS)) for number in range(count)]
    return Library(items, _paint_all(tuple(items)))


def _paint_all(items: tuple[DemoItem, ...]) -> Callable[[Callable[[], bool]], None]:
    newest_first = sorted(items, key=lambda item: item.created, reverse=True)

    def paint(stop: Callable[[], bool]) -> None:
        def one(item: DemoItem) -> None:
            if not stop() and isinstance(item.source, FileSource):
                item.source.ready(item.source.path)

        with ThreadPoolExecutor(PAINTERS, "demo-painter", initializer=_stand_back) as pool:
            for job in [pool.submit(one, item) for item in newest_first]:
                job.result()

    return paint


def _stand_back() -> None:
    """On Linux niceness is the thread's own: painting gives way to the frame that shows the pictures."""
    os.nice(10)


def _item(cache_dir: Path, work: Work, version: int) -> DemoItem:
    taken = datetime.fromisoformat(work.taken) + version * timedelta(days=37, hours=5)
    name = f"{work.name}-{version}" if version else work.name
    make, model, focal, aperture, iso, exposure = work.camera
    number = zlib.crc32(name.encode()) % 10000
    video = work.kind == "VIDEO"
    ending = "mp4" if video else "HEIC" if work.heic else "jpg"
    return DemoItem(
        id=f"AP1demo-{name}",
        filename=f"{'VID' if video else 'IMG'}_{taken:%Y%m%d}_{number:04d}.{ending}",
        created=taken.astimezone(UTC),
        width=work.size[0],
        height=work.size[1],
        source=FileSource(cache_dir / f"{name}-{EDITION}.jpg", _Easel(work, version, taken)),
        mime_type="video/mp4" if video else "image/heic" if work.heic else "image/jpeg",
        kind=work.kind,
        camera_make=make,
        camera_model=model,
        focal_length=None if video else focal,
        aperture=None if video else aperture,
        iso=None if video else iso,
        exposure=None if video else exposure,
        fps=30.0 if video else None,
        albums=(work.album,) if work.album else (),
        words=work.words,
    )


@attrs.define(eq=False)
class _Easel:
    """Makes one file, once, whoever asks first."""

    work: Work
    version: int
    taken: datetime
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    def __call__(self, path: Path) -> None:
        with self.lock:
            if path.exists():
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            self._paint().save(part, "JPEG", quality=92, exif=self._exif())
            part.replace(path)

    def _paint(self) -> Image.Image:
        import numpy as np

        module, _, function = self.work.painter.partition(":")
        painter = getattr(importlib.import_module(f"kiosk.demo.paint.{module}"), function)
        seed = zlib.crc32(self.work.name.encode()) + self.version
        picture: Image.Image = painter(*self.work.size, np.random.default_rng(seed))
        return picture.transpose(Image.Transpose.ROTATE_90) if self.work.on_its_side else picture

    def _exif(self) -> Image.Exif:
        exif = Image.Exif()
        exif[_MAKE], exif[_MODEL] = self.work.camera[:2]
        exif[_CHANGED] = f"{self.taken:%Y:%m:%d %H:%M:%S}"
        exif[ORIENTATION_TAG] = 6 if self.work.on_its_side else 1
        offset = f"{self.taken:%z}"
        shot = exif.get_ifd(_EXIF_IFD)
        shot[_TAKEN], shot[_TAKEN_OFFSET] = exif[_CHANGED], f"{offset[:3]}:{offset[3:]}"
        return exif
