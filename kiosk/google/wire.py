"""The wire as values: what is asked, what was answered, and what an HTTP status means by itself.

The rules:

1. Nothing here opens a socket. A *Request* goes to client.py, an *Answer* comes back.
2. An answer is judged by its body first (``error`` at the OAuth endpoints, ``error.status`` and
   ``details[].reason`` at the Picker), and by its status only when the body names no known error: Google's
   device endpoint has two kinds of 403.
3. Every body becomes a value or one of kiosk.errors; nothing else escapes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Literal

from attrs import field, frozen

from kiosk.errors import Busy, GoogleError, Reason, Refused, SignInRequired, Unexpected, Unreachable
from kiosk.google import redact

Method = Literal["GET", "POST", "DELETE"]

# Names of form fields that no log and no error text may repeat.
_SECRET_FIELDS = frozenset(
    {"client_secret", "device_code", "code", "code_verifier", "refresh_token", "token"}
)
_LONGEST_WAIT = 86_400.0


@frozen
class Request:
    """One HTTP request. ``form`` and ``body`` (JSON) exclude each other; ``bearer``: it needs an access
    token.
    """

    method: Method
    url: str = field(repr=False)
    form: tuple[tuple[str, str], ...] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    bearer: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """What was sent and must not come back in an error's text."""
        return tuple(value for name, value in self.form or () if name in _SECRET_FIELDS)


@frozen
class Answer:
    """One HTTP answer, read to its end. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What the request held and must not be repeated."""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> object:
        """The JSON value of the body, or None if there is none (``null`` is as good as none)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def json_object(answer: Answer) -> dict[str, object]:
    """The JSON object of a good answer.

    Raises Unreachable for a web page (somebody else answered), Unexpected for anything else.
    """
    body = answer.json
    if not isinstance(body, dict):
        raise by_status(answer)
    return body


def by_status(answer: Answer) -> GoogleError:
    """What the status alone says, for a body that names no known error (RFC 9110 section 15, RFC 6585)."""
    status = answer.status
    if status == 429:
        # developers.google.com/photos/overview/best-practices: 30 s or more
        return Busy("Google asks for patience: too many requests (429)", retry_after(answer), quota=True)
    if status == 511 or (status < 400 and (status >= 300 or is_web_page(answer))):
        return Unreachable(
            "something between here and Google answered instead: perhaps a login page of this network"
        )
    if status == 407:
        return Unreachable("the proxy wants a password (407)")
    if status == 408 or 500 <= status < 600:
        return Busy(f"Google has trouble of its own ({status})", retry_after(answer))
    if is_web_page(answer):
        # A firewall's page, or Google's front end: it must not look as if a picking session were gone.
        return Unexpected(f"a web page instead of an answer ({status})", sample(answer))
    if status == 401:
        return SignInRequired("the access token is no longer good (401)")
    if 400 <= status < 500:
        return Refused(Reason.OTHER, f"Google refuses (HTTP {status})")
    return Unexpected(f"not the documented answer ({status})", sample(answer))


def unexpected(answer: Answer, what: str) -> Unexpected:
    """A good answer without what it must hold."""
    return Unexpected(what, sample(answer))


def sample(answer: Answer) -> str:
    """The shape of a body for the log: no value of it, at most 200 characters."""
    body = answer.json
    if body is not None:
        return redact.shape(body)
    kind = "a web page" if is_web_page(answer) else "not JSON"
    return f"{kind}, {len(answer.body)} bytes"


def is_web_page(answer: Answer) -> bool:
    """Whether this is HTML, by its type or its first letter: no API answer of Google's begins with ``<``."""
    kind = answer.headers.get("content-type", "").lower()
    return kind.startswith(("text/html", "application/xhtml")) or answer.body[:64].lstrip().startswith(b"<")


def retry_after(answer: Answer) -> float | None:
    """Seconds to wait (RFC 9110 section 10.2.3), from 0 to a day; None where the server names none.

    A date is read against the server's own Date: the clock of a Raspberry Pi may be years wrong.
    """
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(value)
        wait = (then - parsedate_to_datetime(answer.headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), _LONGEST_WAIT)
