"""The client against the demo's Google, over real HTTP: the whole way, and every fault on it."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

import kiosk.google
from kiosk.core import commands, events
from kiosk.core.model import (
    AccessToken,
    Client,
    CommandId,
    Credentials,
    Deadline,
    Grant,
    PickingSession,
    RequestId,
    Secret,
    Size,
)
from kiosk.demo import DemoGoogle, DemoSettings, faults, plain_library, routes
from kiosk.errors import (
    Busy,
    Gone,
    GoogleError,
    KioskError,
    Pending,
    Reason,
    Refused,
    SignInRequired,
    SlowDown,
    Unexpected,
    Unreachable,
)
from kiosk.google import PICKER_SCOPE, Endpoints, GoogleClient, pkce
from tests.google.conftest import BEARER, ScriptedServer

REQUEST_ID = RequestId("0f8c5d1e-7d3b-4a52-9b1f-0c8d6a1e2f30")
ANSWERS = CommandId(7)


@pytest.fixture
def google() -> Iterator[DemoGoogle]:
    settings = DemoSettings(enforce_interval=False, poll_interval="3.5s")
    with DemoGoogle(plain_library(230, (64, 48)), settings) as demo:
        yield demo


@pytest.fixture
def client(google: DemoGoogle) -> Iterator[GoogleClient]:
    found = GoogleClient(Endpoints(**google.endpoints), timeouts=(2.0, 2.0))
    yield found
    found.close()


class Frame:
    """One frame's way through the demo, as far as a test wants to go."""

    def __init__(self, google: DemoGoogle, client: GoogleClient) -> None:
        self.google = google
        self.client = client
        self.oauth = Client(google.settings.client_id, Secret(google.settings.client_secret))

    def ask_for_code(self, request_id: RequestId | None = REQUEST_ID) -> events.DeviceCodeIssued:
        command = commands.RequestDeviceCode(
            id=ANSWERS, client=self.oauth, request_id=request_id, display_name="Kitchen"
        )
        event = self.client.perform(command)
        assert isinstance(event, events.DeviceCodeIssued)
        return event

    def poll(self, device_code: Secret) -> Grant:
        event = self.client.perform(
            commands.PollToken(id=ANSWERS, client=self.oauth, device_code=device_code)
        )
        assert isinstance(event, events.Granted)
        return event.grant

    def sign_in(self, scopes: tuple[str, ...] | None = None) -> Grant:
        code = self.ask_for_code().code
        self.google.person.approve(code.user_code, scopes=scopes)
        return self.poll(code.device_code)

    def bearer(self) -> AccessToken:
        return AccessToken(self.sign_in().access_token, Deadline(0.0))

    def create(self, bearer: AccessToken, most: int = 500) -> PickingSession:
        event = self.client.perform(
            commands.CreatePickingSession(id=ANSWERS, bearer=bearer, request_id=REQUEST_ID, max_items=most)
        )
        assert isinstance(event, events.PickingSessionReady)
        return event.picking_session

    def get(self, bearer: AccessToken | None, found: PickingSession) -> PickingSession:
        event = self.client.perform(
            commands.GetPickingSession(id=ANSWERS, bearer=bearer, session_id=found.id)
        )
        assert isinstance(event, events.PickingSessionReady)
        return event.picking_session

    def list(
        self, bearer: AccessToken, found: PickingSession, page_token: str | None = None
    ) -> events.MediaItemsListed:
        command = commands.ListMediaItems(
            id=ANSWERS, bearer=bearer, session_id=found.id, page_token=page_token
        )
        event = self.client.perform(command)
        assert isinstance(event, events.MediaItemsListed)
        return event

    def refresh(self, credentials: Credentials) -> Grant:
        event = self.client.perform(
            commands.RefreshAccessToken(id=ANSWERS, client=self.oauth, credentials=credentials)
        )
        assert isinstance(event, events.Granted)
        assert event.answers == ANSWERS
        return event.grant

    def kept(self) -> Credentials:
        grant = self.sign_in()
        assert grant.refresh_token is not None
        return Credentials(grant.refresh_token, self.oauth.client_id, grant.scopes)


@pytest.fixture
def frame(google: DemoGoogle, client: GoogleClient) -> Frame:
    return Frame(google, client)


