"""step(state, event, now) -> (state, commands): the product of the parts.

Rules:
- Photographs first: nothing in here takes a slide off the screen because of the network.
- After every event all parts do what is due, so a deadline needs no event of its own kind.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import (
    access,
    ahead,
    arrivals,
    blind,
    consequences,
    disconnect,
    downloads,
    light,
    menu,
    picking,
    signin,
    sleeping,
    slideshow,
    touch,
    verbs,
    writes,
)
from kiosk.core.commands import (
    Command,
    GetPickingSession,
    ListMediaItems,
    MakeRoom,
    OpenCatalog,
    PrepareThumb,
    RefreshAccessToken,
    SaveAttempt,
    SaveCredentials,
    SaveMeasure,
)
from kiosk.core.events import (
    Asked,
    CatalogOpened,
    Event,
    Evicted,
    Failed,
    Hidden,
    ItemsAdded,
    Measured,
    RenditionStored,
    Saved,
    ScreenLost,
    ScreenResized,
    Touched,
    Wiped,
)
from kiosk.core.hanging import still
from kiosk.core.model import NEVER, Deadline, Moment
from kiosk.core.pairing import pairing_of
from kiosk.core.settings import Settings
from kiosk.core.state import LastError, State
from kiosk.core.turn import Turn
from kiosk.errors import Gone, Pending, Reason, Refused, SlowDown

ROOM_FIRST = 20.0
"""Seconds after the start: a lowered cache_max_mb takes effect, but not before the first picture ..."""
ROOM_EVERY = 24 * 3600.0
"""... and other programs fill the card too. Each new picture makes its own room besides."""
OPEN_RETRY = 5.0
"""Seconds between two tries to read a card that cannot be read."""


def start(settings: Settings, now: Moment) -> tuple[State, tuple[Command, ...]]:
    """The first state and the first commands: read the card, and see to the panel."""
    turn = Turn(now, settings, 1)
    state = sleeping.begin(_ask_for_catalog(State(settings=settings), turn), turn)
    return evolve(state, next_id=turn.next_id), tuple(turn.commands)


def step(state: State, event: Event, now: Moment) -> tuple[State, tuple[Command, ...]]:
    """One event in, a new state and what is to be done out. Pure; O(queue length) at worst."""
    turn = Turn(now, state.settings, state.next_id, unseen=state.unseen)
    if isinstance(event, Failed) and isinstance(event.command, RefreshAccessToken):
        state = _note(state, event, turn)  # the gate keeps it to itself
    gate, events = access.handle(state.access, event, turn)
    state = evolve(state, access=gate)
    for each in events:
        state = _happen(state, each, turn)
    state, commands = _settle(state, turn)
    return evolve(state, next_id=turn.next_id), commands


def next_deadline(state: State) -> Deadline:
    """Monotonic seconds at which ``step`` wants a DeadlineReached; NEVER when only events matter."""
    look = min(sleeping.deadline(state.sleep), light.deadline(state), menu.deadline(state))
    if not state.opened:
        return min(state.open_at, look)
    if state.leaving is not None and disconnect.wiping(state):
        return min(state.leaving.until, look)
    soonest = min(
        look,
        access.deadline(state.access),
        signin.deadline(state.signin),
        picking.deadline(state.picking),
        downloads.deadline(state.downloads),
        arrivals.deadline(state.arrivals, free=_free(state)),
        NEVER if state.unseen else slideshow.deadline(state.show, state.settings),
        writes.deadline(state.writes),
        state.room_at,
    )
    if state.leaving is not None:
        soonest = min(soonest, state.leaving.until)
    return soonest if state.confirm_until is None else min(soonest, state.confirm_until)


def _settle(state: State, turn: Turn) -> tuple[State, tuple[Command, ...]]:
    """Everything that is due, until nothing new comes of it, then the gate for what needs an access token."""
    ready: list[Command] = []
    while True:
        before = (state, turn.next_id)
        state = _tick(state, turn)
        gate, admitted = access.admit(state.access, turn.commands, turn.now)
        turn.commands.clear()
        ready.extend(admitted)
        wanted = picking.awaited(state.picking) | downloads.under_way(state.downloads)
        gate, dropped = access.keep(gate, wanted)
        gate, turned_away = access.tick(gate, turn)
        state = evolve(state, access=gate, picking=picking.never_sent(state.picking, dropped, turn))
        for each in turned_away:
            state = _happen(state, each, turn)
        if (state, turn.next_id) == before and not turn.commands:
            return evolve(state, writes=writes.note(state.writes, tuple(ready))), tuple(ready)


def _tick(state: State, turn: Turn) -> State:
    state = menu.tick(light.tick(sleeping.tick(state, turn), turn), turn)
    if not state.opened:
        return _open(state, turn)
    state = disconnect.tick(state, turn)
    if disconnect.wiping(state):
        return evolve(state, arrivals=arrivals.stop(state.arrivals, turn))
    state = _keep_room(consequences.follow(state, turn), turn)
    if state.confirm_until is not None and turn.due(state.confirm_until):
        state = evolve(state, confirm_until=None)
    eager = state.counts.stored == 0 and state.leaving is None
    on_screen = slideshow.on_screen(state.show)
    state = evolve(
        state,
        signin=signin.tick(state.signin, turn, eager=eager),
        picking=picking.tick(state.picking, turn),
        downloads=downloads.tick(state.downloads, turn, on_screen),
        show=state.show if state.unseen else slideshow.tick(state.show, turn),
        writes=writes.tick(state.writes, turn),
    )
    return evolve(state, arrivals=_arrive(state, turn))


def _arrive(state: State, turn: Turn) -> arrivals.Arrivals:
    if state.leaving is not None or state.unseen:
        return arrivals.stop(state.arrivals, turn)
    listing = isinstance(state.picking.phase, picking.Listing)
    picture = state.show.current is not None
    return arrivals.tick(
        state.arrivals, state.downloads, turn, listing=listing, picture=picture, free=_free(state)
    )


def _free(state: State) -> bool:
    """Nobody waits for a slide, and the pick under way has shown its first: thumbnails may have the decode thread."""
    show, part = state.show, state.downloads
    busy = show.current is None or show.preparing is not None or show.fading_since is not None or show.hurried
    return not busy and state.announced is not None and state.announced == part.pick_id


def _keep_room(state: State, turn: Turn) -> State:
    if not turn.due(state.room_at):
        return state
    turn.issue(MakeRoom(pick_id=None, on_screen=slideshow.on_screen(state.show)))
    return evolve(state, room_at=turn.now.after(ROOM_EVERY))


def _open(state: State, turn: Turn) -> State:
    if not turn.due(state.open_at):
        return state
    return evolve(_ask_for_catalog(state, turn), open_at=NEVER)


def _ask_for_catalog(state: State, turn: Turn) -> State:
    pairing = pairing_of(turn.settings)
    turn.issue(OpenCatalog(order=turn.settings.order, pairing=pairing))
    return evolve(state, show=evolve(state.show, pairing=pairing))


def _happen(state: State, event: Event, turn: Turn) -> State:
    match event:
        case CatalogOpened():
            return _opened(state, event, turn)
        case Asked():
            return verbs.handle(light.touched(state, event, turn), event, turn)
        case Touched():
            return touch.handle(light.touched(state, touch.THERE, turn), event, turn)
        case ScreenResized(screen=screen, moves=moves):
            style = turn.settings.style if moves else still(turn.settings.style)
            calm = turn.settings.reduced_motion or not moves
            room = turn.settings.room
            slides = turn.settings.ahead if room is None else ahead.affordable(room, screen)
            turn.settings = evolve(
                turn.settings, screen=screen, style=style, reduced_motion=calm, ahead=slides
            )
            return blind.sees(evolve(state, settings=turn.settings), turn)
        case ScreenLost():
            return blind.lost(state, turn)
        case Measured():
            if state.counts.stored and state.leaving is None:  # after a wipe it would make a new catalog
                turn.issue(SaveMeasure(item_id=event.item_id, measure=event.measure))
            return state
        case Failed(command=OpenCatalog(), error=error):
            return evolve(_note(state, event, turn), unopened=error, open_at=turn.now.after(OPEN_RETRY))
        case Wiped():
            # Slide ids are never used twice: the painter keeps pixels by them.
            show = slideshow.Show(next_slide=state.show.next_slide)
            return State(
                settings=state.settings,
                opened=True,
                room_at=state.room_at,
                sign_ins=state.sign_ins,
                disconnects=state.disconnects + 1,
                disconnect_error=state.leaving.trouble if state.leaving else None,
                sleep=state.sleep,
                light=state.light,
                blind=state.blind,
                show=show,
                last_error=state.last_error,
            )
    state = light.handle(sleeping.handle(_note(state, event, turn), event), event, turn)
    state = consequences.signed_in(menu.handle(state, event), event, turn)
    state = consequences.needs_sign_in(state, event, turn)
    state = disconnect.handle(state, event, turn)
    on_screen = slideshow.on_screen(state.show)
    part = state.downloads
    return evolve(
        state,
        picking=picking.handle(state.picking, event, turn),
        downloads=part if state.leaving else downloads.handle(part, event, turn, on_screen),
        arrivals=arrivals.handle(state.arrivals, event, turn, state.picking.phase),
        show=slideshow.handle(state.show, event, turn),
        writes=writes.handle(state.writes, event, turn),
    )


def _opened(state: State, event: CatalogOpened, turn: Turn) -> State:
    gate = access.restore(state.access, event.credentials, turn)
    state = evolve(
        state,
        opened=True,
        unopened=None,
        room_at=turn.now.after(ROOM_FIRST),
        access=gate,
        counts=event.counts,
        show=slideshow.start(state.show, event.drawn),
        picking=picking.restore(event.open_picks, event.pick_requests, signed_in=access.signed_in(gate)),
    )
    if not turn.settings.keep_signed_in:
        # Whatever was kept under another setting; what is still to be fetched or deleted may use it from memory.
        turn.issue(SaveCredentials(credentials=None))
        turn.issue(SaveAttempt(attempt=None))
        return state
    if event.attempt is None:
        return state
    state = evolve(state, attempt_kept=True)
    if event.credentials is None:
        return evolve(state, signin=signin.resume(event.attempt, turn))
    if isinstance(state.picking.phase, picking.Idle):
        part = picking.begin(state.picking, turn, event.attempt.request_id)
        return evolve(state, picking=part)
    return state


def _note(state: State, event: Event, turn: Turn) -> State:
    """Keep the counts and the last error."""
    if isinstance(event, (Saved, ItemsAdded, RenditionStored, Evicted, Hidden)):
        state = evolve(state, counts=event.counts)
    if isinstance(event, Failed) and _worth_telling(event):
        state = evolve(state, last_error=LastError(str(event.error), turn.now.utc))
    return state


def _worth_telling(event: Failed) -> bool:
    """Not what a healthy day brings: a code that nobody used, a base URL that is an hour old."""
    error = event.error
    if isinstance(error, Refused):
        return error.reason not in (Reason.NOT_READY, Reason.STATE)
    if isinstance(error, Gone):
        return isinstance(event.command, (GetPickingSession, ListMediaItems))  # a pick ends with it
    # Of a thumbnail that could not be made the slide will tell.
    return not isinstance(error, (Pending, SlowDown)) and not isinstance(event.command, PrepareThumb)
