"""What the decode process found out about a picture besides its pixels, as a few fixed bytes; the kiosk checks each.

A share is a number from 0 to 1, a box has its edges in their order, a colour is three bytes, a time lies in the years
of cameras. Whoever says anything else is no decoder of ours.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime, timedelta

from kiosk.core.focus import Box, Focus, Measure
from kiosk.core.model import EPOCH

_LAYOUT = struct.Struct("!6dB4d3BBBq")
"""Focus; whether there are heads and where; mean colour; whether they were sought; whether captured and when."""
LENGTH = _LAYOUT.size
_NO_BOX = (0.0, 0.0, 0.0, 0.0)
_YEARS = range(1900, 2101)


def packed(measure: Measure, captured_at: datetime | None) -> bytes:
    """LENGTH bytes."""
    focus = measure.focus
    heads = _NO_BOX if focus.heads is None else edges_of(focus.heads)
    seconds = 0 if captured_at is None else (captured_at - EPOCH) // timedelta(seconds=1)
    return _LAYOUT.pack(
        focus.x,
        focus.y,
        *edges_of(focus.box),
        focus.heads is not None,
        *heads,
        *measure.mean,
        measure.sought,
        captured_at is not None,
        seconds,
    )


def unpacked(content: bytes) -> tuple[Measure, datetime | None] | None:
    """None for what `packed` never makes."""
    if len(content) != LENGTH:
        return None
    x, y, *rest = _LAYOUT.unpack(content)
    box, has_heads, heads, mean = rest[:4], rest[4], rest[5:9], rest[9:12]
    sought, captured, seconds = rest[12:]
    if not {has_heads, sought, captured} <= {0, 1} or not is_focus(x, y, box, heads if has_heads else None):
        return None
    captured_at = _moment(seconds) if captured else None
    if captured and captured_at is None:
        return None
    focus = Focus(x, y, Box(*box), Box(*heads) if has_heads else None)
    return Measure(focus, (mean[0], mean[1], mean[2]), bool(sought)), captured_at


def is_focus(x: float, y: float, box: Sequence[float], heads: Sequence[float] | None) -> bool:
    """Whether these numbers can be one. box, heads: left, top, right, bottom."""
    shares = (x, y, *box, *(heads or ()))
    if not all(0.0 <= share <= 1.0 for share in shares):  # NaN is neither
        return False
    return all(left <= right and top <= bottom for left, top, right, bottom in (box, heads or box))


def edges_of(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def _moment(seconds: int) -> datetime | None:
    try:
        found = EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return found if found.year in _YEARS else None