def test_from_the_first_code_to_the_deletion_everything_answers(frame: Frame, google: DemoGoogle) -> None:
    issued = frame.ask_for_code()
    assert issued.answers == ANSWERS
    assert issued.code.interval == 5.0
    with pytest.raises(Pending):
        frame.poll(issued.code.device_code)
    google.person.approve(issued.code.user_code)
    grant = frame.poll(issued.code.device_code)
    assert grant.scopes == (PICKER_SCOPE,)
    bearer = AccessToken(grant.access_token, Deadline(0.0))

    found = frame.create(bearer)
    assert (found.poll_interval, found.media_items_set) == (3.5, False)
    with pytest.raises(Refused) as caught:
        frame.list(bearer, found)
    assert caught.value.reason is Reason.NOT_READY
    google.person.pick(found.id, 230)
    assert frame.get(bearer, found).media_items_set

    items = []
    page_token: str | None = None
    while True:
        page = frame.list(bearer, found, page_token).page
        items += page.items
        page_token = page.next_page_token
        if page_token is None:
            break
    assert len({item.id for item in items}) == 230
    sink = io.BytesIO()
    fetched = frame.client.fetch(items[0], Size(32, 32), bearer, sink)
    assert (fetched.bytes, fetched.content_type) == (len(sink.getvalue()), "image/jpeg")
    with Image.open(sink) as picture:
        assert picture.size == (32, 24)

    delete = commands.DeletePickingSession(id=ANSWERS, bearer=bearer, session_id=found.id)
    gone = events.PickingSessionDeleted(answers=ANSWERS, session_id=found.id)
    assert frame.client.perform(delete) == gone
    assert google.sessions == ()
    assert frame.client.perform(delete) == gone


def test_one_request_id_travels_with_the_code_and_the_pick(frame: Frame, google: DemoGoogle) -> None:
    frame.create(frame.bearer(), most=12)
    (asked,) = google.of_route(routes.DEVICE_CODE)
    assert asked.form["state"] == f'{{"requestId":"{REQUEST_ID}","displayName":"Kitchen"}}'
    assert asked.form["scope"] == PICKER_SCOPE
    assert "client_secret" not in asked.form
    (created,) = google.of_route(routes.SESSIONS_CREATE)
    assert created.query["requestId"] == REQUEST_ID
    assert created.json == {"pickingConfig": {"maxItemCount": "12"}}
    assert created.headers["content-type"] == "application/json"


def test_polling_too_fast_says_slow_down(frame: Frame, google: DemoGoogle) -> None:
    google.change(enforce_interval=True)
    code = frame.ask_for_code().code
    with pytest.raises(GoogleError):
        frame.poll(code.device_code)
    with pytest.raises(SlowDown):
        frame.poll(code.device_code)


def test_a_denial_is_told_apart_from_slow_down_though_both_are_403(frame: Frame, google: DemoGoogle) -> None:
    code = frame.ask_for_code().code
    google.person.deny(code.user_code)
    with pytest.raises(Refused) as caught:
        frame.poll(code.device_code)
    assert caught.value.reason is Reason.ACCESS_DENIED


def test_scopes_that_the_person_did_not_tick_are_missing_from_the_grant(frame: Frame) -> None:
    assert PICKER_SCOPE not in frame.sign_in(scopes=("openid",)).scopes


def test_a_device_client_without_the_picker_scope_is_told_so(frame: Frame, google: DemoGoogle) -> None:
    google.change(accept_device_scope=False)
    with pytest.raises(Refused) as caught:
        frame.ask_for_code()
    assert caught.value.reason is Reason.DEVICE_SCOPE


def test_a_server_that_refuses_state_is_asked_without_it(frame: Frame, google: DemoGoogle) -> None:
    google.change(accept_state=False)
    with pytest.raises(Refused) as caught:
        frame.ask_for_code()
    assert caught.value.reason is Reason.STATE
    assert frame.ask_for_code(request_id=None).code.user_code


def test_a_desktop_client_at_the_device_endpoint_names_its_type(frame: Frame, google: DemoGoogle) -> None:
    google.change(client_type="desktop")
    with pytest.raises(Refused) as caught:
        frame.ask_for_code()
    assert caught.value.reason is Reason.CLIENT_TYPE


def test_the_second_road_ends_in_the_same_grant(frame: Frame, google: DemoGoogle) -> None:
    google.change(client_type="desktop")
    verifier, state = pkce.verifier(bytes(range(32))), pkce.state(bytes(range(1, 33)))
    redirect_uri = "http://127.0.0.1:40123/"
    url = pkce.authorization_url(
        Endpoints(**google.endpoints), frame.oauth.client_id, redirect_uri, verifier, state
    )
    assert parse_qs(urlsplit(url).query)["code_challenge_method"] == ["S256"]
    code = pkce.code_from_redirect(google.person.authorize(url), state)
    exchange = commands.ExchangeCode(
        id=ANSWERS, client=frame.oauth, code=code, verifier=verifier, redirect_uri=redirect_uri
    )
    event = frame.client.perform(exchange)
    assert isinstance(event, events.Granted)
    assert event.grant.refresh_token is not None
    with pytest.raises(Gone):
        frame.client.perform(exchange)


