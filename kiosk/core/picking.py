"""One picking session: create -> choose (poll) -> list -> fetch -> delete (Picker API, "Sessions").

Rules:
- Polls at the server's pace and stops when ``timeoutIn`` says so.
- Only the absence of a page token ends a list; a repeated page token and an endless list end it too.
- Every picking session that was ever made is deleted: after its last rendition, a time-out, a cancel or a restart.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core import deletions
from kiosk.core.commands import (
    AddItems,
    CreatePickingSession,
    DeletePickingSession,
    GetPickingSession,
    ListMediaItems,
    SavePick,
)
from kiosk.core.deletions import Deletion
from kiosk.core.events import (
    Event,
    Failed,
    ItemsAdded,
    MediaItemsListed,
    PickingSessionDeleted,
    PickingSessionReady,
    PickSaved,
)
from kiosk.core.model import (
    NEVER,
    CommandId,
    Deadline,
    OpenPick,
    PickId,
    PickingSession,
    PickPhase,
    RequestId,
)
from kiosk.core.phases import (
    Choosing,
    Creating,
    Fetching,
    Idle,
    Listing,
    Outcome,
    Phase,
    Resuming,
    session_of,
)
from kiosk.core.turn import Turn
from kiosk.errors import Gone, KioskError, Reason, Refused, SignInRequired

__all__ = [
    "Choosing",
    "Creating",
    "Deletion",
    "Fetching",
    "Idle",
    "Listing",
    "Outcome",
    "Phase",
    "Picking",
    "Resuming",
    "session_of",
]

FIRST_RETRY = 2.0
LONGEST_RETRY = 120.0
SENTENCE_RETRY = 60.0
"""Between tries while a sentence on the screen asks the person for something."""
DEFAULT_POLL = 5.0
LEAST_POLL = 1.0
DEFAULT_TIMEOUT = 1800.0
MOST_TIMEOUT = 24 * 3600.0
MOST_PAGES = 500
MOST_REFUSALS = 5
OUTCOME_SECONDS = 30.0
"""How long the screen says what became of a pick."""


@frozen
class Picking:
    phase: Phase = Idle()
    deletions: tuple[Deletion, ...] = ()


def begin(part: Picking, turn: Turn, request_id: RequestId | None = None) -> Picking:
    """A new pick, with the sign-in attempt's request id or a fresh one. An open picking session is given up for it."""
    if session_of(part.phase) is not None:
        part = _end(part, turn, None)
    return evolve(part, phase=Creating(request_id or turn.fresh_request_id()))


def restore(open_picks: tuple[OpenPick, ...]) -> Picking:
    """After a restart: the newest unfinished pick goes on, all others are deleted at Google."""
    unfinished = [pick for pick in open_picks if pick.phase is not PickPhase.ENDED]
    resumed = max(unfinished, key=lambda pick: pick.pick_id, default=None)
    rest = tuple(Deletion(pick.session_id) for pick in open_picks if pick is not resumed)
    return Picking(Resuming(resumed) if resumed else Idle(), rest)


def cancel(part: Picking, turn: Turn) -> Picking:
    """The person changed their mind. What is already downloading goes on."""
    if isinstance(part.phase, (Creating, Resuming, Choosing)):
        return _end(part, turn, Outcome.CANCELLED)
    return part


def list_again(part: Picking) -> Picking:
    """Fresh base URLs, while the picking session lives."""
    if isinstance(part.phase, Fetching):
        return evolve(part, phase=Listing(part.phase.session_id, part.phase.pick_id, again=True))
    return part


def finish(part: Picking, turn: Turn) -> Picking:
    """Everything listed is stored or given up."""
    return _end(part, turn, None) if isinstance(part.phase, Fetching) else part


def awaited(part: Picking) -> frozenset[CommandId]:
    """The commands whose answers still matter."""
    own = None if isinstance(part.phase, (Idle, Fetching)) else part.phase.command
    ids = (own, *(deletion.command for deletion in part.deletions))
    return frozenset(each for each in ids if each is not None)


