"""Connections that keep a deadline: one byte every few seconds outlasts any read time-out.

A read time-out starts anew with each byte, for the status line and the headers too. So every read from the
socket gets what is left of the whole time. No thread, no signal: http.client reads through
``response_class``, and that is all that changes here.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import TYPE_CHECKING

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from kiosk.core.model import NEVER, Deadline
from kiosk.google.reasons import TooSlow

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_until: ContextVar[Deadline] = ContextVar("until", default=NEVER)


@contextmanager
def answered_by(until: Deadline) -> Iterator[None]:
    """Every answer that begins in here must be whole by then, in monotonic seconds."""
    restore = _until.set(until)
    try:
        yield
    finally:
        _until.reset(restore)


class _LimitedReader(io.RawIOBase):
    """The bytes of one answer, each read limited by the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._patience = sock.gettimeout()
        self._until = _until.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TooSlow
        patience = left if self._patience is None else min(self._patience, left)
        self._sock.settimeout(patience)
        try:
            return self._raw.readinto(buffer)
        except TimeoutError as error:
            if patience == left:
                raise TooSlow from error
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()


class _LimitedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: object, **named: object) -> None:
        super().__init__(sock, *args, **named)  # type: ignore[arg-type]
        self.fp = io.BufferedReader(_LimitedReader(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _LimitedResponse


class _SecureConnection(HTTPSConnection):
    response_class = _LimitedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _SecurePool}
"""For ``urllib3.PoolManager.pool_classes_by_scheme``."""
