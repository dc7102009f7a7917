"""The simplest possible Google: values in, values out, steerable by its fields. Nothing here does I/O.

They keep the contract of kiosk.core.commands, not the rooms' tricks; what they cannot do they raise, as the rooms do.
"""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import define, evolve, field

from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import (
    PICKER_SCOPE,
    DeviceCode,
    Grant,
    Kind,
    MediaItem,
    MediaItemId,
    MediaPage,
    Moment,
    PickingSession,
    PickingSessionId,
    Rendition,
    Seconds,
    Secret,
    Size,
    StoredItem,
)
from kiosk.errors import (
    Gone,
    KioskError,
    Pending,
    Reason,
    Refused,
    SignInRequired,
    SlowDown,
)

PICTURE = Size(4000, 3000)


@define
class Fault:
    """What the next commands of this kind meet. ``times`` None: until it is cleared."""

    kind: type[c.Command]
    error: KioskError
    times: int | None = 1
    after: bool = False
    """The command is carried out, only its answer is lost."""


@define
class Faults:
    active: list[Fault] = field(factory=list)

    def add(
        self,
        kind: type[c.Command],
        error: KioskError,
        times: int | None = 1,
        *,
        after: bool = False,
    ) -> None:
        self.active.append(Fault(kind, error, times, after))

    def clear(self) -> None:
        self.active.clear()

    def meet(self, command: c.Command, *, after: bool) -> None:
        for fault in self.active:
            if isinstance(command, fault.kind) and fault.after == after:
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.active.remove(fault)
                raise fault.error


@define
class Choice:
    """A picking session as the fake Google sees it."""

    id: PickingSessionId
    request_id: str
    made_at: float
    items: tuple[str, ...] | None = None
    """What the person picked; None while choosing."""


