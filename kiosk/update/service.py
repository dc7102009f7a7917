"""The frame as systemd runs it, as far as an update needs it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from attrs import frozen

from kiosk.errors import UpdateError
from kiosk.update.account import Account

UNIT = "kiosk.service"
_SECONDS = 60.0


@frozen
class Seen:
    """One look at the frame."""

    active: bool = False
    """systemd has heard that it is ready."""
    run: str = ""
    """Another one after each start; empty where none is known."""
    restarts: int = 0
    """How often systemd has begun it anew by itself since somebody started it."""
    answer: Mapping[str, Any] | None = None
    """What `kiosk status --json` tells; None where nobody answers."""


class Service(Protocol):
    """The frame's unit. Raises UpdateError where systemd does not do it."""

    def stop(self) -> None:
        """Returns when it stands still."""

    def start(self) -> None:
        """Returns at once; harmless where it runs."""

    def look(self) -> Seen:
        """Never raises."""


@frozen
class Systemd:
    """systemctl(1). status: asks the frame itself, None where it does not answer."""

    status: Callable[[], Mapping[str, Any] | None]
    _root: Account = Account()

    def stop(self) -> None:
        self._systemctl("stop", UNIT)

    def start(self) -> None:
        self._systemctl("--no-block", "start", UNIT)

    def look(self) -> Seen:
        try:
            said = self._systemctl("show", UNIT, "--property=ActiveState,InvocationID,NRestarts")
        except UpdateError:
            said = ""
        told = dict(re.findall(r"^(\w+)=(.*)$", said, re.MULTILINE))
        restarts = told.get("NRestarts", "")
        active = told.get("ActiveState") == "active"
        # Until it is begun systemd tells the run before, which has ended as it should.
        begun = told.get("ActiveState") not in (None, "inactive", "deactivating")
        return Seen(
            active,
            told.get("InvocationID", "") if begun else "",
            int(restarts) if restarts.isdecimal() else 0,
            self.status() if active else None,
        )

    def _systemctl(self, *words: str) -> str:
        return self._root.run(("systemctl", *words), {**os.environ, "LC_ALL": "C"}, _SECONDS)
