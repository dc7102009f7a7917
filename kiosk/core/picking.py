"""One picking session: create -> choose (poll) -> list -> fetch -> delete (Picker API, "Sessions").

core/creating.py, core/choosing.py, core/listing.py and core/deletions.py have what belongs to one step alone.

Rules:
- Polls at the server's pace and stops when ``timeoutIn`` says so.
- Every picking session that was ever made, or may have been made, is deleted: after its last rendition, a time-out, a
  cancel or a restart.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core import choosing, creating, deletions, doubts, listing
from kiosk.core.commands import (
    AddItems,
    DeletePickingSession,
    ForgetPickRequest,
    GetPickingSession,
    SavePick,
)
from kiosk.core.deletions import Deletion
from kiosk.core.doubts import Doubt
from kiosk.core.events import (
    Event,
    Failed,
    ItemsAdded,
    MediaItemsListed,
    PickingSessionDeleted,
    PickingSessionReady,
    PickSaved,
    Saved,
)
from kiosk.core.model import (
    NEVER,
    CommandId,
    Deadline,
    OpenPick,
    PickingSession,
    PickingSessionId,
    PickPhase,
    PickRequest,
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
    "Doubt",
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
MOST_REFUSALS = 5
OUTCOME_SECONDS = 30.0
"""How long the screen says what became of a pick."""


@frozen
class Picking:
    phase: Phase = Idle()
    deletions: tuple[Deletion, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    made: tuple[tuple[RequestId, PickingSessionId], ...] = ()
    """Request ids that are on the card until their picking sessions are there, or deleted."""


def begin(part: Picking, turn: Turn, request_id: RequestId | None = None) -> Picking:
    """A new pick, with the sign-in attempt's request id or a fresh one. An open picking session is given up for it."""
    if not isinstance(part.phase, Idle):
        part = _end(part, turn, None)
    return evolve(part, phase=Creating(request_id or turn.fresh_request_id()))


def restore(
    open_picks: tuple[OpenPick, ...], pick_requests: tuple[PickRequest, ...] = (), *, signed_in: bool = True
) -> Picking:
    """After a restart: the newest unfinished pick goes on, all others are deleted at Google. A pick that nobody has
    seen a code for yet goes on only with somebody signed in: a restart by itself asks nobody for a sign-in."""
    unfinished = [pick for pick in open_picks if pick.phase is not PickPhase.ENDED]
    resumed = max(unfinished, key=lambda pick: pick.pick_id, default=None)
    phase: Phase = Resuming(resumed) if resumed else Idle()
    wanted = [each for each in pick_requests if not each.abandoned]
    newest = wanted[-1] if wanted and signed_in and resumed is None else None
    if newest is not None:
        phase = Creating(newest.request_id, kept=True, unsure=True)
    return Picking(
        phase,
        tuple(Deletion(pick.session_id) for pick in open_picks if pick is not resumed),
        tuple(Doubt(each.request_id) for each in pick_requests if each is not newest),
    )


def leave(part: Picking, turn: Turn) -> Picking:
    """*Disconnect*: nothing but the deletions goes on. The card is not told of them: it is about to be wiped."""
    phase = part.phase
    session_id = session_of(phase)
    known = tuple(each for each in part.deletions if each.session_id != session_id)
    left = part.doubts
    if isinstance(phase, Creating):
        left = creating.give_up(phase, left, turn)
    return Picking(Idle(), (*known, *((Deletion(session_id),) if session_id else ())), left)


def over(part: Picking) -> bool:
    """Nothing is left to be asked of Google."""
    return isinstance(part.phase, Idle) and not part.deletions and not part.doubts


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


def finish(part: Picking, turn: Turn, missing: str = "") -> Picking:
    """Everything listed is stored or given up; ``missing`` says what could not be had."""
    if not isinstance(part.phase, Fetching):
        return part
    return _end(part, turn, Outcome.INCOMPLETE if missing else None, missing)


def awaited(part: Picking) -> frozenset[CommandId]:
    """The commands whose answers still matter."""
    own = None if isinstance(part.phase, (Idle, Fetching)) else part.phase.command
    ids = (own, *(deletion.command for deletion in part.deletions))
    return frozenset(each for each in ids if each is not None) | doubts.awaited(part.doubts)


def never_sent(part: Picking, commands: frozenset[CommandId], turn: Turn) -> Picking:
    """The gate has dropped these, since nobody awaits them."""
    return evolve(part, doubts=doubts.never_sent(part.doubts, commands, turn))


