"""What this machine, or the part of it that we may use, has in memory."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.system import memory
from kiosk.system.memory import Memory

MEMINFO = (
    "MemTotal:         949208 kB\nMemFree:           80000 kB\nMemAvailable:     512000 kB\nBuffers: 1 kB\n"
)
NO_LIMIT = "9223372036854771712\n"


def machine(root: Path, cgroup: str, **limits: str) -> Path:
    """A file system of which we read a few files. limits: what stands in which file."""
    for path, content in {"proc/meminfo": MEMINFO, "proc/self/cgroup": cgroup, **limits}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return root


def test_a_machine_without_limits_has_all_of_its_memory(tmp_path: Path) -> None:
    assert memory.read(machine(tmp_path, "0::/\n")) == Memory(949208 << 10, 512000 << 10)


def test_the_smallest_limit_on_the_way_up_counts(tmp_path: Path) -> None:
    groups = {
        "sys/fs/cgroup/system.slice/kiosk.service/memory.max": "max\n",
        "sys/fs/cgroup/system.slice/memory.max": f"{300 << 20}\n",
        "sys/fs/cgroup/memory.max": f"{400 << 20}\n",
    }
    root = machine(tmp_path, "0::/system.slice/kiosk.service\n", **groups)
    assert memory.read(root) == Memory(300 << 20, 300 << 20)


def test_a_limit_of_the_old_kind_counts_and_no_limit_is_a_number_beyond_all_memory(tmp_path: Path) -> None:
    groups = {
        "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": NO_LIMIT,
        "sys/fs/cgroup/memory/docker/memory.limit_in_bytes": f"{700 << 20}\n",
    }
    root = machine(tmp_path, "7:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n", **groups)
    assert memory.read(root) == Memory(700 << 20, 512000 << 10)


def test_both_kinds_at_once_are_asked_both(tmp_path: Path) -> None:
    groups = {
        "sys/fs/cgroup/memory/a/memory.limit_in_bytes": f"{700 << 20}\n",
        "sys/fs/cgroup/unified/b/memory.max": f"{200 << 20}\n",
    }
    root = machine(tmp_path, "4:memory:/a\n0::/b\n", **groups)
    assert memory.read(root).total == 200 << 20


def test_a_container_that_sees_only_its_own_group_is_limited_by_it(tmp_path: Path) -> None:
    limit = {"sys/fs/cgroup/memory.max": f"{350 << 20}\n"}
    assert memory.read(machine(tmp_path, "0::/a/path/outside\n", **limit)).total == 350 << 20


def test_where_nothing_can_be_read_there_is_nothing_to_spare(tmp_path: Path) -> None:
    found = memory.read(tmp_path)
    assert found == Memory(0, 0)
    assert found.short
    assert found.room == 0


def test_this_very_machine_has_memory() -> None:
    found = memory.read()
    assert 0 < found.available <= found.total


@pytest.mark.parametrize(
    ("total", "available", "room"),
    [
        (350, 300, 0),
        (512, 512, 0),
        (1024, 800, 50),
        (4096, 3200, 200),
        (24_000, 20_000, 256),
    ],
)
def test_a_small_board_has_no_room_for_slides_ahead_and_a_large_one_not_without_end(
    total: int, available: int, room: int
) -> None:
    assert Memory(total << 20, available << 20).room == room << 20


@given(st.text("0:,/amx \n\x00é٣", max_size=60))
def test_whatever_the_kernel_says_is_a_number_or_nothing(text: str) -> None:
    total, available = memory.of_machine(text)
    assert total >= 0 <= available
    for name, folder in memory.files(text):
        assert name in {"memory.max", "memory.limit_in_bytes"}
        assert folder.parts[:3] == PurePosixPath("sys/fs/cgroup").parts
    limit = memory.limit_of(text)
    assert limit is None or limit >= 0
