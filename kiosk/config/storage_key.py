"""The storage key: 32 bytes that what is on the card is sealed with ([storage] encrypt).

It comes from systemd's credentials or from a file of its own, and never from config.toml: that gets copied and shown.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from kiosk.config.setting import Mistake
from kiosk.core.model import Secret

CREDENTIAL = "storage.key"
"""Its name for `LoadCredential=` and `SetCredentialEncrypted=` (systemd.exec(5))."""
BYTES = 32
ALLOWED = (
    "a file of 32 random bytes or 64 hexadecimal digits, mode 0600, outside the state and cache directories; "
    "one is made by: (umask 077; head -c 32 /dev/urandom > FILE)"
)
_HEX = re.compile(rb"[0-9A-Fa-f]{64}\r?\n?")
_LARGEST = 4096


@frozen
class StorageKey:
    """The key as hexadecimal digits, and the file that it came from."""

    digits: Secret
    path: Path

    @property
    def bytes(self) -> bytes:
        return bytes.fromhex(self.digits.reveal)


def find(key_file: Path | None, env: Mapping[str, str]) -> StorageKey | None:
    """The credential if there is one, else the file; None without either. Raises Mistake."""
    directory = env.get("CREDENTIALS_DIRECTORY")
    if directory:
        path = Path(directory, CREDENTIAL)
        # The unit always brings a file; what nobody has filled in is none.
        if content := _read(path, private=False):
            return _key(content, path)
    if key_file is None:
        return None
    content = _read(key_file, private=True)
    if content is None:
        raise Mistake(f"{key_file} is not there")
    return _key(content, key_file)


def _read(path: Path, *, private: bool) -> bytes | None:
    """private: its mode is looked at. systemd's own files have an ACL, which shows as a readable group."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_LARGEST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Mistake(f"{path} cannot be read ({error.strerror})") from error
    if private and status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise Mistake(f"{path} can be read by others (mode {mode:04o}); chmod 600 {path}")
    return content


def _key(content: bytes, path: Path) -> StorageKey:
    # No message quotes the content: it is a secret.
    if _HEX.fullmatch(content):
        return StorageKey(Secret(content.strip().decode().lower()), path)
    if len(content) != BYTES:
        raise Mistake(f"{path} has {len(content)} bytes, which is no key")
    return StorageKey(Secret(content.hex()), path)
