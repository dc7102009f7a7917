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
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from kiosk.control import ControlRequest
from kiosk.core.commands import Command, DiskCommand, FetchRendition, GoogleCommand, PrepareSlide
from kiosk.core.downloads import AT_ONCE
from kiosk.core.events import Event, Failed, RenditionFetched, SlidePrepared
from kiosk.core.model import Size, Slide
from kiosk.errors import KioskError
from kiosk.storage import Storage
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


def failed(command: Command, error: KioskError) -> Event:
    return Failed(answers=command.id, command=command, error=error)


class Workers:
    """The threads, and the way of each command to its own. Constructing starts nothing."""

    def __init__(
        self,
        storage: Storage,
        new_client: Callable[[], GoogleClient],
        prepare: Callable[[Slide, Size], PreparedSlide],
        put: Put,
    ) -> None:
        self._storage = storage
        self._prepare = prepare
        self._clients = _PerThread(new_client)
        self._disk: BatchWorker[Command, Event] = BatchWorker("disk", put, self._on_disk, failed)
        self._google: Worker[Command, Event] = Worker("google", put, self._ask_google, failed)
        self._download: Worker[Command, Event] = Worker("download", put, self._fetch, failed, threads=AT_ONCE)
        self._decode: Worker[Command, Event | Prepared] = Worker("decode", put, self._decode_slide, failed)

    @property
    def _all(self) -> dict[str, Worker[Command, Event]]:
        decode: Worker[Command, Event] = self._decode  # type: ignore[assignment]  # puts Prepared as well
        return {"disk": self._disk, "decode": decode, "google": self._google, "download": self._download}

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

    def dead(self) -> tuple[str, ...]:
        """Names of the workers that do not run any more."""
        return tuple(name for name, worker in self._all.items() if not worker.alive)

    def stop(self) -> None:
        """The network's threads may hang and are left behind; the card's thread finishes what is queued."""
        for worker in (self._download, self._google, self._decode):
            worker.stop(timeout=0.2)
        self._disk.stop(timeout=1.2, finish=True)

    def _on_disk(self, commands: Sequence[Command]) -> Iterable[Event]:
        return self._storage.perform_batch(commands)

    def _ask_google(self, command: Command) -> Iterable[Event]:
        assert isinstance(command, GoogleCommand)  # noqa: S101  `do` sends nothing else
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
        pixels = self._prepare(command.slide, command.screen)
        yield Prepared(SlidePrepared(answers=command.id, slide=command.slide), pixels)


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
