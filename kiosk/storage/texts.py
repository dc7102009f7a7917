"""What the catalog's SQL can say beyond SQLite: ``seal``, ``unseal`` and ``file_name``.

Every text of the catalog goes in through ``seal('table.column', ...)`` and comes out through ``unseal``. Where nothing
is encrypted both change nothing, so there is one way. Only the columns in PLAIN, which hold one of a few words, are
written and read bare. A text that does not open ends the statement, which sql.py calls a damaged catalog.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, TypeVar

from kiosk.core.model import MediaItemId, Size
from kiosk.storage.envelope import MARK, Seals, Unsealable
from kiosk.storage.schema import UNKNOWN
from kiosk.storage.sealed_names import Names

if TYPE_CHECKING:
    from kiosk.storage.seal import Sealer

SEALED = {
    "media_items": ("id", "mime_type", "filename", "why", "camera"),
    "hidden": ("id",),
    "leftovers": ("name",),
    "picks": ("session_id", "expires_at"),
    "pick_requests": ("request_id",),
    "attempt": (
        "request_id",
        "device_code",
        "user_code",
        "verification_url",
        "verification_url_complete",
        "issued_at",
        "expires_at",
    ),
}
PLAIN = {"media_items": ("kind",), "picks": ("phase",), "sealing": ("key_id",)}

T = TypeVar("T")


def speak(connection: sqlite3.Connection, sealer: Sealer | None, names: Names) -> None:
    """Gives the connection its words. sealer: None where this catalog's texts are plain."""

    def seal(use: str, text: T) -> T | str:
        return sealer.text(use, text) if sealer and isinstance(text, str) else text

    def unseal(use: str, text: T) -> T | str:
        return sealer.open_text(use, text) if sealer and isinstance(text, str) else text

    def file_name(id_: str, captured: int, width: int, height: int, digest: bytes, sealed: int) -> str:
        item_id = MediaItemId(str(unseal("media_items.id", id_)))
        seconds = None if captured == UNKNOWN else captured
        return names.name(item_id, seconds, Size(width, height), digest.hex(), sealed=bool(sealed))

    connection.create_function("seal", 2, seal, deterministic=True)
    connection.create_function("unseal", 2, unseal, deterministic=True)
    connection.create_function("file_name", 6, file_name, deterministic=True)


def convert(connection: sqlite3.Connection, old: Sealer | None, new: Sealer | None) -> None:
    """Every text from the one kind to the other, inside the caller's transaction."""

    def reseal(use: str, text: T) -> T | str:
        if not isinstance(text, str):
            return text
        plain = old.open_text(use, text) if old else text
        return new.text(use, plain) if new else plain

    connection.create_function("reseal", 2, reseal, deterministic=True)
    for table, columns in SEALED.items():
        changes = ", ".join(f"{column} = reseal('{table}.{column}', {column})" for column in columns)
        connection.execute(f"UPDATE {table} SET {changes}")  # noqa: S608 - our own names


def salvaged(seals: Seals, use: str, value: object) -> object:
    """A value of a damaged catalog, of which nobody knows whether it was sealed; b"" for what does not open.

    b"" fits into no column of text, so that the row that it stands in is left out.
    """
    if not isinstance(value, str) or not value.startswith(MARK) or seals.sealer is None:
        return value
    try:
        return seals.sealer.open_text(use, value)
    except Unsealable:
        return b""
