"""step(state, event, now) -> (state, commands): the product of the parts, and what one part's news means for another.

Rules:
- Photographs first: nothing in here takes a slide off the screen because of the network.
- Sign-in and picking start by themselves only while there is nothing to show; otherwise somebody asks.
- After every event all parts do what is due, so a deadline needs no event of its own kind.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import access, disconnect, downloads, picking, signin, slideshow, verbs, words, writes
from kiosk.core.commands import (
    Command,
    CreatePickingSession,
    GetPickingSession,
    ListMediaItems,
    MakeRoom,
    OpenCatalog,
    RefreshAccessToken,
    ReplacePicks,
    SaveAttempt,
    SaveCredentials,
)
from kiosk.core.events import (
    Asked,
    CatalogOpened,
    Event,
    Evicted,
    Failed,
    Hidden,
    ItemsAdded,
    RenditionStored,
    Saved,
    ScreenResized,
    Wiped,
)
from kiosk.core.hanging import still
from kiosk.core.model import NEVER, Deadline, Moment
from kiosk.core.settings import PickMode, Settings
from kiosk.core.state import LastError, State
from kiosk.core.turn import Turn
from kiosk.errors import Gone, KioskError, Pending, Reason, Refused, SignInRequired, SlowDown

ROOM_FIRST = 20.0
"""Seconds after the start: a lowered cache_max_mb takes effect, but not before the first picture ..."""
ROOM_EVERY = 24 * 3600.0
"""... and other programs fill the card too. Each new picture makes its own room besides."""
OPEN_RETRY = 5.0
"""Seconds between two tries to read a card that cannot be read."""


def start(settings: Settings, now: Moment) -> tuple[State, tuple[Command, ...]]:
    """The first state and the first command: read the card."""
    turn = Turn(now, settings, 1)
    turn.issue(OpenCatalog(order=settings.order))
    return State(settings=settings, next_id=turn.next_id), tuple(turn.commands)


def step(state: State, event: Event, now: Moment) -> tuple[State, tuple[Command, ...]]:
    """One event in, a new state and what is to be done out. Pure; O(queue length) at worst."""
    turn = Turn(now, state.settings, state.next_id)
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
    if not state.opened:
        return state.open_at
    if state.leaving is not None and disconnect.wiping(state):
        return state.leaving.until
    soonest = min(
        access.deadline(state.access),
        signin.deadline(state.signin),
        picking.deadline(state.picking),
        downloads.deadline(state.downloads),
        slideshow.deadline(state.show, state.settings),
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
    if not state.opened:
        return _open(state, turn)
    state = disconnect.tick(state, turn)
    if disconnect.wiping(state):
        return state
    state = _keep_room(_consequences(state, turn), turn)
    if state.confirm_until is not None and turn.due(state.confirm_until):
        state = evolve(state, confirm_until=None)
    eager = state.counts.stored == 0 and state.leaving is None
    on_screen = slideshow.on_screen(state.show)
    return evolve(
        state,
        signin=signin.tick(state.signin, turn, eager=eager),
        picking=picking.tick(state.picking, turn),
        downloads=downloads.tick(state.downloads, turn, on_screen),
        show=slideshow.tick(state.show, turn),
        writes=writes.tick(state.writes, turn),
    )


def _keep_room(state: State, turn: Turn) -> State:
    if not turn.due(state.room_at):
        return state
    turn.issue(MakeRoom(pick_id=None, on_screen=slideshow.on_screen(state.show)))
    return evolve(state, room_at=turn.now.after(ROOM_EVERY))


def _open(state: State, turn: Turn) -> State:
    if not turn.due(state.open_at):
        return state
    turn.issue(OpenCatalog(order=turn.settings.order))
    return evolve(state, open_at=NEVER)


def _happen(state: State, event: Event, turn: Turn) -> State:
    match event:
        case CatalogOpened():
            return _opened(state, event, turn)
        case Asked():
            return verbs.handle(state, event, turn)
        case ScreenResized(screen=screen, moves=moves):
            style = turn.settings.style if moves else still(turn.settings.style)
            turn.settings = evolve(turn.settings, screen=screen, style=style)
            return evolve(
                state,
                settings=turn.settings,
                show=slideshow.resize(state.show, turn) if state.opened else state.show,
            )
        case Failed(command=OpenCatalog()):
            return evolve(_note(state, event, turn), open_at=turn.now.after(OPEN_RETRY))
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
                show=show,
                last_error=state.last_error,
            )
    state = _note(state, event, turn)
    state = _signed_in(state, event, turn)
    state = _needs_sign_in(state, event, turn)
    state = disconnect.handle(state, event, turn)
    on_screen = slideshow.on_screen(state.show)
    part = state.downloads
    return evolve(
        state,
        picking=picking.handle(state.picking, event, turn),
        downloads=part if state.leaving else downloads.handle(part, event, turn, on_screen),
        show=slideshow.handle(state.show, event, turn),
        writes=writes.handle(state.writes, event, turn),
    )


def _opened(state: State, event: CatalogOpened, turn: Turn) -> State:
    gate = access.restore(state.access, event.credentials, turn)
    state = evolve(
        state,
        opened=True,
        room_at=turn.now.after(ROOM_FIRST),
        access=gate,
        counts=event.counts,
        show=slideshow.start(event.drawn),
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
    return not isinstance(error, (Pending, SlowDown))


def _signed_in(state: State, event: Event, turn: Turn) -> State:
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


def _needs_sign_in(state: State, event: Event, turn: Turn) -> State:
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


def _consequences(state: State, turn: Turn) -> State:
    """What the state of one part means for another."""
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
