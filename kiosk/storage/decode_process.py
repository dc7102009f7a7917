"""One decode process, seen from the kiosk: started, asked, ended. Not safe for threads; decoder.py is."""

from __future__ import annotations

import math
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from attrs import frozen

import kiosk
from kiosk.core.model import Size
from kiosk.errors import Unreadable
from kiosk.storage.decode_wire import HEAD, REQUEST, Kind, NonsenseError, checked, most_bytes, text_of
from kiosk.storage.normalise import Normalised

_MEGABYTE = 1 << 20


@frozen
class Limits:
    """memory: bytes for one picture, beyond the 19 MB that the program takes. All others but `files`: seconds."""

    memory: int = 120 * _MEGABYTE
    cpu: int = 20
    """Of computing, for one picture."""
    wall: float = 60.0
    """For one picture, on a machine that is busy with something else."""
    start: float = 60.0
    idle: float = 600.0
    files: int = 100


_ENDING = 1.0
"""Seconds between the end of its socket and its own, until it is ended."""


class FaultError(Exception):
    """It failed over a picture: it crashed, took too long, or gave no sensible answer. To be replaced."""


class AbsentError(Exception):
    """It had ended before it was handed the picture: of boredom, or because it never started."""


def command(limits: Limits, *, faces: bool = False) -> tuple[str, ...]:
    """Isolated: no site, no user's folders, no environment. Modules come from where the kiosk's own come from."""
    places = [str(Path(kiosk.__file__).parents[1]), *(place for place in sys.path if place.startswith("/"))]
    code = (
        f"import sys; sys.path[:] = sys.argv[1:]; from kiosk.storage.decode_child import main;"
        f" main({limits.memory}, {limits.idle}, faces={faces})"
    )
    flags = ("-I", "-S", *(["-B"] if sys.dont_write_bytecode else []))
    return (sys.executable, *flags, "-c", code, *dict.fromkeys(places))


# glibc gives every large block back at once instead of learning to keep it: the limit is for one picture, not for the
# holes that earlier ones left.
# NumPy, which OpenCV brings, would start a thread for each processor.
_ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_ARENA_MAX": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


_NICENESS = 10


class DecodeProcess:
    """Runs from the moment it is made; `end` is to be called."""

    def __init__(self, words: Sequence[str], limits: Limits) -> None:
        """Returns at once. Raises OSError where no process can be started."""
        self.asked = 0
        self.lacking: str | None = None
        """What could not be limited; None until it has said so, "" when all could."""
        self._limits = limits
        self._connection, theirs = socket.socketpair()
        try:
            with theirs:
                self._child = subprocess.Popen(
                    words, stdin=subprocess.PIPE, stdout=theirs.fileno(), env=_ENVIRONMENT, cwd="/"
                )
        except OSError:
            self._connection.close()
            raise
        # Nobody waits for the pictures of a pick as for the next frame of a transition. Where a container or a unit
        # allows no such call they come all the same.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._child.pid, _NICENESS)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def kill(self) -> None:
        """From any thread; whoever waits for an answer gets a FaultError."""
        self._child.kill()

    def end(self) -> None:
        """Leaves neither process nor descriptor behind."""
        self.kill()
        self._child.wait()
        self._connection.close()
        assert self._child.stdin is not None  # noqa: S101 - a pipe, as asked for above
        self._child.stdin.close()

    def ask(self, file: int, box: Size, wall: float) -> Normalised:
        """As normalise() for the file of this descriptor. Raises Unreadable, FaultError or AbsentError.

        wall: seconds for the answer, and for the start if that is still to come.
        """
        self.wait_until_ready(wall)
        self.asked += 1
        deadline = time.monotonic() + wall
        try:
            self._allow_time()
            socket.send_fds(self._connection, [REQUEST.pack(box.width, box.height)], [file])
        except OSError as error:
            raise AbsentError(str(error)) from error
        try:
            kind, size, content = self._answer(box, deadline)
            if kind == Kind.READY:
                raise NonsenseError("ready, when asked for a picture")
            if kind == Kind.UNREADABLE:
                raise Unreadable(text_of(content))
            return checked(size, kind, content, _reader(file))
        except NonsenseError as error:
            raise FaultError(f"the decoder answered nonsense: {error}") from error

    def wait_until_ready(self, wall: float = math.inf) -> None:
        """Raises AbsentError. Afterwards `lacking` is known."""
        if self.lacking is None:
            try:
                kind, _, content = self._answer(Size(0, 0), time.monotonic() + min(self._limits.start, wall))
            except (NonsenseError, FaultError, AbsentError) as error:
                raise AbsentError(f"it does not start: {error}") from error
            if kind != Kind.READY:
                raise AbsentError(f"it does not start, and says {kind}")
            self.lacking = text_of(content)

    def _allow_time(self) -> None:
        """From outside, so that it cannot be taken back inside: the kernel ends it (SIGXCPU) after that."""
        # clock_getcpuclockid(3): the CPU time of another process.
        used = time.clock_gettime((~self.pid) << 3 | 2)
        soft = math.ceil(used) + self._limits.cpu
        resource.prlimit(self.pid, resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))

    def _answer(self, box: Size, deadline: float) -> tuple[int, Size, bytes]:
        kind, width, height, length = HEAD.unpack(self._read(HEAD.size, deadline))
        size = Size(width, height)
        if length > most_bytes(kind, size, box):
            raise NonsenseError(f"{length} bytes are too many")
        return kind, size, self._read(length, deadline)

    def _read(self, count: int, deadline: float) -> bytes:
        content = bytearray(count)
        view, done = memoryview(content), 0
        while done < count:
            self._connection.settimeout(max(deadline - time.monotonic(), 0.001))
            got = 0
            with suppress(ConnectionError):
                try:
                    got = self._connection.recv_into(view[done:])
                except TimeoutError as error:
                    raise FaultError("the decoder took too long over it") from error
            if not got:
                raise self._ended()
            done += got
        return bytes(content)

    def _ended(self) -> FaultError | AbsentError:
        """Its exit code: 0 is how it goes home; a picture that was handed to it on the doorstep is asked again."""
        try:
            code = self._child.wait(_ENDING)
        except subprocess.TimeoutExpired:
            self.kill()  # it has closed the socket, so it is no use any more
            code = self._child.wait()
        if code == 0:
            return AbsentError("it had gone home")
        return FaultError(f"the decoder died over it ({_named(code)})")


def _named(code: int) -> str:
    import signal

    names = {-each.value: each.name for each in signal.Signals}
    return names.get(code, f"exit code {code}")


def _reader(file: int) -> Callable[[int, int], bytes]:
    return lambda offset, count: os.pread(file, count, offset)
