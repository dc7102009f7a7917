"""Which OAuth client the frame has: two keys, Google's JSON file, or systemd's credentials; whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.config import load
from kiosk.core.model import Client, Secret
from kiosk.errors import ConfigError

INSTALLED = {"client_id": "file-id", "client_secret": "file-secret", "token_uri": "https://example.com/t"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    directory = tmp_path / "credentials"
    directory.mkdir()
    return directory


def problem(config: Path, credentials: Path | None = None) -> str:
    env = {"CREDENTIALS_DIRECTORY": str(credentials)} if credentials else {}
    with pytest.raises(ConfigError) as caught:
        load(config, env)
    (only,) = caught.value.problems
    return str(only)


def test_no_client_at_all_is_no_mistake(config: Path) -> None:
    config.write_text("")
    assert load(config, {}).config.google.client == Client()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("client_id = 'x'", "client_secret"),
        ("client_secret = 'x'", "client_id"),
        ("client_secret = 'x'\nclient_id=''", "client_id"),
    ],
)
def test_half_a_client_is_a_mistake_at_the_half_that_is_missing(
    config: Path, text: str, missing: str
) -> None:
    config.write_text(f"[google]\n{text}\n")
    told = problem(config)
    assert f"[google] {missing}: it is missing" in told
    assert str(config) in told


def test_the_file_of_the_console_is_read_beside_the_configuration(config: Path) -> None:
    (config.parent / "secrets.json").write_text(json.dumps({"installed": INSTALLED}))
    config.write_text("[google]\nclient_secrets_file = 'secrets.json'\n")
    loaded = load(config, {})
    assert loaded.config.google.client == Client("file-id", Secret("file-secret"))
    assert loaded.config.google.token_url == "https://oauth2.googleapis.com/token"
    assert loaded.origins["google.client_id"] == str(config.parent / "secrets.json")


def test_a_file_and_keys_together_are_a_mistake(config: Path) -> None:
    config.write_text(
        "[google]\nclient_secrets_file = 'secrets.json'\nclient_id = 'x'\nclient_secret = 'y'\n"
    )
    assert "not both" in problem(config)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (None, "is not there"),
        ("{", "is not JSON"),
        ("[" * 60_000, "is not JSON"),
        ("[]", "is not a client secrets file"),
        (
            '{"web": {"client_id": "a", "client_secret": "hush"}}',
            "is of a web client, which cannot sign a frame in",
        ),
        ("{}", 'has no "installed" client'),
        ('{"installed": []}', 'has no "installed" client'),
        ('{"installed": {"client_id": "a"}}', 'has no sound "client_secret"'),
        ('{"installed": {"client_id": 3, "client_secret": "hush"}}', 'has no sound "client_id"'),
        ('{"installed": {"client_id": " ", "client_secret": "hush"}}', 'has no sound "client_id"'),
        ('{"installed": {"client_id": "a\\nb", "client_secret": "hush"}}', 'has no sound "client_id"'),
    ],
)
def test_a_client_secrets_file_that_will_not_do_is_told_without_its_content(
    config: Path, content: str | None, wrong: str
) -> None:
    if content is not None:
        (config.parent / "secrets.json").write_text(content)
    config.write_text("[google]\nclient_secrets_file = 'secrets.json'\n")
    told = problem(config)
    assert wrong in told
    assert "hush" not in told
    assert f"{config}:2: [google] client_secrets_file" in told


@pytest.mark.parametrize("name", ["client_secrets.json", "client_secret.json", "client_secret"])
def test_the_credentials_of_systemd_may_bring_the_whole_client(
    config: Path, credentials: Path, name: str
) -> None:
    config.write_text("")
    (credentials / name).write_text(json.dumps({"installed": INSTALLED}))
    loaded = load(config, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert loaded.config.google.client == Client("file-id", Secret("file-secret"))
    assert loaded.origins["google.client_secret"] == str(credentials / name)


def test_the_credentials_of_systemd_may_bring_the_secret_alone(config: Path, credentials: Path) -> None:
    config.write_text("[google]\nclient_id = 'mine'\n")
    (credentials / "client_secret").write_text("from-systemd\n")
    loaded = load(config, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert loaded.config.google.client == Client("mine", Secret("from-systemd"))
    assert loaded.origins["google.client_id"] == f"{config}:2"


def test_a_secret_alone_without_an_id_is_half_a_client(config: Path, credentials: Path) -> None:
    config.write_text("")
    (credentials / "client_secret").write_text("from-systemd")
    assert "client_id: it is missing" in problem(config, credentials)


def test_a_client_of_systemd_does_not_complete_half_a_client_of_the_file(
    config: Path, credentials: Path
) -> None:
    config.write_text("[google]\nclient_id = 'mine'\n")
    (credentials / "client_secrets.json").write_text(json.dumps({"installed": INSTALLED}))
    assert "client_secret: it is missing" in problem(config, credentials)


def test_whole_keys_in_the_file_leave_the_credentials_of_systemd_unread(
    config: Path, credentials: Path
) -> None:
    config.write_text("[google]\nclient_id = 'mine'\nclient_secret = 'own'\n")
    (credentials / "client_secrets.json").write_text("broken")
    loaded = load(config, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert loaded.config.google.client == Client("mine", Secret("own"))


@pytest.mark.parametrize("name", ["client_secrets.json", "client_secret"])
def test_an_empty_credential_is_none(config: Path, credentials: Path, name: str) -> None:
    """systemd's LoadCredential= wants a file, so the installer makes an empty one."""
    config.write_text("")
    (credentials / name).write_text("\n")
    assert load(config, {"CREDENTIALS_DIRECTORY": str(credentials)}).config.google.client == Client()


@pytest.mark.parametrize("content", ["two\nlines", "a\tb"])
def test_a_bare_secret_has_to_be_one_line(config: Path, credentials: Path, content: str) -> None:
    config.write_text("[google]\nclient_id = 'mine'\n")
    (credentials / "client_secret").write_text(content)
    assert "CREDENTIALS_DIRECTORY" in problem(config, credentials)


def test_a_credentials_directory_without_a_client_in_it_changes_nothing(
    config: Path, credentials: Path
) -> None:
    config.write_text("")
    assert load(config, {"CREDENTIALS_DIRECTORY": str(credentials)}).config.google.client == Client()


def test_a_key_of_the_wrong_type_is_told_once_and_not_as_half_a_client_too(config: Path) -> None:
    config.write_text("[google]\nclient_id = 3\nclient_secret = 'own'\n")
    assert "[google] client_id: it is a whole number" in problem(config)


def test_no_repr_of_the_configuration_shows_the_secret(config: Path) -> None:
    config.write_text("[google]\nclient_id = 'mine'\nclient_secret = 'top-secret'\n")
    assert "top-secret" not in repr(load(config, {}))
