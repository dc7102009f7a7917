"""Which messages bring secrets, and that the log masks them from then on."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.app.secrets import masked, secrets_in
from kiosk.control import ControlRequest, ControlVerb
from kiosk.core import events as e
from kiosk.core.model import (
    EPOCH,
    Attempt,
    Counts,
    Credentials,
    DeviceCode,
    Grant,
    RequestId,
    Seconds,
    Secret,
)
from kiosk.system import Redactor

CODE = DeviceCode(Secret("a-device-code"), "ABCD", "https://g.example", None, Seconds(5), Seconds(1800))
ATTEMPT = Attempt(RequestId("r"), CODE, EPOCH, EPOCH + timedelta(seconds=1800))
OPENED = e.CatalogOpened(counts=Counts(), credentials=None, attempt=None, open_picks=(), drawn=())


def grant(refresh_token: Secret | None) -> Grant:
    return Grant(Secret("an-access-token"), Seconds(3599), refresh_token, ())


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (e.Granted(grant=grant(None)), ["an-access-token"]),
        (e.Granted(grant=grant(Secret("a-refresh-token"))), ["an-access-token", "a-refresh-token"]),
        (e.DeviceCodeIssued(code=CODE), ["a-device-code"]),
        (OPENED, []),
        (
            e.CatalogOpened(
                counts=Counts(),
                credentials=Credentials(Secret("a-refresh-token"), "c", ()),
                attempt=ATTEMPT,
                open_picks=(),
                drawn=(),
            ),
            ["a-refresh-token", "a-device-code"],
        ),
        (
            ControlRequest(ControlVerb.SIGN_IN, {"code": "a-code", "verifier": "a-verifier"}, lambda _: None),
            ["a-code", "a-verifier"],
        ),
        (ControlRequest(ControlVerb.NEXT, {}, lambda _: None), []),
        (e.DeadlineReached(), []),
    ],
)
def test_every_message_that_brings_a_secret_is_known(message: object, found: list[str]) -> None:
    redactor, inbox = Redactor(), []
    assert list(secrets_in(message)) == found
    masked(redactor, inbox.append)(message)
    assert inbox == [message]
    for secret in found:
        assert redactor(f"what somebody wrote: {secret}") == "what somebody wrote: ***"


HOLDS_SECRETS = """
import logging, sys, threading
from pathlib import Path

from kiosk.app.secrets import masked_log
from kiosk.config import load


def fail():
    raise RuntimeError(f"{loaded.config.google.client_secret.reveal} and {loaded.key.digits.reveal}")


loaded = load(Path(sys.argv[1]), {})
masked_log(loaded, {})
logging.warning("%s", loaded.key.digits.reveal)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
"""


def test_what_the_configuration_and_the_key_file_hold_is_masked_also_in_a_crash(tmp_path: Path) -> None:
    key, config = tmp_path / "key", tmp_path / "config.toml"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    config.write_text(
        f'[google]\nclient_id = "c"\nclient_secret = "marked-secret"\n[storage]\nkey_file = "{key}"\n'
    )
    words = [sys.executable, "-c", HOLDS_SECRETS, str(config)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=True)
    assert "*** and ***" in done.stderr
    assert "marked-secret" not in done.stderr
    assert bytes(range(32)).hex() not in done.stderr
