"""No test reaches beyond this machine, and one that tries fails, whatever its code makes of the refusal.

An audit hook sees every connect, bind, send and look-up of the interpreter, from C as well; it cannot be taken off
again, so it stays harmless outside a test. Names under `.invalid` (RFC 6761, section 6.4) do not resolve here, at
once and without asking anybody: that is how a test sees a name that is not found.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
import threading
from collections.abc import Iterator

import pytest

_lock = threading.Lock()
_reached: list[str] = []


class OutsideLoopback(OSError):
    """A test tried to reach another machine."""


def is_loopback(host: object) -> bool:
    """Whether a host of a socket address, bytes or text, means this machine alone."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if text.lower().rstrip(".") in ("localhost", "ip6-localhost"):
        return True
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return False


def check(event: str, args: tuple[object, ...]) -> None:
    """What the audit hook does: raises where the event leads off this machine.

    Raises:
        OutsideLoopback: the address is another machine's, or a listener that another machine could reach.
        socket.gaierror: a name under `.invalid`.
    """
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        address = args[1] if len(args) > 1 else None
        if isinstance(address, tuple) and address and not is_loopback(address[0]):
            _refuse(f"{event} {address}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        if name.rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if host is not None and not is_loopback(host):
            _refuse(f"{event} {name}")


def _refuse(what: str) -> None:
    with _lock:
        _reached.append(what)
    raise OutsideLoopback(f"beyond loopback: {what}")


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        check(event, args)


def pytest_configure() -> None:
    sys.addaudithook(_hook)


def attempts() -> list[str]:
    """What was refused since the last call; taking it clears it."""
    with _lock:
        taken = list(_reached)
        _reached.clear()
    return taken


@pytest.fixture(autouse=True)
def _stays_on_loopback() -> Iterator[None]:
    attempts()
    yield
    reached = attempts()
    if reached:
        pytest.fail(f"the test reached beyond loopback: {reached}")
