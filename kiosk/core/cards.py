"""card(state, now) -> Card: the one idea that the screen tells now, in words, with what has to be scanned or typed.

Rules:
- A title, one sentence of what to do, and what is quiet: how long, what is kept on this frame.
- Whoever must act decides the words: the person gets a QR and one sentence, the owner what to change and where.
- What an error says in English stands in the footnote at most; the sentences are in words.py.
- Never a name, an e-mail address or a secret.
"""

from __future__ import annotations

import math

from kiosk.core import access, picking, signin, words
from kiosk.core.model import NEVER, Deadline
from kiosk.core.scene import Card, Illustration, Look
from kiosk.core.settings import Settings
from kiosk.core.state import State
from kiosk.errors import (
    Busy,
    DiskFull,
    KioskError,
    Locked,
    Reason,
    Refused,
    StorageError,
    Unexpected,
    Unreachable,
    Unwritable,
)


def card(state: State, now: float) -> Card | None:
    """The card at this monotonic time; None while the pictures need no words."""
    if state.leaving is not None:
        return Card(
            Look.MESSAGE, words.LEAVING_TITLE, words.LEAVING_BODY, illustration=Illustration.UNPLUGGED
        )
    if state.confirm_until is not None:
        return Card(
            Look.MESSAGE,
            words.DISCONNECT_TITLE,
            words.DISCONNECT_BODY,
            footnote=words.DISCONNECT_NOTE,
            illustration=Illustration.UNPLUGGED,
        )
    if not state.opened:
        return _unopened(state)
    if state.show.question is not None:
        return which(state.settings)
    shown = blocked(state) or _signin_card(state, now) or trouble(state) or _picking_card(state, now)
    if shown is not None or state.show.current is not None:
        return shown
    return _arriving(state)


def which(settings: Settings) -> Card:
    """Somebody wants to hide a pair, or one of it."""
    stacked = settings.screen.height > settings.screen.width
    body = words.HIDE_WHICH_STACKED if stacked else words.HIDE_WHICH_SIDE
    return Card(Look.MESSAGE, words.HIDE_WHICH_TITLE, body, illustration=Illustration.PAIR)


def _unopened(state: State) -> Card:
    """The catalog has not been read: it is about to be, or the card is in the way of it."""
    error = state.unopened
    if error is None:
        return Card(Look.MESSAGE, words.STARTING, illustration=Illustration.FRAME)
    return _card_trouble(error)


def _card_trouble(error: KioskError) -> Card:
    """What is wrong with the card that holds the pictures, and for the owner what the system said to it."""
    title, body, illustration = _CARD_TROUBLES.get(type(error), _UNREADABLE)
    return Card(Look.MESSAGE, title, body, footnote=str(error), illustration=illustration)


_UNREADABLE = (words.CARD_UNREADABLE, words.CARD_BROKEN_BODY, Illustration.CARD_BROKEN)
_CARD_TROUBLES: dict[type[KioskError], tuple[str, str, Illustration]] = {
    DiskFull: (words.CARD_FULL, words.CARD_FULL_BODY, Illustration.CARD_FULL),
    Unwritable: (words.CARD_READ_ONLY, words.CARD_BROKEN_BODY, Illustration.CARD_LOCKED),
    Locked: (words.CARD_LOCKED, words.CARD_LOCKED_BODY, Illustration.CARD_LOCKED),
}


def blocked(state: State) -> Card | None:
    """What the owner must change before anybody can sign in."""
    where = words.config_at(state.settings.config_path)
    match state.signin:
        case signin.Blocked(message="", reason=Reason.CLIENT):
            return _owners((words.NO_CLIENT_TITLE, words.NO_CLIENT_BODY), words.SETUP_ADDRESS, where)
        case signin.Blocked(reason=Reason.DEVICE_SCOPE):
            return _owners((words.DESKTOP_TITLE, words.DESKTOP_BODY), words.DESKTOP_ADDRESS, where)
        case signin.Blocked(reason=reason):
            return _owners(_reason(reason), words.SETUP_ADDRESS, where)
    return None


