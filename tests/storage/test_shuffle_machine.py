"""Any sequence of picks, downloads, slides, hidings and restarts against a model that is a few sets."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Counts, MediaItemId, PickId
from kiosk.core.settings import Order, PickMode
from kiosk.errors import DiskFull
from tests.conftest import RUN_ALL
from tests.storage.card import Card, names

NAMES = [f"p{number}" for number in range(8)]
LIMIT = 0.004  # megabytes: about six of the little pictures


class OneCatalog(RuleBasedStateMachine):
    """Laws: counts are right; each picture is shown once before any twice; limits hold; files and rows agree."""

    @initialize()
    def open(self) -> None:
        # In memory where there is such a place: an fsync on a card takes longer than all the rest.
        memory = Path("/dev/shm")
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
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

    @rule(mode=st.sampled_from(PickMode), most=st.integers(1, 5))
    def download(self, mode: PickMode, most: int) -> None:
        wanted = sorted(name for name, pick in self.known.items() if pick == self.pick)
        for name in sorted(wanted, key=lambda name: name in self.stored)[:most]:
            self._download(name, replace=mode is PickMode.REPLACE)

    def _download(self, name: str, *, replace: bool) -> None:
        try:
            event = self.card.store(self.pick, name, replace=replace)
        except DiskFull:
            event = self.card.storage.perform(ask.MakeRoom(pick_id=self.pick, on_screen=()))
            if isinstance(event, say.Evicted):
                assert self.pick not in {self.known[each] for each in event.item_ids}
                self._left(event.item_ids)
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
    def look(self, order: Order, count: int) -> None:
        drawn = names(self.card.draw(count, order))
        assert len(drawn) == min(count, len(self.stored))
        assert len(set(drawn)) == len(drawn)
        assert set(drawn) <= self.stored

    @precondition(lambda self: self.stored)
    @rule(slides=st.integers(1, 12), dwell=st.sampled_from([1, 15, 70]))
    def show(self, slides: int, dwell: int) -> None:
        for _ in range(slides):
            (drawn,) = self.card.draw(1)
            assert self.shown[drawn.item_id] == min(self.shown.values()), "shown again before all others"
            self.card.now += dwell
            self.card.show(drawn)
            self.shown[drawn.item_id] += 1

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def hide(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.stored)))
        self.card.storage.perform(ask.HideItems(item_ids=(MediaItemId(name),)))
        self.hidden.add(name)
        self._left((name,))

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
        assert isinstance(answer, say.Saved)
        named = answer.counts.set_aside
        assert {each.item_id for each in named} <= self.failed
        assert len(named) == min(8, len(self.failed))
        numbers = (len(self.known), len(self.stored), len(self.failed), len(self.hidden))
        assert answer.counts == Counts(*numbers, named)

    def _left(self, gone: tuple[str, ...]) -> None:
        for name in gone:
            self.known.pop(name, None)
            self.shown.pop(name, None)
            self.stored.discard(name)
            self.failed.discard(name)


TestOneCatalog = OneCatalog.TestCase
TestOneCatalog.settings = settings(max_examples=300 if RUN_ALL else 40, stateful_step_count=30)
