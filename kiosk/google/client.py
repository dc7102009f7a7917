"""Speaking HTTP with Google: the only module that imports requests, itself imported when it is needed.

The rules:

1. A request goes to https or to this machine. A bearer goes to the host that the request was made for, and no
   redirect is followed in here.
2. Nothing is retried and nothing sleeps: the core decides. Every wait has an end: connecting, each read, and
   the whole.
3. No password file, no cookie. A proxy from the environment is used, except for this machine.
4. One GoogleClient belongs to one thread.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from kiosk import __version__
from kiosk.core import commands, events
from kiosk.core.addresses import check_address, is_loopback
from kiosk.core.model import AccessToken, Deadline, MediaItem, Secret, Size
from kiosk.errors import Gone, Reason, Refused, SignInRequired, Unexpected, Unreachable
from kiosk.google import media, oauth_wire, picker_wire
from kiosk.google.endpoints import Endpoints, may_have_bearer
from kiosk.google.limited import POOLS, answered_by
from kiosk.google.oauth_wire import Step
from kiosk.google.picker_wire import Call
from kiosk.google.reasons import why
from kiosk.google.transport import PIECE_BYTES, Reply
from kiosk.google.wire import Answer, Request

_log = logging.getLogger(__name__)

# Of a clock that is years wrong the refused certificate tells, in one line and with what to do.
warnings.simplefilter("ignore", urllib3.exceptions.SystemTimeWarning)

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
ANSWER_SECONDS = 30.0
"""For one answer of an API altogether."""
LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes. A page of 100 media items has about 100 KB."""


