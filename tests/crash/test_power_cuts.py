"""Power cuts: at every passing of a crash point the card keeps only what was synced; nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Credentials, MediaItemId, Secret
from tests.conftest import RUN_ALL
from tests.crash import points
from tests.crash.launcher import Journal, watch
from tests.crash.power import Camera, mounted, new_card
from tests.crash.remains import faults, read_card, read_journal
from tests.storage.card import Card, tiny_card

CHANCE = 1.0 if RUN_ALL else 0.05
"""Of some two hundred instants."""
CREDENTIALS = Credentials(Secret("1//secret"), "client", ())


def a_life(card: Card) -> None:
    """Everything that the card is ever asked for, short."""
    card.open()
    card.storage.perform(ask.SaveCredentials(credentials=CREDENTIALS))
    card.fill("a", "b", "c", session="one")
    card.storage.perform(ask.HideItems(item_ids=(MediaItemId("b"),)))
    second = card.pick("two")
    card.add(second, "c", "d", "e")
    card.stored(second, "d", replace=True, on_screen=("a",))
    card.stored(second, "e")
    card.storage.perform(ask.SetAside(item_ids=(MediaItemId("e"),)))
    card.restart()


def a_rebuild(card: Card) -> None:
    card.open()
    card.fill("a", "b", "c", session="one")
    card.storage.close()
    (card.state / "catalog.sqlite3").write_bytes(bytes(4096))
    card.open()
    card.fill("d", session="two")


def a_disconnect(card: Card) -> None:
    card.open()
    card.storage.perform(ask.SaveCredentials(credentials=CREDENTIALS))
    card.fill("a", "b", "c", session="one")
    assert card.storage.perform(ask.WipeEverything()) == say.Wiped()
    card.open()
    card.fill("g", session="four")


class Studio:
    """Lives on a real ext4 that is photographed at every crash point."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, chance: float = CHANCE) -> None:
        self.folder = folder
        self.image = folder / "ram" / "card.ext4"
        self.journal = folder / "journal"
        self.camera = Camera(self.image, folder / "copies", chance, random.Random(5))
        self._monkeypatch = monkeypatch

    def live(self, life: Callable[[Card], None]) -> None:
        # In memory, where a sync costs nothing; it is the ext4 above it that counts.
        with tiny_card(self.image.parent, "32m"):
            new_card(self.image)
            with mounted(self.image, self.folder / "card") as home:
                self._live(life, home)

    def _live(self, life: Callable[[Card], None], home: Path) -> None:
        with self._monkeypatch.context() as patch:
            patch.setenv("STATE_DIRECTORY", str(home / "state"))
            patch.setenv("CACHE_DIRECTORY", str(home / "cache"))
            watch(Journal(str(self.journal)), patch.setattr)
            points.install(self._passed, patch.setattr)
            card = Card(home)
            life(card)
            card.storage.close()

    def _passed(self, name: str, side: str) -> None:
        self.camera.take(f"{side} {name}", self.journal)

    def faults_at(self, instant: str, copy: Path, length: int, *, whole: bool = True) -> list[str]:
        """After the power comes back: what is wrong before the kiosk starts, and after it.

        whole: False where the test itself has damaged the catalog, so that only the next start can be held to it.
        """
        journal = self.folder / "journal-then"
        journal.write_bytes(self.journal.read_bytes()[:length])
        ledger = read_journal(journal)
        with mounted(copy, self.folder / "back") as home:
            found = faults(ledger, read_card(home)) if whole and (home / "state").exists() else []
            card = Card(home)
            opened = card.open()
            after = read_card(home)
            card.storage.close()
            if ledger.forgetting:
                nothing = not after.rows and not after.credentials
                if not nothing and not (set(ledger.must) <= set(after.rows) and after.credentials):
                    found.append("half of it is forgotten")
            else:
                found += faults(ledger, after)
            found += [f"{path} outlived the start" for path in home.rglob("*.part")]
            if opened.counts.stored != len(after.rows):
                found.append(f"{opened.counts} but {len(after.rows)} rows")
        return [f"{instant}: {each}" for each in found]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("life", [a_life, a_rebuild, a_disconnect])
def test_a_power_cut_loses_nothing_acknowledged(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, Any], None],
    life: Callable[[Card], None],
) -> None:
    studio = Studio(tmp_path, monkeypatch)
    studio.live(life)
    assert studio.camera.instants > 50
    whole = life is not a_rebuild
    found = [each for instant in studio.camera.pictures for each in studio.faults_at(*instant, whole=whole)]
    assert not found, "\n".join(found)
    record_property("power_cuts", len(studio.camera.pictures))


def test_a_kiosk_that_does_not_sync_would_be_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that this test can fail: without fsync pictures are lost."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    studio = Studio(tmp_path, monkeypatch, chance=0.0)

    def a_short_life(card: Card) -> None:
        card.open()
        card.fill("a", "b")
        studio.camera.now(studio.journal)

    studio.live(a_short_life)
    assert any("lost" in each for each in studio.faults_at(*studio.camera.pictures[-1]))


def test_a_picture_is_renamed_after_its_sync_and_promised_after_its_directory_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same law where no file system can be mounted: by the order of the calls."""
    card = Card(tmp_path)
    card.open()
    pick = card.pick()
    card.add(pick, "a")
    order: list[str] = []
    points.install(lambda name, side: order.append(f"{side} {name}"), monkeypatch.setattr)
    card.storage.close()
    card.open()
    order.clear()
    card.stored(pick, "a")
    card.storage.close()
    law = (
        "after write picture part",
        "after sync picture part",
        "before rename picture part",
        "after rename picture part",
        "after sync fan",
        "before begin catalog",
        "after commit catalog",
    )
    assert [each for each in order if each in law] == list(law)
