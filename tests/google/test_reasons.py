"""Errors that a loopback cannot make: what they are called."""

from __future__ import annotations

import errno
import http.client
import ssl

import pytest

from kiosk.google.reasons import TooSlow, why


@pytest.mark.parametrize(
    ("cause", "phrase"),
    [
        (OSError(errno.ENETUNREACH, "x"), "connect: there is no network on the way to g.example"),
        (OSError(errno.EHOSTUNREACH, "x"), "connect: there is no network on the way to g.example"),
        (ConnectionResetError(), "connect: g.example broke the connection off"),
        (http.client.RemoteDisconnected(), "connect: g.example broke the connection off"),
        (http.client.BadStatusLine("?"), "g.example does not speak HTTP"),
        (ssl.SSLError("odd"), "TLS with g.example failed (broken off)"),
        (OSError("odd"), "no good answer from g.example (OSError)"),
    ],
)
def test_a_cause_is_named_wherever_it_hides(cause: BaseException, phrase: str) -> None:
    assert why(cause, "g.example") == phrase
    outer = RuntimeError("https://g.example/secret", cause)
    outer.__cause__ = ValueError("in between")
    said = why(outer, "g.example")
    assert said == phrase or "no good answer" in said
    assert "secret" not in said


def test_too_slow_is_told_from_silence_though_silence_is_its_cause() -> None:
    slow = TooSlow()
    slow.__cause__ = TimeoutError()
    assert why(slow, "g.example") == "time-out: g.example answers too slowly"


def test_causes_that_go_round_in_a_circle_end() -> None:
    one, two = RuntimeError(), RuntimeError()
    one.__context__, two.__context__ = two, one
    assert why(one, "g.example") == "no good answer from g.example (RuntimeError)"
