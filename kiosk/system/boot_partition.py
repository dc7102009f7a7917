"""What somebody has put on the boot partition with a computer: taken over by root, once at each boot.

Rules:
- A secret is on the card of the frame, fsynced, before it is taken from the boot partition. A power cut between any two
  steps leaves it in one place or in both, never in none, and never in a third; the next boot goes on.
- What cannot be done is written into the overlay, for the screen: nobody will see a log.
- What was blanked or removed is overwritten as well: an undelete of the FAT file system finds zeros. Flash keeps what
  it likes until it needs the room.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path

import attrs
from attrs import frozen

from kiosk.config.boot import BootFile, holds, read_boot
from kiosk.config.client_secrets import ALLOWED, read_client_secrets
from kiosk.config.document import Document
from kiosk.config.files import LARGEST
from kiosk.config.overlay import Overlay, as_json
from kiosk.config.setting import Mistake
from kiosk.config.storage_key import BYTES
from kiosk.core.model import Client, Secret
from kiosk.errors import ConfigError, Problem

PLACES = (Path("/boot/firmware"), Path("/boot"))
CREDENTIALS = Path("/etc/kiosk/credentials")
NAMES = ("kiosk.toml", "kiosk.toml.txt")
"""The second is what a Windows editor makes of the first, and shows as the first."""
CLIENTS = "client_secret*.json"
"""As Google's console calls the file that it hands out."""
_CLIENT, _KEY = "client_secrets.json", "storage.key"
_SHORTEST = 8
"""Characters. What is shorter is found in many a word."""


@frozen
class Frame:
    """Where things lie; the tests have other places."""

    places: Sequence[Path] = PLACES
    """Of the boot partition; the first that has a file counts."""
    credentials: Path = CREDENTIALS


def take_over(frame: Frame, overlay: Path) -> Overlay | None:
    """Secrets to the frame, the rest into the overlay. None if there is nothing on the boot partition.

    Raises OSError when the overlay itself cannot be written.
    """
    file = _first(frame.places, NAMES)
    beside = (sorted(filter(Path.is_file, place.glob(CLIENTS))) for place in frame.places)
    clients: list[Path] = next(filter(None, beside), [])
    if file is None and not clients:
        return None
    found = _read(file) if file else BootFile(Overlay(Document(clients[0], there=True)))
    taken = _Taking(frame.credentials, found, file, clients).all()
    _write(overlay, as_json(taken).encode(), 0o640)
    return taken


def _first(places: Sequence[Path], names: Sequence[str]) -> Path | None:
    return next((path for place in places for name in names if (path := place / name).is_file()), None)


def _read(file: Path) -> BootFile:
    try:
        with file.open("rb") as opened:
            return read_boot(file, opened.read(LARGEST + 1))
    except ConfigError as error:
        return BootFile(Overlay(Document(file, there=True), error.problems))
    except OSError as error:
        problem = Problem(str(file), f"it cannot be read ({error.strerror})", "a file that can be read")
        return BootFile(Overlay(Document(file, there=True), (problem,)))


