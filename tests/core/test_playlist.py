"""arrange: the same items, and no two of one minute side by side where that can be helped."""

from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.playlist import Arrangement, Minute, arrange

MINUTES = st.lists(st.sampled_from((None, 1, 2, 3)), max_size=7)


def conflicts(last: Minute, arranged: list[Minute]) -> int:
    return sum(a is not None and a == b for a, b in pairwise([last, *arranged]))


def arranged_minutes(last: Minute, minutes: list[Minute]) -> list[Minute]:
    return [minutes[number] for number in arrange(last, dict(enumerate(minutes)))]


@given(minutes=MINUTES, last=st.sampled_from((None, 1, 2)))
def test_no_two_of_one_minute_are_neighbours_where_any_order_can_avoid_it(
    minutes: list[Minute], last: Minute
) -> None:
    numbers = list(arrange(last, dict(enumerate(minutes))))
    assert sorted(numbers) == list(range(len(minutes)))
    possible = any(not conflicts(last, list(order)) for order in permutations(minutes))
    assert not (possible and conflicts(last, [minutes[number] for number in numbers]))


def test_an_order_without_conflicts_is_left_as_it_is() -> None:
    minutes: list[Minute] = [1, 2, None, 2, 3, 1, None]
    assert list(arrange(None, dict(enumerate(minutes)))) == list(range(len(minutes)))


def test_a_burst_is_spread_over_the_others() -> None:
    assert conflicts(None, arranged_minutes(None, [1, 1, 1, 2, 3])) == 0


def test_nothing_but_a_burst_keeps_its_order() -> None:
    assert list(arrange(1, dict.fromkeys((7, 8, 9), 1))) == [7, 8, 9]


def test_nothing_is_arranged_into_nothing() -> None:
    assert list(arrange(None, {})) == []


def test_only_as_much_is_arranged_as_somebody_reads() -> None:
    arrangement = Arrangement(None, dict.fromkeys(range(256)))
    assert arrangement.lead() == 0
    assert len(arrangement._read) == 0
    assert next(iter(arrangement)) == 1
    assert list(arrangement._read) == [1]


@given(minutes=MINUTES, last=st.sampled_from((None, 1, 2)))
def test_leads_alone_come_as_they_were_arranged(minutes: list[Minute], last: Minute) -> None:
    candidates = dict(enumerate(minutes))
    arrangement = Arrangement(last, candidates)
    leads = list(iter(arrangement.lead, None))
    assert sorted(leads) == list(candidates)
    as_arranged = [minutes[number] for number in arrange(last, candidates)]
    assert conflicts(last, [minutes[number] for number in leads]) <= conflicts(last, as_arranged)


def test_a_partner_that_is_taken_brings_no_two_of_a_minute_together() -> None:
    arrangement = Arrangement(None, {1: 10, 2: 20, 3: 10, 4: 30})
    assert arrangement.lead() == 1
    arrangement.take(2)
    assert arrangement.last == 20
    assert list(arrangement) == [3, 4]
    assert arrangement.lead() == 4, "3 is of the minute of 1, which hangs on the slide before"
    assert arrangement.lead() == 3
    assert arrangement.lead() is None


def test_what_is_taken_from_elsewhere_changes_nothing() -> None:
    arrangement = Arrangement(None, {1: 10, 2: 20})
    assert arrangement.lead() == 1
    arrangement.take(99)
    assert arrangement.last == 10
    assert list(arrangement) == [2]
