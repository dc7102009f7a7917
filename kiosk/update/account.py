"""Running something as the frame's own user: what a release does before it is trusted is not done by root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from attrs import frozen

from kiosk.errors import UpdateError

_TAIL = 4000


@frozen
class Account:
    """Whom a program runs as; ids of None are our own."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def named(cls, name: str) -> Account:
        """Raises UpdateError when there is no such user."""
        try:
            entry = pwd.getpwnam(name)
        except KeyError as error:
            raise UpdateError(f"there is no user {name}: install.sh makes it") from error
        return cls(entry.pw_uid, entry.pw_gid)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A private folder, our own until it is given away; gone afterwards. Whoever it belongs to could turn what we
        write into it after that against us, by a link."""
        made = Path(tempfile.mkdtemp(prefix="kiosk-update-"))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def give(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    @contextmanager
    def running(
        self, argv: Sequence[str], env: Mapping[str, str], log: IO[bytes]
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Started; whatever is left of it at the end is killed, its children with it. Raises UpdateError."""
        try:
            child = subprocess.Popen(
                argv,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.gid is None else (),
                # What root makes the frame's user reads; what that user makes is nobody else's.
                umask=0o022 if self.uid is None else 0o077,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise UpdateError(f"{argv[0]} does not start: {error}") from error
        try:
            yield child
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def run(self, argv: Sequence[str], env: Mapping[str, str], seconds: float) -> str:
        """What it says. Raises UpdateError with the end of that when it fails or takes longer."""
        with log_file() as log:
            with self.running(argv, env, log) as child:
                try:
                    code = child.wait(seconds)
                except subprocess.TimeoutExpired as error:
                    raise UpdateError(f"{argv[0]} hangs for more than {seconds:g} s") from error
            said = tail(log)
            if code:
                raise UpdateError(f"{argv[0]} fails ({code}): {said}")
            return said


def log_file() -> IO[bytes]:
    """In memory: on a card that is full a program would seem to have said nothing."""
    return os.fdopen(os.memfd_create("log"), "w+b")


def tail(log: IO[bytes]) -> str:
    """The end of what was written to a file, as text."""
    log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL))
    return log.read().decode(errors="replace").strip()
