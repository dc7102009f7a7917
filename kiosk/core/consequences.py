"""What one part's news means for another: of a sign-in for the pick, of a pick for the show and the downloads.

Rules:
- Sign-in and picking start by themselves only while there is nothing to show; otherwise somebody asks.
- What follows is looked for after every event, until nothing new comes of it (machine.py).
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import access, downloads, picking, signin, slideshow, words
from kiosk.core.commands import CreatePickingSession, ReplacePicks, SaveAttempt, SaveCredentials
from kiosk.core.events import Event, Failed
from kiosk.core.settings import PickMode
from kiosk.core.state import LastError, State
from kiosk.core.turn import Turn
from kiosk.errors import KioskError, Reason, SignInRequired


def signed_in(state: State, event: Event, turn: Turn) -> State:
    """Both roads end here: credentials, then straight to picking with the attempt's request id."""
    outcome = signin.handle(state.signin, event, turn)
    exchange = state.exchange
    if exchange is not None:
        ended = signin.exchanged(exchange, event)
        if isinstance(ended, signin.Success):
            outcome = ended
        if isinstance(ended, KioskError):
            state = evolve(state, last_error=LastError(str(ended), turn.now.utc))
        if ended is not None:
            state = evolve(state, exchange=None)
    if not isinstance(outcome, signin.Success):
        return evolve(_answer_lost(state, outcome, turn), signin=outcome)
    gate = access.accept(state.access, outcome.grant, turn.settings.client.client_id, turn.now)
    if gate.credentials is not None and turn.settings.keep_signed_in:
        turn.issue(SaveCredentials(credentials=gate.credentials))
    part = picking.signed_in_again(state.picking, turn)
    if not isinstance(part.phase, (picking.Resuming, picking.Listing, picking.Fetching)):
        part = picking.begin(part, turn, outcome.request_id)
    return evolve(
        state,
        access=gate,
        signin=signin.Off(),
        sign_ins=state.sign_ins + 1,
        picking=part,
        attempt_kept=turn.settings.keep_signed_in,
        downloads=evolve(state.downloads, signed_out=False),
    )


def _answer_lost(state: State, outcome: signin.SignIn, turn: Turn) -> State:
    """The person's phone says that all is well, so the owner must find out why it is not."""
    lost = isinstance(outcome, signin.Declined) and outcome.reason is Reason.ANSWER_LOST
    if not lost or outcome == state.signin:
        return state
    return evolve(state, last_error=LastError(words.SIGN_IN_LOST, turn.now.utc))


def needs_sign_in(state: State, event: Event, turn: Turn) -> State:
    """Somebody wants to pick and nobody is signed in any more: the sign-in is what they see next."""
    phase = state.picking.phase
    match event:
        case Failed(command=CreatePickingSession(id=asked), error=SignInRequired()) if (
            _calm(state) and isinstance(phase, picking.Creating) and phase.command == asked
        ):
            return evolve(state, signin=signin.begin(turn))
    return state


def _calm(state: State) -> bool:
    return state.leaving is None and isinstance(state.signin, signin.Off)


def follow(state: State, turn: Turn) -> State:
    """What the state of one part means for another, whatever brought it about."""
    state = _start_by_itself(_forget_access(state), turn)
    phase, part = state.picking.phase, state.downloads
    # The attempt stays until the pick that follows it has its own place on the card for the request id.
    noted = not isinstance(phase, picking.Creating) or phase.kept
    if state.attempt_kept and noted and isinstance(state.signin, signin.Off):
        turn.issue(SaveAttempt(attempt=None))
        state = evolve(state, attempt_kept=False)
    if isinstance(state.signin, signin.Waiting) and turn.settings.keep_signed_in:
        state = evolve(state, attempt_kept=True)
    if part.signed_out and isinstance(phase, picking.Fetching):
        state = evolve(state, picking=picking.suspend_fetching(state.picking))
    if part.list_again is not None and isinstance(phase, picking.Fetching) and turn.due(part.list_at):
        state = _list_again(state, turn)
    state = _finish_pick(state, turn)
    fading = state.show.fading_since is not None
    if state.downloads.stored and state.announced != part.pick_id and not fading:
        state = evolve(state, announced=part.pick_id, show=slideshow.fresh(state.show, turn))
    if state.counts.stored == 0 and state.show.current is not None:
        state = evolve(state, show=slideshow.clear(state.show, turn))
    return state


def _forget_access(state: State) -> State:
    """``keep_signed_in = false``: after the last download and the last deletion the access has served."""
    if state.settings.keep_signed_in or state.leaving is not None or not access.held(state.access):
        return state
    if not picking.over(state.picking) or not downloads.idle(state.downloads):
        return state
    return evolve(state, access=access.Access())


def _start_by_itself(state: State, turn: Turn) -> State:
    """With nothing to show, the frame asks for a sign-in or a pick without being asked."""
    if state.counts.stored or state.leaving is not None:
        return state
    phase = state.picking.phase
    idle = isinstance(phase, picking.Idle) and (
        phase.outcome is not picking.Outcome.CANCELLED and turn.due(phase.until)
    )
    if not access.signed_in(state.access):
        # Signed out after each pick, the frame first says what became of it, and respects a cancel.
        calm = _calm(state) and state.exchange is None
        if calm and (idle or state.settings.keep_signed_in or not isinstance(phase, picking.Idle)):
            return evolve(state, signin=signin.begin(turn))
        return state
    return evolve(state, picking=picking.begin(state.picking, turn)) if idle else state


def _list_again(state: State, turn: Turn) -> State:
    """A complete new list, or the start of one."""
    part = state.downloads
    if part.relisting:
        return evolve(state, downloads=downloads.relisted(part, turn))
    return evolve(state, downloads=evolve(part, relisting=True), picking=picking.list_again(state.picking))


def _finish_pick(state: State, turn: Turn) -> State:
    phase, part = state.picking.phase, state.downloads
    if isinstance(phase, picking.Idle) and part.queue:
        return evolve(state, downloads=downloads.give_up_all(part, "the picking session has ended", turn))
    if not isinstance(phase, picking.Fetching) or part.list_again is not None:
        return state
    if part.pick_id == phase.pick_id and not downloads.idle(part):
        return state
    if turn.settings.mode is PickMode.REPLACE and not part.replaced:
        turn.issue(ReplacePicks(pick_id=phase.pick_id, on_screen=slideshow.on_screen(state.show)))
    missing = words.missing(part.failed, part.total) if part.failed else ""
    return evolve(state, picking=picking.finish(state.picking, turn, missing))
