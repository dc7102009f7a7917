"""Sleep hours in every time zone, over every kind of clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.hours import Span, asleep, first_at, last_at, next_change

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = frozenset(range(7))
NIGHT = Span(EVERY_DAY, time(22, 30), time(6, 30))

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
TIMES = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
SPANS = st.lists(st.builds(Span, st.frozensets(st.integers(0, 6)), TIMES, TIMES), max_size=3).map(tuple)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("when", "sleeps"),
    [
        ("2026-11-23 22:29:59", False),
        ("2026-11-23 22:30:00", True),
        ("2026-11-24 06:29:59", True),
        ("2026-11-24 06:30:00", False),
        ("2026-11-24 12:00:00", False),
    ],
)
def test_a_night_begins_and_ends_to_the_second(when: str, sleeps: bool) -> None:
    assert asleep((NIGHT,), at(when), BERLIN) is sleeps


def test_a_span_belongs_to_the_day_on_which_it_begins() -> None:
    friday = (Span(frozenset({4}), time(23), time(9)),)
    assert asleep(friday, at("2026-11-28 08:00"), BERLIN)
    assert not asleep(friday, at("2026-11-27 08:00"), BERLIN)


def test_equal_times_are_a_whole_day() -> None:
    sunday = (Span(frozenset({6}), time(0), time(0)),)
    assert [asleep(sunday, at(f"2026-11-{day} 12:00"), BERLIN) for day in (21, 22, 23)] == [
        False,
        True,
        False,
    ]
    assert next_change(sunday, at("2026-11-22 12:00"), BERLIN) == at("2026-11-23 00:00")


def test_what_begins_in_the_hour_that_is_left_out_begins_when_the_clocks_jump() -> None:
    assert first_at(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_what_ends_in_the_hour_that_comes_twice_ends_the_second_time() -> None:
    assert first_at(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert last_at(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_day_that_a_country_left_out_has_its_times_when_the_next_one_begins() -> None:
    """Samoa had no 30 December 2011."""
    assert first_at(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia")) == datetime(
        2011, 12, 30, 10, tzinfo=UTC
    )


def test_without_spans_nothing_ever_changes() -> None:
    assert next_change((), at("2026-11-23 12:00"), BERLIN) is None
    always = (Span(EVERY_DAY, time(8), time(8)),)
    assert asleep(always, at("2026-11-23 12:00"), BERLIN)
    assert next_change(always, at("2026-11-23 12:00"), BERLIN) is None


def test_spans_that_meet_are_one() -> None:
    spans = (Span(EVERY_DAY, time(22), time(2)), Span(EVERY_DAY, time(2), time(6)))
    assert next_change(spans, at("2026-11-23 23:00"), BERLIN) == at("2026-11-24 06:00")


@given(SPANS, MOMENTS, ZONES)
def test_nothing_changes_before_the_next_change(
    spans: tuple[Span, ...], now: datetime, zone: ZoneInfo
) -> None:
    change = next_change(spans, now, zone)
    state = asleep(spans, now, zone)
    if change is None:
        return
    assert now < change <= now + timedelta(days=9)
    assert asleep(spans, change, zone) is not state
    assert asleep(spans, change - timedelta(microseconds=1), zone) is state


@given(st.frozensets(st.integers(0, 6)), TIMES, TIMES, MOMENTS, ZONES)
def test_away_from_a_clock_change_the_wall_clock_decides(
    days: frozenset[int], begin: time, end: time, now: datetime, zone: ZoneInfo
) -> None:
    offsets = {(now + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in range(-60, 61)}
    if len(offsets) > 1:
        return
    local = now.astimezone(zone)
    wall = local.time()
    yesterday = (local.weekday() - 1) % 7
    if begin < end:
        expected = local.weekday() in days and begin <= wall < end
    else:
        expected = (local.weekday() in days and wall >= begin) or (yesterday in days and wall < end)
    assert asleep((Span(days, begin, end),), now, zone) is expected


@given(MOMENTS, ZONES, TIMES)
def test_a_time_of_the_day_comes_once_or_twice_and_the_first_is_not_after_the_last(
    now: datetime, zone: ZoneInfo, wall: time
) -> None:
    day = now.astimezone(zone).date()
    first, last = first_at(day, wall, zone), last_at(day, wall, zone)
    wanted = datetime.combine(day, wall)
    assert first <= last
    assert first.astimezone(zone).replace(tzinfo=None) >= wanted
    assert (first - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < wanted
