"""Which slide is on the screen, and how far its transition is.

Rules:
- Never blank: the present picture stays until the next one is ready.
- The next slide is prepared during the dwell. A transition's progress is a function of ``now``.
- The playlist advances only when a slide was really shown.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core.commands import DrawSlides, DropSlide, HideItems, MarkShown, PrepareSlide, SetAside
from kiosk.core.events import Event, Evicted, Failed, Hidden, RenditionStored, SlidePrepared, SlidesDrawn
from kiosk.core.model import NEVER, CommandId, Deadline, MediaItemId, Slide, SlideId, StoredItem
from kiosk.core.settings import Motion, Settings, Transition
from kiosk.core.turn import Turn
from kiosk.errors import Corrupt

AHEAD = 8
"""Items drawn at a time."""
REMEMBERED = 50
"""Slides that *previous* can go back over."""
SOONEST = 0.17
"""Seconds from one change of the picture to the next, whatever is asked for: a flash is two changes of the light that
oppose each other, and WCAG 2.2, 2.3.1 allows three flashes in a second. A dissolve, which can make a part of the screen
lighter and darker again by itself, gets twice as long."""
RETRY = 5.0
"""Seconds before another try after a slide could not be prepared for a reason that is not the file's."""


@frozen
class Show:
    upcoming: tuple[StoredItem, ...] = ()
    stale: bool = True
    """The catalog has changed since ``upcoming`` was drawn."""
    drawing: CommandId | None = None
    history: tuple[StoredItem, ...] = ()
    current: Slide | None = None
    ready: Slide | None = None
    preparing: CommandId | None = None
    coming: Slide | None = None
    """The slide being prepared."""
    refitting: bool = False
    """The slide being prepared is the current one at another screen size: no transition."""
    backwards: bool = False
    """The slide being prepared comes out of the history."""
    fading_since: Deadline | None = None
    changed: Deadline = Deadline(float("-inf"))
    """When the last change of the picture began."""
    since: Deadline = Deadline(float("-inf"))
    """When the current slide began to come in: its motion is counted from there."""
    dwell_ends: Deadline = NEVER
    retry_at: Deadline = Deadline(0.0)
    paused: bool = False
    next_slide: int = 1
    withdrawn: bool = False
    """The current picture was hidden or evicted: it is still on the screen, but does not come back."""
    hurried: bool = False
    """Somebody asked, or a new pick has its first picture: the next slide comes even while paused."""


def start(drawn: tuple[StoredItem, ...]) -> Show:
    """The first slides came with the opened catalog."""
    return Show(upcoming=drawn, stale=not drawn)


