"""Each fault that google-api.md section 9 lists, switched on and met over real HTTP."""

from __future__ import annotations

import io
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from PIL import Image

from kiosk.demo import faults, routes
from kiosk.demo.faults import Body, Delay, Drip, Override, Raw, Reset, Retype, Stall, Status, Truncate


def base_url(client):
    return client.picked(1)[1][0]["mediaFile"]["baseUrl"]


# -- aim


def test_a_fault_meets_its_route_its_number_of_times_and_nothing_else(signed_in):
    armed = signed_in.google.faults.add(faults.server_error(503), times=2, on=routes.SESSIONS_CREATE)
    assert signed_in.refresh().status_code == 200
    assert [signed_in.create().status_code for _ in range(3)] == [503, 503, 200]
    assert armed.hits == 2


def test_a_fault_without_times_stays_until_cleared(signed_in):
    signed_in.google.faults.add(faults.server_error(500), on={routes.SESSIONS_CREATE, routes.SESSIONS_GET})
    assert [signed_in.create().status_code for _ in range(3)] == [500] * 3
    signed_in.google.faults.clear()
    assert signed_in.create().status_code == 200


def test_a_fault_can_aim_by_what_the_request_says(signed_in):
    session_id, _ = signed_in.picked(3)
    signed_in.google.faults.add(faults.too_many_requests(), on=lambda request: "pageToken" in request.query)
    first = signed_in.list(session_id, pageSize=2)
    assert first.status_code == 200
    second = signed_in.list(session_id, pageSize=2, pageToken=first.json()["nextPageToken"])
    assert second.status_code == 429


def test_faults_are_met_in_the_order_in_which_they_were_added(signed_in):
    signed_in.google.faults.add(faults.too_many_requests(), times=1)
    signed_in.google.faults.add(faults.server_error(500), times=1)
    assert [signed_in.create().status_code for _ in range(3)] == [429, 500, 200]


def test_a_status_fault_leaves_the_servers_state_alone(signed_in):
    signed_in.google.faults.add(faults.server_error(503), times=1, on=routes.SESSIONS_CREATE)
    signed_in.create()
    assert signed_in.google.sessions == ()


# -- answers in place of the true one


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (faults.device_rate_limit(), 403, {"error_code": "rate_limit_exceeded"}),
        (
            faults.oauth_fault(400, "admin_policy_enforced", "Blocked."),
            400,
            {"error": "admin_policy_enforced", "error_description": "Blocked."},
        ),
        (faults.oauth_fault(403, "org_internal"), 403, {"error": "org_internal"}),
        (faults.oauth_fault(401, "invalid_client"), 401, {"error": "invalid_client"}),
    ],
)
def test_the_oauth_endpoints_can_refuse_in_every_documented_way(client, fault, status, body):
    client.google.faults.add(fault, times=1, on=routes.DEVICE_CODE)
    answer = client.device_code()
    assert (answer.status_code, answer.json()) == (status, body)


def test_a_refresh_can_fail_with_500(signed_in):
    signed_in.google.faults.add(faults.server_error(500), on=routes.TOKEN)
    assert signed_in.refresh().status_code == 500


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("INVALID_ARGUMENT", 400),
        ("FAILED_PRECONDITION", 400),
        ("UNAUTHENTICATED", 401),
        ("PERMISSION_DENIED", 403),
        ("NOT_FOUND", 404),
        ("RESOURCE_EXHAUSTED", 429),
        ("INTERNAL", 500),
        ("UNAVAILABLE", 503),
    ],
)
def test_the_picker_can_answer_with_every_rpc_status(signed_in, name, status):
    signed_in.google.faults.add(faults.rpc_fault(name), times=1, on=routes.SESSIONS_CREATE)
    answer = signed_in.create()
    assert answer.status_code == answer.json()["error"]["code"] == status
    assert answer.json()["error"]["status"] == name


