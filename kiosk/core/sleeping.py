"""Asleep: the panel is off, nothing is decoded or painted, and the show stands still. Downloads go on.

Rules:
- The hours decide. What somebody asks for holds until they next say otherwise: *sleep* until sleep hours end, *wake*
  until they begin.
- A key pressed in sleep hours lights the screen for a few minutes. It never lights up by itself.
- A wall clock that is certainly wrong means no sleep hours: a frame that is dark at noon looks broken.
- Nobody tells when the wall clock is set, so it is looked at once a minute, and at every event that it leapt before.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import arrivals, hours, slideshow
from kiosk.core.commands import SetPanel
from kiosk.core.events import Asked, Event, PanelSet, Verb
from kiosk.core.labels import SANE
from kiosk.core.model import NEVER, Deadline, Moment
from kiosk.core.state import Sleep, State, Wish
from kiosk.core.turn import Turn

LOOK_EVERY = 60.0
"""Seconds between looks at the wall clock and, asleep, at the panel."""
KEY_SECONDS = 300.0
"""A key lights the screen for so long in sleep hours: time to look at a picture, or to scan a code."""
LEAP = 1.0
"""Seconds by which the wall clock has to run apart from the monotonic one to have been set."""
LATE = 0.001
"""Seconds after a change at which it is looked for: the two clocks are rounded differently."""
_UNSEEN = (Verb.NEXT, Verb.PREVIOUS, Verb.HIDE)
"""What makes no sense for a picture that nobody sees."""


def deadline(sleep: Sleep) -> Deadline:
    """The next moment at which ``tick`` has something to do."""
    return min(sleep.look_at, sleep.until)


def begin(state: State, turn: Turn) -> State:
    """At the start: whoever was here before may have left the panel dark, or lit."""
    state = tick(state, turn)
    if state.sleep.asleep:
        return state
    return evolve(state, sleep=evolve(state.sleep, panel=turn.issue(SetPanel(on=True))))


def tick(state: State, turn: Turn) -> State:
    """Look at the clock if it is time, and fall asleep or wake."""
    sleep = state.sleep
    if turn.due(sleep.until):
        sleep = evolve(sleep, wish=None, until=NEVER)
    if turn.due(sleep.look_at) or leapt(sleep.looked, turn.now):
        sleep = _look(sleep, turn)
    asleep = sleep.wish is Wish.SLEEP or (sleep.by_hours and sleep.wish is None)
    state = evolve(state, sleep=sleep)
    return state if asleep == sleep.asleep else _change(state, asleep, turn)


def asked(state: State, asked: Asked, turn: Turn) -> State:
    """A person is there, or has said what they want."""
    sleep = state.sleep
    match asked.verb:
        case Verb.SLEEP if not (asked.key and sleep.asleep):
            return evolve(state, sleep=evolve(sleep, wish=Wish.SLEEP, until=NEVER))
        case Verb.WAKE if not asked.key:
            return evolve(state, sleep=evolve(sleep, wish=Wish.WAKE if sleep.by_hours else None, until=NEVER))
        case Verb.PICK:
            return _touched(state, turn)  # its code has to be seen, whoever asked
        case Verb.SIGN_IN if asked.code is None:
            return _touched(state, turn)
    return _touched(state, turn) if asked.key else state


def heard(asked: Asked) -> bool:
    """Whether this means anything to a frame that was dark when it came."""
    return asked.verb is Verb.PICK if asked.key else asked.verb not in _UNSEEN


def handle(state: State, event: Event) -> State:
    """The panel's answer, or what failed about it."""
    if event.answers != state.sleep.panel:
        return state
    # Painted black alone is not off: what uncovers the window has to be painted over.
    methods = event.methods if isinstance(event, PanelSet) and not event.on else ()
    return evolve(state, sleep=evolve(state.sleep, panel=None, off=methods != (), methods=methods))


def resized(state: State, turn: Turn) -> State:
    """Asleep: perhaps another panel, which has to be turned off as well. The slides are fitted to it at waking."""
    return evolve(state, sleep=_watch(evolve(state.sleep, resized=True), turn))


def _touched(state: State, turn: Turn) -> State:
    """Somebody stands before the frame."""
    sleep = state.sleep
    if sleep.by_hours and (sleep.asleep or sleep.until != NEVER):
        return evolve(state, sleep=evolve(sleep, wish=Wish.WAKE, until=turn.now.after(KEY_SECONDS)))
    return evolve(state, sleep=evolve(sleep, wish=None)) if sleep.asleep else state


def leapt(looked: Moment | None, now: Moment) -> bool:
    """The wall clock was set since."""
    if looked is None:
        return False
    return abs((now.utc - looked.utc).total_seconds() - (now.monotonic - looked.monotonic)) > LEAP


def _look(sleep: Sleep, turn: Turn) -> Sleep:
    spans, zone, now = turn.settings.sleep.spans, turn.settings.sleep.zone, turn.now
    sleep = _watch(sleep, turn) if sleep.asleep else sleep
    if not spans:
        return evolve(sleep, look_at=now.after(LOOK_EVERY) if sleep.asleep else NEVER)
    unsure = now.utc < SANE
    by_hours = not unsure and hours.asleep(spans, now.utc, zone)
    change = None if unsure else hours.next_change(spans, now.utc, zone)
    if by_hours != sleep.by_hours and (sleep.wish is Wish.WAKE or not by_hours):
        sleep = evolve(sleep, wish=None, until=NEVER)
    wait = LOOK_EVERY if change is None else min((change - now.utc).total_seconds() + LATE, LOOK_EVERY)
    return evolve(
        sleep, by_hours=by_hours, unsure=unsure, change_at=change, looked=now, look_at=now.after(wait)
    )


def _watch(sleep: Sleep, turn: Turn) -> Sleep:
    """Nothing else may light the panel: one that was switched on or plugged in meanwhile."""
    return (
        sleep if sleep.panel is not None else evolve(sleep, panel=turn.issue(SetPanel(on=False, again=True)))
    )


def _change(state: State, asleep: bool, turn: Turn) -> State:
    turn.unseen = asleep or state.blind
    show, part, sleep = state.show, state.arrivals, state.sleep
    if asleep:
        show, part = slideshow.rest(show, turn), arrivals.stop(part, turn)
    elif state.opened and not state.blind:
        show = slideshow.rise(show, turn, resized=sleep.resized)
    return evolve(
        state,
        show=show,
        arrivals=part,
        sleep=evolve(
            sleep,
            asleep=asleep,
            panel=turn.issue(SetPanel(on=not asleep)),
            look_at=min(sleep.look_at, turn.now.after(LOOK_EVERY)),
            resized=False,
        ),
    )
