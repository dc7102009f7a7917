"""The screen follows the light around it: by the sun's height at a place, or by a sensor in the room.

Rules:
- Nobody sees it happen: one small step at a time, never faster than the whole way in a minute. A still picture is
  painted again for each step, and for nothing else.
- What the frame has not shown yet it shows at once: a picture in the night begins dark.
- Somebody who stands before the frame gets its full light, at once: for a minute after a key, and while a card waits
  for a person.
- A wall clock that is certainly wrong is no sun, and a sensor without a word for a minute is none: the other one
  counts, or it is day.
- Where nobody sees anything nothing is looked at, and the panel is left alone.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import cards, shade, sun
from kiosk.core.commands import ReadLight, SetLight
from kiosk.core.events import Asked, Event, Failed, LightRead, LightSet
from kiosk.core.labels import SANE
from kiosk.core.model import NEVER, Deadline
from kiosk.core.settings import Light
from kiosk.core.shade import DAY, STEPS, WHITE, Colour, Shade
from kiosk.core.sleeping import leapt
from kiosk.core.state import Dimming, State
from kiosk.core.turn import Turn

LOOK_SOON, LOOK_SELDOM = 10.0, 60.0
"""Seconds between looks at the sun: while it makes a difference, and otherwise. In ten it takes less than one step."""
STEP_SECONDS = 0.6
"""Between two steps, where there are several to go: a lamp was switched on, the clock was set, somebody went away."""
LIT_SECONDS = 60.0
"""After a key."""
READ_EVERY, READ_SELDOM = 5.0, 60.0
"""Seconds between looks at the sensor; seldom, where it says nothing."""
READINGS = 5
"""Of which the middle one counts: a hand before the sensor, or a cloud for ten seconds, changes nothing."""
ENOUGH = 0.1
"""Of the way from day to night: a room that is not three quarters brighter, or darker, than before is as before."""
MOST_MISSES = 12
"""Readings without a word until the last one counts no more: a minute."""
_NIGHT = Shade(STEPS, STEPS)


def deadline(state: State) -> Deadline:
    """The next moment at which ``tick`` has something to do."""
    part, wanted = state.light, state.settings.light
    if not wanted or state.unseen:
        return NEVER
    soonest = part.lit_until
    if wanted.place is not None:
        soonest = min(soonest, part.look_at)
    if wanted.sensor and part.reading is None:
        soonest = min(soonest, part.read_at)
    return min(soonest, part.step_at) if part.shade not in (None, part.target) else soonest


def tick(state: State, turn: Turn) -> State:
    """Look at what is due, and go one step."""
    if not turn.settings.light:
        return state
    if state.unseen:
        # The panel's answer may still come; all else is found out again at waking.
        part = state.light
        return evolve(state, light=Dimming(panel=part.panel, reading=part.reading))
    part = _read(_look(state.light, turn), turn)
    if turn.due(part.lit_until):
        part = evolve(part, lit_until=NEVER)
    lit = part.lit_until != NEVER or _for_a_person(state, turn.now.monotonic)
    part = _step(part, DAY if lit else _wanted(part, turn.settings.light), turn, at_once=lit)
    return evolve(state, light=_tell_panel(part, turn))


def touched(state: State, asked: Asked, turn: Turn) -> State:
    """A key: somebody is there."""
    if not asked.key:
        return state
    return evolve(state, light=evolve(state.light, lit_until=turn.now.after(LIT_SECONDS)))


def handle(state: State, event: Event, turn: Turn) -> State:
    """What the sensor says, and whether the panel obeyed."""
    part = state.light
    if event.answers == part.reading:
        return evolve(state, light=_heard(part, event.lux if isinstance(event, LightRead) else None, turn))
    if event.answers == part.panel and isinstance(event, (LightSet, Failed)):
        refused = part.refused or isinstance(event, Failed)
        return evolve(state, light=evolve(part, panel=None, refused=refused))
    return state


def colour(state: State) -> Colour:
    """What the finished picture is multiplied with."""
    wanted, part = state.settings.light, state.light
    if not wanted:
        return WHITE
    return shade.colour(part.shade or _NIGHT, wanted, panel=wanted.panel and not part.refused)


def brightness(state: State) -> float:
    """Share of the screen's full light, 0 to 1."""
    wanted = state.settings.light
    return shade.brightness((state.light.shade or _NIGHT).dim, wanted) if wanted else 1.0


