"""The storage room's front: commands in, events out, and the files for everyone who reads or writes a picture.

Laws:
- Commands that queue up together share one transaction, so one fsync. If it fails, each gets its own: what can be
  kept is kept, and each failure names its command.
- Nothing happens to a stored file before the transaction that says so is on the card.
- A damaged catalog is rebuilt on the spot and the commands go on with the new one.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.focus import Measure
from kiosk.core.model import MediaItem, MediaItemId, Rendition, Size, StoredItem
from kiosk.errors import Corrupt, DiskFull, StorageError
from kiosk.storage import files, items, orders, picks
from kiosk.storage.answers import Answers
from kiosk.storage.catalog import Catalog
from kiosk.storage.credentials import CredentialsFile
from kiosk.storage.database import empty_log
from kiosk.storage.decoder import Decoder
from kiosk.storage.envelope import Seals
from kiosk.storage.heads import can_look
from kiosk.storage.leftovers import Leftovers
from kiosk.storage.measures import LateMeasures
from kiosk.storage.measuring import Measuring
from kiosk.storage.part import PartFile
from kiosk.storage.renditions import Renditions
from kiosk.storage.reseal import Reseal
from kiosk.storage.room import MEGABYTE, Room
from kiosk.storage.shuffle import ShuffleMemory
from kiosk.storage.sql import catalog_errors, transaction
from kiosk.storage.sweep import Sweep
from kiosk.storage.unit import Unit
from kiosk.storage.wiping import WipeMark

FIRST_SLIDES = 4
"""Drawn when the catalog is opened: one to show, and those to prepare."""

_ALONE = (ask.OpenCatalog, ask.SaveCredentials, ask.WipeEverything)
_READS = (ask.DrawSlides, ask.MarkShown, ask.SaveMeasure)
_log = logging.getLogger(__name__)


class Storage:
    """What is on the card.

    `warm`, `part`, `accept`, `picture`, `path_of` and `verify`: any thread. `measure`: the decode thread. All others:
    the disk thread.
    """

    def __init__(
        self,
        state_dir: Path,
        cache_dir: Path,
        *,
        cache_max_mb: float,
        keep_free_mb: float,
        client_id: str = "",
        key: bytes | None = None,
        encrypt: bool = False,
        faces: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        rng: random.Random | None = None,
        decoder: Decoder | None = None,
    ) -> None:
        """Opens nothing. Limits in millions of bytes; credentials of another client than `client_id` are not used.

        key: 32 bytes, for sealing when `encrypt` is true and for reading what was sealed before.
        faces: look for them where the ``[faces]`` extra is installed.
        wall: seconds since the epoch, to note when a picture came.
        decoder: one that others use as well, and that whoever made it closes.
        """
        self._seals = Seals(key, wanted=encrypt)
        self._state_dir = state_dir
        self._client_id = client_id
        self._room = Room(cache_dir, int(cache_max_mb * MEGABYTE), int(keep_free_mb * MEGABYTE))
        self._decoder = decoder or Decoder(faces=faces)
        self._shares_decoder = decoder is not None
        self._renditions = Renditions(cache_dir, self._room, self._seals, self._decoder)
        self._catalog = Catalog(state_dir, self._renditions, self._seals)
        self._wipe_mark = WipeMark(state_dir)
        self._credentials = CredentialsFile(state_dir, self._seals)
        # Not for secrets: it orders photographs.
        self._memory = ShuffleMemory(monotonic, rng or random.Random())  # noqa: S311
        self._leftovers = Leftovers(self._renditions, self._room)
        self._late = LateMeasures()
        self._answers = Answers(self._room, self._renditions, self._memory, self._leftovers, self._late, wall)
        self._measuring = Measuring(self._renditions.pictures, self._decoder, looks=faces and can_look())
        self._sweep = Sweep(self._renditions, monotonic)
        self._reseal = Reseal(self._renditions, self._catalog, self._credentials, self._seals, monotonic)
        self._on_screen: frozenset[MediaItemId] = frozenset()
        self._opened = False

    # For any thread. ---------------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Pictures will come soon; returns at once."""
        self._decoder.warm()

    def part(self) -> AbstractContextManager[PartFile]:
        """A file to write a download to, removed at the end whatever happens. Raises DiskFull or Unwritable."""
        return self._renditions.part()

    def accept(self, part: PartFile, item: MediaItem, box: Size) -> Rendition:
        """Checks and normalises what is in `part` and puts it in place. Raises Unreadable, DiskFull or Unwritable."""
        return self._renditions.accept(part, item, box)

    def path_of(self, item: StoredItem) -> Path:
        """Where its picture is, sealed or plain."""
        return self._renditions.path_of(item.name)

    def picture(self, item: StoredItem) -> BinaryIO:
        """Its picture, to be decoded and closed; what is sealed is opened in memory alone. Raises Corrupt."""
        return self._renditions.pictures.open(item.name)

    def measure(self, item: StoredItem) -> Measure | None:
        """What is not measured yet on this picture; None where that is nothing or cannot be had now.

        The decode thread alone.
        """
        return self._measuring.measure(item)

    def verify(self, rendition: Rendition) -> None:
        """Raises Corrupt unless its file is, byte for byte, what was stored."""
        self._renditions.verify(rendition)

    def check_key(self) -> None:
        """Raises Locked where the sign-in or the pictures are sealed with another key. Opens nothing."""
        self._credentials.check_key()
        with files.storage_errors():
            self._renditions.pictures.check_key(self._renditions.fans())

    # For the disk thread. ----------------------------------------------------------------------------------------

    def perform(self, command: ask.Command) -> say.Event | None:
        """One command; None for what has no answer."""
        events = self.perform_batch((command,))
        return events[0] if events else None

    def perform_batch(self, batch: Sequence[ask.Command]) -> list[say.Event]:
        """Commands in their order, answers in the same order; a failure is a Failed event with a StorageError."""
        answers: list[say.Event] = []
        group: list[ask.Command] = []
        for command in batch:
            if isinstance(command, _ALONE):
                answers += self._group(group)
                answers += self._or_failed(command, self._alone)
                group = []
            else:
                group.append(command)
        answers += self._group(group)
        self._decoder.tidy()
        self._tidy()
        return answers

    def close(self) -> None:
        """Writes what is still in memory, if the card takes it; never raises."""
        if not self._shares_decoder:
            self._decoder.close()
        if self._opened:
            if self._memory.pending or self._late.pending or self._leftovers.pending:
                self._flush()
            self._catalog.close()
            self._opened = False

    # Groups and their transactions. ------------------------------------------------------------------------------

    def _group(self, group: list[ask.Command]) -> list[say.Event]:
        if len(group) > 1:
            try:
                return self._together(group)
            except StorageError as error:
                _log.info("%d commands failed together and are tried one by one: %s", len(group), error)
        return [answer for each in group for answer in self._or_failed(each, self._single)]

    def _single(self, command: ask.Command) -> list[say.Event]:
        try:
            return self._together([command])
        except DiskFull as error:
            if not isinstance(command, ask.MakeRoom) or not self._sacrifice(command, error):
                raise
            return self._together([command])

    def _or_failed(
        self, command: ask.Command, perform: Callable[[ask.Command], list[say.Event]]
    ) -> list[say.Event]:
        try:
            return perform(command)
        except StorageError as error:
            if isinstance(command, ask.StoreRendition):
                # Not in the catalog, so its file goes: it is fetched again when there is room.
                self._renditions.reject(command.rendition.name)
            return [say.Failed(answers=command.id, command=command, error=error)]

    def _together(self, group: list[ask.Command]) -> list[say.Event]:
        """All of the group or none of it; in a catalog that turns out to be damaged, once more after the rebuild."""
        self._open_if_needed()
        try:
            return self._once(group)
        except Corrupt as error:
            if error.path != self._catalog.path:
                raise
            self._recover(error)
            return self._once(group)

    def _once(self, group: list[ask.Command]) -> list[say.Event]:
        if not all(isinstance(command, _READS) for command in group):
            return self._write(group)
        with catalog_errors(self._catalog.path):
            answers = self._all_answers(group, Unit(self._catalog.connection, self._on_screen))
        marks = [command for command in group if isinstance(command, ask.MarkShown)]
        error = self._flush() if marks and self._memory.due else None
        if error is not None:
            answers.append(say.Failed(answers=marks[-1].id, command=marks[-1], error=error))
        return answers

    def _write(self, group: list[ask.Command]) -> list[say.Event]:
        unit = Unit(self._catalog.for_writing(), self._on_screen)
        with catalog_errors(self._catalog.path), transaction(unit.connection):
            answers = self._all_answers(group, unit)
            self._memory.write(unit.connection)
            self._late.write(unit.connection)
            self._leftovers.write(unit.connection)
        if any(isinstance(command, ask.SaveAttempt) for command in group):
            empty_log(unit.connection)
        self._committed(unit)
        return answers

    def _all_answers(self, group: list[ask.Command], unit: Unit) -> list[say.Event]:
        answers = (self._answers.answer(command, unit) for command in group)
        return [answer for answer in answers if answer is not None]

    def _committed(self, unit: Unit) -> None:
        self._memory.written()
        self._late.written()
        self._leftovers.written()
        self._on_screen = unit.on_screen
        for name in unit.stored:
            self._renditions.committed(name)
            self._leftovers.take_back(name)
        if unit.made_room:
            self._room.settle()
        self._leftovers.add((*unit.gone, *unit.aside))
        try:
            self._leftovers.move_aside(unit.aside)
        except StorageError as error:
            _log.warning("A damaged picture cannot be set aside and is removed: %s", error)
        self._leftovers.remove(self._on_screen)

    def _flush(self) -> StorageError | None:
        """Writes what is only in memory; the error where the card does not take it. The next try is in a minute."""
        try:
            self._write([])
        except StorageError as error:
            self._memory.postpone()
            _log.info("The shuffle's memory stays in memory: %s", error)
            return error
        return None

    # Trouble. ----------------------------------------------------------------------------------------------------

    def _recover(self, error: Corrupt) -> None:
        _log.warning("The catalog is damaged: %s", error)
        self._catalog.recover()
        self._remember()

    def _sacrifice(self, command: ask.MakeRoom, error: DiskFull) -> bool:
        """On a card so full that not even the eviction can be written down: one file goes before its row.

        A crash in between leaves a row without a file, which is set aside when its turn comes.
        """
        # With a cause it is the card that refuses; without one it is our limits, and those are kept by rows.
        if error.__cause__ is None or self._room.left() > MEGABYTE:
            return False
        with catalog_errors(self._catalog.path):
            for number, item_id, _ in items.oldest_first(self._catalog.connection, command.pick_id):
                if item_id not in command.on_screen:
                    item = orders.stored_item(self._catalog.connection, number)
                    return item is not None and bool(self._renditions.remove(item.name))
        return False

    def _tidy(self) -> None:
        if self._opened and self._catalog.writable and self._sweep.due:
            try:
                with catalog_errors(self._catalog.path):
                    self._sweep.step(self._catalog.connection)
            except StorageError as error:
                _log.warning("Looking for forgotten files failed: %s", error)
        if self._opened and self._catalog.writable and self._reseal.due:
            self._leftovers.add(self._reseal.step())
            self._leftovers.remove(self._on_screen)

    # Opening and wiping. -----------------------------------------------------------------------------------------

    def _alone(self, command: ask.Command) -> list[say.Event]:
        match command:
            case ask.OpenCatalog():
                return [self._open(command)]
            case ask.SaveCredentials():
                self._open_if_needed()
                self._credentials.save(command.credentials)
                with catalog_errors(self._catalog.path):
                    counts = items.counts(self._catalog.connection)
                return [say.Saved(answers=command.id, counts=counts)]
        self._wipe()
        return [say.Wiped(answers=command.id)]

    def _open(self, command: ask.OpenCatalog) -> say.Event:
        rebuilt = self._open_all()
        try:
            return self._as_opened(command, rebuilt)
        except Corrupt as error:
            self._recover(error)
            return self._as_opened(command, rebuilt=True)

    def _as_opened(self, command: ask.OpenCatalog, rebuilt: bool) -> say.Event:
        connection = self._catalog.connection
        with catalog_errors(self._catalog.path):
            last = self._memory.last_shown(connection)
            after = None if last is None else orders.stored_item(connection, last)
            return say.CatalogOpened(
                answers=command.id,
                counts=items.counts(connection),
                credentials=self._credentials.load(self._client_id),
                attempt=picks.load_attempt(connection),
                open_picks=picks.open_picks(connection),
                pick_requests=picks.pick_requests(connection),
                drawn=orders.draw(
                    connection,
                    self._memory,
                    order=command.order,
                    after=after,
                    avoid=(),
                    count=FIRST_SLIDES,
                    pairing=command.pairing,
                ),
                rebuilt=rebuilt,
            )

    def _open_if_needed(self) -> None:
        if not self._opened:
            self._open_all()

    def _open_all(self) -> bool:
        with files.storage_errors():
            self._state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._wipe_mark.there:
            _log.warning("A wipe was cut short and is finished first.")
            self._wipe()
        self._credentials.check_key()
        self._renditions.open()
        # And what was set aside of them; somebody else's files may lie here as well.
        for ours in ("catalog.*", "credentials.*"):
            files.keep_to_us(self._state_dir.glob(ours))
        rebuilt = self._catalog.open()
        files.sweep_parts(self._state_dir)
        self._opened = True
        self._sweep.begin()
        self._reseal.begin()
        try:
            self._remember()
        except Corrupt as error:
            self._recover(error)
            return True
        return rebuilt

    def _remember(self) -> None:
        """What the catalog that was just opened says; what was in memory was about another."""
        connection = self._catalog.connection
        self._memory.forget()
        self._late.written()
        self._leftovers.forget()
        with catalog_errors(self._catalog.path):
            self._leftovers.load(connection)
            self._room.begin(items.bytes_in_catalog(connection) + self._renditions.bytes_aside())

    def _wipe(self) -> None:
        """Credentials first: they matter most if the card dies half-way. Raises Unwritable when something stays."""
        self._opened = False
        self._catalog.close()
        self._wipe_mark.put()
        self._credentials.wipe()
        self._renditions.wipe()
        self._catalog.wipe()
        self._wipe_mark.clear()
        self._memory.forget()
        self._late.written()
        self._leftovers.forget()
        self._room.begin(0)
