"""Logs that suit a terminal and the journal, and hold no secret."""

from __future__ import annotations

import io
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.system import Redactor, logs


@pytest.fixture(autouse=True)
def _own_root_logger() -> Iterator[None]:
    root = logging.getLogger()
    before, level, chatty = root.handlers[:], root.level, logging.getLogger("urllib3").level
    yield
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("urllib3").setLevel(chatty)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("got ya29.a0Af_x-Y.z today", "got *** today"),
        ("refresh 1//0gAbc-d_E.f", "refresh ***"),
        ("code 4/0AbCdEfGhIjKl", "code ***"),
        ("code=4/0AbCdEfGhIjKl&scope=x", "code=4/0AbCdEfGhIjKl&scope=x".replace("4/0AbCdEfGhIjKl", "***")),
        ("secret GOCSPX-abc_d-e", "secret ***"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        (
            "{'Authorization': 'Bearer abc.def', 'Accept': 'x'}",
            "{'Authorization': 'Bearer ***', 'Accept': 'x'}",
        ),
        ("client_id=me&client_secret=shh&x=1", "client_id=me&client_secret=***&x=1"),
        ('{"refresh_token": "abc", "expires_in": 3599}', '{"refresh_token": "***", "expires_in": 3599}'),
        ("http://127.0.0.1:8000/?code=abc&state=x", "http://127.0.0.1:8000/?code=***&state=x"),
        ("nextPageToken pageToken=abc", "nextPageToken pageToken=***"),
    ],
)
def test_a_secret_is_masked_wherever_it_stands(text: str, masked: str) -> None:
    assert Redactor()(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "12/40 pictures, 4/2000 failed, 1/2 done",
        "https://example.com/v1/sessions/1//2",
        "status code: 403",
        "/dev/dri/card1 2026-01-01T10:00:00Z",
        "the refresh token is dead",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor()(text) == text


@given(st.text(min_size=4, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_a_registered_secret_is_never_seen(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.add(secret)
    if "*" not in secret:
        assert secret not in redactor(before + secret + after)


def test_the_longer_of_two_secrets_is_masked_whole() -> None:
    redactor = Redactor()
    for secret in ("abcd", "abcd-efgh", "abcd", "abc"):
        redactor.add(secret)
    assert redactor("abcd-efgh abcd abc") == "*** *** abc"


def logged(env: dict[str, str], act: str = "") -> str:
    stream = io.StringIO()
    redactor = logs.set_up(env, logging.DEBUG, stream)
    redactor.add("registered-secret")
    log = logging.getLogger("kiosk.test")
    try:
        raise ValueError("ya29.in-the-traceback")
    except ValueError:
        log.exception("with %s %s", "registered-secret", act)
    return stream.getvalue()


def test_a_traceback_keeps_no_secret() -> None:
    text = logged({})
    assert "ya29" not in text
    assert "registered-secret" not in text
    assert "ValueError: ***" in text
    assert " ERROR kiosk.test: with ***" in text


def test_setting_up_again_does_not_double_the_lines() -> None:
    logged({})
    assert logged({}).count("Traceback") == 1


def test_under_systemd_each_line_has_its_level_and_no_time(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w+") as stream:
        status = os.fstat(stream.fileno())
        logs.set_up({"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}, logging.DEBUG, stream)
        log = logging.getLogger("kiosk.test")
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
            log.log(level, "a\nb")
        stream.seek(0)
        lines = stream.read().splitlines()
    assert lines == [line for n in (7, 6, 4, 3, 3) for line in (f"<{n}>kiosk.test: a", f"<{n}>b")]


def test_a_stream_that_is_another_than_the_journals_gets_times(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as stream:
        assert not logs.is_journal({"JOURNAL_STREAM": "1:2"}, stream)
    assert not logs.is_journal({"JOURNAL_STREAM": "1:2"}, io.StringIO())


def test_connections_are_not_logged_one_by_one() -> None:
    stream = io.StringIO()
    logs.set_up({}, logging.DEBUG, stream)
    logging.getLogger("urllib3.connectionpool").debug("Starting new HTTPS connection")
    assert stream.getvalue() == ""


def test_sigusr1_writes_where_every_thread_stands() -> None:
    script = (
        "import os, signal, threading\n"
        "from kiosk.system import logs\n"
        "logs.dump_threads_on_signal()\n"
        "threading.Thread(target=threading.Event().wait, name='sleeper', daemon=True).start()\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stderr.count("most recent call first") == 2
    assert signal.SIGUSR1


def test_what_lives_for_an_hour_is_masked_and_in_time_forgotten() -> None:
    redactor = Redactor()
    redactor.add("for-good")
    for number in range(40):
        redactor.add_passing(f"passing-{number:02}")
        redactor.add_passing("abc")
    assert redactor("for-good passing-39 passing-08 passing-07 abc") == "*** *** *** passing-07 abc"


def test_a_passing_secret_that_is_told_again_counts_as_new() -> None:
    redactor = Redactor()
    redactor.add_passing("first")
    for number in range(31):
        redactor.add_passing(f"passing-{number:02}")
    redactor.add_passing("first")
    redactor.add_passing("the last")
    assert redactor("first") == "***"
