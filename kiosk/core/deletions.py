"""Every picking session that was ever made is deleted at Google: tried until it is gone, however long that takes."""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core.commands import DeletePickingSession, ForgetPick, SavePick
from kiosk.core.events import Event, Failed
from kiosk.core.model import NEVER, CommandId, Deadline, PickingSessionId, PickPhase
from kiosk.core.turn import Turn
from kiosk.errors import Gone, SignInRequired

FIRST_RETRY = 10.0
LONGEST_RETRY = 3600.0


@frozen
class Deletion:
    session_id: PickingSessionId
    command: CommandId | None = None
    at: Deadline = Deadline(0.0)
    failures: int = 0


Deletions = tuple[Deletion, ...]


def add(part: Deletions, session_id: PickingSessionId, turn: Turn) -> Deletions:
    """This one is over; the card keeps it until Google has deleted it."""
    if any(each.session_id == session_id for each in part):
        return part
    turn.issue(SavePick(session_id=session_id, phase=PickPhase.ENDED, expires_at=None))
    return (*part, Deletion(session_id))


def tick(part: Deletions, turn: Turn) -> Deletions:
    def act(deletion: Deletion) -> Deletion:
        if deletion.command is not None or not turn.due(deletion.at):
            return deletion
        return evolve(deletion, command=turn.issue(DeletePickingSession(session_id=deletion.session_id)))

    return tuple(act(deletion) for deletion in part)


def answered(part: Deletions, event: Event, turn: Turn) -> Deletions:
    kept: list[Deletion] = []
    for deletion in part:
        if deletion.command is None or deletion.command != event.answers:
            kept.append(deletion)
        elif isinstance(event, Failed) and not isinstance(event.error, Gone):
            at = turn.backoff(deletion.failures, FIRST_RETRY, LONGEST_RETRY)
            at = NEVER if isinstance(event.error, SignInRequired) else at
            kept.append(evolve(deletion, command=None, at=at, failures=deletion.failures + 1))
        else:
            turn.issue(ForgetPick(session_id=deletion.session_id))
    return tuple(kept)


def signed_in_again(part: Deletions, turn: Turn) -> Deletions:
    """What waited for a person goes on now."""
    return tuple(evolve(each, at=turn.now.after(0)) if each.command is None else each for each in part)


def deadline(part: Deletions) -> Deadline:
    return min((each.at for each in part if each.command is None), default=NEVER)
