"""What the kernel counts for a process and its children, and whether it grows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from attrs import fields_dict, frozen


@frozen
class Sample:
    """At one moment of a run. Memory is private memory in KiB."""

    slides: int
    memory: int
    below: int
    """Memory of its children, which come and go: none lives for more than a hundred pictures."""
    children: int
    fds: int
    threads: int
    textures: int

    def row(self) -> str:
        return " ".join(f"{getattr(self, name):>9}" for name in fields_dict(Sample))

    @staticmethod
    def heading() -> str:
        return " ".join(f"{name:>9}" for name in fields_dict(Sample))


def take(pid: int, *, slides: int, textures: int) -> Sample:
    below = children(pid)
    return Sample(
        slides,
        private_kb(pid),
        sum(map(private_kb, below)),
        len(below),
        len(list(Path(f"/proc/{pid}/fd").iterdir())),
        len(list(Path(f"/proc/{pid}/task").iterdir())),
        textures,
    )


def children(pid: int) -> tuple[int, ...]:
    """Of every thread."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended meanwhile
            found += map(int, (task / "children").read_text().split())
    return tuple(sorted(found))


def private_kb(pid: int) -> int:
    """What the process has for itself alone, in KiB; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    table = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return table["Private_Clean"] + table["Private_Dirty"]


@frozen
class Io:
    """/proc/PID/io: system calls that wrote, their bytes (pipes and sockets too), and bytes for the card."""

    calls: int
    bytes: int
    card: int

    def __sub__(self, before: Io) -> Io:
        return Io(self.calls - before.calls, self.bytes - before.bytes, self.card - before.card)


def io_of(pid: int | str = "self") -> Io:
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    table = {name: int(value) for name, _, value in (line.partition(":") for line in lines)}
    return Io(table["syscw"], table["wchar"], table["write_bytes"])


def slope(points: Sequence[tuple[float, float]]) -> float:
    """By least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def growth(samples: Sequence[Sample]) -> float:
    """Of memory, in KiB per 10,000 slides."""
    return 10_000 * slope([(each.slides, each.memory) for each in samples])


def crept(samples: Sequence[Sample], name: str, by: int = 0) -> bool:
    """Whether its last third never came down to what the first half had at most, give or take so many.

    What leaks stays. A single sample that is higher has met a thread that is just being replaced.
    """
    values = [getattr(each, name) for each in samples]
    return min(values[-(-2 * len(values) // 3) :]) > max(values[: len(values) // 2]) + by
