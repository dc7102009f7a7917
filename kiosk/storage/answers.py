"""What the catalog answers to each command, inside a transaction. Files are touched only after it (storage.py)."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.labels import SANE
from kiosk.core.model import MediaItemId
from kiosk.errors import DiskFull
from kiosk.storage import eviction, items, orders, picks, rows
from kiosk.storage.leftovers import Leftovers
from kiosk.storage.measures import LateMeasures
from kiosk.storage.renditions import Renditions
from kiosk.storage.room import ENDLESS, Room
from kiosk.storage.rows import Gone
from kiosk.storage.shuffle import ShuffleMemory
from kiosk.storage.unit import Unit


class Answers:
    """One method for each command that is more than a line."""

    def __init__(
        self,
        room: Room,
        renditions: Renditions,
        memory: ShuffleMemory,
        leftovers: Leftovers,
        late: LateMeasures,
        wall: Callable[[], float],
    ) -> None:
        """wall: seconds since the epoch, right or wrong."""
        self._room = room
        self._renditions = renditions
        self._memory = memory
        self._leftovers = leftovers
        self._late = late
        self._wall = wall

    def answer(self, command: ask.Command, unit: Unit) -> say.Event | None:
        """The event that answers, None for what has no answer. Raises a StorageError or sqlite3.Error."""
        match command:
            case ask.DrawSlides():
                return self._draw(command, unit)
            case ask.MarkShown():
                self._memory.mark(unit.connection, rows.numbers_of(unit.connection, command.item_ids))
                return None
            case ask.SaveMeasure():
                self._late.add(rows.numbers_of(unit.connection, (command.item_id,)), command.measure)
                return None
            case ask.AddItems():
                return self._add_items(command, unit)
            case ask.StoreRendition():
                return self._store(command, unit)
            case ask.MakeRoom():
                return self._make_room(command, unit)
            case ask.ReplacePicks() | ask.HideItems() | ask.SetAside():
                return self._remove(command, unit)
        return self._save(command, unit)

    def _save(self, command: ask.Command, unit: Unit) -> say.Event:
        """What touches no item that is shown."""
        match command:
            case ask.SavePick():
                return self._save_pick(command, unit)
            case ask.SaveAttempt():
                picks.save_attempt(unit.connection, command.attempt)
            case ask.ForgetPick():
                picks.forget_pick(unit.connection, command.session_id)
            case ask.SavePickRequest():
                picks.save_pick_request(unit.connection, command.request_id, command.abandoned)
            case ask.ForgetPickRequest():
                picks.forget_pick_request(unit.connection, command.request_id)
            case ask.GiveUp():
                items.give_up(unit.connection, command.pick_id, command.item_id, command.why)
            case _:
                raise TypeError(f"no command for the disk thread: {type(command).__name__}")
        return say.Saved(answers=command.id, counts=items.counts(unit.connection))

    def _draw(self, command: ask.DrawSlides, unit: Unit) -> say.Event:
        drawn = orders.draw(
            unit.connection,
            self._memory,
            order=command.order,
            after=command.after,
            avoid=command.avoid,
            count=command.count,
            pairing=command.pairing,
            recent=command.recent,
        )
        return say.SlidesDrawn(answers=command.id, drawn=drawn)

    def _save_pick(self, command: ask.SavePick, unit: Unit) -> say.Event:
        pick_id = picks.save_pick(unit.connection, command.session_id, command.phase, command.expires_at)
        return say.PickSaved(answers=command.id, pick_id=pick_id, session_id=command.session_id)

    def _add_items(self, command: ask.AddItems, unit: Unit) -> say.Event:
        wanted = items.add_items(unit.connection, command.pick_id, command.items)
        counts = items.counts(unit.connection)
        return say.ItemsAdded(answers=command.id, pick_id=command.pick_id, wanted=wanted, counts=counts)

    def _remove(self, command: ask.ReplacePicks | ask.HideItems | ask.SetAside, unit: Unit) -> say.Event:
        if isinstance(command, ask.ReplacePicks):
            unit.on_screen = frozenset(command.on_screen)
            # A pick of which nothing arrived must not empty the frame.
            replaces = items.has_pictures(unit.connection, command.pick_id)
            gone = items.remove_earlier_picks(unit.connection, command.pick_id) if replaces else []
            return self._evicted(command, unit, gone)
        if isinstance(command, ask.HideItems):
            unit.leave(items.hide(unit.connection, command.item_ids), at_once=True)
        else:
            unit.aside += items.set_aside(unit.connection, command.item_ids)
        counts = items.counts(unit.connection)
        return say.Hidden(answers=command.id, item_ids=command.item_ids, counts=counts)

    def _store(self, command: ask.StoreRendition, unit: Unit) -> say.Event:
        connection, rendition = unit.connection, command.rendition
        unit.on_screen = frozenset(command.on_screen)
        self._renditions.check_there(rendition)
        gone: list[Gone] = []
        if command.replace:
            # First, so that the newcomer's place in the shuffle is one among those that stay.
            gone += items.remove_earlier_picks(connection, command.pick_id, but_not=rendition.item_id)
        number, replaced = items.store(connection, self._memory, command.pick_id, rendition, self._minute())
        item = orders.stored_item(connection, number)
        assert item is not None  # noqa: S101 - stored two lines above
        if items.is_hidden(connection, rendition.item_id):
            # Hidden while it was on its way: it leaves in the transaction that it came in.
            gone += items.remove_items(connection, [number])
        keep = unit.on_screen | {rendition.item_id}
        gone += self._evict_to_limits(command, unit, keep, sum(each.bytes for each in (*gone, *replaced)))
        unit.stored.append(rendition.name)
        unit.leave((*replaced, *gone))
        return say.RenditionStored(
            answers=command.id,
            pick_id=command.pick_id,
            item=item,
            counts=items.counts(connection),
            removed=tuple(each.item_id for each in gone),
        )

    def _minute(self) -> int | None:
        """Now; a Raspberry Pi starts years wrong, and then nobody knows."""
        now = self._wall()
        return int(now // 60) if now >= SANE.timestamp() else None

    def _evict_to_limits(
        self, command: ask.StoreRendition, unit: Unit, keep: frozenset[MediaItemId], freed: int
    ) -> list[Gone]:
        """Only where something else has filled the card: downloads never break the limits."""
        short = -self._room.left() - freed
        if short <= 0:
            return []
        gone = eviction.evict(unit.connection, short, command.pick_id, keep)
        if sum(each.bytes for each in gone) < short:
            raise DiskFull("something else has filled the card, and no older pick is left to make room")
        return gone

    def _make_room(self, command: ask.MakeRoom, unit: Unit) -> say.Event:
        unit.on_screen = frozenset(command.on_screen)
        need = self._room.need()
        self._leftovers.remove(unit.on_screen)
        headroom = self._room.headroom
        # ENDLESS: the sums say that there is room and the card says that there is not.
        wanted = headroom if need == ENDLESS else max(headroom, need) - self._room.left()
        stubborn = self._room.stubborn
        if stubborn:
            wanted = 0
        if wanted > 0:
            wanted -= self._renditions.clear_aside()
        gone = eviction.evict(unit.connection, wanted, command.pick_id, unit.on_screen) if wanted > 0 else []
        if not gone:
            if self._room.left() < (1 if need == ENDLESS else max(need, 1)):
                raise DiskFull("nothing older is left that could make room")
            self._probe(stubborn)
        # A write for certain, so that a card that takes none is not called roomy.
        unit.connection.execute("UPDATE tally SET items = items")
        unit.made_room = True
        return self._evicted(command, unit, gone)

    def _probe(self, stubborn: bool) -> None:
        """The sums say that there is room; the card has the last word."""
        try:
            self._renditions.probe(self._room.refused_bytes)
        except DiskFull as error:
            if stubborn:
                # Without a cause: then no file is given up for it either (storage.py).
                raise DiskFull(str(error)) from None
            raise

    def _evicted(self, command: ask.Command, unit: Unit, gone: list[Gone]) -> say.Event:
        unit.leave(gone)
        counts = items.counts(unit.connection)
        return say.Evicted(answers=command.id, item_ids=tuple(each.item_id for each in gone), counts=counts)
