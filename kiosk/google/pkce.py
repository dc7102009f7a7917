"""The second road: authorization code with PKCE (RFC 7636, S256) for a Desktop client, as values.

developers.google.com/identity/protocols/oauth2/native-app: loopback redirect, ``access_type=offline`` and
``prompt=consent`` for a refresh token where one is wanted, ``state`` against forged redirects (RFC 6749 section 10.12).
Random bytes come from the caller.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from kiosk.core.model import Secret
from kiosk.errors import Reason, Refused
from kiosk.google import redact
from kiosk.google.endpoints import PICKER_SCOPE, Endpoints

ENTROPY_BYTES = 32
"""RFC 7636 section 7.1: 256 bits."""

_REASONS = {
    "access_denied": Reason.ACCESS_DENIED,
    "admin_policy_enforced": Reason.ADMIN_POLICY,
    "org_internal": Reason.ORG_INTERNAL,
    "invalid_scope": Reason.DEVICE_SCOPE,
}


def verifier(entropy: bytes) -> Secret:
    """A code verifier of 43 characters or more. Raises ValueError for less than 32 random bytes."""
    if len(entropy) < ENTROPY_BYTES:
        raise ValueError(f"a code verifier wants {ENTROPY_BYTES} random bytes")
    return Secret(_base64url(entropy))


def state(entropy: bytes) -> Secret:
    """The ``state`` that must come back. Raises ValueError for less than 32 random bytes."""
    return verifier(entropy)


def challenge(code_verifier: Secret) -> str:
    """The S256 challenge (RFC 7636 section 4.2)."""
    return _base64url(hashlib.sha256(code_verifier.reveal.encode("ascii")).digest())


def authorization_url(
    endpoints: Endpoints,
    client_id: str,
    redirect_uri: str,
    code_verifier: Secret,
    expected_state: Secret,
    *,
    lasting: bool = True,
) -> str:
    """The address that a person opens to sign in. ``lasting``: for more than one pick, so with a refresh token; else
    whoever comes next may be somebody else, and chooses the account."""
    query = urlencode(
        {
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": PICKER_SCOPE,
            "code_challenge": challenge(code_verifier),
            "code_challenge_method": "S256",
            "state": expected_state.reveal,
            "access_type": "offline" if lasting else "online",
            "prompt": "consent" if lasting else "select_account",
        }
    )
    parts = urlsplit(endpoints.auth_url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, query)))))


def code_from_redirect(address: str, expected_state: Secret) -> Secret:
    """The authorization code of a redirect, caught on loopback or pasted (RFC 6749 section 4.1.2).

    ``address``: the whole address, or what follows its host. Raises Refused with a sentence for the person.
    """
    try:
        query = parse_qs(urlsplit(address.strip()).query, max_num_fields=50)
    except ValueError as error:
        raise Refused(
            Reason.OTHER, "This is not an address: copy the whole line from the browser."
        ) from error
    # What was pasted may hold half a character.
    found = _one(query, "state").encode("utf-8", "replace")
    if not hmac.compare_digest(found, expected_state.reveal.encode()):
        raise Refused(Reason.OTHER, "This address does not belong to this sign-in: begin again.")
    if problem := _one(query, "error"):
        text = f"{problem}: {_one(query, 'error_description')}".removesuffix(": ")
        raise Refused(_REASONS.get(problem, Reason.OTHER), redact.said(text))
    code = _one(query, "code")
    # RFC 6749 appendix A.11: VSCHAR
    if not code or not all("!" <= letter <= "~" for letter in code):
        raise Refused(Reason.OTHER, "There is no code in this address: copy the whole line from the browser.")
    return Secret(code)


def _one(query: dict[str, list[str]], name: str) -> str:
    """A parameter that occurs once (RFC 6749 section 3.1: more than once is not allowed)."""
    values = query.get(name, [])
    return values[0] if len(values) == 1 else ""


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