@attrs.define
class _Taking:
    """One secret after the other."""

    credentials: Path
    found: BootFile
    file: Path | None
    clients: list[Path]
    problems: list[Problem] = attrs.Factory(list)

    def all(self) -> Overlay:
        client, secrets = self._client(), self._storage_key()
        if self.file:
            with suppress(OSError):  # then it is still there, which is looked at below
                self._blank(self.file, client=client is not None, storage_key=bool(secrets))
        if client:
            secrets.append(client.client_secret)
            for path in self.clients:
                with suppress(OSError):
                    _remove(path)
        told = self.found.overlay
        if client and isinstance(google := told.document.content.get("google"), dict):
            google.pop("client_id", None)
        left = any(_stands(secret, self.file) for secret in secrets) or bool(
            client and any(path.exists() for path in self.clients)
        )
        problems = (*told.problems, *self.problems)
        # Google's file alone is a credential like any other, at this boot as at the next.
        named = client is not None and self.found.client is not None
        told = attrs.evolve(told, problems=problems, client=named, secret_left=left)
        return _without_secrets(told, secrets)

    def _client(self) -> Client | None:
        """The one that the boot partition wants, once the frame has it."""
        named, kept = self.found.client, _kept_client(self.credentials / _CLIENT)
        wanted = named
        if self.clients:
            wanted = self._of_json()
            if wanted and named and wanted.client_id != named.client_id:
                wrong = f"it stands beside another client_id in {named and self.file}"
                self.problems.append(
                    Problem(str(self.clients[0]), wrong, "this file or the two keys, not both")
                )
                return None
        if wanted is None:
            return None
        if not wanted.client_secret.reveal:
            if kept is None or kept.client_id != wanted.client_id:
                self.problems.append(self.found.missing())
                return None
            return kept
        if kept == wanted or self._keep(_CLIENT, _as_google_writes(wanted)):
            return wanted
        return None

    def _of_json(self) -> Client | None:
        first, *others = self.clients
        try:
            if others:
                raise Mistake(f"{others[0]} stands beside it")
            found = read_client_secrets(first)
        except Mistake as mistake:
            self.problems.append(Problem(str(first), str(mistake), ALLOWED))
            return None
        return Client(found.client_id, found.client_secret)

    def _storage_key(self) -> list[Secret]:
        """None or one, once the frame has it. One that is there is never replaced: pictures are sealed with it."""
        wanted = self.found.storage_key
        kept = _kept_key(self.credentials / _KEY)
        if wanted is None:
            return []
        if kept and kept != wanted.reveal:
            self.problems.append(self.found.other_key())
            return []
        return [wanted] if kept or self._keep(_KEY, f"{wanted.reveal}\n".encode()) else []

    def _keep(self, name: str, content: bytes) -> bool:
        try:
            _write(self.credentials / name, content, 0o600)
        except OSError as error:
            where = self.credentials / name
            wrong = f"what belongs there cannot be written ({error.strerror})"
            self.problems.append(Problem(str(where), wrong, "a card that can be written"))
            return False
        return True

    def _blank(self, file: Path, *, client: bool, storage_key: bool) -> None:
        raw = file.read_bytes()
        blanked = self.found.without(client=client, storage_key=storage_key)
        if blanked == raw:
            return
        with file.open("r+b", buffering=0) as old:
            _write(file, blanked, stat.S_IMODE(os.fstat(old.fileno()).st_mode))
            _overwrite(old, len(raw))


def _kept_client(path: Path) -> Client | None:
    try:
        found = read_client_secrets(path)
    except Mistake:
        return None
    return Client(found.client_id, found.client_secret)


def _kept_key(path: Path) -> str:
    """Its hexadecimal digits; empty where there is none."""
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    return content.hex() if len(content) == BYTES else content.decode(errors="replace").strip().lower()


def _as_google_writes(client: Client) -> bytes:
    told = {"client_id": client.client_id, "client_secret": client.client_secret.reveal}
    return json.dumps({"installed": told}).encode()


def _stands(secret: Secret, file: Path | None) -> bool:
    try:
        return file is not None and holds(file.read_bytes(), secret.reveal)
    except OSError:
        return False


def _without_secrets(told: Overlay, secrets: Sequence[Secret]) -> Overlay:
    """Somebody may have written the secret into another line as well."""
    text = json.dumps(told.document.content, ensure_ascii=False)
    if not any(len(secret.reveal) >= _SHORTEST and secret.reveal in text for secret in secrets):
        return told
    file = told.document.path
    problem = Problem(
        str(file), "a secret stands in another line as well", "each of them once, behind its key"
    )
    return attrs.evolve(told, document=Document(file, there=True), problems=(*told.problems, problem))


def _write(path: Path, content: bytes, mode: int) -> None:
    """The file is the old one or the new one, whenever the power goes. Raises OSError."""
    part = path.with_name(f"{path.name}.new")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _sync(path.parent)


def _remove(path: Path) -> None:
    with path.open("r+b", buffering=0) as old:
        size = os.fstat(old.fileno()).st_size
        path.unlink()
        _sync(path.parent)
        _overwrite(old, size)


def _overwrite(old: FileIO, size: int) -> None:
    """What the file held before. Its name leads elsewhere by now, on the card as well."""
    old.seek(0)
    old.write(bytes(size))
    os.fsync(old.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
