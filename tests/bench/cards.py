"""Cards (SD cards) full of pictures, written as the kiosk writes them."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import evolve
from PIL import Image

from kiosk.core.commands import AddItems, OpenCatalog, SavePick, StoreRendition
from kiosk.core.events import Failed, ItemsAdded, PickSaved
from kiosk.core.model import (
    CommandId,
    Kind,
    MediaItem,
    MediaItemId,
    PickId,
    PickingSessionId,
    PickPhase,
    Rendition,
    Size,
)
from kiosk.core.settings import Order
from kiosk.storage import Storage
from kiosk.storage.envelope import Seals
from kiosk.storage.names import seconds_of
from kiosk.storage.sealed_names import Names, is_sealed_name

BATCH = 2000


def photograph(size: Size, seed: int = 1) -> bytes:
    """A JPEG with the detail of a photograph: soft shapes under fine grain."""
    low = Image.effect_noise((size.width // 60 + 2, size.height // 60 + 2), 90)
    base = low.resize((size.width, size.height), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((size.width, size.height), 14 + seed % 3)
    picture = Image.merge("RGB", (base, Image.blend(base, grain, 0.25), Image.blend(base, grain, 0.15)))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def fill(home: Path, count: int, size: Size, different: int = 12, key: bytes | None = None) -> None:
    """``count`` stored pictures in the frame's directories; ``different`` files, the rest are links to them.

    key: for an encrypted card, where a link has a name but does not open: it belongs to another picture.
    """
    storage = Storage(
        home / "state",
        home / "cache",
        cache_max_mb=10_000_000,
        keep_free_mb=0,
        key=key,
        encrypt=key is not None,
    )
    names = Names(Seals(key, wanted=True))
    storage.perform(OpenCatalog(order=Order.SHUFFLE))
    saved = storage.perform(
        SavePick(session_id=PickingSessionId("bench"), phase=PickPhase.ENDED, expires_at=None)
    )
    assert isinstance(saved, PickSaved)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    items = [
        MediaItem(
            MediaItemId(f"bench-{number:06d}"),
            Kind.PHOTO,
            "",
            "image/jpeg",
            f"{number}.jpg",
            size,
            start + timedelta(minutes=7 * number),
        )
        for number in range(count)
    ]
    originals: list[Rendition] = []
    for number, item in enumerate(items[:different]):
        with storage.part() as part:
            part.write(photograph(size, number))
            originals.append(storage.accept(part, item, size))
    for first in range(0, count, BATCH):
        _store(
            storage,
            saved.pick_id,
            items[first : first + BATCH],
            originals,
            home / "cache" / "renditions",
            names,
        )
    storage.close()


def _store(
    storage: Storage,
    pick_id: PickId,
    items: list[MediaItem],
    originals: list[Rendition],
    folder: Path,
    names: Names,
) -> None:
    added = storage.perform(AddItems(id=CommandId(1), pick_id=pick_id, items=tuple(items)))
    assert isinstance(added, ItemsAdded), added
    made = {rendition.item_id: rendition for rendition in originals}
    renditions = [
        made.get(item.id) or _link(item, originals[number % len(originals)], folder, names)
        for number, item in enumerate(items)
    ]
    events = storage.perform_batch(
        [StoreRendition(pick_id=pick_id, rendition=each, replace=False, on_screen=()) for each in renditions]
    )
    assert not any(isinstance(event, Failed) for event in events), events[-1]


def _link(item: MediaItem, like: Rendition, folder: Path, names: Names) -> Rendition:
    """ext4 has 65,000 links to a file at most: enough for twelve files and 100,000 pictures."""
    sealed = is_sealed_name(like.name)
    name = names.name(item.id, seconds_of(item.captured_at), like.size, like.digest, sealed=sealed)
    (folder / name).parent.mkdir(exist_ok=True)
    os.link(folder / like.name, folder / name)
    return evolve(like, item_id=item.id, name=name, captured_at=item.captured_at)
