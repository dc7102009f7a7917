"""What the storage tests share: an SD card in a temporary folder, pictures, and a clock that is turned by hand."""

from __future__ import annotations

import io
import os
import random
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import (
    EPOCH,
    Group,
    Kind,
    MediaItem,
    MediaItemId,
    PickId,
    PickingSessionId,
    PickPhase,
    Rendition,
    Size,
    StoredItem,
)
from kiosk.core.pairing import Pairing, Shape
from kiosk.core.settings import Order
from kiosk.storage import Storage
from tests.decoding import shared_decoder

BOX = Size(400, 300)


@cache
def jpeg(seed: int = 0, size: tuple[int, int] = (64, 48), quality: int = 85) -> bytes:
    """A small JPEG that no other seed gives."""
    colours = random.Random(seed).randbytes(12)
    picture = Image.frombytes("RGB", (2, 2), colours).resize(size, Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def item(name: str, captured_at: datetime | None = EPOCH, kind: Kind = Kind.PHOTO) -> MediaItem:
    base_url = f"https://photos.example/{name}"
    return MediaItem(
        MediaItemId(name),
        kind,
        base_url,
        "image/jpeg",
        f"{name}.jpg",
        Size(64, 48),
        captured_at,
        f"Camera of {name}",
    )


def minute(number: int) -> datetime:
    return EPOCH + timedelta(minutes=number)


class Card:
    """Two folders, a clock, and the kiosk's storage over them, opened as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.cache = folder / "cache"
        self.now = 1000.0
        self.wall = 1_790_000_000.0
        self.storage = self.fresh()

    def fresh(self, **limits: float) -> Storage:
        limits = {"cache_max_mb": 100, "keep_free_mb": 0} | limits
        rng = random.Random(7)
        self.storage = Storage(
            self.state,
            self.cache,
            client_id="client",
            monotonic=lambda: self.now,
            wall=lambda: self.wall,
            rng=rng,
            decoder=shared_decoder(),
            **limits,
        )
        return self.storage

    def restart(self, order: Order = Order.SHUFFLE, **limits: float) -> say.CatalogOpened:
        self.storage.close()
        self.fresh(**limits)
        return self.open(order)

    def open(self, order: Order = Order.SHUFFLE) -> say.CatalogOpened:
        event = self.storage.perform(ask.OpenCatalog(order=order))
        assert isinstance(event, say.CatalogOpened), event
        return event

    def pick(self, session: str = "session", phase: PickPhase = PickPhase.FETCHING) -> PickId:
        command = ask.SavePick(session_id=PickingSessionId(session), phase=phase, expires_at=None)
        event = self.storage.perform(command)
        assert isinstance(event, say.PickSaved), event
        return event.pick_id

    def add(self, pick: PickId, *names: str | MediaItem) -> say.ItemsAdded:
        items = tuple(item(name) if isinstance(name, str) else name for name in names)
        event = self.storage.perform(ask.AddItems(pick_id=pick, items=items))
        assert isinstance(event, say.ItemsAdded), event
        return event

    def fetch(self, what: str | MediaItem, content: bytes | None = None) -> Rendition:
        """As a download thread does."""
        what = item(what) if isinstance(what, str) else what
        with self.storage.part() as part:
            part.write(jpeg(hash_of(what.id)) if content is None else content)
            return self.storage.accept(part, what, BOX)

    def store(
        self, pick: PickId, what: str | MediaItem, *, replace: bool = False, on_screen: tuple[str, ...] = ()
    ) -> say.Event | None:
        seen = tuple(MediaItemId(name) for name in on_screen)
        return self.storage.perform(
            ask.StoreRendition(pick_id=pick, rendition=self.fetch(what), replace=replace, on_screen=seen)
        )

    def stored(
        self, pick: PickId, what: str | MediaItem, *, replace: bool = False, on_screen: tuple[str, ...] = ()
    ) -> say.RenditionStored:
        event = self.store(pick, what, replace=replace, on_screen=on_screen)
        assert isinstance(event, say.RenditionStored), event
        return event

    def fill(self, *names: str | MediaItem, session: str = "session") -> PickId:
        """A pick, listed and stored."""
        pick = self.pick(session)
        self.add(pick, *names)
        for name in names:
            self.stored(pick, name)
        return pick

    def draw(
        self,
        count: int,
        order: Order = Order.SHUFFLE,
        after: StoredItem | None = None,
        avoid: tuple[str, ...] = (),
    ) -> tuple[StoredItem, ...]:
        """Each picture alone."""
        return flat(self.slides(count, order, after, avoid, pairing=None))

    def slides(
        self,
        count: int,
        order: Order = Order.SHUFFLE,
        after: StoredItem | None = None,
        avoid: tuple[str, ...] = (),
        recent: tuple[Group, ...] = (),
        pairing: Pairing | None = Pairing(Shape.WIDE),  # noqa: B008  a frozen value
    ) -> tuple[Group, ...]:
        command = ask.DrawSlides(
            order=order,
            after=after,
            avoid=tuple(MediaItemId(name) for name in avoid),
            count=count,
            pairing=pairing,
            recent=recent,
        )
        event = self.storage.perform(command)
        assert isinstance(event, say.SlidesDrawn), event
        return event.drawn

    def show(self, *items: StoredItem) -> None:
        answer = self.storage.perform(ask.MarkShown(item_ids=tuple(each.item_id for each in items)))
        assert answer is None

    def files(self) -> list[str]:
        """The picture files, by the item that each is of."""
        return sorted(path.name.split(".")[0] for path in self.cache.glob("renditions/??/*"))


def hash_of(name: str) -> int:
    return int.from_bytes(name.encode()[-6:], "big")


def flat(groups: tuple[Group, ...]) -> tuple[StoredItem, ...]:
    """The items of slides."""
    return tuple(item for group in groups for item in group)


def names(items: tuple[StoredItem, ...] | tuple[Group, ...]) -> list[str]:
    """Of items, or of those on slides."""
    return [item.item_id for each in items for item in (each if isinstance(each, tuple) else (each,))]


@contextmanager
def no_file_grows_beyond(count: int) -> Iterator[None]:
    """The kernel refuses bytes past `count` in any file of this process (EFBIG), as a full card does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def tiny_card(folder: Path, size: str) -> Iterator[Path]:
    """A real file system of `size` (as mount(8) takes it). Where none can be mounted, the test is skipped, aloud."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a real small file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The mounted file system takes no writes."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)


def fill_up(folder: Path) -> Path:
    """Leaves not one byte free."""
    path = folder / "ballast"
    with path.open("wb", buffering=0) as file:
        for piece in (1 << 16, 1):
            while True:
                try:
                    if os.write(file.fileno(), bytes(piece)) < piece:
                        break
                except OSError:
                    break
    return path
