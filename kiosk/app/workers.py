"""Which room does which command, on which thread.

| thread     | does                                                  | may touch                                   |
|------------|-------------------------------------------------------|---------------------------------------------|
| disk       | catalog, credentials, eviction; queued ones together  | the catalog                                 |
| google     | sign-in, picking, deletion; one after the other       | its own HTTP session                        |
| download-n | one rendition each                                    | its own HTTP session, its own part file     |
| decode     | one slide at a time                                   | files on the card, read only                |
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from kiosk.control import ControlRequest
from kiosk.core.commands import (
    Command,
    CreatePickingSession,
    DiskCommand,
    FetchRendition,
    GetPickingSession,
    GoogleCommand,
    OpenCatalog,
    PrepareSlide,
    WipeEverything,
)
from kiosk.core.downloads import AT_ONCE
from kiosk.core.events import Event, Failed, RenditionFetched, SlidePrepared
from kiosk.core.model import MediaItemId, Size, Slide
from kiosk.core.settings import Style
from kiosk.errors import Corrupt, KioskError, Unexpected
from kiosk.storage import Storage
from kiosk.system.watch import Care, Watch
from kiosk.system.workers import BatchWorker, Worker

if TYPE_CHECKING:
    from kiosk.display import PreparedSlide
    from kiosk.google import GoogleClient


@frozen(eq=False)
class Prepared:
    """A slide's event and its pixels: the event is for the core, the pixels are for the painter."""

    event: SlidePrepared
    pixels: PreparedSlide


Message = Event | Prepared | ControlRequest
"""Whatever can lie in the inbox."""
Put = Callable[[Event | Prepared], None]

GOOGLE_SECONDS = 120.0
"""An answer has 30 s, but the system's name resolution has no limit of ours. Later than this it hangs."""
DOWNLOAD_SECONDS = 360.0
"""A picture's bytes have 120 s; then it waits for its turn to be decoded, and for the card."""
DECODE_SECONDS = 60.0
DISK_SECONDS = 120.0
DISK_LONG_SECONDS = 1800.0
"""To rebuild or to erase a large card: systemd must not begin it anew again and again."""
STOP_SECONDS = 1.2
"""For all threads together; the whole stop has two."""


def failed(command: Command, error: KioskError) -> Event:
    return Failed(answers=command.id, command=command, error=error)


