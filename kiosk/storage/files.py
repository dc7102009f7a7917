"""Files that are either whole or not there, and an operating system's refusals under their own names.

The law: write a part file, fsync it, rename it, fsync its directory. Without the last step a power cut may forget the
rename (fsync(2): "Calling fsync() does not necessarily ensure that the entry in the directory ... has reached disk").
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kiosk.errors import DiskFull, StorageError, Unwritable

PART_SUFFIX = ".part"

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REASONS = {
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "not permitted",
    errno.EIO: "the card reports an input/output error",
}


def as_storage_error(error: OSError) -> StorageError:
    """DiskFull for ENOSPC, EDQUOT and EFBIG, Unwritable for everything else that a card or its owner refuses."""
    where = f"{error.filename}: " if error.filename else ""
    said = error.strerror or str(error)
    if error.errno in _FULL:
        return DiskFull(f"{where}no room ({said})")
    return Unwritable(f"{where}{_REASONS.get(error.errno or 0, said)}")


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turns an OSError inside into DiskFull or Unwritable."""
    try:
        yield
    except OSError as error:
        raise as_storage_error(error) from error


def sync_directory(directory: Path) -> None:
    """Makes the names in `directory` survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replaces `path` by `content`; after a crash there is the old file or the new one, never a half.

    mode: permission bits of the file, set before the first byte is in it.
    Raises DiskFull or Unwritable, and then leaves no part file.
    """
    part = path.with_name(path.name + PART_SUFFIX)
    with storage_errors():
        try:
            # Not O_TRUNC on a leftover: its mode would be whatever it was.
            part.unlink(missing_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            discard(part)
            raise
        sync_directory(path.parent)


def keep_to_us(paths: Iterable[Path]) -> None:
    """Takes group and others off files and directories of ours, whatever left them so; absent ones do not matter."""
    for path in paths:
        # A file system that knows no modes, or takes no writes, keeps its own.
        with suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                path.chmod(mode & 0o700)


def probe(directory: Path, count: int = 0) -> None:
    """Tries whether the card takes a file of `count` bytes in `directory`, or any. Raises DiskFull or Unwritable."""
    path = directory / f"probe{PART_SUFFIX}"
    write_atomically(path, bytes(max(count, 4096)))
    discard(path)


def discard(path: Path) -> bool:
    """Removes a file that nobody needs; False where the card refuses. Absent is as good as removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def sweep_parts(directory: Path) -> int:
    """Removes the part files that a crash left in `directory` (not below it); returns how many."""
    if not directory.is_dir():
        return 0
    return sum(discard(path) for path in sorted(directory.glob(f"*{PART_SUFFIX}")))


def set_aside(path: Path, directory: Path, keep: int, like: str = "*") -> Path | None:
    """Moves `path` into `directory` under a free name ``NAME.damaged-N``, of which the newest `keep` stay.

    like: which NAMEs are counted and thinned out together.

    Returns the new path, None when there was nothing to move. Raises Unwritable.
    """
    with storage_errors():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = sorted((_number(each), each) for each in directory.glob(f"{like}.damaged-*") if _number(each))
        target = directory / f"{path.stem}.damaged-{taken[-1][0] + 1 if taken else 1}"
        try:
            path.replace(target)
        except FileNotFoundError:
            return None
        for _, old in taken[: max(0, len(taken) + 1 - keep)]:
            discard(old)
    return target


def _number(path: Path) -> int:
    tail = path.name.rpartition(".damaged-")[2]
    return int(tail) if tail.isdecimal() else 0
