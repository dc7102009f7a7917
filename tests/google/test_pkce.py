"""The second road's values."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from kiosk.core.model import Secret
from kiosk.errors import Reason, Refused
from kiosk.google import PICKER_SCOPE, Endpoints, pkce

STATE = Secret("s" * 43)


def test_the_challenge_is_that_of_the_rfc() -> None:
    # RFC 7636 appendix B
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert pkce.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_verifier_has_43_letters_and_shows_itself_to_nobody() -> None:
    verifier = pkce.verifier(bytes(range(32)))
    assert len(verifier.reveal) == 43
    assert "=" not in verifier.reveal
    assert verifier.reveal not in repr(verifier)


def test_little_entropy_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        pkce.state(bytes(31))


@pytest.mark.parametrize("auth_url", ["https://a.example/auth", "https://a.example/auth?hl=de"])
def test_the_authorization_address_asks_for_offline_access_with_consent(auth_url: str) -> None:
    verifier = pkce.verifier(bytes(32))
    url = pkce.authorization_url(
        Endpoints(auth_url=auth_url), "client", "http://127.0.0.1:4/", verifier, STATE
    )
    query = parse_qs(urlsplit(url).query)
    query.pop("hl", None)
    assert url.startswith(auth_url)
    assert query == {
        "client_id": ["client"],
        "redirect_uri": ["http://127.0.0.1:4/"],
        "response_type": ["code"],
        "scope": [PICKER_SCOPE],
        "code_challenge": [pkce.challenge(verifier)],
        "code_challenge_method": ["S256"],
        "state": [STATE.reveal],
        "access_type": ["offline"],
        "prompt": ["consent"],
    }


def test_a_sign_in_for_one_pick_asks_for_no_refresh_token_and_lets_the_person_choose_the_account() -> None:
    url = pkce.authorization_url(
        Endpoints(), "client", "http://127.0.0.1:4/", pkce.verifier(bytes(32)), STATE, lasting=False
    )
    query = parse_qs(urlsplit(url).query)
    assert (query["access_type"], query["prompt"]) == (["online"], ["select_account"])


@pytest.mark.parametrize("start", ["http://127.0.0.1:4/", " http://127.0.0.1:4/", "/", ""])
def test_the_code_is_taken_from_a_redirect_or_a_pasted_address(start: str) -> None:
    found = pkce.code_from_redirect(f"{start}?code=4%2F0abc&state={STATE.reveal}&scope=x\n", STATE)
    assert found == Secret("4/0abc")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("code=4/0&state=forged", Reason.OTHER),
        ("code=4/0&state=f%C3%B6rged", Reason.OTHER),
        ("code=4/0", Reason.OTHER),
        (f"code=4/0&state={STATE.reveal}&state={STATE.reveal}", Reason.OTHER),
        (f"state={STATE.reveal}", Reason.OTHER),
        (f"error=access_denied&state={STATE.reveal}", Reason.ACCESS_DENIED),
        (f"error=admin_policy_enforced&state={STATE.reveal}", Reason.ADMIN_POLICY),
        (f"error=moon&error_description=full&state={STATE.reveal}", Reason.OTHER),
        ("&".join(f"a{n}=1" for n in range(60)), Reason.OTHER),
    ],
)
def test_a_redirect_without_a_good_code_is_refused(query: str, reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        pkce.code_from_redirect(f"http://127.0.0.1:4/?{query}", STATE)
    assert caught.value.reason is reason
    assert STATE.reveal not in str(caught.value)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(Refused, match="not an address"):
        pkce.code_from_redirect("http://[", STATE)
