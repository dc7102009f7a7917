"""cache_max_mb and keep_free_mb hold always; the oldest pick goes first; what is on the screen never."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from pathlib import Path

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Counts, MediaItemId, PickId
from kiosk.core.settings import Order
from kiosk.errors import DiskFull, Unwritable
from tests.storage.card import Card, jpeg, names, no_file_grows_beyond

ONE = 10_000
"""Bytes of each picture in here: a small JPEG and what follows its end, as some cameras write it."""


def padded(number: int) -> bytes:
    picture = jpeg(number)
    return picture + bytes(ONE - len(picture))


def put(card: Card, pick: PickId, name: str, on_screen: tuple[str, ...] = ()) -> say.Event | None:
    rendition = card.fetch(name, padded(hash(name) % 1000))
    seen = tuple(MediaItemId(each) for each in on_screen)
    return card.storage.perform(
        ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=seen)
    )


def fill(card: Card, session: str, *names: str) -> PickId:
    pick = card.pick(session)
    card.add(pick, *names)
    for name in names:
        assert isinstance(put(card, pick, name), say.RenditionStored)
    return pick


def make_room(card: Card, pick: PickId | None = None, on_screen: tuple[str, ...] = ()) -> say.Event | None:
    return card.storage.perform(
        ask.MakeRoom(pick_id=pick, on_screen=tuple(MediaItemId(each) for each in on_screen))
    )


def limited(card: Card, pictures: float) -> None:
    card.restart(cache_max_mb=pictures * ONE / 1_000_000)


def test_a_download_that_would_break_the_limit_is_refused_while_it_is_written(card: Card) -> None:
    limited(card, 2.5)
    pick = fill(card, "one", "a", "b")
    with pytest.raises(DiskFull, match="cache_max_mb"):
        card.fetch("c", padded(3))
    assert card.files() == ["a", "b"]
    assert not list((card.cache / "parts").iterdir())
    assert card.storage._room.used == 2 * ONE
    assert pick == 1


def test_making_room_takes_the_oldest_pick_first_and_in_its_order(card: Card) -> None:
    limited(card, 8.2)
    fill(card, "one", "b", "a", "c")
    second = fill(card, "two", "d", "e", "f", "g")
    third = fill(card, "three", "h")
    with pytest.raises(DiskFull):
        card.fetch("i", padded(9))
    event = make_room(card, third)  # a quarter of the limit is to be free
    assert event == say.Evicted(item_ids=("b", "a"), counts=Counts(items=6, stored=6))
    assert card.files() == ["c", "d", "e", "f", "g", "h"]
    assert isinstance(put(card, third, "i"), say.RenditionStored)
    assert second == 2


def test_an_item_that_a_newer_pick_names_too_belongs_to_the_newer(card: Card) -> None:
    limited(card, 4.5)
    fill(card, "one", "a", "b")
    card.add(card.pick("two"), "a")
    fill(card, "three", "c", "d")
    event = make_room(card)
    assert isinstance(event, say.Evicted)
    assert event.item_ids == ("b",)


def test_what_is_on_the_screen_is_passed_over(card: Card) -> None:
    limited(card, 3.5)
    fill(card, "one", "a", "b", "c")
    event = make_room(card, on_screen=("a",))
    assert isinstance(event, say.Evicted)
    assert event.item_ids == ("b",)


def test_nothing_goes_while_there_is_room(card: Card) -> None:
    fill(card, "one", "a")
    assert make_room(card) == say.Evicted(item_ids=(), counts=Counts(items=1, stored=1))


def test_a_pick_that_fills_the_card_alone_is_told_so(card: Card) -> None:
    limited(card, 2.5)
    pick = fill(card, "one", "a", "b")
    with pytest.raises(DiskFull):
        card.fetch("c", padded(3))
    event = make_room(card, pick)
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, DiskFull)
    assert card.files() == ["a", "b"]


def test_room_for_a_little_is_no_room_for_what_was_refused(card: Card) -> None:
    limited(card, 2.9)
    pick = fill(card, "one", "a", "b")
    assert isinstance(make_room(card, pick), say.Evicted)  # there is some
    with pytest.raises(DiskFull):
        card.fetch("c", padded(3))
    assert isinstance(make_room(card, pick), say.Failed)  # but not for this picture
    assert isinstance(make_room(card, None), say.Evicted)
    assert isinstance(make_room(card, pick), say.Evicted)


def test_an_evicted_item_is_wanted_again_by_a_later_pick(card: Card) -> None:
    limited(card, 2.2)
    fill(card, "one", "a", "b")
    make_room(card)
    assert [each.id for each in card.add(card.pick("two"), "a", "b").wanted] == ["a"]


def test_a_smaller_limit_after_a_restart_is_kept_by_making_room(card: Card) -> None:
    fill(card, "one", *"abcdef")
    limited(card, 4)
    event = make_room(card, on_screen=("a",))
    assert isinstance(event, say.Evicted)
    assert event.item_ids == ("b", "c", "d")
    assert names(card.restart(Order.PICKED).drawn) == ["a", "e", "f"]


def test_damaged_files_that_were_set_aside_go_before_any_picture(card: Card) -> None:
    limited(card, 4)
    fill(card, "one", "a", "b", "c")
    card.storage.perform(ask.SetAside(item_ids=(MediaItemId("a"),)))
    assert card.storage._room.used == 3 * ONE
    fill(card, "two", "d")
    event = make_room(card)
    assert isinstance(event, say.Evicted)
    assert event.item_ids == ()
    assert not list((card.cache / "set-aside").iterdir())
    assert card.storage._room.used == 3 * ONE


def test_only_the_newest_damaged_files_are_kept(card: Card) -> None:
    fill(card, "one", *(f"p{number}" for number in range(10)))
    for number in range(10):
        card.storage.perform(ask.SetAside(item_ids=(MediaItemId(f"p{number}"),)))
    kept = sorted(path.name.split(".")[0] for path in (card.cache / "set-aside").iterdir())
    assert kept == [f"p{number}" for number in range(2, 10)]
    assert card.storage._room.used == 8 * ONE
    card.restart()
    assert card.storage._room.used == 8 * ONE


def test_something_else_that_fills_the_card_costs_older_picks_when_a_picture_is_stored(
    card: Card,
) -> None:
    fill(card, "one", "a", "b")
    second = card.pick("two")
    card.add(second, "c")
    rendition = card.fetch("c", padded(3))
    keep_free_beyond(card, ONE + 1)
    command = ask.StoreRendition(pick_id=second, rendition=rendition, replace=False, on_screen=("a",))
    failure = card.storage.perform(command)
    assert isinstance(failure, say.Failed)  # two pictures would have to go, and one is on the screen
    assert isinstance(failure.error, DiskFull)
    assert card.files() == ["a", "b"]


def test_a_broken_keep_free_limit_is_mended_when_the_next_picture_is_stored(card: Card) -> None:
    fill(card, "one", "a", "b")
    second = card.pick("two")
    card.add(second, "c")
    rendition = card.fetch("c", padded(3))
    keep_free_beyond(card, ONE // 2)
    command = ask.StoreRendition(pick_id=second, rendition=rendition, replace=False, on_screen=("a",))
    event = card.storage.perform(command)
    assert isinstance(event, say.RenditionStored)
    assert event.removed == ("b",)
    assert card.files() == ["a", "c"]


def test_keep_free_mb_refuses_downloads(card: Card) -> None:
    fill(card, "one", "a")
    keep_free_beyond(card, 1)
    with pytest.raises(DiskFull, match="keep_free_mb"):
        card.fetch("b")


def keep_free_beyond(card: Card, short: int) -> None:
    """The card now has `short` bytes less free than it has to keep, to the block."""
    room = card.storage._room
    room._keep_free = 0
    room._cache_max = 1 << 62
    room._keep_free = room.left() + short
    room._left = lambda: -short  # type: ignore[method-assign]  # others write to this disk while the test runs


def test_a_card_that_refuses_although_the_sums_allow_gives_up_one_helping_only(card: Card) -> None:
    card.restart(cache_max_mb=8 * ONE / 1_000_000)
    fill(card, "one", "a", "b", "c")
    second = card.pick("two")
    with no_file_grows_beyond(ONE // 2), pytest.raises(DiskFull):
        card.fetch("d", padded(4))
    event = make_room(card, second)
    assert isinstance(event, say.Evicted)
    assert event.item_ids == ("a", "b")  # a quarter of the limit
    with no_file_grows_beyond(ONE // 2):
        with pytest.raises(DiskFull):
            card.fetch("d", padded(4))
        assert isinstance(make_room(card, second), say.Failed)
    # It takes as much as it refused: nobody has to leave for that.
    assert make_room(card, second) == say.Evicted(item_ids=(), counts=Counts(items=1, stored=1))
    assert card.files() == ["c"]
    card.fetch("d", padded(4))
    with no_file_grows_beyond(ONE // 2), pytest.raises(DiskFull):
        card.fetch("e", padded(5))
    assert isinstance(make_room(card, second), say.Evicted)


def test_a_card_that_takes_no_file_is_not_called_roomy(card: Card) -> None:
    fill(card, "one", "a")
    (card.cache / "parts").rmdir()
    (card.cache / "parts").write_bytes(b"in the way")
    event = make_room(card)
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, Unwritable)
    with pytest.raises(Unwritable):
        card.fetch("b")
    assert card.files() == ["a"]


@pytest.mark.parametrize("left", [0, ONE // 2, None])
def test_what_was_lost_of_a_damaged_picture_is_room(card: Card, left: int | None) -> None:
    fill(card, "one", "a", "b")
    (path,) = card.cache.glob("renditions/??/a.*")
    if left is None:
        path.unlink()
    else:
        os.truncate(path, left)
    card.storage.perform(ask.SetAside(item_ids=(MediaItemId("a"),)))
    assert card.storage._room.used == ONE + (left or 0)


def test_a_catalog_that_takes_no_eviction_costs_one_file_and_no_more(card: Card) -> None:
    limited(card, 3.5)
    fill(card, "one", "a", "b", "c")
    connection = card.storage._catalog.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    for first, width in (("0", 200), ("1", 40), ("2", 4)):  # until not even a short row fits
        rows = [(f"{first}{number:0{width}}",) for number in range(1000)]
        with pytest.raises(sqlite3.OperationalError, match="full"):
            deque(connection.execute("INSERT INTO leftovers VALUES (?, 0)", row) for row in rows)
    event = make_room(card, on_screen=("a",))
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, DiskFull)
    assert card.files() == ["a", "c"]


def test_a_cache_folder_that_vanished_is_the_cards_fault(card: Card, tmp_path: Path) -> None:
    card.cache.rename(tmp_path / "elsewhere")
    with pytest.raises(Unwritable):
        card.fetch("a")


def test_a_picture_that_fails_to_be_stored_again_keeps_the_file_that_is_shown(card: Card) -> None:
    pick = fill(card, "one", "a", "b")
    rendition = card.fetch("a", padded(hash("a") % 1000))
    keep_free_beyond(card, 1)
    command = ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=())
    assert isinstance(card.storage.perform(command), say.Failed)
    assert card.files() == ["a", "b"]


def test_no_picture_is_given_up_for_a_card_that_is_not_full(card: Card) -> None:
    fill(card, "one", "a", "b")
    with no_file_grows_beyond(100):
        event = make_room(card)
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, DiskFull)
    assert card.files() == ["a", "b"]


def test_nothing_on_the_screen_is_given_up_for_a_card_that_takes_no_write(card: Card) -> None:
    limited(card, 2.9)
    fill(card, "one", "a", "b")
    with no_file_grows_beyond(100):
        event = make_room(card, on_screen=("a", "b"))
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, DiskFull)
    assert card.files() == ["a", "b"]