def _owners(told: tuple[str, str], address: str, where: str = "") -> Card:
    title, body = told
    return Card(
        Look.CODE, title, body, qr=address, address=address, footnote=where, illustration=Illustration.KEY
    )


def trouble(state: State) -> Card | None:
    """What stands in the way of a pick, or of the card."""
    if isinstance(state.picking.phase, picking.Creating):
        error = state.picking.phase.trouble
        if isinstance(error, Refused):
            at_photos = error.reason is Reason.NO_PHOTOS_ACCOUNT
            return _owners(_reason(error.reason), words.PHOTOS_ADDRESS if at_photos else words.SETUP_ADDRESS)
    if state.downloads.full is not None and state.counts.stored == 0:
        return _card_trouble(state.downloads.full)
    return None


def _reason(reason: Reason) -> tuple[str, str]:
    return words.REASONS.get(reason, words.REASONS[Reason.OTHER])


def _signin_card(state: State, now: float) -> Card | None:
    kept = words.SIGN_IN_KEPT if state.settings.keep_signed_in else words.SIGN_IN_ONCE
    match state.signin:
        case signin.Requesting(trouble=error):
            return _no_way(error) or Card(
                Look.MESSAGE,
                words.SIGN_IN_TITLE,
                status=words.SIGN_IN_ASKING,
                footnote=kept,
                illustration=Illustration.PHONE,
            )
        case signin.Waiting(attempt=attempt, ends=ends, failures=failures):
            code = attempt.code
            status = words.NETWORK if failures > 1 else words.minutes_left(minutes(ends, now))
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
            after = words.NEW_CODE_SOON if state.counts.stored == 0 else words.NEW_CODE_BY_OK
            illustration = _DECLINED.get(reason, Illustration.ACCOUNT)
            return Card(Look.MESSAGE, *_reason(reason), status=after, illustration=illustration)
        case signin.SecondRoad():
            where = words.config_at(state.settings.config_path)
            title, body = words.SECOND_ROAD_TITLE, words.SECOND_ROAD_BODY
            return Card(Look.MESSAGE, title, body, footnote=where, illustration=Illustration.COMPUTER)
    return None


_DECLINED = {Reason.SCOPE_MISSING: Illustration.BOX, Reason.ANSWER_LOST: Illustration.LOST}


def filled_in(verification_url: str, user_code: str) -> str:
    """The address in the QR. Only the QR: the text beside it stays what the server sent (docs/google-api.md 1.3)."""
    joint = "&" if "?" in verification_url else "?"
    return f"{verification_url}{joint}user_code={user_code}"


def _picking_card(state: State, now: float) -> Card | None:
    phase = state.picking.phase
    match phase:
        case picking.Creating(trouble=error):
            offline = Unreachable() if state.access.offline else None
            return _no_way(error or offline) or Card(
                Look.MESSAGE, words.PICK_TITLE, status=words.PICK_CREATING, illustration=Illustration.PHONE
            )
        case picking.Choosing(picking_session=picking_session, stop_at=stop_at) if picking_session.picker_uri:
            return Card(
                Look.CODE,
                words.PICK_TITLE,
                words.PICK_BODY,
                hint=words.PICK_HINT,
                qr=picking_session.picker_uri,
                address=picking_session.picker_uri,
                status=words.NETWORK if phase.failures > 1 else words.minutes_left(minutes(stop_at, now)),
                footnote=words.PICK_KEPT,
            )
        case picking.Idle(outcome=outcome, until=until, message=message) if (
            outcome is not None and now < until
        ):
            return _outcome_card(outcome, message, alone=state.counts.stored == 0)
    return None


