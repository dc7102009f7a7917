"""The other end of NOTIFY_SOCKET."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from types import TracebackType

ENDS = "seconds from SIGTERM to the end"
"""What a test tells of each stop."""


class Systemd:
    """Takes what a service tells its manager, for as long as the ``with`` lasts."""

    def __init__(self, folder: Path, watchdog_seconds: float | None = None) -> None:
        self._address = str(folder / "notify")
        self._watchdog = watchdog_seconds
        self._heard: list[str] = []
        self._changed = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._address)
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def env(self) -> dict[str, str]:
        env = {"NOTIFY_SOCKET": self._address}
        if self._watchdog is not None:
            env["WATCHDOG_USEC"] = str(round(self._watchdog * 1_000_000))
        return env

    @property
    def heard(self) -> list[str]:
        with self._changed:
            return list(self._heard)

    def wait_for(self, message: str, count: int = 1, patience: float = 25.0) -> list[str]:
        """Until this has been heard so often; what was heard until then."""
        with self._changed:
            heard = self._changed.wait_for(lambda: self._heard.count(message) >= count, patience)
            assert heard, f"{message} was not heard {count} times: {self._heard}"
            return list(self._heard)

    def __enter__(self) -> Systemd:
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: object, ___: TracebackType | None) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._address)
        self._thread.join(10)
        self._socket.close()

    def _listen(self) -> None:
        # At once: Linux holds only ten datagrams for a reader, and the kiosk does not wait.
        while message := self._socket.recv(500).decode():
            with self._changed:
                self._heard.append(message)
                self._changed.notify_all()