def handle(part: Picking, event: Event, turn: Turn) -> Picking:
    if isinstance(event, PickSaved):
        return _saved(part, event)
    if (
        isinstance(event, ItemsAdded)
        and isinstance(part.phase, Listing)
        and event.answers in part.phase.adding
    ):
        adding = tuple(command for command in part.phase.adding if command != event.answers)
        return _listed(part, evolve(part.phase, adding=adding, failures=0), turn)
    if isinstance(event, Failed) and isinstance(event.command, AddItems) and isinstance(part.phase, Listing):
        return _add_failed(part, part.phase, event, turn)
    if isinstance(event, PickingSessionDeleted) or (
        isinstance(event, Failed) and isinstance(event.command, DeletePickingSession)
    ):
        return evolve(part, deletions=deletions.answered(part.deletions, event, turn))
    phase = part.phase
    if isinstance(phase, (Idle, Fetching)) or phase.command is None or event.answers != phase.command:
        return _unasked(part, event, turn)
    match phase, event:
        case Creating(), PickingSessionReady(picking_session=ready):
            turn.issue(_saving(ready, PickPhase.PICKING))
            return evolve(part, phase=_choosing(ready, None, turn))
        case Resuming(), PickingSessionReady(picking_session=ready):
            return _advance(part, _choosing(ready, phase.pick.pick_id, turn), turn)
        case Choosing(), PickingSessionReady(picking_session=ready):
            return _advance(part, _polled(phase, ready, turn), turn)
        case Listing(), MediaItemsListed():
            return _page(part, phase, event, turn)
        case _, Failed(error=error):
            return _failed(part, phase, error, turn)
    return part


def tick(part: Picking, turn: Turn) -> Picking:
    part = evolve(part, deletions=deletions.tick(part.deletions, turn))
    phase = part.phase
    match phase:
        case Idle(until=until) if until and turn.due(until):
            return evolve(part, phase=Idle())
        case Creating(command=None, after_leftovers=True) if not part.deletions:
            return evolve(part, phase=evolve(phase, after_leftovers=False, at=turn.now.after(0)))
        case Creating(command=None, after_leftovers=False, at=at) if turn.due(at):
            create = CreatePickingSession(request_id=phase.request_id, max_items=turn.settings.max_items)
            return evolve(part, phase=evolve(phase, command=turn.issue(create)))
        case Resuming(command=None, at=at) if turn.due(at):
            get = GetPickingSession(session_id=phase.pick.session_id)
            return evolve(part, phase=evolve(phase, command=turn.issue(get)))
        case Choosing(stop_at=stop_at) if turn.due(stop_at):
            return _end(part, turn, Outcome.TIMED_OUT)
        case Choosing(command=None, next_poll=next_poll) if turn.due(next_poll):
            get = GetPickingSession(session_id=phase.picking_session.id)
            return evolve(part, phase=evolve(phase, command=turn.issue(get)))
        case Listing(command=None, complete=False, at=at, pick_id=pick_id) if (
            pick_id is not None and turn.due(at)
        ):
            page = ListMediaItems(session_id=phase.session_id, page_token=phase.page_token)
            return evolve(part, phase=evolve(phase, command=turn.issue(page)))
    return part


def deadline(part: Picking) -> Deadline:
    soonest = deletions.deadline(part.deletions)
    match part.phase:
        case Idle(until=until) if until:
            return min(soonest, until)
        case Creating(command=None, after_leftovers=False, at=at) | Resuming(command=None, at=at):
            return min(soonest, at)
        case Choosing(command=None, next_poll=next_poll, stop_at=stop_at):
            return min(soonest, next_poll, stop_at)
        case Choosing(stop_at=stop_at):
            return min(soonest, stop_at)
        case Listing(command=None, complete=False, pick_id=pick_id, at=at) if pick_id is not None:
            return min(soonest, at)
    return soonest


