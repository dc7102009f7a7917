"""The menu of whoever stands before the frame: what is in it now, how the focus moves, what a choice means.

Rules:
- While it is open the picture stays: *Hide this photo* means the one that was there.
- It asks for nothing by itself: a choice becomes the verb that a key would have been (verbs.py).
- It closes quietly when nobody answers, and whenever something else is asked for.
- What cannot be taken back is asked about once more, and the harmless answer has the focus.
- Where the screen says "press OK" (words.py), the menu has what that is to bring: *Choose photos*, or *Disconnect*.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import access, picking, signin, slideshow
from kiosk.core.commands import LookUpFacts
from kiosk.core.events import Asked, Entry, Event, FactsFound, Verb, Which
from kiosk.core.model import NEVER, Deadline
from kiosk.core.state import OpenMenu, Page, State
from kiosk.core.turn import Turn

SECONDS = 30.0
"""Without an answer the menu closes ..."""
READING_SECONDS = 120.0
"""... later where something is to be read, or copied down."""
HINT_SECONDS = 6.0
"""How to touch the frame: two short sentences."""
BREATH = 3.0
"""The picture stays for so long after the menu has closed: one that leaves at once looks like an answer."""

_STEPS = {Verb.UP: -1, Verb.PREVIOUS: -1, Verb.DOWN: 1, Verb.NEXT: 1}
"""Next and previous too: many a remote control has nothing else, and one button is enough."""
_CHOOSES = (Verb.OK, Verb.PLAY_PAUSE, Verb.PAUSE, Verb.RESUME)
_BACK = {Page.WHICH: Entry.HIDE, Page.DISCONNECT: Entry.DISCONNECT, Page.INFO: Entry.INFO}
"""The entry that led to a page."""
_VERBS = {
    Entry.PICK: Asked(verb=Verb.PICK, key=True),
    Entry.STOP: Asked(verb=Verb.CANCEL, key=True),
    Entry.HIDE: Asked(verb=Verb.HIDE, key=True),
    Entry.PAUSE: Asked(verb=Verb.PAUSE, key=True),
    Entry.RESUME: Asked(verb=Verb.RESUME, key=True),
    Entry.SLEEP: Asked(verb=Verb.SLEEP, key=True),
    Entry.FIRST: Asked(verb=Verb.HIDE, key=True, which=Which.FIRST),
    Entry.SECOND: Asked(verb=Verb.HIDE, key=True, which=Which.SECOND),
    Entry.BOTH: Asked(verb=Verb.HIDE, key=True, which=Which.BOTH),
    Entry.ERASE: Asked(verb=Verb.SIGN_OUT, key=True),
}


def entries(state: State) -> tuple[Entry, ...]:
    """What can be chosen on the page that is open, from top to bottom; empty while none is."""
    if state.menu is None:
        return ()
    match state.menu.page:
        case Page.WHICH:
            return (Entry.FIRST, Entry.SECOND, Entry.BOTH, Entry.BACK)
        case Page.DISCONNECT:
            return (Entry.BACK, Entry.ERASE)
        case Page.INFO:
            return (Entry.BACK,)
    return _main(state)


def _main(state: State) -> tuple[Entry, ...]:
    if not state.opened:
        return (Entry.SLEEP, Entry.INFO, Entry.CLOSE)
    found = [_pick(state)]
    if state.show.current is not None:
        found += [Entry.HIDE, Entry.RESUME if state.show.paused else Entry.PAUSE]
    found += [Entry.SLEEP, Entry.INFO]
    picks = not isinstance(state.picking.phase, picking.Idle)
    if access.signed_in(state.access) or state.counts.items or picks:
        found.append(Entry.DISCONNECT)
    return (*(entry for entry in found if entry is not None), Entry.CLOSE)


def _pick(state: State) -> Entry | None:
    phase = state.picking.phase
    if state.counts.stored and isinstance(state.signin, (signin.Requesting, signin.Waiting)):
        return Entry.STOP
    if signs_in_first(state):
        return Entry.PICK
    if isinstance(phase, (picking.Creating, picking.Choosing)):
        return Entry.STOP
    return Entry.PICK if isinstance(phase, picking.Idle) else None  # what was chosen is arriving


def signs_in_first(state: State) -> bool:
    """Whoever wants to choose photos is asked to sign in, also while something is still to be fetched."""
    return not access.signed_in(state.access) or isinstance(state.signin, signin.Declined)


def focus(state: State) -> Entry | None:
    """What OK would choose."""
    found = entries(state)
    at = state.menu.at if state.menu is not None else None
    return at if at in found else next(iter(found), None)


def deadline(state: State) -> Deadline:
    """The next moment at which ``tick`` has something to do."""
    return state.hint_until if state.menu is None else min(state.menu.until, state.hint_until)


def tick(state: State, turn: Turn) -> State:
    """Close what nobody answers any more."""
    if turn.due(state.hint_until) or (state.unseen and state.hint_until != NEVER):
        state = evolve(state, hint_until=NEVER)
    menu = state.menu
    if menu is None:
        return state
    if state.unseen or state.leaving is not None or turn.due(menu.until):
        return close(state, turn)
    return state


def hint(state: State, turn: Turn) -> State:
    """Say for a moment how the frame is touched."""
    return evolve(state, hint_until=turn.now.after(HINT_SECONDS))


def handle(state: State, event: Event) -> State:
    """The facts that the menu tells."""
    menu = state.menu
    if menu is None or not isinstance(event, FactsFound) or event.answers != menu.asking:
        return state
    return evolve(state, menu=evolve(menu, asking=None, facts=event.facts))


def hear(state: State, asked: Asked, turn: Turn) -> tuple[State, Asked | None]:
    """What the menu makes of a verb: the state, and what is left to be done by others."""
    if state.menu is None:
        return _opened(state, asked, turn)
    if asked.key:
        if asked.verb in _STEPS:
            return _move(state, state.menu, _STEPS[asked.verb], turn), None
        if asked.verb in _CHOOSES:
            return choose(state, focus(state), turn)
        match asked.verb:
            case Verb.CANCEL:
                return choose(state, Entry.CLOSE if state.menu.page is Page.MAIN else Entry.BACK, turn)
            case Verb.MENU:
                return close(state, turn), None
            case Verb.INFO:
                return _show(state, Page.INFO, turn), None
    return close(state, turn), asked


def choose(state: State, entry: Entry | None, turn: Turn) -> tuple[State, Asked | None]:
    """As ``hear``, for an entry that was chosen. One that is not there changes nothing."""
    if state.menu is None or entry not in entries(state):
        return state, None
    match entry:
        case Entry.CLOSE:
            return close(state, turn), None
        case Entry.BACK:
            return _show(state, Page.MAIN, turn, _BACK[state.menu.page]), None
        case Entry.INFO:
            return _show(state, Page.INFO, turn), None
        case Entry.DISCONNECT:
            return _show(state, Page.DISCONNECT, turn), None
        case Entry.HIDE if slideshow.paired(state.show):
            return _show(state, Page.WHICH, turn), None
    return close(state, turn), _VERBS[entry]


def close(state: State, turn: Turn) -> State:
    """The show goes on, after a breath."""
    show = evolve(state.show, held=Deadline(float("-inf")))
    if not show.hurried:
        show = evolve(show, dwell_ends=max(show.dwell_ends, turn.now.after(BREATH)))
    return evolve(state, menu=None, show=show)


def _opened(state: State, asked: Asked, turn: Turn) -> tuple[State, Asked | None]:
    match asked.verb:
        case Verb.MENU | Verb.OK:
            return _show(state, Page.MAIN, turn), None
        case Verb.INFO:
            return _show(state, Page.INFO, turn), None
    return state, asked


def _show(state: State, page: Page, turn: Turn, at: Entry | None = None) -> State:
    """Open this page, whatever else was asked on the screen."""
    before = state.menu
    menu = OpenMenu(NEVER, page, at, before.asking if before else None, before.facts if before else None)
    if page is Page.INFO and menu.asking is None:
        menu = evolve(menu, asking=turn.issue(LookUpFacts()))
    show = evolve(state.show, question=None)
    return _stay(evolve(state, menu=menu, show=show, confirm_until=None, hint_until=NEVER), menu, turn)


def _move(state: State, menu: OpenMenu, by: int, turn: Turn) -> State:
    found = entries(state)
    at = (found.index(focus(state)) + by) % len(found)
    return _stay(state, evolve(menu, at=found[at]), turn)


def _stay(state: State, menu: OpenMenu, turn: Turn) -> State:
    """Somebody is there: the menu stays, and the picture with it."""
    until = turn.now.after(READING_SECONDS if menu.page is Page.INFO else SECONDS)
    return evolve(state, menu=evolve(menu, until=until), show=evolve(state.show, held=until))
