"""Sized pictures of library items, made once and kept in memory, least recently used out first."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from PIL import Image, ImageDraw, ImageOps

from kiosk.demo.library import ORIENTATION_TAG, DemoItem, Size, scaled
from kiosk.demo.sizing import LARGEST, Ask

WORKERS = 2
"""Pictures made at once: one per core of the machine that the project measures on."""
KEEP_BYTES = 256 * 1024 * 1024

UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
"""What Pillow raises for a file that is no whole picture."""

Key = tuple[str, Ask, bool, int]


class Renditions:
    """``get`` returns JPEG bytes; whoever asks for what is just being made waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._room = threading.Semaphore(WORKERS)
        self._kept: OrderedDict[Key, Future[bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, item: DemoItem, ask: Ask, *, keep_orientation: bool = False, quality: int = 88) -> bytes:
        """The item at the size asked for, upright unless its orientation is to be kept."""
        key = (item.id, ask, keep_orientation, quality)
        with self._lock:
            future = self._kept.get(key)
            mine = future is None
            if future is None:
                future = self._kept[key] = Future()
            self._kept.move_to_end(key)
        if mine:
            self._make(key, future, lambda: render(item, ask, keep_orientation, quality))
        return future.result()

    def _make(self, key: Key, future: Future[bytes], work: Callable[[], bytes]) -> None:
        try:
            with self._room:
                picture = work()
        except UNREADABLE as failure:
            with self._lock:
                self._kept.pop(key, None)
            future.set_exception(failure)
            return
        future.set_result(picture)
        with self._lock:
            self._bytes += len(picture)
            while self._bytes > KEEP_BYTES:
                oldest = next((old for old, made in self._kept.items() if made.done() and old != key), None)
                if oldest is None:
                    break
                self._bytes -= len(self._kept.pop(oldest).result())

    def prepare(self, items: Iterable[DemoItem], ask: Ask, *, keep_orientation: bool, quality: int) -> None:
        """Make these renditions now, so that a benchmark measures its client alone."""
        with ThreadPoolExecutor(WORKERS) as pool:
            jobs = [
                pool.submit(self.get, item, ask, keep_orientation=keep_orientation, quality=quality)
                for item in items
            ]
            for job in jobs:
                job.result()


def render(item: DemoItem, ask: Ask, keep_orientation: bool, quality: int) -> bytes:
    """Scale down (never up) to fit the box, or crop to it, as JPEG."""
    width, height = min(ask.width or LARGEST, item.width), min(ask.height or LARGEST, item.height)
    if ask.crop:
        factor = max(width / item.width, height / item.height)
        target = max(width, round(item.width * factor)), max(height, round(item.height * factor))
    else:
        target = scaled((item.width, item.height), (width, height))
    image = item.source.picture(target)
    exif = image.info.get("exif", b"")
    if keep_orientation and _orientation(image) > 4:
        target = target[1], target[0]
    if not keep_orientation:
        image, exif = ImageOps.exif_transpose(image), b""
    if image.size != target:
        image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if ask.crop:
        left, top = (image.width - width) // 2, (image.height - height) // 2
        image = image.crop((left, top, left + width, top + height))
    if item.kind == "VIDEO" and not ask.no_overlay:
        image = with_play_button(image)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def _orientation(image: Image.Image) -> int:
    return int(image.getexif().get(ORIENTATION_TAG, 1))


def with_play_button(image: Image.Image) -> Image.Image:
    """The overlay that a video's still carries unless ``-no`` asks for none."""
    side = max(8, min(image.size) // 5)
    middle: Size = (image.width // 2, image.height // 2)
    button = Image.new("RGBA", (side * 4, side * 4))
    draw = ImageDraw.Draw(button)
    draw.ellipse((0, 0, side * 4 - 1, side * 4 - 1), fill=(20, 20, 20, 150))
    draw.polygon(
        [(side * 1.55, side * 1.15), (side * 1.55, side * 2.85), (side * 3.0, side * 2)],
        fill=(255, 255, 255, 235),
    )
    button = button.resize((side, side), Image.Resampling.LANCZOS)
    image = image.copy()
    image.paste(button, (middle[0] - side // 2, middle[1] - side // 2), button)
    return image
