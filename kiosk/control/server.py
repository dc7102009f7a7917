"""The local control socket of the running kiosk.

1. Only the same user and root get an answer; the socket has mode 0600 from its first moment.
2. The server decides nothing: it posts a ControlRequest and waits for whoever takes it to answer.
3. Nobody can hold it up: few clients at a time, each with a time-out for its line and one for the answer.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from kiosk.control.sockets import LineTooLong, connect, peer_uid, read_line, short_name
from kiosk.control.wire import (
    ANSWER_SECONDS,
    LONGEST_LINE,
    SOCKET_NAME,
    Answer,
    BadLine,
    ControlRequest,
    decode_request,
    encode,
    refusal,
)
from kiosk.errors import AlreadyRunning, Unwritable

_log = logging.getLogger(__name__)

_CLIENTS = 8
"""At a time. A person has one shell, a script perhaps two."""
_WAITING = 64
"""In the kernel, until they are taken or refused: beyond that a client fails at once, the honest one too."""
_LINE_SECONDS = 2.0
"""For the whole request: both ends are on this machine."""


class ControlServer:
    """Listens at `<runtime_dir>/control.sock` and hands each request to `put`, from a thread of its own."""

    def __init__(
        self,
        runtime_dir: Path,
        put: Callable[[ControlRequest], None],
        *,
        allowed_uids: frozenset[int] | None = None,
        line_seconds: float = _LINE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        clients: int = _CLIENTS,
    ) -> None:
        self.path = runtime_dir / SOCKET_NAME
        self._put = put
        self._allowed = allowed_uids if allowed_uids is not None else frozenset((0, os.getuid()))
        self._line_seconds = line_seconds
        self._answer_seconds = answer_seconds
        self._clients = clients
        self._places = threading.BoundedSemaphore(clients)
        self._listener: socket.socket | None = None
        self._inode = 0
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Raises AlreadyRunning when a live kiosk listens there, Unwritable when the directory does not allow
        it."""
        _take_away_stale(self.path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Linux gives the new socket file the mode of the descriptor: no moment in which others could
            # connect, and no umask to change under the feet of other threads.
            os.fchmod(listener.fileno(), 0o600)
            with short_name(self.path) as name:
                listener.bind(name)
            listener.listen(_WAITING)
            self._inode = self.path.stat().st_ino
        except OSError as error:
            listener.close()
            raise Unwritable(f"{self.path} cannot be made: {error.strerror}") from error
        self._listener = listener
        self._thread = threading.Thread(target=self._accept, args=(listener,), name="control", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> None:
        """Stop listening, let the answers that are on their way arrive, and take the socket away.

        Whoever asked to quit wants to hear that it worked; `timeout` seconds at most are spent on it.
        """
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._stopped.set()
        listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() does not
        if self._thread is not None:
            self._thread.join(timeout)
        listener.close()
        self._wait_for_clients(time.monotonic() + timeout)
        with suppress(FileNotFoundError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()

    def _wait_for_clients(self, deadline: float) -> None:
        """All places are free when nobody is being served."""
        taken = 0
        while taken < self._clients and self._places.acquire(timeout=max(0.0, deadline - time.monotonic())):
            taken += 1
        if taken:
            self._places.release(taken)

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopped.is_set():
            try:
                peer, _ = listener.accept()
            except OSError as error:
                if (
                    not self._stopped.is_set()
                ):  # e.g. no file descriptor left: try again, but not in a tight loop
                    _log.warning("control socket: %s", error.strerror)
                    self._stopped.wait(1.0)
                continue
            self._take(peer)

    def _take(self, peer: socket.socket) -> None:
        if self._places.acquire(blocking=False):
            threading.Thread(target=self._serve, args=(peer,), name="control-client", daemon=True).start()
            return
        with peer, suppress(OSError):
            _send(peer, refusal("too many clients at once"))

    def _serve(self, peer: socket.socket) -> None:
        try:
            with peer:
                _send(peer, self._answer(peer))
        except OSError as error:
            _log.debug("a client of the control socket went away: %s", error)
        finally:
            self._places.release()

    def _answer(self, peer: socket.socket) -> Answer:
        uid = peer_uid(peer)
        if uid not in self._allowed:
            _log.warning("user %d was refused at the control socket", uid)
            return refusal("this kiosk belongs to another user")
        try:
            verb, args = decode_request(read_line(peer, self._line_seconds))
        except LineTooLong:
            return refusal(f"a request has at most {LONGEST_LINE} bytes")
        except BadLine as error:
            return refusal(str(error))
        answers: SimpleQueue[Answer] = SimpleQueue()
        self._put(ControlRequest(verb, args, answers.put))
        try:
            return answers.get(timeout=self._answer_seconds)
        except Empty:
            return refusal(f"the kiosk did not answer within {self._answer_seconds:g} s")


def _send(peer: socket.socket, answer: Answer) -> None:
    peer.settimeout(_LINE_SECONDS)
    peer.sendall(encode(answer))


def _take_away_stale(path: Path) -> None:
    """Take a socket away whose kiosk is dead; leave a live one alone."""
    try:
        connect(path, _LINE_SECONDS).close()
    except FileNotFoundError:
        return
    except ConnectionRefusedError:
        # Nobody listens; or it is no socket at all, and then it is not ours to delete.
        if not path.is_socket():
            raise Unwritable(f"{path} is not a socket; take it away") from None
        path.unlink(missing_ok=True)
        return
    except OSError as error:
        raise Unwritable(f"{path} cannot be used: {error.strerror or error}") from error
    raise AlreadyRunning(f"another kiosk listens at {path}")
