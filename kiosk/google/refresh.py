"""Renewing the access token through google-auth, over this room's own connection, limits and errors.

google-auth retries and sleeps by itself when the token endpoint has trouble. Here the core decides about
retries, so the transport that google-auth is given raises our named error before google-auth sees an answer
that it would repeat.

Imported at the first refresh only: google-auth costs a quarter of a second of a small computer's start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import google.auth.transport
from attrs import frozen
from google.oauth2.credentials import Credentials as GoogleCredentials

from kiosk.core.model import Client, Credentials, Grant, Secret
from kiosk.google.endpoints import Endpoints
from kiosk.google.oauth_wire import Step, decipher_grant
from kiosk.google.wire import Answer, Request

Send = Callable[[Request], Answer]


@frozen
class _Response(google.auth.transport.Response):
    status: int
    headers: Mapping[str, str]
    data: bytes


class _Transport(google.auth.transport.Request):
    """google-auth's idea of a transport, for one refresh (google.auth.transport.Request)."""

    def __init__(self, send: Send, asked: tuple[str, ...]) -> None:
        self._send = send
        self._asked = asked
        self.grants: list[Grant] = []

    def __call__(self, url: str, body: bytes, **_named: object) -> _Response:  # type: ignore[override]
        form = tuple(parse_qsl(body.decode("ascii"), keep_blank_values=True))
        grant = decipher_grant(self._send(Request("POST", url, form)), Step.REFRESH, self._asked)
        self.grants.append(grant)
        # Only what was deciphered goes on: google-auth would trip over an `expires_in` of 400 digits.
        found = {"access_token": grant.access_token.reveal, "expires_in": int(grant.expires_in)}
        if grant.refresh_token is not None:
            found["refresh_token"] = grant.refresh_token.reveal
        return _Response(200, {}, json.dumps(found).encode())


def refresh(send: Send, endpoints: Endpoints, client: Client, credentials: Credentials) -> Grant:
    """RFC 6749 section 6. ``refresh_token`` is None unless the server sent another one: the old one is kept.

    ``expires_in`` is the server's; google-auth's own expiry is on the wall clock, which a Pi sets late.

    Raises SignInRequired (``invalid_grant``), Refused, Busy, Unreachable, Unexpected.
    """
    transport = _Transport(send, credentials.scopes)
    held = GoogleCredentials(  # type: ignore[no-untyped-call]
        None,
        refresh_token=credentials.refresh_token.reveal,
        token_uri=endpoints.token_url,
        client_id=client.client_id,
        client_secret=client.client_secret.reveal,
    )
    held.refresh(transport)  # type: ignore[no-untyped-call]
    (grant,) = transport.grants
    renewed = str(held.refresh_token)
    return Grant(
        access_token=Secret(str(held.token)),
        expires_in=grant.expires_in,
        refresh_token=None if renewed == credentials.refresh_token.reveal else Secret(renewed),
        scopes=grant.scopes,
    )
