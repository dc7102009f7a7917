"""The guard that keeps the tests on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugins import loopback

DOCUMENTATION = "192.0.2.1"  # RFC 5737: nobody's address, should the guard ever fail


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.8.7", "::1", "localhost", "LOCALHOST.", b"127.0.0.1"])
def test_these_hosts_are_this_machine(host: object) -> None:
    assert loopback.is_loopback(host)


@pytest.mark.parametrize(
    "host", [DOCUMENTATION, "0.0.0.0", "::", "", "127.0.0.1.example", "10.0.0.1", "example.org"]
)
def test_these_hosts_are_not(host: str) -> None:
    assert not loopback.is_loopback(host)


@pytest.mark.parametrize(
    "speak",
    [
        lambda door: door.connect((DOCUMENTATION, 9)),
        lambda door: door.connect_ex((DOCUMENTATION, 9)),
        lambda door: door.sendto(b"x", (DOCUMENTATION, 9)),
        lambda door: door.sendto(b"x", 0, (DOCUMENTATION, 9)),
        lambda door: door.sendmsg([b"x"], [], 0, (DOCUMENTATION, 9)),
        lambda door: door.bind(("0.0.0.0", 0)),
    ],
    ids=["connect", "connect_ex", "sendto", "sendto with flags", "sendmsg", "bind"],
)
def test_a_socket_that_leads_off_this_machine_is_refused_and_remembered(
    speak: Callable[[socket.socket], object],
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door, pytest.raises(loopback.OutsideLoopback):
        speak(door)
    assert len(loopback.attempts()) == 1


@pytest.mark.parametrize(
    "look_up",
    [
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: socket.getaddrinfo(host="example.org", port=443),
        lambda: socket.gethostbyname("example.org"),
        lambda: socket.gethostbyname_ex("example.org"),
        lambda: socket.gethostbyaddr(DOCUMENTATION),
        lambda: socket.getnameinfo((DOCUMENTATION, 443), 0),
        lambda: socket.create_connection(("example.org", 443)),
    ],
    ids=["getaddrinfo", "by its name", "gethostbyname", "with _ex", "gethostbyaddr", "getnameinfo", "create"],
)
def test_a_look_up_of_a_name_is_refused_and_remembered(look_up: Callable[[], object]) -> None:
    with pytest.raises(loopback.OutsideLoopback):
        look_up()
    assert len(loopback.attempts()) == 1


def test_an_invalid_name_is_not_found_at_once_and_is_nobodys_fault() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("frame.invalid", 443)
    assert loopback.attempts() == []


def test_no_thread_is_lost_under_a_tracer() -> None:
    """An audit hook in Python in place of the wrapped doors loses some of these 8,000 (about 6, on CPython 3.11)."""
    ran = subprocess.run(
        [sys.executable, "-c", MANY_THREADS],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
        text=True,
    )
    assert (ran.stdout, ran.stderr) == ("8000\n", "")


MANY_THREADS = """
import sys, threading
from tests.plugins import loopback

def trace(frame, event, arg):  # as coverage does: the first one makes room for the thread's own
    sys.settrace(None)
    sys.settrace(lambda *seen: None)

def work():
    ran.append(sum(number for number in range(20)))

loopback.pytest_configure()
threading.settrace(trace)
sys.setswitchinterval(1e-6)
ran = []
for _ in range(500):
    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(len(ran))
"""


def test_loopback_works() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        with socket.create_connection(door.getsockname(), timeout=5) as caller:
            assert caller.getpeername() == door.getsockname()


def test_code_that_swallows_the_refusal_fails_its_test_all_the_same(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import contextlib, socket

        def test_it():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door, contextlib.suppress(OSError):
                door.connect(("192.0.2.1", 9))
        """
    )
    ran = pytester.runpytest_subprocess("-p", "tests.plugins.loopback")
    ran.assert_outcomes(passed=1, errors=1)
    ran.stdout.fnmatch_lines(["*beyond loopback*192.0.2.1*"])
