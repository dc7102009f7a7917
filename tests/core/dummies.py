"""The simplest possible Google, card and decoder: values in, values out, each steerable. Nothing here does I/O.

They keep the contract of kiosk.core.commands, not the rooms' tricks; what they cannot do they raise, as the rooms do.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from attrs import define, evolve, field

from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import (
    PICKER_SCOPE,
    Attempt,
    Counts,
    Credentials,
    DeviceCode,
    Grant,
    Kind,
    MediaItem,
    MediaItemId,
    MediaPage,
    Moment,
    OpenPick,
    PickId,
    PickingSession,
    PickingSessionId,
    PickPhase,
    Rendition,
    Seconds,
    Secret,
    Size,
    StoredItem,
)
from kiosk.errors import (
    Corrupt,
    DiskFull,
    Gone,
    KioskError,
    Pending,
    Reason,
    Refused,
    SignInRequired,
    SlowDown,
    StorageError,
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
                if len(self.sessions) >= self.most_sessions:
                    raise Refused(Reason.TOO_MANY_SESSIONS)
                choice = Choice(PickingSessionId(f"ps-{self._next()}"), request_id)
                self.sessions[choice.id] = choice
                self.made.append(choice)
                return e.PickingSessionReady(picking_session=self._session(choice))
            case c.GetPickingSession(session_id=session_id):
                return e.PickingSessionReady(picking_session=self._session(self._choice(session_id)))
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
                return e.RenditionFetched(item=item, pick_id=pick_id, rendition=rendition(item))
        raise AssertionError(command)

    def _choice(self, session_id: PickingSessionId) -> Choice:
        if session_id not in self.sessions:
            raise Gone("NOT_FOUND")
        return self.sessions[session_id]

    def _session(self, choice: Choice) -> PickingSession:
        done = choice.items is not None
        poll = None if done or self.poll_interval is None else Seconds(self.poll_interval)
        timeout = None if done or self.timeout_in is None else Seconds(self.timeout_in)
        return PickingSession(choice.id, f"https://picker.example/{choice.id}", done, poll, timeout, None)

    def _page(self, choice: Choice, first: int, now: float) -> MediaPage:
        if choice.items is None:
            raise Refused(Reason.NOT_READY)
        items = tuple(media_item(each, f"{each}#{self._next()}") for each in choice.items)
        page = items[first : first + self.page_size]
        self.urls |= {item.base_url: (choice.id, now) for item in page}
        more = first + self.page_size < len(items)
        return MediaPage(page, str(first + self.page_size) if more else None)


@define
class Pick:
    id: PickId
    session_id: PickingSessionId
    phase: PickPhase | None
    """None once it is forgotten."""
    items: dict[MediaItemId, None] = field(factory=dict)


@define
class Card:
    """What outlives a restart. ``room``: how many pictures fit. ``trouble``: what every write meets."""

    room: int = 10**9
    trouble: StorageError | None = None
    faults: Faults = field(factory=Faults)
    credentials: Credentials | None = None
    attempt: Attempt | None = None
    picks: list[Pick] = field(factory=list)
    stored: dict[MediaItemId, StoredItem] = field(factory=dict)
    rounds: dict[MediaItemId, int] = field(factory=dict)
    fresh: set[MediaItemId] = field(factory=set)
    """Never shown yet: first in their round."""
    hidden: set[MediaItemId] = field(factory=set)
    damaged: set[MediaItemId] = field(factory=set)
    """Their files cannot be read."""
    given_up: set[MediaItemId] = field(factory=set)

    def perform(self, command: c.Command, now: Moment) -> e.Event | None:
        self.faults.meet(command, after=False)
        match command:
            case c.OpenCatalog():
                open_picks = tuple(
                    OpenPick(p.id, p.session_id, p.phase, None) for p in self.picks if p.phase is not None
                )
                return e.CatalogOpened(
                    counts=self.counts(),
                    credentials=self.credentials,
                    attempt=self.attempt,
                    open_picks=open_picks,
                    drawn=self._draw((), 8),
                )
            case c.DrawSlides(avoid=avoid, count=count):
                return e.SlidesDrawn(drawn=self._draw(avoid, count))
            case c.MarkShown(item_ids=ids):
                for each in ids:
                    self.fresh.discard(each)
                    if each in self.rounds:
                        self.rounds[each] += 1
                return None
        if self.trouble is not None:
            raise self.trouble
        return self._write(command)

    def counts(self) -> Counts:
        known = {item for pick in self.picks for item in pick.items} - self.hidden
        return Counts(len(known), len(self.stored), len(self.given_up), len(self.hidden))

    def _draw(self, avoid: tuple[MediaItemId, ...], count: int) -> tuple[StoredItem, ...]:
        order = sorted(self.stored, key=lambda each: (self.rounds[each], each not in self.fresh, each))
        return tuple(self.stored[each] for each in order if each not in avoid)[:count]

    def _write(self, command: c.Command) -> e.Event:
        match command:
            case c.SaveCredentials(credentials=credentials):
                self.credentials = credentials
            case c.SaveAttempt(attempt=attempt):
                self.attempt = attempt
            case c.SavePick(session_id=session_id, phase=phase):
                pick = next((p for p in self.picks if p.session_id == session_id), None)
                if pick is None:
                    pick = Pick(PickId(len(self.picks) + 1), session_id, phase)
                    self.picks.append(pick)
                pick.phase = phase
                return e.PickSaved(pick_id=pick.id, session_id=session_id)
            case c.ForgetPick(session_id=session_id):
                for pick in self.picks:
                    if pick.session_id == session_id:
                        pick.phase = None
            case c.GiveUp(item_id=item_id):
                self.given_up.add(item_id)
            case c.AddItems(pick_id=pick_id, items=items):
                pick = self.pick(pick_id)
                pick.items |= dict.fromkeys(item.id for item in items)
                self.given_up -= set(pick.items)
                wanted = tuple(i for i in items if i.id not in self.stored and i.id not in self.hidden)
                return e.ItemsAdded(pick_id=pick_id, wanted=wanted, counts=self.counts())
            case c.HideItems(item_ids=ids):
                self.hidden |= set(ids)
                self._remove(ids)
                return e.Hidden(item_ids=ids, counts=self.counts())
            case c.SetAside(item_ids=ids):
                self._remove(ids)
                self.damaged -= set(ids)
                return e.Hidden(item_ids=ids, counts=self.counts())
            case c.WipeEverything():
                self.credentials = self.attempt = None
                for each in (self.picks, self.stored, self.rounds, self.hidden, self.damaged, self.given_up):
                    each.clear()
                return e.Wiped()
            case _:
                return self._make_room_or_store(command)
        return e.Saved(counts=self.counts())

    def _make_room_or_store(self, command: c.Command) -> e.Event:
        match command:
            case c.StoreRendition(pick_id=pick_id, rendition=got, replace=replace):
                if len(self.stored) >= self.room and got.item_id not in self.stored:
                    raise DiskFull("the card is full")
                item = StoredItem(got.item_id, got.name, got.size, minute_of(got))
                self.rounds.setdefault(item.item_id, min(self.rounds.values(), default=0))
                self.fresh.add(item.item_id)
                self.stored[item.item_id] = item
                removed = self._earlier(pick_id) if replace else ()
                return e.RenditionStored(pick_id=pick_id, item=item, counts=self.counts(), removed=removed)
            case c.ReplacePicks(pick_id=pick_id):
                return e.Evicted(item_ids=self._earlier(pick_id), counts=self.counts())
            case c.MakeRoom(pick_id=pick_id, on_screen=on_screen):
                own = self.pick(pick_id).items if pick_id is not None else {}
                may = [each for each in self.stored if each not in own and each not in on_screen]
                if len(self.stored) >= self.room and not may:
                    raise DiskFull("nothing may go")
                gone = tuple(may[: max(len(self.stored) - self.room + 1, 0)])
                self._remove(gone)
                return e.Evicted(item_ids=gone, counts=self.counts())
        raise AssertionError(command)

    def pick(self, pick_id: PickId) -> Pick:
        return self.picks[pick_id - 1]

    def _earlier(self, pick_id: PickId) -> tuple[MediaItemId, ...]:
        own = self.pick(pick_id).items
        gone = tuple(each for each in self.stored if each not in own)
        self._remove(gone)
        for pick in self.picks:
            if pick.id != pick_id:
                pick.items.clear()
        return gone

    def _remove(self, ids: tuple[MediaItemId, ...]) -> None:
        for each in ids:
            self.stored.pop(each, None)
            self.rounds.pop(each, None)


@define
class Decoder:
    """Prepares whatever lies on the card undamaged, hidden or not: the painter judges nothing."""

    faults: Faults = field(factory=Faults)

    def perform(self, command: c.PrepareSlide, card: Card) -> e.Event:
        self.faults.meet(command, after=False)
        for item in command.slide.items:
            if item.item_id not in card.stored or item.item_id in card.damaged:
                raise Corrupt(Path(item.name), "cannot be read")
        return e.SlidePrepared(slide=command.slide)


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


def card_error() -> Corrupt:
    return Corrupt(Path("catalog.sqlite3"), "malformed")