def progress(show: Show, now: float, transition: float) -> float:
    """0 to 1, eased at both ends (smoothstep), so that a fade neither starts nor stops with a jerk."""
    if show.fading_since is None:
        return 0.0
    t = 1.0 if transition <= 0 else min(max((now - show.fading_since) / transition, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def motion(since: float, now: float, settings: Settings) -> float:
    """How far the view of a slide has moved that began to come in at ``since``: 0 to 1, eased, in its whole time."""
    if settings.style.motion is Motion.NONE:
        return 0.0
    t = min(max((now - since) / seen_for(settings), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def seen_for(settings: Settings) -> float:
    """Seconds that a slide can be seen: its dwell, and the transitions before and after it."""
    return settings.dwell + 2 * settings.transition


def moving(show: Show, now: float, settings: Settings) -> bool:
    """Whether the current slide's view is still on its way."""
    gentle = settings.style.motion is Motion.GENTLE and show.current is not None
    return gentle and now < show.since + seen_for(settings)


def on_screen(show: Show) -> tuple[MediaItemId, ...]:
    """What eviction may not touch: shown, coming in, or being prepared."""
    slides = (show.current, show.ready, show.coming)
    return tuple(item.item_id for slide in slides if slide for item in slide.items)


def handle(show: Show, event: Event, turn: Turn) -> Show:
    match event:
        case SlidesDrawn() if event.answers == show.drawing:
            drawn = _without(event.drawn, on_screen(show))
            # Nothing else to show: no more drawing until the catalog changes.
            return evolve(show, upcoming=drawn, drawing=None, retry_at=show.retry_at if drawn else NEVER)
        case Failed(command=DrawSlides()) if event.answers == show.drawing:
            return evolve(show, drawing=None, stale=True, retry_at=turn.now.after(RETRY))
        case SlidePrepared() if event.answers == show.preparing:
            return _prepared(show, event.slide, turn)
        case SlidePrepared():
            turn.issue(DropSlide(slide=event.slide))
            return show
        case Failed(command=PrepareSlide()) if event.answers == show.preparing:
            return _unprepared(show, event, turn)
        case Failed(command=SetAside()):
            # A card that cannot be written: the catalog would draw the damaged picture again at once.
            return evolve(show, stale=True, retry_at=turn.now.after(RETRY))
        case RenditionStored():
            return remove(evolve(show, stale=True, retry_at=Deadline(0.0)), event.removed, turn)
        case Evicted() | Hidden():
            return remove(show, event.item_ids, turn)
    return show


def tick(show: Show, turn: Turn) -> Show:
    show = _finish_transition(show, turn)
    show = _start_transition(show, turn)
    show = _draw(show, turn)
    return _prepare(show, turn)


def _leaves(show: Show, settings: Settings) -> Deadline:
    """When the current slide may give way."""
    apart = SOONEST * (2.0 if settings.kind is Transition.DISSOLVE else 1.0)
    return max(show.dwell_ends, Deadline(show.changed + apart))


def deadline(show: Show, settings: Settings) -> Deadline:
    """The next moment at which ``tick`` has something to do; while fading, the end of the fade."""
    if show.fading_since is not None:
        return Deadline(show.fading_since + settings.transition)
    ends = _leaves(show, settings) if show.ready is not None and (show.hurried or not show.paused) else NEVER
    idle = show.ready is None and show.preparing is None and show.drawing is None
    waiting = show.retry_at if idle and (show.upcoming or show.stale) else NEVER
    return min(ends, waiting)


def fresh(show: Show, turn: Turn) -> Show:
    """A new pick has its first picture: it comes next, and now."""
    show = _drop_ready(show, turn, keep_item=True)
    now = Deadline(turn.now.monotonic)
    return evolve(show, stale=True, hurried=True, dwell_ends=now, retry_at=Deadline(0.0))


def next_slide(show: Show, turn: Turn) -> Show:
    if show.fading_since is not None:
        show = _finish_transition(evolve(show, fading_since=Deadline(float("-inf"))), turn)
    return evolve(show, dwell_ends=Deadline(turn.now.monotonic), retry_at=Deadline(0.0), hurried=True)


def previous_slide(show: Show, turn: Turn) -> Show:
    """Back over what was shown; what was prepared goes back to the front of the queue."""
    if show.fading_since is not None:
        show = _finish_transition(evolve(show, fading_since=Deadline(float("-inf"))), turn)
    if not show.history:
        return show
    *rest, item = show.history
    show = _drop_ready(show, turn, keep_item=True)
    if show.current is not None and not show.withdrawn:
        show = evolve(show, upcoming=(*show.current.items, *show.upcoming))
    show = evolve(show, history=tuple(rest), dwell_ends=Deadline(turn.now.monotonic), hurried=True)
    return _prepare_item(show, item, turn, backwards=True)


def pause(show: Show, paused: bool, turn: Turn) -> Show:
    if show.paused and not paused:
        show = evolve(show, dwell_ends=turn.now.after(turn.settings.dwell))
    return evolve(show, paused=paused)


def hide(show: Show, turn: Turn) -> Show:
    """Never show this picture again. During a fade, the one that comes in is meant."""
    slide = show.ready if show.fading_since is not None and show.ready is not None else show.current
    if slide is None:
        return show
    ids = tuple(item.item_id for item in slide.items)
    turn.issue(HideItems(item_ids=ids))
    return remove(show, ids, turn)


def resize(show: Show, turn: Turn) -> Show:
    """The screen has another size: the current slide again, fitted to it, and nothing else from before."""
    if show.fading_since is not None:
        show = _finish_transition(evolve(show, fading_since=Deadline(float("-inf"))), turn)
    show = _drop_ready(show, turn, keep_item=True)
    if show.current is None or show.withdrawn:
        return show
    slide = Slide(SlideId(show.next_slide), show.current.items)
    command = PrepareSlide(slide=slide, screen=turn.settings.screen, style=turn.settings.style)
    return evolve(
        show, preparing=turn.issue(command), coming=slide, refitting=True, next_slide=show.next_slide + 1
    )


def remove(show: Show, ids: tuple[MediaItemId, ...], turn: Turn) -> Show:
    """These are not to be shown any more; one that is on the screen leaves as soon as another is ready."""
    if not ids:
        return show
    show = evolve(show, upcoming=_without(show.upcoming, ids), history=_without(show.history, ids))
    if _holds(show.ready, ids) or _holds(show.coming, ids):
        show = _drop_ready(evolve(show, fading_since=None), turn, keep_item=False)
    if _holds(show.current, ids):
        now = Deadline(turn.now.monotonic)
        show = evolve(show, withdrawn=True, dwell_ends=now, stale=True, hurried=True, retry_at=Deadline(0.0))
    return show


def clear(show: Show, turn: Turn) -> Show:
    """Nothing is left to show."""
    show = _drop_ready(show, turn, keep_item=False)
    if show.current is not None:
        turn.issue(DropSlide(slide=show.current))
    return Show(next_slide=show.next_slide)


def _without(items: tuple[StoredItem, ...], ids: tuple[MediaItemId, ...]) -> tuple[StoredItem, ...]:
    return tuple(item for item in items if item.item_id not in ids)


def _holds(slide: Slide | None, ids: tuple[MediaItemId, ...]) -> bool:
    return slide is not None and any(item.item_id in ids for item in slide.items)


def _drop_ready(show: Show, turn: Turn, *, keep_item: bool) -> Show:
    """Forget what was prepared or is being prepared; its item may come again next."""
    if show.ready is not None:
        turn.issue(DropSlide(slide=show.ready))
    slide = show.ready or (None if show.refitting else show.coming)
    upcoming = show.upcoming
    if keep_item and slide is not None:
        upcoming = (*slide.items, *upcoming)
    return evolve(
        show, ready=None, coming=None, preparing=None, refitting=False, backwards=False, upcoming=upcoming
    )


def _prepared(show: Show, slide: Slide, turn: Turn) -> Show:
    refitting = show.refitting
    show = evolve(show, preparing=None, coming=None, refitting=False)
    if refitting and show.current is not None:
        turn.issue(DropSlide(slide=show.current))
        return evolve(show, current=slide)
    return evolve(show, ready=slide)


def _unprepared(show: Show, event: Failed, turn: Turn) -> Show:
    slide, refitting = show.coming, show.refitting
    show = evolve(show, preparing=None, coming=None, refitting=False, backwards=False)
    if slide is not None and isinstance(event.error, Corrupt):
        ids = tuple(item.item_id for item in slide.items)
        turn.issue(SetAside(item_ids=ids))
        return remove(show, ids, turn)
    return show if refitting else evolve(show, retry_at=turn.now.after(RETRY), stale=True)


def _finish_transition(show: Show, turn: Turn) -> Show:
    """The incoming slide has arrived: only now does it count as shown."""
    if show.fading_since is None or not turn.due(Deadline(show.fading_since + turn.settings.transition)):
        return show
    return _shown(show, turn, since=show.changed)


def _shown(show: Show, turn: Turn, since: Deadline) -> Show:
    slide = show.ready
    assert slide is not None  # noqa: S101  a transition has an incoming slide
    history = show.history
    if show.current is not None:
        turn.issue(DropSlide(slide=show.current))
        if not (show.backwards or show.withdrawn):
            history = (*history, *show.current.items)[-REMEMBERED:]
    turn.issue(MarkShown(item_ids=tuple(item.item_id for item in slide.items)))
    return evolve(
        show,
        current=slide,
        ready=None,
        fading_since=None,
        # The first picture of all comes onto words or nothing, and may go again at once.
        changed=since if show.current else show.changed,
        since=since,
        history=history,
        backwards=False,
        withdrawn=False,
        hurried=False,
        dwell_ends=turn.now.after(turn.settings.dwell),
    )


def _start_transition(show: Show, turn: Turn) -> Show:
    if show.ready is None or show.fading_since is not None:
        return show
    now = Deadline(turn.now.monotonic)
    if show.current is None or (turn.settings.transition <= 0 and _may_move(show, turn)):
        return _shown(show, turn, since=now)
    if _may_move(show, turn):
        return evolve(show, fading_since=now, changed=now)
    return show


def _may_move(show: Show, turn: Turn) -> bool:
    return turn.due(_leaves(show, turn.settings)) and (not show.paused or show.hurried)


def _draw(show: Show, turn: Turn) -> Show:
    busy = show.drawing is not None or show.ready is not None or show.preparing is not None
    if busy or (show.upcoming and not show.stale) or not turn.due(show.retry_at):
        return show
    last = show.current.items[-1] if show.current else (show.history[-1] if show.history else None)
    command = DrawSlides(order=turn.settings.order, after=last, avoid=on_screen(show), count=AHEAD)
    return evolve(show, drawing=turn.issue(command), stale=False)


def _prepare(show: Show, turn: Turn) -> Show:
    busy = show.ready is not None or show.preparing is not None or show.drawing is not None
    if busy or not show.upcoming or not turn.due(show.retry_at):
        return show
    item, *rest = show.upcoming
    return _prepare_item(evolve(show, upcoming=tuple(rest)), item, turn)


def _prepare_item(show: Show, item: StoredItem, turn: Turn, *, backwards: bool = False) -> Show:
    slide = Slide(SlideId(show.next_slide), (item,))
    command = PrepareSlide(slide=slide, screen=turn.settings.screen, style=turn.settings.style)
    return evolve(
        show,
        preparing=turn.issue(command),
        coming=slide,
        backwards=backwards,
        next_slide=show.next_slide + 1,
    )
