"""compose(state, now) -> Scene: what the screen says. Reads the state, changes nothing.

Rules:
- One idea at a time. A card (core/cards.py) covers the screen only while there is no photograph; otherwise it is a
  panel over the show.
- Never a name, an e-mail address or a secret.
"""

from __future__ import annotations

import math
from datetime import datetime

from attrs import evolve

from kiosk.core import (
    access,
    arrivals,
    cards,
    downloads,
    labels,
    light,
    pages,
    picking,
    signin,
    slideshow,
    words,
)
from kiosk.core.model import NEVER, Deadline, Slide
from kiosk.core.scene import Badge, Label, Mark, Scene
from kiosk.core.settings import Settings
from kiosk.core.state import State


def compose(state: State, now: float, utc: datetime | None = None) -> Scene:
    """The scene at this monotonic time. Equal scenes need no new pixels. utc: for what tells the time of day."""
    if state.sleep.asleep:
        return Scene(dark=True)
    scene = evolve(
        pictures(state.show, state.settings, now), card=cards.card(state, now), light=light.colour(state)
    )
    if state.menu is not None:
        return evolve(scene, menu=pages.page(state))
    if state.hint_until != NEVER:
        scene = evolve(scene, badge=Badge(Mark.TOUCH, words.TOUCH_HINT))
    if scene.current is None or scene.card is not None:
        return scene
    scene = labels.labelled(scene, state.show, state.settings, utc)
    return _with_strip(evolve(scene, badge=scene.badge or _badge(state)), state, now)


def _with_strip(scene: Scene, state: State, now: float) -> Scene:
    """The strip says what the badge would say, in the place of the captions."""
    part, wanted = state.arrivals, state.downloads
    if not arrivals.tells(part, wanted):
        return scene
    if scene.badge is not None and scene.badge.mark in (Mark.WORKING, Mark.OFFLINE):
        scene = evolve(scene, badge=None)
    strip = arrivals.strip(part, wanted, now, state.settings, _offline(wanted))
    if strip is None:
        return scene
    return evolve(scene, strip=strip, labels=(), incoming_labels=(), clock=None)


def bare(scene: Scene) -> Scene:
    """Its pictures, in its light."""
    return evolve(
        scene, card=None, badge=None, strip=None, menu=None, labels=(), incoming_labels=(), clock=None
    )


def pictures(show: slideshow.Show, settings: Settings, now: float) -> Scene:
    """The pictures alone, without words."""
    if show.current is None:
        return Scene()
    scene = Scene(show.current.id, motion=slideshow.moved(show.current, show.since, now, settings))
    coming = slideshow.incoming(show)
    if coming is None:
        return scene
    return evolve(
        scene,
        incoming=coming.id,
        progress=slideshow.progress(show, now, settings.transition),
        kind=settings.kind,
        backwards=show.backwards,
        incoming_motion=slideshow.moved(coming, show.changed, now, settings),
    )


def labels_of(state: State, slide: Slide, utc: datetime) -> tuple[Label, ...]:
    """What will stand on a slide that was prepared, so that it can be drawn before it is wanted."""
    return labels.of_slide(slide, state.show, state.settings, utc)


def animating(state: State, now: float = math.inf) -> bool:
    """True while every frame differs: the loop then paints at the display's pace. Without ``now``: in a transition."""
    if state.unseen or state.sleep.off:
        return False
    if state.show.fading_since is not None or slideshow.moving(state.show, now, state.settings):
        return True
    return arrivals.moving(state.arrivals, now, state.settings) and _bare(state, now)


def _bare(state: State, now: float) -> bool:
    """Neither a card nor the menu is over the picture."""
    return state.show.current is not None and state.menu is None and cards.card(state, now) is None


def next_change(state: State, now: float, utc: datetime | None = None) -> Deadline:
    """When the words will differ although nothing happens: the minutes left on a code, the clock, another day, the
    end of the strip."""
    if state.unseen:
        return NEVER
    soonest = cards.next_minute(state, now)
    if not _bare(state, now):
        return soonest
    soonest = min(soonest, arrivals.next_change(state.arrivals, now, state.settings))
    return soonest if utc is None else min(soonest, Deadline(now + labels.changes_in(state.settings, utc)))


def status_word(state: State) -> str:
    """``state`` in ``kiosk status``: signing_in, picking, listing, downloading, showing, trouble, asleep or
    starting."""
    if state.sleep.asleep:
        return "asleep"
    if not state.opened:
        return "trouble" if state.last_error else "starting"
    if cards.blocked(state) is not None:
        return "trouble"
    if not isinstance(state.signin, signin.Off) or state.exchange is not None:
        return "signing_in"
    if cards.trouble(state) is not None:
        return "trouble"
    phase = state.picking.phase
    match phase:
        case picking.Creating() | picking.Choosing():
            return "picking"
        case picking.Listing(again=False):
            return "listing"
        case picking.Listing() | picking.Fetching():
            return "downloading"
    if state.show.current is not None:
        return "showing"
    if state.counts.stored:
        return "starting" if state.announced is None else "downloading"
    return "picking"


def _badge(state: State) -> Badge | None:
    """The one quiet mark that matters most."""
    part = state.downloads
    full = part.full or state.writes.trouble
    if full is not None:
        return Badge(Mark.CARD_FULL, cards.full(full))
    if not access.signed_in(state.access) and _wants_sign_in(state):
        return Badge(Mark.SIGN_IN, words.SIGN_IN_BADGE)
    if state.show.paused:
        return Badge(Mark.PAUSED, words.PAUSED)
    if not downloads.idle(part):
        if trouble := _offline(part):
            return Badge(Mark.OFFLINE, trouble)
        return Badge(Mark.WORKING, words.adding(part.stored, part.total))
    if state.settings.secret_left:
        return Badge(Mark.SECRET, words.secret_left(state.settings.secret_left))
    return None


def _offline(part: downloads.Downloads) -> str:
    """What to say of the network: not of a single fault, which the next try may mend."""
    return cards.network(part.offline) if part.failures > 1 else ""


def _wants_sign_in(state: State) -> bool:
    """Signed out is how a frame rests that keeps no sign-in, unless it still has something to fetch."""
    return state.settings.keep_signed_in or not isinstance(state.picking.phase, picking.Idle)
