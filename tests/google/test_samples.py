"""Answers of recorded shape (composed by us, after Google's pages), each with what it must become."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kiosk.core.model import MediaPage, Secret
from kiosk.errors import Busy, KioskError, Refused
from kiosk.google import oauth_wire, picker_wire
from kiosk.google.oauth_wire import Step
from kiosk.google.picker_wire import Call
from kiosk.google.wire import Answer

SAMPLES = Path(__file__).parent / "samples"
Decipher = Callable[[Answer, dict[str, Any]], object]

DECIPHER: dict[str, Decipher] = {
    "device_code": lambda answer, sample: oauth_wire.decipher_device_code(
        answer, sent_state=sample.get("sent_state", False), lan_host=None
    ),
    "poll": lambda answer, _: oauth_wire.decipher_grant(answer, Step.POLL),
    "exchange": lambda answer, _: oauth_wire.decipher_grant(answer, Step.EXCHANGE),
    "refresh": lambda answer, _: oauth_wire.decipher_grant(answer, Step.REFRESH),
    "revoke": lambda answer, _: oauth_wire.decipher_revocation(answer),
    "session": lambda answer, sample: picker_wire.decipher_picking_session(
        answer, Call[sample["call"]], lan_host=None
    ),
    "media_page": lambda answer, _: picker_wire.decipher_media_page(answer),
    "deletion": lambda answer, _: picker_wire.decipher_deletion(answer),
}


def every_sample() -> Iterator[Any]:
    for path in sorted(SAMPLES.glob("*.json")):
        for sample in json.loads(path.read_text()):
            yield pytest.param(path.stem, sample, id=f"{path.stem}: {sample['name']}")


def as_answer(sample: dict[str, Any]) -> Answer:
    body = sample["text"] if "text" in sample else json.dumps(sample["body"])
    return Answer(sample["status"], sample.get("headers", {}), body.encode())


def outcome(value: object) -> str:
    """One word or a few, as the samples write it."""
    if isinstance(value, Refused):
        return f"Refused {value.reason.value}"
    if isinstance(value, Busy):
        wait = "" if value.retry_after is None else f" {value.retry_after}"
        return f"Busy{wait}{' quota' if value.quota else ''}"
    return "done" if value is None else type(value).__name__


def comparable(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Secret):
        return value.reveal
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("kind", "sample"), list(every_sample()))
def test_a_sample_becomes_what_it_says(kind: str, sample: dict[str, Any]) -> None:
    try:
        value: object = DECIPHER[kind](as_answer(sample), sample)
    except KioskError as error:
        value = error
    assert outcome(value) == sample["gives"]
    found = {name: comparable(getattr(value, name)) for name in sample.get("fields", {})}
    assert found == sample.get("fields", {})
    if "items" in sample:
        assert isinstance(value, MediaPage)
        assert [
            [
                item.id,
                item.kind.value,
                item.mime_type,
                item.filename,
                item.size and [item.size.width, item.size.height],
                item.captured_at and item.captured_at.isoformat(),
            ]
            for item in value.items
        ] == sample["items"]
    if "base_urls" in sample:
        assert isinstance(value, MediaPage)
        assert [item.base_url for item in value.items] == sample["base_urls"]
    if "cameras" in sample:
        assert isinstance(value, MediaPage)
        assert [item.camera for item in value.items] == sample["cameras"]


def test_every_kind_of_sample_has_its_deciphering_and_the_reverse() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(DECIPHER)


def test_a_grant_carries_both_tokens() -> None:
    answer = Answer(200, {}, b'{"access_token": "ya29.x", "refresh_token": "1//y"}')
    grant = oauth_wire.decipher_grant(answer, Step.POLL)
    assert (grant.access_token, grant.refresh_token) == (Secret("ya29.x"), Secret("1//y"))


@pytest.mark.parametrize("host", ["192.168.1.20", "192.0.2.2", "100.64.3.4", "[fd00::1]"])
def test_the_demo_may_show_pages_of_its_own_host(host: str) -> None:
    url, lan_host = f"http://{host}:8080/device", host.strip("[]")
    body = json.dumps({"device_code": "d", "user_code": "A", "verification_url": url}).encode()
    code = oauth_wire.decipher_device_code(Answer(200, {}, body), sent_state=True, lan_host=lan_host)
    assert code.verification_url == url
    body = json.dumps({"id": "ps", "pickerUri": url}).encode()
    found = picker_wire.decipher_picking_session(Answer(200, {}, body), Call.CREATE, lan_host=lan_host)
    assert found.picker_uri == url


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/x",
        "http://192.168.1.21/x",
        "http://192.168.1.20.example/x",
        "http://192.168.1.20@photos.example/x",
        "http://0.0.0.0/",
        "ftp://192.168.1.20/",
        "x",
        7,
    ],
)
def test_the_demo_shows_no_page_on_plain_http_beyond_its_own_host(url: object) -> None:
    body = json.dumps({"id": "ps", "pickerUri": url}).encode()
    with pytest.raises(Refused, match="address"):
        picker_wire.decipher_picking_session(Answer(200, {}, body), Call.CREATE, lan_host="192.168.1.20")
