"""The catalog as it was before an update, for as long as the trial lasts.

A newer version may bring the catalog into a shape that the older one cannot read. If it then has to give way, the
older one gets the catalog back that it knew; where the shape is the same, it goes on with the catalog as it is, so that
a pick made in between is not lost.

Run as the frame's own user while the frame stands still: ``python -m kiosk.update.keeping WHAT STATE_DIRECTORY``. The
name of the copy begins as the catalog's does, so that a frame that is erased meanwhile erases it too.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from kiosk.update.releases import sync_directory

CATALOG, COPY = "catalog.sqlite3", "catalog.before-update"


def keep(state: Path) -> None:
    """Raises OSError or sqlite3.Error; then there is no copy."""
    drop(state)
    if not (state / CATALOG).exists():
        return
    part = state / f"{COPY}.part"
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(_open(state / CATALOG)) as catalog, closing(sqlite3.connect(part)) as copy:
        catalog.backup(copy)
    _place(part, state / COPY)


def restore(state: Path) -> bool:
    """True when the catalog was put back; it stays as it is where its shape is the same. The copy stays."""
    copy = state / COPY
    if not copy.exists() or _version(copy) == _tidied(state / CATALOG):
        return False
    for rest in ("-wal", "-shm", "-journal"):
        (state / f"{CATALOG}{rest}").unlink(missing_ok=True)
    part = state / f"{COPY}.part"
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(copy.read_bytes())
    _place(part, state / CATALOG)
    return True


def drop(state: Path) -> None:
    for name in (COPY, f"{COPY}-wal", f"{COPY}-shm", f"{COPY}.part"):
        (state / name).unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10.0)
    # As the frame opens it: no file for shared memory.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    return connection


def _version(path: Path) -> int:
    # Nothing is written beside it.
    with closing(sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)) as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _tidied(path: Path) -> int | None:
    """The version of the catalog, which is one file afterwards; None for a damaged one."""
    try:
        with closing(_open(path)) as connection:
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return None
    return version


def _place(part: Path, path: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    sync_directory(path.parent)


if __name__ == "__main__":
    what, state = sys.argv[1], Path(sys.argv[2])
    if what == "keep":
        keep(state)
    elif what == "drop":
        drop(state)
    elif restore(state):
        sys.stdout.write("restored\n")
