"""Which slide is on the screen, and when it gives way to the next.

Rules:
- Never blank: the present picture stays until the next one is ready.
- The next slides are prepared during the dwell. A transition's progress is a function of ``now``.
- The playlist advances only when a slide was really shown.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core import ahead
from kiosk.core.ahead import RETRY
from kiosk.core.commands import DrawSlides, DropSlide, HideItems, MarkShown, PrepareSlide, SetAside
from kiosk.core.events import (
    Asked,
    Event,
    Evicted,
    Failed,
    Hidden,
    RenditionStored,
    SlidePrepared,
    SlidesDrawn,
    Verb,
    Which,
)
from kiosk.core.model import NEVER, Deadline, Group, MediaItemId, Slide
from kiosk.core.pairing import without
from kiosk.core.settings import Settings, Transition
from kiosk.core.show import (
    REMEMBERED,
    Question,
    Show,
    holds,
    incoming,
    motion,
    moved,
    moving,
    on_screen,
    progress,
    seen_for,
)
from kiosk.core.turn import Turn

__all__ = [
    "REMEMBERED",
    "Show",
    "handle",
    "incoming",
    "motion",
    "moved",
    "moving",
    "on_screen",
    "progress",
    "seen_for",
    "tick",
]

SOONEST = 0.17
"""Seconds from one change of the picture to the next, whatever is asked for: a flash is two changes of the light that
oppose each other, and WCAG 2.2, 2.3.1 allows three flashes in a second."""
CHANGES = {Transition.DISSOLVE: 2, Transition.PUSH: 3}
"""Changes of the light at one place in one transition, where there are more than one: a dissolve goes by the mean of
both pictures, a push carries the middle of both over it. The next one waits as many times as long."""
ASKS_FOR = 10.0
"""Seconds in which it can be said which of a pair is meant."""


def start(show: Show, drawn: tuple[Group, ...]) -> Show:
    """The first slides came with the opened catalog."""
    return evolve(show, upcoming=drawn, stale=not drawn)


def handle(show: Show, event: Event, turn: Turn) -> Show:
    match event:
        case SlidesDrawn() if event.answers == show.drawing:
            return ahead.drawn(show, event)
        case Failed(command=DrawSlides()) if event.answers == show.drawing:
            return evolve(show, drawing=None, stale=True, retry_at=turn.now.after(RETRY))
        case SlidePrepared() if event.answers == show.preparing:
            return ahead.prepared(show, event.slide, turn)
        case SlidePrepared():
            turn.issue(DropSlide(slide=event.slide))
            return show
        case Failed(command=PrepareSlide()) if event.answers == show.preparing:
            show, damaged = ahead.unprepared(show, event, turn)
            return remove(show, damaged, turn)
        case Failed(command=SetAside()):
            # A card that cannot be written: the catalog would draw the damaged picture again at once.
            return evolve(show, stale=True, retry_at=turn.now.after(RETRY))
        case RenditionStored():
            return remove(evolve(show, stale=True, retry_at=Deadline(0.0)), event.removed, turn)
        case Evicted() | Hidden():
            return remove(show, event.item_ids, turn)
    return show


def asked(show: Show, asked: Asked, turn: Turn) -> Show:
    """What somebody wants of the show; a key may be the answer to the question on the screen."""
    question, which = show.question, asked.which
    if question is not None and asked.key:
        answers = {Verb.PREVIOUS: Which.FIRST, Verb.NEXT: Which.SECOND, Verb.HIDE: Which.BOTH}
        if asked.verb in answers:
            return _hide(show, question.slide, answers[asked.verb], turn)
    match asked.verb:
        case Verb.NEXT:
            return next_slide(evolve(show, question=None), turn)
        case Verb.PREVIOUS:
            return previous_slide(evolve(show, question=None), turn)
        case Verb.PAUSE | Verb.RESUME:
            return pause(show, asked.verb is Verb.PAUSE, turn)
        case Verb.HIDE if (slide := _meant(show)) is not None:
            if asked.key and which is None and len(slide.items) > 1:
                if show.withdrawn and slide is show.current:
                    # It is leaving: nothing is to be asked about it, and what stays of it comes alone in a moment.
                    return show
                return evolve(show, question=Question(slide, turn.now.after(ASKS_FOR)))
            return _hide(show, slide, which, turn)
        case Verb.CANCEL:
            return evolve(show, question=None)
    return show


def tick(show: Show, turn: Turn) -> Show:
    show = ahead.reshape(show, turn)
    show = _question_over(show, turn)
    show = _finish_transition(show, turn)
    show = _start_transition(show, turn)
    show = ahead.draw(show, turn)
    return ahead.prepare(show, turn)


def _leaves(show: Show, settings: Settings) -> Deadline:
    """When the current slide may give way."""
    # What is asked about stays until it was answered, or until nobody is expected to answer any more.
    asked_until = show.question.until if show.question is not None else show.dwell_ends
    return max(show.dwell_ends, show.held, asked_until, Deadline(show.changed + apart(settings.kind)))


def apart(kind: Transition) -> float:
    """Seconds from the beginning of one transition to that of the next, at least."""
    return SOONEST * CHANGES.get(kind, 1)


def deadline(show: Show, settings: Settings) -> Deadline:
    """The next moment at which ``tick`` has something to do."""
    over = NEVER if show.question is None else show.question.until
    if show.fading_since is not None:
        return min(Deadline(show.fading_since + settings.transition), over)
    ends = _leaves(show, settings) if show.ready and (show.hurried or not show.paused) else NEVER
    idle = len(show.ready) < ahead.limit(show, settings) and show.preparing is None and show.drawing is None
    waiting = show.retry_at if idle and (show.upcoming or show.stale) else NEVER
    return min(ends, waiting, over)


def fresh(show: Show, turn: Turn) -> Show:
    """A new pick has its first picture: it comes next, and now."""
    show = ahead.drop(show, turn, keep=True)
    now = Deadline(turn.now.monotonic)
    return evolve(show, stale=True, hurried=True, dwell_ends=now, retry_at=Deadline(0.0))


def rest(show: Show, turn: Turn) -> Show:
    """The frame falls asleep: the show stands still from here."""
    return evolve(_settled(show, turn), question=None)


def rise(show: Show, turn: Turn, *, resized: bool) -> Show:
    """It wakes: the picture of before has its whole time once more."""
    now = Deadline(turn.now.monotonic)
    ends = now if show.hurried else turn.now.after(turn.settings.dwell)
    show = evolve(show, since=now, dwell_ends=ends)
    return resize(show, turn) if resized else show


def next_slide(show: Show, turn: Turn) -> Show:
    show = _settled(show, turn)
    return evolve(show, dwell_ends=Deadline(turn.now.monotonic), retry_at=Deadline(0.0), hurried=True)


def previous_slide(show: Show, turn: Turn) -> Show:
    """Back over what was shown; what was prepared goes back to the front of the queue."""
    show = _settled(show, turn)
    if not show.history:
        return show
    *rest, group = show.history
    # On the way back already: the current one is in the queue.
    queued = show.backwards or show.withdrawn or show.current is None
    show = ahead.drop(show, turn, keep=True)
    if show.current is not None and not queued:
        show = evolve(show, upcoming=(show.current.items, *show.upcoming))
    show = evolve(show, history=tuple(rest), dwell_ends=Deadline(turn.now.monotonic), hurried=True)
    return ahead.prepare_group(evolve(show, backwards=True), group, turn)


def pause(show: Show, paused: bool, turn: Turn) -> Show:
    if show.paused and not paused:
        show = evolve(show, dwell_ends=turn.now.after(turn.settings.dwell))
    return evolve(show, paused=paused)


def hides(show: Show, which: Which | None) -> tuple[MediaItemId, ...]:
    """What *hide* would hide: nothing where it has to be said first which of a pair, or where there is no pair."""
    slide = _meant(show)
    return () if slide is None else _of(slide, which)


def paired(show: Show) -> bool:
    """Whether *hide* means a pair."""
    slide = _meant(show)
    return slide is not None and len(slide.items) > 1


def _meant(show: Show) -> Slide | None:
    """During a fade, the one that comes in is meant."""
    return incoming(show) or show.current


def _of(slide: Slide, which: Which | None) -> tuple[MediaItemId, ...]:
    ids = tuple(item.item_id for item in slide.items)
    if len(ids) == 1:
        return ids if which in (None, Which.BOTH) else ()
    match which:
        case Which.FIRST:
            return ids[:1]
        case Which.SECOND:
            return ids[1:]
        case Which.BOTH:
            return ids
    return ()


def _hide(show: Show, slide: Slide, which: Which | None, turn: Turn) -> Show:
    """Never show these pictures again."""
    ids = _of(slide, which)
    if ids:
        turn.issue(HideItems(item_ids=ids))
    return remove(evolve(show, question=None), ids, turn)


def resize(show: Show, turn: Turn) -> Show:
    """The screen has another size: the current slide again, fitted to it, and nothing else from before."""
    show = evolve(_settled(show, turn), question=None)
    shape = show.pairing
    show = ahead.reshape(ahead.drop(show, turn, keep=True), turn)
    if show.current is None or show.withdrawn:
        return show
    # Where other pictures pair, this pair has parted: the other one has had its turn.
    items = show.current.items if show.pairing == shape else show.current.items[:1]
    return evolve(ahead.prepare_group(show, items, turn), refitting=True)


def remove(show: Show, ids: tuple[MediaItemId, ...], turn: Turn) -> Show:
    """These are not to be shown any more; one that is on the screen leaves as soon as another is ready."""
    if not ids:
        return show
    show = ahead.pull_out(show, ids, turn)
    current = show.current
    if current is None or show.withdrawn or not holds(current, ids):
        return show
    now = Deadline(turn.now.monotonic)
    show = evolve(show, withdrawn=True, dwell_ends=now, stale=True, hurried=True, retry_at=Deadline(0.0))
    left = without((current.items,), ids)
    if left and show.fading_since is None:
        # The other one of the pair stays, alone: it comes next, and what was to come waits.
        show = ahead.prepare_group(ahead.drop(show, turn, keep=True), left[0], turn)
    return show


def clear(show: Show, turn: Turn) -> Show:
    """Nothing is left to show."""
    show = ahead.drop(show, turn, keep=False)
    if show.current is not None:
        turn.issue(DropSlide(slide=show.current))
    return Show(next_slide=show.next_slide)


def _question_over(show: Show, turn: Turn) -> Show:
    question = show.question
    if question is None or (
        question.slide in (show.current, incoming(show)) and not turn.due(question.until)
    ):
        return show
    return evolve(show, question=None)


def _settled(show: Show, turn: Turn) -> Show:
    """A transition that is under way has ended."""
    if show.fading_since is None:
        return show
    return _finish_transition(evolve(show, fading_since=Deadline(float("-inf"))), turn)


def _finish_transition(show: Show, turn: Turn) -> Show:
    """The incoming slide has arrived: only now does it count as shown."""
    if show.fading_since is None or not turn.due(Deadline(show.fading_since + turn.settings.transition)):
        return show
    return _shown(show, turn, since=show.changed)


def _shown(show: Show, turn: Turn, since: Deadline) -> Show:
    slide, *ready = show.ready
    history = show.history
    if show.current is not None:
        turn.issue(DropSlide(slide=show.current))
        if not (show.backwards or show.withdrawn):
            history = (*history, show.current.items)[-REMEMBERED:]
    # The earlier one of a pair last: an order goes on behind it after a restart.
    turn.issue(MarkShown(item_ids=tuple(item.item_id for item in reversed(slide.items))))
    return evolve(
        show,
        current=slide,
        ready=tuple(ready),
        fading_since=None,
        # The first picture of all comes onto words or nothing, and may go again at once.
        changed=since if show.current else show.changed,
        since=since,
        history=history,
        backwards=False,
        withdrawn=False,
        hurried=False,
        dwell_ends=turn.now.after(turn.settings.dwell),
        # What has just left the screen may come again.
        retry_at=Deadline(0.0) if show.retry_at == NEVER and show.current else show.retry_at,
    )


def _start_transition(show: Show, turn: Turn) -> Show:
    if not show.ready or show.fading_since is not None:
        return show
    now = Deadline(turn.now.monotonic)
    if show.current is None or (turn.settings.transition <= 0 and _may_move(show, turn)):
        return _shown(show, turn, since=now)
    if _may_move(show, turn):
        return evolve(show, fading_since=now, changed=now)
    return show


def _may_move(show: Show, turn: Turn) -> bool:
    return turn.due(_leaves(show, turn.settings)) and (not show.paused or show.hurried)
