"""What was measured on a picture, as columns of ``renditions``; and what was measured later and is not on the card yet.

The numbers stand plain in a sealed catalog as well: they tell where something is in a picture, and nothing of what.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from kiosk.core.focus import Box, Focus, Measure
from kiosk.storage.findings import edges_of, is_focus

COLUMNS = (
    *("focus_x", "focus_y", "focus_left", "focus_top", "focus_right", "focus_bottom"),
    *("heads_left", "heads_top", "heads_right", "heads_bottom"),
    *("heads_sought", "mean"),
)
NAMES = ", ".join(COLUMNS)
PLACES = ", ".join("?" * len(COLUMNS))
REPLACED = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
"""For ON CONFLICT."""
Value = float | int | None


def values_of(measure: Measure | None) -> tuple[Value, ...]:
    """As many as COLUMNS, in their order."""
    if measure is None:
        return (None,) * len(COLUMNS)
    focus, (red, green, blue) = measure.focus, measure.mean
    heads = (None,) * 4 if focus.heads is None else edges_of(focus.heads)
    mean = red << 16 | green << 8 | blue
    return (focus.x, focus.y, *edges_of(focus.box), *heads, int(measure.sought), mean)


def measure_of(values: Sequence[Value]) -> Measure | None:
    """None for what was not measured, and for numbers that are no measure: it is measured again then."""
    shares = [share for share in values[:6] if isinstance(share, float)]
    heads = [share for share in values[6:10] if isinstance(share, float)]
    sought, mean = values[10:]
    if len(shares) < 6 or len(heads) not in {0, 4} or not isinstance(mean, int) or not 0 <= mean <= 0xFFFFFF:
        return None
    x, y, *box = shares
    if not is_focus(x, y, box, heads or None):
        return None
    focus = Focus(x, y, Box(*box), Box(*heads) if heads else None)
    return Measure(focus, (mean >> 16, mean >> 8 & 0xFF, mean & 0xFF), bool(sought))


class LateMeasures:
    """In memory until the next write of the minute (shuffle.py), so that a slide costs the card no write of its own."""

    def __init__(self) -> None:
        self._found: dict[int, Measure] = {}

    @property
    def pending(self) -> bool:
        return bool(self._found)

    def add(self, items: Sequence[int], measure: Measure) -> None:
        """items: the numbers of those whose picture it is; none for one that has left."""
        self._found |= dict.fromkeys(items, measure)

    def write(self, connection: sqlite3.Connection) -> None:
        """Inside the caller's transaction."""
        rows = [(*values_of(measure), item) for item, measure in self._found.items()]
        connection.executemany(f"UPDATE renditions SET ({NAMES}) = ({PLACES}) WHERE item = ?", rows)  # noqa: S608 - ours

    def written(self) -> None:
        """The caller's transaction is on the card; or the catalog is gone that they were about."""
        self._found.clear()