def test_a_refresh_keeps_the_old_refresh_token(frame: Frame, google: DemoGoogle) -> None:
    kept = frame.kept()
    google.clear_requests()
    grant = frame.refresh(kept)
    assert grant.refresh_token is None
    assert grant.scopes == (PICKER_SCOPE,)
    assert 0 < grant.expires_in <= 3599
    frame.create(AccessToken(grant.access_token, Deadline(0.0)))
    (sent,) = google.of_route(routes.TOKEN)
    assert sent.form == {
        "client_id": frame.oauth.client_id,
        "client_secret": frame.oauth.client_secret.reveal,
        "refresh_token": kept.refresh_token.reveal,
        "grant_type": "refresh_token",
    }


def test_a_new_refresh_token_is_handed_on(frame: Frame, google: DemoGoogle) -> None:
    kept = frame.kept()
    google.faults.add(faults.Override(lambda body: body | {"refresh_token": "1//new"}), on=routes.TOKEN)
    assert frame.refresh(kept).refresh_token == Secret("1//new")


def test_a_refresh_without_a_scope_keeps_the_granted_ones(frame: Frame, google: DemoGoogle) -> None:
    kept = frame.kept()
    without = faults.Override(lambda body: {"access_token": body["access_token"], "expires_in": 10**400})
    google.faults.add(without, on=routes.TOKEN)
    grant = frame.refresh(kept)
    assert (grant.scopes, grant.expires_in) == (kept.scopes, 86_400.0)


def test_a_dead_refresh_token_asks_for_a_new_sign_in(frame: Frame, google: DemoGoogle) -> None:
    kept = frame.kept()
    google.revoke_user("anna")
    with pytest.raises(SignInRequired):
        frame.refresh(kept)


@pytest.mark.parametrize("status", [500, 503, 408, 429])
def test_google_auth_neither_repeats_nor_sleeps(frame: Frame, google: DemoGoogle, status: int) -> None:
    kept = frame.kept()
    google.clear_requests()
    google.faults.add(faults.Status(status, b'{"error":"internal_failure"}', "application/json"))
    with pytest.raises(Busy):
        frame.refresh(kept)
    assert len(google.requests) == 1


def test_a_refresh_without_a_network_is_unreachable(frame: Frame, google: DemoGoogle) -> None:
    kept = frame.kept()
    google.stop()
    with pytest.raises(Unreachable, match="refuses the connection"):
        frame.refresh(kept)


def test_revoking_ends_the_grant_and_a_second_time_is_no_error(frame: Frame, google: DemoGoogle) -> None:
    kept = frame.kept()
    revoke = commands.Revoke(id=ANSWERS, refresh_token=kept.refresh_token)
    assert frame.client.perform(revoke) == events.Revoked(answers=ANSWERS)
    with pytest.raises(SignInRequired):
        frame.refresh(kept)
    assert frame.client.perform(revoke) == events.Revoked(answers=ANSWERS)


def test_a_dead_access_token_asks_for_another(frame: Frame, google: DemoGoogle) -> None:
    bearer = frame.bearer()
    found = frame.create(bearer)
    google.expire_access_tokens()
    with pytest.raises(SignInRequired):
        frame.get(bearer, found)


def test_without_an_access_token_nothing_is_sent(frame: Frame, google: DemoGoogle) -> None:
    found = frame.create(frame.bearer())
    google.clear_requests()
    with pytest.raises(SignInRequired):
        frame.get(None, found)
    assert google.requests == []


def test_a_forgotten_picking_session_is_gone(frame: Frame, google: DemoGoogle) -> None:
    bearer = frame.bearer()
    found = frame.create(bearer)
    google.forget_session(found.id)
    with pytest.raises(Gone):
        frame.get(bearer, found)


def test_stale_base_urls_are_gone_though_their_body_is_a_picture(frame: Frame, google: DemoGoogle) -> None:
    bearer = frame.bearer()
    found = frame.create(bearer)
    google.person.pick(found.id, 1)
    (item,) = frame.list(bearer, found).page.items
    google.expire_base_urls()
    sink = io.BytesIO()
    with pytest.raises(Gone):
        frame.client.fetch(item, Size(32, 32), bearer, sink)
    assert sink.getvalue() == b""
    with pytest.raises(SignInRequired):
        frame.client.fetch(item, Size(32, 32), None, sink)


