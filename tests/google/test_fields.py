"""Reading single fields, redaction, waiting times, and the requests that are built."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import Client, PickingSessionId, RequestId, Secret
from kiosk.google import PICKER_SCOPE, Endpoints, fields, oauth_wire, picker_wire, redact, wire
from kiosk.google.wire import Answer, Request

ENDPOINTS = Endpoints()
CLIENT = Client("frame.apps.googleusercontent.com", Secret("GOCSPX-s"))
REQUEST_ID = RequestId("0f8c5d1e-7d3b-4a52-9b1f-0c8d6a1e2f30")
NOON = {"date": "Wed, 21 Oct 2015 12:00:00 GMT"}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("3.5s", 3.5), ("0s", 0.0), ("-4s", 0.0), ("1800", 1800.0), (7, 7.0), (2.25, 2.25)),
        *((10**400, 9999.0), (-(10**400), 0.0), (float("inf"), 9999.0), ("9" * 400 + "s", 9999.0)),
        *((float("nan"), None), (True, None), (None, None), ("5 s", None), ("1_0s", None), ("s", None)),
        *(("", None), ("PT5S", None), ([5], None), ("\u0665s", None)),
    ],
)
def test_a_duration_is_limited_or_nothing(value: object, seconds: float | None) -> None:
    assert fields.seconds(value, 0.0, 9999.0) == seconds


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *((4, 4), ("4032", 4032), (4032.0, 4032), (0, 0), (10**30, 10**30)),
        *((-1, None), ("-1", None), (4.5, None), (True, None), ("4x", None), ("9" * 20, None)),
        *((float("inf"), None), (float("nan"), None), (None, None), ("\u0664", None)),
    ],
)
def test_a_whole_number_may_be_text(value: object, number: int | None) -> None:
    assert fields.whole(value) == number


@pytest.mark.parametrize(
    ("value", "kept"),
    [("a", "a"), ("", None), (7, None), ("x" * 4097, None), ("\ud83d", None), ("\u00e4 b", "\u00e4 b")],
)
def test_text_is_kept_only_if_it_can_be_stored(value: object, kept: str | None) -> None:
    assert fields.text(value) == kept


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        *(({}, None), ({"retry-after": "30"}, 30.0), ({"retry-after": " 0 "}, 0.0)),
        *(
            ({"retry-after": "9" * 30}, 86_400.0),
            ({"retry-after": "-5"}, None),
            ({"retry-after": "\u00b2"}, None),
        ),
        ({"retry-after": "Wed, 21 Oct 2015 12:00:45 GMT"} | NOON, 45.0),
        ({"retry-after": "Wed, 21 Oct 2015 11:00:00 GMT"} | NOON, 0.0),
        ({"retry-after": "Wed, 21 Oct 2035 11:00:00 GMT"} | NOON, 86_400.0),
        ({"retry-after": "Wed, 21 Oct 2015 12:00:45 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 12:00:45"} | NOON, None),
        ({"retry-after": "soon"} | NOON, None),
    ],
)
def test_retry_after_needs_no_right_clock(headers: dict[str, str], wait: float | None) -> None:
    assert wire.retry_after(Answer(503, headers, b"")) == wait


def test_a_sample_shows_keys_and_types_but_no_value() -> None:
    body = {
        "access_token": "ya29.x",
        "expires_in": 3599,
        "ok": True,
        "none": None,
        "4/secret key": ["a", "b", 1],
    }
    assert redact.shape(body) == (
        "{access_token: text(6), expires_in: number, ok: flag, none: null, ?: [text(1), number]}"
    )


def test_a_sample_of_a_large_answer_is_short() -> None:
    assert redact.shape(list(range(100))) == "[number, 88 more]"
    assert redact.shape({"a": {"b": {"c": {"d": {"e": 1}}}}}) == "{a: {b: {c: {d: {...}}}}}"
    assert redact.shape([[[[[1]]]]]) == "[[[[[...]]]]]"
    long = redact.shape({"k" * (n + 1): 1 for n in range(20)})
    assert len(long) == 200
    assert long.endswith("...")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Enable it.\n Then wait", "Enable it. Then wait"),
        ("see https://a.example/x?key=secret#f now", "see https://a.example/... now"),
        ("at https://user:pw@a.example:8/x", "at https://a.example:8/..."),
        ("token ya29.a0 and 1//0x and 4/0y and GOCSPX-z", "token *** and *** and *** and ***"),
        ("id 0123456789abcdefABCDEF", "id ***"),
        ("we sent hunter2 and hunter2000", "we sent *** and ***"),
        ("a\x1b[31m\ud800b", "a [31m b"),
        ("word " * 60, ("word " * 60)[:197] + "..."),
    ],
)
def test_what_a_server_said_is_shown_without_secrets(text: str, shown: str) -> None:
    assert redact.said(text, ("hunter2", "hunter2000", "")) == shown


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_what_a_server_said_is_one_short_line(text: str, secrets: list[str]) -> None:
    shown = redact.said(text, secrets)
    assert len(shown) <= 200
    assert shown.isprintable()


def form(request: Request) -> dict[str, str]:
    assert request.form is not None
    return dict(request.form)


def test_the_device_code_request_asks_for_the_picker_scope_only_and_sends_no_secret() -> None:
    request = oauth_wire.device_code_request(ENDPOINTS, CLIENT, REQUEST_ID, "K\u00fcche")
    assert request.url == "https://oauth2.googleapis.com/device/code"
    sent = form(request)
    assert json.loads(sent.pop("state")) == {"requestId": REQUEST_ID, "displayName": "K\u00fcche"}
    assert sent == {"client_id": CLIENT.client_id, "scope": PICKER_SCOPE}
    assert not request.bearer


def test_without_a_request_id_no_state_is_sent_and_without_a_name_no_display_name() -> None:
    assert "state" not in form(oauth_wire.device_code_request(ENDPOINTS, CLIENT, None, "Frame"))
    nameless = form(oauth_wire.device_code_request(ENDPOINTS, CLIENT, REQUEST_ID, ""))
    assert json.loads(nameless["state"]) == {"requestId": REQUEST_ID}


def test_the_poll_sends_the_secret_and_a_client_without_one_sends_none() -> None:
    sent = form(oauth_wire.poll_request(ENDPOINTS, CLIENT, Secret("4/dev")))
    assert sent == {
        "client_id": CLIENT.client_id,
        "client_secret": "GOCSPX-s",
        "device_code": "4/dev",
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    }
    assert "client_secret" not in form(oauth_wire.poll_request(ENDPOINTS, Client("c"), Secret("4/dev")))


def test_the_exchange_and_the_revocation_are_as_their_rfcs_say() -> None:
    request = oauth_wire.exchange_request(
        ENDPOINTS, CLIENT, Secret("4/c"), Secret("v"), "http://127.0.0.1:9/"
    )
    assert form(request) == {
        "client_id": CLIENT.client_id,
        "client_secret": "GOCSPX-s",
        "code": "4/c",
        "code_verifier": "v",
        "grant_type": "authorization_code",
        "redirect_uri": "http://127.0.0.1:9/",
    }
    revoke = oauth_wire.revoke_request(ENDPOINTS, Secret("1//y"))
    assert (revoke.url, form(revoke)) == ("https://oauth2.googleapis.com/revoke", {"token": "1//y"})


def test_the_picker_requests_are_as_the_reference_says() -> None:
    session = PickingSessionId("ps/../1")
    create = picker_wire.create_request(ENDPOINTS, REQUEST_ID, 500)
    assert create.url == f"https://photospicker.googleapis.com/v1/sessions?requestId={REQUEST_ID}"
    assert create.body is not None
    assert json.loads(create.body) == {"pickingConfig": {"maxItemCount": "500"}}
    for request, method in ((picker_wire.get_request, "GET"), (picker_wire.delete_request, "DELETE")):
        built = request(Endpoints(picker_url="https://p.example/v1/"), session)
        assert (built.method, built.url) == (method, "https://p.example/v1/sessions/ps%2F..%2F1")
        assert built.bearer
    first = urlsplit(picker_wire.list_request(ENDPOINTS, session, None).url)
    assert parse_qs(first.query) == {"sessionId": [session], "pageSize": ["100"]}
    later = urlsplit(picker_wire.list_request(ENDPOINTS, session, "t&k=").url)
    assert parse_qs(later.query)["pageToken"] == ["t&k="]


def test_no_repr_of_a_request_or_an_answer_shows_a_secret() -> None:
    request = oauth_wire.poll_request(ENDPOINTS, CLIENT, Secret("4/dev"))
    answer = Answer(200, {"x": "hunter2"}, b"hunter2", secrets=("hunter2",))
    assert "4/dev" not in repr(request)
    assert "GOCSPX-s" not in repr(request)
    assert "hunter2" not in repr(answer)
    assert set(request.secrets) == {"4/dev", "GOCSPX-s"}
