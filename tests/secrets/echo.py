"""A server that says back all that it was sent, in every place where an answer has room for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import attrs

from kiosk.demo.answers import HTML, JSON, Answer, Request
from kiosk.demo.faults import Fault, Faults

KEYS = (
    *("access_token", "refresh_token", "device_code", "user_code", "verification_url", "scope", "token_type"),
    *(
        "expires_in",
        "interval",
        "id",
        "pickerUri",
        "mediaItems",
        "nextPageToken",
        "pollingConfig",
        "expireTime",
    ),
)
"""Members that mean something somewhere."""


def _json(value: object, status: int) -> Answer:
    return Answer(status, json.dumps(value).encode(), JSON)


def _rpc(said: str, name: str, status: int) -> Answer:
    details = [{"@type": said, "reason": said, "metadata": {said: said}}]
    return _json({"error": {"code": status, "status": name, "message": said, "details": details}}, status)


def _page(said: str, status: int) -> Answer:
    return Answer(
        status, f"<!DOCTYPE html><title>{said}</title><a href='https://a.example/{said}'>".encode(), HTML
    )


def _headers(said: str) -> Answer:
    names = ("Retry-After", "Date", "X-Said", "WWW-Authenticate", "Set-Cookie", "Location")
    return Answer(503, said.encode(), said, tuple((name, said) for name in names))


def _to(address: str) -> Answer:
    return Answer(302, address.encode(), HTML, (("Location", address),))


WAYS: dict[str, Callable[[str, str], Answer]] = {
    "an OAuth error": lambda said, _: _json({"error": said, "error_description": f"You sent {said}"}, 400),
    "a known OAuth error": lambda said, _: _json(
        {"error": "invalid_request", "error_description": f"Bad: {said}, see https://a.example/?{said}"}, 400
    ),
    "an unknown RPC error": lambda said, _: _rpc(said, said, 400),
    "a known RPC error": lambda said, _: _rpc(said, "INVALID_ARGUMENT", 400),
    "permission denied": lambda said, _: _rpc(said, "PERMISSION_DENIED", 403),
    "a page": lambda said, _: _page(said, 200),
    "an error page": lambda said, _: _page(said, 403),
    "headers": lambda said, _: _headers(said),
    "wrong types": lambda said, _: _json({key: [said] for key in KEYS}, 200),
    "right types": lambda said, _: _json(dict.fromkeys(KEYS, said), 200),
    "broken JSON": lambda said, _: Answer(200, f'{{"access_token": "{said}'.encode(), JSON),
    "keys": lambda said, _: _json({said: {said: said}}, 418),
    "a redirect's query": lambda said, elsewhere: _to(f"{elsewhere}/?{quote(said)}"),
    "a redirect's host": lambda said, _: _to(f"https://{said}.invalid/"),
    "a redirect to plain http": lambda said, _: _to(f"http://{said}.example/"),
}
"""(all that was sent, another host's address) -> an answer."""


@attrs.frozen(eq=False)
class Echo(Fault):
    """Answers in one of the WAYS, to whatever came in last."""

    way: str
    elsewhere: str
    _said: list[str] = attrs.field(factory=lambda: [""])

    def arm(self, faults: Faults, routes: tuple[str, ...]) -> None:
        faults.add(self, on=lambda request: request.route in routes and self._hear(request))

    def _hear(self, request: Request) -> bool:
        self._said[:] = [" ".join(sent(request))]
        return True

    def instead(self) -> Answer | None:
        # Header lines are Latin-1 without line ends, and so are all secrets.
        return WAYS[self.way](self._said[0], self.elsewhere)


def sent(request: Request) -> list[str]:
    """The secrets of one request: what of the form is one, and the bearer."""
    names = ("client_secret", "device_code", "code", "code_verifier", "refresh_token", "token")
    return [*(request.form[name] for name in names if name in request.form), *filter(None, [request.bearer])]
