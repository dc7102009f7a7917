"""compose(state, now) -> Scene: what the screen says. Reads the state, changes nothing.

Rules:
- One idea at a time. A card covers the screen only while there is no photograph; otherwise it is a panel over the show.
- Whoever must act decides the words: the person gets a QR and one sentence, the owner what to change and where.
- Never a name, an e-mail address or a secret.
"""

from __future__ import annotations

import math

from attrs import evolve

from kiosk.core import access, downloads, picking, signin, slideshow, words
from kiosk.core.model import NEVER, Deadline
from kiosk.core.scene import Badge, Card, Look, Mark, Scene
from kiosk.core.settings import Settings
from kiosk.core.state import State
from kiosk.errors import Busy, KioskError, Reason, Refused, StorageError, Unexpected, Unreachable, Unwritable


def compose(state: State, now: float) -> Scene:
    """The scene at this monotonic time. Equal scenes need no new pixels."""
    scene = evolve(pictures(state.show, state.settings, now), card=_card(state, now))
    if scene.current is None or scene.card is not None:
        return scene
    return evolve(scene, badge=_badge(state))


def pictures(show: slideshow.Show, settings: Settings, now: float) -> Scene:
    """The pictures alone, without words."""
    if show.current is None:
        return Scene()
    scene = Scene(show.current.id, motion=slideshow.motion(show.since, now, settings))
    if show.fading_since is None or show.ready is None:
        return scene
    return evolve(
        scene,
        incoming=show.ready.id,
        progress=slideshow.progress(show, now, settings.transition),
        kind=settings.kind,
        incoming_motion=slideshow.motion(show.changed, now, settings),
    )


def animating(state: State, now: float = math.inf) -> bool:
    """True while every frame differs: the loop then paints at the display's pace. Without ``now``: in a transition."""
    return state.show.fading_since is not None or slideshow.moving(state.show, now, state.settings)


def next_change(state: State, now: float) -> Deadline:
    """When the words will differ although nothing happens: the minutes left on a code."""
    ends = _code_ends(state)
    if ends is None or ends <= now:
        return NEVER
    return Deadline(ends - 60.0 * (_minutes(ends, now) - 1))


def status_word(state: State) -> str:
    """``state`` in ``kiosk status``: signing_in, picking, listing, downloading, showing, trouble or starting."""
    if not state.opened:
        return "trouble" if state.last_error else "starting"
    if _blocked(state) is not None:
        return "trouble"
    if not isinstance(state.signin, signin.Off) or state.exchange is not None:
        return "signing_in"
    if _trouble(state) is not None:
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


def _card(state: State, now: float) -> Card | None:
    if state.leaving is not None:
        return Card(Look.MESSAGE, words.LEAVING_TITLE, words.LEAVING_BODY)
    if state.confirm_until is not None:
        return Card(Look.MESSAGE, words.DISCONNECT_TITLE, words.DISCONNECT_BODY)
    if not state.opened:
        body = state.last_error.text if state.last_error else ""
        return Card(Look.MESSAGE, words.STARTING, body)
    card = _blocked(state) or _signin_card(state, now) or _trouble(state) or _picking_card(state, now)
    if card is not None or state.show.current is not None:
        return card
    return _arriving(state)


def _blocked(state: State) -> Card | None:
    """What the owner must change before anybody can sign in."""
    where = words.config_at(state.settings.config_path)
    match state.signin:
        case signin.Blocked(message="", reason=Reason.CLIENT):
            body = words.NO_CLIENT_BODY
            return Card(Look.CODE, words.NO_CLIENT_TITLE, body, *_qr(words.SETUP_ADDRESS), footnote=where)
        case signin.Blocked(reason=Reason.DEVICE_SCOPE):
            body = words.DESKTOP_BODY
            return Card(Look.CODE, words.DESKTOP_TITLE, body, *_qr(words.DESKTOP_ADDRESS), footnote=where)
        case signin.Blocked(reason=reason):
            return Card(Look.CODE, *_reason(reason), *_qr(words.SETUP_ADDRESS), footnote=where)
    return None


def _trouble(state: State) -> Card | None:
    """What stands in the way of a pick, or of the card."""
    if isinstance(state.picking.phase, picking.Creating):
        error = state.picking.phase.trouble
        if isinstance(error, Refused):
            address = (
                words.PHOTOS_ADDRESS if error.reason is Reason.NO_PHOTOS_ACCOUNT else words.SETUP_ADDRESS
            )
            return Card(Look.CODE, *_reason(error.reason), *_qr(address))
    if state.downloads.full is not None and state.counts.stored == 0:
        return Card(Look.MESSAGE, _full(state.downloads.full), str(state.downloads.full))
    return None


def _reason(reason: Reason) -> tuple[str, str]:
    return words.REASONS.get(reason, words.REASONS[Reason.OTHER])


def _qr(address: str) -> tuple[str, str]:
    return address, address


def _signin_card(state: State, now: float) -> Card | None:
    kept = words.SIGN_IN_KEPT if state.settings.keep_signed_in else words.SIGN_IN_ONCE
    match state.signin:
        case signin.Requesting(trouble=trouble):
            status = _network(trouble) or words.SIGN_IN_ASKING
            return Card(Look.MESSAGE, words.SIGN_IN_TITLE, status=status, footnote=kept)
        case signin.Waiting(attempt=attempt, ends=ends, failures=failures):
            code = attempt.code
            status = words.NETWORK if failures > 1 else words.minutes_left(_minutes(ends, now))
            return Card(
                Look.CODE,
                words.SIGN_IN_TITLE,
                words.SIGN_IN_BODY,
                qr=code.verification_url_complete or filled_in(code.verification_url, code.user_code),
                address=code.verification_url,
                code=code.user_code,
                status=status,
                footnote=kept,
            )
        case signin.Declined(reason=reason):
            after = words.NEW_CODE_SOON if state.counts.stored == 0 else words.NEW_CODE_BY_P
            return Card(Look.MESSAGE, *_reason(reason), status=after)
        case signin.SecondRoad():
            where = words.config_at(state.settings.config_path)
            return Card(Look.MESSAGE, words.SECOND_ROAD_TITLE, words.SECOND_ROAD_BODY, footnote=where)
    return None


