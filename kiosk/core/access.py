"""The gate that every authorised command passes: it holds them back until an access token is at hand.

Rules:
- One refresh at a time; what needs it waits here.
- A 401 renews the access token once for that command; a second 401 means that the person must sign in.
- A refresh token that Google refuses is dead: nothing is asked with it again, and no sign-in starts by itself.
- A refresh token unused for six months dies (docs/google-api.md 1.5), so it is used once a day.
- With ``keep_signed_in = false`` it stays in memory for one pick, which may take longer than an access token lives, and
  is then forgotten; never revoked, because that would end the whole Cloud project's grant.
"""

from __future__ import annotations

from attrs import evolve, field, frozen

from kiosk.core.commands import Authorised, Command, FetchRendition, RefreshAccessToken, SaveCredentials
from kiosk.core.events import Event, Failed, Granted
from kiosk.core.model import NEVER, PICKER_SCOPE, AccessToken, CommandId, Credentials, Deadline, Grant, Moment
from kiosk.core.turn import Turn
from kiosk.errors import Gone, KioskError, Reason, Refused, SignInRequired

MARGIN = 60.0
"""Seconds before expiry at which an access token is renewed."""
LEAST_LIFE = 60.0
"""Seconds: whatever the server says of its life, an access token is used for a minute or until a 401, so that no absurd
answer makes a refresh a second."""
KEEP_ALIVE = 24 * 3600.0
FIRST_RETRY = 2.0
LONGEST_RETRY = 300.0


@frozen
class Access:
    credentials: Credentials | None = None
    token: AccessToken | None = field(default=None)
    refreshing: CommandId | None = None
    waiting: tuple[Authorised, ...] = ()
    retry_at: Deadline = NEVER
    failures: int = 0
    keep_alive_at: Deadline = NEVER
    dead: bool = False
    """Google refused the refresh token: the badge asks for a sign-in."""
    offline: bool = False


def signed_in(access: Access) -> bool:
    return not access.dead and (access.credentials is not None or access.token is not None)


def accept(access: Access, grant: Grant, client_id: str, now: Moment) -> Access:
    """A person has signed in. The old refresh token is kept when the answer has none (a repeat consent)."""
    credentials = access.credentials
    if grant.refresh_token is not None:
        credentials = Credentials(grant.refresh_token, client_id, grant.scopes)
    return evolve(
        _renewed(access, grant, now), credentials=credentials, dead=False, keep_alive_at=now.after(KEEP_ALIVE)
    )


def restore(access: Access, credentials: Credentials | None, turn: Turn) -> Access:
    """At the start: the first use comes soon, to notice a revocation, but after the first picture."""
    keep_alive_at = turn.now.after(30.0) if credentials else NEVER
    return evolve(access, credentials=credentials, keep_alive_at=keep_alive_at)


def admit(access: Access, commands: list[Command], now: Moment) -> tuple[Access, tuple[Command, ...]]:
    """Split what was asked for in a step into what may go now, with its bearer, and what waits for one."""
    go: list[Command] = []
    for command in commands:
        if not isinstance(command, Authorised):
            go.append(command)
        elif access.token is not None and now.monotonic < access.token.expires:
            go.append(evolve(command, bearer=access.token))
        else:
            access = evolve(access, waiting=(*access.waiting, command))
    return access, tuple(go)


def keep(access: Access, wanted: frozenset[CommandId]) -> tuple[Access, frozenset[CommandId]]:
    """Nobody waits any more for what is not ``wanted``, e.g. after a cancel: it is not asked for.

    -> the new gate and what will therefore never be sent"""
    dropped = frozenset(command.id for command in access.waiting) - wanted
    return evolve(access, waiting=tuple(each for each in access.waiting if each.id in wanted)), dropped


def held(access: Access) -> bool:
    """Whether there is anything to forget."""
    return access.credentials is not None or access.token is not None


def handle(access: Access, event: Event, turn: Turn) -> tuple[Access, tuple[Event, ...]]:
    """-> the new gate and the events that the rest of the machine shall see."""
    if isinstance(event, Granted) and event.answers == access.refreshing:
        return _refreshed(access, event.grant, turn)
    if isinstance(event, Failed):
        if event.answers == access.refreshing and isinstance(event.command, RefreshAccessToken):
            return _refresh_failed(access, event.error, turn)
        if isinstance(event.command, Authorised) and isinstance(event.error, SignInRequired):
            return _refused(access, event, event.command, turn)
    return access, (event,)


