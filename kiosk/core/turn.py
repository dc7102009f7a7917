"""One step in the making: the moment, the settings, and the commands asked for so far.

Lives for the length of one ``machine.step`` and is not seen outside it, so the step stays a pure function.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from attrs import define, evolve, field

from kiosk.core.commands import Command
from kiosk.core.model import CommandId, Deadline, Moment, RequestId
from kiosk.core.settings import Settings
from kiosk.errors import Busy, KioskError

QUOTA_RETRY = 30.0
"""Seconds after a 429 (Google Photos best practices, "Retrying failed requests")."""


@define
class Turn:
    now: Moment
    settings: Settings
    next_id: int
    commands: list[Command] = field(factory=list)
    unseen: bool = False
    """The frame is dark or has no display: nothing is decoded."""

    def issue(self, command: Command) -> CommandId:
        """Ask for this; the id is what its answer will name."""
        command_id = CommandId(self.next_id)
        self.next_id += 1
        self.commands.append(evolve(command, id=command_id))
        return command_id

    def due(self, deadline: Deadline) -> bool:
        return deadline <= self.now.monotonic

    def backoff(self, failures: int, first: float, most: float) -> Deadline:
        """When to try again after this many failures in a row: doubling, with up to half as much again at random, so
        that a street of frames does not come back together, and never earlier than ``first`` (Google Photos best
        practices, "Retrying failed requests")."""
        seconds = min(most, first * 2.0 ** min(failures, 30))
        return self.now.after(seconds * (1.0 + 0.5 * self._fraction()))

    def retry(self, error: KioskError, failures: int, first: float, most: float) -> Deadline:
        """When to try again what failed with this error: a 429 waits 30 s or more (ibid.), and a server that says how
        long is believed."""
        quota = isinstance(error, Busy) and error.quota
        at = self.backoff(failures, max(first, QUOTA_RETRY) if quota else first, most)
        if isinstance(error, Busy) and error.retry_after is not None:
            return max(at, self.now.after(error.retry_after))
        return at

    def fresh_request_id(self) -> RequestId:
        """A UUID of version 4 (RFC 9562 section 5.4) whose bits come from the settings' random seed."""
        return RequestId(str(UUID(bytes=self._bits()[:16], version=4)))

    def _bits(self) -> bytes:
        self.next_id += 1
        return hashlib.blake2b(self.next_id.to_bytes(8, "big"), key=self.settings.seed[:64]).digest()

    def _fraction(self) -> float:
        return int.from_bytes(self._bits()[:4], "big") / 2**32
