"""After [storage] encrypt was switched: what is on the card changes its kind, a few files at a time, while the show
goes on.

A picture is written once more, of the other kind and under another name; the transaction that gives its row the new
name puts the old one among the leftovers. So a crash at any point leaves each picture whole, once or twice, and the
next start goes on. The disk thread does it after its other work, for half a second at most.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from kiosk.core.model import MediaItemId
from kiosk.errors import Corrupt, StorageError
from kiosk.storage import items, rows, sealing
from kiosk.storage.envelope import Seals
from kiosk.storage.renditions import Renditions
from kiosk.storage.rows import Gone
from kiosk.storage.sql import catalog_errors, transaction

if TYPE_CHECKING:
    from kiosk.storage.catalog import Catalog
    from kiosk.storage.credentials import CredentialsFile

SECONDS_AFTER_START = 20.0
SECONDS_AT_ONCE = 0.5
FILES_AT_ONCE = 8
SECONDS_AFTER_REFUSAL = 60.0

_log = logging.getLogger(__name__)


@frozen
class _Changed:
    gone: Gone
    name: str
    digest: str
    bytes: int


class Reseal:
    """What is left of one switch."""

    def __init__(
        self,
        renditions: Renditions,
        catalog: Catalog,
        credentials: CredentialsFile,
        seals: Seals,
        monotonic: Callable[[], float],
    ) -> None:
        self._renditions = renditions
        self._catalog = catalog
        self._credentials = credentials
        self._seals = seals
        self._monotonic = monotonic
        self._not_before = 0.0
        self._last = 0
        self._done = True

    def begin(self) -> None:
        """The catalog was opened; the work starts a while from now."""
        self._not_before = self._monotonic() + SECONDS_AFTER_START
        self._last = 0
        self._done = False

    @property
    def due(self) -> bool:
        return not self._done and self._monotonic() >= self._not_before

    def step(self) -> list[Gone]:
        """The next few; returns what left the catalog under its old name. Never raises a StorageError."""
        connection = self._catalog.connection
        try:
            with catalog_errors(self._catalog.path):
                return self._step(connection)
        except StorageError as error:
            _log.warning("Changing what was stored before [storage] encrypt was switched failed: %s", error)
            self._not_before = self._monotonic() + SECONDS_AFTER_REFUSAL
            return []

    def _step(self, connection: sqlite3.Connection) -> list[Gone]:
        state = sealing.read(connection, self._catalog.path)
        if state.uncompacted or state.unconverted:
            # The start has done it, unless the card took no writes then.
            self._credentials.change_kind()
        if state.uncompacted:
            self._catalog.forget_plain()
            with transaction(connection):
                sealing.write(connection, evolve(state, uncompacted=False))
        elif state.unconverted:
            return self._next_files(connection, state)
        else:
            self._done = True
        return []

    def _next_files(self, connection: sqlite3.Connection, state: sealing.Sealing) -> list[Gone]:
        until = self._monotonic() + SECONDS_AT_ONCE
        changed: list[_Changed] = []
        damaged: list[Gone] = []
        found = rows.of_other_kind(connection, self._last, sealed=self._seals.wanted, count=FILES_AT_ONCE)
        try:
            for gone in found:
                try:
                    changed.append(_Changed(gone, *self._renditions.convert(gone.name, gone.item_id)))
                except Corrupt as error:
                    _log.warning("A picture is damaged and goes: %s", error)
                    damaged.append(gone)
                if self._monotonic() >= until:
                    break
            self._commit(connection, changed, damaged, state, last=not found)
        except (StorageError, sqlite3.Error):
            for each in changed:
                self._renditions.reject(each.name)
            raise
        for each in changed:
            self._renditions.committed(each.name)
            self._renditions.pictures.renamed(each.gone.name, each.name)
        self._last = max(
            (each.number for each in (*damaged, *(one.gone for one in changed))), default=self._last
        )
        # A damaged one goes at once, screen or not: its pixels need no file.
        return [
            *(each.gone for each in changed),
            *(evolve(gone, item_id=MediaItemId("")) for gone in damaged),
        ]

    def _commit(
        self,
        connection: sqlite3.Connection,
        changed: list[_Changed],
        damaged: list[Gone],
        state: sealing.Sealing,
        *,
        last: bool,
    ) -> None:
        with transaction(connection):
            for each in changed:
                rows.replace_file(connection, each.gone, each.name, each.digest, each.bytes)
            items.set_aside(connection, [gone.item_id for gone in damaged])
            if last:
                key_id = state.key_id if self._seals.wanted else None
                sealing.write(connection, evolve(state, key_id=key_id, unconverted=False))
        if last and self._seals.wanted:
            # Damaged pictures from before are plain.
            self._renditions.clear_aside()
