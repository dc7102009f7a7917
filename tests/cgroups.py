"""A memory control group for a test: a machine as small as one says, as the kernel enforces it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import frozen

_V1 = Path("/sys/fs/cgroup/memory")
_V2 = Path("/sys/fs/cgroup")


@frozen
class Group:
    """A control group with a limit. No swap is allowed in it either."""

    folder: Path
    old: bool
    """Of cgroup v1."""

    def words(self, *command: str) -> list[str]:
        """The command, which joins before it begins; it keeps its process id."""
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.folder / "cgroup.procs"), *command]

    @property
    def peak(self) -> int:
        """Bytes at the most, the cache of files with them; 0 where the kernel does not say."""
        file = self.folder / ("memory.max_usage_in_bytes" if self.old else "memory.peak")
        return int(file.read_text()) if file.exists() else 0

    @property
    def killed(self) -> int:
        """Processes that were killed for want of memory."""
        return self._table("memory.oom_control" if self.old else "memory.events")["oom_kill"]

    @property
    def swapped(self) -> int:
        """Bytes."""
        if self.old:
            return self._table("memory.stat").get("swap", 0)
        return int((self.folder / "memory.swap.current").read_text())

    @property
    def working_set(self) -> int:
        """Bytes that no file stands behind."""
        return self._table("memory.stat")["rss" if self.old else "anon"]

    def _table(self, name: str) -> dict[str, int]:
        lines = (line.split() for line in (self.folder / name).read_text().splitlines())
        return {name: int(value) for name, value in lines}


@contextmanager
def small_board(megabytes: int) -> Iterator[Group]:
    """A group below our own, of whichever kind can be made here; the test is skipped where none can."""
    group, reason = _made()
    if group is None:
        pytest.skip(f"no memory control group can be made here: {reason}")
    limit = str(megabytes << 20)
    files = (
        ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
        if group.old
        else ("memory.max", "memory.swap.max")
    )
    try:
        (group.folder / files[0]).write_text(limit)
        if (group.folder / files[1]).exists():
            (group.folder / files[1]).write_text(limit if group.old else "0")
        yield group
    finally:
        group.folder.rmdir()


def _made() -> tuple[Group | None, str]:
    reasons = []
    for parent, old in _parents():
        folder = parent / f"kiosk-test-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror}")
            continue
        if (folder / ("memory.limit_in_bytes" if old else "memory.max")).exists():
            return Group(folder, old), ""
        folder.rmdir()
        reasons.append(f"{parent}: it has no memory controller")
    return None, "; ".join(reasons) or "there are none"


def _parents() -> Iterator[tuple[Path, bool]]:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield _V1 / path.lstrip("/"), True
        elif not controllers and (_V2 / "cgroup.controllers").exists():
            yield _V2 / path.lstrip("/"), False
