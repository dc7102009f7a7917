"""The kiosk's screen as a web page, for a machine without a display."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

_PAGE = b"""<!doctype html><html lang=en><head><meta charset=utf-8>
<meta name=viewport content="width=device-width,initial-scale=1"><title>The frame's screen, demo</title>
<style>html,body{margin:0;height:100%;background:#0b0a09}
img{width:100%;height:100%;object-fit:contain;display:block}</style></head>
<body><img id=screen alt="What the frame shows"><script>
const screen_ = document.getElementById("screen");
function next(wait) { setTimeout(() => { screen_.src = "/screen.png?" + Date.now(); }, wait); }
screen_.onload = () => next(700); screen_.onerror = () => next(2000); next(0);
</script></body></html>"""


class Mirror:
    """Serves the page on ``host``; ``capture`` gives a PNG of the screen, or None while there is none."""

    def __init__(self, capture: Callable[[], bytes | None], host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = ThreadingHTTPServer((host, port), _handler(capture))
        self._server.daemon_threads = True
        self.url = f"http://{host}:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="demo-mirror", daemon=True)

    def __enter__(self) -> Mirror:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(capture: Callable[[], bytes | None]) -> type[BaseHTTPRequestHandler]:
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/":
                self._send(200, "text/html; charset=utf-8", _PAGE)
            elif self.path.startswith("/screen.png"):
                with one_at_a_time:
                    picture = capture()
                self._send(200 if picture else 503, "image/png", picture or b"")
            else:
                self._send(404, "text/plain", b"not found\n")

        def _send(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            """The demo's terminal is for the demo's links."""

    return Handler
