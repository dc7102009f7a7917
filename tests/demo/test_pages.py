"""The pages for people, driven as a browser without a script would."""

from __future__ import annotations

import re

import pytest

from kiosk.demo import PICKER_SCOPE


@pytest.fixture
def browse(client):
    def get(path, **rest):
        url = path if path.startswith("http") else client.google.pages_url + path
        return client.http.get(url, timeout=5, **rest)

    return get


@pytest.fixture
def device(client):
    return client.device_code(state='{"requestId":"R","displayName":"<b>Kitchen</b>"}').json()


def decide(client, code, decision, scopes):
    form = {"user_code": code, "user": "anna", "decision": decision, "scope": scopes}
    return client.http.post(client.google.pages_url + "/device/decide", data=form, timeout=5)


def test_the_way_from_code_to_allow(client, browse, device):
    code = device["user_code"]
    assert f'value="{code}"' in browse(f"/device?user_code={code}").text
    accounts = browse(f"/device/account?user_code={code}").text
    assert {"anna", "ben"} == set(re.findall(r'data-user="(\w+)"', accounts))
    consent = browse(f"/device/consent?user_code={code}&user=anna").text
    assert "anna@example.com" in consent
    assert PICKER_SCOPE in consent
    assert "Connected" in decide(client, code, "allow", [PICKER_SCOPE]).text
    assert client.poll(device["device_code"]).status_code == 200


def test_cancel_denies(client, device):
    assert "Nothing was shared" in decide(client, device["user_code"], "cancel", []).text
    assert client.poll(device["device_code"]).json()["error"] == "access_denied"


def test_an_unticked_box_is_a_scope_not_granted(client, device):
    decide(client, device["user_code"], "allow", [])
    assert client.poll(device["device_code"]).json()["scope"] == "openid"


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}"])
def test_a_code_may_be_typed_in_small_letters_and_without_its_hyphen(browse, device, typed):
    code = device["user_code"]
    text = typed.format(code, code.lower(), code.lower().replace("-", ""))
    assert "Choose an account" in browse("/device/account", params={"user_code": text}).text


def test_a_wrong_a_used_and_an_expired_code_each_say_so(client, browse, device, clock):
    def page(code):
        answer = browse("/device/account", params={"user_code": code})
        assert answer.status_code == 400
        return answer.text

    assert "not right" in page("AAAA-AAAA")
    client.google.person.deny(device["user_code"])
    assert "has been used" in page(device["user_code"])
    late = client.device_code().json()["user_code"]
    clock.advance(1800)
    assert "has expired" in page(late)


def test_what_comes_from_outside_is_escaped(client, browse, device):
    code = device["user_code"]
    assert "&lt;b&gt;Kitchen" in browse(f"/device/account?user_code={code}").text
    assert "<script>" not in browse("/device", params={"user_code": '"><script>'}).text


def test_every_page_says_demo_loads_nothing_from_elsewhere_and_forbids_it(client, browse, device):
    session = client.sign_in()
    picker = client.create().json()["pickerUri"]
    code = device["user_code"]
    paths = [
        "/",
        "/device",
        f"/device/account?user_code={code}",
        f"/device/consent?user_code={code}&user=anna",
        f"/device/done?user_code={session['user_code']}",
        "/device/cancelled",
        picker,
        picker + "/finished",
        "/picker/gone",
        "/device/nowhere",
    ]
    for path in paths:
        page = browse(path)
        assert ">Demo<" in page.text, path
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text), path
        for asset in re.findall(r'(?:src|href)="(/[\w.]+\.(?:css|js|ico))"', page.text):
            assert browse(asset).status_code == 200


def test_the_hop_waits_for_the_session_with_the_same_request_id_and_then_leads_to_it(
    client, browse, request_id
):
    code = client.sign_in(request_id=request_id)["user_code"]
    assert browse(f"/device/next?user_code={code}").json() == {"state": "waiting"}
    assert 'id="wait"' in browse(f"/device/done?user_code={code}").text
    client.create()
    assert browse(f"/device/next?user_code={code}").json() == {"state": "waiting"}
    uri = client.create(request_id).json()["pickerUri"]
    assert browse(f"/device/next?user_code={code}").json() == {"state": "ready", "url": uri}


def test_without_a_request_id_the_page_sends_the_person_back_to_the_frame(client, browse):
    code = client.sign_in()["user_code"]
    assert browse(f"/device/next?user_code={code}").json() == {"state": "none"}
    page = browse(f"/device/done?user_code={code}").text
    assert "scan the second code" in page
    assert 'id="wait"' not in page


def test_the_hop_leads_nobody_to_another_persons_session(client, browse, request_id):
    code = client.sign_in("anna", request_id)["user_code"]
    client.sign_in("ben")
    client.create(request_id)
    assert browse(f"/device/next?user_code={code}").json() == {"state": "waiting"}


def test_picking_in_the_page_and_done_kills_the_page(signed_in, browse):
    session = signed_in.create().json()
    uri = session["pickerUri"]
    page = browse(uri).text
    assert all(f'id="{name}"' in page for name in ("grid", "search", "count", "done", "clear"))
    items = browse(uri + "/items").json()
    assert len(items) == 12
    chosen = [items[3]["id"], items[0]["id"]]
    done = signed_in.http.post(uri + "/done", json={"ids": chosen}, timeout=5)
    assert done.status_code == 200
    assert [item["id"] for item in signed_in.all_items(session["id"])] == chosen
    assert "return to your frame" in browse(uri).text
    assert browse(uri).status_code == 410
    assert signed_in.http.post(uri + "/done", json={"ids": chosen}, timeout=5).status_code == 409
    assert browse(uri + "/finished").status_code == 200


def test_the_page_keeps_to_the_frames_limit(signed_in, browse):
    uri = signed_in.create(body={"pickingConfig": {"maxItemCount": "2"}}).json()["pickerUri"]
    assert 'data-max="2"' in browse(uri).text
    ids = [item["id"] for item in browse(uri + "/items").json()]
    refused = signed_in.http.post(uri + "/done", json={"ids": ids[:3]}, timeout=5)
    assert (refused.status_code, "at most 2" in refused.json()["error"]) == (409, True)
    assert signed_in.http.post(uri + "/done", json={"ids": ids[:2]}, timeout=5).status_code == 200


@pytest.mark.parametrize("body", [{}, {"ids": "x"}, {"ids": [1]}, {"ids": ["no-such-item"]}, []])
def test_a_done_that_makes_no_sense_changes_nothing(signed_in, browse, body):
    uri = signed_in.create().json()["pickerUri"]
    assert signed_in.http.post(uri + "/done", json=body, timeout=5).status_code == 409
    assert browse(uri).status_code == 200


@pytest.mark.parametrize(
    ("query", "count"), [("PLAIN_00003", 1), ("2024-01-02", 5), ("january 2024", 12), ("zzz", 0)]
)
def test_the_search_finds_by_name_and_date(signed_in, browse, query, count):
    uri = signed_in.create().json()["pickerUri"]
    assert len(browse(uri + "/items", params={"q": query}).json()) == count


def test_thumbnails_are_small_squares_without_a_bearer(signed_in, browse):
    item_id = signed_in.google.library.items[0].id
    answer = browse(f"/thumb/{item_id}")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert browse("/thumb/none").status_code == 404