@pytest.mark.parametrize("retry_after", [None, "7", "Fri, 01 Jan 2027 00:00:00 GMT"])
def test_429_and_5xx_come_with_or_without_retry_after(signed_in, retry_after):
    url = base_url(signed_in)
    signed_in.google.faults.add(faults.too_many_requests(retry_after), times=1, on=routes.MEDIA)
    signed_in.google.faults.add(faults.server_error(503, retry_after), times=1, on=routes.MEDIA)
    for status in (429, 503):
        answer = signed_in.media(url, "w9-h9")
        assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry_after)
    assert signed_in.media(url, "w9-h9").status_code == 200


@pytest.mark.parametrize("status", [401, 403])
def test_media_can_refuse_with_an_image_body(signed_in, status):
    url = base_url(signed_in)
    signed_in.google.faults.add(faults.forbidden_tile(status), times=1, on=routes.MEDIA)
    answer = signed_in.media(url, "w9-h9")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "image/png")
    assert Image.open(io.BytesIO(answer.content)).format == "PNG"


def test_a_page_can_come_with_200_in_place_of_a_picture(signed_in):
    url = base_url(signed_in)
    signed_in.google.faults.add(faults.html_page(), times=1, on=routes.MEDIA)
    answer = signed_in.media(url, "w9-h9")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")


@pytest.mark.parametrize("location", ["https://elsewhere.example/x", "http://192.0.2.1/x"])
def test_a_picture_can_be_redirected_to_another_host_or_to_plain_http(signed_in, location):
    url = base_url(signed_in)
    signed_in.google.faults.add(faults.redirected(location), times=1, on=routes.MEDIA)
    answer = signed_in.media(url, "w9-h9")
    assert (answer.status_code, answer.headers["Location"]) == (302, location)


# -- the true answer, changed


def test_json_can_be_rewritten_as_a_function_of_the_true_body(signed_in):
    def empty_page(page):
        return {
            "nextPageToken": "pt-more",
            **{key: value for key, value in page.items() if key != "mediaItems"},
        }

    session_id, _ = signed_in.picked(1)
    signed_in.google.faults.add(Override(empty_page), times=1, on=routes.MEDIA_ITEMS_LIST)
    assert signed_in.list(session_id).json() == {"nextPageToken": "pt-more"}
    assert len(signed_in.list(session_id).json()["mediaItems"]) == 1


def test_a_right_picture_can_come_under_a_wrong_type(signed_in):
    url = base_url(signed_in)
    signed_in.google.faults.add(Retype("application/octet-stream"), times=1, on=routes.MEDIA)
    answer = signed_in.media(url, "w9-h9")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert Image.open(io.BytesIO(answer.content)).format == "JPEG"


def test_other_bytes_can_come_under_the_true_status_and_length(signed_in):
    url = base_url(signed_in)
    signed_in.google.faults.add(Body(b"\xff\xd8half"), times=1, on=routes.MEDIA)
    answer = signed_in.media(url, "w9-h9")
    assert (answer.status_code, answer.content) == (200, b"\xff\xd8half")


def test_any_status_body_and_header_can_be_sent(signed_in):
    signed_in.google.faults.add(Status(418, b"{}", "application/json", (("X-Tea", "yes"),)), times=1)
    answer = signed_in.create()
    assert (answer.status_code, answer.content, answer.headers["X-Tea"]) == (418, b"{}", "yes")


# -- bytes spoiled on the way


def test_a_reset_before_acting_loses_the_request(signed_in):
    signed_in.google.faults.add(Reset(), times=1, on=routes.SESSIONS_CREATE)
    with pytest.raises(requests.ConnectionError) as caught:
        signed_in.create()
    assert type(caught.value.args[0].args[1]) is ConnectionResetError  # RST; a mere FIN is a subclass of it
    assert signed_in.google.sessions == ()


