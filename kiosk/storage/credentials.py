"""The refresh token on the card: one JSON file, mode 0600, whole or not there."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from kiosk.core.model import Credentials, Secret
from kiosk.errors import StorageError
from kiosk.storage import files

_VERSION = 1
_log = logging.getLogger(__name__)


def encode(credentials: Credentials) -> bytes:
    """The file's content."""
    fields = {
        "version": _VERSION,
        "client_id": credentials.client_id,
        "refresh_token": credentials.refresh_token.reveal,
        "scopes": list(credentials.scopes),
    }
    return json.dumps(fields, indent=2).encode() + b"\n"


def decode(content: bytes) -> Credentials | None:
    """The credentials, None for anything that `encode` did not make."""
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or fields.get("version") != _VERSION:
        return None
    client_id, refresh_token, scopes = (fields.get(key) for key in ("client_id", "refresh_token", "scopes"))
    if not isinstance(client_id, str) or not isinstance(refresh_token, str) or not refresh_token:
        return None
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        return None
    return Credentials(Secret(refresh_token), client_id, tuple(scopes))


class CredentialsFile:
    """``credentials.json`` in the state directory."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "credentials.json"

    def save(self, credentials: Credentials | None) -> None:
        """Replaces the file, or removes it for None. Raises DiskFull or Unwritable."""
        if credentials is not None:
            files.write_atomically(self.path, encode(credentials))
            return
        with files.storage_errors():
            self.path.unlink(missing_ok=True)
            files.sync_directory(self.path.parent)

    def load(self, client_id: str) -> Credentials | None:
        """The credentials of this client; None, with a note in the log, where they are damaged or another client's.

        A person can always sign in again, so nothing here keeps the photographs from showing.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("The credentials cannot be read: %s", files.as_storage_error(error))
            return None
        credentials = decode(content)
        if credentials is None:
            self._set_aside()
        elif client_id and credentials.client_id != client_id:
            _log.warning("The kept sign-in belongs to another client id; somebody has to sign in again.")
            return None
        return credentials

    def wipe(self) -> None:
        """Removes the file and what was set aside of it. Raises Unwritable."""
        with files.storage_errors():
            for path in sorted(self.path.parent.glob("credentials*")):
                path.unlink(missing_ok=True)

    def _set_aside(self) -> None:
        try:
            aside = files.set_aside(self.path, self.path.parent, keep=1, like="credentials")
        except StorageError as error:
            _log.warning("The credentials are damaged and cannot be set aside: %s", error)
        else:
            _log.warning("The credentials were damaged and are now %s; somebody has to sign in again.", aside)
