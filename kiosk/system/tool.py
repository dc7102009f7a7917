"""Running another program that may hang, talk without end or leave children behind: it never holds anybody up."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

SECONDS = 10.0
MOST_BYTES = 65536


class Trouble(Exception):
    """Why it did not work, as a phrase for the owner. Stays inside this room."""


def find(name: str, env: Mapping[str, str]) -> str | None:
    """The program's path on ``PATH``, None where it is not installed."""
    return shutil.which(name, path=env.get("PATH", os.defpath))


def run(argv: Sequence[str], env: Mapping[str, str], seconds: float = SECONDS) -> str:
    """What it says, of the first 64 kB. Trouble: it does not start, fails, or takes longer, and is then killed."""
    try:
        child = subprocess.Popen(
            argv,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise Trouble(f"it does not start: {error}") from error
    end = time.monotonic() + seconds
    try:
        said = _read(child, end)
        code = child.wait(max(end - time.monotonic(), 0.0))
    except subprocess.TimeoutExpired as error:
        raise Trouble(f"it hangs for more than {seconds:g} s") from error
    finally:
        # Its children have its group, also those that it left behind.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    text = said.decode(errors="replace")
    if code:
        raise Trouble(f"it fails ({code}): {_last_line(text)}")
    return text


def _read(child: subprocess.Popen[bytes], end: float) -> bytes:
    assert child.stdout is not None  # noqa: S101  asked for above
    said = b""
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        while len(said) < MOST_BYTES:
            if not ready.select(max(end - time.monotonic(), 0.0)):
                raise subprocess.TimeoutExpired(child.args, 0)
            read = os.read(child.stdout.fileno(), 8192)
            if not read:
                return said
            said += read
    return said


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = "".join(each for each in lines[-1] if each.isprintable()) if lines else ""
    return line[:200] or "it says nothing"
