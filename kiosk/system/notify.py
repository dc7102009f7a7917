"""Telling systemd how we are: sd_notify(3) in a few lines. Without NOTIFY_SOCKET every call does nothing."""

from __future__ import annotations

import logging
import os
import socket
from array import array
from collections.abc import Mapping, Sequence

_log = logging.getLogger(__name__)


class Notifier:
    """Messages to the service manager. Opens no socket before the first message."""

    def __init__(self, env: Mapping[str, str]) -> None:
        name = env.get("NOTIFY_SOCKET", "")
        # `@name` is a socket in the abstract namespace (unix(7)); vsock and the like are not for a frame.
        self._address = "\0" + name[1:] if name.startswith("@") else name if name.startswith("/") else ""
        self.watchdog_seconds = _watchdog_seconds(env)
        """How long systemd waits for a sign of life (sd_watchdog_enabled(3)), None without a watchdog."""

    def ready(self) -> None:
        self._send("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send("STATUS=" + " ".join(text.split()))

    def watchdog(self) -> None:
        """A sign of life; send it at half of `watchdog_seconds`."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def keep(self, fd: int, name: str) -> None:
        """A descriptor that systemd is to hold while we are away; it comes back with the next start."""
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [fd]))
        self._send(f"FDSTORE=1\nFDNAME={name}", [rights])

    def _send(self, message: str, along: Sequence[tuple[int, int, array[int]]] = ()) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                # The picture must not stand still because systemd is busy.
                sender.setblocking(False)
                sender.sendmsg([message.encode()], along, 0, self._address)
        except OSError as error:
            _log.debug("systemd was not told %s: %s", message.partition("=")[0], error.strerror)


def _watchdog_seconds(env: Mapping[str, str]) -> float | None:
    microseconds = env.get("WATCHDOG_USEC", "")
    ours = env.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    if not ours or not microseconds.isascii() or not microseconds.isdigit() or int(microseconds) == 0:
        return None
    return int(microseconds) / 1_000_000