class Workers:
    """The threads, and the way of each command to its own. Constructing starts nothing."""

    def __init__(
        self,
        storage: Storage,
        new_client: Callable[[], GoogleClient],
        prepare: Callable[[Slide, Size, Style], PreparedSlide],
        put: Put,
    ) -> None:
        self._storage = storage
        self._prepare = prepare
        self._clients = _PerThread(new_client)
        self._disk: BatchWorker[Command, Event] = BatchWorker("disk", put, self._on_disk, failed)
        self._google: Worker[Command, Event] = Worker("google", put, self._ask_google, failed)
        self._download: Worker[Command, Event] = Worker("download", put, self._fetch, failed, threads=AT_ONCE)
        self._decode: Worker[Command, Event | Prepared] = Worker("decode", put, self._decode_slide, failed)
        self._hung: set[MediaItemId] = set()
        self._watch: Watch[Command] = Watch(
            (
                # One connection to the catalog and one writer: no second thread beside one that hangs.
                Care(self._disk, _disk_seconds),
                Care(self._decode, lambda _: DECODE_SECONDS, self._decoding_hangs),
                Care(self._google, lambda _: GOOGLE_SECONDS, _hangs),
                Care(self._download, lambda _: DOWNLOAD_SECONDS, _hangs),
            )
        )

    def start_disk(self) -> None:
        """First and alone: it reads the card while the window is still being made."""
        self._disk.start()

    def start_others(self) -> None:
        self._decode.start()
        self._google.start()
        self._download.start()

    def do(self, command: Command) -> bool:
        """Hand the command to its thread; False if it is not one for a thread."""
        match command:
            case PrepareSlide():
                self._decode.do(command)
            case FetchRendition():
                self._download.do(command)
            case _ if isinstance(command, GoogleCommand):
                self._google.do(command)
            case _ if isinstance(command, DiskCommand):
                self._disk.do(command)
            case _:
                return False
        return True

    def look(self, now: float) -> None:
        """See to threads that died or hang; belongs into every turn of the loop. ``now``: monotonic seconds."""
        self._watch.look(now)

    @property
    def healthy(self) -> bool:
        """Every thread runs and takes commands. Otherwise systemd's watchdog is to know."""
        return self._watch.healthy

    @property
    def stuck(self) -> tuple[str, ...]:
        """Names of the workers with a thread that hangs."""
        return self._watch.stuck

    @property
    def restarts(self) -> int:
        """Threads that had to be replaced."""
        return self._watch.restarts

    def stop(self) -> bool:
        """The network's threads may hang and are left behind; the card's thread finishes what is queued.

        Whether it did: while it hangs nobody else may touch the catalog, or would hang as well.
        """
        others = (self._download, self._google, self._decode)
        for worker in others:
            worker.stop(timeout=0.0)
        end = time.monotonic() + STOP_SECONDS
        finished = self._disk.stop(timeout=STOP_SECONDS, finish=True)
        for worker in others:
            worker.stop(timeout=min(max(end - time.monotonic(), 0.0), 0.2))
        return finished

    def _on_disk(self, commands: Sequence[Command]) -> Iterable[Event]:
        return self._storage.perform_batch(commands)

    def _ask_google(self, command: Command) -> Iterable[Event]:
        assert isinstance(command, GoogleCommand)  # noqa: S101  `do` sends nothing else
        if isinstance(command, (CreatePickingSession, GetPickingSession)):
            # Somebody is choosing: the decoder starts now, so that the first picture does not wait for it.
            self._storage.warm()
        yield self._clients.mine().perform(command)

    def _fetch(self, command: Command) -> Iterable[Event]:
        """The journey of one photo, first half: from its base URL to a checked file on the card."""
        assert isinstance(command, FetchRendition)  # noqa: S101  `do` sends nothing else
        client = self._clients.mine()
        with self._storage.part() as part:
            client.fetch(command.item, command.box, command.bearer, part)
            rendition = self._storage.accept(part, command.item, command.box)
        yield RenditionFetched(
            answers=command.id, item=command.item, pick_id=command.pick_id, rendition=rendition
        )

    def _decode_slide(self, command: Command) -> Iterable[Event | Prepared]:
        assert isinstance(command, PrepareSlide)  # noqa: S101  `do` sends nothing else
        pixels = self._prepare(command.slide, command.screen, command.style)
        yield Prepared(SlidePrepared(answers=command.id, slide=command.slide), pixels)

    def _decoding_hangs(self, command: Command) -> KioskError:
        """The same picture a second time is the picture's fault: it is set aside, and the show goes on."""
        assert isinstance(command, PrepareSlide)  # noqa: S101  `do` sends nothing else
        item = command.slide.items[0]
        if item.item_id in self._hung:
            return Corrupt(self._storage.path_of(item), "reading it takes longer than a minute")
        self._hung.add(item.item_id)
        return _hangs(command)


def _hangs(command: Command) -> KioskError:
    return Unexpected(f"no end of {type(command).__name__}")


def _disk_seconds(command: Command) -> float:
    return DISK_LONG_SECONDS if isinstance(command, (OpenCatalog, WipeEverything)) else DISK_SECONDS


class _PerThread:
    """One HTTP client per thread, made at its first use: its imports cost 0.3 s, after the first picture."""

    def __init__(self, new_client: Callable[[], GoogleClient]) -> None:
        self._new = new_client
        self._local = threading.local()

    def mine(self) -> GoogleClient:
        if not hasattr(self._local, "client"):
            self._local.client = self._new()
        client: GoogleClient = self._local.client
        return client