def handle(part: Picking, event: Event, turn: Turn) -> Picking:
    phase = part.phase
    match event:
        case PickSaved():
            return _known(_saved(part, event), event.session_id, turn)
        case Saved() | Failed() if isinstance(phase, Creating) and creating.saved(phase, event):
            return evolve(part, phase=evolve(phase, saving=None, kept=True))
        case ItemsAdded() | Failed(command=AddItems()) if isinstance(phase, Listing):
            return _listed(part, listing.added(phase, event, turn), turn)
        case PickingSessionDeleted() | Failed(command=DeletePickingSession()):
            return _deleted(part, event, turn)
    doubt, others = doubts.take(part.doubts, event.answers)
    if doubt is not None and isinstance(event, Failed):
        return evolve(part, doubts=(*others, *doubts.failed(doubt, event.error, turn)))
    if doubt is not None and isinstance(event, PickingSessionReady):
        return _unasked(_made(evolve(part, doubts=others), doubt.request_id, event), event, turn)
    if isinstance(phase, (Idle, Fetching)) or phase.command is None or event.answers != phase.command:
        return _unasked(part, event, turn)
    return _answered(part, phase, event, turn)


def _answered(
    part: Picking, phase: Creating | Resuming | Choosing | Listing, event: Event, turn: Turn
) -> Picking:
    """The answer that this phase waits for."""
    match phase, event:
        case Creating(), PickingSessionReady(picking_session=ready):
            turn.issue(_saving(ready, PickPhase.PICKING))
            part = _made(part, phase.request_id, event)
            return _advance(part, choosing.begin(ready, None, turn), turn)
        case Resuming(), PickingSessionReady(picking_session=ready):
            return _advance(part, choosing.begin(ready, phase.pick.pick_id, turn), turn)
        case Choosing(), PickingSessionReady(picking_session=ready):
            return _advance(part, choosing.polled(phase, ready, turn), turn)
        case Listing(), MediaItemsListed(page=page):
            return _listed(part, listing.read(phase, page, turn), turn)
        case _, Failed(error=error):
            return _failed(part, phase, error, turn)
    return part


def tick(part: Picking, turn: Turn) -> Picking:
    part = evolve(part, deletions=deletions.tick(part.deletions, turn))
    phase = part.phase
    if isinstance(phase, Creating):
        others, asking = bool(part.deletions), doubts.asking(part.doubts)
        return evolve(part, phase=creating.tick(phase, turn, others=others, asking=asking))
    part = evolve(part, doubts=doubts.tick(part.doubts, turn))
    match phase:
        case Idle(until=until) if until and turn.due(until):
            return evolve(part, phase=Idle())
        case Resuming(command=None, at=at) if turn.due(at):
            get = GetPickingSession(session_id=phase.pick.session_id)
            return evolve(part, phase=evolve(phase, command=turn.issue(get)))
        case Choosing(stop_at=stop_at) if turn.due(stop_at):
            return _end(part, turn, Outcome.TIMED_OUT)
        case Choosing(command=None, next_poll=next_poll) if turn.due(next_poll):
            get = GetPickingSession(session_id=phase.picking_session.id)
            return evolve(part, phase=evolve(phase, command=turn.issue(get)))
        case Listing():
            return evolve(part, phase=listing.tick(phase, turn))
    return part


def deadline(part: Picking) -> Deadline:
    soonest = deletions.deadline(part.deletions)
    if isinstance(part.phase, Creating):
        return min(soonest, creating.deadline(part.phase, asking=doubts.asking(part.doubts)))
    soonest = min(soonest, doubts.deadline(part.doubts))
    match part.phase:
        case Idle(until=until) if until:
            return min(soonest, until)
        case Resuming(command=None, at=at):
            return min(soonest, at)
        case Choosing(command=None, next_poll=next_poll, stop_at=stop_at):
            return min(soonest, next_poll, stop_at)
        case Choosing(stop_at=stop_at):
            return min(soonest, stop_at)
        case Listing(at=at) as phase if listing.waits(phase):
            return min(soonest, at)
    return soonest


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


def _made(part: Picking, request_id: RequestId, event: PickingSessionReady) -> Picking:
    return evolve(part, made=(*part.made, (request_id, event.picking_session.id)))


