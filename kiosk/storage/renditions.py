"""The picture files: handed out as part files, checked, put in place, moved aside, removed.

The law: a file under ``renditions/`` is whole, on the card, and was decoded to the end once. Part files live in
``parts/``, where the next start removes them; where pictures are encrypted a download stays in memory, and what goes to
the card is sealed on the way. Download threads call `part` and `accept`; the rest is the disk thread's.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from attrs import frozen

from kiosk.core.model import MediaItem, MediaItemId, Rendition, Size
from kiosk.errors import Corrupt, StorageError, Unreadable
from kiosk.storage import files
from kiosk.storage.decoder import Decoder
from kiosk.storage.envelope import Seals
from kiosk.storage.names import Named, seconds_of
from kiosk.storage.part import PartFile
from kiosk.storage.pictures import Pictures, check_digest
from kiosk.storage.room import Room
from kiosk.storage.sealed_names import Names, id_in_name, is_sealed_name

KEPT_ASIDE = 8
"""Damaged renditions kept for whoever wants to know what happened to them."""


@frozen
class Found:
    """A picture file in its place."""

    name: str
    named: Named
    bytes: int
    mtime: float

    @property
    def sealed(self) -> bool:
        return is_sealed_name(self.name)


class Renditions:
    """The directories below the cache directory."""

    def __init__(self, cache_dir: Path, room: Room, seals: Seals, decoder: Decoder) -> None:
        """Opens nothing."""
        self._decoder = decoder
        self._seals = seals
        self._names = Names(seals)
        self.directory = cache_dir / "renditions"
        self.pictures = Pictures(self.directory, seals, self._names)
        self.aside = cache_dir / "set-aside"
        self._parts = cache_dir / "parts"
        self._room = room
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._arrived: dict[str, bool] = {}
        """Accepted, but in no catalog yet; True where no such file was there before."""
        self._age = 0

    def open(self) -> None:
        """Makes the directories and removes part files of an earlier run. Raises DiskFull or Unwritable."""
        with files.storage_errors():
            for directory in (self.directory.parent, self.directory, self._parts):
                _make(directory)
        files.keep_to_us((self.directory, self._parts, self.aside))
        files.sweep_parts(self._parts)

    def bytes_aside(self) -> int:
        """Bytes of the damaged files that are kept."""
        return sum(size for _, size in _listing(self.aside))

    def path_of(self, name: str) -> Path:
        return self.directory / name

    def part(self) -> AbstractContextManager[PartFile]:
        """A part file to write to, for `accept`; gone at the end, whatever happened. Raises DiskFull or Unwritable."""
        self._decoder.warm()
        return self._part(in_memory=self._seals.wanted)

    @contextmanager
    def _part(
        self, *, in_memory: bool = False, beyond: bool = False, age: int | None = None
    ) -> Iterator[PartFile]:
        """age: of the download that it is made from, so that it is refused after a wipe as that would be."""
        self._room.take(0, beyond=beyond)
        age = self._age if age is None else age
        path = self._parts / f"{os.getpid()}-{next(self._numbers)}{files.PART_SUFFIX}"
        with files.storage_errors():
            part = PartFile(None if in_memory else path, self._room, age, self._create, beyond=beyond)
        try:
            yield part
        finally:
            part.close()
            if not part.landed:
                files.discard(path)
                self._room.dropped(part.count)

    def accept(self, part: PartFile, item: MediaItem, box: Size) -> Rendition:
        """Checks, normalises and puts in place what was written to `part`; it is in no catalog yet.

        box: pixels that the picture must fit. Raises Unreadable, DiskFull or Unwritable.
        """
        if not part.count:
            raise Unreadable("no bytes at all")
        picture = self._decoder.normalise(part.fileno(), box)
        captured_at = item.captured_at or picture.captured_at
        what = (item.id, seconds_of(captured_at), picture.size)
        if picture.jpeg is None and not self._seals.wanted:
            name, digest, count = self._settle(part, *what)
        else:
            content = _content(part) if picture.jpeg is None else picture.jpeg
            name, digest, count = self._place(content, *what, age=part.age)
        return Rendition(item.id, name, picture.size, count, digest, captured_at, picture.measure)

    def convert(self, name: str, item_id: MediaItemId) -> tuple[str, str, int]:
        """Places a picture once more, of the kind that is wanted now; (name, digest, bytes) of the new file.

        The old one stays. Raises Corrupt where that is damaged, DiskFull or Unwritable.
        """
        named, content = self.pictures.checked(name)
        # Not the name's own id, which may be a hash.
        return self._place(content, item_id, named.seconds, named.size, beyond=True)

    def _place(
        self,
        content: bytes,
        item_id: MediaItemId,
        seconds: int | None,
        size: Size,
        *,
        beyond: bool = False,
        age: int | None = None,
    ) -> tuple[str, str, int]:
        """A file of its own for a picture, of the kind that is wanted."""
        sealer = self._seals.for_new
        pieces: Iterable[bytes] = sealer.file(id_in_name(item_id), content) if sealer else (content,)
        with self._part(beyond=beyond, age=age) as part:
            for piece in pieces:
                part.write(piece)
            return self._settle(part, item_id, seconds, size)

    def _settle(
        self, part: PartFile, item_id: MediaItemId, seconds: int | None, size: Size
    ) -> tuple[str, str, int]:
        """(name, digest, bytes) of a part file that has all its content: fsynced and in its place."""
        with files.storage_errors():
            part.seek(0)
            digest = hashlib.file_digest(part, "sha256").hexdigest()
            os.fsync(part.fileno())
            name = self._names.name(item_id, seconds, size, digest, sealed=self._seals.wanted)
            target = self.path_of(name)
            with self._lock:
                self._refuse_if_wiped(part.age)
                # Under the lock: another thread's picture must not be promised in a directory that is not synced yet.
                _make(target.parent)
                again = target.exists()
                part.path.replace(target)
                part.landed = True
                self._arrived[name] = not again
                self._room.landed(part.count, again=again)
            files.sync_directory(target.parent)
        return name, digest, part.count

    def _create(self, path: Path, age: int) -> int:
        """A new part file. Under the lock, so that a wipe either finds it or comes first."""
        with self._lock:
            self._refuse_if_wiped(age)
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def _refuse_if_wiped(self, age: int) -> None:
        if age != self._age:
            raise StorageError("everything was wiped while this picture was on its way")

    def verify(self, rendition: Rendition) -> None:
        """Raises Corrupt unless the file is, byte for byte, what was stored."""
        check_digest(self.path_of(rendition.name), rendition.digest)

    def check_there(self, rendition: Rendition) -> None:
        """Raises Corrupt unless the file is there in full length; cheap."""
        path = self.path_of(rendition.name)
        try:
            length = path.stat().st_size
        except OSError as error:
            raise Corrupt(path, error.strerror or str(error)) from error
        if length != rendition.bytes:
            raise Corrupt(path, f"{length} bytes instead of {rendition.bytes}")

    def committed(self, name: str) -> None:
        """The catalog knows it now."""
        with self._lock:
            self._arrived.pop(name, None)

    def remove(self, name: str) -> int | None:
        """Removes a file that no row needs; returns its bytes, 0 if it was gone already.

        None where it stays: the same picture has just arrived again, or the card refuses.
        """
        path = self.path_of(name)
        with self._lock:
            if name in self._arrived:
                return None
            try:
                size = path.stat().st_size
                path.unlink()
            except FileNotFoundError:
                return 0
            except OSError:
                return None
            return size

    def reject(self, name: str) -> None:
        """An accepted picture that the catalog does not take: its file goes, unless it was there before."""
        with self._lock:
            fresh = self._arrived.pop(name, False)
        if fresh:
            self._room.freed(self.remove(name) or 0)

    def set_aside(self, name: str, counted: int) -> None:
        """Moves a damaged file out of the show; what is left of its `counted` bytes stays so. Raises Unwritable."""
        before = self.bytes_aside()
        files.set_aside(self.path_of(name), self.aside, KEPT_ASIDE)
        self._room.freed(counted + before - self.bytes_aside())

    def clear_aside(self) -> int:
        """Removes what was set aside, as the first thing to go when room is needed; returns bytes."""
        freed = sum(size for path, size in _listing(self.aside) if files.discard(path))
        self._room.freed(freed)
        return freed

    def fans(self) -> list[str]:
        """The subdirectories that exist; what else lies there, say what a file manager left, does not matter."""
        entries = os.scandir(self.directory) if self.directory.is_dir() else ()
        return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))

    def found(self, fan: str) -> Iterator[Found]:
        """The picture files in one subdirectory; whatever is no rendition of ours is left alone."""
        try:
            entries = sorted(os.scandir(self.directory / fan), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            named = self._names.parse(f"{fan}/{entry.name}")
            if named is not None and entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                yield Found(f"{fan}/{entry.name}", named, status.st_size, status.st_mtime)

    def probe(self, count: int) -> None:
        """Tries whether the card takes a file of `count` bytes, or any at all. Raises DiskFull or Unwritable."""
        files.probe(self._parts, count)

    def wipe(self) -> None:
        """Removes every picture; those on their way will not land. Raises Unwritable when something stays."""
        with self._lock, files.storage_errors():
            self._age += 1
            self._arrived.clear()
            for directory in (self.directory, self._parts, self.aside):
                _empty(directory)
                if directory.is_dir():
                    # A power cut brings back what was removed but not synced.
                    files.sync_directory(directory)


def _content(part: PartFile) -> bytes:
    part.seek(0)
    return part.readall()


def _make(directory: Path) -> None:
    if directory.is_dir():
        return
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.sync_directory(directory.parent)


def _empty(directory: Path) -> None:
    """Removes all that is in `directory`, which is ours alone, and not what symbolic links in it lead to."""
    try:
        entries = list(os.scandir(directory))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            Path(entry.path).unlink(missing_ok=True)


def _listing(directory: Path) -> list[tuple[Path, int]]:
    if not directory.is_dir():
        return []
    return [(path, path.stat().st_size) for path in sorted(directory.iterdir()) if path.is_file()]
