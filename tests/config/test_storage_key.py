"""Where the storage key comes from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.config import Loaded, load, table
from kiosk.errors import ConfigError

KEY = bytes(range(200, 232))
HEX = KEY.hex()


def key_file(path: Path, content: bytes = KEY, mode: int = 0o600) -> Path:
    path.touch(mode)
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def loaded(folder: Path, lines: str, credentials: Path | None = None) -> Loaded:
    config = folder / "config.toml"
    config.write_text(f"[storage]\n{lines}\n")
    return load(config, {"CREDENTIALS_DIRECTORY": str(credentials)} if credentials else {})


def problem(folder: Path, lines: str, credentials: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, lines, credentials)
    (only,) = caught.value.problems
    assert HEX not in str(only)
    return str(only)


@pytest.mark.parametrize("content", [KEY, HEX.encode(), HEX.upper().encode() + b"\n", HEX.encode() + b"\r\n"])
def test_a_key_is_32_bytes_or_64_digits(tmp_path: Path, content: bytes) -> None:
    path = key_file(tmp_path / "kiosk.key", content)
    for wish in ("true", "false"):
        found = loaded(tmp_path, f"encrypt = {wish}\nkey_file = 'kiosk.key'").key
        assert found is not None
        assert (found.bytes, found.path) == (KEY, path)


def test_without_a_wish_and_without_a_key_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert loaded(tmp_path, "", tmp_path / "empty").key is None


def test_a_key_is_nowhere_to_be_seen(tmp_path: Path) -> None:
    key_file(tmp_path / "kiosk.key")
    found = loaded(tmp_path, "encrypt = true\nkey_file = 'kiosk.key'")
    for told in (table(found), repr(found)):
        assert HEX not in told
        assert repr(KEY)[2:-1] not in told
    assert f'key_file = "{tmp_path}/kiosk.key"' in table(found)


def test_the_wish_without_a_key_is_a_mistake_that_tells_how_to_make_one(tmp_path: Path) -> None:
    told = problem(tmp_path, "encrypt = true")
    assert "config.toml:2: [storage] encrypt: there is no key" in told
    assert "head -c 32 /dev/urandom" in told


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "0 bytes"), (KEY[:-1], "31 bytes"), (KEY + b"\n", "33 bytes"), (b"z" * 64, "64 bytes")],
)
def test_whatever_else_is_in_the_file_is_no_key(tmp_path: Path, content: bytes, said: str) -> None:
    path = key_file(tmp_path / "kiosk.key", content)
    assert f"[storage] key_file: {path} has {said}, which is no key" in problem(
        tmp_path, f"key_file = '{path}'"
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path / "kiosk.key", mode=mode)
    told = problem(tmp_path, f"encrypt = true\nkey_file = '{path}'")
    assert f"{path} can be read by others (mode {mode:04o}); chmod 600 {path}" in told


def test_a_key_that_is_not_there_or_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert f"{tmp_path}/no.key is not there" in problem(tmp_path, "key_file = 'no.key'")
    assert f"{tmp_path} cannot be read (Is a directory)" in problem(tmp_path, "key_file = '.'")


def test_a_key_file_that_is_no_path_is_told_once(tmp_path: Path) -> None:
    assert "[storage] key_file: it is a whole number" in problem(tmp_path, "encrypt = true\nkey_file = 7")


def test_the_key_of_systemd_comes_first_and_may_be_readable_by_a_group(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    path = key_file(credentials / "storage.key", HEX.encode(), mode=0o440)
    key_file(tmp_path / "other.key", bytes(32))
    found = loaded(tmp_path, "encrypt = true\nkey_file = 'other.key'", credentials).key
    assert found is not None
    assert (found.bytes, found.path) == (KEY, path)


def test_a_broken_key_of_systemd_is_told(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    key_file(credentials / "storage.key", b"short")
    assert f"{credentials}/storage.key has 5 bytes" in problem(tmp_path, "encrypt = true", credentials)


def test_an_empty_credential_is_none(tmp_path: Path) -> None:
    """systemd's LoadCredential= wants a file, so the installer makes an empty one."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "storage.key").write_bytes(b"")
    assert loaded(tmp_path, "", credentials).key is None
    path = key_file(tmp_path / "kiosk.key")
    found = loaded(tmp_path, "key_file = 'kiosk.key'", credentials).key
    assert found is not None
    assert found.path == path
