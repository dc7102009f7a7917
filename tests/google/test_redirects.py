"""No secret crosses a redirect: every request that carries one, each redirecting status, each direction."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from kiosk.core import commands
from kiosk.core.model import (
    Client,
    Credentials,
    Kind,
    MediaItem,
    MediaItemId,
    PickingSessionId,
    RequestId,
    Secret,
    Size,
)
from kiosk.errors import GoogleError, Reason, Refused, Unexpected, Unreachable
from kiosk.google.client import GoogleClient, HttpTransport
from kiosk.google.media import fetch
from tests.google.conftest import BEARER, ScriptedServer

Serve = Callable[..., ScriptedServer]
ClientOf = Callable[..., GoogleClient]

CLIENT = Client("client", Secret("GOCSPX-secret"))
SESSION = PickingSessionId("ps")
COMMANDS: tuple[commands.GoogleCommand, ...] = (
    commands.RequestDeviceCode(client=CLIENT, request_id=RequestId("r"), display_name="x"),
    commands.PollToken(client=CLIENT, device_code=Secret("4/device")),
    commands.ExchangeCode(
        client=CLIENT, code=Secret("4/code"), verifier=Secret("v" * 43), redirect_uri="http://127.0.0.1:1"
    ),
    commands.RefreshAccessToken(client=CLIENT, credentials=Credentials(Secret("1//refresh"), "client", ())),
    commands.Revoke(refresh_token=Secret("1//refresh")),
    commands.CreatePickingSession(bearer=BEARER, request_id=RequestId("r"), max_items=1),
    commands.GetPickingSession(bearer=BEARER, session_id=SESSION),
    commands.ListMediaItems(bearer=BEARER, session_id=SESSION, page_token=None),
    commands.DeletePickingSession(bearer=BEARER, session_id=SESSION),
)
STATUSES = (301, 302, 303, 307, 308)


def item(url: str) -> MediaItem:
    return MediaItem(MediaItemId("A"), Kind.PHOTO, url, "image/jpeg", "a.jpg", None, None)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_no_request_of_the_apis_is_sent_on(
    serve: Serve, client_of: ClientOf, command: commands.GoogleCommand, status: int
) -> None:
    first, second = serve("127.0.0.1"), serve("127.0.0.2")
    for target in (f"{first.url}/same-host", f"{second.url}/other-host", "http://photos.example/plain"):
        first.say(status, b"", location=target)
    client = client_of(first.url)
    for asked in range(1, 4):
        with pytest.raises(Unreachable):
            client.perform(command)
        assert len(first.heard) == asked
    assert second.heard == []
    assert not any("other-host" in heard.target or "same-host" in heard.target for heard in first.heard)


@pytest.mark.parametrize("status", STATUSES)
def test_a_picture_is_sent_on_to_another_host_without_the_bearer(
    serve: Serve, client_of: ClientOf, status: int
) -> None:
    first, second = serve("127.0.0.1"), serve("127.0.0.2")
    first.say(status, b"", location=f"{second.url}/there")
    second.say(200, b"bytes")
    client_of(first.url).fetch(item(f"{first.url}/a"), Size(1, 1), BEARER, io.BytesIO())
    assert [heard.headers.get("authorization") for heard in second.heard] == [None]
    assert all(b"ya29" not in heard.body for heard in second.heard)


@pytest.mark.parametrize("status", STATUSES)
def test_a_picture_is_not_sent_on_to_plain_http(
    server: ScriptedServer, client_of: ClientOf, status: int
) -> None:
    server.say(status, b"", location="http://photos.example/a")
    with pytest.raises(Refused) as caught:
        client_of(server.url).fetch(item(f"{server.url}/a"), Size(1, 1), BEARER, io.BytesIO())
    assert caught.value.reason is Reason.ADDRESS
    assert "photos.example" not in str(caught.value)


@pytest.mark.parametrize(
    "target", ["/?t=ya29.bearer", "https://ya29.bearer.invalid/", "//x.example/ya29%2Ebearer", "/YA29.BEARER"]
)
def test_a_redirect_with_the_bearer_in_its_address_is_not_followed(
    server: ScriptedServer, transport: HttpTransport, target: str
) -> None:
    server.say(302, b"", location=target)
    with pytest.raises(Unexpected, match="with the access token in it") as caught:
        fetch(transport, f"{server.url}/a", BEARER.bearer, io.BytesIO())
    assert "ya29" not in str(caught.value).lower()
    assert len(server.heard) == 1


def test_a_base_url_of_a_stranger_is_asked_without_the_bearer(serve: Serve, client_of: ClientOf) -> None:
    stranger = serve()
    stranger.say(302, b"", location="/again")
    stranger.say(200, b"bytes")
    client = client_of("https://photospicker.googleapis.com")
    client.fetch(item(f"{stranger.url}/a"), Size(1, 1), BEARER, io.BytesIO())
    assert [heard.headers.get("authorization") for heard in stranger.heard] == [None, None]


def test_no_error_of_a_redirect_says_where_it_led(server: ScriptedServer, client_of: ClientOf) -> None:
    server.say(302, b"", location="https://photos.example/?code=4/secret")
    with pytest.raises(GoogleError) as caught:
        client_of(server.url).perform(COMMANDS[1])
    assert "photos.example" not in str(caught.value)
