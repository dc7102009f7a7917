"""Without a display: nothing is decoded and the show stands still, as in the dark. All the rest goes on."""

from __future__ import annotations

from attrs import evolve

from kiosk.core import arrivals, sleeping, slideshow
from kiosk.core.state import State
from kiosk.core.turn import Turn


def lost(state: State, turn: Turn) -> State:
    """The display has gone, or there is none yet. What was on it is lost."""
    turn.unseen = True
    if state.sleep.asleep:
        # The show rests already; at waking it is fitted to whatever is there then.
        return evolve(state, blind=True, sleep=evolve(state.sleep, resized=True))
    show, part = slideshow.rest(state.show, turn), arrivals.stop(state.arrivals, turn)
    return evolve(state, blind=True, show=show, arrivals=part)


def sees(state: State, turn: Turn) -> State:
    """There is a display, or it has another size: the slides are fitted to it."""
    before, state = state.blind, evolve(state, blind=False)
    turn.unseen = state.unseen
    if state.sleep.asleep:
        return sleeping.resized(state, turn)
    if not state.opened:
        return state
    if before:
        return evolve(state, show=slideshow.rise(state.show, turn, resized=True))
    return evolve(state, show=slideshow.resize(state.show, turn))
