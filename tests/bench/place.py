"""Where the benchmarks run: an X server without a GPU, and what the kernel counts for a process."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.app.frame import Frame

SCREEN = "1920x1080"


@contextmanager
def x_server(size: str = SCREEN) -> Iterator[dict[str, str]]:
    """The environment that leads to a fresh Xvfb."""
    read, write = os.pipe()
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(words, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    try:
        yield {"DISPLAY": f":{number}", "SDL_VIDEODRIVER": "x11"}
    finally:
        server.terminate()
        server.wait()


def cpu_seconds(pid: int) -> float:
    """Of all threads so far, in seconds, to the nanosecond (/proc/PID/task/TID/schedstat)."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that served one request has ended
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def memory_kb(pid: int, *fields: str) -> int:
    """The sum of these fields of /proc/PID/smaps_rollup, in KiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    table = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return sum(table[field] for field in fields)


def said(frame: Frame, word: str, since: int = 0, patience: float = 60.0) -> float:
    """The moment (monotonic) at which the log says the word, and not before byte ``since``; looks every millisecond."""
    end = time.monotonic() + patience
    needle = f": {word}\n".encode()
    while time.monotonic() < end:
        with frame.log.open("rb") as log:
            log.seek(since)
            if needle in log.read():
                return time.monotonic()
        time.sleep(0.001)
    raise TimeoutError(f"{word!r} was not said: {frame.log.read_text()}")


def pid_of(frame: Frame) -> int:
    assert frame.child is not None
    return frame.child.pid
