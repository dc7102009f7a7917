"""What goes when there is no room: the oldest pick first, whole items, never what is on the screen.

An item that a newer pick names as well belongs to the newer one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container

from kiosk.core.model import MediaItemId, PickId
from kiosk.storage import items
from kiosk.storage.rows import Gone


def evict(
    connection: sqlite3.Connection, wanted: int, pick_id: PickId | None, on_screen: Container[MediaItemId]
) -> list[Gone]:
    """Lets items leave until `wanted` bytes are free or nothing more may go; inside the caller's transaction.

    `pick_id`'s own items stay. The files are still there: their rows in ``leftovers`` say so.
    """
    numbers: list[int] = []
    freed = 0
    for number, item_id, size in items.oldest_first(connection, pick_id):
        if freed >= wanted:
            break
        if item_id not in on_screen:
            numbers.append(number)
            freed += size
    return items.remove_items(connection, numbers)
