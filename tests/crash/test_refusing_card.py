"""A card that is full, read-only or broken from the k-th call of a pick on, for every k; over the real loop and rooms.

The screen itself checks that a photograph is on it at every moment and a new one comes in time (tests/faults/glass.py).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.core.events import Verb
from kiosk.core.scene import Mark
from tests.conftest import RUN_ALL
from tests.crash import points
from tests.crash.refusals import REFUSALS, Refusal, RefusingCard
from tests.crash.remains import Ledger, faults, read_card
from tests.faults.driver import Rig
from tests.faults.glass import DWELL

STORED, PICKED = 3, 6
CALLS = 96
"""A whole pick has fewer; where the k-th never comes, nothing was refused and the pick must simply end."""
EVERY = [(refusal, first) for refusal in REFUSALS for first in range(1, CALLS)]
CHOSEN = EVERY if RUN_ALL else random.Random(11).sample(EVERY, 8)
ONCE = range(1, CALLS) if RUN_ALL else random.Random(12).sample(range(1, 60), 2)
HOUR = 3600.0


class RefusedRig(Rig):
    """A frame whose card can be made to refuse."""

    card: RefusingCard

    def is_well(self) -> None:
        """All of the pick is on the card, nothing of it at Google, and after a restart no part file is left."""
        self.until(lambda: done(self), 2 * HOUR)
        assert self.status()["failed"] == 0
        assert not faults(Ledger(), read_card(self.folder))
        self.until(lambda: self.glass.scene.badge is None, HOUR)
        self.halt()
        self.start()
        self.until(lambda: self.state.opened, 60)
        assert self.state.counts.stored == PICKED
        assert not list(self.folder.rglob("*.part"))


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Refusal], RefusedRig]]:
    rigs: list[RefusedRig] = []

    def make(refusal: Refusal) -> RefusedRig:
        card = RefusingCard(refusal)
        points.install(card.passed, monkeypatch.setattr)
        rig = RefusedRig(tmp_path / "frame")
        rig.card = card
        rigs.append(rig)
        rig.show(STORED)
        return rig

    yield make
    for rig in rigs:
        rig.card.heal()
        rig.close()


def pick(rig: Rig) -> None:
    rig.ask(Verb.PICK)
    rig.until(lambda: rig.status()["picker_uri"], HOUR)
    rig.pick(PICKED)


def done(rig: Rig) -> bool:
    return rig.state.counts.stored == PICKED and not rig.google.sessions and not rig.state.picking.deletions


@pytest.mark.parametrize(("refusal", "first"), CHOSEN, ids=str)
def test_the_show_goes_on_with_a_note_and_the_pick_ends_when_the_card_is_well(
    make: Callable[[Refusal], RefusedRig],
    refusal: Refusal,
    first: int,
    record_property: Callable[[str, Any], None],
) -> None:
    rig = make(refusal)
    rig.card.refuse(first)
    pick(rig)
    rig.until(lambda: rig.card.refused or done(rig), HOUR)
    if not rig.card.refused:
        return
    since = rig.mark()
    rig.run(5 * DWELL)
    assert rig.slides(since) >= 4
    assert rig.status()["last_error"], rig.card.refused
    badge = rig.glass.scene.badge
    assert badge is not None and badge.mark is Mark.CARD_FULL, (badge, rig.card.refused, rig.state.writes)
    rig.card.heal()
    rig.is_well()
    record_property("refusals", 1)


@pytest.mark.parametrize("number", ONCE)
def test_one_refused_call_costs_nothing_in_the_end(
    make: Callable[[Refusal], RefusedRig], number: int, record_property: Callable[[str, Any], None]
) -> None:
    rig = make(REFUSALS[-1])
    rig.card.refuse(number, 1)
    pick(rig)
    rig.is_well()
    record_property("refusals", len(rig.card.refused))
