"""The device authorization grant (RFC 8628) in Google's dialect, and the point where the second road joins it.

Rules:
- Never faster than ``interval`` plus a margin; ``slow_down`` adds 5 s for good (section 3.5).
- A network fault does not end the wait; only the person, the clock or Google's word does.
- An expired code makes a new one by itself while the screen has nothing else to show, but never two within a minute. A
  denial offers a new one after a pause: each code costs quota and each success one of 100 refresh tokens
  (docs/google-api.md 1.5).
- One request id per attempt, kept with it, so that the pick that follows uses the same one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import evolve, frozen

from kiosk.core.commands import ExchangeCode, PollToken, RequestDeviceCode, SaveAttempt
from kiosk.core.events import Asked, DeviceCodeIssued, Event, Failed, Granted
from kiosk.core.model import (
    NEVER,
    PICKER_SCOPE,
    Attempt,
    CommandId,
    Deadline,
    DeviceCode,
    Grant,
    RequestId,
    Seconds,
)
from kiosk.core.turn import Turn
from kiosk.errors import Gone, KioskError, Pending, Reason, Refused, SlowDown

POLL_MARGIN = 0.25
"""Seconds on top of every interval: clocks and networks jitter, and too early costs 5 s for good."""
SLOWER = 5.0
FIRST_RETRY = 2.0
LONGEST_RETRY = 120.0
NEW_CODE_AFTER_DENIAL = 60.0
LEAST_BETWEEN_CODES = 60.0
"""Seconds between two codes that nobody asked for, whatever the server says of the first."""
LOOK_AGAIN = 900.0
"""Seconds after which a refusal that only the owner can end is tried once more: it may have been the network's."""
NO_KIOSK_YET = datetime(2025, 1, 1, tzinfo=UTC)
"""A wall clock that says earlier than this is one that nobody has set: a Raspberry Pi without a network."""
LEAST_INTERVAL = 1.0
LONGEST_LIFE = 24 * 3600.0
"""Of a code, in seconds, whatever the server says."""


@frozen
class Off:
    """Nothing to do: signed in, or waiting to be asked."""


@frozen
class Requesting:
    request_id: RequestId
    with_state: bool = True
    command: CommandId | None = None
    at: Deadline = Deadline(0.0)
    failures: int = 0
    trouble: KioskError | None = None


@frozen
class Waiting:
    """A code is on the screen."""

    attempt: Attempt
    interval: Seconds
    next_poll: Deadline
    ends: Deadline
    command: CommandId | None = None
    failures: int = 0
    issued: Deadline = Deadline(0.0)


@frozen
class Declined:
    """The person said no, left the box unticked, may not, or agreed in vain; later a new code comes by itself."""

    reason: Reason
    at: Deadline


@frozen
class SecondRoad:
    """The client is not of the TV type: authorization code with PKCE, by ``kiosk sign-in``."""

    at: Deadline = NEVER


@frozen
class Blocked:
    """The owner must change something in the Cloud project or in config.toml."""

    reason: Reason
    message: str
    at: Deadline = NEVER


SignIn = Off | Requesting | Waiting | Declined | SecondRoad | Blocked


@frozen
class Success:
    """What the machine goes on with: straight to picking, with the attempt's request id."""

    grant: Grant
    request_id: RequestId


@frozen
class Exchange:
    """An authorization code that came through ``kiosk sign-in`` is being exchanged; runs beside the device road."""

    command: CommandId
    request_id: RequestId


def begin(turn: Turn, at: Deadline = Deadline(0.0)) -> SignIn:
    """A new attempt, not before ``at``. Without a client id there is nothing to ask Google with."""
    if not turn.settings.client.client_id:
        return Blocked(Reason.CLIENT, "", turn.now.after(LOOK_AGAIN))
    return Requesting(turn.fresh_request_id(), at=at)


def resume(attempt: Attempt, turn: Turn) -> SignIn:
    """After a restart: go on with the code on the phone if its time has not run out.

    A wall clock that was not set, be it now or when the code was issued, cannot tell. Then Google is asked: it ends a
    dead code at the first poll, while a code forgotten here would take the person's approval with it.
    """
    now = turn.now.utc
    life, age = attempt.expires_at - attempt.issued_at, now - attempt.issued_at
    if now < attempt.issued_at or attempt.issued_at < NO_KIOSK_YET:
        age = min(timedelta(seconds=LEAST_BETWEEN_CODES), life / 2)  # so that the next code may come at once
    if age >= life:
        return begin(turn)
    interval = _interval(attempt.code)
    return Waiting(
        attempt,
        interval,
        turn.now.after(interval + POLL_MARGIN),
        turn.now.after((life - age).total_seconds()),
        issued=turn.now.after(-age.total_seconds()),
    )


def exchange(asked: Asked, turn: Turn) -> Exchange | None:
    """The second road's last step, from ``kiosk sign-in``."""
    if asked.code is None or asked.verifier is None:
        return None
    command = ExchangeCode(
        client=turn.settings.client, code=asked.code, verifier=asked.verifier, redirect_uri=asked.redirect_uri
    )
    return Exchange(turn.issue(command), turn.fresh_request_id())


def exchanged(under_way: Exchange, event: Event) -> Success | KioskError | None:
    """What became of the exchange, or None while it is under way."""
    if event.answers != under_way.command:
        return None
    if isinstance(event, Granted):
        if PICKER_SCOPE not in event.grant.scopes:
            return Refused(Reason.SCOPE_MISSING)
        return Success(event.grant, under_way.request_id)
    return event.error if isinstance(event, Failed) else None


