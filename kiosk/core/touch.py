"""What a finger means. The window knows where it was (kiosk/display/touch.py); here it becomes a verb.

Rules:
- In the dark a touch lights the screen, and that is all.
- The pictures follow the finger: to the left comes the next one, in every language, as they move on the screen
  (a push does not turn round either, and an arrow key points the same way).
- In the menu a line under the finger is chosen; anything else closes it.
- A tap on a picture changes nothing: whoever wipes the dust off has not asked for anything. It says how to go on.
"""

from __future__ import annotations

from kiosk.core import menu, sleeping, verbs
from kiosk.core.events import Asked, Gesture, Touched, Verb
from kiosk.core.state import State
from kiosk.core.turn import Turn

SWIPES = {
    Gesture.LEFT: Asked(verb=Verb.NEXT, key=True),
    Gesture.RIGHT: Asked(verb=Verb.PREVIOUS, key=True),
}
_VERBS = SWIPES | {Gesture.HOLD: Asked(verb=Verb.MENU, key=True)}
THERE = Asked(verb=Verb.WAKE, key=True)


def handle(state: State, touched: Touched, turn: Turn) -> State:
    if state.unseen or state.leaving is not None:
        return verbs.handle(state, THERE, turn)
    if state.menu is not None:
        return _in_menu(sleeping.asked(state, THERE, turn), touched, turn)
    if state.show.question is not None or state.confirm_until is not None:
        # Only keys can answer these; a finger that does not know which one takes the question away.
        return verbs.handle(state, Asked(verb=Verb.CANCEL, key=True), turn)
    asked = _VERBS.get(touched.gesture)
    if asked is not None:
        return verbs.handle(state, asked, turn)
    state = verbs.handle(state, THERE, turn)
    return menu.hint(state, turn) if touched.gesture is Gesture.TAP else state


def _in_menu(state: State, touched: Touched, turn: Turn) -> State:
    if touched.entry is None or touched.gesture not in (Gesture.TAP, Gesture.HOLD):
        return menu.close(state, turn)
    state, chosen = menu.choose(state, touched.entry, turn)
    return state if chosen is None else verbs.handle(state, chosen, turn)
