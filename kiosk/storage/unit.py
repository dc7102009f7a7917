"""One group of commands that share a transaction, and what is to happen to files once it is on the card."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from attrs import define, evolve, field

from kiosk.core.model import MediaItemId
from kiosk.storage.rows import Gone


@define
class Unit:
    """Filled by the answers, acted on after the commit; thrown away when there is none."""

    connection: sqlite3.Connection
    on_screen: frozenset[MediaItemId]
    """Whose files stay for now; the newest command that says so wins."""
    gone: list[Gone] = field(factory=list)
    """Their files are to be removed."""
    aside: list[Gone] = field(factory=list)
    """Their files are to be moved aside."""
    stored: list[str] = field(factory=list)
    """Files that have a row now."""
    made_room: bool = False

    def leave(self, gone: Iterable[Gone], *, at_once: bool = False) -> None:
        """at_once: even if it is on the screen, as its pixels need no file."""
        self.gone += (evolve(each, item_id=MediaItemId("")) if at_once else each for each in gone)
