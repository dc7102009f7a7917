"""The slides to come: drawn from the catalog, prepared one at a time, put back, dropped.

Rules:
- What is prepared is drawn with the pictures on the screen in mind, and counts as shown only once it was.
- An upload takes the GPU's time, so nothing is prepared during a transition.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core.commands import DrawSlides, DropSlide, PrepareSlide, SetAside
from kiosk.core.events import Failed, SlidesDrawn
from kiosk.core.model import NEVER, Deadline, Group, MediaItemId, Size, Slide, SlideId
from kiosk.core.pairing import pairing_of, without
from kiosk.core.settings import Settings
from kiosk.core.show import REMEMBERED, Show, holds, on_screen
from kiosk.core.turn import Turn
from kiosk.errors import Corrupt

AHEAD = 8
"""Slides drawn at a time."""
MOST = 3
"""Slides that are ready at a time: as often as somebody presses *next* before looking."""
RECENT = 8
"""Slides that a draw is told of: more than a partner is ever ahead of its place."""
RETRY = 5.0
"""Seconds before another try after a slide could not be prepared for a reason that is not the file's."""


def affordable(room: int, screen: Size) -> int:
    """How many slides may be ready at a time: one, and more where so many bytes are to spare."""
    return 1 + min(MOST - 1, room // (4 * screen.width * screen.height))


def limit(show: Show, settings: Settings) -> int:
    """How many slides may be ready."""
    return 1 if show.few else settings.ahead


def roomy(show: Show, turn: Turn) -> bool:
    """Nothing is being drawn or prepared, and another slide may be."""
    busy = show.drawing is not None or show.preparing is not None
    return not busy and len(show.ready) < limit(show, turn.settings)


def draw(show: Show, turn: Turn) -> Show:
    if not roomy(show, turn) or (show.upcoming and not show.stale) or not turn.due(show.retry_at):
        return show
    slides = (*([show.current] if show.current else []), *show.ready)
    recent = (*show.history, *(slide.items for slide in slides))[-RECENT:]
    command = DrawSlides(
        order=turn.settings.order,
        after=recent[-1][-1] if recent else None,
        avoid=on_screen(show),
        count=AHEAD,
        pairing=show.pairing,
        recent=recent,
    )
    return evolve(show, drawing=turn.issue(command), stale=False)


def drawn(show: Show, event: SlidesDrawn) -> Show:
    upcoming = without(event.drawn, on_screen(show))
    # Nothing else to show: no more drawing until the catalog changes or what is ready was shown.
    few = len(event.drawn) < AHEAD
    return evolve(
        show, upcoming=upcoming, few=few, drawing=None, retry_at=show.retry_at if upcoming else NEVER
    )


def prepare(show: Show, turn: Turn) -> Show:
    waits = not show.upcoming or show.fading_since is not None or not turn.due(show.retry_at)
    if waits or not roomy(show, turn):
        return show
    group, *rest = show.upcoming
    return prepare_group(evolve(show, upcoming=tuple(rest)), group, turn)


def prepare_group(show: Show, group: Group, turn: Turn) -> Show:
    """This next, whatever is drawn; while the frame is dark it only queues."""
    if turn.unseen:
        return evolve(show, upcoming=(group, *show.upcoming))
    slide = Slide(SlideId(show.next_slide), group)
    command = PrepareSlide(slide=slide, screen=turn.settings.screen, style=turn.settings.style)
    return evolve(show, preparing=turn.issue(command), coming=slide, next_slide=show.next_slide + 1)


def prepared(show: Show, slide: Slide, turn: Turn) -> Show:
    refitting = show.refitting
    show = evolve(show, preparing=None, coming=None, refitting=False)
    if refitting and show.current is not None:
        turn.issue(DropSlide(slide=show.current))
        return evolve(show, current=slide)
    return evolve(show, ready=(*show.ready, slide))


def unprepared(show: Show, event: Failed, turn: Turn) -> tuple[Show, tuple[MediaItemId, ...]]:
    """The show, and the pictures that leave it because their files are damaged."""
    slide, refitting = show.coming, show.refitting
    assert slide is not None  # noqa: S101  whoever waits for an answer has a slide that is being prepared
    backwards = show.backwards and bool(show.ready)
    show = evolve(show, preparing=None, coming=None, refitting=False, backwards=backwards)
    damaged = _damaged(slide, event)
    if damaged:
        turn.issue(SetAside(item_ids=damaged))
        spared = () if refitting else without((slide.items,), damaged)
        return evolve(show, upcoming=(*spared, *show.upcoming)), damaged
    if refitting:
        return show, ()
    if len(slide.items) > 1:
        # Nobody says which of them it was: one after the other.
        alone = tuple((item,) for item in slide.items)
        return evolve(show, upcoming=(*alone, *show.upcoming), retry_at=turn.now.after(RETRY)), ()
    return evolve(show, retry_at=turn.now.after(RETRY), stale=True), ()


def _damaged(slide: Slide, event: Failed) -> tuple[MediaItemId, ...]:
    """Whose file is not what it was; of a pair, only what is named."""
    if not isinstance(event.error, Corrupt):
        return ()
    if len(slide.items) == 1:
        return (slide.items[0].item_id,)
    path = str(event.error.path)
    return tuple(item.item_id for item in slide.items if path.endswith(item.name))


def drop(show: Show, turn: Turn, *, keep: bool) -> Show:
    """Forget what was prepared or is being prepared; with ``keep`` it comes again next."""
    for slide in show.ready:
        turn.issue(DropSlide(slide=slide))
    slides = (*show.ready, *([show.coming] if show.coming and not show.refitting else []))
    again = tuple(slide.items for slide in slides) if keep else ()
    return evolve(
        show,
        ready=(),
        coming=None,
        preparing=None,
        refitting=False,
        backwards=False,
        upcoming=(*again, *show.upcoming),
    )


def pull_out(show: Show, ids: tuple[MediaItemId, ...], turn: Turn) -> Show:
    """These are not to be shown any more. Who loses a partner comes alone; what is on the screen stays for now."""
    show = evolve(show, upcoming=without(show.upcoming, ids), history=without(show.history, ids))
    spared: tuple[Group, ...] = ()
    for slide in show.ready:
        if holds(slide, ids):
            turn.issue(DropSlide(slide=slide))
            spared += without((slide.items,), ids)
            if slide == show.ready[0]:
                # Also half-way through its transition.
                show = evolve(show, fading_since=None, backwards=False)
    show = evolve(show, ready=tuple(slide for slide in show.ready if not holds(slide, ids)))
    if show.coming is not None and holds(show.coming, ids):
        spared += () if show.refitting else without((show.coming.items,), ids)
        backwards = show.backwards and bool(show.ready)
        show = evolve(show, coming=None, preparing=None, refitting=False, backwards=backwards)
    return evolve(show, upcoming=(*spared, *show.upcoming))


def reshape(show: Show, turn: Turn) -> Show:
    """Another shape of the screen: other pictures pair, so nothing of what was drawn is good."""
    pairing = pairing_of(turn.settings)
    if pairing == show.pairing:
        return show
    show = drop(evolve(show, fading_since=None), turn, keep=False)
    history = tuple((item,) for group in show.history for item in group)[-REMEMBERED:]
    return evolve(
        show, pairing=pairing, upcoming=(), drawing=None, stale=True, retry_at=Deadline(0.0), history=history
    )
