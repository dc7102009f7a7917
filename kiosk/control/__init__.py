"""The local control socket: a few verbs, one inbox."""

from __future__ import annotations

from kiosk.control.client import ControlError, NotRunning, ask, find_socket
from kiosk.control.server import ControlServer
from kiosk.control.verbs import ControlVerb
from kiosk.control.wire import SOCKET_NAME, Answer, ControlRequest

__all__ = [
    "SOCKET_NAME",
    "Answer",
    "ControlError",
    "ControlRequest",
    "ControlServer",
    "ControlVerb",
    "NotRunning",
    "ask",
    "find_socket",
]
