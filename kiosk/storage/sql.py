"""SQLite's refusals under their own names, and transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.errors import Corrupt, DiskFull, StorageError, Unwritable
from kiosk.storage import files

# Primary result codes, https://www.sqlite.org/rescode.html; an extended code has them in its low byte.
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# Two things are said under the code for mistakes in a statement. Of a wrong format number in the header:
_ODD_FORMAT = "unsupported file format"
# Of the words in texts.py, which fail on text that does not open or that is none:
_FUNCTION_FAILED = "user-defined function raised exception"
_REFUSED = {
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_PERM: "permission denied",
    sqlite3.SQLITE_IOERR: "input/output error",
    sqlite3.SQLITE_BUSY: "another program holds it",
    sqlite3.SQLITE_LOCKED: "another program holds it",
}


def as_catalog_error(error: sqlite3.Error, path: Path) -> StorageError | None:
    """The named error for what SQLite said, None where it can only be a mistake of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(f"{path}: {error}")
    if code == sqlite3.SQLITE_ERROR and str(error) == _FUNCTION_FAILED:
        return Corrupt(path, "a text in it is damaged")
    if code in _DAMAGED or (code == sqlite3.SQLITE_ERROR and str(error) == _ODD_FORMAT):
        return Corrupt(path, str(error))
    if code in _REFUSED:
        return Unwritable(f"{path}: {_REFUSED[code]} ({error})")
    return None


@contextmanager
def catalog_errors(path: Path) -> Iterator[None]:
    """Turns a sqlite3.Error inside into DiskFull, Unwritable or Corrupt."""
    try:
        yield
    except sqlite3.Error as error:
        named = _as_the_card_says(error, path)
        if named is None:
            raise
        raise named from error
    except UnicodeDecodeError as error:
        # Python fails over what SQLite says of a damaged catalog: the damaged names in it are quoted.
        raise Corrupt(path, "not even its tables' names are text") from error


def _as_the_card_says(error: sqlite3.Error, path: Path) -> StorageError | None:
    """SQLite calls every refused write but ENOSPC an input/output error (unixWrite in its os_unix.c): a used-up quota
    and a card that has become read-only as well. A file of our own is told the reason."""
    named = as_catalog_error(error, path)
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_WRITE:
        try:
            files.probe(path.parent)
        except StorageError as refused:
            return refused
    return named


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing, on the card when this ends. The connection is in autocommit mode otherwise."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # SQLite itself rolls back after some errors, as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
