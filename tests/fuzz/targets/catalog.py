"""Any bytes as catalog.sqlite3: it opens or is made anew, the pictures on the card go on showing, and it takes
commands."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import MediaItemId, PickingSessionId, PickPhase, Size
from kiosk.core.pairing import Pairing, Shape
from kiosk.core.settings import Order
from kiosk.errors import Locked, StorageError
from kiosk.storage import Storage
from kiosk.storage.names import file_name
from tests.fuzz.targets.law import hold

ROOMS = ("kiosk.storage",)

PICTURES = ("one", "two", "three")
"""What lies on the card, whatever the catalog says."""


def prepare(folder: Path) -> None:
    """Three files that are called as renditions are. Nothing here looks into them."""
    for seconds, item_id in enumerate(PICTURES):
        content = item_id.encode() * 10
        name = file_name(MediaItemId(item_id), seconds, Size(4, 3), hashlib.sha256(content).hexdigest())
        path = folder / "cache" / "renditions" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)


def once(content: bytes, folder: Path) -> None:
    """Raises Broken, or whatever should not have come out."""
    state = folder / "state"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    (state / "catalog.sqlite3").write_bytes(content)
    storage = Storage(state, folder / "cache", cache_max_mb=10, keep_free_mb=0, monotonic=lambda: 0.0)
    try:
        live(storage)
    finally:
        storage.close()


def live(storage: Storage) -> None:
    """Opens and uses it as the core does."""
    opened = storage.perform(ask.OpenCatalog(order=Order.SHUFFLE))
    if isinstance(opened, say.Failed) and isinstance(opened.error, Locked):
        return  # it says that it is sealed, and there is no key
    hold(isinstance(opened, say.CatalogOpened), f"the catalog does not open: {opened}")
    assert isinstance(opened, say.CatalogOpened)
    for order in Order:
        drawn = storage.perform(
            ask.DrawSlides(order=order, after=None, avoid=(), count=9, pairing=Pairing(Shape.WIDE))
        )
        hold(isinstance(drawn, say.SlidesDrawn), f"nothing can be drawn: {drawn}")
        assert isinstance(drawn, say.SlidesDrawn)
        items = [item for group in drawn.drawn for item in group]
        for item in items:
            inside = storage.path_of(item).resolve().parent.parent.name == "renditions"
            hold(inside and item.name.count("/") == 1, "a picture outside its directory")
            hold(item.size.width > 0 and item.size.height > 0, "a picture without an extent")
        storage.perform(ask.MarkShown(item_ids=tuple(item.item_id for item in items)))
    for command in (
        ask.SavePick(session_id=PickingSessionId("s"), phase=PickPhase.FETCHING, expires_at=None),
        ask.SaveAttempt(attempt=None),
        ask.HideItems(item_ids=(MediaItemId("none of ours"),)),
        ask.MakeRoom(pick_id=None, on_screen=()),
    ):
        event = storage.perform(command)
        if isinstance(event, say.Failed):
            hold(isinstance(event.error, StorageError), f"{event.error} is no error of the card's")
            hold(not isinstance(command, ask.SavePick), f"a pick cannot be kept: {event.error}")
