"""What this room wants of an HTTP client: one request out, an answer in pieces back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from attrs import field, frozen

from kiosk.core.model import Deadline, Secret
from kiosk.google.wire import Request

PIECE_BYTES = 64 * 1024


@frozen
class Reply:
    """An answer whose body is still on its way. Header names are in lower case.

    Reading ``pieces`` raises Unreachable when the connection breaks, ends early, stalls or takes too long
    altogether.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    pieces: Iterator[bytes] = field(repr=False)
    """The body, at most 64 KiB at a time."""


class Transport(Protocol):
    """Sends one request and never follows a redirect."""

    def open(self, request: Request, bearer: Secret | None, until: Deadline) -> AbstractContextManager[Reply]:
        """The answer, as soon as its headers are there. ``until``: monotonic seconds, for all of it.

        Raises Refused(Reason.ADDRESS) for an address that is neither https nor loopback, Unreachable for no
        answer.
        """
        ...
