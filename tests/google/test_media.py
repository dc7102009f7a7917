"""Fetching one picture: what is written, what is refused, and where the bearer goes."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest

from kiosk.core.model import Kind, MediaItem, MediaItemId, Secret, Size
from kiosk.errors import (
    Busy,
    Gone,
    KioskError,
    Reason,
    Refused,
    SignInRequired,
    Unexpected,
    Unreachable,
    Unreadable,
)
from kiosk.google import FetchedMedia
from kiosk.google.client import HttpTransport
from kiosk.google.media import fetch, rendition_url
from tests.google.conftest import ScriptedServer, dripping, hanging_up, response, stalling

Serve = Callable[..., ScriptedServer]
BEARER = Secret("ya29.bearer")
JPEG = b"\xff\xd8" + bytes(range(256)) * 1000


def item(kind: Kind = Kind.PHOTO, base_url: str = "https://lh3.example/ppa/AAA") -> MediaItem:
    return MediaItem(MediaItemId("A"), kind, base_url, "image/jpeg", "a.jpg", None, None)


@pytest.mark.parametrize(
    ("kind", "box", "suffix"),
    [
        (Kind.PHOTO, Size(1920, 1080), "=w1920-h1080"),
        (Kind.VIDEO, Size(1920, 1080), "=w1920-h1080-no"),
        (Kind.PHOTO, Size(0, -5), "=w1-h1"),
        (Kind.PHOTO, Size(16384, 99999), "=w16383-h16383"),
    ],
)
def test_a_base_url_is_asked_for_a_size_that_google_allows(kind: Kind, box: Size, suffix: str) -> None:
    assert rendition_url(item(kind), box) == f"https://lh3.example/ppa/AAA{suffix}"


def test_a_picture_is_streamed_to_its_sink(server: ScriptedServer, transport: HttpTransport) -> None:
    server.say(200, JPEG, content_type="Image/JPEG; charset=binary")
    sink = io.BytesIO()
    assert fetch(transport, f"{server.url}/a=w1-h1", BEARER, sink) == FetchedMedia(len(JPEG), "image/jpeg")
    assert sink.getvalue() == JPEG
    assert server.heard[0].headers["authorization"] == "Bearer ya29.bearer"


@pytest.mark.parametrize("kind", ["", "application/octet-stream", "image/webp"])
def test_the_type_is_for_the_decoder_to_judge(
    server: ScriptedServer, transport: HttpTransport, kind: str
) -> None:
    server.say(200, JPEG, content_type=kind)
    assert fetch(transport, server.url, BEARER, io.BytesIO()).content_type == kind


def test_a_picture_in_chunks_without_a_length_is_whole(
    server: ScriptedServer, transport: HttpTransport
) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.do(lambda connection, _: connection.sendall(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    sink = io.BytesIO()
    assert fetch(transport, server.url, BEARER, sink) == FetchedMedia(5, "")
    assert sink.getvalue() == b"abcde"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (response(401, JPEG, content_type="image/png"), SignInRequired),
        (response(403, JPEG, content_type="image/png"), Gone),
        (response(404), Gone),
        (response(410), Gone),
        (response(400), Refused),
        (response(407), Unreachable),
        (response(408), Busy),
        (response(429), Busy),
        (response(500), Busy),
        (response(503), Busy),
        (response(511), Unreachable),
        (response(206, JPEG, content_type="image/jpeg"), Unexpected),
        (response(200, b"<html>Welcome</html>", content_type="text/html; charset=utf-8"), Unreachable),
        (response(200, b"", content_type="image/jpeg"), Unreachable),
        (response(302, b""), Unexpected),
        (response(302, b"", location="http://photos.example/x"), Refused),
        (response(302, b"", location="http://["), Refused),
        (response(302, b"", location="file:///etc/passwd"), Refused),
    ],
)
def test_a_bad_answer_is_judged_before_its_body_and_nothing_is_written(
    server: ScriptedServer, transport: HttpTransport, answer: bytes, kind: type[KioskError]
) -> None:
    server.do(lambda connection, _: connection.sendall(answer))
    sink = io.BytesIO()
    with pytest.raises(KioskError) as caught:
        fetch(transport, server.url, BEARER, sink)
    assert type(caught.value) is kind
    assert sink.getvalue() == b""


def test_a_quota_says_so_and_when_to_come_back(server: ScriptedServer, transport: HttpTransport) -> None:
    server.say(429, b"", retry_after="31")
    with pytest.raises(Busy) as caught:
        fetch(transport, server.url, BEARER, io.BytesIO())
    assert (caught.value.quota, caught.value.retry_after) == (True, 31.0)


def test_a_refusal_is_known_before_its_endless_body(server: ScriptedServer, transport: HttpTransport) -> None:
    server.do(stalling(response(403, b"x", content_length="99999999", content_type="image/png")))
    began = time.monotonic()
    with pytest.raises(Gone):
        fetch(transport, server.url, BEARER, io.BytesIO())
    assert time.monotonic() - began < 1.5


def test_a_picture_that_ends_early_is_cut_off(server: ScriptedServer, transport: HttpTransport) -> None:
    server.do(hanging_up(response(200, JPEG[:1000], content_length=str(len(JPEG)))))
    with pytest.raises(Unreachable, match="cut off"):
        fetch(transport, server.url, BEARER, io.BytesIO())


def test_a_stalled_picture_ends_by_the_read_time_out(server: ScriptedServer) -> None:
    server.do(stalling(response(200, JPEG[:1000], content_length=str(len(JPEG)))))
    transport = HttpTransport((5.0, 0.2))
    with pytest.raises(Unreachable, match="no answer"):
        fetch(transport, server.url, BEARER, io.BytesIO())
    transport.close()


def test_a_dripping_picture_ends_by_its_deadline(server: ScriptedServer, transport: HttpTransport) -> None:
    server.do(dripping(response(200, JPEG)))
    with pytest.raises(Unreachable, match="too slowly"):
        fetch(transport, server.url, BEARER, io.BytesIO(), deadline_seconds=0.3)


def test_a_picture_that_announces_too_much_is_not_begun(
    server: ScriptedServer, transport: HttpTransport
) -> None:
    server.say(200, JPEG, content_type="image/jpeg")
    sink = io.BytesIO()
    with pytest.raises(Unreadable, match="more than 0 MB"):
        fetch(transport, server.url, BEARER, sink, limit_bytes=len(JPEG) - 1)
    assert sink.getvalue() == b""
    assert fetch(transport, server.url, BEARER, sink, limit_bytes=len(JPEG)).bytes == len(JPEG)


def test_a_picture_that_grows_too_large_is_given_up(server: ScriptedServer, transport: HttpTransport) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"
    server.do(hanging_up(head + JPEG))
    sink = io.BytesIO()
    with pytest.raises(Unreadable):
        fetch(transport, server.url, BEARER, sink, limit_bytes=100_000)
    assert len(sink.getvalue()) <= 100_000


def test_a_full_card_is_not_taken_for_a_bad_network(server: ScriptedServer, transport: HttpTransport) -> None:
    class Full(io.BytesIO):
        def write(self, _octets: object) -> int:
            raise OSError(28, "No space left on device")

    server.say(200, JPEG, content_type="image/jpeg")
    with pytest.raises(OSError, match="No space left"):
        fetch(transport, server.url, BEARER, Full())


def test_the_bearer_never_crosses_to_another_host(serve: Serve, transport: HttpTransport) -> None:
    first, second = serve("127.0.0.1"), serve("127.0.0.2")
    first.say(302, b"", location=f"{second.url}/video")
    second.say(302, b"", location=f"{first.url}/back")
    first.say(200, b"bytes", content_type="video/mp4")
    sink = io.BytesIO()
    assert fetch(transport, f"{first.url}/a=dv", BEARER, sink) == FetchedMedia(5, "video/mp4")
    assert [heard.headers.get("authorization") for heard in first.heard] == ["Bearer ya29.bearer", None]
    assert [heard.headers.get("authorization") for heard in second.heard] == [None]


def test_the_bearer_never_crosses_to_another_port(serve: Serve, transport: HttpTransport) -> None:
    first, second = serve(), serve()
    first.say(307, b"", location=f"{second.url}/x")
    second.say(200, b"bytes")
    fetch(transport, first.url, BEARER, io.BytesIO())
    assert "authorization" not in second.heard[0].headers


def test_the_bearer_crosses_no_redirect_within_one_host_either(
    server: ScriptedServer, transport: HttpTransport
) -> None:
    server.say(302, b"", location="/moved?x=1")
    server.say(200, b"bytes")
    fetch(transport, f"{server.url}/a", BEARER, io.BytesIO())
    assert server.heard[1].target == "/moved?x=1"
    assert [heard.headers.get("authorization") for heard in server.heard] == ["Bearer ya29.bearer", None]


@pytest.mark.parametrize(("hops", "good"), [(3, True), (4, False)])
def test_three_redirects_are_followed_and_no_more(
    server: ScriptedServer, transport: HttpTransport, hops: int, good: bool
) -> None:
    for hop in range(hops):
        server.say(302, b"", location=f"/{hop}")
    server.say(200, b"bytes")
    if good:
        assert fetch(transport, server.url, BEARER, io.BytesIO()).bytes == 5
    else:
        with pytest.raises(Unexpected, match="redirects"):
            fetch(transport, server.url, BEARER, io.BytesIO())
    assert len(server.heard) == 4


def test_a_base_url_on_plain_http_gets_neither_request_nor_bearer(transport: HttpTransport) -> None:
    with pytest.raises(Refused) as caught:
        fetch(transport, "http://lh3.example/a=w1-h1", BEARER, io.BytesIO())
    assert caught.value.reason is Reason.ADDRESS
