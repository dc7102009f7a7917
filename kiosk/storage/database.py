"""Opening SQLite the way a frame needs it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from kiosk.errors import StorageError, Unwritable
from kiosk.storage import schema
from kiosk.storage.files import storage_errors
from kiosk.storage.sql import catalog_errors


def open_database(path: Path, *, may_be_new: bool = True) -> sqlite3.Connection:
    """Opens or makes the catalog, mode 0600, in autocommit mode, migrated.

    may_be_new: False where an empty one can only be a lost one.
    Raises DiskFull, Unwritable or Corrupt.
    """
    with storage_errors():
        # SQLite would make it with the umask's mode; the -wal file takes over the mode of this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with catalog_errors(path):
        # One thread at a time, but not always the same one: the disk thread works, the main thread closes after it.
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
        try:
            _configure(connection)
            schema.migrate(connection, path, may_be_new=may_be_new)
        except (sqlite3.Error, UnicodeDecodeError, StorageError):
            connection.close()
            raise
    return connection


def open_unwritable(path: Path) -> sqlite3.Connection:
    """Opens a catalog on a card that takes no writes at all, as it was at the last checkpoint.

    ``immutable`` because a plain read-only open of a WAL database wants to write beside it
    (https://www.sqlite.org/wal.html#read_only_databases). Raises Unwritable or Corrupt.
    """
    with catalog_errors(path):
        address = f"file:{quote(str(path))}?immutable=1"
        connection = sqlite3.connect(address, isolation_level=None, check_same_thread=False, uri=True)
        try:
            if schema.version_of(connection) != len(schema.MIGRATIONS):
                raise Unwritable(f"{path}: cannot be brought up to date")
        except (sqlite3.Error, UnicodeDecodeError, StorageError):
            connection.close()
            raise
    return connection


def open_in_memory(path: Path) -> sqlite3.Connection:
    """A catalog that lasts until the kiosk stops, for a card that holds pictures but takes no catalog."""
    with catalog_errors(path):
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        schema.migrate(connection, path)
    return connection


def empty_log(connection: sqlite3.Connection) -> None:
    """Into the catalog with what the log holds, and the log cut off: among its pages are older versions, and a device
    code that was deleted must not live on there. On a card that refuses it happens some other time.
    """
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _configure(connection: sqlite3.Connection) -> None:
    # Exclusive, set before the first access: then WAL needs no shared-memory file, and a full card has no room for one.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # A device code that was deleted is overwritten, not just forgotten.
    connection.execute("PRAGMA secure_delete = ON")
    # What is sorted or rolled back passes through no file of its own.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA journal_size_limit = {1 << 20}")
