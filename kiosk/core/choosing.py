"""While the person is choosing: the server's pace, and how long to go on (Picker API, "Sessions")."""

from __future__ import annotations

from attrs import evolve

from kiosk.core.model import PickId, PickingSession
from kiosk.core.phases import Choosing
from kiosk.core.turn import Turn

DEFAULT_POLL = 5.0
LEAST_POLL = 1.0
DEFAULT_TIMEOUT = 1800.0
MOST_TIMEOUT = 24 * 3600.0


def begin(ready: PickingSession, pick_id: PickId | None, turn: Turn) -> Choosing:
    timeout = DEFAULT_TIMEOUT if ready.timeout_in is None else min(ready.timeout_in, MOST_TIMEOUT)
    return Choosing(ready, turn.now.after(pace(ready)), turn.now.after(timeout), pick_id)


def pace(picking_session: PickingSession) -> float:
    """Seconds from one poll to the next."""
    return max(picking_session.poll_interval or DEFAULT_POLL, LEAST_POLL)


def polled(phase: Choosing, ready: PickingSession, turn: Turn) -> Choosing:
    """What this answer leaves out stays as it was."""
    known = phase.picking_session
    poll = known.poll_interval if ready.poll_interval is None else ready.poll_interval
    ready = evolve(ready, picker_uri=ready.picker_uri or known.picker_uri, poll_interval=poll)
    moved = begin(ready, phase.pick_id, turn)
    return evolve(moved, stop_at=phase.stop_at) if ready.timeout_in is None else moved
