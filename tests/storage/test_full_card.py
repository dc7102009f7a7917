"""A real little file system, really full or really read-only: the show goes on, and it heals when there is room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Counts, MediaItemId, PickId, PickingSessionId, PickPhase
from kiosk.errors import DiskFull, Unwritable
from tests.storage.card import Card, fill_up, item, jpeg, names, read_only, tiny_card


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Card]:
    with tiny_card(tmp_path / "card", "3m") as folder:
        card = Card(folder)
        card.open()
        yield card
        card.storage.close()


def big(name: str) -> bytes:
    picture = jpeg(len(name))
    return picture + bytes(200_000 - len(picture))


def put(card: Card, pick: PickId, name: str) -> say.Event | None:
    rendition = card.fetch(name, big(name))
    return card.storage.perform(
        ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=())
    )


SAVE = ask.SavePick(session_id=PickingSessionId("later"), phase=PickPhase.PICKING, expires_at=None)


def test_a_full_card_refuses_by_name_and_heals_when_room_is_made(tiny: Card) -> None:
    first = tiny.pick("one")
    tiny.add(first, "a", "b", "c")
    for name in "abc":
        assert isinstance(put(tiny, first, name), say.RenditionStored)
    second = tiny.pick("two")
    tiny.add(second, "d")
    fill_up(tiny.state.parent)
    with pytest.raises(DiskFull):
        tiny.fetch("d", big("d"))
    assert len(tiny.draw(9)) == 3
    room = ask.MakeRoom(pick_id=second, on_screen=(MediaItemId("a"),))
    event = tiny.storage.perform(room)
    assert isinstance(event, say.Evicted)
    assert event.item_ids
    assert "a" not in event.item_ids
    assert isinstance(put(tiny, second, "d"), say.RenditionStored)
    assert sorted(names(tiny.restart().drawn)) == sorted(tiny.files())
    assert not list((tiny.cache / "parts").iterdir())


def test_a_start_on_a_full_card_shows_its_pictures_and_heals(tiny: Card) -> None:
    tiny.fill("a", "b")
    tiny.storage.close()
    ballast = fill_up(tiny.state.parent)
    opened = tiny.restart()
    assert opened.counts == Counts(items=2, stored=2)
    assert sorted(names(opened.drawn)) == ["a", "b"]
    refused = tiny.storage.perform(SAVE)
    assert isinstance(refused, say.Failed)
    assert isinstance(refused.error, DiskFull)
    tiny.show(*opened.drawn)
    tiny.now += 61
    assert isinstance(tiny.storage.perform(ask.MarkShown(item_ids=("a",))), say.Failed)
    ballast.unlink()
    assert isinstance(tiny.storage.perform(SAVE), say.PickSaved)
    assert tiny.restart().open_picks[-1].session_id == "later"


def test_a_card_that_is_full_of_pictures_from_the_start_makes_room_by_itself(tiny: Card) -> None:
    first = tiny.pick("one")
    tiny.add(first, "a", "b", "c")
    for name in "abc":
        put(tiny, first, name)
    tiny.storage.close()
    fill_up(tiny.state.parent)
    assert tiny.restart().counts.stored == 3
    event = tiny.storage.perform(ask.MakeRoom(pick_id=None, on_screen=(MediaItemId("a"),)))
    assert isinstance(event, say.Evicted)
    assert "a" in tiny.files()
    assert isinstance(tiny.storage.perform(SAVE), say.PickSaved)


def test_a_read_only_card_shows_its_pictures_and_heals(tiny: Card) -> None:
    tiny.fill("a", "b")
    tiny.storage.close()
    with read_only(tiny.state.parent):
        opened = tiny.restart()
        assert opened.counts == Counts(items=2, stored=2)
        assert sorted(names(opened.drawn)) == ["a", "b"]
        for command in (
            SAVE,
            ask.MakeRoom(pick_id=None, on_screen=()),
            ask.SaveCredentials(credentials=None),
        ):
            refused = tiny.storage.perform(command)
            assert isinstance(refused, say.Failed)
            assert isinstance(refused.error, Unwritable)
        with pytest.raises(Unwritable):
            tiny.fetch(item("c"))
        assert len(tiny.draw(9)) == 2
    assert isinstance(tiny.storage.perform(SAVE), say.PickSaved)
    assert tiny.fill("c", session="more") > 1
    assert tiny.restart().counts.stored == 3


def test_a_damaged_catalog_on_a_read_only_card_still_shows_its_pictures(tiny: Card) -> None:
    tiny.fill("a", "b")
    tiny.storage.close()
    (tiny.state / "catalog.sqlite3").write_bytes(b"no catalog" * 999)
    with read_only(tiny.state.parent):
        opened = tiny.restart()
        assert opened.rebuilt
        assert sorted(names(opened.drawn)) == ["a", "b"]
        tiny.storage.close()
    assert tiny.restart().counts.stored == 2