def _choosing(ready: PickingSession, pick_id: PickId | None, turn: Turn) -> Choosing:
    timeout = DEFAULT_TIMEOUT if ready.timeout_in is None else min(ready.timeout_in, MOST_TIMEOUT)
    return Choosing(ready, turn.now.after(_pace(ready)), turn.now.after(timeout), pick_id)


def _pace(picking_session: PickingSession) -> float:
    return max(picking_session.poll_interval or DEFAULT_POLL, LEAST_POLL)


def _polled(phase: Choosing, ready: PickingSession, turn: Turn) -> Choosing:
    """What this answer leaves out stays as it was."""
    known = phase.picking_session
    poll = known.poll_interval if ready.poll_interval is None else ready.poll_interval
    ready = evolve(ready, picker_uri=ready.picker_uri or known.picker_uri, poll_interval=poll)
    moved = _choosing(ready, phase.pick_id, turn)
    return evolve(moved, stop_at=phase.stop_at) if ready.timeout_in is None else moved


def _advance(part: Picking, phase: Choosing, turn: Turn) -> Picking:
    """On to the list as soon as the person has tapped Done."""
    if not phase.picking_session.media_items_set:
        return evolve(part, phase=phase)
    turn.issue(_saving(phase.picking_session, PickPhase.FETCHING))
    return evolve(part, phase=Listing(phase.picking_session.id, phase.pick_id))


def _saving(picking_session: PickingSession, phase: PickPhase) -> SavePick:
    expires = picking_session.expires_at
    return SavePick(
        session_id=picking_session.id,
        phase=phase,
        expires_at=None if expires is None else expires.isoformat(),
    )


def _saved(part: Picking, event: PickSaved) -> Picking:
    phase = part.phase
    if (
        isinstance(phase, (Choosing, Listing))
        and session_of(phase) == event.session_id
        and phase.pick_id is None
    ):
        return evolve(part, phase=evolve(phase, pick_id=event.pick_id))
    return part


def _page(part: Picking, phase: Listing, event: MediaItemsListed, turn: Turn) -> Picking:
    assert phase.pick_id is not None  # noqa: S101  tick lists only once the pick has its id
    page = event.page
    items = tuple({item.id: item for item in page.items if item.id not in phase.listed}.values())
    adding = phase.adding
    if items:
        adding = (*adding, turn.issue(AddItems(pick_id=phase.pick_id, items=items)))
    token = page.next_page_token
    seen = phase.seen | {token} if token else phase.seen
    repeated = token is not None and token in phase.seen
    complete = token is None or repeated or len(seen) >= MOST_PAGES
    listed = phase.listed | {item.id for item in items}
    moved = evolve(phase, command=None, page_token=token, seen=seen, listed=listed)
    return _listed(part, evolve(moved, adding=adding, complete=complete, at=turn.now.after(0)), turn)


def _listed(part: Picking, phase: Listing, turn: Turn) -> Picking:
    if not phase.complete or phase.adding:
        return evolve(part, phase=phase)
    if not phase.listed and not phase.again:
        return _end(evolve(part, phase=phase), turn, Outcome.EMPTY)
    assert phase.pick_id is not None  # noqa: S101  a list is complete only after a page
    return evolve(part, phase=Fetching(phase.session_id, phase.pick_id))


def _add_failed(part: Picking, phase: Listing, event: Failed, turn: Turn) -> Picking:
    """The card is full or read-only: the same page again, later."""
    if event.answers not in phase.adding or not isinstance(event.command, AddItems):
        return part
    retry = turn.backoff(phase.failures, FIRST_RETRY, LONGEST_RETRY)
    restart = Listing(
        phase.session_id, phase.pick_id, at=retry, failures=phase.failures + 1, again=phase.again
    )
    return evolve(part, phase=restart)


