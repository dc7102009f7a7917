"""How far a pick has come: the values that core/picking.py goes through, one at a time."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from kiosk.core.model import (
    CommandId,
    Deadline,
    MediaItemId,
    OpenPick,
    PickId,
    PickingSession,
    PickingSessionId,
    RequestId,
)
from kiosk.errors import KioskError


class Outcome(Enum):
    EMPTY = "empty"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    LOST = "lost"
    """The picking session ended at Google before everything was fetched."""
    REFUSED = "refused"
    INCOMPLETE = "incomplete"
    """Some of it could not be had."""


@frozen
class Idle:
    outcome: Outcome | None = None
    until: Deadline = Deadline(0.0)
    message: str = ""


@frozen
class Creating:
    request_id: RequestId
    saving: CommandId | None = None
    """The request id is on its way to the card; nothing is sent before the answer ..."""
    kept: bool = False
    """... whatever it says: a read-only card must not stop a pick."""
    command: CommandId | None = None
    at: Deadline = Deadline(0.0)
    failures: int = 0
    trouble: KioskError | None = None
    after_leftovers: bool = False
    """Too many picking sessions: our own leftovers are being deleted first."""
    unsure: bool = False
    """It may have been made already: an answer was lost, or the power was cut."""


@frozen
class Resuming:
    """After a restart or a new sign-in: ask what became of the picking session."""

    pick: OpenPick
    command: CommandId | None = None
    at: Deadline = Deadline(0.0)
    failures: int = 0


@frozen
class Choosing:
    """The QR is on the screen, the person is choosing."""

    picking_session: PickingSession
    next_poll: Deadline
    stop_at: Deadline
    pick_id: PickId | None = None
    command: CommandId | None = None
    failures: int = 0


@frozen
class Listing:
    session_id: PickingSessionId
    pick_id: PickId | None
    command: CommandId | None = None
    at: Deadline = Deadline(0.0)
    page_token: str | None = None
    seen: frozenset[str] = frozenset()
    listed: frozenset[MediaItemId] = frozenset()
    adding: tuple[CommandId, ...] = ()
    """Pages on their way into the catalog."""
    complete: bool = False
    failures: int = 0
    again: bool = False
    """Listed once before: this is for fresh base URLs."""


@frozen
class Fetching:
    session_id: PickingSessionId
    pick_id: PickId


Phase = Idle | Creating | Resuming | Choosing | Listing | Fetching


def session_of(phase: Phase) -> PickingSessionId | None:
    match phase:
        case Resuming(pick=pick):
            return pick.session_id
        case Choosing(picking_session=picking_session):
            return picking_session.id
        case Listing(session_id=session_id) | Fetching(session_id=session_id):
            return session_id
        case _:
            return None
