"""The refresh token on the card: one JSON file, mode 0600, whole or not there; sealed where that is wanted."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

from kiosk.core.model import Credentials, Secret
from kiosk.errors import StorageError
from kiosk.storage import files
from kiosk.storage.envelope import Seals, Unsealable, is_sealed

_VERSION = 1
_BELONGS_TO = "credentials"
_VSCHARS = re.compile(r"[!-~]+")
"""What a refresh token may consist of (RFC 6749 appendix A.17); nothing else could be sent."""
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
    if not isinstance(client_id, str) or not isinstance(refresh_token, str):
        return None
    if not _VSCHARS.fullmatch(refresh_token):
        return None
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        return None
    return Credentials(Secret(refresh_token), client_id, tuple(scopes))


class CredentialsFile:
    """``credentials.json`` in the state directory."""

    def __init__(self, state_dir: Path, seals: Seals | None = None) -> None:
        self.path = state_dir / "credentials.json"
        self._seals = seals or Seals()

    def check_key(self) -> None:
        """Raises Locked where it is sealed with another key."""
        try:
            content = self.path.read_bytes()
        except OSError:
            return
        self._seals.check_file(content, "The sign-in of this frame")

    def opened(self, content: bytes) -> Credentials | None:
        """What the file's content says; None for one that is damaged or does not open."""
        if is_sealed(content):
            if self._seals.sealer is None:
                return None
            try:
                content = self._seals.sealer.open_file(_BELONGS_TO, content)
            except Unsealable:
                return None
        return decode(content)

    def save(self, credentials: Credentials | None) -> None:
        """Replaces the file; None removes it and all that was set aside of it. Raises DiskFull or Unwritable."""
        if credentials is not None:
            content, sealer = encode(credentials), self._seals.for_new
            if sealer is not None:
                content = b"".join(sealer.file(_BELONGS_TO, content))
            files.write_atomically(self.path, content)
            return
        self.wipe()

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
        credentials = self.opened(content)
        if credentials is None:
            self._set_aside(plain=not is_sealed(content))
            return None
        try:
            self.change_kind()
        except StorageError as error:
            _log.warning("The sign-in cannot be written anew: %s", error)
        if client_id and credentials.client_id != client_id:
            _log.warning("The kept sign-in belongs to another client id; somebody has to sign in again.")
            return None
        return credentials

    def wipe(self) -> None:
        """Removes the file and what was set aside of it, which may hold most of a refresh token. Raises Unwritable."""
        with files.storage_errors():
            found = sorted(self.path.parent.glob("credentials.*"))
            for path in found:
                path.unlink(missing_ok=True)
            if found:
                files.sync_directory(self.path.parent)

    def change_kind(self) -> None:
        """Seals what is there, or makes it plain, as it is wanted now. Raises DiskFull or Unwritable."""
        with files.storage_errors():
            try:
                content = self.path.read_bytes()
            except FileNotFoundError:
                return
        credentials = None if is_sealed(content) == self._seals.wanted else self.opened(content)
        if credentials is not None:
            self.save(credentials)

    def _set_aside(self, *, plain: bool) -> None:
        if plain and self._seals.wanted:
            # A piece of a refresh token may be in it, and nothing plain is kept.
            files.discard(self.path)
            _log.warning("The credentials were damaged and are removed; somebody has to sign in again.")
            return
        try:
            aside = files.set_aside(self.path, self.path.parent, keep=1, like="credentials")
        except StorageError as error:
            _log.warning("The credentials are damaged and cannot be set aside: %s", error)
        else:
            _log.warning("The credentials were damaged and are now %s; somebody has to sign in again.", aside)
