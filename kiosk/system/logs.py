"""Logging to stderr, in a form that suits a terminal and the journal, with no secret in it.

What is masked: the shapes of Google's secrets (access tokens `ya29.`, refresh tokens `1//`, authorization and
device codes `4/`, client secrets `GOCSPX-`), what follows `Authorization:` or a key such as `client_secret=`,
and every text that was registered. The whole formatted record is searched, so a traceback keeps no secret
either.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import TextIO

MASK = "***"

_log = logging.getLogger(__name__)

_SHAPES = re.compile(
    r"\bya29\.[\w.~+/=-]+"
    r"|(?<![\w/:.])(?:1//[\w.~-]{4,}|4/[\w.~-]{10,})"
    r"|\bGOCSPX-[\w-]+"
)
_NAMED = re.compile(
    r"""(?ix)
    ( \b(?:authorization|proxy-authorization)\b ["']? \s* [:=] \s* ["']? (?:bearer|basic)? \s*
    | \bbearer\s+
    | \b(?:client_secret|access_token|refresh_token|id_token|device_code|code_verifier|page_?token)
      \b ["']? \s* [:=] \s* ["']?
    | [?&](?:code|token)=
    )
    [^\s"'&,;)}\]]+"""
)
_SHORTEST = 4
"""Shorter texts are not masked: a secret of three letters would turn every line into stars."""

_MOST_PASSING = 32
"""Access tokens, refresh tokens, codes: the last few hours of them."""

# sd-daemon(3): the kernel's levels, which journald takes from the beginning of a line.
_LEVELS = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.NOTSET, 7))


class Redactor:
    """Takes secrets out of text. One for the program; rooms are given its `add`."""

    def __init__(self) -> None:
        self._lasting: tuple[str, ...] = ()
        self._passing: tuple[str, ...] = ()
        self._longest_first: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def add(self, secret: str) -> None:
        """Mask this text from now on."""
        if len(secret) >= _SHORTEST:
            with self._lock:
                self._lasting = (*self._lasting, secret)
                self._sort()

    def add_passing(self, secret: str) -> None:
        """Mask this text until it is long out of use: what lives for an hour must not be remembered for years."""
        if len(secret) >= _SHORTEST:
            with self._lock:
                others = (each for each in self._passing if each != secret)
                self._passing = (*others, secret)[-_MOST_PASSING:]
                self._sort()

    def _sort(self) -> None:
        # In case one holds another.
        both = {*self._lasting, *self._passing}
        self._longest_first = tuple(sorted(both, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        for secret in self._longest_first:
            text = text.replace(secret, MASK)
        return _SHAPES.sub(MASK, _NAMED.sub(rf"\1{MASK}", text))


class _Formatter(logging.Formatter):
    def __init__(self, redactor: Redactor, *, journal: bool) -> None:
        # The journal has its own time, and it reads the level from `<n>`; a terminal needs both in words.
        layout = "%(name)s: %(message)s" if journal else "%(asctime)s %(levelname)s %(name)s: %(message)s"
        super().__init__(layout)
        self._redactor = redactor
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        text = self._redactor(super().format(record))
        if not self._journal:
            return text
        level = next(number for at_least, number in _LEVELS if record.levelno >= at_least)
        return "\n".join(f"<{level}>{line}" for line in text.split("\n"))


def set_up(
    env: Mapping[str, str],
    level: int = logging.INFO,
    stream: TextIO | None = None,
    redactor: Redactor | None = None,
) -> Redactor:
    """Send everything that is logged to `stream` (stderr), masked. Returns the redactor, for more secrets."""
    stream = stream or sys.stderr
    redactor = redactor or Redactor()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Formatter(redactor, journal=is_journal(env, stream)))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    # Pillow says by warnings what is odd about a picture.
    logging.captureWarnings(True)
    # A line for each connection would wear the card out.
    logging.getLogger("urllib3").setLevel(max(level, logging.WARNING))
    return redactor


def is_journal(env: Mapping[str, str], stream: TextIO) -> bool:
    """Whether `stream` goes to journald: JOURNAL_STREAM names its device and inode (systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # no file behind it, or closed; io.UnsupportedOperation is both
        return False
    return env.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def log_crashes() -> None:
    """What ends a thread, or the program, is logged like everything else: on one way, and masked.

    Python itself would write it straight to stderr, and of a thread that was ended by SystemExit nothing at all.
    """

    def thread_ended(ended: threading.ExceptHookArgs) -> None:
        name = "?" if ended.thread is None else ended.thread.name
        _log.critical(
            "the thread %s was ended by %s", name, ended.exc_type.__name__, exc_info=ended.exc_value
        )

    def program_ended(kind: type[BaseException], fault: BaseException, _trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, _trace)
        else:
            _log.critical("the program was ended by %s", kind.__name__, exc_info=fault)

    threading.excepthook = thread_ended
    sys.excepthook = program_ended


def dump_threads_on_signal(stream: TextIO | None = None) -> None:
    """SIGUSR1 writes where every thread stands to `stream` (stderr): for a frame that hangs on somebody's
    wall.

    A handler of Python's and not `faulthandler.register`, which looks at running threads without the
    interpreter's lock and now and then brings the whole program down (seen: one signal in ten).
    """
    file = stream or sys.stderr

    def dump(_number: int, _frame: object) -> None:
        faulthandler.dump_traceback(file, all_threads=True)

    signal.signal(signal.SIGUSR1, dump)
    # Where the main thread hangs outside Python no handler of ours runs: systemd's watchdog ends it by SIGABRT, and
    # this writes the stacks from below, as for a crash in a library.
    faulthandler.enable(file, all_threads=True)
