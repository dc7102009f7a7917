"""The guard that keeps the tests on this machine."""

from __future__ import annotations

import socket

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


def test_a_connection_to_another_machine_is_refused_and_remembered() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door, pytest.raises(loopback.OutsideLoopback):
        door.connect((DOCUMENTATION, 9))
    assert len(loopback.attempts()) == 1


def test_a_look_up_of_a_name_is_refused_and_remembered() -> None:
    with pytest.raises(loopback.OutsideLoopback):
        socket.getaddrinfo("example.org", 443)
    assert len(loopback.attempts()) == 1


def test_a_listener_for_the_whole_network_is_refused_and_remembered() -> None:
    with socket.socket() as door, pytest.raises(loopback.OutsideLoopback):
        door.bind(("0.0.0.0", 0))
    assert len(loopback.attempts()) == 1


def test_an_invalid_name_is_not_found_at_once_and_is_nobodys_fault() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("frame.invalid", 443)
    assert loopback.attempts() == []


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
