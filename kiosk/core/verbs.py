"""What a person asks for, by key or by the control socket.

Rules:
- A verb that makes no sense now changes nothing, and says nothing.
- While the frame is being erased, and before the card has been read, only QUIT, SLEEP and WAKE are heard;
  before the card has been read the menu as well.
- A key that the menu understands is the menu's while it is open.
- Whoever presses a key in the dark sees nothing: the key lights the screen, and that is all.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import access, arrivals, creating, disconnect, menu, picking, signin, sleeping, slideshow
from kiosk.core.commands import Quit, SaveAttempt
from kiosk.core.events import Asked, Verb
from kiosk.core.state import State
from kiosk.core.turn import Turn


def handle(state: State, asked: Asked, turn: Turn) -> State:
    if asked.verb is Verb.QUIT:
        turn.issue(Quit())
    dark = state.unseen
    state = sleeping.asked(state, asked, turn)
    if dark and not sleeping.heard(asked):
        return state
    if state.leaving is not None:
        return state
    state, left = menu.hear(state, asked, turn)
    if left is None:
        return state
    return _do(state, left, turn) if left is asked else handle(state, left, turn)


def _do(state: State, asked: Asked, turn: Turn) -> State:
    if not state.opened:
        return state
    match asked.verb:
        case Verb.PLAY_PAUSE:
            verb = Verb.RESUME if state.show.paused else Verb.PAUSE
            return evolve(state, show=slideshow.asked(state.show, evolve(asked, verb=verb), turn))
        case Verb.NEXT | Verb.PREVIOUS | Verb.PAUSE | Verb.RESUME | Verb.HIDE:
            return evolve(state, show=slideshow.asked(state.show, asked, turn))
        case Verb.CANCEL if state.show.question is not None:
            return evolve(state, show=slideshow.asked(state.show, asked, turn))
        case Verb.PICK:
            return _pick(state, turn)
        case Verb.SIGN_IN:
            return _sign_in(state, asked, turn)
        case Verb.CANCEL:
            return _cancel(state, turn)
        case Verb.SIGN_OUT:
            return disconnect.ask(state, asked, turn)
    return state


def _pick(state: State, turn: Turn) -> State:
    if menu.signs_in_first(state):
        return _sign_in(state, Asked(verb=Verb.SIGN_IN), turn)
    if isinstance(state.picking.phase, picking.Idle):
        return evolve(state, picking=picking.begin(state.picking, turn))
    if isinstance(state.picking.phase, picking.Creating):
        # Whoever asks again has perhaps just put right what was wrong: no back-off is theirs to wait for.
        part = evolve(state.picking, phase=creating.hurry(state.picking.phase, turn))
        return evolve(state, picking=part, access=access.hurry(state.access, turn))
    return state


def _sign_in(state: State, asked: Asked, turn: Turn) -> State:
    if asked.code is not None:
        return evolve(state, exchange=signin.exchange(asked, turn))
    if isinstance(state.signin, signin.Requesting):
        return evolve(state, signin=signin.hurry(state.signin, turn))
    if isinstance(state.signin, signin.Waiting):
        return state
    return evolve(state, signin=signin.begin(turn))


def _cancel(state: State, turn: Turn) -> State:
    if state.confirm_until is None:
        # What is arriving goes on arriving; the badge tells.
        state = evolve(state, arrivals=arrivals.stop(state.arrivals, turn))
    state = evolve(state, confirm_until=None)
    phase = state.picking.phase
    if isinstance(phase, picking.Idle):
        if phase.outcome is not picking.Outcome.CANCELLED:
            state = evolve(state, picking=evolve(state.picking, phase=picking.Idle()))
    else:
        state = evolve(state, picking=picking.cancel(state.picking, turn))
    if state.counts.stored and not isinstance(state.signin, signin.Off):
        turn.issue(SaveAttempt(attempt=None))
        state = evolve(state, signin=signin.Off())
    return state
