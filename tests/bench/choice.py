"""Which slide comes next, out of 100,000."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from kiosk.core import slideshow
from kiosk.core.commands import DrawSlides, MarkShown, OpenCatalog
from kiosk.core.events import CatalogOpened, SlidesDrawn
from kiosk.core.model import CommandId, Moment, Size
from kiosk.core.pairing import pairing_of
from kiosk.core.settings import Order, Settings
from kiosk.core.turn import Turn
from kiosk.storage import Storage
from tests.bench.cards import fill
from tests.bench.report import Figure

MANY = 100_000
CHOICES = 200


def choice(key: bytes | None = None) -> Iterator[Figure]:
    """Draw from the catalog and decide on the slide: what happens once a slide, at most."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("state", "cache"):
            (home / name).mkdir()
        fill(home, MANY, Size(640, 480), key=key)
        storage = Storage(
            home / "state",
            home / "cache",
            cache_max_mb=1_000_000,
            keep_free_mb=0,
            key=key,
            encrypt=key is not None,
        )
        opened = storage.perform(OpenCatalog(order=Order.SHUFFLE))
        assert isinstance(opened, CatalogOpened)
        for order in Order:
            took = sorted(_choices(storage, opened, order))
            yield Figure(f"next slide out of {MANY}, {order.value}", median(took) * 1000, "ms", 2.0)
        storage.close()


def _choices(storage: Storage, opened: CatalogOpened, order: Order) -> Iterator[float]:
    last = opened.drawn[0][0]
    for _ in range(CHOICES):
        began = time.perf_counter()
        drawn = storage.perform(
            DrawSlides(
                id=CommandId(1),
                order=order,
                after=last,
                avoid=(last.item_id,),
                count=8,
                pairing=pairing_of(Settings()),
                recent=((last,),),
            )
        )
        assert isinstance(drawn, SlidesDrawn)
        turn = Turn(Moment(0.0, datetime.now(UTC)), Settings(order=order), 2)
        show = slideshow.Show(drawing=CommandId(1), stale=False, pairing=pairing_of(turn.settings))
        show = slideshow.tick(slideshow.handle(show, drawn, turn), turn)
        assert show.coming is not None
        last = show.coming.items[0]
        storage.perform(MarkShown(item_ids=(last.item_id,)))
        yield time.perf_counter() - began
