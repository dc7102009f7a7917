"""The running kiosk and arguments that no command line sends: the show goes on."""

from __future__ import annotations

import json
import os
import socket

from kiosk.control import ControlVerb
from tests.app.frame import Frame


def raw(frame: Frame, line: bytes) -> dict[str, object]:
    """What the kiosk says to this line."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(20)
        peer.connect(str(frame.socket))
        peer.sendall(line + b"\n")
        answer: dict[str, object] = json.loads(b"".join(iter(lambda: peer.recv(4096), b"")))
        return answer


def test_no_argument_whatever_ends_or_stops_the_kiosk(frame: Frame) -> None:
    frame.start()
    frame.until(lambda status: status["user_code"])
    os.mkfifo(frame.home / "pipe")
    for path in (
        "/a\0b",
        "/\ud800",
        f"{frame.home}/pipe",
        str(frame.home),
        "/dev/full",
        "relative",
        "/" + "x" * 300,
    ):
        answer = raw(frame, json.dumps({"verb": "screenshot", "path": path}).encode())
        assert answer["ok"] is False, path
    for text in ("\0", "\ud800", "x" * 9000):
        raw(
            frame,
            json.dumps({"verb": "sign-in", "code": text, "verifier": text, "redirect_uri": text}).encode(),
        )
        raw(frame, json.dumps({"verb": "cancel"}).encode())
    assert frame.ask(ControlVerb.STATUS)["version"]
    logged = frame.log.read_text()
    assert "Traceback" not in logged
    frame.screenshot()
