"""Reading the picture files, plain or sealed. Any thread; what is sealed is opened in memory alone."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from pathlib import Path
from typing import BinaryIO

from kiosk.errors import Corrupt
from kiosk.storage import files
from kiosk.storage.envelope import Seals, Unsealable
from kiosk.storage.names import Named
from kiosk.storage.sealed_names import Names, is_sealed_name

RENAMED = 1024
"""Old names that are remembered: more than the slideshow keeps in its history."""


class Pictures:
    """The files below one directory, by their names in it."""

    def __init__(self, directory: Path, seals: Seals, names: Names) -> None:
        """Opens nothing."""
        self._directory = directory
        self._seals = seals
        self._names = names
        self._lock = threading.Lock()
        self._renamed: dict[str, str] = {}
        """Where a picture is now that was called otherwise a while ago; the oldest first."""

    def open(self, name: str) -> BinaryIO:
        """To be decoded, and closed: the open file, or its content in memory. Raises Corrupt."""
        try:
            return self._open(name)
        except Corrupt:
            with self._lock:
                other = self._renamed.get(name)
            if other is None:
                raise
            return self._open(other)

    def renamed(self, old: str, new: str) -> None:
        """The catalog says so now; whoever still asks for the old name gets the new one."""
        with self._lock:
            self._renamed[old] = new
            if len(self._renamed) > RENAMED:
                del self._renamed[next(iter(self._renamed))]

    def checked(self, name: str) -> tuple[Named, bytes]:
        """A whole picture, held against the digest in its name. Raises Corrupt."""
        named, path = self._names.parse(name), self._directory / name
        if named is None:
            raise Corrupt(path, "no name of ours")
        check_digest(path, named.digest)
        with self._open(name) as file:
            return named, file.read()

    def check_key(self, fans: list[str]) -> None:
        """Raises Locked where sealed pictures lie here and not one of their names opens: they are another key's."""
        stranger: Path | None = None
        with files.storage_errors():
            for fan in fans:
                for entry in list(os.scandir(self._directory / fan)):
                    if is_sealed_name(entry.name):
                        if self._names.parse(f"{fan}/{entry.name}") is not None:
                            return
                        stranger = Path(entry.path)
            if stranger is not None:
                self._seals.check_file(stranger.read_bytes(), "This card")

    def _open(self, name: str) -> BinaryIO:
        path = self._directory / name
        try:
            if not is_sealed_name(name):
                return path.open("rb")
            content = path.read_bytes()
        except OSError as error:
            raise Corrupt(path, error.strerror or str(error)) from error
        named, sealer = self._names.parse(name), self._seals.sealer
        if named is None or sealer is None:
            raise Corrupt(path, "its name does not open")
        try:
            return io.BytesIO(sealer.open_file(named.item_id, content))
        except Unsealable as error:
            raise Corrupt(path, str(error)) from error


def check_digest(path: Path, digest: str) -> None:
    """digest: SHA-256 of the file as it lies there, hex. Raises Corrupt."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Corrupt(path, error.strerror or str(error)) from error
    if found != digest:
        raise Corrupt(path, "its bytes have changed")
