"""Which pictures come next, in each order."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import MediaItemId, Size, StoredItem
from kiosk.core.settings import Order
from tests.storage.card import Card, item, minute, names, no_file_grows_beyond

GONE = StoredItem(MediaItemId("gone"), "00/gone", Size(1, 1), None)


def show_next(card: Card, count: int) -> list[str]:
    """What a show without look-ahead shows."""
    seen: list[StoredItem] = []
    for _ in range(count):
        (following,) = card.draw(1, after=seen[-1] if seen else None)
        card.show(following)
        seen.append(following)
    return names(tuple(seen))


def test_shuffle_shows_each_once_before_any_twice(card: Card) -> None:
    everything = [f"p{number}" for number in range(20)]
    card.fill(*everything)
    shown = show_next(card, 60)
    for turn in range(3):
        assert sorted(shown[turn * 20 : turn * 20 + 20]) == sorted(everything)
    assert shown[:20] != shown[20:40]
    assert all(one != other for one, other in pairwise(shown))


def test_shuffle_goes_on_where_it_was_after_a_restart(card: Card) -> None:
    everything = [f"p{number}" for number in range(20)]
    card.fill(*everything)
    first = show_next(card, 11)
    opened = card.restart()
    assert not set(names(opened.drawn)) & set(first)
    assert sorted(first + show_next(card, 9)) == sorted(everything)


def test_fresh_pictures_come_before_the_rest_of_the_round(card: Card) -> None:
    card.fill(*(f"old{number}" for number in range(12)), session="one")
    show_next(card, 5)
    card.fill("new1", "new2", "new3", session="two")
    assert sorted(show_next(card, 3)) == ["new1", "new2", "new3"]
    rest = show_next(card, 7)
    assert all(name.startswith("old") for name in rest)
    assert len(set(rest)) == 7


def test_a_newcomer_takes_its_place_among_those_that_stay(card: Card) -> None:
    card.fill("left behind", session="one")
    stay = [f"stays{number}" for number in range(8)]
    second = card.fill(*stay, session="two")
    assert sorted(show_next(card, 8)) == stay  # and "left behind" has not had its turn
    card.add(second, "new")
    card.stored(second, "new", replace=True)
    assert sorted(show_next(card, 9)) == ["new", *stay]


def test_the_mark_of_a_picture_that_leaves_does_not_hold_the_newcomer_back(card: Card) -> None:
    card.fill("left behind", session="one")
    stay = [f"stays{number}" for number in range(8)]
    second = card.fill(*stay, session="two")
    card.add(second, "new")
    rendition = card.fetch("new")
    everything = card.draw(9)
    card.show(*everything)
    card.show(*(each for each in everything if each.item_id != "left behind"))  # all of it in memory only
    card.storage.perform(ask.StoreRendition(pick_id=second, rendition=rendition, replace=True, on_screen=()))
    assert sorted(show_next(card, 9)) == ["new", *stay]


def test_going_back_to_a_picture_does_not_cost_it_its_next_turn(card: Card) -> None:
    card.fill("a", "b", "c")
    (first,) = card.draw(1)
    card.show(first)
    card.show(first)
    card.show(first)
    rest = show_next(card, 2)
    assert sorted([first.item_id, *rest]) == ["a", "b", "c"]
    assert sorted(show_next(card, 3)) == ["a", "b", "c"]


def test_two_captures_of_one_minute_are_kept_apart(card: Card) -> None:
    burst = [item(f"burst{number}", minute(5)) for number in range(5)]
    others = [item(f"other{number}", minute(100 + number)) for number in range(5)]
    card.fill(*burst, *others)
    shown = show_next(card, 10)
    assert all("burst" not in one or "burst" not in other for one, other in pairwise(shown))


@pytest.mark.parametrize("order", Order)
def test_what_was_drawn_but_not_shown_is_avoided_while_there_is_anything_else(
    card: Card, order: Order
) -> None:
    card.fill("a", "b", "c")
    assert names(card.draw(2, order, avoid=("a", "b", "unknown")))[0] == "c"
    only = card.draw(1, order, avoid=("a", "b", "c"))
    assert len(only) == 1


@pytest.mark.parametrize("order", Order)
def test_a_draw_repeats_nothing_and_ends_with_what_it_follows(card: Card, order: Order) -> None:
    card.fill("a", "b", "c")
    (last,) = card.draw(1, order)
    drawn = names(card.draw(9, order, after=last))
    assert sorted(drawn) == ["a", "b", "c"]
    assert drawn[-1] == last.item_id


@pytest.mark.parametrize("order", Order)
def test_the_only_picture_follows_itself(card: Card, order: Order) -> None:
    card.fill("a")
    (only,) = card.draw(1, order)
    assert card.draw(2, order, after=only, avoid=("a",)) == (only,)


@pytest.mark.parametrize("order", Order)
def test_nothing_is_drawn_from_an_empty_card(card: Card, order: Order) -> None:
    assert card.draw(2, order) == ()
    assert card.draw(2, order, after=GONE, avoid=("gone",)) == ()
    assert card.restart(order).drawn == ()


def test_captured_goes_from_the_oldest_to_the_newest_and_the_undated_then_again(card: Card) -> None:
    card.fill(
        item("new", minute(30)), item("undated", None), item("old", minute(-10)), item("middle", minute(20))
    )
    drawn = card.draw(4, Order.CAPTURED)
    assert names(drawn) == ["old", "middle", "new", "undated"]
    assert [each.minute for each in drawn] == [-10, 20, 30, None]
    assert names(card.draw(2, Order.CAPTURED, after=drawn[2])) == ["undated", "old"]


def test_captured_goes_on_near_a_picture_that_has_left(card: Card) -> None:
    card.fill(item("one", minute(10)), item("two", minute(20)), item("three", minute(30)))
    second = card.draw(2, Order.CAPTURED)[1]
    card.storage.perform(ask.HideItems(item_ids=(second.item_id,)))
    assert names(card.draw(1, Order.CAPTURED, after=second)) == ["three"]


@pytest.mark.parametrize("order", [Order.CAPTURED, Order.PICKED])
def test_an_order_begins_anew_after_a_picture_that_says_nothing(card: Card, order: Order) -> None:
    card.fill("a", "b")
    assert names(card.draw(1, order, after=GONE)) == ["a"]


def test_picked_goes_pick_by_pick_as_the_person_chose(card: Card) -> None:
    first = card.pick("one")
    card.add(first, "d", "a")
    card.add(first, "c")
    for name in ("c", "a", "d"):
        card.stored(first, name)
    card.fill("b", session="two")
    assert names(card.draw(9, Order.PICKED)) == ["d", "a", "c", "b"]


def test_a_picture_picked_again_moves_to_the_newer_pick(card: Card) -> None:
    card.fill("a", "b", session="one")
    second = card.pick("two")
    card.add(second, "c", "a")
    card.stored(second, "c")
    assert names(card.draw(9, Order.PICKED)) == ["b", "c", "a"]


@pytest.mark.parametrize("order", [Order.CAPTURED, Order.PICKED])
def test_a_fixed_order_goes_on_where_it_was_after_a_restart(card: Card, order: Order) -> None:
    card.fill(*(item(f"p{number}", minute(number)) for number in range(6)))
    card.show(*card.draw(3, order))
    assert names(card.restart(order).drawn) == ["p3", "p4", "p5", "p0"]


def test_marks_are_written_at_most_once_a_minute(card: Card) -> None:
    card.fill(*(f"p{number}" for number in range(9)))
    log = card.state / "catalog.sqlite3-wal"
    sizes = []
    for _ in range(12):
        card.now += 10
        show_next(card, 1)
        sizes.append(log.stat().st_size)
    assert len(set(sizes)) == 3  # before the first minute is over, after it, and after the second


def test_nothing_is_written_while_nothing_is_shown(card: Card) -> None:
    card.fill("a", "b")
    seen: list[str] = []
    card.storage._catalog.connection.set_trace_callback(seen.append)
    for _ in range(60):
        card.now += 60
        card.draw(1)
    assert not [statement for statement in seen if not statement.startswith("SELECT")]


def test_a_mark_of_a_picture_that_has_left_is_forgotten(card: Card) -> None:
    card.fill("a", "b")
    a, b = card.draw(2)
    card.show(a, b)
    card.storage.perform(ask.HideItems(item_ids=(a.item_id,)))
    card.show(a, GONE)
    assert names(card.draw(9)) == [b.item_id]


def test_a_mark_in_memory_outlives_its_picture_unharmed(card: Card) -> None:
    card.fill("a", "b")
    a, _ = card.draw(2)
    card.show(a)
    card.storage._catalog.connection.execute("DELETE FROM renditions WHERE item = 1 OR item = 2")
    assert card.draw(9) == ()


def test_marks_stay_in_memory_while_the_card_takes_no_write(card: Card) -> None:
    everything = [f"p{number}" for number in range(6)]
    card.fill(*everything)
    card.restart()  # into an empty log, so that a write has to grow it
    shown = show_next(card, 2)
    with no_file_grows_beyond(0):
        card.now += 61
        third = card.draw(1)
        mark = ask.MarkShown(id=5, item_ids=(third[0].item_id,))
        (failure,) = card.storage.perform_batch([mark])
        assert isinstance(failure, say.Failed)
        assert failure.answers == 5
        assert card.storage.perform(mark) is None  # told once a minute, not with every slide
        card.now += 61
        assert len(card.draw(1)) == 1  # a draw needs no write
    card.now += 61
    shown += [third[0].item_id, *show_next(card, 3)]
    assert sorted(shown) == everything


START = """
import sys
from pathlib import Path
from kiosk.core import commands as ask
from kiosk.core.settings import Order
from kiosk.storage import Storage
storage = Storage(Path(sys.argv[1]), Path(sys.argv[2]), cache_max_mb=100, keep_free_mb=0)
print(len(storage.perform(ask.OpenCatalog(order=Order.SHUFFLE)).drawn))
storage.close()
print(sorted({"PIL", "requests", "pygame", "cattrs", "numpy"} & set(sys.modules)))
"""


def test_the_first_slides_wait_for_no_picture_library(card: Card) -> None:
    card.fill("a", "b")
    card.storage.close()
    command = [sys.executable, "-c", START, str(card.state), str(card.cache)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "2\n[]\n"
