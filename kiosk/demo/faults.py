"""Everything that can go wrong between a frame and Google, one switch each.

A fault acts at one of three places, in this order:

    instead()          an answer in place of the server's own; the server's state does not change
    alter(answer)      the server acted, and its answer is changed
    how it is sent     Reset, Stall, Drip and Truncate spoil the bytes on the way

``Faults.add`` arms a fault for one route, several, all, or what a predicate says, for n requests or until ``clear``.
The first armed fault that matches a request is used; a request meets at most one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from kiosk.demo.answers import HTML, Answer, Request, oauth_error, redirect, rpc_error, tile

On = str | Iterable[str] | Callable[[Request], bool] | None


@attrs.frozen
class Fault:
    """The fault that does nothing; the others change one step of it."""

    def instead(self) -> Answer | None:
        """An answer in place of the server's own, or None to let the server act."""
        return None

    def alter(self, answer: Answer) -> Answer:
        """What becomes of the server's own answer."""
        return answer


@attrs.frozen
class Status(Fault):
    """Any answer at all in place of the server's own."""

    status: int
    body: bytes = b""
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()

    def instead(self) -> Answer | None:
        return Answer(self.status, self.body, self.content_type, self.headers)


@attrs.frozen
class Retype(Fault):
    """The true body under a wrong Content-Type."""

    content_type: str

    def alter(self, answer: Answer) -> Answer:
        return attrs.evolve(answer, content_type=self.content_type)


@attrs.frozen
class Override(Fault):
    """The JSON body as a function of the true one: ``change(old) -> new``."""

    change: Callable[[Any], Any]

    def alter(self, answer: Answer) -> Answer:
        return attrs.evolve(answer, body=json.dumps(self.change(json.loads(answer.body))).encode())


@attrs.frozen
class Body(Fault):
    """The true status and headers over other bytes (an empty body, broken JSON, half a picture)."""

    body: bytes

    def alter(self, answer: Answer) -> Answer:
        return attrs.evolve(answer, body=self.body)


@attrs.frozen
class Raw(Fault):
    """These very bytes on the wire, then the end of the connection: not even HTTP."""

    raw: bytes


@attrs.frozen
class Delay(Fault):
    """The right answer, ``seconds`` late."""

    seconds: float


@attrs.frozen
class Drip(Fault):
    """The right answer in pieces of ``chunk`` body bytes with ``pause`` seconds between them."""

    chunk: int = 1024
    pause: float = 0.01


@attrs.frozen
class Truncate(Fault):
    """A true Content-Length, ``after`` body bytes, then an orderly end of the connection.

    Here and below a negative ``after`` counts from the body's end.
    """

    after: int


@attrs.frozen
class Reset(Fault):
    """The connection is reset (RST).

    Plain: before the server acts. ``acted=True``: it acted, the answer is lost. ``after=n``: the head and n body
    bytes arrive first.
    """

    after: int | None = None
    acted: bool = False

    @property
    def before_acting(self) -> bool:
        """True if the request is lost, False if only its answer is."""
        return self.after is None and not self.acted


@attrs.frozen(eq=False)
class Stall(Fault):
    """Silence until ``release()`` or until the client goes away, then the rest.

    ``after=None``: silent before the server acts; ``after=n``: after the head and n body bytes.
    """

    after: int | None = None
    released: threading.Event = attrs.field(factory=threading.Event, repr=False)

    def release(self) -> None:
        """Let every request that hangs here go on."""
        self.released.set()


@attrs.define(eq=False)
class Armed:
    """A fault with its aim. ``hits`` counts the requests that met it."""

    fault: Fault
    matches: Callable[[Request], bool]
    left: int | None
    hits: int = 0


class Faults:
    """The switchboard. Safe to use from any thread."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._armed: list[Armed] = []
        self._stalls: list[Stall] = []
        self.stalled = 0
        """Requests that hang in a stall right now."""

    def add(self, fault: Fault, *, times: int | None = None, on: On = None) -> Armed:
        """Arm a fault for the next ``times`` matching requests (None: until ``clear``)."""
        armed = Armed(fault, _matcher(on), times)
        with self._changed:
            self._armed.append(armed)
            if isinstance(fault, Stall):
                self._stalls.append(fault)
        return armed

    def clear(self) -> None:
        """Disarm everything and let stalled requests go on."""
        with self._changed:
            self._armed.clear()
        self.release()

    def release(self) -> None:
        """Let every stalled request go on; faults stay armed."""
        with self._changed:
            stalls, self._stalls = self._stalls, []
        for stall in stalls:
            stall.release()

    def hangs(self, by: int) -> None:
        """One more (1) or one less (-1) request hangs."""
        with self._changed:
            self.stalled += by
            self._changed.notify_all()

    def take(self, request: Request) -> Fault:
        """The fault that this request meets; a plain ``Fault()`` does nothing."""
        with self._changed:
            for armed in self._armed:
                if armed.left != 0 and armed.matches(request):
                    armed.hits += 1
                    if armed.left is not None:
                        armed.left -= 1
                    return armed.fault
        return Fault()


def _matcher(on: On) -> Callable[[Request], bool]:
    if on is None:
        return lambda _: True
    if callable(on):
        return on
    routes = frozenset({on} if isinstance(on, str) else on)
    return lambda request: request.route in routes


def _status(answer: Answer, *headers: tuple[str, str]) -> Status:
    return Status(answer.status, answer.body, answer.content_type, answer.headers + headers)


def oauth_fault(status: int, error: str, description: str = "") -> Status:
    """An error of the OAuth endpoints."""
    return _status(oauth_error(status, error, description))


def device_rate_limit() -> Status:
    """The device endpoint's quota: 403 with the odd key ``error_code``."""
    return Status(403, b'{"error_code":"rate_limit_exceeded"}', "application/json; charset=UTF-8")


def rpc_fault(name: str, message: str = "", reason: str = "") -> Status:
    """An error of the Picker API, by its google.rpc name."""
    return _status(rpc_error(name, message or name.replace("_", " ").capitalize() + ".", reason))


def too_many_requests(retry_after: str | None = None) -> Status:
    """429, with ``Retry-After`` (seconds or an HTTP date) or without."""
    answer = rpc_error("RESOURCE_EXHAUSTED", "Quota exceeded.", "RATE_LIMIT_EXCEEDED", "googleapis.com")
    return _status(answer, *([("Retry-After", retry_after)] if retry_after is not None else []))


def server_error(status: int = 503, retry_after: str | None = None) -> Status:
    """A 5xx with the HTML page of a load balancer, as Google's front ends send."""
    headers = (("Retry-After", retry_after),) if retry_after is not None else ()
    return Status(status, b"<!DOCTYPE html><title>Error</title><p>That's an error.", HTML, headers)


def forbidden_tile(status: int = 403) -> Status:
    """403 (or 401) with an image/png body, as stale base URLs answer."""
    return _status(tile(status))


def html_page() -> Status:
    """200 with a page: a captive portal in a hotel."""
    return Status(200, b"<!DOCTYPE html><title>Welcome</title><p>Please accept our terms of use.", HTML)


def redirected(location: str, status: int = 302) -> Status:
    """Sent on to another host, or to plain http."""
    return _status(redirect(location, status))
