"""Hostile clients at the real socket: pieces, giants, rubbish, many at once. Each gets one line or nothing, and the
next honest one is served.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.app.screenshot import save_screenshot
from kiosk.control import ControlRequest, ControlServer, ControlVerb, ask
from kiosk.control.wire import LONGEST_LINE
from tests.conftest import RUN_ALL

SOON = 10.0
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\0", "\ud800", "x" * 9999]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(["verb", "path", "code", "verifier", "redirect_uri"]) | st.text(max_size=5)
WORDS = st.sampled_from([verb.word for verb in ControlVerb])
LINES = (
    st.binary(max_size=100)
    | st.dictionaries(KEYS, WORDS | VALUES, max_size=4).map(lambda fields: json.dumps(fields).encode())
    | st.sampled_from(
        [b"", b"\n", b"\0", b"[" * 5000, b"9" * 5000, b"{" * (LONGEST_LINE + 10), b'"' + b"\\" * 999]
    )
)
CLIENTS = st.lists(
    st.tuples(st.lists(LINES, max_size=3), st.sampled_from(["line", "end", "reset", "silence"])),
    min_size=1,
    max_size=12,
)


def echo(request: ControlRequest) -> None:
    for value in request.args.values():
        value.encode()
        assert "\0" not in value
    request.answer(verb=request.verb.word)


def speak(peer: socket.socket, pieces: list[bytes], ending: str) -> None:
    try:
        for piece in pieces:
            peer.sendall(piece)
        if ending == "line":
            peer.sendall(b"\n")
        elif ending == "end":
            peer.shutdown(socket.SHUT_WR)
        elif ending == "reset":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
    except OSError:
        pass  # refused before it had finished


def heard(peer: socket.socket) -> bytes:
    found = b""
    try:
        while piece := peer.recv(4096):
            found += piece
    except ConnectionError:
        pass  # cut off while there was more to read
    return found


@settings(max_examples=200 if RUN_ALL else 30)
@given(clients=CLIENTS)
@example(clients=[([b"x" * 200_000], "line")] * 12)
@example(clients=[([b'{"verb": "scre', b'enshot", "path": "/a\\u0000"}'], "line"), ([], "silence")])
def test_no_client_whatever_harms_the_next(clients: list[tuple[list[bytes], str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = ControlServer(Path(folder), echo, line_seconds=0.05, answer_seconds=SOON)
        server.start()
        try:
            with ExitStack() as stack:
                peers = []
                for pieces, ending in clients:
                    peer = stack.enter_context(socket.socket(socket.AF_UNIX))
                    peer.settimeout(SOON)
                    peer.connect(str(server.path))
                    speak(peer, pieces, ending)
                    peers.append(peer)
                answers = [heard(peer) for peer in peers if peer.fileno() >= 0]
            for answer in answers:
                assert answer.count(b"\n") == (1 if answer else 0)
                assert not answer or isinstance(json.loads(answer)["ok"], bool)
            server._wait_for_clients(time.monotonic() + SOON)
            assert ask(server.path, ControlVerb.NEXT) == {"verb": "next"}
        finally:
            server.stop(SOON)
    assert not any(thread.name.startswith("control") for thread in threading.enumerate())


class Painted:
    """A picture that can only be saved."""

    def save(self, file: object, _format: str) -> None:
        file.write(b"P" * 200_000)  # type: ignore[attr-defined]


@pytest.mark.parametrize("reader", [False, True])
def test_a_screenshot_to_a_pipe_never_waits(tmp_path: Path, reader: bool) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with ExitStack() as stack:
        if reader:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            stack.callback(os.close, descriptor)
        with pytest.raises(OSError):
            save_screenshot(Painted(), str(path))  # type: ignore[arg-type]


def test_a_screenshot_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "screen.png"
    path.write_bytes(b"x" * 300_000)
    save_screenshot(Painted(), str(path))  # type: ignore[arg-type]
    assert path.read_bytes() == b"P" * 200_000
