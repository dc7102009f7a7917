"""No test reaches beyond this machine, and one that tries fails, whatever its code makes of the refusal.

Every door of `socket` that leads to an address or asks for a name is wrapped, once. (Not by an audit hook written in
Python: it would be called for sys.settrace too, which coverage needs at the start of each thread, and CPython lets no
thread install its tracer while another one's waits for a hook. That thread then dies without a word.) Names under
`.invalid` (RFC 6761, section 6.4) do not resolve here, at once and without asking anybody: that is how a test sees a
name that is not found.
"""

from __future__ import annotations

import functools
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

BY_ADDRESS = {"connect": 1, "connect_ex": 1, "bind": 1, "sendto": -1, "sendmsg": 4}
"""Methods of a socket, and which positional argument is the address; the socket itself is number 0."""
BY_NAME = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")
"""Functions of the module; the host comes first, alone or at the head of an address."""

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


def check_address(door: str, address: object) -> None:
    """Raises where a socket would speak to, or listen for, another machine.

    Raises:
        OutsideLoopback: the address is another machine's, or a listener's that another machine could reach.
        socket.gaierror: a name under `.invalid`.
    """
    if isinstance(address, tuple) and address:
        _check_invalid(address[0])
        if not is_loopback(address[0]):
            _refuse(f"{door} {address}")


def check_name(door: str, host: object) -> None:
    """Raises where a name or an address would be looked up elsewhere; None is this machine itself.

    Raises:
        OutsideLoopback: only a name server could answer.
        socket.gaierror: a name under `.invalid`.
    """
    host = host[0] if isinstance(host, tuple) and host else host
    _check_invalid(host)
    if host is not None and not is_loopback(host):
        _refuse(f"{door} {host!r}")


def _check_invalid(host: object) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name.rstrip(".").endswith(".invalid"):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _refuse(what: str) -> None:
    with _lock:
        _reached.append(what)
    raise OutsideLoopback(f"beyond loopback: {what}")


def pytest_configure() -> None:
    for name, place in BY_ADDRESS.items():
        _guard(socket.socket, name, check_address, place)
    for name in BY_NAME:
        _guard(socket, name, check_name, 0)


def _guard(owner: object, name: str, check: Callable[[str, object], None], place: int) -> None:
    """From now on the argument at ``place`` is looked at first. A run within the run (pytester) finds it done."""
    door = getattr(owner, name)
    if hasattr(door, "guards"):
        return

    @functools.wraps(door)
    def guarded(*args: Any, **named: Any) -> Any:
        if -len(args) <= place < len(args):
            check(name, args[place])
        elif "host" in named:  # getaddrinfo alone takes it by its name
            check(name, named["host"])
        return door(*args, **named)

    guarded.guards = name  # type: ignore[attr-defined]
    setattr(owner, name, guarded)


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
