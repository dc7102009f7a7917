"""The machine's side of OAuth: device codes, tokens, revocation, in Google's dialect.

Sources: RFC 8628; RFC 7636 (PKCE); Google's pages "OAuth 2.0 for TV and Limited-Input Device Applications" and "OAuth
2.0 for Mobile & Desktop Apps". The person's side is consent.py.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

from kiosk.demo.answers import Answer, Request, json_answer, oauth_error
from kiosk.demo.settings import DEVICE_SCOPES, PICKER_SCOPE, DemoClient
from kiosk.demo.state import DeviceGrant, World, fresh_user_code, whole

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOW_DOWN_SECONDS = 5.0
"""RFC 8628 section 3.5: slow_down adds five seconds, for good."""

_WRONG_TYPE = (
    "Only clients of type 'TVs and Limited Input devices' can use the OAuth 2.0 flow for TV and Limited-Input Device "
    "Applications. Please create and use an appropriate client."
)


def device_code(world: World, request: Request) -> Answer:
    """``POST /device/code``: the client is checked before the scope, as Google does."""
    client = world.settings.clients.get(request.form.get("client_id", ""))
    if client is None:
        return oauth_error(401, "invalid_client", "The OAuth client was not found.")
    if client.kind != "tv":
        return oauth_error(401, "invalid_client", _WRONG_TYPE)
    scopes = tuple(request.form.get("scope", "").split())
    if not scopes:
        return oauth_error(400, "invalid_request", "Missing required parameter: scope")
    allowed = DEVICE_SCOPES | ({PICKER_SCOPE} if world.settings.accept_device_scope else set())
    refused = [scope for scope in scopes if scope not in allowed]
    if refused:
        return oauth_error(400, "invalid_scope", f"Invalid device flow scope: {', '.join(refused)}")
    state = request.form.get("state", "")
    if state and not world.settings.accept_state:
        return oauth_error(400, "invalid_request", "Parameter not allowed for this message type: state")
    return _issue_device_code(world, client, scopes, state)


def _issue_device_code(world: World, client: DemoClient, scopes: tuple[str, ...], state: str) -> Answer:
    settings = world.settings
    request_id, display_name = _read_state(state)
    with world.changed:
        grant = DeviceGrant(
            device_code=world.secret("device code", "4/demo-"),
            user_code=fresh_user_code(),
            client_id=client.client_id,
            scopes=scopes,
            interval=settings.device_interval,
            expires_at=world.clock() + settings.device_expires_in,
            request_id=request_id,
            display_name=display_name,
        )
        world.devices[grant.user_code] = grant
        world.changed.notify_all()
    answer: dict[str, object] = {
        "device_code": grant.device_code,
        "user_code": grant.user_code,
        "expires_in": whole(settings.device_expires_in),
        "interval": whole(settings.device_interval),
        "verification_url": world.pages_url + "/device",
    }
    if settings.offer_verification_url_complete:
        answer["verification_url_complete"] = f"{world.pages_url}/device?user_code={grant.user_code}"
    return json_answer(answer)


def _read_state(state: str) -> tuple[str, str]:
    """(requestId, displayName) of the JSON ``state`` that the Ambient guides describe; empty where it is none."""
    try:
        value = json.loads(state)
    except ValueError:
        return "", ""
    if not isinstance(value, dict):
        return "", ""
    return str(value.get("requestId", "")), str(value.get("displayName", ""))[:100]


def token(world: World, request: Request) -> Answer:
    """``POST /token``: dispatch on the grant type, then on the client."""
    grant_type = request.form.get("grant_type", "")
    grant = _GRANTS.get(grant_type)
    if grant is None:
        missing = "Missing required parameter: grant_type"
        if not grant_type:
            return oauth_error(400, "invalid_request", missing)
        return oauth_error(400, "unsupported_grant_type", f"Invalid grant_type: {grant_type}")
    client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    if not client_id:
        return oauth_error(400, "invalid_request", "Could not determine client ID from request.")
    client = world.settings.clients.get(client_id)
    if client is None:
        return oauth_error(401, "invalid_client", "The OAuth client was not found.")
    if not secret:
        return oauth_error(400, "invalid_request", "Missing required parameter: client_secret")
    if secret != client.client_secret:
        return oauth_error(401, "invalid_client", "The provided client secret is invalid.")
    with world.changed:
        answer = grant(world, request, client)
        world.changed.notify_all()
    return answer


def _device_grant(world: World, request: Request, client: DemoClient) -> Answer:
    grant = world.device(request.form.get("device_code", ""))
    if client.kind != "tv":
        return oauth_error(401, "invalid_client", _WRONG_TYPE)
    if grant is None or grant.client_id != client.client_id or grant.outcome == "used":
        return oauth_error(400, "invalid_grant", "Malformed auth code.")
    now = world.clock()
    too_fast = grant.last_poll is not None and now - grant.last_poll < grant.interval
    grant.last_poll = now
    if too_fast and world.settings.enforce_interval:
        grant.interval += SLOW_DOWN_SECONDS
        return oauth_error(403, "slow_down", "Forbidden")
    if now >= grant.expires_at:
        return oauth_error(400, world.settings.expired_code_error, "The device code has expired.")
    if grant.outcome == "denied":
        return oauth_error(403, "access_denied", "Forbidden")
    if grant.outcome == "waiting" or grant.lag > 0:
        grant.lag -= grant.outcome == "approved"
        return oauth_error(428, "authorization_pending", "Precondition Required")
    grant.outcome = "used"
    return json_answer(world.issue(grant.user, client.client_id, grant.granted, with_refresh=True))


def _code_grant(world: World, request: Request, client: DemoClient) -> Answer:
    form = request.form
    grant = world.codes.get(form.get("code", ""))
    if grant is None or grant.client_id != client.client_id or world.clock() >= grant.expires_at:
        return oauth_error(400, "invalid_grant", "Malformed auth code.")
    if grant.used:
        return oauth_error(400, "invalid_grant", "Bad Request")
    if form.get("redirect_uri", "") != grant.redirect_uri:
        return oauth_error(400, "redirect_uri_mismatch", "Bad Request")
    if grant.challenge and not form.get("code_verifier"):
        return oauth_error(400, "invalid_grant", "Missing code verifier.")
    if grant.challenge and s256(form["code_verifier"]) != grant.challenge:
        return oauth_error(400, "invalid_grant", "Invalid code verifier.")
    grant.used = True
    return json_answer(world.issue(grant.user, client.client_id, grant.granted, with_refresh=grant.offline))


def _refresh_grant(world: World, request: Request, client: DemoClient) -> Answer:
    grant = world.refresh.get(request.form.get("refresh_token", ""))
    if grant is None or grant.client_id != client.client_id:
        return oauth_error(400, "invalid_grant", "Token has been expired or revoked.")
    rotates = world.settings.rotate_refresh_tokens
    if rotates:
        del world.refresh[request.form["refresh_token"]]
    return json_answer(world.issue(grant.user, grant.client_id, grant.scopes, with_refresh=rotates))


_GRANTS: dict[str, Callable[[World, Request, DemoClient], Answer]] = {
    DEVICE_GRANT: _device_grant,
    "authorization_code": _code_grant,
    "refresh_token": _refresh_grant,
}


def s256(verifier: str) -> str:
    """The PKCE challenge of a verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def revoke(world: World, request: Request) -> Answer:
    """``POST /revoke``: either kind of token ends the whole project's grant of that person."""
    value = request.form.get("token") or request.query.get("token", "")
    with world.changed:
        grant = world.refresh.get(value) or world.live_access(value)
        if grant is None:
            return oauth_error(400, "invalid_token", "Token expired or revoked")
        world.revoke_user(grant.user)
        world.changed.notify_all()
    return json_answer({})
