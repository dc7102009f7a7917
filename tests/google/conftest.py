"""A server that says exactly what a test wants, byte by byte, on loopback."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest
from attrs import frozen

from kiosk.core.model import AccessToken, Deadline, Secret
from kiosk.google.client import GoogleClient, HttpTransport
from kiosk.google.endpoints import Endpoints

BEARER = AccessToken(Secret("ya29.bearer"), Deadline(0.0))


@frozen
class Heard:
    """One request as it came in. Header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    port: int
    """The client's port: two requests on one connection have the same."""


Script = Callable[[socket.socket, "ScriptedServer"], None]


class ScriptedServer:
    """Answers each request with the next script; the last one is used again and again."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server((host, 0))
        self._tls = tls
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"
        self.heard: list[Heard] = []
        self.ended = threading.Event()
        """Set when the test is over: what a stalling script waits for."""
        self._scripts: list[Script] = []
        self._open: set[socket.socket] = set()
        self._greeting: Script | None = None
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def say(self, status: int = 200, body: bytes = b"{}", **headers: str) -> None:
        """An answer with a true Content-Length, unless a header says otherwise."""
        self.do(lambda connection, _: connection.sendall(response(status, body, **headers)))

    def do(self, script: Script) -> None:
        """Whatever the script writes."""
        self._scripts.append(script)

    def greet(self, script: Script) -> None:
        """Speak first, to each connection, whatever it wants."""
        self._greeting = script

    def stop(self) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        # Wakes the accept() of the other thread; closing alone would not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(10)
        for connection in tuple(self._open):
            # Ends a read of a connection that the client keeps alive.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with contextlib.suppress(OSError), connection:
            if self._greeting is not None:
                self._greeting(connection, self)
            elif self._tls is None:
                self._answer(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as secure:
                    self._answer(secure)

    def _answer(self, connection: socket.socket) -> None:
        port = connection.getpeername()[1]
        with connection.makefile("rb") as stream:
            while heard := _read(stream, port):
                self.heard.append(heard)
                script = self._scripts[min(len(self.heard), len(self._scripts)) - 1]
                script(connection, self)


def _read(stream: BinaryIO, port: int) -> Heard | None:
    line = stream.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers: dict[str, str] = {}
    while (field := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = field.partition(":")
        headers[name.lower()] = value.strip()
    return Heard(line[0], line[1], headers, stream.read(int(headers.get("content-length", "0"))), port)


def response(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """The bytes of an answer; ``_`` in a header's name stands for ``-``."""
    found = {"Content-Length": str(len(body)), "Content-Type": "application/json"}
    found |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in found.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1") + body


def dripping(raw: bytes, pause: float = 0.02) -> Script:
    """One byte after the other."""

    def script(connection: socket.socket, server: ScriptedServer) -> None:
        for octet in raw:
            connection.sendall(bytes((octet,)))
            if server.ended.wait(pause):
                return

    return script


def stalling(raw: bytes = b"") -> Script:
    """The beginning of an answer, then silence."""

    def script(connection: socket.socket, server: ScriptedServer) -> None:
        connection.sendall(raw)
        server.ended.wait(10)

    return script


def hanging_up(raw: bytes = b"") -> Script:
    """The beginning of an answer, then the end of the connection."""

    def script(connection: socket.socket, _: ScriptedServer) -> None:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_RDWR)

    return script


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    servers: list[ScriptedServer] = []

    def start(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> ScriptedServer:
        servers.append(ScriptedServer(host, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(serve: Callable[..., ScriptedServer]) -> ScriptedServer:
    return serve()


@pytest.fixture
def transport() -> Iterator[HttpTransport]:
    found = HttpTransport((2.0, 2.0))
    yield found
    found.close()


@pytest.fixture
def client_of() -> Iterator[Callable[..., GoogleClient]]:
    """A client of one server for everything, closed after the test."""
    clients: list[GoogleClient] = []

    def make(url: str, **named: object) -> GoogleClient:
        endpoints = Endpoints(
            device_code_url=f"{url}/device/code",
            token_url=f"{url}/token",
            revoke_url=f"{url}/revoke",
            picker_url=f"{url}/v1",
        )
        clients.append(GoogleClient(endpoints, **({"timeouts": (2.0, 2.0)} | named)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