def kelvin(state: State) -> float:
    """Of white on the screen."""
    wanted = state.settings.light
    return shade.kelvin((state.light.shade or _NIGHT).warm, wanted) if wanted else shade.DAYLIGHT


def _for_a_person(state: State, now: float) -> bool:
    """The menu, or a card that somebody asked for or that waits for the first person. Not the words of a start at
    night."""
    if state.menu is not None:
        return True
    if not state.opened or (state.counts.stored and state.show.current is None):
        return False
    return cards.card(state, now) is not None


def _look(part: Dimming, turn: Turn) -> Dimming:
    place, now = turn.settings.light.place, turn.now
    if place is None or not (turn.due(part.look_at) or leapt(part.looked, now)):
        return part
    if now.utc < SANE:
        return evolve(part, sun=None, looked=now, look_at=now.after(LOOK_SELDOM))
    height = sun.height(place, now.utc)
    most = sun.FASTEST * LOOK_SELDOM
    soon = shade.LOW - most < height < shade.HIGH + most
    look_at = now.after(LOOK_SOON if soon else LOOK_SELDOM)
    return evolve(part, sun=shade.by_sun(height), looked=now, look_at=look_at)


def _read(part: Dimming, turn: Turn) -> Dimming:
    if not turn.settings.light.sensor or part.reading is not None or not turn.due(part.read_at):
        return part
    return evolve(part, reading=turn.issue(ReadLight()))


def _heard(part: Dimming, lux: float | None, turn: Turn) -> Dimming:
    if lux is None:
        misses = part.misses + 1
        part = evolve(part, reading=None, misses=misses, read_at=turn.now.after(READ_EVERY))
        if part.room is not None and misses < MOST_MISSES:
            return part
        return evolve(part, room=None, readings=(), read_at=turn.now.after(READ_SELDOM))
    readings = (*part.readings, lux)[-READINGS:]
    found = shade.by_lux(sorted(readings)[len(readings) // 2])
    before = part.room
    # The ends are reached, however near the last value was.
    same = before is not None and abs(found - before) < ENOUGH and 0.0 < found < 1.0
    return evolve(
        part,
        reading=None,
        misses=0,
        readings=readings,
        room=before if same else found,
        read_at=turn.now.after(READ_EVERY),
    )


def _wanted(part: Dimming, light: Light) -> Shade | None:
    """None: the sensor is asked for the first time."""
    if light.sensor and part.room is None and not part.misses:
        return None
    dark = part.sun or 0.0 if part.room is None else part.room
    warm = dark if part.sun is None else part.sun
    return Shade(shade.steps(dark), shade.steps(warm))


def _step(part: Dimming, target: Shade | None, turn: Turn, *, at_once: bool) -> Dimming:
    if target is None:
        return part
    part = evolve(part, target=target)
    if part.shade is None or at_once:
        return evolve(part, shade=target)
    if part.shade == target or not turn.due(part.step_at):
        return part
    return evolve(part, shade=part.shade.towards(target), step_at=turn.now.after(STEP_SECONDS))


def _tell_panel(part: Dimming, turn: Turn) -> Dimming:
    """One after the other: a tool takes a second, and what was meant meanwhile is overtaken."""
    light = turn.settings.light
    if not light.panel or part.refused or part.panel is not None or part.shade is None:
        return part
    if part.asked == part.shade.dim:
        return part
    command = SetLight(share=shade.brightness(part.shade.dim, light), afresh=part.asked is None)
    return evolve(part, asked=part.shade.dim, panel=turn.issue(command))
