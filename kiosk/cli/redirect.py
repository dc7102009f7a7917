"""The loopback listener of the second road (RFC 8252 section 7.3): waits for the browser to come back with a code."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import SimpleQueue
from types import TracebackType

_PAGE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    b"<title>kiosk</title><body style='font:1.2rem/1.5 system-ui;max-width:30rem;margin:20vh auto;padding:0 1rem'>"
    b"<h1>Thank you</h1><p>You can close this page and look at your frame.</p>"
)


class RedirectListener:
    """Listens on a free port of 127.0.0.1 inside the ``with``. ``ready`` is a descriptor for select."""

    def __init__(self) -> None:
        self._addresses: SimpleQueue[str] = SimpleQueue()
        self.ready, self._signal = os.pipe()
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.redirect_uri = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="redirect", daemon=True)

    def __enter__(self) -> RedirectListener:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        os.close(self.ready)
        os.close(self._signal)

    def taken(self) -> str:
        """The path and query that the browser came with; call it when ``ready`` is readable."""
        os.read(self.ready, 1)
        return self._addresses.get()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(_PAGE)))
                # The code stands in this page's address.
                self.send_header("Cache-Control", "no-store")
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(_PAGE)
                if "?" in self.path:  # not the browser's favicon
                    listener._addresses.put(self.path)
                    os.write(listener._signal, b".")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
                """No access log: the code stands in the address."""

        return Handler
