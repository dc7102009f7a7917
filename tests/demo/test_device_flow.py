"""RFC 8628 in Google's dialect, as google-api.md section 1 tells it."""

from __future__ import annotations

import pytest

from kiosk.demo import PICKER_SCOPE, DemoClient, NotPossible


def test_the_device_endpoint_answers_with_the_five_documented_fields(client):
    answer = client.device_code()
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"device_code", "user_code", "verification_url", "expires_in", "interval"}
    assert (body["expires_in"], body["interval"]) == (1800, 5)
    assert body["verification_url"] == client.google.pages_url + "/device"


def test_a_complete_verification_url_is_offered_only_where_settings_say_so(start):
    client = start(offer_verification_url_complete=True)
    body = client.device_code().json()
    assert body["verification_url_complete"] == f"{body['verification_url']}?user_code={body['user_code']}"


def test_an_unknown_client_is_refused_before_its_scope_is_looked_at(client):
    answer = client.device_code(client_id="nobody", scope="https://example.com/no-such-scope")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_desktop_client_is_told_that_its_type_is_wrong(start):
    answer = start(client_type="desktop").device_code()
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert "TVs and Limited Input devices" in answer.json()["error_description"]


def test_the_picker_scope_can_be_refused_to_devices_while_listed_scopes_still_pass(start):
    client = start(accept_device_scope=False)
    refused = client.device_code()
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert refused.json()["error_description"] == f"Invalid device flow scope: {PICKER_SCOPE}"
    assert client.device_code(scope="openid email").status_code == 200


def test_state_can_be_refused_while_the_same_request_without_it_passes(start):
    client = start(accept_state=False)
    refused = client.device_code(state='{"requestId":"x"}')
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert "state" in refused.json()["error_description"]
    assert client.device_code().status_code == 200


def test_polling_hears_428_until_the_person_allows_and_then_both_tokens(client, clock):
    device = client.device_code().json()
    waiting = client.poll(device["device_code"])
    assert (waiting.status_code, waiting.json()["error"]) == (428, "authorization_pending")
    client.google.person.approve(device["user_code"])
    clock.advance(5)
    answer = client.poll(device["device_code"])
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "refresh_token", "expires_in", "scope", "token_type"}
    assert (body["scope"], body["token_type"], body["expires_in"]) == (PICKER_SCOPE, "Bearer", 3599)


def test_approval_may_take_more_polls_to_surface(start, clock):
    client = start(approval_lag_polls=2)
    device = client.device_code().json()
    client.google.person.approve(device["user_code"])
    heard = []
    for _ in range(3):
        heard.append(client.poll(device["device_code"]).status_code)
        clock.advance(5)
    assert heard == [428, 428, 200]


def test_polling_faster_than_the_interval_hears_slow_down_and_five_seconds_more_for_good(client, clock):
    device = client.device_code().json()
    client.poll(device["device_code"])
    clock.advance(4.9)
    fast = client.poll(device["device_code"])
    assert (fast.status_code, fast.json()["error"]) == (403, "slow_down")
    clock.advance(9.9)
    assert client.poll(device["device_code"]).json()["error"] == "slow_down"
    clock.advance(15)
    assert client.poll(device["device_code"]).json()["error"] == "authorization_pending"


def test_the_interval_need_not_be_enforced(start):
    client = start(enforce_interval=False)
    device = client.device_code().json()
    assert [client.poll(device["device_code"]).status_code for _ in range(3)] == [428, 428, 428]


def test_a_denied_code_answers_access_denied(client):
    device = client.device_code().json()
    client.google.person.deny(device["user_code"])
    answer = client.poll(device["device_code"])
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")


@pytest.mark.parametrize("name", ["expired_token", "invalid_grant"])
def test_an_expired_code_answers_under_either_name_and_cannot_be_approved(start, clock, name):
    client = start(expired_code_error=name)
    device = client.device_code().json()
    clock.advance(1800)
    answer = client.poll(device["device_code"])
    assert (answer.status_code, answer.json()["error"]) == (400, name)
    with pytest.raises(NotPossible, match="expired"):
        client.google.person.approve(device["user_code"])


def test_a_device_code_gives_tokens_once(client, clock):
    device = client.sign_in()
    clock.advance(5)
    again = client.poll(device["device_code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_poll_without_the_secret_is_an_invalid_request(client):
    device = client.device_code().json()
    answer = client.poll(device["device_code"], client_secret="")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"] == "Missing required parameter: client_secret"


def test_a_poll_with_a_wrong_secret_is_an_invalid_client(client):
    device = client.device_code().json()
    assert client.poll(device["device_code"], client_secret="wrong").status_code == 401


def test_an_unknown_grant_type_is_named(client):
    answer = client.token(grant_type="password")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_only_the_ticked_scopes_are_granted_and_short_names_come_back_long(client):
    device = client.device_code(scope=f"email {PICKER_SCOPE}").json()
    client.google.person.approve(device["user_code"], scopes=["email"])
    scope = client.poll(device["device_code"]).json()["scope"]
    assert scope == "https://www.googleapis.com/auth/userinfo.email"


def test_a_token_without_the_picker_scope_is_refused_by_the_api(client):
    device = client.device_code().json()
    client.google.person.approve(device["user_code"], scopes=[])
    client.access_token = client.poll(device["device_code"]).json()["access_token"]
    answer = client.create()
    assert (answer.status_code, answer.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert "insufficient authentication scopes" in answer.json()["error"]["message"]


def test_refreshing_gives_a_new_access_token_and_no_new_refresh_token(signed_in):
    old = signed_in.access_token
    answer = signed_in.refresh()
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    assert answer.json()["access_token"] != old


def test_an_access_token_dies_after_its_time_and_the_refresh_token_does_not(signed_in, clock):
    clock.advance(3599)
    assert signed_in.create().status_code == 401
    signed_in.access_token = signed_in.refresh().json()["access_token"]
    assert signed_in.create().status_code == 200


def test_a_revoked_person_has_neither_token_and_refreshing_says_so(signed_in):
    signed_in.google.revoke_user("anna")
    answer = signed_in.refresh()
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert answer.json()["error_description"] == "Token has been expired or revoked."
    assert signed_in.create().status_code == 401


def test_the_hundred_and_first_refresh_token_drops_the_oldest(start):
    client = start(max_refresh_tokens=2)
    for _ in range(3):
        client.sign_in()
        last = client.refresh_token
    tokens = client.google.refresh_tokens
    assert len(tokens) == 2
    assert tokens[-1] == last


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_every_grant_of_that_person_and_nobody_elses(client, kind):
    client.sign_in("ben")
    bens = client.refresh_token
    client.sign_in("anna")
    first = client.refresh_token
    client.sign_in("anna")
    url = client.google.endpoints["revoke_url"]
    answer = client.http.post(url, data={"token": getattr(client, kind)}, timeout=5)
    assert answer.status_code == 200
    assert client.refresh(refresh_token=first).status_code == 400
    assert client.google.refresh_tokens == (bens,)
    again = client.http.post(url, data={"token": getattr(client, kind)}, timeout=5)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


def test_tokens_are_bound_to_the_client_that_got_them(start):
    client = start(other_clients=(DemoClient("second", "s2"),))
    client.sign_in()
    answer = client.refresh(client_id="second", client_secret="s2")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
