"""One step in the making: the moment, the settings, and the commands asked for so far.

Lives for the length of one ``machine.step`` and is not seen outside it, so the step stays a pure function.
"""

from __future__ import annotations

import hashlib
from typing import TypeVar
from uuid import UUID

from attrs import define, evolve, field

from kiosk.core.commands import Command
from kiosk.core.model import CommandId, Deadline, Moment, RequestId, Settings

C = TypeVar("C", bound=Command)


@define
class Turn:
    now: Moment
    settings: Settings
    next_id: int
    commands: list[Command] = field(factory=list)

    def issue(self, command: Command) -> CommandId:
        """Ask for this; the id is what its answer will name."""
        command_id = CommandId(self.next_id)
        self.next_id += 1
        self.commands.append(evolve(command, id=command_id))
        return command_id

    def due(self, deadline: Deadline) -> bool:
        return deadline <= self.now.monotonic

    def backoff(self, failures: int, first: float, most: float) -> Deadline:
        """When to try again after this many failures in a row: doubling, with jitter of a quarter either way so that a
        street of frames does not come back together (Google Photos best practices, "Retrying failed requests")."""
        seconds = min(most, first * 2.0 ** min(failures, 30))
        return self.now.after(seconds * (0.75 + 0.5 * self._fraction()))

    def fresh_request_id(self) -> RequestId:
        """A UUID of version 4 (RFC 9562 section 5.4) whose bits come from the settings' random seed."""
        return RequestId(str(UUID(bytes=self._bits()[:16], version=4)))

    def _bits(self) -> bytes:
        self.next_id += 1
        return hashlib.blake2b(self.next_id.to_bytes(8, "big"), key=self.settings.seed[:64]).digest()

    def _fraction(self) -> float:
        return int.from_bytes(self._bits()[:4], "big") / 2**32
