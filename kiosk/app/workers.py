"""Which room does which command, on which thread.

| thread     | does                                                  | may touch                                   |
|------------|-------------------------------------------------------|---------------------------------------------|
| disk       | catalog, credentials, eviction; queued ones together  | the catalog                                 |
| google     | sign-in, picking, deletion; one after the other       | its own HTTP session                        |
| download-n | one rendition each                                    | its own HTTP session, its own part file     |
| decode     | one slide or thumbnail at a time; the menu's facts    | files on the card, read only                |
| panel      | turns the panel's light off and on, and down; reads   | tools and devices for that                  |
|            | the light sensor                                      |                                             |
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from kiosk import __version__
from kiosk.control import ControlRequest
from kiosk.core.commands import (
    Command,
    CreatePickingSession,
    DiskCommand,
    FetchRendition,
    GetPickingSession,
    GoogleCommand,
    LookUpFacts,
    OpenCatalog,
    PrepareSlide,
    PrepareThumb,
    ReadLight,
    SetLight,
    SetPanel,
    WipeEverything,
)
from kiosk.core.downloads import AT_ONCE
from kiosk.core.events import (
    Event,
    FactsFound,
    Failed,
    LightRead,
    LightSet,
    Measured,
    PanelSet,
    RenditionFetched,
    SlidePrepared,
    ThumbPrepared,
)
from kiosk.core.hanging import wants_focus
from kiosk.core.model import MachineFacts, MediaItemId, Size, Slide, StoredItem
from kiosk.core.settings import Style
from kiosk.errors import Corrupt, KioskError, Unexpected
from kiosk.storage import Storage
from kiosk.system.watch import Care, Watch
from kiosk.system.workers import BatchWorker, Worker

if TYPE_CHECKING:
    from kiosk.display import PreparedSlide, PreparedThumb
    from kiosk.google import GoogleClient
    from kiosk.system.panel import Panel
    from kiosk.system.room_light import RoomLight


@frozen(eq=False)
class Prepared:
    """A slide's event and its pixels: the event is for the core, the pixels are for the painter."""

    event: SlidePrepared
    pixels: PreparedSlide


@frozen(eq=False)
class Thumb:
    """The same for a thumbnail."""

    event: ThumbPrepared
    pixels: PreparedThumb


Message = Event | Prepared | Thumb | ControlRequest
"""Whatever can lie in the inbox."""
Put = Callable[[Event | Prepared | Thumb], None]

