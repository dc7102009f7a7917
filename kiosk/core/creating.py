"""From the wish to pick to a picking session: sessions.create, and what is known of it when it fails.

Rules:
- The request id is on the card before anything is sent, so that a power cut leaves no picking session behind that
  nobody knows. A card that takes nothing does not stop the pick.
- Every try has the same request id, also in a later life of the frame, so an answer that was lost is asked for again.
- Given up, it becomes a doubt (core/doubts.py) unless Google certainly made nothing.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core.commands import CreatePickingSession, ForgetPickRequest, SavePickRequest
from kiosk.core.doubts import Doubt, Doubts, refused
from kiosk.core.events import Failed, Saved
from kiosk.core.model import NEVER, Deadline
from kiosk.core.phases import Creating
from kiosk.core.turn import Turn
from kiosk.errors import Gone, KioskError, Reason, Refused

FIRST_RETRY = 2.0
LONGEST_RETRY = 120.0
SENTENCE_RETRY = 60.0
"""Between tries while a sentence on the screen asks the person for something."""
LONGEST_SENTENCE_RETRY = 900.0


def tick(phase: Creating, turn: Turn, *, others: bool, asking: bool) -> Creating:
    """``others``: picking sessions are still being deleted. ``asking``: another creation is under way."""
    if phase.command is not None or phase.saving is not None:
        return phase
    if not phase.kept:
        return evolve(phase, saving=turn.issue(SavePickRequest(request_id=phase.request_id)))
    if phase.after_leftovers and not others:
        phase = evolve(phase, after_leftovers=False, at=turn.now.after(0))
    if phase.after_leftovers or asking or not turn.due(phase.at):
        return phase
    create = CreatePickingSession(request_id=phase.request_id, max_items=turn.settings.max_items)
    return evolve(phase, command=turn.issue(create))


def saved(phase: Creating, event: Saved | Failed) -> bool:
    """The card has answered, one way or the other."""
    return phase.saving is not None and event.answers == phase.saving


def deadline(phase: Creating, *, asking: bool) -> Deadline:
    waits = phase.command is not None or phase.saving is not None or phase.after_leftovers or asking
    return NEVER if waits else phase.at


def hurry(phase: Creating, turn: Turn) -> Creating:
    """Somebody asks for it: the next try is now. One under way is not doubled."""
    return evolve(phase, at=turn.now.after(0))


def failed(phase: Creating, error: KioskError, turn: Turn, *, others: bool) -> Creating:
    """Anything but SignInRequired."""
    before = phase.failures
    unsure = phase.unsure or not refused(error)
    phase = evolve(phase, command=None, failures=before + 1, trouble=error, unsure=unsure)
    if isinstance(error, Gone):
        # Google keeps a picking session for this request id and does not tell which (ALREADY_EXISTS).
        turn.issue(ForgetPickRequest(request_id=phase.request_id))
        at = turn.retry(error, before, FIRST_RETRY, LONGEST_RETRY)
        return Creating(turn.fresh_request_id(), at=at, failures=phase.failures, trouble=error)
    if isinstance(error, Refused):
        if error.reason is Reason.TOO_MANY_SESSIONS and others and phase.failures == 1:
            return evolve(phase, after_leftovers=True)
        return evolve(phase, at=turn.backoff(before, SENTENCE_RETRY, LONGEST_SENTENCE_RETRY))
    return evolve(phase, at=turn.retry(error, before, FIRST_RETRY, LONGEST_RETRY))


def give_up(phase: Creating, doubts: Doubts, turn: Turn) -> Doubts:
    """Nobody waits for this picking session any more."""
    if phase.command is None and not phase.unsure:
        turn.issue(ForgetPickRequest(request_id=phase.request_id))
        return doubts
    turn.issue(SavePickRequest(request_id=phase.request_id, abandoned=True))
    return (*doubts, Doubt(phase.request_id, phase.command, certain=not phase.unsure))
