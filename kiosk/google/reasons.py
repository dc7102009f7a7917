"""Why there was no answer, in words (DNS, connect, TLS, time-out), from the causes that a library leaves.

The text names the host and never an address's path or a library's own wording, which may repeat the whole
URL.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator

# OpenSSL, x509_vfy.h
_NOT_YET_VALID = 9
_EXPIRED = 10
_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
)


class TooSlow(TimeoutError):
    """Bytes came, but the whole took longer than allowed."""


# The first that fits is the one that is meant: a RemoteDisconnected is a ConnectionError and an HTTPException.
_PHRASES: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "DNS: no address is known for {host}"),
    (TooSlow, "time-out: {host} answers too slowly"),
    (TimeoutError, "time-out: no answer from {host}"),
    (ConnectionRefusedError, "connect: {host} refuses the connection"),
    (ConnectionError, "connect: {host} broke the connection off"),
    (http.client.IncompleteRead, "cut off: the answer of {host} is not whole"),
    (http.client.HTTPException, "{host} does not speak HTTP"),
)


def why(error: BaseException, host: str) -> str:
    """One phrase for an error of requests, urllib3, ssl or socket on the way to this host."""
    causes = tuple(_causes(error))[::-1]
    through = "through the proxy: " if any(type(cause).__name__ == "ProxyError" for cause in causes) else ""
    # The outer layers say less: requests' ConnectionError around urllib3's MaxRetryError around gaierror.
    deepest_first = sorted(causes, key=lambda cause: not isinstance(cause, TooSlow))
    phrases = (phrase for cause in deepest_first if (phrase := _phrase(cause, host)))
    return through + next(phrases, f"no good answer from {host} ({type(error).__name__})")


def _phrase(cause: BaseException, host: str) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate(cause, host)
    if isinstance(cause, ssl.SSLError):
        return f"TLS with {host} failed ({getattr(cause, 'reason', None) or 'broken off'})"
    for kind, phrase in _PHRASES:
        if isinstance(cause, kind):
            return phrase.format(host=host)
    if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
        return f"connect: there is no network on the way to {host}"
    return ""


def _certificate(cause: ssl.SSLCertVerificationError, host: str) -> str:
    if cause.verify_code in {_NOT_YET_VALID, _EXPIRED}:
        return f"TLS: the certificate of {host} is not valid today ({cause.verify_message}): check the clock"
    return f"TLS: the certificate of {host} is not trusted ({cause.verify_message})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it hides: causes, contexts, arguments, and urllib3's ``reason``."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
