"""Starting, stopping, counting, waiting; and who is let in by which door."""

from __future__ import annotations

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from kiosk.demo import PICKER_SCOPE, DemoGoogle, DemoSettings, plain_library, routes


def port_of(url):
    return int(url.rpartition(":")[2])


def test_the_constructor_opens_nothing_and_stop_may_come_first():
    before = threading.active_count()
    google = DemoGoogle(plain_library(1))
    assert (google.url, threading.active_count()) == ("", before)
    google.stop()


def test_stop_ends_every_thread_and_every_connection(start):
    before = threading.active_count()
    client = start()
    client.device_code()
    assert threading.active_count() > before
    client.google.stop()
    assert threading.active_count() == before
    with pytest.raises(requests.ConnectionError):
        client.device_code()


def test_it_comes_back_on_the_same_port_with_all_it_remembered(signed_in):
    url = signed_in.google.url
    session_id = signed_in.create().json()["id"]
    signed_in.google.stop()
    signed_in.google.start()
    assert signed_in.google.url == url
    assert signed_in.api("GET", f"/sessions/{session_id}").status_code == 200


def test_endpoints_are_those_of_a_kiosks_configuration(client):
    assert set(client.google.endpoints) == {
        "device_code_url",
        "token_url",
        "revoke_url",
        "auth_url",
        "picker_url",
        "library_url",
    }
    assert all(url.startswith(client.google.url + "/") for url in client.google.endpoints.values())


def test_every_request_is_on_record_with_what_it_carried(client):
    device = client.sign_in()
    client.create(body={"pickingConfig": {"maxItemCount": "5"}})
    first, token, create = client.google.requests
    assert (first.route, first.form["scope"], first.had_bearer) == (routes.DEVICE_CODE, PICKER_SCOPE, False)
    assert (token.route, token.form["device_code"]) == (routes.TOKEN, device["device_code"])
    assert (create.route, create.bearer) == (routes.SESSIONS_CREATE, client.access_token)
    assert create.json == {"pickingConfig": {"maxItemCount": "5"}}
    assert (create.status, create.when) == (200, 1000.0)
    assert create.sent > 100


def test_the_record_is_complete_when_the_answer_is_there(signed_in):
    for _ in range(20):
        signed_in.create()
        assert signed_in.google.requests[-1].status == 200


def test_waiting_ends_when_something_happens_and_fails_in_time_when_nothing_does(client):
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.device_code)
        client.google.wait_for(lambda: client.google.user_codes, 5)
        assert asked.result(5).json()["user_code"] in client.google.user_codes
    with pytest.raises(TimeoutError):
        client.google.wait_for(lambda: False, 0.01)


def test_settings_can_be_changed_while_it_runs(signed_in):
    signed_in.google.change(poll_interval="0.2s")
    assert signed_in.create().json()["pollingConfig"]["pollInterval"] == "0.2s"


def test_the_lan_listener_serves_peoples_pages_and_nothing_else(start):
    client = start(lan_host="127.0.0.1")
    client.sign_in()
    google, lan = client.google, client.google.pages_url
    assert lan != google.url
    headers = {"Authorization": f"Bearer {client.access_token}"}
    url = client.picked(1)[1][0]["mediaFile"]["baseUrl"] + "=w9-h9"
    form = {"client_id": google.settings.client_id, "scope": PICKER_SCOPE}
    assert client.http.get(lan + "/device", timeout=5).status_code == 200
    assert client.http.post(lan + "/device/code", data=form, timeout=5).status_code == 404
    assert client.http.post(lan + "/token", data=form, timeout=5).status_code == 404
    assert client.http.post(lan + "/revoke", data=form, timeout=5).status_code == 404
    assert client.http.post(lan + "/v1/sessions", json={}, headers=headers, timeout=5).status_code == 404
    on_lan = url.replace(google.url, lan)
    assert client.http.get(on_lan, headers=headers, timeout=5).status_code == 404
    assert client.http.get(url, headers=headers, timeout=5).status_code == 200


def test_addresses_for_people_are_on_the_lan_and_addresses_for_the_frame_on_loopback(start):
    client = start(lan_host="127.0.0.1")
    device = client.sign_in()
    lan = client.google.pages_url
    assert device["verification_url"].startswith(lan)
    assert client.create().json()["pickerUri"].startswith(lan)
    assert client.picked(1)[1][0]["mediaFile"]["baseUrl"].startswith(client.google.url)


def test_an_encoded_path_opens_no_side_door_on_the_lan(start):
    client = start(lan_host="127.0.0.1")
    answer = client.http.post(client.google.pages_url + "/v1%2Fsessions", json={}, timeout=5)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "head",
    [
        b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_body_without_a_sane_length_is_refused(client, head):
    with socket.create_connection(("127.0.0.1", port_of(client.google.url)), timeout=5) as peer:
        peer.sendall(head)
        assert peer.recv(100).startswith(b"HTTP/1.1 400 ")


def test_one_connection_serves_many_requests(client):
    connection = http.client.HTTPConnection("127.0.0.1", port_of(client.google.url), timeout=5)
    sockets = []
    for _ in range(3):
        connection.request("GET", "/device")
        assert len(connection.getresponse().read()) > 100
        sockets.append(connection.sock)
    connection.close()
    assert len(set(sockets)) == 1
    assert None not in sockets


def test_latency_is_added_to_answers_for_the_frame_alone(start):
    google = DemoGoogle(plain_library(1), DemoSettings(latency=0.25))
    assert google.latency(routes.TOKEN) == google.latency(routes.MEDIA) == 0.25
    assert google.latency(routes.PAGE) == google.latency(routes.AUTH) == 0.0


def test_many_frames_at_once_get_each_their_own(start):
    client = start()

    def one(_):
        with requests.Session() as http:
            form = {"client_id": client.google.settings.client_id, "scope": PICKER_SCOPE}
            return http.post(client.google.endpoints["device_code_url"], data=form, timeout=10).json()[
                "user_code"
            ]

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(one, range(60)))
    assert len(set(codes)) == 60
    assert sorted(codes) == sorted(client.google.user_codes)
