"""Whatever a server sends, a deciphering gives a value or a named error, and no secret gets into its text."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.core.addresses import check_address
from kiosk.core.model import DeviceCode, Grant, MediaPage, PickingSession
from kiosk.errors import KioskError, Unexpected
from kiosk.google import oauth_wire, picker_wire
from kiosk.google.oauth_wire import Step
from kiosk.google.picker_wire import Call
from kiosk.google.wire import Answer

DECIPHER: list[Callable[[Answer], object]] = [
    lambda answer: oauth_wire.decipher_device_code(answer, sent_state=True, lan_host=None),
    *((lambda answer, step=step: oauth_wire.decipher_grant(answer, step)) for step in Step),
    oauth_wire.decipher_revocation,
    *(
        (lambda answer, call=call: picker_wire.decipher_picking_session(answer, call, lan_host=None))
        for call in Call
    ),
    picker_wire.decipher_media_page,
    picker_wire.decipher_deletion,
]

# Keys that mean something, so that the wild values land where they can do harm.
KEYS = st.sampled_from(
    [
        *("device_code", "user_code", "verification_url", "verification_uri", "verification_url_complete"),
        *("expires_in", "interval", "error", "error_code", "error_description", "access_token", "scope"),
        *("refresh_token", "token_type", "id", "pickerUri", "mediaItemsSet", "pollingConfig", "pollInterval"),
        *("timeoutIn", "expireTime", "mediaItems", "nextPageToken", "mediaFile", "baseUrl", "mimeType"),
        *("filename", "mediaFileMetadata", "width", "height", "createTime", "type", "status", "message"),
        *("details", "reason", "retryDelay", "code"),
    ]
)
WORDS = st.sampled_from(
    [
        *(
            "5s",
            "0s",
            "-1s",
            "1e9s",
            "9" * 400 + "s",
            "NaN",
            "true",
            "PHOTO",
            "VIDEO",
            "..",
            "\ud800",
            "a\r\nb",
        ),
        *("https://photos.google.com/x", "http://evil.example/", "http://127.0.0.1:1/", "https://[", "//x"),
        *("0001-01-01T00:00:00Z", "9999-12-31T23:59:60+23:59", "2023-07-14T18:02:11.999999999999Z"),
        *("invalid_grant", "slow_down", "PERMISSION_DENIED", "FAILED_PRECONDITION", "RESOURCE_EXHAUSTED"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 0, -1])
    | st.floats()
    | st.text(max_size=20)
    | WORDS
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=8)
    ),
    max_leaves=15,
)
STATUSES = st.sampled_from([200, 204, 302, 400, 401, 403, 404, 408, 409, 428, 429, 500, 503, 511, 799])
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "date", "content-type"]),
    st.sampled_from(
        ["5", "-1", "\u00b2", "9" * 30, "Wed, 21 Oct 2015 07:28:00 GMT", "text/html", "x", "0 0 0"]
    ),
)


# Good answers, in which one member after the other is replaced by something wild.
GOOD: list[Any] = [
    {
        "device_code": "d",
        "user_code": "A",
        "verification_url": "https://g.example/device",
        "interval": 5,
        "expires_in": 1800,
        "access_token": "a",
        "refresh_token": "r",
        "token_type": "Bearer",
    },
    {
        "id": "ps",
        "pickerUri": "https://g.example/p",
        "mediaItemsSet": False,
        "pollingConfig": {"pollInterval": "5s", "timeoutIn": "9s"},
        "expireTime": "2026-03-01T10:00:00Z",
    },
    {
        "nextPageToken": "t",
        "mediaItems": [
            {
                "id": "A",
                "type": "PHOTO",
                "createTime": "2023-07-14T18:02:11Z",
                "mediaFile": {
                    "baseUrl": "https://g.example/m",
                    "mimeType": "image/jpeg",
                    "filename": "a.jpg",
                    "mediaFileMetadata": {"width": 4, "height": "3"},
                },
            }
        ],
    },
    {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "m", "details": [{"reason": "R"}]}},
    {"error": "invalid_grant", "error_description": "d"},
]


@st.composite
def spoilt(draw: st.DrawFn) -> object:
    """A good answer with one member of it, at any depth, made wild or taken away."""
    body = copy.deepcopy(draw(st.sampled_from(GOOD)))
    place = body
    while True:
        key = draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.just(0))
        if not isinstance(place[key], dict | list) or draw(st.booleans()):
            break
        place = place[key]
    if isinstance(place, dict) and draw(st.booleans()):
        del place[key]
    else:
        place[key] = draw(ANY_JSON)
    return body


def decipher_all(answer: Answer) -> list[object]:
    """Every deciphering of one answer; anything but a value or a KioskError escapes and fails the test."""
    outcomes: list[object] = []
    for decipher in DECIPHER:
        try:
            outcomes.append(decipher(answer))
        except KioskError as error:
            outcomes.append(error)
    return outcomes


def check(value: object) -> None:
    """What the rest of the program may rely on."""
    if isinstance(value, DeviceCode):
        assert 0 < value.interval <= 300
        assert 0 < value.expires_in <= 86_400
        assert check_address(value.verification_url) is None
    if isinstance(value, Grant):
        assert value.access_token.reveal.isascii()
        assert 0 < value.expires_in <= 86_400
    if isinstance(value, PickingSession):
        assert value.id not in {"", ".", ".."}
        assert value.picker_uri == "" or check_address(value.picker_uri) is None
        assert value.poll_interval is None or 0.1 <= value.poll_interval <= 3600
        assert value.expires_at is None or value.expires_at > datetime(1826, 1, 1, tzinfo=UTC)
    if isinstance(value, MediaPage):
        assert value.next_page_token is None or value.next_page_token.encode()
        for item in value.items:
            assert not item.base_url or check_address(item.base_url) is None
            assert item.id.isascii()
            assert item.filename.encode().count(b"\0") == 0
    if isinstance(value, Unexpected):
        assert len(value.sample) <= 200


def body_of(value: Any) -> bytes:
    return json.dumps(value).encode()


@given(value=ANY_JSON, status=STATUSES, headers=HEADERS)
def test_any_json_value_becomes_a_sound_value_or_a_named_error(
    value: object, status: int, headers: dict[str, str]
) -> None:
    for outcome in decipher_all(Answer(status, headers, body_of(value))):
        check(outcome)


@given(value=spoilt(), status=STATUSES)
@example(value={**GOOD[0], "expires_in": 10**400, "interval": -(10**400)}, status=200)
def test_a_good_answer_with_one_wild_member_becomes_a_sound_value_or_a_named_error(
    value: object, status: int
) -> None:
    for outcome in decipher_all(Answer(status, {}, body_of(value))):
        check(outcome)


@given(body=st.binary(max_size=200), status=STATUSES)
@example(body=b"[" * 100_000, status=200)
@example(body=b'{"a":' * 100_000, status=400)
@example(body=b"9" * 10_000, status=200)
@example(body=b'{"expires_in": 1e999, "interval": NaN}', status=200)
@example(body="\ufeff{}".encode(), status=200)
@example(body='{"id": "x"}'.encode("utf-16"), status=200)
@example(body=b'{"id": "' + b"x" * 20_000_000, status=200)
def test_any_bytes_become_a_sound_value_or_a_named_error(body: bytes, status: int) -> None:
    for outcome in decipher_all(Answer(status, {}, body)):
        check(outcome)


SECRET = "ya29.a0AfB_byC-Secret"


def with_secret(shape: object) -> object:
    """Every text of a JSON value replaced by a secret."""
    if isinstance(shape, dict):
        return {key: with_secret(value) for key, value in shape.items()}
    if isinstance(shape, list):
        return [with_secret(value) for value in shape]
    return SECRET if isinstance(shape, str) else shape


@given(value=ANY_JSON, status=STATUSES)
@example(value={"error": "x", "error_description": "x"}, status=400)
@example(value={"error": {"status": "x", "message": "x"}}, status=400)
@example(value={"access_token": 7, "refresh_token": "x"}, status=200)
def test_no_error_repeats_what_a_server_sent_as_a_value(value: object, status: int) -> None:
    for outcome in decipher_all(Answer(status, {}, body_of(with_secret(value)), secrets=(SECRET,))):
        if isinstance(outcome, KioskError):
            assert SECRET not in str(outcome)


@pytest.mark.parametrize("length", [0, 1, 10, 30])
def test_a_truncated_answer_is_unexpected_and_its_sample_holds_none_of_it(length: int) -> None:
    body = body_of({"access_token": SECRET, "expires_in": 3599})[: 20 + length]
    with pytest.raises(Unexpected) as caught:
        oauth_wire.decipher_grant(Answer(200, {}, body), Step.POLL)
    assert caught.value.sample == f"not JSON, {20 + length} bytes"