def filled_in(verification_url: str, user_code: str) -> str:
    """The address in the QR. Only the QR: the text beside it stays what the server sent (docs/google-api.md 1.3)."""
    joint = "&" if "?" in verification_url else "?"
    return f"{verification_url}{joint}user_code={user_code}"


def _picking_card(state: State, now: float) -> Card | None:
    phase = state.picking.phase
    match phase:
        case picking.Creating(trouble=trouble):
            offline = words.NETWORK if state.access.offline else ""
            status = _network(trouble) or offline or words.PICK_CREATING
            return Card(Look.MESSAGE, words.PICK_TITLE, status=status)
        case picking.Choosing(picking_session=picking_session, stop_at=stop_at) if picking_session.picker_uri:
            return Card(
                Look.CODE,
                words.PICK_TITLE,
                words.PICK_BODY,
                qr=picking_session.picker_uri,
                address=picking_session.picker_uri,
                status=words.NETWORK if phase.failures > 1 else words.minutes_left(_minutes(stop_at, now)),
                footnote=words.PICK_HINT,
            )
        case picking.Idle(outcome=outcome, until=until, message=message) if (
            outcome is not None and now < until
        ):
            return _outcome_card(outcome, message, alone=state.counts.stored == 0)
    return None


def _outcome_card(outcome: picking.Outcome, message: str, *, alone: bool) -> Card | None:
    after = words.PICK_NEXT_CODE if alone else words.PICK_PRESS_P
    match outcome:
        case picking.Outcome.EMPTY:
            return Card(Look.MESSAGE, words.PICK_EMPTY_TITLE, words.PICK_EMPTY_BODY, status=after)
        case picking.Outcome.TIMED_OUT:
            return Card(Look.MESSAGE, words.PICK_TIMED_OUT_TITLE, words.PICK_TIMED_OUT_BODY, status=after)
        case picking.Outcome.LOST:
            return Card(Look.MESSAGE, words.PICK_LOST_TITLE, words.PICK_LOST_BODY, status=after)
        case picking.Outcome.INCOMPLETE:
            return Card(
                Look.MESSAGE, words.PICK_LOST_TITLE, message, status=words.PICK_NEXT_CODE if alone else ""
            )
        case picking.Outcome.REFUSED:
            return Card(Look.MESSAGE, words.PICK_REFUSED_TITLE, message, status=after)
    return None  # cancelled: whoever did it knows


def _arriving(state: State) -> Card:
    """No photograph yet, and nobody has to do anything."""
    part = state.downloads
    match state.picking.phase:
        case picking.Listing(again=False, listed=listed):
            status = _network(part.offline) or (words.photos(len(listed)) if listed else "")
            return Card(Look.PROGRESS, words.LISTING_TITLE, done=len(listed), status=status)
        case picking.Fetching() | picking.Listing() if part.total:
            status = _network(part.offline) or words.progress(part.stored, part.total)
            return Card(
                Look.PROGRESS,
                words.DOWNLOADING_TITLE,
                words.DOWNLOADING_BODY,
                status=status,
                done=part.stored,
                total=part.total,
            )
        case picking.Idle(outcome=outcome) if state.counts.stored == 0 and (
            access.signed_in(state.access) or outcome is picking.Outcome.CANCELLED
        ):
            return Card(Look.MESSAGE, words.PICK_CANCELLED_TITLE, words.PICK_CANCELLED_BODY)
    return Card(Look.MESSAGE, words.ONE_MOMENT, status=words.NETWORK if state.access.offline else "")


def _badge(state: State) -> Badge | None:
    """The one quiet mark that matters most."""
    part = state.downloads
    full = part.full or state.writes.trouble
    if full is not None:
        return Badge(Mark.CARD_FULL, _full(full))
    if not access.signed_in(state.access) and _wants_sign_in(state):
        return Badge(Mark.SIGN_IN, words.SIGN_IN_BADGE)
    if state.show.paused:
        return Badge(Mark.PAUSED, words.PAUSED)
    if not downloads.idle(part):
        if part.failures > 1 and part.offline is not None:
            return Badge(Mark.OFFLINE, _network(part.offline))
        return Badge(Mark.WORKING, words.adding(part.stored, part.total))
    return None


def _wants_sign_in(state: State) -> bool:
    """Signed out is how a frame rests that keeps no sign-in, unless it still has something to fetch."""
    return state.settings.keep_signed_in or not isinstance(state.picking.phase, picking.Idle)


def _full(error: StorageError) -> str:
    return words.CARD_READ_ONLY if isinstance(error, Unwritable) else words.CARD_FULL


def _network(error: KioskError | None) -> str:
    match error:
        case Busy() | Unexpected():
            return words.BUSY
        case Unreachable():
            return words.NETWORK
    return ""


def _code_ends(state: State) -> Deadline | None:
    match state.signin, state.picking.phase:
        case signin.Waiting(ends=ends), _:
            return ends
        case _, picking.Choosing(stop_at=stop_at):
            return stop_at
    return None


def _minutes(ends: float, now: float) -> int:
    return max(math.ceil((ends - now) / 60.0), 1)
