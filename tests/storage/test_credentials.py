"""The refresh token on the card."""

from __future__ import annotations

import json
import logging
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Counts, Credentials, Secret
from kiosk.errors import DiskFull
from kiosk.storage import credentials
from tests.storage.card import Card, no_file_grows_beyond
from tests.storage.test_catalog import ATTEMPT

MARK = "1//marked-refresh-secret"
KEPT = Credentials(Secret(MARK), "client", ("scope.one", "scope.two"))


def save(card: Card, what: Credentials | None) -> say.Event | None:
    return card.storage.perform(ask.SaveCredentials(credentials=what))


def test_credentials_come_back_after_a_restart_and_only_the_owner_reads_them(card: Card) -> None:
    assert save(card, KEPT) == say.Saved(counts=Counts())
    path = card.state / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert card.restart().credentials == KEPT


def test_none_removes_them(card: Card) -> None:
    save(card, KEPT)
    save(card, None)
    assert not (card.state / "credentials.json").exists()
    assert save(card, None) == say.Saved(counts=Counts())
    assert card.restart().credentials is None


def test_none_removes_what_was_set_aside_of_them_too(card: Card) -> None:
    (card.state / "credentials.json").write_text(f'{{"refresh_token": "{MARK}"')
    card.restart()
    assert any(MARK in path.read_text() for path in card.state.glob("credentials*"))
    save(card, None)
    assert not list(card.state.glob("credentials*"))


def test_another_clients_credentials_are_not_used_but_kept(
    card: Card, caplog: pytest.LogCaptureFixture
) -> None:
    save(card, Credentials(Secret(MARK), "other", ()))
    assert card.restart().credentials is None
    assert "another client id" in caplog.text
    assert (card.state / "credentials.json").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b"[" * 100_000,
        b'{"version": 2}',
        b'{"version": 1, "client_id": "client", "refresh_token": "", "scopes": []}',
        b'{"version": 1, "client_id": 7, "refresh_token": "x", "scopes": []}',
        b'{"version": 1, "client_id": "client", "refresh_token": "x", "scopes": [1]}',
        b'{"version": 1, "client_id": "client", "refresh_token": "x", "scopes": "all"}',
    ],
)
def test_damaged_credentials_are_set_aside_and_somebody_signs_in_again(
    card: Card, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (card.state / "credentials.json").write_bytes(content)
    assert card.restart().credentials is None
    assert [path.name for path in card.state.glob("credentials*")] == ["credentials.damaged-1"]
    assert "damaged" in caplog.text


def test_credentials_that_cannot_be_read_or_moved_keep_no_picture_from_showing(
    card: Card, caplog: pytest.LogCaptureFixture
) -> None:
    card.fill("a")
    (card.state / "credentials.json").mkdir()
    opened = card.restart()
    assert opened.credentials is None
    assert len(opened.drawn) == 1
    assert "cannot be read" in caplog.text


def test_damaged_credentials_that_cannot_be_moved_are_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = credentials.CredentialsFile(tmp_path)
    file.path = tmp_path / ("c" * 250)  # with ".damaged-1" behind it the name is too long
    file.path.write_bytes(b"{}")
    assert file.load("client") is None
    assert "cannot be set aside" in caplog.text


def test_a_full_card_keeps_the_old_credentials(card: Card) -> None:
    save(card, KEPT)
    with no_file_grows_beyond(0):
        event = save(card, Credentials(Secret("new"), "client", ()))
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, DiskFull)
    assert MARK not in str(event)
    assert card.restart().credentials == KEPT


def test_no_log_line_has_the_secret_in_it(card: Card, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        save(card, KEPT)
        card.restart()
        save(card, Credentials(Secret(MARK), "other", ()))
        card.restart()
        (card.state / "credentials.json").write_text(json.dumps({"version": 1, "refresh_token": MARK}))
        card.restart()
    assert MARK not in caplog.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@given(
    st.binary()
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {},
        optional={
            "version": st.just(1) | json_values,
            "client_id": json_values,
            "refresh_token": json_values,
            "scopes": json_values,
        },
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_file_gives_credentials_or_none(content: bytes) -> None:
    found = credentials.decode(content)
    assert found is None or credentials.decode(credentials.encode(found)) == found


def test_a_device_code_that_is_done_with_is_in_no_file_any_more(card: Card) -> None:
    card.storage.perform(ask.SaveAttempt(attempt=ATTEMPT))
    code = ATTEMPT.code.device_code.reveal.encode()
    assert any(code in path.read_bytes() for path in card.state.iterdir())
    card.storage.perform(ask.SaveAttempt(attempt=None))
    assert not any(code in path.read_bytes() for path in card.state.iterdir())


def test_what_others_could_read_is_taken_from_them(card: Card) -> None:
    save(card, KEPT)
    card.storage.close()
    for path in (*card.state.iterdir(), card.cache / "renditions"):
        path.chmod(0o755 if path.is_dir() else 0o664)
    card.restart()
    assert {stat.S_IMODE(path.stat().st_mode) for path in card.state.iterdir()} == {0o600}
    assert stat.S_IMODE((card.cache / "renditions").stat().st_mode) == 0o700


def test_what_is_not_ours_keeps_its_mode(card: Card) -> None:
    """The state directory may be one that holds other things as well."""
    save(card, KEPT)
    other = card.state / "calendar.txt"
    other.write_text("not ours")
    other.chmod(0o644)
    card.restart()
    assert stat.S_IMODE(other.stat().st_mode) == 0o644
