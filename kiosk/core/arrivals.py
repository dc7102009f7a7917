"""The strip at the foot of the screen: whoever has just picked stands in front of the frame and sees it arrive.

Rules:
- Only for a pick that somebody has just finished, and only for its first minute; then the badge tells.
- Photographs first: no thumbnail is made before the pick's first picture is on the screen, nor while a slide is
  awaited.
- Everything that moves is a function of ``now`` and comes to rest, so that between two arrivals nothing is drawn.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core import words
from kiosk.core.commands import DropThumb, PrepareThumb
from kiosk.core.downloads import Downloads, idle
from kiosk.core.events import (
    Event,
    Evicted,
    Failed,
    Hidden,
    ItemsAdded,
    PickingSessionReady,
    RenditionStored,
    ThumbPrepared,
)
from kiosk.core.layout import thumb_side
from kiosk.core.model import NEVER, CommandId, Deadline, MediaItemId, PickId, StoredItem
from kiosk.core.phases import Choosing, Phase
from kiosk.core.scene import Strip
from kiosk.core.settings import Settings
from kiosk.core.turn import Turn

LASTS = 60.0
"""Seconds from the first page of the list: by then whoever tapped Done has seen that it works, and the picture deserves
its foot back. A pick of some forty is through by then."""
LINGERS = 3.0
"""Seconds after the last arrival: to read how many there are."""
AFTER = 0.3
"""Seconds from a picture on the screen to the strip over it: to render it costs 8 ms at 1920 x 1080, for which the
first picture does not wait."""
COMES = GOES = 0.3
"""Seconds in which the strip fades in, and out."""
ARRIVES = 0.3
"""Seconds in which a thumbnail takes its place; short of APART, so that one rests before the next comes."""
APART = 0.4
"""Seconds from one thumbnail to the next, however fast they arrive: an eye follows no more, and a small board has
better things to decode."""
FILLS = 0.4
"""Seconds in which the bar comes to where it belongs."""
MOST = 12
"""Places in the row, on the widest screen; also how many pictures wait for a thumbnail: older ones would be pushed out
of the row before anybody saw them."""


@frozen
class Thumb:
    """A thumbnail that the painter has; it is named by the command that made it."""

    id: CommandId
    item_id: MediaItemId


@frozen
class Arrivals:
    expected: bool = False
    """Somebody has tapped Done: the next list is theirs."""
    pick_id: PickId | None = None
    """Whose strip is on the screen; None: there is none."""
    began: Deadline = Deadline(0.0)
    comes: Deadline = NEVER
    """When it is first seen; NEVER while there is no picture that it could lie on."""
    ends: Deadline = NEVER
    finished: bool = False
    """Everything has arrived."""
    waiting: tuple[StoredItem, ...] = ()
    preparing: CommandId | None = None
    coming: StoredItem | None = None
    """What is being prepared; None also where it is no longer wanted."""
    thumbs: tuple[Thumb, ...] = ()
    """The newest last."""
    arrived: Deadline = Deadline(float("-inf"))
    """When the newest one began to come in."""
    asked: Deadline = Deadline(float("-inf"))
    bar_from: float = 0.0
    bar_to: float = 0.0
    bar_since: Deadline = Deadline(float("-inf"))


def handle(part: Arrivals, event: Event, turn: Turn, phase: Phase) -> Arrivals:
    """``phase``: how far the pick had come before this event."""
    match event:
        case PickingSessionReady(picking_session=ready, answers=answers) if ready.media_items_set:
            done = isinstance(phase, Choosing) and phase.command == answers
            return evolve(stop(part, turn), expected=True) if done else part
        case ItemsAdded(pick_id=pick_id, wanted=wanted) if part.expected and wanted:
            began = Deadline(turn.now.monotonic)
            ends = turn.now.after(LASTS)
            return Arrivals(pick_id=pick_id, began=began, ends=ends, preparing=part.preparing)
        case RenditionStored(pick_id=pick_id, item=item):
            part = _without(part, event.removed, turn)
            if pick_id != part.pick_id:
                return part
            return evolve(part, waiting=(*part.waiting, item)[-MOST:])
        case Evicted(item_ids=ids) | Hidden(item_ids=ids):
            return _without(part, ids, turn)
        case ThumbPrepared(answers=answers):
            return _prepared(part, answers, turn)
        case Failed(command=PrepareThumb()) if event.answers == part.preparing:
            return evolve(part, preparing=None, coming=None)  # the slide will tell
    return part


def tick(
    part: Arrivals, wanted: Downloads, turn: Turn, *, listing: bool, picture: bool, free: bool
) -> Arrivals:
    """``listing``: more pages may follow. ``picture``: one is on the screen. ``free``: nobody waits for a slide."""
    if part.pick_id is None:
        return part
    if turn.due(part.ends):
        return stop(part, turn)
    if picture and part.comes == NEVER:
        part = evolve(part, comes=turn.now.after(AFTER))
    part = _filled(part, wanted, turn)
    finished = idle(wanted) and not listing and not part.waiting and part.coming is None
    if finished and not part.finished:
        part = evolve(part, ends=min(part.ends, turn.now.after(LINGERS)))
    part = evolve(part, finished=finished)
    if not free or not part.waiting or part.preparing is not None or not turn.due(_next(part)):
        return part
    item, *rest = part.waiting
    command = PrepareThumb(item=item, side=thumb_side(turn.settings.screen))
    now = Deadline(turn.now.monotonic)
    return evolve(part, waiting=tuple(rest), coming=item, preparing=turn.issue(command), asked=now)


def deadline(part: Arrivals, *, free: bool) -> Deadline:
    if part.pick_id is None:
        return NEVER
    waits = free and part.waiting and part.preparing is None
    return min(part.ends, _next(part)) if waits else part.ends


def stop(part: Arrivals, turn: Turn) -> Arrivals:
    """The strip goes, and its thumbnails with it."""
    for thumb in part.thumbs:
        turn.issue(DropThumb(thumb=thumb.id))
    return Arrivals(preparing=part.preparing)


def tells(part: Arrivals, wanted: Downloads) -> bool:
    """Whether the strip, and not the badge, tells how far this pick is."""
    return part.pick_id is not None and part.pick_id == wanted.pick_id and not wanted.signed_out


def strip(part: Arrivals, wanted: Downloads, now: float, settings: Settings, trouble: str) -> Strip | None:
    """What the screen says of it. trouble: what is wrong with the network, if anything."""
    if now < part.comes or not tells(part, wanted):
        return None
    arrived = idle(wanted) and wanted.stored > 0
    title = words.ARRIVED_TITLE if arrived else words.DOWNLOADING_TITLE
    count = words.photos(wanted.stored) if arrived else words.progress(wanted.stored, wanted.total)
    still = settings.reduced_motion
    seen = min(_eased(now - part.comes, COMES), _eased(part.ends - now, GOES))
    return Strip(
        title="" if trouble else title,
        status=trouble or count,
        share=part.bar_to if still else _bar(part, now),
        places=min(wanted.total - wanted.failed, MOST),
        thumbs=tuple(thumb.id for thumb in part.thumbs),
        arrival=1.0 if still else _eased(now - part.arrived, ARRIVES),
        opacity=1.0 if still else seen,
    )


def moving(part: Arrivals, now: float, settings: Settings) -> bool:
    """Whether every frame of the strip differs."""
    if part.pick_id is None or settings.reduced_motion:
        return False
    rests = max(part.comes + COMES, part.arrived + ARRIVES, part.bar_since + FILLS)
    return part.comes <= now < rests or max(part.comes, part.ends - GOES) <= now < part.ends


def next_change(part: Arrivals, now: float, settings: Settings) -> Deadline:
    """When it will come, or begin to fade, if nothing happens before."""
    fades = NEVER if settings.reduced_motion or part.pick_id is None else Deadline(part.ends - GOES)
    return min((at for at in (part.comes, fades) if at > now), default=NEVER)


def _next(part: Arrivals) -> Deadline:
    return Deadline(part.asked + APART)


def _prepared(part: Arrivals, answers: CommandId, turn: Turn) -> Arrivals:
    """One more than the row has places is kept: the oldest is still seen while it gives way."""
    if answers != part.preparing or part.coming is None:
        turn.issue(DropThumb(thumb=answers))
        return evolve(part, preparing=None) if answers == part.preparing else part
    thumbs = (*part.thumbs, Thumb(answers, part.coming.item_id))
    for old in thumbs[: -(MOST + 1)]:
        turn.issue(DropThumb(thumb=old.id))
    arrived = Deadline(turn.now.monotonic)
    return evolve(part, thumbs=thumbs[-(MOST + 1) :], arrived=arrived, preparing=None, coming=None)


def _without(part: Arrivals, ids: tuple[MediaItemId, ...], turn: Turn) -> Arrivals:
    """Hidden, or gone from the card: gone from the strip at once."""
    for thumb in part.thumbs:
        if thumb.item_id in ids:
            turn.issue(DropThumb(thumb=thumb.id))
    if part.coming is not None and part.coming.item_id in ids:
        part = evolve(part, coming=None)
    return evolve(
        part,
        waiting=tuple(item for item in part.waiting if item.item_id not in ids),
        thumbs=tuple(thumb for thumb in part.thumbs if thumb.item_id not in ids),
    )


def _filled(part: Arrivals, wanted: Downloads, turn: Turn) -> Arrivals:
    share = (wanted.stored + wanted.failed) / max(wanted.total, 1)
    if share == part.bar_to:
        return part
    now = turn.now.monotonic
    return evolve(part, bar_from=_bar(part, now), bar_to=share, bar_since=Deadline(now))


def _bar(part: Arrivals, now: float) -> float:
    return part.bar_from + (part.bar_to - part.bar_from) * _eased(now - part.bar_since, FILLS)


def _eased(passed: float, seconds: float) -> float:
    """0 to 1, without a jerk at either end (smoothstep)."""
    t = min(max(passed / seconds, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)
