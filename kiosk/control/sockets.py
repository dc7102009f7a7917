"""Unix stream sockets: addresses that may be long, lines that must come in time, and who is at the other
end."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.control.wire import LONGEST_LINE


class LineTooLong(Exception):
    """More than LONGEST_LINE bytes without a line end."""


@contextmanager
def short_name(path: Path) -> Iterator[str]:
    """A name of `path` that fits into the 108 bytes of sockaddr_un (unix(7)), good inside the `with`."""
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def connect(path: Path, timeout: float) -> socket.socket:
    """A connection to the socket at `path`; raises OSError."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(timeout)
        with short_name(path) as name:
            client.connect(name)
    except OSError:
        client.close()
        raise
    return client


def read_line(peer: socket.socket, timeout: float) -> bytes:
    """Bytes up to the first line end or the end of the stream, whatever the number of pieces.

    Raises TimeoutError when the line is not whole after `timeout` seconds, LineTooLong, or another OSError.
    """
    deadline = time.monotonic() + timeout
    line = b""
    while b"\n" not in line:
        if len(line) > LONGEST_LINE:
            raise LineTooLong
        peer.settimeout(max(0.001, deadline - time.monotonic()))
        piece = peer.recv(4096)
        if not piece:
            break
        line += piece
        if time.monotonic() > deadline:
            raise TimeoutError("the line came too slowly")
    return line.partition(b"\n")[0]


def peer_uid(peer: socket.socket) -> int:
    """The user at the other end, as the kernel knows it: SO_PEERCRED gives pid, uid, gid (unix(7))."""
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])
