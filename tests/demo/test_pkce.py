"""The second road: authorization code with PKCE, by loopback (RFC 7636, RFC 8252)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from kiosk.demo import PICKER_SCOPE, NotPossible
from kiosk.demo.oauth import s256

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
BACK = "http://127.0.0.1:49152/"


@pytest.fixture
def desktop(start):
    return start(client_type="desktop")


def auth_url(client, **changes):
    query = {
        "client_id": client.google.settings.client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": PICKER_SCOPE,
        "state": "st",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
        "access_type": "offline",
        **changes,
    }
    return f"{client.google.endpoints['auth_url']}?{urlencode(query)}"


def code_of(address):
    return parse_qs(urlsplit(address).query)["code"][0]


def exchange(client, code, **changes):
    form = {"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER, **changes}
    return client.token(grant_type="authorization_code", **form)


def test_the_challenge_is_that_of_the_rfcs_appendix():
    assert s256(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_an_allowed_request_comes_back_with_state_and_a_code_that_gives_both_tokens(desktop):
    address = desktop.google.person.authorize(auth_url(desktop))
    assert address.startswith(BACK + "?")
    assert parse_qs(urlsplit(address).query)["state"] == ["st"]
    answer = exchange(desktop, code_of(address))
    assert answer.status_code == 200
    assert {"access_token", "refresh_token"} <= set(answer.json())


def test_a_code_is_good_once(desktop):
    code = code_of(desktop.google.person.authorize(auth_url(desktop)))
    exchange(desktop, code)
    again = exchange(desktop, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "wrong"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/"}, "redirect_uri_mismatch"),
        ({"code": "4/none"}, "invalid_grant"),
    ],
)
def test_a_wrong_exchange_is_refused_and_leaves_the_code_good(desktop, changes, error):
    code = code_of(desktop.google.person.authorize(auth_url(desktop)))
    answer = desktop.token(
        grant_type="authorization_code",
        **{"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER, **changes},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert exchange(desktop, code).status_code == 200


def test_a_code_expires(desktop, clock):
    code = code_of(desktop.google.person.authorize(auth_url(desktop)))
    clock.advance(600)
    assert exchange(desktop, code).json()["error"] == "invalid_grant"


def test_online_access_and_a_repeated_consent_give_no_refresh_token_but_prompt_consent_does(desktop):
    def tokens(**changes):
        return exchange(
            desktop, code_of(desktop.google.person.authorize(auth_url(desktop, **changes)))
        ).json()

    assert "refresh_token" not in tokens(access_type="online")
    assert "refresh_token" in tokens()
    assert "refresh_token" not in tokens()
    assert "refresh_token" in tokens(prompt="consent")


def test_cancel_comes_back_as_access_denied(desktop):
    query = parse_qs(urlsplit(desktop.google.person.refuse(auth_url(desktop))).query)
    assert query == {"state": ["st"], "error": ["access_denied"]}


def test_a_tv_client_cannot_use_a_localhost_redirect(client):
    page = client.http.get(auth_url(client), timeout=5)
    assert page.status_code == 400
    assert "NATIVE_DEVICE" in page.text
    with pytest.raises(NotPossible):
        client.google.person.authorize(auth_url(client))


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://example.com/"},
        {"redirect_uri": "http://example.com/"},
        {"client_id": "nobody"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"scope": ""},
    ],
)
def test_a_wrong_request_stays_on_an_error_page_and_is_never_redirected(desktop, changes):
    page = desktop.http.get(auth_url(desktop, **changes), timeout=5, allow_redirects=False)
    assert page.status_code == 400
    assert "Access blocked" in page.text


def test_the_consent_pages_lead_from_account_to_redirect(desktop):
    url = auth_url(desktop)
    assert "Choose an account" in desktop.http.get(url, timeout=5).text
    consent = desktop.http.get(url + "&demo_user=ben", timeout=5).text
    assert "ben@example.com" in consent
    form = {"decision": "allow", "scope": PICKER_SCOPE, "user": "ben"}
    back = desktop.http.post(url, data=form, timeout=5, allow_redirects=False)
    assert back.status_code == 303
    answer = exchange(desktop, code_of(back.headers["Location"]))
    assert answer.json()["scope"] == PICKER_SCOPE
    cancelled = desktop.http.post(url, data={"decision": "cancel"}, timeout=5, allow_redirects=False)
    assert "error=access_denied" in cancelled.headers["Location"]


def test_a_box_left_empty_is_a_scope_not_granted(desktop):
    form = {"decision": "allow", "user": "anna"}
    back = desktop.http.post(auth_url(desktop), data=form, timeout=5, allow_redirects=False)
    assert exchange(desktop, code_of(back.headers["Location"])).json()["scope"] == "openid"