def _known(part: Picking, session_id: PickingSessionId, turn: Turn) -> Picking:
    """The card knows this picking session now, or nobody has to know it any more: its request id has served."""
    for request_id in [request_id for request_id, made in part.made if made == session_id]:
        turn.issue(ForgetPickRequest(request_id=request_id))
    return evolve(part, made=tuple(each for each in part.made if each[1] != session_id))


def _deleted(part: Picking, event: Event, turn: Turn) -> Picking:
    left = deletions.answered(part.deletions, event, turn)
    for deletion in part.deletions:
        if all(each.session_id != deletion.session_id for each in left):
            part = _known(part, deletion.session_id, turn)
    return evolve(part, deletions=left)


def _listed(part: Picking, phase: Listing, turn: Turn) -> Picking:
    if not phase.complete or phase.adding:
        return evolve(part, phase=phase)
    if not phase.listed and not phase.again:
        return _end(evolve(part, phase=phase), turn, Outcome.EMPTY)
    assert phase.pick_id is not None  # noqa: S101  a list is complete only after a page
    return evolve(part, phase=Fetching(phase.session_id, phase.pick_id))


def _failed(
    part: Picking, phase: Creating | Resuming | Choosing | Listing, error: KioskError, turn: Turn
) -> Picking:
    if isinstance(error, SignInRequired):
        return _suspend(part, evolve(phase, command=None), turn)
    if isinstance(phase, Creating):
        others = bool(part.deletions)
        return evolve(part, phase=creating.failed(phase, error, turn, others=others))
    again = evolve(phase, command=None, failures=phase.failures + 1)
    if isinstance(error, Gone):
        return _end(part, turn, Outcome.TIMED_OUT if isinstance(phase, Choosing) else Outcome.LOST)
    retry = turn.retry(error, phase.failures, FIRST_RETRY, LONGEST_RETRY)
    match again, error:
        case Listing(), Refused(reason=Reason.NOT_READY):
            back = PickingSession(again.session_id, "", False, None, None, None)
            return evolve(part, phase=choosing.begin(back, again.pick_id, turn))
        case Choosing(picking_session=polled), _:
            next_poll = max(retry, turn.now.after(choosing.pace(polled)))
            return evolve(part, phase=evolve(again, next_poll=next_poll))
        case _, Refused() if again.failures > MOST_REFUSALS:
            return _end(part, turn, Outcome.REFUSED, str(error))
    assert isinstance(again, (Listing, Resuming))  # noqa: S101  Creating and Choosing have returned above
    return evolve(part, phase=evolve(again, at=retry))


def _suspend(part: Picking, phase: Phase, turn: Turn) -> Picking:
    """Signed out in the middle: an unfinished fetch waits for the next sign-in, an unfinished choice is over."""
    if isinstance(phase, Listing) and phase.pick_id is not None:
        pick = OpenPick(phase.pick_id, phase.session_id, PickPhase.FETCHING, None)
        return evolve(part, phase=Resuming(pick, at=NEVER))
    if isinstance(phase, Resuming):
        return evolve(part, phase=evolve(phase, at=NEVER))
    return _end(evolve(part, phase=phase), turn, None)


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
    return evolve(
        part,
        phase=phase,
        deletions=deletions.signed_in_again(part.deletions, turn),
        doubts=doubts.signed_in_again(part.doubts, turn),
    )


def _end(part: Picking, turn: Turn, outcome: Outcome | None, message: str = "") -> Picking:
    """Back to idle; the picking session, if there is one, is deleted at Google."""
    session_id = session_of(part.phase)
    left, unsure = part.deletions, part.doubts
    if session_id is not None:
        left = deletions.add(left, session_id, turn)
    if isinstance(part.phase, Creating):
        unsure = creating.give_up(part.phase, unsure, turn)
    tells = outcome not in (None, Outcome.CANCELLED)
    until = turn.now.after(OUTCOME_SECONDS) if tells else Deadline(0.0)
    return Picking(Idle(outcome, until, message), left, unsure, part.made)


def _unasked(part: Picking, event: Event, turn: Turn) -> Picking:
    """A picking session that nobody waits for any more, e.g. made just after a cancel, is deleted."""
    if not isinstance(event, PickingSessionReady):
        return part
    session_id = event.picking_session.id
    if session_id == session_of(part.phase):
        return part
    return evolve(part, deletions=deletions.add(part.deletions, session_id, turn))
