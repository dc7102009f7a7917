"""HTTP on a socket: one thread per connection, keep-alive, and the faults that spoil bytes on their way.

A connection thread parses, asks the application for an answer and sends it. It touches no state of its own but the
set of open connections, which ``stop`` needs in order to end the threads that wait in a read.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from kiosk.demo.answers import Answer, Request, rpc_error
from kiosk.demo.faults import Delay, Drip, Fault, Faults, Raw, Reset, Stall, Truncate
from kiosk.demo.routes import FOR_PEOPLE, UNKNOWN, route_of

LARGEST_BODY = 4 * 1024 * 1024
LOOK_AGAIN = 0.02
"""Seconds between two looks of a stalled connection at whether its client is still there."""


class Application(Protocol):
    """What a listener serves."""

    def now(self) -> float:
        """Seconds, on the application's clock."""

    def arrived(self, request: Request) -> Request:
        """A request came in; returned with its number."""

    def answered(self, request: Request, status: int, sent: int) -> None:
        """Its answer goes out, or what is left of it."""

    def latency(self, route: str) -> float:
        """Seconds by which answers of this route are late."""

    def answer(self, request: Request) -> Answer:
        """The answer."""

    @property
    def faults(self) -> Faults:
        """What goes wrong."""


class Listener(ThreadingHTTPServer):
    """One listening socket. ``on_lan`` serves people's pages alone."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self, host: str, port: int, application: Application, *, on_lan: bool, stopping: threading.Event
    ) -> None:
        self.application = application
        self.on_lan = on_lan
        self.stopping = stopping
        self._busy: dict[threading.Thread, socket.socket] = {}
        self._guard = threading.Lock()
        super().__init__((host, port), _Connection)
        self._thread = threading.Thread(target=self._accept, name=f"demo-google-{self.port}", daemon=True)

    def server_bind(self) -> None:
        """Bind without the reverse name look-up of the base class, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.port

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Accept connections in a thread."""
        self._thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            self.handle_request()

    def stop(self) -> None:
        """Close the socket and every connection, then wait for the threads."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self.server_close()
        with self._guard:
            busy = dict(self._busy)
        for connection in busy.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in busy:
            thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for the connection, written down before it starts, so that ``stop`` misses none."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="demo-connection",
            daemon=True,
        )
        with self._guard:
            self._busy[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, from its first byte to its close."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._busy.pop(threading.current_thread(), None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here; anything else is a bug and gets its traceback."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """One connection's loop: parse, log, fault, answer, send."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def _serve(self) -> None:
        request = self._read()
        if request is None:
            return
        application = self.server.application
        request = application.arrived(request)
        fault: Fault = application.faults.take(request)
        if isinstance(fault, Reset) and fault.before_acting:
            self._reset()
            return
        if isinstance(fault, Raw):
            application.answered(request, 0, len(fault.raw))
            self.close_connection = True
            self.connection.sendall(fault.raw)
            return
        late = application.latency(request.route) + (fault.seconds if isinstance(fault, Delay) else 0.0)
        if late and self.server.stopping.wait(late):
            self.close_connection = True
            return
        if isinstance(fault, Stall) and fault.after is None and not self._hang(fault):
            return
        answer = fault.instead() or fault.alter(application.answer(request))
        self._send(request, answer, fault)

    do_GET = do_POST = do_DELETE = do_HEAD = do_PATCH = do_PUT = _serve

    def _read(self) -> Request | None:
        """The request as a value; None after it was refused."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._write(rpc_error("INVALID_ARGUMENT", "Send a Content-Length of at most 4 MiB."))
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        route = route_of(self.command, path)
        if self.server.on_lan and route not in FOR_PEOPLE:
            route, path = UNKNOWN, "/not-on-this-address" + path
        kind = self.headers.get_content_type()
        form = dict(parse_qsl(body.decode(errors="replace"))) if kind.endswith("form-urlencoded") else {}
        return Request(
            number=0,
            route=route,
            method=self.command,
            path=path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            form=form,
            json=_json(body) if kind.endswith("json") else None,
            when=self.server.application.now(),
            on_lan=self.server.on_lan,
        )

    def _send(self, request: Request, answer: Answer, fault: Fault) -> None:
        """Send an answer whole, or as the fault has it."""
        body = b"" if self.command == "HEAD" else answer.body
        head = self._head(answer)
        answered = self.server.application.answered
        stop_at = getattr(fault, "after", None) if isinstance(fault, Reset | Truncate | Stall) else None
        if isinstance(fault, Reset) and fault.after is None:
            answered(request, 0, 0)
            self._reset()
        elif stop_at is not None:
            answered(request, answer.status, len(body[:stop_at]))
            self.connection.sendall(head + body[:stop_at])
            if isinstance(fault, Reset):
                self._reset()
            elif isinstance(fault, Truncate):
                self.close_connection = True
            elif isinstance(fault, Stall) and self._hang(fault):
                answered(request, answer.status, len(body))
                self.connection.sendall(body[stop_at:])
        elif isinstance(fault, Drip):
            answered(request, answer.status, len(body))
            self._drip(head, body, fault)
        else:
            answered(request, answer.status, len(body))
            self.connection.sendall(head + body)

    def _write(self, answer: Answer) -> None:
        self.connection.sendall(self._head(answer) + answer.body)

    def _head(self, answer: Answer) -> bytes:
        phrase = self.responses.get(answer.status, ("Unknown",))[0]
        lines = [f"HTTP/1.1 {answer.status} {phrase}", f"Date: {self.date_time_string()}"]
        if answer.status not in (204, 304):
            lines += [f"Content-Type: {answer.content_type}", f"Content-Length: {len(answer.body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def _drip(self, head: bytes, body: bytes, fault: Drip) -> None:
        self.connection.sendall(head)
        for start in range(0, len(body), fault.chunk):
            self.connection.sendall(body[start : start + fault.chunk])
            if self.server.stopping.wait(fault.pause):
                break

    def _hang(self, stall: Stall) -> bool:
        """Wait until released (True), or until the client or this server goes away (False)."""
        faults = self.server.application.faults
        faults.hangs(1)
        try:
            while not stall.released.wait(LOOK_AGAIN):
                if self._client_is_gone() or self.server.stopping.is_set():
                    break
        finally:
            faults.hangs(-1)
        self.close_connection |= not stall.released.is_set()
        return stall.released.is_set() and not self.server.stopping.is_set()

    def _client_is_gone(self) -> bool:
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def _reset(self) -> None:
        """RST: close with SO_LINGER 0, on the bare descriptor, before anyone sends a FIN."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Nothing on the terminal: the requests are in ``DemoGoogle.requests``."""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
