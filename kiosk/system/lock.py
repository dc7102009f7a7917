"""One kiosk for each state directory: the one-writer rule, between programs."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from kiosk.errors import AlreadyRunning, Unwritable


class InstanceLock:
    """An flock(2) on `<state_dir>/lock`, which holds our pid. The kernel lets go of it however the program
    ends."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "lock"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises AlreadyRunning, which names the other's pid, or Unwritable."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise Unwritable(f"{self.path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            other = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise AlreadyRunning(
                f"another kiosk (pid {other or 'unknown'}) has {self.path.parent}"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go. The file stays: taking it away would let two others lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> InstanceLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