def hurry(part: Requesting, turn: Turn) -> Requesting:
    """Somebody asks for the code: the next try is now. One under way is not doubled."""
    return evolve(part, at=turn.now.after(0))


def handle(part: SignIn, event: Event, turn: Turn) -> SignIn | Success:
    if isinstance(part, Requesting) and event.answers == part.command:
        if isinstance(event, DeviceCodeIssued):
            return _issued(part, event.code, turn)
        if isinstance(event, Failed):
            return _request_failed(evolve(part, command=None), event.error, turn)
    if isinstance(part, Waiting) and event.answers == part.command:
        if isinstance(event, Granted):
            return _granted(part, event.grant, turn)
        if isinstance(event, Failed):
            return _poll_failed(evolve(part, command=None), event.error, turn)
    return part


def tick(part: SignIn, turn: Turn, *, eager: bool) -> SignIn:
    """Do what is due. ``eager``: the screen has nothing else to show, so new codes come by themselves."""
    if isinstance(part, Requesting) and part.command is None and turn.due(part.at):
        request_id = part.request_id if part.with_state else None
        command = RequestDeviceCode(
            client=turn.settings.client, request_id=request_id, display_name=turn.settings.display_name
        )
        return evolve(part, command=turn.issue(command))
    if isinstance(part, Waiting):
        if turn.due(part.ends):
            return _over(part, turn, eager)
        if part.command is None and turn.due(part.next_poll):
            poll = PollToken(client=turn.settings.client, device_code=part.attempt.code.device_code)
            return evolve(part, command=turn.issue(poll))
    if isinstance(part, (Declined, SecondRoad, Blocked)) and turn.due(part.at):
        return begin(turn) if eager else Off()
    return part


def deadline(part: SignIn) -> Deadline:
    match part:
        case Requesting(command=None, at=at):
            return at
        case Waiting(command=None, next_poll=next_poll, ends=ends):
            return min(next_poll, ends)
        case Waiting(ends=ends):
            return ends
        case Declined(at=at) | SecondRoad(at=at) | Blocked(at=at):
            return at
        case _:
            return NEVER


def _interval(code: DeviceCode) -> Seconds:
    return Seconds(max(code.interval, LEAST_INTERVAL))


def _issued(part: Requesting, code: DeviceCode, turn: Turn) -> SignIn:
    now = turn.now
    life = min(max(code.expires_in, 0.0), LONGEST_LIFE)
    attempt = Attempt(part.request_id, code, now.utc, now.utc + timedelta(seconds=life))
    if turn.settings.keep_signed_in:
        turn.issue(SaveAttempt(attempt=attempt))
    interval = _interval(code)
    return Waiting(attempt, interval, now.after(interval + POLL_MARGIN), now.after(life), issued=now.after(0))


def _request_failed(part: Requesting, error: KioskError, turn: Turn) -> SignIn:
    match error:
        case Refused(reason=Reason.STATE) if part.with_state:
            return evolve(part, with_state=False, at=turn.now.after(0))
        case Refused():
            return _blocked(error, turn)
    retry = turn.retry(error, part.failures, FIRST_RETRY, LONGEST_RETRY)
    return evolve(part, at=retry, failures=part.failures + 1, trouble=error)


def _granted(part: Waiting, grant: Grant, turn: Turn) -> SignIn | Success:
    if PICKER_SCOPE not in grant.scopes:
        turn.issue(SaveAttempt(attempt=None))
        return Declined(Reason.SCOPE_MISSING, turn.now.after(NEW_CODE_AFTER_DENIAL))
    return Success(grant, part.attempt.request_id)


def _poll_failed(part: Waiting, error: KioskError, turn: Turn) -> SignIn:
    def again(interval: float, failures: int = 0) -> Waiting:
        next_poll = turn.now.after(interval + POLL_MARGIN)
        if failures:
            next_poll = max(next_poll, turn.retry(error, failures - 1, FIRST_RETRY, LONGEST_RETRY))
        return evolve(part, interval=Seconds(interval), next_poll=next_poll, failures=failures)

    match error:
        case Pending():
            return again(part.interval)
        case SlowDown():
            return again(part.interval + SLOWER)
        case Gone() if part.failures:
            # Before its time, and after an answer that never came: most likely that was the approval.
            turn.issue(SaveAttempt(attempt=None))
            return Declined(Reason.ANSWER_LOST, turn.now.after(NEW_CODE_AFTER_DENIAL))
        case Gone():
            return evolve(part, ends=turn.now.after(0))
        case Refused(reason=(Reason.ACCESS_DENIED | Reason.ADMIN_POLICY | Reason.ORG_INTERNAL) as reason):
            turn.issue(SaveAttempt(attempt=None))
            return Declined(reason, turn.now.after(NEW_CODE_AFTER_DENIAL))
        case Refused():
            turn.issue(SaveAttempt(attempt=None))
            return _blocked(error, turn)
        case _:
            return again(part.interval, part.failures + 1)


def _blocked(error: Refused, turn: Turn) -> SignIn:
    at = turn.now.after(LOOK_AGAIN)
    return SecondRoad(at) if error.reason is Reason.CLIENT_TYPE else Blocked(error.reason, str(error), at)


def _over(part: Waiting, turn: Turn, eager: bool) -> SignIn:
    turn.issue(SaveAttempt(attempt=None))
    return begin(turn, Deadline(part.issued + LEAST_BETWEEN_CODES)) if eager else Off()
