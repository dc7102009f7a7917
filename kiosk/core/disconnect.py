"""*Disconnect*: delete the picking sessions, revoke, wipe.

Rules:
- Each call to Google has a time limit and may fail; the wipe follows in any case, and is tried until it succeeds.
- What is under way is waited for: a picking session made in the meantime is deleted as well, and no picture that is
  still being fetched reaches the card after the wipe.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import access, downloads, picking, signin, slideshow
from kiosk.core.commands import CreatePickingSession, DeletePickingSession, Revoke, WipeEverything
from kiosk.core.events import Asked, Event, Failed, Revoked
from kiosk.core.model import NEVER, Counts, Deadline
from kiosk.core.state import LastError, Leaving, State
from kiosk.core.turn import Turn

CONFIRM_SECONDS = 10.0
LEAVING_SECONDS = 10.0
"""For the deletions, and again for the revocation."""

ASKED = (CreatePickingSession, DeletePickingSession, Revoke)
"""What only Google can do."""


def ask(state: State, asked: Asked, turn: Turn) -> State:
    """The verb. A key asks first, and acts when it is pressed again."""
    if not asked.confirmed and state.confirm_until is None:
        return evolve(state, confirm_until=turn.now.after(CONFIRM_SECONDS))
    awaited = downloads.under_way(state.downloads) - {command.id for command in state.access.waiting}
    return evolve(
        state,
        signin=signin.Off(),
        exchange=None,
        confirm_until=None,
        picking=picking.leave(state.picking, turn),
        downloads=downloads.Downloads(),
        leaving=Leaving(until=turn.now.after(LEAVING_SECONDS), awaits=awaited),
    )


def wiping(state: State) -> bool:
    """The card is being wiped: nothing else happens until it is."""
    return state.leaving is not None and state.leaving.wipe is not None


def tick(state: State, turn: Turn) -> State:
    """On to the next part when the last is done or its time is over."""
    leaving = state.leaving
    if leaving is None:
        return state
    late = turn.due(leaving.until)
    credentials = state.access.credentials
    if leaving.revoke is None and leaving.wipe is None:
        deleting = not picking.over(state.picking) and access.signed_in(state.access)
        if (deleting or leaving.awaits) and not late:
            return state
        if deleting:
            state, leaving = _unanswered(state, leaving, turn)
        if credentials is not None:
            revoke = turn.issue(Revoke(refresh_token=credentials.refresh_token))
            until = turn.now.after(LEAVING_SECONDS)
            return evolve(state, leaving=evolve(leaving, revoke=revoke, until=until))
    elif not late:
        return state
    elif leaving.until > 0.0 and leaving.wipe is None:  # no answer, neither good nor bad, has ended it
        state, leaving = _unanswered(state, leaving, turn)
    wipe = turn.issue(WipeEverything())
    show = slideshow.clear(state.show, turn)
    leaving = Leaving(NEVER, wipe=wipe, trouble=leaving.trouble)
    return evolve(state, leaving=leaving, show=show, counts=Counts())


def _unanswered(state: State, leaving: Leaving, turn: Turn) -> tuple[State, Leaving]:
    text = f"Google did not answer within {LEAVING_SECONDS:.0f} s"
    told = evolve(state, last_error=LastError(text, turn.now.utc))
    return told, evolve(leaving, trouble=leaving.trouble or text)


def handle(state: State, event: Event, turn: Turn) -> State:
    """An answer that was waited for, good or bad."""
    leaving = state.leaving
    if leaving is None:
        return state
    if event.answers == leaving.revoke and isinstance(event, (Revoked, Failed)):
        leaving = evolve(leaving, until=Deadline(0.0))
    if isinstance(event, Failed) and isinstance(event.command, ASKED):
        leaving = evolve(leaving, trouble=str(event.error))
    if event.answers == leaving.wipe and isinstance(event, Failed):
        leaving = evolve(leaving, until=turn.now.after(LEAVING_SECONDS))
    return evolve(state, leaving=evolve(leaving, awaits=leaving.awaits - {event.answers}))
