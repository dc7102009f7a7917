"""The slideshow as a value, and what can be read off it."""

from __future__ import annotations

from attrs import frozen

from kiosk.core.model import NEVER, CommandId, Deadline, Group, MediaItemId, Slide
from kiosk.core.pairing import Pairing
from kiosk.core.settings import Motion, Settings

REMEMBERED = 50
"""Slides that *previous* can go back over."""


@frozen
class Question:
    """Which of this pair is to be hidden? Nobody has to answer."""

    slide: Slide
    until: Deadline


@frozen
class Show:
    upcoming: tuple[Group, ...] = ()
    stale: bool = True
    """The catalog has changed since ``upcoming`` was drawn."""
    pairing: Pairing | None = None
    """How pictures pair in what is drawn."""
    few: bool = False
    """The catalog had no more to draw: were all of it prepared, two that came one by one would never hang together."""
    drawing: CommandId | None = None
    history: tuple[Group, ...] = ()
    current: Slide | None = None
    ready: tuple[Slide, ...] = ()
    """Prepared, in the order in which they come; in a transition the first of them comes in."""
    preparing: CommandId | None = None
    coming: Slide | None = None
    """The slide being prepared."""
    refitting: bool = False
    """The slide being prepared is the current one at another screen size: no transition."""
    backwards: bool = False
    """The first one that is ready, or else the slide being prepared, comes out of the history."""
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
    question: Question | None = None
    held: Deadline = Deadline(float("-inf"))
    """Until then the picture stays, because the menu is open."""


def incoming(show: Show) -> Slide | None:
    """The slide that comes in, during a transition."""
    return show.ready[0] if show.fading_since is not None and show.ready else None


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


def moved(slide: Slide, since: float, now: float, settings: Settings) -> float:
    """The same for this slide: a pair hangs still."""
    return motion(since, now, settings) if len(slide.items) == 1 else 0.0


def moving(show: Show, now: float, settings: Settings) -> bool:
    """Whether the current slide's view is still on its way."""
    alone = show.current is not None and len(show.current.items) == 1
    return settings.style.motion is Motion.GENTLE and alone and now < show.since + seen_for(settings)


def on_screen(show: Show) -> tuple[MediaItemId, ...]:
    """What eviction may not touch: shown, ready, or being prepared."""
    slides = (show.current, *show.ready, show.coming)
    return tuple(item.item_id for slide in slides if slide for item in slide.items)


def holds(slide: Slide | None, ids: tuple[MediaItemId, ...]) -> bool:
    """Whether any of these is on that slide."""
    return slide is not None and any(item.item_id in ids for item in slide.items)
