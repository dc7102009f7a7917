"""What the demo Google is like. All durations are seconds unless a name says otherwise."""

from __future__ import annotations

from typing import Literal

import attrs

PICKER_SCOPE = "https://www.googleapis.com/auth/photospicker.mediaitems.readonly"
"""The one scope of every Picker API call (Google's Picker reference, sessions.create)."""

DEVICE_SCOPES = frozenset(
    {
        "openid",
        "email",
        "profile",
        "https://www.googleapis.com/auth/drive.appdata",
        "https://www.googleapis.com/auth/drive.file",
        "https://www.googleapis.com/auth/youtube",
        "https://www.googleapis.com/auth/youtube.readonly",
    }
)
"""The closed list on Google's page "OAuth 2.0 for TV and Limited-Input Device Applications"."""

SCOPE_ALIASES = {
    "email": "https://www.googleapis.com/auth/userinfo.email",
    "profile": "https://www.googleapis.com/auth/userinfo.profile",
}
"""Short names that come back long in the ``scope`` of a token answer."""

ClientKind = Literal["tv", "desktop"]


def duration_text(value: float | str) -> str:
    """A protobuf Duration as JSON: ``3.5`` -> ``"3.5s"``; text passes as it is."""
    if isinstance(value, str):
        return value
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"


@attrs.frozen
class DemoAccount:
    """A person with a Google account."""

    id: str
    name: str
    email: str
    has_photos: bool = True
    """False: sessions.create answers FAILED_PRECONDITION (no active Google Photos account)."""


@attrs.frozen
class DemoClient:
    """An OAuth client of the Cloud project."""

    client_id: str
    client_secret: str = attrs.field(repr=False)
    kind: ClientKind = "tv"


@attrs.frozen(kw_only=True)
class DemoSettings:
    """How this Google behaves. Change one while it runs with ``DemoGoogle.change``."""

    client_id: str = "demo-frame.apps.googleusercontent.com"
    client_secret: str = attrs.field(default="GOCSPX-demo-secret", repr=False)
    client_type: ClientKind = "tv"
    other_clients: tuple[DemoClient, ...] = ()
    """More clients of the same project, e.g. to see that a session is bound to its own."""
    accounts: tuple[DemoAccount, ...] = (
        DemoAccount("anna", "Anna Lind", "anna@example.com"),
        DemoAccount("ben", "Ben Okafor", "ben@example.com"),
    )

    device_interval: float = 5.0
    device_expires_in: float = 1800.0
    approval_lag_polls: int = 0
    """Polls that still answer authorization_pending after the person said yes (seen live)."""
    expired_code_error: Literal["expired_token", "invalid_grant"] = "expired_token"
    """RFC 8628 section 3.5 names the first; Google's page names neither."""
    enforce_interval: bool = True
    """Polling faster than the interval answers slow_down and adds 5 s to it (RFC 8628 section 3.5)."""
    accept_device_scope: bool = True
    """False: the Picker scope is refused to device clients with invalid_scope."""
    accept_state: bool = True
    """False: the device endpoint refuses the ``state`` parameter."""
    offer_verification_url_complete: bool = False

    access_token_expires_in: float = 3599.0
    shapeless_secrets: bool = False
    """True: codes and both kinds of tokens look like nothing in particular: nobody knows them by their shape."""
    rotate_refresh_tokens: bool = False
    """True: each refresh brings another refresh token, and the old one is dead (RFC 6749 section 6)."""
    max_refresh_tokens: int = 100
    """Per account and client; the oldest dies silently."""

    poll_interval: str = attrs.field(default="5s", converter=duration_text)
    """pollingConfig.pollInterval, as Duration text; a number is written as one."""
    timeout_in: float = 1799.5
    """pollingConfig.timeoutIn counts down from here."""
    session_lifetime: float = 7 * 24 * 3600.0
    """Until ``expireTime``; one maintainer noted about seven days."""
    max_sessions: int = 50
    """Live picking sessions per person; more is RESOURCE_EXHAUSTED."""
    repeated_request_id: Literal["same", "new", "conflict"] = "same"
    """What a second create with one requestId does; Google documents nothing."""
    api_enabled: bool = True
    """False: 403 PERMISSION_DENIED "has not been used in project ..."."""

    base_url_lifetime: float = 3600.0
    page_size_cap: int = 100
    page_size_default: int = 50
    dead_token_media_status: Literal[401, 403] = 401
    """Media with a bearer that is no longer good; undocumented, so clients must bear both."""
    keep_orientation: bool = False
    """True: sized images keep the stored pixels and the EXIF orientation tag."""
    jpeg_quality: int = 88

    latency: float = 0.0
    """Added before each API and media answer."""
    lan_host: str | None = None
    """An address of this machine on which the pages for people, and nothing else, are served too."""
    lan_port: int = 0
    port: int = 0
    """Of the loopback listener; 0 takes a free one, and keeps it over stop and start."""

    @property
    def clients(self) -> dict[str, DemoClient]:
        """Every client of the project, by client id."""
        first = DemoClient(self.client_id, self.client_secret, self.client_type)
        return {client.client_id: client for client in (first, *self.other_clients)}

    def account(self, user: str) -> DemoAccount:
        """The account of that id; one made up on the spot where a test invents a person."""
        for account in self.accounts:
            if account.id == user:
                return account
        return DemoAccount(user, user.title(), f"{user}@example.com")