def hurry(access: Access, turn: Turn) -> Access:
    """Somebody asks for what waits here: a refresh that is held back is tried now."""
    return evolve(access, retry_at=turn.now.after(0)) if access.failures else access


def tick(access: Access, turn: Turn) -> tuple[Access, tuple[Event, ...]]:
    """Start a refresh when something waits for one or the daily use is due."""
    if access.waiting and not signed_in(access):
        return _turn_away(access, SignInRequired("nobody is signed in"))
    if access.token is not None and turn.due(access.token.expires):
        access = evolve(access, token=None)
    if access.credentials is None or access.dead or access.refreshing is not None:
        if access.waiting and access.token is None and access.credentials is None:
            return _turn_away(
                access, SignInRequired("the access token has expired and there is no refresh token")
            )
        return access, ()
    held_back = access.failures > 0 and not turn.due(access.retry_at)
    wanted = bool(access.waiting) or turn.due(access.keep_alive_at)
    if held_back or not wanted:
        return access, ()
    command = RefreshAccessToken(client=turn.settings.client, credentials=access.credentials)
    return evolve(access, refreshing=turn.issue(command), retry_at=NEVER), ()


def deadline(access: Access) -> Deadline:
    if access.refreshing is not None or access.credentials is None or access.dead:
        return NEVER
    again = access.retry_at if access.failures else Deadline(0.0)
    return again if access.waiting else max(again, access.keep_alive_at)


def _renewed(access: Access, grant: Grant, now: Moment) -> Access:
    life = max(grant.expires_in - MARGIN, LEAST_LIFE)
    return evolve(
        access,
        token=AccessToken(grant.access_token, now.after(life)),
        refreshing=None,
        failures=0,
        retry_at=NEVER,
        offline=False,
    )


def _refreshed(access: Access, grant: Grant, turn: Turn) -> tuple[Access, tuple[Event, ...]]:
    if grant.scopes and PICKER_SCOPE not in grant.scopes:
        access = evolve(access, refreshing=None, dead=True, token=None)
        return _turn_away(access, Refused(Reason.SCOPE_MISSING))
    access = _rotated(access, grant, turn)
    access = evolve(_renewed(access, grant, turn.now), keep_alive_at=turn.now.after(KEEP_ALIVE))
    waiting, access = access.waiting, evolve(access, waiting=())
    turn.commands.extend(waiting)
    return access, ()


def _rotated(access: Access, grant: Grant, turn: Turn) -> Access:
    """A server may hand out a new refresh token with each access token (RFC 6749 section 6); Google does not."""
    old, new = access.credentials, grant.refresh_token
    if old is None or new is None or new == old.refresh_token:
        return access
    credentials = evolve(old, refresh_token=new)
    if turn.settings.keep_signed_in:
        turn.issue(SaveCredentials(credentials=credentials))
    return evolve(access, credentials=credentials)


def _refresh_failed(access: Access, error: KioskError, turn: Turn) -> tuple[Access, tuple[Event, ...]]:
    access = evolve(access, refreshing=None)
    if not isinstance(error, (SignInRequired, Refused)):
        retry_at = turn.retry(error, access.failures, FIRST_RETRY, LONGEST_RETRY)
        return evolve(access, failures=access.failures + 1, retry_at=retry_at, offline=True), ()
    dead = isinstance(error, SignInRequired)
    access = evolve(access, dead=dead, token=None, failures=0, keep_alive_at=turn.now.after(KEEP_ALIVE))
    return _turn_away(access, error)


def _refused(
    access: Access, event: Failed, command: Authorised, turn: Turn
) -> tuple[Access, tuple[Event, ...]]:
    if access.token is not None and access.token == command.bearer:
        access = evolve(access, token=None)
    if command.renewed and isinstance(command, FetchRendition):
        # One picture's address that answers 401 to a fresh access token is no reason to sign the frame out.
        return access, (evolve(event, error=Gone("401 for a fresh access token")),)
    if command.renewed:
        return evolve(access, dead=True), (event,)
    again = evolve(command, bearer=None, renewed=True)
    if access.token is not None:  # renewed meanwhile, for another command
        turn.commands.append(again)
        return access, ()
    return evolve(access, waiting=(*access.waiting, again)), ()


def _turn_away(access: Access, error: KioskError) -> tuple[Access, tuple[Event, ...]]:
    failed = tuple(Failed(answers=command.id, command=command, error=error) for command in access.waiting)
    return evolve(access, waiting=()), failed
