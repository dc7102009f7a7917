"""The bytes of a picture: which address to ask, and how to fetch it without trusting it.

developers.google.com/photos/picker/guides/media-items: a base URL lives 60 minutes, needs the bearer and a
size suffix. A refusal comes with a picture as its body (403 and image/png), so the status is judged before
the body.
"""

from __future__ import annotations

import time
from typing import BinaryIO
from urllib.parse import unquote, urljoin

from attrs import frozen

from kiosk.core.model import Deadline, Kind, MediaItem, Secret, Size
from kiosk.errors import Gone, GoogleError, Reason, Refused, Unexpected, Unreachable, Unreadable
from kiosk.google.transport import Reply, Transport
from kiosk.google.wire import Answer, Request, by_status

LIMIT_BYTES = 64 * 1024 * 1024
"""No sized picture comes near this: 16383 x 16383 JPEGs of photographs are smaller."""
DEADLINE_SECONDS = 120.0
"""For one picture altogether: a rendition of 1 MB on a line of 0.1 Mbit/s."""

_LARGEST_SIDE = 16383
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@frozen
class FetchedMedia:
    """How much was written, and what the server called it (lower case, without parameters; may be wrong or
    empty).
    """

    bytes: int
    content_type: str


def rendition_url(item: MediaItem, box: Size) -> str:
    """The address of a picture that fits into the box (1 to 16383 pixels a side); a video's still without
    its button.
    """
    width, height = (min(max(side, 1), _LARGEST_SIDE) for side in (box.width, box.height))
    return f"{item.base_url}=w{width}-h{height}" + ("-no" if item.kind is Kind.VIDEO else "")


def fetch(
    transport: Transport,
    url: str,
    bearer: Secret | None,
    sink: BinaryIO,
    *,
    limit_bytes: int = LIMIT_BYTES,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> FetchedMedia:
    """Stream one picture into ``sink``, which the caller rewinds or throws away when this raises.

    At most three redirects are followed, to https or loopback; the bearer, where there is one, crosses none of them.

    Raises Gone (403, 404, 410), SignInRequired (401), Busy, Refused, Unreachable, Unexpected, Unreadable (too
    large), and whatever ``sink.write`` raises.
    """
    until = Deadline(time.monotonic() + deadline_seconds)
    carried = bearer
    for _ in range(_MOST_REDIRECTS + 1):
        with transport.open(Request("GET", url, bearer=carried is not None), carried, until) as reply:
            if reply.status not in _REDIRECTS:
                return _save(reply, sink, limit_bytes)
            target = _redirect(url, reply)
        if bearer is not None and bearer.reveal.lower() in unquote(target).lower():
            raise Unexpected("a picture's address leads to a redirect with the access token in it")
        # Not even within one host: whoever sends it on chose where to.
        carried = None
        url = target
    raise Unexpected("a picture's address leads to redirects without an end")


def _save(reply: Reply, sink: BinaryIO, limit_bytes: int) -> FetchedMedia:
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    problem = _problem(reply, kind)
    if problem is not None:
        raise problem
    too_large = f"a picture of more than {limit_bytes // (1024 * 1024)} MB"
    announced = reply.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit_bytes:
        raise Unreadable(too_large)
    written = 0
    for piece in reply.pieces:
        written += len(piece)
        if written > limit_bytes:
            raise Unreadable(too_large)
        sink.write(piece)
    if not written:
        raise Unreachable("cut off: a picture without a byte")
    return FetchedMedia(written, kind)


def _problem(reply: Reply, kind: str) -> GoogleError | None:
    """By the status, before a byte of the body is read."""
    if reply.status in {403, 404, 410}:
        return Gone(f"this picture's address has expired (HTTP {reply.status})")
    if reply.status == 200 and kind not in {"text/html", "application/xhtml+xml"}:
        return None
    return by_status(Answer(reply.status, reply.headers, b""))


def _redirect(url: str, reply: Reply) -> str:
    location = reply.headers.get("location", "")
    if not location:
        raise Unexpected(f"a redirect ({reply.status}) that leads nowhere")
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise Refused(Reason.ADDRESS, "a redirect to something that is not an address") from error
