"""A new catalog from what a damaged one still tells and from the picture files themselves.

The files are the truth about what can be shown. The old catalog, as far as it can be read, adds what no file tells:
hidden ids, picks and their picking sessions, those that were just being made, the pending attempt, the order, the
shuffle's memory. Each of these is read by itself, row by row, until the damage.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.core.model import PickPhase
from kiosk.storage import measures, sealing
from kiosk.storage.envelope import Seals
from kiosk.storage.renditions import Found, Renditions
from kiosk.storage.schema import UNKNOWN
from kiosk.storage.sealed_names import Names
from kiosk.storage.sense import makes_sense
from kiosk.storage.sql import transaction
from kiosk.storage.texts import salvaged as opened
from kiosk.storage.texts import speak

Row = tuple[Any, ...]
"""Of a table that may hold anything: checked by the STRICT tables that it goes into."""

_ATTEMPT_TEXTS = {
    1: "request_id",
    2: "device_code",
    3: "user_code",
    4: "verification_url",
    5: "verification_url_complete",
    8: "issued_at",
    9: "expires_at",
}
_SALVAGE = {
    "sealing": "SELECT texts, uncompacted FROM sealing",
    "hidden": "SELECT id FROM hidden",
    "picks": "SELECT id, session_id, phase, expires_at FROM picks",
    "attempt": "SELECT * FROM attempt",
    "requests": "SELECT request_id, abandoned FROM pick_requests ORDER BY n",
    "items": "SELECT id, kind, mime_type, filename, width, height, pick, position FROM media_items",
    # Apart from the rest, as a catalog of an older kiosk has none of it.
    "cameras": "SELECT id, camera FROM media_items WHERE camera IS NOT NULL",
    "measures": f"SELECT m.id, r.added, {measures.NAMES}"  # noqa: S608 - our own names
    " FROM media_items m JOIN renditions r ON r.item = m.n",
    "turns": "SELECT m.id, r.round, r.shuffle_key FROM media_items m JOIN renditions r ON r.item = m.n",
}
_TEXTS = {
    "hidden": {0: "hidden.id"},
    "picks": {1: "picks.session_id", 3: "picks.expires_at"},
    "attempt": {place: f"attempt.{column}" for place, column in _ATTEMPT_TEXTS.items()},
    "requests": {0: "pick_requests.request_id"},
    "items": {0: "media_items.id", 2: "media_items.mime_type", 3: "media_items.filename"},
    "cameras": {0: "media_items.id", 1: "media_items.camera"},
    "measures": {0: "media_items.id"},
    "turns": {0: "media_items.id"},
}
"""Which values are texts that may be sealed, and as what."""
Salvage = dict[str, list[Row]]

_PICK = "INSERT INTO picks VALUES (?, seal('picks.session_id', ?), ?, seal('picks.expires_at', ?))"
_REQUEST = "INSERT INTO pick_requests (request_id, abandoned) VALUES (seal('pick_requests.request_id', ?), ?)"
_ATTEMPT = (
    "INSERT INTO attempt VALUES (?, seal('attempt.request_id', ?), seal('attempt.device_code', ?),"
    " seal('attempt.user_code', ?), seal('attempt.verification_url', ?),"
    " seal('attempt.verification_url_complete', ?), ?, ?, seal('attempt.issued_at', ?),"
    " seal('attempt.expires_at', ?))"
)
_CAMERA = "UPDATE media_items SET camera = seal('media_items.camera', ?) WHERE id = seal('media_items.id', ?)"
_MEASURE = (
    f"UPDATE renditions SET (added, {measures.NAMES}) = (?, {measures.PLACES})"  # noqa: S608 - our own names
    " WHERE item = (SELECT n FROM media_items WHERE id = seal('media_items.id', ?))"
)


def rebuild(
    connection: sqlite3.Connection, damaged: Path | None, renditions: Renditions, seals: Seals
) -> None:
    """Fills an empty catalog, in one transaction. damaged: a catalog to ask, None where there is none at all."""
    old = salvaged(damaged, seals)
    found = _newest(renditions)
    speak(connection, seals.for_new, Names(seals))
    with transaction(connection):
        sealing.begin_new(
            connection,
            seals,
            unconverted=any(each.sealed != seals.wanted for each in found),
            uncompacted=old["sealing"] != [(1, 0)],
        )
        for row in old["hidden"]:
            _insert(connection, "INSERT OR IGNORE INTO hidden VALUES (seal('hidden.id', ?))", row)
        phases = {phase.value for phase in PickPhase}
        for row in old["picks"]:
            if row[2] in phases and makes_sense(row[0]):
                _insert(connection, _PICK, row)
        for row in old["attempt"]:
            _insert(connection, _ATTEMPT, row)
        for row in old["requests"]:
            _insert(connection, _REQUEST, row)
        _insert_files(connection, old, found)


def salvaged(damaged: Path | None, seals: Seals) -> Salvage:
    """What can be read of the old catalog: its rows, none where nothing can."""
    found: Salvage = {name: [] for name in _SALVAGE}
    if damaged is None:
        return found
    try:
        connection = sqlite3.connect(damaged, isolation_level=None)
    except sqlite3.Error:
        return found
    # Damaged text is no reason to lose the rows after it.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        for name, query in _SALVAGE.items():
            uses = _TEXTS.get(name, {})
            for row in _rows(connection, query):
                values = (
                    opened(seals, uses[place], value) if place in uses else value
                    for place, value in enumerate(row)
                )
                found[name].append(tuple(values))
    finally:
        connection.close()
    return found


def _rows(connection: sqlite3.Connection, query: str) -> Iterator[Row]:
    try:
        yield from connection.execute(query)
    except (sqlite3.Error, UnicodeDecodeError):  # the latter over SQLite's own words about it
        return


def _insert(connection: sqlite3.Connection, statement: str, row: Row) -> bool:
    """One salvaged row; a value of a wrong type or one that is there already leaves it out."""
    try:
        connection.execute(statement, row)
    except sqlite3.IntegrityError:
        return False
    return True


def _insert_files(connection: sqlite3.Connection, old: Salvage, found: list[Found]) -> None:
    hidden = {row[0] for row in old["hidden"]}
    known = {row[0]: row[1:] for row in old["items"] if makes_sense(*row[6:8])}
    turns = {row[0]: row[1:] for row in old["turns"] if makes_sense(row[1])}
    told = {row[0]: row[1:] for row in old["measures"]}
    cameras = {row[0]: row[1] for row in old["cameras"]}
    lowest = min((turn[0] for turn in turns.values()), default=0)
    new_pick = connection.execute("INSERT INTO picks (phase) VALUES ('ended') RETURNING id").fetchone()[0]
    for position, each in enumerate(found):
        item_id, digest = each.named.item_id, each.named.digest
        if item_id in hidden:
            continue
        unknown = ("photo", "", "", None, None, new_pick, position)
        _insert_item(connection, each, known.get(item_id, unknown)) or _insert_item(connection, each, unknown)
        # The digest of a file is as good as any random number.
        fresh = (lowest, int(digest[:8], 16) / (1 << 32))
        _insert_rendition(connection, each, turns.get(item_id, fresh)) or _insert_rendition(
            connection, each, fresh
        )
        if item_id in cameras:
            _insert(connection, _CAMERA, (cameras[item_id], item_id))
        if item_id in told:
            _insert(connection, _MEASURE, (*told[item_id], item_id))


def _insert_item(connection: sqlite3.Connection, each: Found, told: Row) -> bool:
    return _insert(
        connection,
        "INSERT INTO media_items (captured, id, kind, mime_type, filename, width, height, pick, position)"
        " VALUES (?, seal('media_items.id', ?), ?, seal('media_items.mime_type', ?),"
        " seal('media_items.filename', ?), ?, ?, ?, ?)",
        (_captured(each), each.named.item_id, *told),
    )


def _insert_rendition(connection: sqlite3.Connection, each: Found, turn: Row) -> bool:
    named = each.named
    return _insert(
        connection,
        "INSERT INTO renditions"
        " (item, width, height, bytes, digest, captured, pick, position, round, shuffle_key, sealed)"
        " SELECT n, ?, ?, ?, ?, ?, pick, position, ?, ?, ? FROM media_items WHERE id = seal('media_items.id', ?)",
        (
            named.size.width,
            named.size.height,
            each.bytes,
            bytes.fromhex(named.digest),
            _captured(each),
            *turn,
            int(each.sealed),
            named.item_id,
        ),
    )


def _captured(each: Found) -> int:
    return UNKNOWN if each.named.seconds is None else each.named.seconds


def _newest(renditions: Renditions) -> list[Found]:
    """One file for each item, the newer one where there are two, in the order in which they came."""
    newest: dict[str, Found] = {}
    for fan in renditions.fans():
        for each in renditions.found(fan):
            other = newest.get(each.named.item_id)
            if other is None or other.mtime < each.mtime:
                newest[each.named.item_id] = each
    return sorted(newest.values(), key=lambda each: each.mtime)