def _failed(
    part: Picking, phase: Creating | Resuming | Choosing | Listing, error: KioskError, turn: Turn
) -> Picking:
    again = evolve(phase, command=None, failures=phase.failures + 1)
    if isinstance(error, SignInRequired):
        return _suspend(part, phase, turn)
    if isinstance(again, Creating):
        return _create_failed(part, again, error, turn)
    if isinstance(error, Gone):
        return _end(part, turn, Outcome.TIMED_OUT if isinstance(phase, Choosing) else Outcome.LOST)
    retry = turn.retry(error, phase.failures, FIRST_RETRY, LONGEST_RETRY)
    match again, error:
        case Listing(), Refused(reason=Reason.NOT_READY):
            back = PickingSession(again.session_id, "", False, None, None, None)
            return evolve(part, phase=_choosing(back, again.pick_id, turn))
        case Choosing(picking_session=polled), _:
            next_poll = max(retry, turn.now.after(_pace(polled)))
            return evolve(part, phase=evolve(again, next_poll=next_poll))
        case _, Refused() if again.failures > MOST_REFUSALS:
            return _end(part, turn, Outcome.REFUSED, str(error))
    assert isinstance(again, (Listing, Resuming))  # noqa: S101  Creating and Choosing have returned above
    return evolve(part, phase=evolve(again, at=retry))


def _create_failed(part: Picking, phase: Creating, error: KioskError, turn: Turn) -> Picking:
    phase = evolve(phase, trouble=error)
    if isinstance(error, Refused):
        if error.reason is Reason.TOO_MANY_SESSIONS and part.deletions and phase.failures == 1:
            return evolve(part, phase=evolve(phase, after_leftovers=True))
        return evolve(part, phase=evolve(phase, at=turn.backoff(phase.failures - 1, SENTENCE_RETRY, 900.0)))
    return evolve(
        part, phase=evolve(phase, at=turn.retry(error, phase.failures - 1, FIRST_RETRY, LONGEST_RETRY))
    )


def _suspend(part: Picking, phase: Phase, turn: Turn) -> Picking:
    """Signed out in the middle: an unfinished fetch waits for the next sign-in, an unfinished choice is over."""
    if isinstance(phase, Listing) and phase.pick_id is not None:
        pick = OpenPick(phase.pick_id, phase.session_id, PickPhase.FETCHING, None)
        return evolve(part, phase=Resuming(pick, at=NEVER))
    if isinstance(phase, Resuming):
        return evolve(part, phase=evolve(phase, command=None, at=NEVER))
    return _end(part, turn, None)


def suspend_fetching(part: Picking) -> Picking:
    """A download found that nobody is signed in any more."""
    if isinstance(part.phase, Fetching):
        pick = OpenPick(part.phase.pick_id, part.phase.session_id, PickPhase.FETCHING, None)
        return evolve(part, phase=Resuming(pick, at=NEVER))
    return part


def signed_in_again(part: Picking, turn: Turn) -> Picking:
    """What waited for a person goes on."""
    phase = part.phase
    if isinstance(phase, Resuming) and phase.command is None:
        phase = evolve(phase, at=turn.now.after(0))
    return evolve(part, phase=phase, deletions=deletions.signed_in_again(part.deletions, turn))


def _end(part: Picking, turn: Turn, outcome: Outcome | None, message: str = "") -> Picking:
    """Back to idle; the picking session, if there is one, is deleted at Google."""
    session_id = session_of(part.phase)
    left = part.deletions if session_id is None else deletions.add(part.deletions, session_id, turn)
    tells = outcome not in (None, Outcome.CANCELLED)
    until = turn.now.after(OUTCOME_SECONDS) if tells else Deadline(0.0)
    return Picking(Idle(outcome, until, message), left)


def _unasked(part: Picking, event: Event, turn: Turn) -> Picking:
    """A picking session that nobody waits for any more, e.g. made just after a cancel, is deleted."""
    if not isinstance(event, PickingSessionReady):
        return part
    session_id = event.picking_session.id
    if session_id == session_of(part.phase) or any(d.session_id == session_id for d in part.deletions):
        return part
    return evolve(part, deletions=deletions.add(part.deletions, session_id, turn))
