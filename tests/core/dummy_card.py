"""The simplest possible card: what outlives a restart, in dictionaries; and the decoder that reads it."""

from __future__ import annotations

from pathlib import Path

from attrs import define, evolve, field

from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import (
    Attempt,
    Counts,
    Credentials,
    Group,
    MediaItemId,
    Moment,
    OpenPick,
    PickId,
    PickingSessionId,
    PickPhase,
    PickRequest,
    RequestId,
    StoredItem,
)
from kiosk.core.pairing import Pairing, partner, side_by_side
from kiosk.errors import Corrupt, DiskFull, StorageError
from tests.core.dummies import Faults, minute_of


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
    pick_requests: dict[RequestId, PickRequest] = field(factory=dict)
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
            case c.OpenCatalog(pairing=pairing):
                open_picks = tuple(
                    OpenPick(p.id, p.session_id, p.phase, None) for p in self.picks if p.phase is not None
                )
                return e.CatalogOpened(
                    counts=self.counts(),
                    credentials=self.credentials,
                    attempt=self.attempt,
                    open_picks=open_picks,
                    pick_requests=tuple(self.pick_requests.values()),
                    drawn=self._draw((), 8, pairing),
                )
            case c.DrawSlides(avoid=avoid, count=count, pairing=pairing):
                return e.SlidesDrawn(drawn=self._draw(avoid, count, pairing))
            case c.MarkShown(item_ids=ids):
                for each in ids:
                    self.fresh.discard(each)
                    if each in self.rounds:
                        self.rounds[each] += 1
                return None
            case c.SaveMeasure(item_id=item_id, measure=measure):
                if item_id in self.stored:
                    self.stored[item_id] = evolve(self.stored[item_id], measure=measure)
                return None
        if self.trouble is not None:
            raise self.trouble
        return self._write(command)

    def counts(self) -> Counts:
        known = {item for pick in self.picks for item in pick.items} - self.hidden
        return Counts(len(known), len(self.stored), len(self.given_up), len(self.hidden))

    def _draw(self, avoid: tuple[MediaItemId, ...], count: int, pairing: Pairing | None) -> tuple[Group, ...]:
        order = sorted(self.stored, key=lambda each: (self.rounds[each], each not in self.fresh, each))
        rest = {each: self.stored[each] for each in order if each not in avoid}
        groups: list[Group] = []
        while rest and len(groups) < count:
            lead = rest.pop(next(iter(rest)))
            same = [item for item in rest.values() if self.rounds[item.item_id] == self.rounds[lead.item_id]]
            other = partner(lead, same, pairing) if pairing else None
            groups.append((lead,) if other is None else side_by_side(lead, rest.pop(other.item_id)))
        return tuple(groups)

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
            case c.SavePickRequest(request_id=request_id, abandoned=abandoned):
                self.pick_requests[request_id] = PickRequest(request_id, abandoned)
            case c.ForgetPickRequest(request_id=request_id):
                self.pick_requests.pop(request_id, None)
            case c.GiveUp(item_id=item_id):
                self.given_up.add(item_id)
            case c.AddItems(pick_id=pick_id, items=items):
                pick = self.pick(pick_id)
                ids = tuple(item.id for item in items)
                self.given_up -= set(ids) - pick.items.keys()  # of an earlier pick: once more
                pick.items |= dict.fromkeys(ids)
                unwanted = self.stored.keys() | self.hidden | self.given_up
                wanted = tuple(item for item in items if item.id not in unwanted)
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
                self.pick_requests.clear()
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
        if not own.keys() & self.stored.keys():
            return ()
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

    def perform(self, command: c.PrepareSlide | c.PrepareThumb, card: Card) -> e.Event:
        self.faults.meet(command, after=False)
        for item in command.slide.items if isinstance(command, c.PrepareSlide) else (command.item,):
            if item.item_id not in card.stored or item.item_id in card.damaged:
                raise Corrupt(Path(item.name), "cannot be read")
        if isinstance(command, c.PrepareThumb):
            return e.ThumbPrepared()
        return e.SlidePrepared(slide=command.slide)


def card_error() -> Corrupt:
    return Corrupt(Path("catalog.sqlite3"), "malformed")
