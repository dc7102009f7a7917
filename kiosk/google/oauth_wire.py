"""OAuth 2.0 on the wire: the device grant (RFC 8628, Google's dialect), PKCE, refresh and revocation.

Everything is dispatched on ``error``, or ``error_code`` where Google writes that. The pages:

- developers.google.com/identity/protocols/oauth2/limited-input-device (device codes, polling, revocation; its
  errors)
- developers.google.com/identity/protocols/oauth2/native-app (code with PKCE)
- RFC 6749 sections 4.1.2.1 and 5.2, RFC 7009 section 2.2.1, RFC 8628 section 3.5
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from enum import Enum

from kiosk.core.model import Client, DeviceCode, Grant, RequestId, Seconds, Secret
from kiosk.errors import (
    Busy,
    Gone,
    GoogleError,
    Pending,
    Reason,
    Refused,
    SignInRequired,
    SlowDown,
)
from kiosk.google import fields, redact
from kiosk.google.endpoints import PICKER_SCOPE, Endpoints
from kiosk.google.wire import Answer, Request, by_status, json_object, retry_after, unexpected

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

# RFC 8628 section 3.2 sets 5 s where the server names none; Google's codes live 1800 s.
_USUAL_INTERVAL = Seconds(5.0)
_USUAL_CODE_LIFE = Seconds(1800.0)
_USUAL_TOKEN_LIFE = Seconds(3600.0)
_DAY = 86_400.0
_USER_CODE = re.compile(r"[ -~]{1,64}")


class Step(Enum):
    """Which request was answered: the same ``error`` means different things at different steps."""

    DEVICE_CODE = "device code"
    POLL = "poll"
    EXCHANGE = "exchange"
    REFRESH = "refresh"
    REVOKE = "revoke"


# Requests. --------------------------------------------------------------------------------------------------


def device_code_request(
    endpoints: Endpoints, client: Client, request_id: RequestId | None, display_name: str
) -> Request:
    """RFC 8628 section 3.1, without a secret. ``state`` names the pick to come, unless ``request_id`` is None
    (developers.google.com/photos/ambient/guides, the only page that tells of it)."""
    form = [("client_id", client.client_id), ("scope", PICKER_SCOPE)]
    if request_id is not None:
        state = {"requestId": request_id} | ({"displayName": display_name} if display_name else {})
        form.append(("state", json.dumps(state, separators=(",", ":"))))
    return Request("POST", endpoints.device_code_url, tuple(form))


def poll_request(endpoints: Endpoints, client: Client, device_code: Secret) -> Request:
    """RFC 8628 section 3.4; Google wants the client secret as well."""
    form = (*_client(client), ("device_code", device_code.reveal), ("grant_type", DEVICE_GRANT))
    return Request("POST", endpoints.token_url, form)


def exchange_request(
    endpoints: Endpoints, client: Client, code: Secret, verifier: Secret, redirect_uri: str
) -> Request:
    """RFC 6749 section 4.1.3 with the code verifier of RFC 7636 section 4.5."""
    form = (
        *_client(client),
        ("code", code.reveal),
        ("code_verifier", verifier.reveal),
        ("grant_type", "authorization_code"),
        ("redirect_uri", redirect_uri),
    )
    return Request("POST", endpoints.token_url, form)


def revoke_request(endpoints: Endpoints, refresh_token: Secret) -> Request:
    """RFC 7009 section 2.1."""
    return Request("POST", endpoints.revoke_url, (("token", refresh_token.reveal),))


def _client(client: Client) -> tuple[tuple[str, str], ...]:
    secret = client.client_secret.reveal
    return (("client_id", client.client_id), *((("client_secret", secret),) if secret else ()))


# Answers. ---------------------------------------------------------------------------------------------------


def decipher_device_code(answer: Answer, *, sent_state: bool, lan_host: str | None) -> DeviceCode:
    """RFC 8628 section 3.2. Google's key is ``verification_url``, the RFC's is ``verification_uri``.

    Raises Refused (DEVICE_SCOPE, CLIENT_TYPE, CLIENT, STATE, ADDRESS ...), Busy, Unreachable, Unexpected.
    """
    body = _settled(answer, Step.DEVICE_CODE, sent_state=sent_state)
    device_code = fields.text(body.get("device_code"))
    user_code = fields.text(body.get("user_code"))
    url = body.get("verification_url") or body.get("verification_uri")
    complete = body.get("verification_url_complete") or body.get("verification_uri_complete")
    if device_code is None or user_code is None or not url:
        raise unexpected(answer, "a device code answer without its codes or address")
    if not _USER_CODE.fullmatch(user_code):
        raise unexpected(answer, "a user code that is not printable US-ASCII")
    return DeviceCode(
        device_code=Secret(device_code),
        user_code=user_code,
        verification_url=fields.page_address(url, lan_host=lan_host),
        verification_url_complete=fields.page_address(complete, lan_host=lan_host) if complete else None,
        interval=fields.pace(body.get("interval"), 300.0) or _USUAL_INTERVAL,
        expires_in=fields.pace(body.get("expires_in"), _DAY) or _USUAL_CODE_LIFE,
    )


def decipher_grant(answer: Answer, step: Step, asked: tuple[str, ...] = (PICKER_SCOPE,)) -> Grant:
    """RFC 6749 section 5.1. ``scopes`` are what was granted; where the answer names none they are what was
    ``asked``.

    Raises Pending, SlowDown, Gone, SignInRequired, Refused, Busy, Unreachable, Unexpected.
    """
    body = _settled(answer, step)
    access_token = fields.plain(body.get("access_token"))
    if access_token is None or str(body.get("token_type") or "Bearer").lower() != "bearer":
        raise unexpected(answer, "a grant without a bearer")
    refresh_token = fields.plain(body.get("refresh_token"))
    scope = body.get("scope")
    return Grant(
        access_token=Secret(access_token),
        expires_in=fields.seconds(body.get("expires_in"), 1.0, _DAY) or _USUAL_TOKEN_LIFE,
        refresh_token=None if refresh_token is None else Secret(refresh_token),
        scopes=tuple(scope.split()) if isinstance(scope, str) else asked,
    )


def decipher_revocation(answer: Answer) -> None:
    """Revoked, also where the token was dead already (RFC 7009 section 2.2). Raises Busy, Refused,
    Unreachable.
    """
    body = answer.json
    code = _error_code(body)
    if code in {"invalid_token", "invalid_grant"}:
        return
    if code is not None or not answer.good or (body is None and answer.body.strip()):
        raise _error(answer, Step.REVOKE, sent_state=False)


# Errors. ----------------------------------------------------------------------------------------------------


def _settled(answer: Answer, step: Step, *, sent_state: bool = False) -> dict[str, object]:
    body = answer.json
    if _error_code(body) is not None or not answer.good:
        raise _error(answer, step, sent_state=sent_state)
    return json_object(answer)


def _error_code(body: object) -> str | None:
    """``error``, or Google's ``error_code``. An object there is google.rpc's shape, judged by the status."""
    if not isinstance(body, dict):
        return None
    return fields.text(body.get("error")) or fields.text(body.get("error_code"))


def _error(answer: Answer, step: Step, *, sent_state: bool) -> GoogleError:
    body = answer.json
    code = _error_code(body)
    description = str(body.get("error_description") or "") if isinstance(body, dict) else ""
    if sent_state and code == "invalid_request" and re.search(r"\bstate\b", description, re.IGNORECASE):
        return Refused(Reason.STATE, "the device endpoint refuses the state parameter")
    known = _AT_STEP[step].get(code or "") or _EVERYWHERE.get(code or "")
    if known is not None:
        return known(answer, description)
    fallback = by_status(answer)
    if answer.status == 401 and isinstance(fallback, SignInRequired):
        return _client_refused(answer, description)
    if code is not None and isinstance(fallback, Refused):
        return Refused(Reason.OTHER, redact.said(f"{code}: {description}", answer.secrets))
    if isinstance(fallback, Refused):
        # Every refusal of Google's names its error: this one is garbled, or somebody else's.
        return unexpected(answer, f"a refusal without a reason (HTTP {answer.status})")
    return fallback


Known = Callable[[Answer, str], GoogleError]


def _client_refused(_answer: Answer, description: str) -> GoogleError:
    # "Only clients of type 'TVs and Limited Input devices' can use ...", "Invalid client type."
    if re.search(r"\btype\b", description, re.IGNORECASE):
        return Refused(Reason.CLIENT_TYPE, "this OAuth client is of another type")
    return Refused(Reason.CLIENT, "Google does not know this client id, or the client secret is wrong")


def _bad_request(answer: Answer, description: str) -> GoogleError:
    # Google: "Missing required parameter: client_secret"
    if "client_secret" in description:
        return Refused(Reason.CLIENT, "the client secret is missing")
    return Refused(Reason.OTHER, redact.said(f"invalid_request: {description}", answer.secrets))


def _refused(reason: Reason, message: str) -> Known:
    return lambda _answer, _description: Refused(reason, message)


def _gone(message: str) -> Known:
    return lambda _answer, _description: Gone(message)


def _sign_in(message: str) -> Known:
    return lambda _answer, _description: SignInRequired(message)


def _busy(message: str, *, quota: bool) -> Known:
    return lambda answer, _description: Busy(message, retry_after(answer), quota=quota)


_CODE_LIMIT = _busy("Google asks for patience: too many requests of this client", quota=True)
_TROUBLE = _busy("Google's sign-in has trouble of its own", quota=False)
_AGAIN = _sign_in("the sign-in is no longer good: it was revoked or has expired")

_EVERYWHERE: Mapping[str, Known] = {
    "invalid_client": _client_refused,
    "invalid_request": _bad_request,
    "unauthorized_client": _refused(Reason.CLIENT_TYPE, "this OAuth client may not sign in this way"),
    "deleted_client": _refused(Reason.CLIENT, "this OAuth client was deleted"),
    "disabled_client": _refused(Reason.CLIENT, "this OAuth client is disabled"),
    "invalid_scope": _refused(
        Reason.DEVICE_SCOPE, "Google does not offer the Picker scope to this kind of client"
    ),
    "access_denied": _refused(Reason.ACCESS_DENIED, "the person declined"),
    "admin_policy_enforced": _refused(Reason.ADMIN_POLICY, "an administrator blocks this for the account"),
    "org_internal": _refused(Reason.ORG_INTERNAL, "this client is for one organisation's accounts only"),
    "rate_limit_exceeded": _CODE_LIMIT,
    "quota_exceeded": _CODE_LIMIT,
    "slow_down": _CODE_LIMIT,
    "server_error": _TROUBLE,
    "temporarily_unavailable": _TROUBLE,
    "internal_failure": _TROUBLE,
}
_AT_STEP: Mapping[Step, Mapping[str, Known]] = {
    Step.DEVICE_CODE: {},
    Step.POLL: {
        "authorization_pending": lambda _answer, _description: Pending("the person is not done yet"),
        "slow_down": lambda _answer, _description: SlowDown("polled too fast"),
        "expired_token": _gone("the code has expired"),
        "invalid_grant": _gone("the code is no longer good"),
    },
    Step.EXCHANGE: {"invalid_grant": _gone("the authorization code is no longer good: sign in once more")},
    Step.REFRESH: {
        "invalid_grant": _AGAIN,
        # A refresh token that another client got.
        "unauthorized_client": _AGAIN,
        "invalid_scope": _AGAIN,
        "access_denied": _AGAIN,
    },
    Step.REVOKE: {},
}
