"""What hangs in the demo's Google Photos: items, and where their pixels come from."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

import attrs
from PIL import Image

Size = tuple[int, int]
"""Width and height in pixels."""
Colour = tuple[int, int, int]

ORIENTATION_TAG = 0x0112
_COLOUR_STEP = 2521
"""Odd, and so prime to 4096: neighbours in a plain library look nothing alike."""


class Source(Protocol):
    """Where the pixels of an item come from."""

    def picture(self, at_least: Size | None) -> Image.Image:
        """The stored picture in RGB, its EXIF block in ``info``.

        It may be decoded smaller, but not so that its upright side lengths fall below ``at_least``.
        """

    def original(self) -> bytes:
        """The file as it was uploaded (JPEG)."""


@attrs.frozen
class PlainSource:
    """One flat colour, drawn at the size asked for: cheap enough for thousands."""

    size: Size
    colour: Colour
    seed: int = 0
    grain: int = 0
    """0 to 255: how far pixels stray from the colour, for files as heavy as photographs."""

    def picture(self, at_least: Size | None) -> Image.Image:
        """The picture at its full size, or no larger than is needed for ``at_least``."""
        image = Image.new("RGB", self.size if at_least is None else scaled(self.size, at_least), self.colour)
        if self.grain:
            noise = Image.frombytes(
                "L", image.size, random.Random(self.seed).randbytes(image.width * image.height)
            )
            image = Image.blend(image, Image.merge("RGB", (noise, noise, noise)), self.grain / 255)
        return image

    def original(self) -> bytes:
        """The full-size picture as JPEG."""
        out = io.BytesIO()
        self.picture(None).save(out, "JPEG", quality=90)
        return out.getvalue()


def _as_it_is(path: Path) -> None:
    """The file is there already."""


@attrs.frozen
class FileSource:
    """A picture file; ``ready`` is called before each use and may make the file first."""

    path: Path
    ready: Callable[[Path], None] = _as_it_is

    def picture(self, at_least: Size | None) -> Image.Image:
        """The decoded file. JPEG decodes at a fraction where that is enough (libjpeg's scaled decoding)."""
        self.ready(self.path)
        with Image.open(self.path) as image:
            exif = image.getexif()
            if at_least is not None:
                image.draft("RGB", at_least[::-1] if exif.get(ORIENTATION_TAG, 1) > 4 else at_least)
            picture = image.convert("RGB")
        picture.info["exif"] = exif.tobytes() if exif else b""
        return picture

    def original(self) -> bytes:
        """The bytes of the file."""
        self.ready(self.path)
        return self.path.read_bytes()


@attrs.frozen(kw_only=True, eq=False)
class DemoItem:
    """One photograph or video. ``width`` and ``height`` are those of the upright picture."""

    id: str
    filename: str
    created: datetime
    """Capture time, aware UTC."""
    width: int
    height: int
    source: Source = attrs.field(repr=False)
    mime_type: str = "image/jpeg"
    kind: Literal["PHOTO", "VIDEO"] = "PHOTO"
    camera_make: str = ""
    camera_model: str = ""
    focal_length: float | None = None
    aperture: float | None = None
    iso: int | None = None
    exposure: str | None = None
    """Duration text, e.g. ``0.008s``."""
    fps: float | None = None
    albums: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """What else the search finds it by."""
    colour: Colour | None = None
    """The one colour of a plain item."""

    def matches(self, query: str) -> bool:
        """True if every word of the query is in the name, date, albums or words of this item."""
        date = self.created.strftime("%Y %Y-%m-%d %d %B %b %A")
        text = " ".join((self.filename, date, self.kind, *self.albums, *self.words)).casefold()
        return all(word in text for word in query.casefold().split())


class Library:
    """The items in order of capture, newest first, as Google's picker opens. Grows; never shrinks."""

    def __init__(
        self, items: Iterable[DemoItem], paint: Callable[[Callable[[], bool]], None] | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._items: dict[str, DemoItem] = {item.id: item for item in items}
        self.paint = paint
        """Makes every missing file, asking ``stop()`` between two; None where nothing needs making."""

    @property
    def items(self) -> tuple[DemoItem, ...]:
        """All items, newest capture first."""
        with self._lock:
            return tuple(sorted(self._items.values(), key=lambda item: (item.created, item.id), reverse=True))

    def __len__(self) -> int:
        return len(self._items)

    def get(self, item_id: str) -> DemoItem | None:
        """The item of that id."""
        return self._items.get(item_id)

    def search(self, query: str) -> tuple[DemoItem, ...]:
        """What the picker's search box finds; everything for an empty query."""
        return tuple(item for item in self.items if item.matches(query))

    def add(self, items: Iterable[DemoItem]) -> None:
        """The person took more photographs."""
        with self._lock:
            self._items.update((item.id, item) for item in items)


def scaled(size: Size, box: Size) -> Size:
    """The largest size of the same shape that fits the box; never larger than ``size``, at least 1x1."""
    factor = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def plain_colour(index: int) -> Colour:
    """The colour of plain item ``index``: unique below 4096, and at least 16 steps from any other."""
    place = index * _COLOUR_STEP % 4096
    return 8 + 16 * (place >> 8), 8 + 16 * (place >> 4 & 15), 8 + 16 * (place & 15)


def plain_items(
    count: int,
    size: Size = (1600, 1200),
    *,
    first: int = 0,
    grain: int = 0,
    start: datetime = datetime(2024, 1, 1, 12, tzinfo=UTC),
    apart: timedelta = timedelta(hours=5),
) -> tuple[DemoItem, ...]:
    """``count`` flat pictures, each of its own colour, captured ``apart`` from each other."""
    return tuple(
        DemoItem(
            id=f"plain-{index:05d}",
            filename=f"PLAIN_{index:05d}.jpg",
            created=start + index * apart,
            width=size[0],
            height=size[1],
            source=PlainSource(size, plain_colour(index), index, grain),
            camera_make="Plain",
            camera_model="Box",
            colour=plain_colour(index),
        )
        for index in range(first, first + count)
    )


def plain_library(
    count: int,
    size: Size = (1600, 1200),
    *,
    grain: int = 0,
    start: datetime = datetime(2024, 1, 1, 12, tzinfo=UTC),
    apart: timedelta = timedelta(hours=5),
) -> Library:
    """A library of ``plain_items``: what tests and benchmarks run on. Opens no file."""
    return Library(plain_items(count, size, grain=grain, start=start, apart=apart))
