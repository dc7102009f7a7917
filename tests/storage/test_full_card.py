"""A real little file system, really full or really read-only: the show goes on, and it heals when there is room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Counts, Credentials, MediaItemId, PickId, PickingSessionId, PickPhase, Secret
from kiosk.errors import DiskFull, Unwritable
from tests.conftest import RUN_ALL
from tests.storage.card import (
    Card,
    fill_up,
    flat,
    item,
    jpeg,
    names,
    no_file_grows_beyond,
    read_only,
    tiny_card,
)


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


def test_a_card_that_only_the_newest_pick_fills_heals_when_somebody_makes_room(tiny: Card) -> None:
    pick = tiny.pick("one")
    tiny.add(pick, "a", "b")
    put(tiny, pick, "a")
    ballast = fill_up(tiny.state.parent)
    os.truncate(ballast, ballast.stat().st_size - 100_000)
    room = ask.MakeRoom(pick_id=pick, on_screen=())
    for _ in range(3):
        with pytest.raises(DiskFull):
            tiny.fetch("b", big("b"))
        # A little is free, but not as much as was refused.
        assert isinstance(tiny.storage.perform(room), say.Failed)
    ballast.unlink()
    assert tiny.storage.perform(room) == say.Evicted(item_ids=(), counts=Counts(items=2, stored=1))
    assert isinstance(put(tiny, pick, "b"), say.RenditionStored)


def test_whatever_is_left_of_the_card_no_half_picture_stays_and_all_others_show(tiny: Card) -> None:
    first = tiny.pick("one")
    tiny.add(first, "kept")
    put(tiny, first, "kept")
    pick = tiny.pick("two")
    ballast = fill_up(tiny.state.parent)
    filled = ballast.stat().st_size
    stored: set[bool] = set()
    for number, kilobytes in enumerate(range(0, 260, 4 if RUN_ALL else 20)):
        os.truncate(ballast, filled - 1024 * kilobytes)
        took = _try(tiny, pick, f"{number:02}")
        stored.add(took)
        assert not list((tiny.cache / "parts").iterdir())
        assert {"kept"} <= set(names(tiny.draw(9))), kilobytes
        opened = tiny.restart()
        assert set(names(opened.drawn)) == {"kept"} | ({f"{number:02}"} if took else set())
        for each in flat(opened.drawn):
            assert len(tiny.storage.path_of(each).read_bytes()) == 200_000
        tiny.storage.perform(ask.HideItems(item_ids=(MediaItemId(f"{number:02}"),)))
        filled = ballast.stat().st_size + _free(tiny.state.parent)
        _fill_again(ballast)
    assert stored == {False, True}


def _try(tiny: Card, pick: PickId, name: str) -> bool:
    try:
        if not isinstance(
            tiny.storage.perform(ask.AddItems(pick_id=pick, items=(item(name),))), say.ItemsAdded
        ):
            return False
        return isinstance(put(tiny, pick, name), say.RenditionStored)
    except DiskFull:
        return False


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _fill_again(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as file:
        while (free := _free(ballast.parent)) and file.write(bytes(min(free, 1 << 16))):
            pass


def test_a_catalog_that_a_quota_stops_is_full_and_not_broken(tmp_path: Path) -> None:
    card = Card(tmp_path)
    card.open()
    pick = card.pick()
    many = ask.AddItems(pick_id=pick, items=tuple(item(f"{number:04}") for number in range(2000)))
    for limit, kind in ((2048, DiskFull), (1 << 16, Unwritable)):
        with no_file_grows_beyond(limit):
            refused = card.storage.perform(many)
        assert isinstance(refused, say.Failed)
        assert type(refused.error) is kind, refused.error
    assert isinstance(card.storage.perform(many), say.ItemsAdded)
    card.storage.close()


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
    tiny.show(*flat(opened.drawn))
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
            ask.SaveCredentials(credentials=Credentials(Secret("1//secret"), "client", ())),
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