class GoogleClient:
    """Performs the core's commands. Opens no connection before the first one."""

    def __init__(
        self,
        endpoints: Endpoints,
        *,
        lan_host: str | None = None,
        timeouts: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """``lan_host``: in the demo, a person's pages may be plain http on this host.
        ``timeouts``: to connect and between two bytes, in seconds."""
        self._endpoints = endpoints
        self._lan_host = lan_host
        self._transport = HttpTransport(timeouts)
        self._answer_seconds = answer_seconds

    def perform(self, command: commands.GoogleCommand) -> events.Event:
        """Ask Google, and name the answer. Raises one of kiosk.errors' GoogleError, nothing else."""
        if isinstance(command, commands.Authorised):
            return self._pick(command)
        return self._sign_in(command)

    def fetch(
        self,
        item: MediaItem,
        box: Size,
        bearer: AccessToken | None,
        sink: BinaryIO,
        *,
        limit_bytes: int = media.LIMIT_BYTES,
        deadline_seconds: float = media.DEADLINE_SECONDS,
    ) -> media.FetchedMedia:
        """The bytes of one picture that fits into the box; media.fetch tells the rest.

        A base URL that leads to a stranger is asked without the access token.
        """
        url = media.rendition_url(item, box)
        secret = _need(bearer)
        return media.fetch(
            self._transport,
            url,
            secret if may_have_bearer(url, self._endpoints) else None,
            sink,
            limit_bytes=limit_bytes,
            deadline_seconds=deadline_seconds,
        )

    def close(self) -> None:
        """Give up the connections that are kept open."""
        self._transport.close()

    def _sign_in(
        self,
        command: commands.RequestDeviceCode
        | commands.PollToken
        | commands.ExchangeCode
        | commands.RefreshAccessToken
        | commands.Revoke,
    ) -> events.Event:
        to = self._endpoints
        match command:
            case commands.RequestDeviceCode(client=client, request_id=request_id, display_name=name):
                answer = self._send(oauth_wire.device_code_request(to, client, request_id, name))
                code = oauth_wire.decipher_device_code(
                    answer, sent_state=request_id is not None, lan_host=self._lan_host
                )
                return events.DeviceCodeIssued(answers=command.id, code=code)
            case commands.PollToken(client=client, device_code=device_code):
                answer = self._send(oauth_wire.poll_request(to, client, device_code))
                return events.Granted(answers=command.id, grant=oauth_wire.decipher_grant(answer, Step.POLL))
            case commands.ExchangeCode(client=client, code=secret, verifier=verifier, redirect_uri=uri):
                answer = self._send(oauth_wire.exchange_request(to, client, secret, verifier, uri))
                return events.Granted(
                    answers=command.id, grant=oauth_wire.decipher_grant(answer, Step.EXCHANGE)
                )
            case commands.RefreshAccessToken(client=client, credentials=credentials):
                from kiosk.google.refresh import refresh

                grant = refresh(self._send, to, client, credentials)
                return events.Granted(answers=command.id, grant=grant)
            case _:
                oauth_wire.decipher_revocation(
                    self._send(oauth_wire.revoke_request(to, command.refresh_token))
                )
                return events.Revoked(answers=command.id)

    def _pick(
        self,
        command: commands.CreatePickingSession
        | commands.GetPickingSession
        | commands.ListMediaItems
        | commands.DeletePickingSession,
    ) -> events.Event:
        to = self._endpoints
        bearer = _need(command.bearer)
        match command:
            case commands.CreatePickingSession(request_id=request_id, max_items=most):
                answer = self._send(picker_wire.create_request(to, request_id, most), bearer)
                return self._ready(command, answer, Call.CREATE)
            case commands.GetPickingSession(session_id=session_id):
                answer = self._send(picker_wire.get_request(to, session_id), bearer)
                return self._ready(command, answer, Call.GET)
            case commands.ListMediaItems(session_id=session_id, page_token=page_token):
                answer = self._send(picker_wire.list_request(to, session_id, page_token), bearer)
                page = picker_wire.decipher_media_page(answer)
                return events.MediaItemsListed(answers=command.id, page=page)
            case _:
                try:
                    picker_wire.decipher_deletion(
                        self._send(picker_wire.delete_request(to, command.session_id), bearer)
                    )
                except Gone:
                    _log.debug("the picking session was gone already")
                return events.PickingSessionDeleted(answers=command.id, session_id=command.session_id)

    def _ready(self, command: commands.Command, answer: Answer, call: Call) -> events.Event:
        found = picker_wire.decipher_picking_session(answer, call, lan_host=self._lan_host)
        return events.PickingSessionReady(answers=command.id, picking_session=found)

    def _send(self, request: Request, bearer: Secret | None = None) -> Answer:
        until = Deadline(time.monotonic() + self._answer_seconds)
        with self._transport.open(request, bearer, until) as reply:
            body = bytearray()
            for piece in reply.pieces:
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise Unexpected(f"an answer of more than {LARGEST_ANSWER // (1024 * 1024)} MB")
        secrets = (*request.secrets, *((bearer.reveal,) if bearer else ()))
        return Answer(reply.status, reply.headers, bytes(body), secrets)


class HttpTransport:
    """transport.Transport over one HTTP session of requests."""

    def __init__(self, timeouts: tuple[float, float]) -> None:
        self._timeouts = timeouts
        self._http = _OneStep()

    def close(self) -> None:
        self._http.close()

    @contextmanager
    def open(self, request: Request, bearer: Secret | None, until: Deadline) -> Iterator[Reply]:
        """See transport.Transport."""
        if check_address(request.url) is not None:
            raise Refused(
                Reason.ADDRESS, "An address that is neither https nor on this machine is not allowed."
            )
        host = urlsplit(request.url).hostname or ""
        with answered_by(until):
            try:
                response = self._http.step(request, bearer, self._timeouts)
            except (OSError, urllib3.exceptions.HTTPError) as error:
                raise Unreachable(why(error, host)) from error
            _log.debug("%s %s: %d", request.method, host, response.status_code)
            headers = {name.lower(): value for name, value in response.headers.items()}
            try:
                yield Reply(response.status_code, headers, _pieces(response, host))
            finally:
                response.close()


class _OneStep(requests.Session):
    """One request and its answer: no redirect, no cookie, no password file (``~/.netrc``)."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Requests looks into ~/.netrc unless somebody else authenticates.
        self.auth = _as_it_is
        # A compressed body could be a thousand times larger than what the limits count.
        self.headers.update(
            {"User-Agent": f"kiosk/{__version__}", "Accept-Encoding": "identity", "Accept": "*/*"}
        )
        for scheme in ("http://", "https://"):
            self.mount(scheme, _LimitedAdapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: requests would read a redirect's whole body and prepare the next request."""

    def step(
        self, request: Request, bearer: Secret | None, timeouts: tuple[float, float]
    ) -> requests.Response:
        prepared = self.prepare_request(
            requests.Request(
                request.method,
                request.url,
                headers=_headers(request, bearer),
                data=request.body if request.form is None else list(request.form),
            )
        )
        settings = self.merge_environment_settings(request.url, {}, True, None, None)
        if is_loopback(request.url):
            settings["proxies"] = {}
        return self.send(prepared, timeout=timeouts, allow_redirects=False, **settings)


class _LimitedAdapter(HTTPAdapter):
    """Connections that keep the deadline, also through a proxy."""

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        super().init_poolmanager(*args, **named)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = POOLS
        return manager


def _headers(request: Request, bearer: Secret | None) -> dict[str, str]:
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer.reveal}"}
    return headers if request.body is None else headers | {"Content-Type": "application/json"}


def _pieces(response: requests.Response, host: str) -> Iterator[bytes]:
    pieces = response.raw.stream(PIECE_BYTES, decode_content=True)
    while True:
        try:
            piece = next(pieces, b"")
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise Unreachable(why(error, host)) from error
        if not piece:
            return
        yield piece


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


def _need(bearer: AccessToken | None) -> Secret:
    if bearer is None:
        raise SignInRequired("there is no access token at hand")
    return bearer.bearer
