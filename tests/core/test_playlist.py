"""arrange: the same items, and no two of one minute side by side where that can be helped."""

from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import StoredItem
from kiosk.core.playlist import arrange
from tests.core.dummies import stored_item

MINUTES = st.lists(st.sampled_from((None, 1, 2, 3)), max_size=7)


def items(minutes: list[int | None]) -> tuple[StoredItem, ...]:
    return tuple(stored_item(f"item-{number}", minute) for number, minute in enumerate(minutes))


def conflicts(last: int | None, arranged: tuple[StoredItem, ...]) -> int:
    row = [last, *(item.minute for item in arranged)]
    return sum(a is not None and a == b for a, b in pairwise(row))


@given(minutes=MINUTES, last=st.sampled_from((None, 1, 2)))
def test_no_two_of_one_minute_are_neighbours_where_any_order_can_avoid_it(
    minutes: list[int | None], last: int | None
) -> None:
    candidates = items(minutes)
    after = None if last is None else stored_item("last", last)
    arranged = arrange(after, candidates)
    assert sorted(each.item_id for each in arranged) == sorted(each.item_id for each in candidates)
    possible = any(not conflicts(last, order) for order in permutations(candidates))
    assert not (possible and conflicts(last, arranged))


def test_an_order_without_conflicts_is_left_as_it_is() -> None:
    candidates = items([1, 2, None, 2, 3, 1, None])
    assert arrange(None, candidates) == candidates


def test_a_burst_is_spread_over_the_others() -> None:
    arranged = arrange(None, items([1, 1, 1, 2, 3]))
    assert conflicts(None, arranged) == 0


def test_nothing_but_a_burst_keeps_its_order() -> None:
    candidates = items([1, 1, 1])
    assert arrange(stored_item("last", 1), candidates) == candidates


def test_nothing_is_arranged_into_nothing() -> None:
    assert arrange(None, ()) == ()
