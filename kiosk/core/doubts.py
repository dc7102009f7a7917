"""Picking sessions that Google may have made although their ids never reached this frame: asked for again, by the same
request id, and deleted.

Rules:
- Whoever repeats sessions.create with the same request id gets the same picking session, as far as anybody knows
  (docs/google-api.md 2). If Google should make a second one instead, that one is deleted.
- A doubt ends with the id, or with the certainty that nothing was made. Nothing else ends it.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core.commands import CreatePickingSession, ForgetPickRequest
from kiosk.core.model import NEVER, CommandId, Deadline, RequestId
from kiosk.core.turn import Turn
from kiosk.errors import Busy, Gone, KioskError, Reason, Refused, SignInRequired

FIRST_RETRY = 10.0
LONGEST_RETRY = 3600.0


@frozen
class Doubt:
    request_id: RequestId
    command: CommandId | None = None
    at: Deadline = Deadline(0.0)
    failures: int = 0
    certain: bool = False
    """``command`` is all that was ever sent: if Google refuses it, nothing was made."""


Doubts = tuple[Doubt, ...]


def refused(error: KioskError) -> bool:
    """Whether this answer to sessions.create says that it made nothing."""
    match error:
        case Refused(reason=reason):
            # The picking session was made; its address was not one that may be shown.
            return reason is not Reason.ADDRESS
        case Busy(quota=quota):
            return quota
    return isinstance(error, (SignInRequired, Gone))


def asking(part: Doubts) -> bool:
    """An answer is on its way."""
    return any(doubt.command is not None for doubt in part)


def awaited(part: Doubts) -> frozenset[CommandId]:
    """The commands that are worth an access token: one that was never sent makes nothing that could stay behind."""
    return frozenset(doubt.command for doubt in part if doubt.command is not None and not doubt.certain)


def tick(part: Doubts, turn: Turn) -> Doubts:
    """One at a time."""
    if asking(part):
        return part
    due = next((doubt for doubt in part if turn.due(doubt.at)), None)
    if due is None:
        return part
    create = CreatePickingSession(request_id=due.request_id, max_items=turn.settings.max_items)
    asked = evolve(due, command=turn.issue(create))
    return tuple(asked if doubt is due else doubt for doubt in part)


def take(part: Doubts, command: CommandId) -> tuple[Doubt | None, Doubts]:
    """The doubt that this command was to end, and the others."""
    found = next((doubt for doubt in part if doubt.command is not None and doubt.command == command), None)
    return found, tuple(doubt for doubt in part if doubt is not found)


def failed(doubt: Doubt, error: KioskError, turn: Turn) -> Doubts:
    """What is left of this doubt: nothing, or the same one for later."""
    if isinstance(error, Gone) or (doubt.certain and refused(error)):
        turn.issue(ForgetPickRequest(request_id=doubt.request_id))
        return ()
    at = turn.retry(error, doubt.failures, FIRST_RETRY, LONGEST_RETRY)
    at = NEVER if isinstance(error, SignInRequired) else at
    return (Doubt(doubt.request_id, at=at, failures=doubt.failures + 1),)


def never_sent(part: Doubts, commands: frozenset[CommandId], turn: Turn) -> Doubts:
    """The gate has dropped these: nothing was made, and nothing can have been."""
    dropped = tuple(doubt for doubt in part if doubt.command in commands)
    for doubt in dropped:
        turn.issue(ForgetPickRequest(request_id=doubt.request_id))
    return tuple(doubt for doubt in part if doubt not in dropped)


def signed_in_again(part: Doubts, turn: Turn) -> Doubts:
    """What waited for a person goes on now."""
    return tuple(evolve(each, at=turn.now.after(0)) if each.command is None else each for each in part)


def deadline(part: Doubts) -> Deadline:
    return NEVER if asking(part) else min((doubt.at for doubt in part), default=NEVER)
