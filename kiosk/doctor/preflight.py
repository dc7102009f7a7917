"""What is asked of a version before it takes over."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from kiosk.doctor.check import Check, fail, ok, warn
from kiosk.doctor.machine import MB
from kiosk.errors import StorageError
from kiosk.storage.database import open_database
from kiosk.storage.schema import MIGRATIONS, version_of
from kiosk.storage.sql import catalog_errors
from kiosk.system import Dirs

_CATALOG = "catalog.sqlite3"
LEAST_MB = 50
_TRIES = 3
"""The frame that runs may write while it is copied, and then the copy is none."""


def catalog(dirs: Dirs) -> Check:
    """Whether this version can open the catalog and bring a copy of it up to date."""
    name = "catalog"
    path = dirs.state / _CATALOG
    if not path.exists():
        return ok(name, f"there is none yet at {path}")
    why = ""
    for _ in range(_TRIES):
        try:
            with tempfile.TemporaryDirectory(prefix="kiosk-preflight-") as folder:
                before = _copied(path, Path(folder))
                return _judged(name, before)
        except (OSError, StorageError, sqlite3.Error) as error:
            why = str(error)
    return fail(name, f"this version cannot open it: {why}", "keep the version that runs")


def room(dirs: Dirs) -> Check:
    """Whether the card has room to run at all. Pictures may fill the rest."""
    name = "free space"
    place = next(path for path in (dirs.state, *dirs.state.parents) if path.exists())
    status = os.statvfs(place)
    free = status.f_bavail * status.f_frsize // MB
    if free < LEAST_MB or (status.f_files and not status.f_favail):
        return fail(
            name, f"{free} MB free at {place}", f"delete files on this card: {LEAST_MB} MB are needed"
        )
    return ok(name, f"{free} MB free at {place}")


def _judged(name: str, before: int) -> Check:
    if before > len(MIGRATIONS):
        says = f"of shape {before}; this version knows {len(MIGRATIONS)}, and would set it aside"
        return warn(
            name, says, "nothing: it is made anew from the pictures; only what was hidden is forgotten"
        )
    if before < len(MIGRATIONS):
        return ok(name, f"of shape {before}; this version makes {len(MIGRATIONS)} of it")
    return ok(name, f"of shape {before}, as this version has it")


def _copied(path: Path, folder: Path) -> int:
    """The shape of a copy, which this version has brought up to date if it is an older one."""
    copy = folder / _CATALOG
    log = path.with_name(f"{_CATALOG}-wal")
    shutil.copyfile(path, copy)
    if log.exists():
        shutil.copyfile(log, copy.with_name(log.name))
    before = _shape(copy)
    if before <= len(MIGRATIONS):
        open_database(copy, may_be_new=False).close()
    return before


def _shape(path: Path) -> int:
    with catalog_errors(path), closing(sqlite3.connect(path)) as connection:
        return version_of(connection)