@define
class Google:
    """One person, one client. ``person`` is what they do with the next code: wait, approve, deny or untick."""

    person: str = "wait"
    interval: float = 5.0
    expires_in: float = 1800.0
    poll_interval: float | None = 5.0
    timeout_in: float | None = 1800.0
    access_life: float = 3600.0
    page_size: int = 100
    most_sessions: int = 100
    refresh_tokens_given: bool = True
    unaddressed: set[str] = field(factory=set)
    """Items without a base URL that may be asked."""
    upright: frozenset[str] = frozenset()
    """Items that stand: the others lie."""
    repeated_request_id: str = "same"
    """What a second create with one request id does: the same session, a new one, or a conflict."""
    faults: Faults = field(factory=Faults)
    pace: dict[str, float] = field(factory=dict)
    """Device code -> the interval that it must be polled at by now."""
    codes: dict[str, float] = field(factory=dict)
    bearers: dict[str, float] = field(factory=dict)
    live: set[str] = field(factory=set)
    """Refresh tokens."""
    sessions: dict[PickingSessionId, Choice] = field(factory=dict)
    made: list[Choice] = field(factory=list)
    urls: dict[str, tuple[PickingSessionId, float]] = field(factory=dict)
    count: int = 0

    def perform(self, command: c.Command, now: Moment) -> e.Event:
        self.faults.meet(command, after=False)
        event = self._answer(command, now.monotonic)
        self.faults.meet(command, after=True)
        return event

    def choose(self, *items: str) -> None:
        """The person taps Done in the newest picking session."""
        list(self.sessions.values())[-1].items = items

    def expire_base_urls(self) -> None:
        self.urls.clear()

    def expire_access_tokens(self) -> None:
        self.bearers.clear()

    def revoke(self) -> None:
        self.bearers.clear()
        self.live.clear()

    def _next(self) -> int:
        self.count += 1
        return self.count

    def _answer(self, command: c.Command, now: float) -> e.Event:
        if isinstance(command, c.Authorised):
            assert command.bearer is not None
            if self.bearers.get(command.bearer.bearer.reveal, 0.0) <= now:
                raise SignInRequired("401")
        match command:
            case c.RequestDeviceCode():
                code = f"device-{self._next()}"
                self.codes[code], self.pace[code] = now + self.expires_in, self.interval
                return e.DeviceCodeIssued(code=device_code(code, self.interval, self.expires_in))
            case c.PollToken(device_code=secret):
                return self._poll(secret.reveal, now)
            case c.ExchangeCode():
                return e.Granted(grant=self._grant(now))
            case c.RefreshAccessToken(credentials=credentials):
                if credentials.refresh_token.reveal not in self.live:
                    raise SignInRequired("invalid_grant")
                return e.Granted(grant=evolve(self._grant(now), refresh_token=None))
            case c.Revoke():
                self.revoke()
                return e.Revoked()
        return self._picker(command, now)

    def _poll(self, code: str, now: float) -> e.Event:
        if self.codes.get(code, 0.0) <= now:
            raise Gone("expired_token")
        match self.person:
            case "approve":
                del self.codes[code]
                return e.Granted(grant=self._grant(now))
            case "untick":
                del self.codes[code]
                return e.Granted(grant=evolve(self._grant(now), scopes=("openid",)))
            case "deny":
                del self.codes[code]
                raise Refused(Reason.ACCESS_DENIED)
            case "hurried":
                self.pace[code] += 5.0
                raise SlowDown("slow_down")
        raise Pending("authorization_pending")

    def _grant(self, now: float) -> Grant:
        bearer, refresh = f"ya29.{self._next()}", f"1//{self._next()}"
        self.bearers[bearer] = now + self.access_life
        self.live.add(refresh)
        token = Secret(refresh) if self.refresh_tokens_given else None
        return Grant(Secret(bearer), Seconds(self.access_life), token, (PICKER_SCOPE,))

    def _picker(self, command: c.Command, now: float) -> e.Event:
        match command:
            case c.CreatePickingSession(request_id=request_id):
                for choice in self.sessions.values():
                    if choice.request_id == request_id and self.repeated_request_id != "new":
                        if self.repeated_request_id == "conflict":
                            raise Gone("ALREADY_EXISTS")
                        return e.PickingSessionReady(picking_session=self._session(choice, now))
                if len(self.sessions) >= self.most_sessions:
                    raise Refused(Reason.TOO_MANY_SESSIONS)
                choice = Choice(PickingSessionId(f"ps-{self._next()}"), request_id, now)
                self.sessions[choice.id] = choice
                self.made.append(choice)
                return e.PickingSessionReady(picking_session=self._session(choice, now))
            case c.GetPickingSession(session_id=session_id):
                return e.PickingSessionReady(picking_session=self._session(self._choice(session_id), now))
            case c.ListMediaItems(session_id=session_id, page_token=page_token):
                return e.MediaItemsListed(
                    page=self._page(self._choice(session_id), int(page_token or 0), now)
                )
            case c.DeletePickingSession(session_id=session_id):
                self.sessions.pop(session_id, None)
                return e.PickingSessionDeleted(session_id=session_id)
            case c.FetchRendition(item=item, pick_id=pick_id):
                session_id, listed_at = self.urls.get(item.base_url, (PickingSessionId(""), 0.0))
                if session_id not in self.sessions or now > listed_at + 3600.0:
                    raise Gone("403 with a tile")
                return e.RenditionFetched(item=item, pick_id=pick_id, rendition=self._rendition(item))
        raise AssertionError(command)

    def _choice(self, session_id: PickingSessionId) -> Choice:
        if session_id not in self.sessions:
            raise Gone("NOT_FOUND")
        return self.sessions[session_id]

    def _session(self, choice: Choice, now: float) -> PickingSession:
        done = choice.items is not None
        poll = None if done or self.poll_interval is None else Seconds(self.poll_interval)
        left = None if self.timeout_in is None else max(self.timeout_in - (now - choice.made_at), 0.0)
        timeout = None if done or left is None else Seconds(left)
        return PickingSession(choice.id, f"https://picker.example/{choice.id}", done, poll, timeout, None)

    def _rendition(self, item: MediaItem) -> Rendition:
        made = rendition(item)
        return evolve(made, size=Size(1200, 1600)) if item.id in self.upright else made

    def _page(self, choice: Choice, first: int, now: float) -> MediaPage:
        if choice.items is None:
            raise Refused(Reason.NOT_READY)
        items = tuple(media_item(each, f"{each}#{self._next()}") for each in choice.items)
        items = tuple(evolve(item, base_url="") if item.id in self.unaddressed else item for item in items)
        page = items[first : first + self.page_size]
        self.urls |= {item.base_url: (choice.id, now) for item in page}
        more = first + self.page_size < len(items)
        return MediaPage(page, str(first + self.page_size) if more else None)


def device_code(code: str = "device", interval: float = 5.0, expires_in: float = 1800.0) -> DeviceCode:
    return DeviceCode(
        Secret(code), "QWER-TYUI", "https://g.example/device", None, Seconds(interval), Seconds(expires_in)
    )


def media_item(name: str, base_url: str = "") -> MediaItem:
    captured = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
    return MediaItem(
        MediaItemId(name), Kind.PHOTO, base_url or f"{name}#0", "image/jpeg", f"{name}.jpg", PICTURE, captured
    )


def rendition(item: MediaItem) -> Rendition:
    return Rendition(item.id, f"{item.id}.jpg", Size(1600, 1200), 1000, "0" * 64, item.captured_at)


def minute_of(got: Rendition) -> int | None:
    return None if got.captured_at is None else int(got.captured_at.timestamp()) // 60


def stored_item(name: str, minute: int | None = None) -> StoredItem:
    return StoredItem(MediaItemId(name), f"{name}.jpg", Size(1600, 1200), minute)
