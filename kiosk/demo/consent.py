"""The person's side: what tapping a button on a page changes. The pages and ``Person`` both act through here.

Each function runs under ``World.changed``, and raises ``NotPossible`` with a sentence for the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from kiosk.demo.settings import SCOPE_ALIASES, DemoClient
from kiosk.demo.state import CodeGrant, DeviceGrant, PickingSession, World

CODE_LIFETIME = 600.0
"""An authorization code's life in seconds (RFC 6749 section 4.1.2 recommends ten minutes at most)."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotPossible(ValueError):
    """What the person asked for cannot be done; the text says why."""


def tidy_code(text: str) -> str:
    """A user code as typed on a phone: capitals, with its hyphen."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == 8 else text.strip().upper()


def open_grant(world: World, user_code: str) -> DeviceGrant:
    """The device grant that waits under this user code."""
    grant = world.devices.get(tidy_code(user_code))
    if grant is None:
        raise NotPossible("That code is not right. Look at your frame again.")
    if grant.outcome != "waiting":
        raise NotPossible("This code has been used. Your frame can show a new one.")
    if world.clock() >= grant.expires_at:
        raise NotPossible("This code has expired. Your frame will show a new one.")
    return grant


def approve_device(
    world: World, user_code: str, user: str, scopes: Sequence[str] | None = None
) -> DeviceGrant:
    """Allow; ``scopes`` are those whose box was ticked, None for all that were asked."""
    with world.changed:
        grant = open_grant(world, user_code)
        grant.outcome, grant.user = "approved", user
        grant.granted = granted_scopes(grant.scopes, scopes)
        grant.lag = world.settings.approval_lag_polls
        world.changed.notify_all()
        return grant


def deny_device(world: World, user_code: str) -> None:
    """Cancel."""
    with world.changed:
        open_grant(world, user_code).outcome = "denied"
        world.changed.notify_all()


def granted_scopes(asked: Sequence[str], ticked: Sequence[str] | None) -> tuple[str, ...]:
    """The scopes of the token. Where nothing was ticked, the bare sign-in remains."""
    kept = [scope for scope in asked if ticked is None or scope in ticked]
    return tuple(SCOPE_ALIASES.get(scope, scope) for scope in kept) or ("openid",)


def hop(world: World, user_code: str) -> tuple[str, PickingSession | None]:
    """("none" | "waiting" | "ready", session): where a browser that just consented can go on to.

    The streamlined hop: the ``state`` of the device-code request named a requestId, and a picking session with that id
    has been created since by the same person.
    """
    with world.changed:
        grant = world.devices.get(user_code)
        if grant is None or not grant.request_id or grant.outcome in ("denied", "waiting"):
            return "none", None
        for session in world.sessions.values():
            same = (session.request_id, session.user) == (grant.request_id, grant.user)
            if same and not session.done:
                return "ready", session
        return "waiting", None


def auth_client(world: World, query: Mapping[str, str]) -> DemoClient:
    """The client of an authorization request, if the request can be answered at all (RFC 6749 section 4.1.1)."""
    client = world.settings.clients.get(query.get("client_id", ""))
    if client is None:
        raise NotPossible("Error 401: invalid_client. The OAuth client was not found.")
    target = urlsplit(query.get("redirect_uri", ""))
    loopback = target.scheme == "http" and target.hostname in LOOPBACK
    if client.kind == "tv":
        raise NotPossible(
            "Error 400: redirect_uri_mismatch. localhost redirects are not allowed for NATIVE_DEVICE clients."
        )
    if not loopback:
        raise NotPossible(
            "Error 400: redirect_uri_mismatch. Only loopback addresses are allowed for this client."
        )
    if query.get("response_type") != "code" or not query.get("scope", "").split():
        raise NotPossible(
            "Error 400: invalid_request. response_type must be code and scope must not be empty."
        )
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        raise NotPossible("Error 400: invalid_request. code_challenge_method must be S256.")
    return client


def authorize(world: World, query: Mapping[str, str], user: str, scopes: Sequence[str] | None = None) -> str:
    """Allow: the redirect address with ``code``. A repeat consent has no refresh token unless ``prompt=consent``."""
    with world.changed:
        client = auth_client(world, query)
        repeated = any((g.user, g.client_id) == (user, client.client_id) for g in world.refresh.values())
        granted = granted_scopes(query["scope"].split(), scopes)
        grant = CodeGrant(
            code=world.secret("authorization code", "4/demo-"),
            client_id=client.client_id,
            redirect_uri=query["redirect_uri"],
            challenge=query.get("code_challenge", ""),
            user=user,
            granted=granted,
            offline=query.get("access_type") == "offline"
            and (not repeated or "consent" in query.get("prompt", "")),
            expires_at=world.clock() + CODE_LIFETIME,
        )
        world.codes[grant.code] = grant
        world.changed.notify_all()
    return _back(query, {"code": grant.code, "scope": " ".join(granted)})


def deny_authorization(world: World, query: Mapping[str, str]) -> str:
    """Cancel: the redirect address with ``error=access_denied``."""
    auth_client(world, query)
    return _back(query, {"error": "access_denied"})


def _back(query: Mapping[str, str], answer: dict[str, str]) -> str:
    if query.get("state"):
        answer = {"state": query["state"], **answer}
    target = query["redirect_uri"]
    return target + ("&" if "?" in target else "?") + urlencode(answer)


def open_session(world: World, session_id: str) -> PickingSession:
    """The picking session behind a picker page, while it can still be picked from."""
    session = world.sessions.get(session_id)
    if session is None or world.clock() >= session.expires_at:
        raise NotPossible("This link no longer works. Your frame can show a new one.")
    if session.done:
        raise NotPossible("You have finished picking. You can return to your frame.")
    return session


def choose(world: World, session_id: str, item_ids: Sequence[str]) -> PickingSession:
    """Tick these items, in this order, in place of what was ticked before."""
    with world.changed:
        session = open_session(world, session_id)
        unknown = [item_id for item_id in item_ids if world.library.get(item_id) is None]
        if unknown:
            raise NotPossible(f"There is no picture {unknown[0]}.")
        chosen = tuple(dict.fromkeys(item_ids))
        if len(chosen) > session.max_items:
            raise NotPossible(f"Choose at most {session.max_items}.")
        session.picked = chosen
        world.changed.notify_all()
        return session


def finish(world: World, session_id: str) -> PickingSession:
    """Done: mediaItemsSet becomes true and the page dies."""
    with world.changed:
        session = open_session(world, session_id)
        session.done = True
        world.changed.notify_all()
        return session
