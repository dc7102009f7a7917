"""The catalog as a whole: opening it whatever state it is in, so that the photographs on the card keep showing.

- Sound: opened.
- Damaged, or missing while pictures are there: rebuilt beside the old one, which is set aside, and put in its place.
- On a card that takes no writes: opened as it is, or rebuilt in memory; the next write tries the card again.
- Sealed with a key that is not ours: not opened, not rebuilt, not touched (Locked).
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from kiosk.errors import Corrupt, DiskFull, StorageError, Unwritable
from kiosk.storage import files, items, sealing
from kiosk.storage.database import open_database, open_in_memory, open_unwritable
from kiosk.storage.envelope import Seals
from kiosk.storage.rebuild import rebuild
from kiosk.storage.renditions import Renditions
from kiosk.storage.sense import check_sense
from kiosk.storage.sql import catalog_errors

KEPT_ASIDE = 2
"""Damaged catalogs kept for whoever wants to know what happened to them."""

_log = logging.getLogger(__name__)


class Catalog:
    """A connection that heals. Used by one thread."""

    def __init__(self, state_dir: Path, renditions: Renditions, seals: Seals) -> None:
        """Opens nothing."""
        self._seals = seals
        self.path = state_dir / "catalog.sqlite3"
        self._new = state_dir / f"catalog{files.PART_SUFFIX}"
        self._renditions = renditions
        self._connection: sqlite3.Connection | None = None
        self.writable = True
        """False while the card takes no writes."""

    @property
    def connection(self) -> sqlite3.Connection:
        """Opened when first used. Raises DiskFull, Unwritable, Corrupt or Locked."""
        if self._connection is None:
            self.open()
        assert self._connection is not None  # noqa: S101 - open() raised, or it is there
        return self._connection

    def open(self) -> bool:
        """Opens it, by all means; True if it had to be rebuilt. Raises DiskFull, Unwritable, Corrupt or Locked."""
        self.close()
        with files.storage_errors():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            there = self.path.exists()
        pictures = bool(self._renditions.fans())
        if pictures and not there:
            return self._rebuild(self._newest_aside())
        try:
            self._connection = self._ready(open_database(self.path, may_be_new=not pictures))
            self.writable = True
        except Corrupt as error:
            _log.warning("The catalog is damaged: %s", error)
            return self._rebuild(self.path)
        except (DiskFull, Unwritable) as error:
            if not there:
                raise
            _log.warning("The catalog takes no writes: %s", error)
            return self._open_unwritable()
        return False

    def for_writing(self) -> sqlite3.Connection:
        """The connection, on the card; after a refusal the card is tried again. Raises as `open` does."""
        connection = self.connection
        if self.writable:
            return connection
        files.probe(self.path.parent)
        self.open()
        return self.connection

    def recover(self) -> None:
        """The open catalog turned out to be damaged: set aside and rebuilt. Raises DiskFull or Unwritable."""
        self.close()
        self._rebuild(self.path)

    def close(self) -> None:
        """What was committed stays, even where the card takes no last checkpoint; never raises."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def wipe(self) -> None:
        """Removes it and all that was set aside. Raises Unwritable."""
        self.close()
        with files.storage_errors():
            found = sorted(self.path.parent.glob("catalog.*"))
            for path in found:
                path.unlink(missing_ok=True)
            if found:
                files.sync_directory(self.path.parent)

    def forget_plain(self) -> None:
        """After the texts were sealed: nothing plain stays in the catalog's free space or beside it.

        Raises DiskFull or Unwritable.
        """
        with catalog_errors(self.path), files.storage_errors():
            sealing.compact(self.connection)
            for path in sorted(self.path.parent.glob("*.damaged-*")):
                path.unlink(missing_ok=True)
            files.sync_directory(self.path.parent)

    def _open_unwritable(self) -> bool:
        self.writable = False
        try:
            self._connection = self._ready(open_unwritable(self.path), writable=False)
        except (Corrupt, Unwritable):
            return self._rebuild_in_memory(self.path)
        return False

    def _ready(self, connection: sqlite3.Connection, *, writable: bool = True) -> sqlite3.Connection:
        try:
            sealing.begin(connection, self.path, self._seals, writable=writable)
            _probe(connection, self.path)
        except (sqlite3.Error, TypeError, StorageError) as error:
            connection.close()
            if isinstance(error, StorageError):
                raise
            raise Corrupt(self.path, f"not whole ({error})") from error
        return connection

    def _rebuild(self, damaged: Path | None) -> bool:
        """Beside the old one, closed, and only then in its place: a crash leaves the old one or the new one."""
        self._renditions.pictures.check_key(self._renditions.fans())
        try:
            with files.storage_errors():
                self._build(damaged)
                self._put_in_place()
        except StorageError as error:
            _log.warning("The catalog cannot be rebuilt on the card: %s", error)
            return self._rebuild_in_memory(damaged)
        self.writable = True
        self._connection = self._ready(open_database(self.path))
        _log.warning("The catalog was rebuilt: %d pictures.", items.counts(self._connection).stored)
        return True

    def _build(self, damaged: Path | None) -> None:
        log = self._new.with_name(self._new.name + "-wal")
        self._new.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        connection = open_database(self._new)
        try:
            with catalog_errors(self._new):
                rebuild(connection, damaged, self._renditions, self._seals)
                # All of it into the one file that is renamed; the log stays behind.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
            log.unlink(missing_ok=True)

    def _rebuild_in_memory(self, damaged: Path | None) -> bool:
        self._renditions.pictures.check_key(self._renditions.fans())
        self.writable = False
        self._connection = open_in_memory(self.path)
        with catalog_errors(self.path):
            rebuild(self._connection, damaged, self._renditions, self._seals)
        return True

    def _put_in_place(self) -> None:
        files.set_aside(self.path, self.path.parent, KEPT_ASIDE, like=self.path.stem)
        # What they could tell was read by the rebuild, and an old log must not meet a new catalog.
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._new.replace(self.path)
        files.sync_directory(self.path.parent)

    def _newest_aside(self) -> Path | None:
        found = [path for path in self.path.parent.glob("catalog.damaged-*") if path.suffix[9:].isdecimal()]
        return max(found, key=lambda path: int(path.suffix[9:]), default=None)


def _probe(connection: sqlite3.Connection, path: Path) -> None:
    """Looks into the tables that everything else needs, the cheapest ones: a full check reads the whole file."""
    with catalog_errors(path):
        items.counts(connection)
        check_sense(connection, path)
        connection.execute("SELECT item FROM renditions ORDER BY round, shuffle_key LIMIT 1").fetchone()
