"""Any sequence of picks, downloads, slides, hidings and restarts against a model that is a few sets."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Counts, MediaItemId, Order, PickId, PickMode
from tests.storage.card import Card, names

NAMES = [f"p{number}" for number in range(8)]
LIMIT = 0.004  # megabytes: about six of the little pictures


class OneCatalog(RuleBasedStateMachine):
    """Laws: counts are right; each picture is shown once before any twice; limits hold; files and rows agree."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.card = Card(Path(self.folder.name))
        self.card.fresh(cache_max_mb=LIMIT)
        self.card.open()
        self.picks = 0
        self.pick = PickId(0)
        self.known: dict[str, PickId] = {}
        self.stored: set[str] = set()
        self.hidden: set[str] = set()
        self.failed: set[str] = set()
        self.shown: dict[str, int] = {}
        """How often, counted from the round in which the picture came."""

    def teardown(self) -> None:
        if hasattr(self, "card"):
            self.card.storage.close()
            self.folder.cleanup()

    @rule(chosen=st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    def choose(self, chosen: list[str]) -> None:
        self.picks += 1
        self.pick = self.card.pick(f"session{self.picks}")
        wanted = self.card.add(self.pick, *chosen).wanted
        visible = [name for name in chosen if name not in self.hidden]
        assert [each.id for each in wanted] == [name for name in visible if name not in self.stored]
        self.known |= dict.fromkeys(visible, self.pick)
        self.failed -= set(visible)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), mode=st.sampled_from(PickMode))
    def download(self, data: st.DataObject, mode: PickMode) -> None:
        name = data.draw(st.sampled_from(sorted(self.known)))
        if self.pick != self.known[name]:
            return
        replace = mode is PickMode.REPLACE
        try:
            event = self.card.store(self.pick, name, replace=replace)
        except Exception as error:
            assert type(error).__name__ == "DiskFull"
            event = self.card.storage.perform(ask.MakeRoom(pick_id=self.pick, on_screen=()))
            if isinstance(event, say.Evicted):
                self._left(event.item_ids)
                assert all(self.pick != pick for pick in (self.known.get(each) for each in event.item_ids))
            return
        assert isinstance(event, say.RenditionStored)
        if replace:
            earlier = {each for each, pick in self.known.items() if pick < self.pick}
            assert set(event.removed) == earlier & self.stored
            self._left(tuple(earlier))
        if name not in self.stored:
            self.shown[name] = min(self.shown.values(), default=0)
        self.stored.add(name)
        self.failed.discard(name)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.known)))
        command = ask.GiveUp(pick_id=self.known[name], item_id=MediaItemId(name), why="no")
        assert isinstance(self.card.storage.perform(command), say.Saved)
        self.failed |= {name} - self.stored

    @precondition(lambda self: self.stored)
    @rule(order=st.sampled_from(Order), count=st.integers(1, 3))
    def slide(self, order: Order, count: int) -> None:
        drawn = self.card.draw(count, order)
        assert len(drawn) == min(count, len(self.stored))
        assert len(set(names(drawn))) == len(drawn)
        if order is not Order.SHUFFLE:
            return
        (first, *_) = drawn
        assert self.shown[first.item_id] == min(self.shown.values()), "shown again before all others"
        self.card.show(first)
        self.shown[first.item_id] += 1

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def hide(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.stored)))
        self.card.storage.perform(ask.HideItems(item_ids=(MediaItemId(name),)))
        self.hidden.add(name)
        self._left((name,))

    @rule(seconds=st.sampled_from([1, 30, 61]))
    def wait(self, seconds: int) -> None:
        self.card.now += seconds

    @rule(order=st.sampled_from(Order))
    def restart(self, order: Order) -> None:
        opened = self.card.restart(order, cache_max_mb=LIMIT)
        assert set(names(opened.drawn)) <= self.stored
        assert bool(opened.drawn) == bool(self.stored)

    @invariant()
    def the_card_agrees(self) -> None:
        if not hasattr(self, "card"):
            return
        assert self.card.files() == sorted(self.stored)
        used = sum(path.stat().st_size for path in self.card.cache.rglob("*") if path.is_file())
        assert used <= LIMIT * 1_000_000
        assert self.card.storage._room.used == used
        answer = self.card.storage.perform(ask.ForgetPick(session_id="none"))
        assert answer == say.Saved(
            counts=Counts(len(self.known), len(self.stored), len(self.failed), len(self.hidden))
        )

    def _left(self, gone: tuple[str, ...]) -> None:
        for name in gone:
            self.known.pop(name, None)
            self.shown.pop(name, None)
            self.stored.discard(name)
            self.failed.discard(name)


TestOneCatalog = OneCatalog.TestCase
