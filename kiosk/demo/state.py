"""What this Google remembers: codes, grants, picking sessions, base URLs.

Every change happens under ``World.changed``; whoever waits for a change waits on it. The endpoints (oauth.py,
picker.py, media.py, consent.py) are functions over one World.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import attrs

from kiosk.demo.library import DemoItem, Library
from kiosk.demo.settings import DemoSettings

_CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"
"""RFC 8628 section 6.1: no vowels, so that no code spells a word."""


def fresh(prefix: str) -> str:
    """An opaque value that nobody guesses."""
    return prefix + secrets.token_urlsafe(24)


def fresh_user_code() -> str:
    """Eight consonants, as ``QWRT-PLKJ``."""
    letters = "".join(secrets.choice(_CONSONANTS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


@attrs.define(eq=False)
class DeviceGrant:
    """One device authorization request and what became of it (RFC 8628)."""

    device_code: str
    user_code: str
    client_id: str
    scopes: tuple[str, ...]
    interval: float
    expires_at: float
    request_id: str = ""
    display_name: str = ""
    last_poll: float | None = None
    outcome: Literal["waiting", "approved", "denied", "used"] = "waiting"
    lag: int = 0
    """Polls that will still hear authorization_pending."""
    user: str = ""
    granted: tuple[str, ...] = ()


@attrs.define(eq=False)
class CodeGrant:
    """One authorization code (RFC 6749 section 4.1 with RFC 7636)."""

    code: str
    client_id: str
    redirect_uri: str
    challenge: str
    user: str
    granted: tuple[str, ...]
    offline: bool
    expires_at: float
    used: bool = False


@attrs.frozen
class Access:
    """What an access or refresh token stands for. ``expires_at`` is infinite for a refresh token."""

    user: str
    client_id: str
    scopes: tuple[str, ...]
    expires_at: float


@attrs.define(eq=False)
class PickingSession:
    """One picking session."""

    id: str
    client_id: str
    user: str
    max_items: int
    created: float
    expires_at: float
    expire_time: datetime
    request_id: str = ""
    picked: tuple[str, ...] = ()
    done: bool = False


@attrs.frozen
class BaseUrl:
    """One base URL that was handed out."""

    item: DemoItem
    user: str
    client_id: str
    expires_at: float


class World:
    """All of it, behind one condition."""

    def __init__(
        self,
        library: Library,
        settings: DemoSettings,
        clock: Callable[[], float],
        wall: Callable[[], datetime],
    ) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.library = library
        self.settings = settings
        self.clock = clock
        self.wall = wall
        self.url = ""
        """Of the loopback listener."""
        self.video_url = ""
        """The same listener under another host name."""
        self.pages_url = ""
        """Where people go: the LAN listener if there is one."""
        self.devices: dict[str, DeviceGrant] = {}
        """By user code."""
        self.codes: dict[str, CodeGrant] = {}
        self.access: dict[str, Access] = {}
        self.refresh: dict[str, Access] = {}
        """In order of issue."""
        self.sessions: dict[str, PickingSession] = {}
        self.base_urls: dict[str, BaseUrl] = {}
        self.videos: dict[str, DemoItem] = {}
        """One-time paths of the other host."""
        self.secrets: list[tuple[str, str]] = []
        """Every secret ever handed out, with its kind; never forgotten."""

    def secret(self, kind: str, prefix: str) -> str:
        """A fresh secret, of Google's shape unless the settings want none."""
        value = secrets.token_urlsafe(12) if self.settings.shapeless_secrets else fresh(prefix)
        self.secrets.append((kind, value))
        return value

    def device(self, device_code: str) -> DeviceGrant | None:
        """The grant of a device code."""
        return next((grant for grant in self.devices.values() if grant.device_code == device_code), None)

    def live_access(self, bearer: str | None) -> Access | None:
        """What an access token stands for, or None if it is unknown, revoked or expired."""
        access = self.access.get(bearer or "")
        return access if access is not None and self.clock() < access.expires_at else None

    def issue(
        self, user: str, client_id: str, scopes: tuple[str, ...], *, with_refresh: bool
    ) -> dict[str, object]:
        """New tokens, as the token endpoint answers them."""
        answer: dict[str, object] = {
            "access_token": self.secret("access token", "ya29.demo-"),
            "expires_in": whole(self.settings.access_token_expires_in),
            "scope": " ".join(scopes),
            "token_type": "Bearer",
        }
        expires_at = self.clock() + self.settings.access_token_expires_in
        self.access[str(answer["access_token"])] = Access(user, client_id, scopes, expires_at)
        if with_refresh:
            answer["refresh_token"] = self.secret("refresh token", "1//demo-")
            self.refresh[str(answer["refresh_token"])] = Access(user, client_id, scopes, float("inf"))
            self._drop_oldest(user, client_id)
        return answer

    def _drop_oldest(self, user: str, client_id: str) -> None:
        """Google keeps the newest 100 refresh tokens per account and client and drops the oldest silently."""
        live = [
            key for key, grant in self.refresh.items() if (grant.user, grant.client_id) == (user, client_id)
        ]
        for key in live[: max(0, len(live) - self.settings.max_refresh_tokens)]:
            del self.refresh[key]

    def revoke_user(self, user: str) -> None:
        """End every grant of this person to the project: all clients, all scopes, all base URLs."""
        self.access = {key: grant for key, grant in self.access.items() if grant.user != user}
        self.refresh = {key: grant for key, grant in self.refresh.items() if grant.user != user}
        self.base_urls = {key: base for key, base in self.base_urls.items() if base.user != user}


def whole(value: float) -> float:
    """An integer where the value is one, so that JSON reads 5 and not 5.0."""
    return int(value) if value == int(value) else value