def test_a_reset_after_acting_loses_the_answer_alone(signed_in):
    signed_in.google.faults.add(Reset(acted=True), times=1, on=routes.SESSIONS_CREATE)
    with pytest.raises(requests.ConnectionError):
        signed_in.create()
    assert len(signed_in.google.sessions) == 1


def test_a_reset_can_come_in_the_middle_of_a_picture(signed_in):
    url = base_url(signed_in)
    signed_in.google.faults.add(Reset(after=50), times=1, on=routes.MEDIA)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        signed_in.media(url, "w200-h200")
    assert signed_in.google.of_route(routes.MEDIA)[-1].sent == 50
    assert signed_in.media(url, "w200-h200").status_code == 200


def test_a_body_can_end_early_under_its_true_length(signed_in):
    url = base_url(signed_in)
    signed_in.google.faults.add(Truncate(after=60), times=1, on=routes.MEDIA)
    headers = {"Authorization": f"Bearer {signed_in.access_token}"}
    with signed_in.http.get(url + "=w200-h200", headers=headers, stream=True, timeout=5) as answer:
        announced = int(answer.headers["Content-Length"])
        got: list[bytes] = []
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            got.extend(answer.iter_content(10))
    assert len(b"".join(got)) == 60 < announced


def test_a_drip_arrives_whole_in_pieces(signed_in):
    url = base_url(signed_in)
    signed_in.google.faults.add(Drip(chunk=200, pause=0.0), times=1, on=routes.MEDIA)
    assert signed_in.media(url, "w200-h200").content == signed_in.media(url, "w200-h200").content


def test_a_delayed_answer_is_the_right_one(signed_in):
    signed_in.google.faults.add(Delay(0.01), times=1, on=routes.SESSIONS_CREATE)
    assert signed_in.create().status_code == 200


def test_raw_bytes_are_sent_as_they_are(signed_in):
    signed_in.google.faults.add(Raw(b"SSH-2.0-not-http\r\n"), times=1, on=routes.SESSIONS_CREATE)
    with pytest.raises(requests.ConnectionError, match=r"SSH-2\.0-not-http"):
        signed_in.create()


@pytest.mark.parametrize("after", [None, 0, 40])
def test_a_stall_holds_the_answer_until_released(signed_in, after):
    url = base_url(signed_in)
    expected = signed_in.media(url, "w200-h200").content
    stall = Stall(after=after)
    signed_in.google.faults.add(stall, times=1, on=routes.MEDIA)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(signed_in.media, url, "w200-h200")
        google = signed_in.google
        google.wait_for(lambda: len(google.of_route(routes.MEDIA)) == 2 and google.faults.stalled == 1)
        assert not answer.done()
        stall.release()
        assert answer.result(5).content == expected
    assert signed_in.google.faults.stalled == 0


def test_clearing_the_faults_releases_what_is_stalled(signed_in):
    google = signed_in.google
    google.faults.add(Stall(), on=routes.SESSIONS_CREATE)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(signed_in.create)
        google.wait_for(lambda: google.faults.stalled == 1)
        google.faults.clear()
        assert answer.result(5).status_code == 200


def test_a_stall_ends_when_the_client_goes_away(signed_in):
    google = signed_in.google
    google.faults.add(Stall(), on=routes.SESSIONS_CREATE)
    port = int(google.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
        peer.sendall(b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        google.wait_for(lambda: google.faults.stalled == 1)
    google.wait_for(lambda: google.faults.stalled == 0)


def test_stopping_the_server_ends_a_stall_at_once(signed_in):
    google = signed_in.google
    google.faults.add(Stall(), on=routes.SESSIONS_CREATE)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(signed_in.create)
        google.wait_for(lambda: google.faults.stalled == 1)
        stopping = threading.Thread(target=google.stop)
        stopping.start()
        with pytest.raises(requests.ConnectionError):
            answer.result(5)
        stopping.join(5)
        assert not stopping.is_alive()
