"""The demo Google: a stateful server on loopback, its steering wheel, and its second listener for phones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import attrs

from kiosk.demo import media, oauth, picker, routes, web
from kiosk.demo.answers import Answer, Request, rpc_error
from kiosk.demo.faults import Faults
from kiosk.demo.library import Library, plain_items
from kiosk.demo.listener import Listener
from kiosk.demo.renditions import Renditions
from kiosk.demo.settings import DemoSettings
from kiosk.demo.sizing import Ask
from kiosk.demo.state import World
from kiosk.demo.steering import Person


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DemoGoogle:
    """Everything of Google that a frame meets, in one place. The constructor opens nothing; ``start`` does.

    ``clock`` gives seconds and only moves forward (expiry, intervals); ``wall`` gives aware UTC (``expireTime``).
    Every method may be called from any thread.
    """

    def __init__(
        self,
        library: Library,
        settings: DemoSettings | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._world = World(library, settings or DemoSettings(), clock, wall)
        self._renditions = Renditions()
        self._requests: list[Request] = []
        self._listeners: list[Listener] = []
        self._port = self._world.settings.port
        self._lan_port = self._world.settings.lan_port
        self._stopping = threading.Event()
        self._painter: threading.Thread | None = None
        self.painted = threading.Event()
        """Set once every picture of the library is there."""
        self._faults = Faults(self._world.changed)
        self.person = Person(self._world)

    # -- on and off

    def start(self) -> DemoGoogle:
        """Listen. After a ``stop`` it comes back on the same port with all it remembered."""
        if self._listeners:
            return self
        self._stopping = threading.Event()
        main = Listener("127.0.0.1", self._port, self, on_lan=False, stopping=self._stopping)
        self._listeners.append(main)
        self._port = main.port
        self._world.url = self._world.pages_url = f"http://127.0.0.1:{main.port}"
        self._world.video_url = f"http://localhost:{main.port}"
        if self.settings.lan_host is not None:
            lan = Listener(self.settings.lan_host, self._lan_port, self, on_lan=True, stopping=self._stopping)
            self._listeners.append(lan)
            self._lan_port = lan.port
            self._world.pages_url = f"http://{self.settings.lan_host}:{lan.port}"
        for listener in self._listeners:
            listener.start()
        self._painter = threading.Thread(target=self._paint, name="demo-painters")
        self._painter.start()
        return self

    def _paint(self) -> None:
        if self._world.library.paint is not None:
            self._world.library.paint(self._stopping.is_set)
        if not self._stopping.is_set():
            self.painted.set()

    def stop(self) -> None:
        """Close the listeners and every connection; what is remembered stays."""
        self._stopping.set()
        self.faults.release()
        for listener in self._listeners:
            listener.stop()
        self._listeners.clear()
        if self._painter is not None:
            self._painter.join()
            self._painter = None

    def __enter__(self) -> DemoGoogle:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self._faults

    # -- where it is

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return self._world.url

    @property
    def pages_url(self) -> str:
        """Where people go: the LAN listener if there is one, else ``url``."""
        return self._world.pages_url

    @property
    def endpoints(self) -> dict[str, str]:
        """The six addresses of a kiosk's ``[google]`` table."""
        return {
            "device_code_url": self.url + "/device/code",
            "token_url": self.url + "/token",
            "revoke_url": self.url + "/revoke",
            "auth_url": self.url + routes.AUTH_PATH,
            "picker_url": self.url + "/v1",
            "library_url": self.url + "/library/v1",
        }

    # -- what it is like

    @property
    def settings(self) -> DemoSettings:
        """The settings in force."""
        return self._world.settings

    def change(self, **fields: Any) -> None:
        """Change settings while it runs, e.g. ``change(latency=0.05)``."""
        with self._world.changed:
            self._world.settings = attrs.evolve(self._world.settings, **fields)

    @property
    def library(self) -> Library:
        """What there is to pick from."""
        return self._world.library

    def add_items(self, count: int) -> tuple[str, ...]:
        """The person takes ``count`` more (plain) photographs; their ids."""
        with self._world.changed:
            items = plain_items(count, first=len(self._world.library))
            self._world.library.add(items)
        return tuple(item.id for item in items)

    def prepare(self, width: int, height: int) -> None:
        """Make the ``=w{width}-h{height}`` rendition of every item now, before a benchmark."""
        settings = self.settings
        self._renditions.prepare(
            self._world.library.items,
            Ask(width, height),
            keep_orientation=settings.keep_orientation,
            quality=settings.jpeg_quality,
        )

    # -- what happened

    @property
    def requests(self) -> list[Request]:
        """Every request so far in order of arrival, those under way with status 0."""
        with self._world.changed:
            return list(self._requests)

    def clear_requests(self) -> None:
        """Forget what was asked so far."""
        with self._world.changed:
            self._requests.clear()

    def of_route(self, route: str) -> list[Request]:
        """The requests of one route."""
        return [request for request in self.requests if request.route == route]

    @property
    def sessions(self) -> tuple[str, ...]:
        """The ids of the picking sessions that are left, in order of creation."""
        with self._world.changed:
            return tuple(self._world.sessions)

    @property
    def user_codes(self) -> tuple[str, ...]:
        """Every user code given out, in order."""
        with self._world.changed:
            return tuple(self._world.devices)

    @property
    def refresh_tokens(self) -> tuple[str, ...]:
        """The live refresh tokens, in order of issue."""
        with self._world.changed:
            return tuple(self._world.refresh)

    @property
    def secrets(self) -> tuple[tuple[str, str], ...]:
        """(kind, value) of every secret ever handed out, in order."""
        with self._world.changed:
            return tuple(self._world.secrets)

    def wait_for(self, predicate: Callable[[], object], timeout: float = 10.0) -> None:
        """Until the predicate holds, looking again at every change here. Raises TimeoutError."""
        with self._world.changed:
            if not self._world.changed.wait_for(predicate, timeout):
                raise TimeoutError(f"the demo Google waited {timeout} s in vain")

    # -- what Google itself may do at any time

    def expire_base_urls(self) -> None:
        """Every base URL handed out so far is stale."""
        with self._world.changed:
            self._world.base_urls.clear()

    def expire_access_tokens(self) -> None:
        """Every access token is dead; refresh tokens live."""
        with self._world.changed:
            self._world.access.clear()

    def revoke_user(self, user: str = "anna") -> None:
        """The person removed the app in their Google account."""
        with self._world.changed:
            self._world.revoke_user(user)
            self._world.changed.notify_all()

    def forget_session(self, session_id: str) -> None:
        """The picking session is no more (404)."""
        with self._world.changed:
            del self._world.sessions[session_id]
            self._world.changed.notify_all()

    # -- the listener's side

    def now(self) -> float:
        """The server's clock, seconds."""
        return self._world.clock()

    def arrived(self, request: Request) -> Request:
        """Write a request into the log; it comes back with its number."""
        with self._world.changed:
            request = attrs.evolve(request, number=len(self._requests))
            self._requests.append(request)
            self._world.changed.notify_all()
            return request

    def answered(self, request: Request, status: int, sent: int) -> None:
        """Complete a request's record. Called before its last byte leaves, so that whoever has it finds the record."""
        with self._world.changed:
            number = request.number
            if number < len(self._requests) and self._requests[number].when == request.when:
                self._requests[number] = attrs.evolve(request, status=status, sent=sent)
            self._world.changed.notify_all()

    def latency(self, route: str) -> float:
        """Seconds that an answer of this route is held back."""
        return 0.0 if route in routes.FOR_PEOPLE else self.settings.latency

    def answer(self, request: Request) -> Answer:
        """What the server itself says to a request."""
        if request.route == routes.MEDIA:
            return media.media(self._world, self._renditions, request)
        if request.route in routes.FOR_PEOPLE:
            return web.page(self._world, self._renditions, request)
        endpoint = _ENDPOINTS.get(request.route)
        if endpoint is None:
            return rpc_error("NOT_FOUND", f"The requested URL {request.path} was not found on this server.")
        return endpoint(self._world, request)


_ENDPOINTS: dict[str, Callable[[World, Request], Answer]] = {
    routes.DEVICE_CODE: oauth.device_code,
    routes.TOKEN: oauth.token,
    routes.REVOKE: oauth.revoke,
    routes.SESSIONS_CREATE: picker.create,
    routes.SESSIONS_GET: picker.get,
    routes.SESSIONS_DELETE: picker.delete,
    routes.MEDIA_ITEMS_LIST: picker.list_items,
    routes.VIDEO: media.video,
}
