"""A demo Google on its own clock, and the least of a frame to speak to it over real HTTP."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from kiosk.demo import PICKER_SCOPE, DemoGoogle, DemoSettings, Library, plain_library

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds


class DemoFrame:
    """What a frame asks of Google, one method each; answers come back raw."""

    def __init__(self, google: DemoGoogle, http: requests.Session) -> None:
        self.google = google
        self.http = http
        self.access_token = ""
        self.refresh_token = ""

    def device_code(self, **changes: str) -> requests.Response:
        form = {"client_id": self.google.settings.client_id, "scope": PICKER_SCOPE, **changes}
        return self.http.post(self.google.endpoints["device_code_url"], data=form, timeout=5)

    def token(self, **form: str) -> requests.Response:
        settings = self.google.settings
        whole = {"client_id": settings.client_id, "client_secret": settings.client_secret, **form}
        whole = {name: value for name, value in whole.items() if value}
        return self.http.post(self.google.endpoints["token_url"], data=whole, timeout=5)

    def poll(self, device_code: str, **changes: str) -> requests.Response:
        return self.token(grant_type=DEVICE_GRANT, device_code=device_code, **changes)

    def refresh(self, **changes: str) -> requests.Response:
        return self.token(**{"grant_type": "refresh_token", "refresh_token": self.refresh_token, **changes})

    def sign_in(self, user: str = "anna", request_id: str = "", scope: str = PICKER_SCOPE) -> dict[str, Any]:
        state = json.dumps({"requestId": request_id, "displayName": "Kitchen"}) if request_id else ""
        device = self.device_code(scope=scope, **({"state": state} if state else {})).json()
        self.google.person.approve(device["user_code"], user)
        answer: dict[str, Any] = self.poll(device["device_code"]).json()
        self.access_token, self.refresh_token = answer["access_token"], answer["refresh_token"]
        return device | answer

    def api(self, method: str, path: str, **rest: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        url = self.google.endpoints["picker_url"] + path
        return self.http.request(method, url, headers=headers, timeout=5, **rest)

    def create(self, request_id: str = "", body: object = None) -> requests.Response:
        query = {"requestId": request_id} if request_id else {}
        return self.api("POST", "/sessions", params=query, json={} if body is None else body)

    def list(self, session_id: str, **query: str | int) -> requests.Response:
        return self.api("GET", "/mediaItems", params={"sessionId": session_id, **query})

    def picked(self, count: int) -> tuple[str, list[dict[str, Any]]]:
        """(session id, listed items) of a pick of the newest ``count``, all pages."""
        session_id = self.create().json()["id"]
        self.google.person.pick(session_id, count)
        return session_id, self.all_items(session_id)

    def all_items(self, session_id: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        page: dict[str, Any] = self.list(session_id, pageSize=100).json()
        items += page.get("mediaItems", [])
        while page.get("nextPageToken"):
            page = self.list(session_id, pageSize=100, pageToken=page["nextPageToken"]).json()
            items += page.get("mediaItems", [])
        return items

    def media(self, base_url: str, parameters: str, **headers: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.access_token}", **headers}
        return self.http.get(f"{base_url}={parameters}", headers=headers, timeout=5, allow_redirects=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(clock: Clock) -> Iterator[Callable[..., DemoFrame]]:
    """``start(library=..., **settings)``: a frame before a fresh Google."""
    clients: list[DemoFrame] = []

    def begin(library: Library | None = None, **settings: Any) -> DemoFrame:
        google = DemoGoogle(library or plain_library(12, (800, 600)), DemoSettings(**settings), clock)
        client = DemoFrame(google.start(), requests.Session())
        clients.append(client)
        return client

    yield begin
    for client in clients:
        client.http.close()
        client.google.stop()


@pytest.fixture
def client(start: Callable[..., DemoFrame]) -> DemoFrame:
    """A frame before a Google as it comes."""
    return start()


@pytest.fixture
def signed_in(client: DemoFrame) -> DemoFrame:
    """The same with a person signed in."""
    client.sign_in()
    return client


@pytest.fixture
def request_id() -> str:
    return str(uuid.uuid4())
