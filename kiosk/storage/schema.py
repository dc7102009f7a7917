"""The catalog's tables, and how an older catalog becomes a newer one.

A migration is a tuple of statements; number n leads from ``user_version`` n to n + 1, in one transaction. Never change
one that was released: append another.

Laws of the tables:

- ``media_items`` holds what is known and not hidden. An item belongs to the newest pick that names it.
- ``renditions`` holds exactly what can be shown. Its file's name follows from the row (names.py).
- ``tally`` is kept by triggers: nothing ever counts rows, so a start costs the same with 100 items and with 100,000.
- ``leftovers`` are files whose rows are gone but which may still lie on the card.
- Times are whole seconds since the epoch, UTC; an unknown capture is UNKNOWN, so that it sorts last.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kiosk.errors import Corrupt
from kiosk.storage.sql import transaction

UNKNOWN = 1 << 62
APPLICATION_ID = 0x4B696F73  # "Kios"; https://www.sqlite.org/pragma.html#pragma_application_id

_FIRST = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    # AUTOINCREMENT: a number is never used twice, so that a late answer about a gone row means nothing.
    """CREATE TABLE picks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id TEXT UNIQUE,  -- NULL when the picking session is gone at Google
        phase TEXT NOT NULL,
        expires_at TEXT
    ) STRICT""",
    """CREATE TABLE media_items (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        filename TEXT NOT NULL,
        width INTEGER,
        height INTEGER,
        captured INTEGER NOT NULL,
        pick INTEGER NOT NULL,
        position INTEGER NOT NULL,
        given_up INTEGER,  -- the pick that gave up on it, 0: its file was damaged
        why TEXT
    ) STRICT""",
    "CREATE INDEX media_items_by_pick ON media_items (pick, position)",
    """CREATE TABLE renditions (
        item INTEGER PRIMARY KEY,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        digest BLOB NOT NULL,
        captured INTEGER NOT NULL,
        pick INTEGER NOT NULL,
        position INTEGER NOT NULL,
        round INTEGER NOT NULL,
        shuffle_key REAL NOT NULL
    ) STRICT""",
    # `captured` is in it so that a window of candidates is read from the index alone, page by page.
    "CREATE INDEX renditions_by_shuffle ON renditions (round, shuffle_key, captured)",
    "CREATE INDEX renditions_by_capture ON renditions (captured)",
    "CREATE INDEX renditions_by_pick ON renditions (pick, position)",
    "CREATE TABLE hidden (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    "CREATE TABLE leftovers (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE attempt (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        request_id TEXT NOT NULL,
        device_code TEXT NOT NULL,
        user_code TEXT NOT NULL,
        verification_url TEXT NOT NULL,
        verification_url_complete TEXT,
        interval REAL NOT NULL,
        expires_in REAL NOT NULL,
        issued_at TEXT NOT NULL,
        expires_at TEXT NOT NULL
    ) STRICT""",
    "CREATE TABLE last_shown (one INTEGER PRIMARY KEY CHECK (one = 1), item INTEGER NOT NULL) STRICT",
    """CREATE TABLE tally (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        items INTEGER NOT NULL,
        stored INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        hidden INTEGER NOT NULL,
        bytes INTEGER NOT NULL
    ) STRICT""",
    "INSERT INTO tally VALUES (1, 0, 0, 0, 0, 0)",
    """CREATE TRIGGER media_items_inserted AFTER INSERT ON media_items BEGIN
        UPDATE tally SET items = items + 1, failed = failed + (new.given_up IS NOT NULL);
    END""",
    """CREATE TRIGGER media_items_deleted AFTER DELETE ON media_items BEGIN
        UPDATE tally SET items = items - 1, failed = failed - (old.given_up IS NOT NULL);
    END""",
    """CREATE TRIGGER media_items_given_up AFTER UPDATE OF given_up ON media_items BEGIN
        UPDATE tally SET failed = failed + (new.given_up IS NOT NULL) - (old.given_up IS NOT NULL);
    END""",
    """CREATE TRIGGER renditions_inserted AFTER INSERT ON renditions BEGIN
        UPDATE tally SET stored = stored + 1, bytes = bytes + new.bytes;
    END""",
    """CREATE TRIGGER renditions_deleted AFTER DELETE ON renditions BEGIN
        UPDATE tally SET stored = stored - 1, bytes = bytes - old.bytes;
    END""",
    """CREATE TRIGGER renditions_resized AFTER UPDATE OF bytes ON renditions BEGIN
        UPDATE tally SET bytes = bytes + new.bytes - old.bytes;
    END""",
    "CREATE TRIGGER hidden_inserted AFTER INSERT ON hidden BEGIN UPDATE tally SET hidden = hidden + 1; END",
    "CREATE TRIGGER hidden_deleted AFTER DELETE ON hidden BEGIN UPDATE tally SET hidden = hidden - 1; END",
)

_PICK_REQUESTS = (
    # A picking session that is being made: its id is not known yet, so only its request id can find it again.
    """CREATE TABLE pick_requests (
        n INTEGER PRIMARY KEY,
        request_id TEXT NOT NULL UNIQUE,
        abandoned INTEGER NOT NULL  -- 1: only to be deleted
    ) STRICT""",
)

_SEALING = (
    # What it means: sealing.py.
    """CREATE TABLE sealing (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        key_id TEXT,
        texts INTEGER NOT NULL,
        uncompacted INTEGER NOT NULL,
        unconverted INTEGER NOT NULL
    ) STRICT""",
    "INSERT INTO sealing VALUES (1, NULL, 0, 0, 0)",
    # 1: this rendition's file is sealed, so its name is a sealed one.
    "ALTER TABLE renditions ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0",
)

# So that the few that failed are found among many without reading all.
_GIVEN_UP = ("CREATE INDEX media_items_given_up ON media_items (n) WHERE given_up IS NOT NULL",)

# What was measured on the picture (measures.py), NULL where it was not; when it came, in minutes since the epoch, NULL
# where the clock was wrong or nobody noted it; by what it was taken, NULL where nobody knows.
_MEASURES = (
    *(
        f"ALTER TABLE renditions ADD COLUMN {name} {kind}"
        for name, kind in (
            *((name, "REAL") for name in ("focus_x", "focus_y")),
            *(
                (f"{box}_{edge}", "REAL")
                for box in ("focus", "heads")
                for edge in ("left", "top", "right", "bottom")
            ),
            ("heads_sought", "INTEGER"),
            ("mean", "INTEGER"),  # 0xRRGGBB, sRGB
            ("added", "INTEGER"),
        )
    ),
    "ALTER TABLE media_items ADD COLUMN camera TEXT",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _PICK_REQUESTS, _SEALING, _GIVEN_UP, _MEASURES)


def version_of(connection: sqlite3.Connection) -> int:
    """``user_version``: how many migrations this catalog has seen."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    *,
    may_be_new: bool = True,
    migrations: tuple[tuple[str, ...], ...] = MIGRATIONS,
) -> None:
    """Brings a catalog (in autocommit mode) up to date, one transaction for each step; a new file starts at version 0.

    Raises Corrupt for a database that is not a catalog, is one of a newer kiosk, or is empty and may not be.
    """
    version = version_of(connection)
    if version == 0 and not may_be_new:
        raise Corrupt(path, "empty, although there are pictures")
    if version > len(migrations):
        raise Corrupt(path, f"a catalog of version {version}, made by a newer kiosk")
    if version == 0 and connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
        raise Corrupt(path, "a database, but not a catalog")
    for number in range(version, len(migrations)):
        with transaction(connection):
            for statement in migrations[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
