"""The decoder for all threads: one limited process, reused, and replaced after a fault or a hundred files.

What was sent by somebody is decoded there for the first time. A picture that breaks the process costs that picture.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence

from kiosk.core.focus import Measure
from kiosk.core.model import Size
from kiosk.errors import StorageError, Unexpected, Unreadable
from kiosk.storage.decode_process import AbsentError, DecodeProcess, FaultError, Limits, command
from kiosk.storage.normalise import Normalised

_log = logging.getLogger(__name__)
_STARTS = 3
_TURN, _SOON = 1.0, 12.0
"""Seconds: for what is not urgent. Three starts and an answer stay below the minute that a slide may take."""


class Decoder:
    """Safe for threads; one picture at a time. `close` is to be called; it ends what is under way."""

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008
        words: Sequence[str] | None = None,
        *,
        faces: bool = False,
    ) -> None:
        """Starts nothing. words: another program than ours, for tests. faces: look for them where that is possible."""
        self._limits = limits
        self._words = command(limits, faces=faces) if words is None else words
        self._turn = threading.Lock()
        """Held over one picture."""
        self._hands = threading.Lock()
        """Held while the process is exchanged, never while anything is waited for."""
        self._process: DecodeProcess | None = None
        self._closed = False
        self._told = False

    @property
    def pid(self) -> int | None:
        """Of the process, if there is one."""
        process = self._process
        return process.pid if process is not None and process.running else None

    @property
    def lacking(self) -> str | None:
        """What could not be limited on this machine; None where that is not yet known, "" when all could."""
        process = self._process
        return None if process is None else process.lacking

    def warm(self) -> None:
        """Starts the process if there is none, and returns at once: it imports its libraries while bytes arrive."""
        if self._turn.acquire(blocking=False):
            try:
                self._process_at_hand()
            except (OSError, StorageError) as error:
                _log.debug("The decoder was not warmed: %s", error)
            finally:
                self._turn.release()

    def check(self) -> str:
        """Starts it and says what could not be limited on this machine, "" when all could. Raises Unexpected."""
        with self._turn:
            try:
                process = self._process_at_hand()
                process.wait_until_ready()
            except (AbsentError, OSError) as error:
                self._end()
                raise Unexpected("pictures cannot be checked", str(error)) from error
            return process.lacking or ""

    def tidy(self) -> None:
        """Takes leave of a process that has ended by itself."""
        if self._turn.acquire(blocking=False):
            try:
                if self._process is not None and not self._process.running:
                    self._end()
            finally:
                self._turn.release()

    def normalise(self, file: int, box: Size) -> Normalised:
        """As normalise.normalise(), for the file of this descriptor, in the process.

        Raises Unreadable, also where the process came to grief over it; Unexpected where no process can be started;
        StorageError after `close`.
        """
        with self._turn:
            return self._in_turn(file, box, self._limits.wall)

    def measured(self, file: int, size: Size) -> Measure | None:
        """Of a stored picture of this size; None where others are at it, or the process gives no answer soon."""
        if not self._turn.acquire(timeout=_TURN):
            return None
        try:
            return self._in_turn(file, size, min(_SOON, self._limits.wall)).measure
        except (Unreadable, Unexpected, StorageError) as error:
            _log.info("A stored picture was not measured: %s", error)
            return None
        finally:
            self._turn.release()

    def _in_turn(self, file: int, box: Size, wall: float) -> Normalised:
        # Opened anew: read only, at its beginning, whatever the caller's descriptor may do.
        reader = os.open(f"/proc/self/fd/{file}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return self._ask(reader, box, wall)
        except FaultError as fault:
            self._end()
            self._refuse_if_closed()
            _log.warning("A picture was refused, and the decoder is replaced: %s", fault)
            raise Unreadable(str(fault)) from fault
        finally:
            os.close(reader)
            if self._process is not None and self._process.asked >= self._limits.files:
                self._end()

    def close(self) -> None:
        """At once: whoever waits for a picture gets a StorageError."""
        with self._hands:
            self._closed = True
            if self._process is not None:
                self._process.kill()
        with self._turn:
            self._end()

    def _ask(self, reader: int, box: Size, wall: float) -> Normalised:
        absent: Exception | None = None
        for _ in range(_STARTS):
            try:
                process = self._process_at_hand()
                return process.ask(reader, box, wall)
            except (AbsentError, OSError) as error:
                absent = error
                self._end()
                self._refuse_if_closed()
            finally:
                self._tell()
        raise Unexpected("pictures cannot be checked", str(absent)) from absent

    def _process_at_hand(self) -> DecodeProcess:
        with self._hands:
            self._refuse_if_closed()
            if self._process is None:
                self._process = DecodeProcess(self._words, self._limits)
            return self._process

    def _end(self) -> None:
        with self._hands:
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StorageError("the card is being closed")

    def _tell(self) -> None:
        """Once: a machine on which less is limited stays one."""
        if self.lacking and not self._told:
            self._told = True
            _log.warning("What comes from the network is decoded with fewer limits: %s", self.lacking)