def _outcome_card(outcome: picking.Outcome, message: str, *, alone: bool) -> Card | None:
    after = words.PICK_NEXT_CODE if alone else words.PICK_PRESS_OK
    match outcome:
        case picking.Outcome.EMPTY:
            title, body, illustration = words.PICK_EMPTY_TITLE, words.PICK_EMPTY_BODY, Illustration.FRAME
        case picking.Outcome.TIMED_OUT:
            title, body = words.PICK_TIMED_OUT_TITLE, words.PICK_TIMED_OUT_BODY
            illustration = Illustration.TIME
        case picking.Outcome.LOST:
            title, body, illustration = words.PICK_LOST_TITLE, words.PICK_LOST_BODY, Illustration.LOST
        case picking.Outcome.INCOMPLETE:
            again = after if alone else words.PICK_MISSING_AGAIN
            return Card(
                Look.MESSAGE,
                words.PICK_LOST_TITLE,
                message,
                status=again,
                illustration=Illustration.LOST,
            )
        case picking.Outcome.REFUSED:
            return Card(
                Look.MESSAGE,
                words.PICK_REFUSED_TITLE,
                words.PICK_REFUSED_BODY,
                status=after,
                footnote=message,
                illustration=Illustration.ACCOUNT,
            )
        case _:
            return None  # cancelled: whoever did it knows
    return Card(Look.MESSAGE, title, body, status=after, illustration=illustration)


def _arriving(state: State) -> Card:
    """No photograph yet, and nobody has to do anything."""
    part = state.downloads
    match state.picking.phase:
        case picking.Listing(again=False, listed=listed):
            status = network(part.offline) or (words.photos(len(listed)) if listed else "")
            return Card(
                Look.PROGRESS,
                words.LISTING_TITLE,
                done=len(listed),
                status=status,
                illustration=Illustration.PHOTOS,
            )
        case picking.Fetching() | picking.Listing() if part.total:
            status = network(part.offline) or words.progress(part.stored, part.total)
            return Card(
                Look.PROGRESS,
                words.DOWNLOADING_TITLE,
                words.DOWNLOADING_BODY,
                status=status,
                done=part.stored,
                total=part.total,
                illustration=Illustration.PHOTOS,
            )
        case picking.Idle(outcome=outcome) if state.counts.stored == 0 and (
            access.signed_in(state.access) or outcome is picking.Outcome.CANCELLED
        ):
            title, body = words.PICK_CANCELLED_TITLE, words.PICK_CANCELLED_BODY
            return Card(Look.MESSAGE, title, body, illustration=Illustration.FRAME)
    offline = Unreachable() if state.access.offline else None
    return _no_way(offline) or Card(Look.MESSAGE, words.ONE_MOMENT, illustration=Illustration.FRAME)


def _no_way(error: KioskError | None) -> Card | None:
    """Google cannot be asked: the one idea of the screen as long as nothing is there to scan."""
    match error:
        case Busy() | Unexpected():
            title, body = words.BUSY_TITLE, words.BUSY_BODY
            return Card(Look.MESSAGE, title, body, illustration=Illustration.BUSY)
        case Unreachable():
            title, body = words.OFFLINE_TITLE, words.OFFLINE_BODY
            return Card(Look.MESSAGE, title, body, illustration=Illustration.OFFLINE)
    return None


def full(error: StorageError) -> str:
    """The headline for a card that takes nothing more."""
    return words.CARD_READ_ONLY if isinstance(error, Unwritable) else words.CARD_FULL


def network(error: KioskError | None) -> str:
    """One line about what is in the way between this frame and Google; empty for nothing."""
    match error:
        case Busy() | Unexpected():
            return words.BUSY
        case Unreachable():
            return words.NETWORK
    return ""


def code_ends(state: State) -> Deadline | None:
    """When the code on the screen ends; None without one."""
    match state.signin, state.picking.phase:
        case signin.Waiting(ends=ends), _:
            return ends
        case _, picking.Choosing(stop_at=stop_at):
            return stop_at
    return None


def next_minute(state: State, now: float) -> Deadline:
    """When the minutes that are left on a code will be one fewer."""
    ends = code_ends(state)
    if ends is None or ends <= now:
        return NEVER
    return Deadline(ends - 60.0 * (minutes(ends, now) - 1))


def minutes(ends: Deadline, now: float) -> int:
    """What is left, in whole minutes, rounded up; 1 at least."""
    return max(math.ceil((ends - now) / 60.0), 1)