FAULTS = [
    (faults.Status(401, b"", "application/json"), SignInRequired),
    (faults.too_many_requests("40"), Busy),
    (faults.server_error(502), Busy),
    (faults.server_error(503, "7"), Busy),
    (faults.rpc_fault("PERMISSION_DENIED"), Gone),
    (faults.rpc_fault("NOT_FOUND"), Gone),
    (faults.Status(200, b"<html>Welcome</html>"), Unreachable),
    (faults.Status(302, b"", headers=(("Location", "http://login.example/"),)), Unreachable),
    (faults.Body(b'{"id": "ps'), Unexpected),
    (faults.Body(b""), Unexpected),
    (faults.Body(b"[" * 100_000), Unexpected),
    (faults.Override(lambda body: body | {"more": "x" * 5_000_000}), Unexpected),
    (faults.Override(lambda _: {}), Unexpected),
    (faults.Override(lambda _: []), Unexpected),
    (faults.Raw(b"SSH-2.0-OpenSSH\r\n"), Unreachable),
    (faults.Reset(), Unreachable),
    (faults.Reset(acted=True), Unreachable),
    (faults.Reset(after=5), Unreachable),
    (faults.Truncate(5), Unreachable),
    (faults.Retype("text/html"), None),
    (faults.Delay(0.01), None),
    (faults.Drip(64, 0.001), None),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=lambda value: type(value).__name__)
def test_each_fault_of_a_poll_has_its_name_and_the_next_poll_is_well(
    frame: Frame, google: DemoGoogle, fault: faults.Fault, kind: type[KioskError] | None
) -> None:
    bearer = frame.bearer()
    found = frame.create(bearer)
    google.faults.add(fault, times=1, on=routes.SESSIONS_GET)
    if kind is not None:
        with pytest.raises(KioskError) as caught:
            frame.get(bearer, found)
        assert type(caught.value) is kind
    assert frame.get(bearer, found).id == found.id


def test_a_stalled_answer_ends_by_the_read_time_out(google: DemoGoogle) -> None:
    google.faults.add(faults.Stall())
    client = GoogleClient(Endpoints(**google.endpoints), timeouts=(2.0, 0.2))
    with pytest.raises(Unreachable, match="no answer"):
        Frame(google, client).ask_for_code()
    client.close()


def test_a_dripping_answer_ends_by_the_whole_time(google: DemoGoogle) -> None:
    google.faults.add(faults.Drip(1, 0.05))
    client = GoogleClient(Endpoints(**google.endpoints), timeouts=(5.0, 5.0), answer_seconds=0.3)
    with pytest.raises(Unreachable, match="too slowly"):
        Frame(google, client).ask_for_code()
    client.close()


def test_the_demo_s_pages_of_the_home_network_are_shown_only_when_allowed(
    server: ScriptedServer, client_of: Callable[..., GoogleClient]
) -> None:
    server.say(
        200, b'{"device_code": "d", "user_code": "A", "verification_url": "http://192.168.1.9:8000/device"}'
    )
    command = commands.RequestDeviceCode(client=Client("c"), request_id=None, display_name="")
    event = client_of(server.url, lan_host="192.168.1.9").perform(command)
    assert isinstance(event, events.DeviceCodeIssued)
    assert event.code.verification_url == "http://192.168.1.9:8000/device"
    with pytest.raises(Refused):
        client_of(server.url).perform(command)


def test_what_was_sent_as_a_secret_is_in_no_error(
    server: ScriptedServer, client_of: Callable[..., GoogleClient]
) -> None:
    client = client_of(server.url)
    server.say(400, b'{"error": "moon", "error_description": "bad hunter2 and ya29.bearer"}')
    with pytest.raises(Refused) as caught:
        client.perform(commands.PollToken(client=Client("c", Secret("hunter2")), device_code=Secret("4/dev")))
    assert str(caught.value) == "moon: bad *** and ***"
    server.say(400, b'{"error": {"status": "INVALID_ARGUMENT", "message": "who is opaquetoken9?"}}')
    bearer = AccessToken(Secret("opaquetoken9"), Deadline(0.0))
    with pytest.raises(Refused) as caught:
        client.perform(commands.CreatePickingSession(bearer=bearer, request_id=REQUEST_ID, max_items=1))
    assert str(caught.value) == "INVALID_ARGUMENT: who is ***?"


def test_a_redirect_of_the_api_is_not_followed_and_takes_no_bearer_along(
    serve: Callable[..., ScriptedServer], client_of: Callable[..., GoogleClient]
) -> None:
    first, second = serve("127.0.0.1"), serve("127.0.0.2")
    first.say(307, b"", location=f"{second.url}/v1/sessions")
    second.say()
    with pytest.raises(Unreachable):
        client_of(first.url).perform(
            commands.CreatePickingSession(bearer=BEARER, request_id=REQUEST_ID, max_items=1)
        )
    assert second.heard == []


def test_the_door_loads_requests_and_google_auth_only_when_asked() -> None:
    program = (
        "import sys, kiosk.google; early = {'requests', 'google.auth'} & set(sys.modules);"
        "kiosk.google.GoogleClient; print(early or '-', 'requests' in sys.modules, 'google.auth' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.split() == ["-", "True", "False"]


def test_the_door_has_no_other_names() -> None:
    with pytest.raises(AttributeError):
        _ = kiosk.google.Nothing