GOOGLE_SECONDS = 120.0
"""An answer has 30 s, but the system's name resolution has no limit of ours. Later than this it hangs."""
DOWNLOAD_SECONDS = 360.0
"""A picture's bytes have 120 s; then it waits for its turn to be decoded, and for the card."""
DECODE_SECONDS = 60.0
DISK_SECONDS = 120.0
DISK_LONG_SECONDS = 1800.0
"""To rebuild or to erase a large card: systemd must not begin it anew again and again."""
PANEL_SECONDS = 180.0
"""Each of its tools is killed after ten; more of them than fit into this hang in the kernel."""
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
        thumb: Callable[[StoredItem, int], PreparedThumb],
        new_panel: Callable[[], Panel] | None = None,
        new_room_light: Callable[[], RoomLight] | None = None,
        facts: Callable[[], MachineFacts] = lambda: MachineFacts(__version__),
    ) -> None:
        self._facts = facts
        self._storage = storage
        self._prepare = prepare
        self._thumb = thumb
        self._clients = _PerThread(new_client)
        self._disk: BatchWorker[Command, Event] = BatchWorker("disk", put, self._on_disk, failed)
        self._google: Worker[Command, Event] = Worker("google", put, self._ask_google, failed)
        self._download: Worker[Command, Event] = Worker("download", put, self._fetch, failed, threads=AT_ONCE)
        self._decode: Worker[Command, Event | Prepared | Thumb] = Worker(
            "decode", put, self._decode_one, failed
        )
        self._new_panel = new_panel
        self._light: Panel | None = None
        self._new_room_light = new_room_light
        self._room_light: RoomLight | None = None
        self._panel: Worker[Command, Event] = Worker("panel", put, self._see_to_panel, failed)
        self._hung: set[MediaItemId] = set()
        self._watch: Watch[Command] = Watch(
            (
                # One connection to the catalog and one writer: no second thread beside one that hangs.
                Care(self._disk, _disk_seconds),
                Care(self._decode, lambda _: DECODE_SECONDS, self._decoding_hangs),
                Care(self._google, lambda _: GOOGLE_SECONDS, _hangs),
                Care(self._download, lambda _: DOWNLOAD_SECONDS, _hangs),
                Care(self._panel, lambda _: PANEL_SECONDS, _hangs),
            )
        )

    def start_disk(self) -> None:
        """First and alone: it reads the card while the window is still being made."""
        self._disk.start()

    def start_others(self) -> None:
        self._decode.start()
        self._google.start()
        self._download.start()
        self._panel.start()

    def do(self, command: Command) -> bool:
        """Hand the command to its thread; False if it is not one for a thread."""
        match command:
            case PrepareSlide() | PrepareThumb() | LookUpFacts():
                self._decode.do(command)
            case FetchRendition():
                self._download.do(command)
            case SetPanel() | SetLight() | ReadLight():
                self._panel.do(command)
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
        others = (self._download, self._google, self._decode, self._panel)
        for worker in others:
            worker.stop(timeout=0.0)
        end = time.monotonic() + STOP_SECONDS
        finished = self._disk.stop(timeout=STOP_SECONDS, finish=True)
        for worker in others:
            ended = worker.stop(timeout=min(max(end - time.monotonic(), 0.0), 0.2))
            if worker is self._panel and ended and self._room_light is not None:
                self._room_light.restore()
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

    def _see_to_panel(self, command: Command) -> Iterable[Event]:
        return self._set_panel(command) if isinstance(command, SetPanel) else self._see_to_light(command)

    def _see_to_light(self, command: Command) -> Iterable[Event]:
        if self._room_light is None and self._new_room_light is not None:
            self._room_light = self._new_room_light()
        assert self._room_light is not None  # noqa: S101  whoever has no light in the settings is asked for none
        if isinstance(command, SetLight):
            self._room_light.set(command.share, afresh=command.afresh)
            yield LightSet(answers=command.id)
        else:
            yield LightRead(answers=command.id, lux=self._room_light.lux())

    def _set_panel(self, command: Command) -> Iterable[Event]:
        assert isinstance(command, SetPanel)  # noqa: S101  `do` sends nothing else
        if self._light is None and self._new_panel is not None:
            # In this thread: its imports have no place before the first picture.
            self._light = self._new_panel()
        methods = () if self._light is None else self._light.set(on=command.on, again=command.again)
        yield PanelSet(answers=command.id, on=command.on, methods=methods)

    def _decode_one(self, command: Command) -> Iterable[Event | Prepared | Thumb]:
        if isinstance(command, LookUpFacts):
            yield FactsFound(answers=command.id, facts=self._facts())
        elif isinstance(command, PrepareThumb):
            yield Thumb(ThumbPrepared(answers=command.id), self._thumb(command.item, command.side))
        else:
            yield from self._decode_slide(command)

    def _decode_slide(self, command: Command) -> Iterable[Event | Prepared]:
        assert isinstance(command, PrepareSlide)  # noqa: S101  `do` sends nothing else
        slide, screen, style = command.slide, command.screen, command.style
        # The picture does not wait for a measure that changes nothing about how it hangs.
        at_once = any(not item.measure and wants_focus(item.size, screen, style) for item in slide.items)
        if at_once:
            slide = self._measured(slide)
        pixels = self._prepare(slide, screen, style)
        yield Prepared(SlidePrepared(answers=command.id, slide=slide), pixels)
        if not at_once:
            slide = self._measured(slide)
        for item, before in zip(slide.items, command.slide.items, strict=True):
            if item.measure is not None and item.measure != before.measure:
                yield Measured(item_id=item.item_id, measure=item.measure)

    def _measured(self, slide: Slide) -> Slide:
        """With what was not measured when the pictures were stored, as far as it can be had now."""
        found = ((item, self._storage.measure(item)) for item in slide.items)
        return evolve(slide, items=tuple(evolve(item, measure=new) if new else item for item, new in found))

    def _decoding_hangs(self, command: Command) -> KioskError:
        """The same picture a second time is the picture's fault: it is set aside, and the show goes on."""
        if not isinstance(command, PrepareSlide):
            return _hangs(command)  # a thumbnail: the slide will tell
        items = command.slide.items
        # Of a pair nobody knows which one it was: the core tries them one by one then.
        if len(items) == 1 and items[0].item_id in self._hung:
            return Corrupt(self._storage.path_of(items[0]), "reading it takes longer than a minute")
        self._hung |= {item.item_id for item in items}
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
