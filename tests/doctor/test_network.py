"""The doctor's look at the network, against servers on loopback."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from kiosk.config import GoogleConfig
from kiosk.core.addresses import Address
from kiosk.doctor import Check, Verdict
from kiosk.doctor.network import Question, against, endpoint, network, resolution, tls
from tests.doctor.conftest import Serve, write_certificate

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FOREVER = datetime(2120, 1, 1)


def google(base: str) -> GoogleConfig:
    return GoogleConfig(
        device_code_url=f"{base}/device/code",
        token_url=f"{base}/token",
        auth_url=f"{base}/auth",
        picker_url=f"{base}/v1",
    )


def verdicts(found: list[Check]) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in found}


def test_a_server_that_refuses_our_empty_questions_is_alive(serve: Serve) -> None:
    port = serve(401, format_datetime(NOW, usegmt=True))
    found = network(google(f"http://127.0.0.1:{port}"), {}, NOW)
    assert verdicts(found) == {
        "name 127.0.0.1": Verdict.OK,
        "device endpoint": Verdict.OK,
        "token endpoint": Verdict.OK,
        "picker endpoint": Verdict.OK,
        "clock against server": Verdict.OK,
    }


def test_over_tls_the_handshake_is_looked_at_once_for_each_host(serve: Serve, tmp_path: Path) -> None:
    pem = write_certificate(tmp_path / "good.pem", FOREVER)
    base = f"https://localhost:{serve(400, pem=pem)}"
    found = network(google(base), {"REQUESTS_CA_BUNDLE": str(pem)}, NOW)
    assert [check.name for check in found] == [
        "name localhost",
        "TLS localhost",
        "device endpoint",
        "token endpoint",
        "picker endpoint",
    ]
    assert set(verdicts(found).values()) == {Verdict.OK}


def test_a_certificate_that_nobody_vouches_for_points_at_a_captive_portal(
    serve: Serve, tmp_path: Path
) -> None:
    port = serve(pem=write_certificate(tmp_path / "own.pem", FOREVER))
    check = tls(Address("https", "localhost", port), {})
    assert check.verdict is Verdict.FAIL
    assert "certificate is refused" in check.says
    assert "captive portal" in check.cure


def test_an_expired_certificate_points_at_the_clock(serve: Serve, tmp_path: Path) -> None:
    pem = write_certificate(tmp_path / "expired.pem", datetime(2021, 1, 1))
    check = tls(Address("https", "localhost", serve(pem=pem)), {"CURL_CA_BUNDLE": str(pem)})
    assert check.verdict is Verdict.FAIL
    assert "expired" in check.says
    assert "clock" in check.cure


def test_a_host_whose_certificate_is_refused_is_asked_nothing_more(serve: Serve, tmp_path: Path) -> None:
    port = serve(pem=write_certificate(tmp_path / "own.pem", FOREVER))
    found = network(google(f"https://localhost:{port}"), {}, NOW)
    assert [check.name for check in found] == ["name localhost", "TLS localhost"]


def test_a_server_without_tls_where_tls_should_be_is_told(serve: Serve) -> None:
    check = tls(Address("https", "localhost", serve()), {})
    assert check.verdict is Verdict.FAIL
    assert check.says.startswith("no TLS")


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_nobody_listening_is_told(serve: Serve) -> None:
    check = tls(Address("https", "127.0.0.1", closed_port()), {})
    assert check.verdict is Verdict.FAIL
    assert "refused" in check.says
    answer, date = endpoint(Question("token endpoint", f"http://127.0.0.1:{closed_port()}/token", ""), {})
    assert (answer.verdict, date) == (Verdict.FAIL, None)
    assert "refused" in answer.says


def test_a_server_that_accepts_and_says_nothing_is_given_up_after_a_while() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        answer, _ = endpoint(
            Question("token endpoint", f"http://127.0.0.1:{port}/token", ""), {}, seconds=0.05
        )
    assert answer.verdict is Verdict.FAIL
    assert "timed out" in answer.says


@pytest.mark.parametrize(
    ("status", "verdict", "cure"),
    [
        (400, Verdict.OK, ""),
        (403, Verdict.OK, ""),
        (404, Verdict.FAIL, "check the address"),
        (503, Verdict.WARN, "by itself"),
        (200, Verdict.FAIL, "captive portal"),
        (302, Verdict.FAIL, "captive portal"),
    ],
)
def test_the_status_tells_what_is_there(serve: Serve, status: int, verdict: Verdict, cure: str) -> None:
    check, _ = endpoint(Question("device endpoint", f"http://127.0.0.1:{serve(status)}/", "client_id="), {})
    assert check.verdict is verdict
    assert cure in check.cure
    assert f"HTTP {status}" in check.says


@pytest.mark.parametrize("date", ["yesterday", ""])
def test_a_date_that_is_none_is_not_believed(serve: Serve, date: str) -> None:
    found = network(google(f"http://127.0.0.1:{serve(400, date)}"), {}, NOW)
    assert "clock against server" not in verdicts(found)


@pytest.mark.parametrize(
    ("apart", "verdict", "word"),
    [
        (timedelta(seconds=20), Verdict.OK, "20 s"),
        (timedelta(seconds=-20), Verdict.OK, "20 s"),
        (timedelta(minutes=6), Verdict.FAIL, "ahead"),
        (timedelta(days=-3000), Verdict.FAIL, "behind"),
    ],
)
def test_our_clock_is_held_against_the_servers(apart: timedelta, verdict: Verdict, word: str) -> None:
    check = against(NOW, NOW + apart)
    assert check.verdict is verdict
    assert word in check.says


def test_a_name_without_an_address_is_told() -> None:
    # A label of 64 letters (RFC 1035 allows 63) fails before any name server is asked.
    check = resolution(Address("https", "a" * 64 + ".invalid", 443))
    assert check.verdict is Verdict.FAIL
    assert "no address" in check.says


def test_an_address_is_shown_once() -> None:
    check = resolution(Address("http", "127.0.0.1", 80))
    assert (check.verdict, check.says) == (Verdict.OK, "127.0.0.1")


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    answered = threading.Event()

    def look_up(_: Address) -> list[str]:
        answered.wait(5)
        return []

    check = resolution(Address("https", "example.com", 443), 0.01, look_up)
    answered.set()
    assert check.verdict is Verdict.FAIL
    assert "within 0.01 s" in check.says
