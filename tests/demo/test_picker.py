"""The Picker API, as google-api.md sections 3 and 5 tell it."""

from __future__ import annotations

import re

import pytest

from kiosk.demo import DemoAccount, DemoClient, plain_library


def status_of(answer):
    """(HTTP number, google.rpc name) of an error; both places must agree."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return error["code"], error["status"]


def test_a_new_session_says_where_to_pick_how_often_to_poll_and_until_when(signed_in):
    answer = signed_in.create()
    assert answer.status_code == 200
    body = answer.json()
    assert body["pollingConfig"] == {"pollInterval": "5s", "timeoutIn": "1799.5s"}
    assert body["pickingConfig"] == {"maxItemCount": "2000"}
    assert body["pickerUri"] == f"{signed_in.google.pages_url}/picker/{body['id']}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", body["expireTime"])
    assert "mediaItemsSet" not in body


def test_the_time_out_counts_down_to_nought(signed_in, clock):
    session_id = signed_in.create().json()["id"]
    clock.advance(799.25)
    assert signed_in.api("GET", f"/sessions/{session_id}").json()["pollingConfig"]["timeoutIn"] == "1000.25s"
    clock.advance(1001)
    assert signed_in.api("GET", f"/sessions/{session_id}").json()["pollingConfig"]["timeoutIn"] == "0s"


def test_once_done_the_session_has_its_items_set_and_no_more_polling(signed_in):
    session_id = signed_in.create().json()["id"]
    signed_in.google.person.pick(session_id, 2)
    body = signed_in.api("GET", f"/sessions/{session_id}").json()
    assert body["mediaItemsSet"] is True
    assert "pollingConfig" not in body


@pytest.mark.parametrize(
    ("asked", "given"), [("500", "500"), (500, "500"), ("0", "2000"), ("2001", "2000"), ("999999", "2000")]
)
def test_the_item_count_is_an_int64_as_text_and_at_most_2000(signed_in, asked, given):
    answer = signed_in.create(body={"pickingConfig": {"maxItemCount": asked}})
    assert answer.json()["pickingConfig"]["maxItemCount"] == given


@pytest.mark.parametrize("asked", ["-1", -1, "many", 1.5, None])
def test_a_wrong_item_count_is_an_invalid_argument(signed_in, asked):
    answer = signed_in.create(body={"pickingConfig": {"maxItemCount": asked}})
    assert status_of(answer) == (400, "INVALID_ARGUMENT")


def test_a_request_id_must_be_a_uuid_version_4(signed_in, request_id):
    assert signed_in.create(request_id).status_code == 200
    for wrong in ("abc", request_id.replace("-", ""), "00000000-0000-1000-8000-000000000000"):
        assert status_of(signed_in.create(wrong)) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("rule", "status", "sessions"), [("same", 200, 1), ("new", 200, 2), ("conflict", 409, 1)]
)
def test_a_repeated_request_id_meets_the_rule_in_the_settings(start, request_id, rule, status, sessions):
    client = start(repeated_request_id=rule)
    client.sign_in()
    client.create(request_id)
    assert client.create(request_id).status_code == status
    assert len(client.google.sessions) == sessions


def test_without_an_access_token_every_call_is_unauthenticated(client):
    assert status_of(client.create()) == (401, "UNAUTHENTICATED")
    assert status_of(client.list("any")) == (401, "UNAUTHENTICATED")
    assert status_of(client.api("GET", "/sessions/any")) == (401, "UNAUTHENTICATED")
    assert status_of(client.api("DELETE", "/sessions/any")) == (401, "UNAUTHENTICATED")


def test_a_project_without_the_api_is_told_to_enable_it(start):
    client = start(api_enabled=False)
    client.sign_in()
    answer = client.create()
    assert status_of(answer) == (403, "PERMISSION_DENIED")
    assert "has not been used in project" in answer.json()["error"]["message"]
    assert answer.json()["error"]["details"][0]["reason"] == "SERVICE_DISABLED"


def test_a_person_without_google_photos_meets_a_failed_precondition(start):
    client = start(accounts=(DemoAccount("carl", "Carl", "carl@example.com", has_photos=False),))
    client.sign_in("carl")
    answer = client.create()
    assert status_of(answer) == (400, "FAILED_PRECONDITION")
    assert "active Google Photos account" in answer.json()["error"]["message"]


def test_too_many_sessions_exhaust_the_resource_until_one_is_deleted(start):
    client = start(max_sessions=2)
    client.sign_in()
    first = client.create().json()["id"]
    client.create()
    assert status_of(client.create()) == (429, "RESOURCE_EXHAUSTED")
    assert client.api("DELETE", f"/sessions/{first}").json() == {}
    assert client.create().status_code == 200


def test_a_deleted_or_forgotten_session_is_not_found(signed_in):
    first, second = signed_in.create().json()["id"], signed_in.create().json()["id"]
    signed_in.api("DELETE", f"/sessions/{first}")
    signed_in.google.forget_session(second)
    for session_id in (first, second, "never-was"):
        assert status_of(signed_in.api("GET", f"/sessions/{session_id}")) == (404, "NOT_FOUND")
        assert status_of(signed_in.api("DELETE", f"/sessions/{session_id}")) == (404, "NOT_FOUND")
        assert status_of(signed_in.list(session_id)) == (404, "NOT_FOUND")


def test_an_expired_session_is_denied_but_can_be_deleted(signed_in, clock):
    session_id = signed_in.create().json()["id"]
    clock.advance(7 * 24 * 3600)
    signed_in.access_token = signed_in.refresh().json()["access_token"]
    assert status_of(signed_in.api("GET", f"/sessions/{session_id}")) == (403, "PERMISSION_DENIED")
    assert signed_in.api("DELETE", f"/sessions/{session_id}").status_code == 200


def test_a_session_belongs_to_its_person(client):
    client.sign_in("anna")
    session_id = client.create().json()["id"]
    client.sign_in("ben")
    assert status_of(client.api("GET", f"/sessions/{session_id}")) == (404, "NOT_FOUND")


def test_a_session_belongs_to_its_client(start):
    client = start(other_clients=(DemoClient("second", "s2"),))
    client.sign_in()
    session_id = client.create().json()["id"]
    device = client.device_code(client_id="second").json()
    client.google.person.approve(device["user_code"])
    answer = client.poll(device["device_code"], client_id="second", client_secret="s2")
    client.access_token = answer.json()["access_token"]
    assert status_of(client.api("GET", f"/sessions/{session_id}")) == (404, "NOT_FOUND")


def test_listing_before_done_is_a_failed_precondition_that_names_its_reason(signed_in):
    session_id = signed_in.create().json()["id"]
    answer = signed_in.list(session_id)
    assert status_of(answer) == (400, "FAILED_PRECONDITION")
    assert answer.json()["error"]["details"][0]["reason"] == "PENDING_USER_ACTION"


def test_an_empty_pick_lists_as_an_empty_object(signed_in):
    session_id = signed_in.create().json()["id"]
    signed_in.google.person.finish(session_id)
    assert signed_in.list(session_id).json() == {}


def test_the_page_size_is_50_by_default_and_100_at_most(start):
    client = start(plain_library(230))
    client.sign_in()
    session_id = client.create().json()["id"]
    client.google.person.pick(session_id, 230)
    assert len(client.list(session_id).json()["mediaItems"]) == 50
    assert len(client.list(session_id, pageSize=1000).json()["mediaItems"]) == 100
    items = client.all_items(session_id)
    assert [item["id"] for item in items] == [item.id for item in client.google.library.items]


def test_the_last_page_alone_has_no_page_token(signed_in):
    session_id = signed_in.create().json()["id"]
    signed_in.google.person.pick(session_id, 4)
    first = signed_in.list(session_id, pageSize=2).json()
    last = signed_in.list(session_id, pageSize=2, pageToken=first["nextPageToken"]).json()
    assert "nextPageToken" not in last
    assert len(last["mediaItems"]) == 2


@pytest.mark.parametrize("query", [{"pageSize": -1}, {"pageToken": "made-up"}, {"pageToken": "pt-other-1"}])
def test_a_wrong_page_is_an_invalid_argument(signed_in, query):
    session_id, _ = signed_in.picked(3)
    assert status_of(signed_in.list(session_id, **query)) == (400, "INVALID_ARGUMENT")


def test_each_listing_hands_out_new_base_urls_for_the_same_ids(signed_in):
    session_id, first = signed_in.picked(3)
    second = signed_in.all_items(session_id)
    assert [item["id"] for item in first] == [item["id"] for item in second]
    urls = {item["mediaFile"]["baseUrl"] for item in first + second}
    assert len(urls) == 6


def test_ids_are_the_same_over_sessions(signed_in):
    _, first = signed_in.picked(3)
    _, second = signed_in.picked(3)
    assert [item["id"] for item in first] == [item["id"] for item in second]


def test_an_item_has_the_pickers_shape(signed_in):
    _, items = signed_in.picked(1)
    item = items[0]
    assert set(item) == {"id", "createTime", "type", "mediaFile"}
    assert set(item["mediaFile"]) == {"baseUrl", "mimeType", "filename", "mediaFileMetadata"}
    assert (item["type"], item["mediaFile"]["mimeType"]) == ("PHOTO", "image/jpeg")
    assert (item["mediaFile"]["mediaFileMetadata"]["width"], item["createTime"][-1]) == (800, "Z")


def test_new_photographs_can_be_picked_at_once(signed_in):
    new = signed_in.google.add_items(2)
    _, items = signed_in.picked(2)
    assert {item["id"] for item in items} == set(new)


def test_two_thousand_picked_items_list_in_twenty_pages(start):
    client = start(plain_library(2000))
    client.sign_in()
    _, items = client.picked(2000)
    assert len({item["id"] for item in items}) == 2000
    assert len(client.google.of_route("mediaItems.list")) == 20


def test_poll_intervals_may_be_fractions(start):
    client = start(poll_interval=3.5)
    client.sign_in()
    assert client.create().json()["pollingConfig"]["pollInterval"] == "3.5s"
