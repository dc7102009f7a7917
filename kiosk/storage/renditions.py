"""The picture files: handed out as part files, checked, put in place, moved aside, removed.

The law: a file under ``renditions/`` is whole, on the card, and was decoded to the end once. Part files live in
``parts/``, where the next start removes them. Download threads call `part` and `accept`; the rest is the disk thread's.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from kiosk.core.model import MediaItem, Rendition, Size
from kiosk.errors import Corrupt, DiskFull, StorageError, Unreadable
from kiosk.storage import files
from kiosk.storage.names import Named, file_name, parse_name, seconds_of
from kiosk.storage.normalise import normalise
from kiosk.storage.room import Room

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

KEPT_ASIDE = 8
"""Damaged renditions kept for whoever wants to know what happened to them."""


@frozen
class Found:
    """A picture file in its place."""

    name: str
    named: Named
    bytes: int
    mtime: float


class PartFile(io.FileIO):
    """A new file that a picture is being written to; every write asks for room first.

    Raises DiskFull or Unwritable from `write`. `path` is where it is, `count` how many bytes it has.
    """

    def __init__(self, path: Path, room: Room, age: int) -> None:
        self.path = path
        self.age = age
        self.count = 0
        self.landed = False
        self._room = room
        super().__init__(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "r+b")

    def write(self, piece: ReadableBuffer, /) -> int:
        """Writes all of `piece`."""
        with memoryview(piece).cast("B") as view:
            self._room.take(len(view))
            self.count += len(view)
            done = 0
            while done < len(view):
                try:
                    done += super().write(view[done:]) or 0
                except OSError as error:
                    named = files.as_storage_error(error)
                    if isinstance(named, DiskFull):
                        self._room.refused()
                    raise named from error
            return done


class Renditions:
    """The directories below the cache directory."""

    def __init__(self, cache_dir: Path, room: Room) -> None:
        """Opens nothing."""
        self.directory = cache_dir / "renditions"
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
        files.sweep_parts(self._parts)

    def bytes_aside(self) -> int:
        """Bytes of the damaged files that are kept."""
        return sum(size for _, size in _listing(self.aside))

    def path_of(self, name: str) -> Path:
        return self.directory / name

    @contextmanager
    def part(self) -> Iterator[PartFile]:
        """A part file to write to, for `accept`; gone at the end, whatever happened. Raises DiskFull or Unwritable."""
        self._room.take(0)
        path = self._parts / f"{os.getpid()}-{next(self._numbers)}{files.PART_SUFFIX}"
        with files.storage_errors():
            part = PartFile(path, self._room, self._age)
        try:
            yield part
        finally:
            part.close()
            if not part.landed:
                files.discard(part.path)
                self._room.dropped(part.count)

    def accept(self, part: PartFile, item: MediaItem, box: Size) -> Rendition:
        """Checks, normalises and puts in place what was written to `part`; it is in no catalog yet.

        box: pixels that the picture must fit. Raises Unreadable, DiskFull or Unwritable.
        """
        if not part.count:
            raise Unreadable("no bytes at all")
        picture = normalise(part.path, box)
        if picture.jpeg is None:
            return self._settle(part, item, picture.size)
        with self.part() as better:
            better.write(picture.jpeg)
            return self._settle(better, item, picture.size)

    def _settle(self, part: PartFile, item: MediaItem, size: Size) -> Rendition:
        with files.storage_errors():
            part.seek(0)
            digest = hashlib.file_digest(part, "sha256").hexdigest()
            os.fsync(part.fileno())
            name = file_name(item.id, seconds_of(item.captured_at), size, digest)
            target = self.path_of(name)
            _make(target.parent)
            with self._lock:
                if part.age != self._age:
                    raise StorageError("everything was wiped while this picture was on its way")
                again = target.exists()
                part.path.replace(target)
                part.landed = True
                self._arrived[name] = not again
                self._room.landed(part.count, again=again)
            files.sync_directory(target.parent)
        return Rendition(item.id, name, size, part.count, digest, item.captured_at)

    def verify(self, rendition: Rendition) -> None:
        """Raises Corrupt unless the file is, byte for byte, what was stored."""
        path = self.path_of(rendition.name)
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise Corrupt(path, error.strerror or str(error)) from error
        if digest != rendition.digest:
            raise Corrupt(path, "its bytes have changed")

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

    def set_aside(self, name: str) -> None:
        """Moves a damaged file out of the show; its bytes stay counted. Raises Unwritable."""
        path = self.path_of(name)
        sizes = dict(_listing(self.aside))
        if files.set_aside(path, self.aside, KEPT_ASIDE) is not None:
            self._room.freed(sum(size for each, size in sizes.items() if not each.exists()))

    def clear_aside(self) -> int:
        """Removes what was set aside, as the first thing to go when room is needed; returns bytes."""
        freed = sum(size for path, size in _listing(self.aside) if files.discard(path))
        self._room.freed(freed)
        return freed

    def fans(self) -> list[str]:
        """The subdirectories that exist."""
        return sorted(entry.name for entry in os.scandir(self.directory)) if self.directory.is_dir() else []

    def found(self, fan: str) -> Iterator[Found]:
        """The picture files in one subdirectory; whatever is no rendition of ours is left alone."""
        try:
            entries = sorted(os.scandir(self.directory / fan), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            named = parse_name(f"{fan}/{entry.name}")
            if named is not None and entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                yield Found(f"{fan}/{entry.name}", named, status.st_size, status.st_mtime)

    def probe(self) -> None:
        """Tries whether the card takes a file at all. Raises DiskFull or Unwritable."""
        files.probe(self._parts)

    def wipe(self) -> None:
        """Removes every picture; those on their way will not land. Raises Unwritable when something stays."""
        with self._lock, files.storage_errors():
            self._age += 1
            self._arrived.clear()
            for directory in (self.directory, self._parts, self.aside):
                _empty(directory)


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
