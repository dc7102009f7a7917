"""How much memory there is for this frame: the machine's, or what its control groups leave of it.

A container, a systemd unit with ``MemoryMax=`` or a shared machine has less than /proc/meminfo says. Limits hold for a
group and all below it, so the smallest on the way up is the one that counts.
https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/memory.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from attrs import frozen

_KIB = 1024
SHORT = 512 << 20
"""Bytes: a board with so little has none to spare for slides that nobody has asked for yet."""
_SHARE = 16
"""One part in so many of what is available may hold slides that are ready: the rest is the owner's."""
_MOST_ROOM = 256 << 20


@frozen
class Memory:
    """Bytes. total: the machine's or the group's. available: what could be had now without swapping."""

    total: int
    available: int

    @property
    def short(self) -> bool:
        return self.total <= SHORT

    @property
    def room(self) -> int:
        """Bytes that slides may take that are prepared beyond the next one."""
        return 0 if self.short else min(self.available // _SHARE, _MOST_ROOM)


def read(root: Path = Path("/")) -> Memory:
    """What this process may have. Where nothing can be read it is as little as nobody would mind."""
    total, available = of_machine(_text(root / "proc/meminfo"))
    for file, group in files(_text(root / "proc/self/cgroup")):
        limit = limit_of(_text(root / group / file))
        if limit is not None:
            total, available = min(total, limit), min(available, limit)
    return Memory(total, available)


def of_machine(meminfo: str) -> tuple[int, int]:
    """MemTotal and MemAvailable of /proc/meminfo, in bytes; 0 where it does not say."""
    found = {"MemTotal": 0, "MemAvailable": 0}
    for line in meminfo.splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if name in found and words and words[0].isdecimal():
            found[name] = int(words[0]) * _KIB
    return found["MemTotal"], found["MemAvailable"]


def files(cgroup: str) -> Iterator[tuple[str, PurePosixPath]]:
    """Where the limits of this process stand, by its /proc/self/cgroup: the file's name and its folder, from / on.

    All the way up, since the kernel enforces all of them; a container may see only the last of those folders.
    """
    for line in cgroup.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            for mounted in ("sys/fs/cgroup", "sys/fs/cgroup/unified"):
                yield from (("memory.max", folder) for folder in _upwards(PurePosixPath(mounted), path))
        elif "memory" in controllers.split(","):
            folders = _upwards(PurePosixPath("sys/fs/cgroup/memory"), path)
            yield from (("memory.limit_in_bytes", folder) for folder in folders)


def _upwards(mounted: PurePosixPath, path: str) -> Iterable[PurePosixPath]:
    inner = PurePosixPath(path.lstrip("/"))
    return [mounted / inner, *(mounted / above for above in inner.parents)]


def limit_of(content: str) -> int | None:
    """Bytes; None for "max", and for what is no number. The old kind says a number beyond all memory."""
    word = content.strip()
    return int(word) if word.isdecimal() else None


def _text(path: Path) -> str:
    """A file of the kernel's; "" where there is none, or none for us."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
