"""Where the card is touched: the real functions, each passing told by name, before it and after it.

These points exist for the tests alone; no code of the kiosk knows of them. A name is a verb and a place, as in
``sync picture part`` or ``commit catalog``; what belongs to no place of ours is passed over in silence.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from kiosk.storage.part import PartFile

Passed = Callable[[str, str], None]
"""Told the name and the side, ``before`` or ``after``; may end the process or raise an OSError."""
Put = Callable[[Any, str, Any], None]

_PLACES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"/parts/probe\.part", "probe"),
        (r"/parts/[^/]+\.part", "picture part"),
        (r"/renditions/[0-9a-f]{2}/[^/]+", "picture"),
        (r"/renditions/[0-9a-f]{2}", "fan"),
        (r"/set-aside/[^/]+", "damaged picture"),
        (r"/(renditions|parts|set-aside)", "picture directory"),
        (r"/cache", "cache directory"),
        (r"/state", "state directory"),
        (r"/state/probe\.part", "probe"),
        (r"/state/credentials\.json\.part", "credentials part"),
        (r"/state/credentials\.json", "credentials"),
        (r"/state/credentials\.damaged-\d+", "damaged credentials"),
        (r"/state/catalog\.part(-wal)?", "new catalog"),
        (r"/state/catalog\.sqlite3", "catalog"),
        (r"/state/catalog\.sqlite3-(wal|shm)", "catalog log"),
        (r"/state/catalog\.damaged-\d+", "damaged catalog"),
        (r"/state/wiping", "wipe mark"),
    )
)


def place(path: object) -> str | None:
    """Ours, by the end of the path; None for everybody else's."""
    text = Path(f"/proc/self/fd/{path}").readlink() if isinstance(path, int) else os.fspath(cast(Any, path))
    found = re.search(r"/(?:cache|state)(?:/[^/]+){0,3}$", str(text))
    if found is None:
        return None
    return next((name for pattern, name in _PLACES if pattern.fullmatch(_own(found.group()))), None)


def _own(tail: str) -> str:
    return tail.removeprefix("/cache") or tail


def install(passed: Passed, put: Put = setattr) -> None:
    """Wraps them all. put: ``monkeypatch.setattr`` where they are to be unwrapped again."""
    _wrap(put, os, "open", passed, _created)
    _wrap(put, os, "fsync", passed, lambda fd: _named("sync", fd))
    _wrap(put, Path, "replace", passed, _renamed)
    _wrap(put, Path, "unlink", passed, _removed)
    _wrap(put, Path, "mkdir", passed, _made)
    _wrap(put, shutil, "rmtree", passed, lambda path, *_, **__: _named("remove", path))
    _put_writes(put, passed)
    _put_connection(put, passed)


class _Below:
    """What the part files' writes tell; nobody where nothing is installed."""

    passed: Passed = staticmethod(lambda name, side: None)


class _WatchedFile(io.FileIO):
    """Below `PartFile.write`, where the kernel refuses."""

    def write(self, piece: Any, /) -> int:
        _Below.passed("write picture part", "before")
        done = super().write(piece)
        _Below.passed("write picture part", "after")
        return done


def _put_writes(put: Put, passed: Passed) -> None:
    # For good, as a class's bases cannot be put back by `monkeypatch`; it says nothing by itself.
    PartFile.__bases__ = (_WatchedFile,)
    put(_Below, "passed", staticmethod(passed))


def _put_connection(put: Put, passed: Passed) -> None:
    real = sqlite3.connect

    class Watched(sqlite3.Connection):
        """Says when a transaction begins and ends."""

        of = ""

        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            word = {"BEGIN IMMEDIATE": "begin", "COMMIT": "commit"}.get(statement)
            if word is None or not self.of:
                return super().execute(statement, *values)
            passed(f"{word} {self.of}", "before")
            cursor = super().execute(statement, *values)
            passed(f"{word} {self.of}", "after")
            return cursor

    def connect(database: Any, *rest: Any, **named: Any) -> sqlite3.Connection:
        connection = real(database, *rest, factory=Watched, **named)
        connection.of = place(database) or ""
        return connection

    put(sqlite3, "connect", connect)


def _wrap(put: Put, owner: Any, name: str, passed: Passed, label: Callable[..., str | None]) -> None:
    real = getattr(owner, name)

    def wrapped(*values: Any, **named: Any) -> Any:
        called = label(*values, **named)
        if called is None:
            return real(*values, **named)
        passed(called, "before")
        result = real(*values, **named)
        passed(called, "after")
        return result

    put(owner, name, wrapped)


def _named(verb: str, path: object) -> str | None:
    where = place(path)
    return where and f"{verb} {where}"


def _created(path: object, flags: int, *_: Any, **__: Any) -> str | None:
    return _named("create", path) if flags & os.O_CREAT and not isinstance(path, int) else None


def _renamed(path: Path, target: Path) -> str | None:
    return _named("rename", path) if path.exists() else None


def _removed(path: Path, **_: Any) -> str | None:
    return _named("remove", path) if path.exists() else None


def _made(path: Path, *_: Any, **__: Any) -> str | None:
    return None if path.is_dir() else _named("make", path)
