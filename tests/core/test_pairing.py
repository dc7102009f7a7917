"""Which two pictures share the screen: of one day, not of one burst, of like colours."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.focus import CENTRE, Measure
from kiosk.core.model import MediaItemId, Size, StoredItem
from kiosk.core.pairing import (
    APART,
    Pairing,
    Shape,
    day_around,
    day_of,
    pairing_of,
    pairs,
    partner,
    side_by_side,
    without,
)
from kiosk.core.settings import Settings

WIDE = Pairing(Shape.WIDE)
UPRIGHT = Size(1200, 1600)
DAY = 24 * 60
EVENING_UTC = 20_000 * DAY + 22 * 60
"""22:00 UTC; the next day in Tokyo."""


def picture(
    name: str, minute: int | None = None, mean: tuple[int, int, int] | None = None, size: Size = UPRIGHT
) -> StoredItem:
    measure = None if mean is None else Measure(CENTRE, mean)
    return StoredItem(MediaItemId(name), f"{name}.jpg", size, minute, measure=measure)


def chosen(lead: StoredItem, *others: StoredItem, pairing: Pairing = WIDE) -> str | None:
    found = partner(lead, others, pairing)
    return None if found is None else found.item_id


def test_a_picture_of_the_same_day_is_taken_before_one_of_a_better_colour() -> None:
    lead = picture("lead", EVENING_UTC, (10, 20, 30))
    same_day = picture("day", EVENING_UTC - 300, (250, 240, 230))
    assert chosen(lead, picture("colour", EVENING_UTC - 3 * DAY, (10, 20, 30)), same_day) == "day"


def test_the_day_is_that_of_the_place_where_the_frame_hangs() -> None:
    lead, evening, morning = (
        picture(name, EVENING_UTC + m) for name, m in (("l", 0), ("e", -600), ("m", 300))
    )
    assert chosen(lead, morning, evening) == "e"
    assert chosen(lead, evening, morning, pairing=Pairing(Shape.WIDE, ZoneInfo("Asia/Tokyo"))) == "m"


@pytest.mark.parametrize("minutes", range(APART + 1))
def test_a_picture_of_the_same_burst_is_taken_only_where_nothing_else_is(minutes: int) -> None:
    lead = picture("lead", EVENING_UTC)
    burst = picture("burst", EVENING_UTC + minutes)
    assert chosen(lead, burst, picture("other", EVENING_UTC - 40 * DAY, (255, 0, 0))) == "other"
    assert chosen(lead, burst, picture("undated")) == "undated"
    assert chosen(lead, burst) == "burst"
    assert chosen(lead, burst, picture("later", EVENING_UTC + APART + 1)) == "later"


def test_among_those_of_the_day_the_likest_colour_is_taken() -> None:
    lead = picture("lead", EVENING_UTC, (40, 90, 160))
    colours = {"red": (200, 30, 30), "blue": (50, 95, 150), "white": (240, 240, 240)}
    others = [picture(name, EVENING_UTC - 60 - n, mean) for n, (name, mean) in enumerate(colours.items())]
    assert chosen(lead, *others) == "blue"


def test_the_distance_of_colours_is_what_an_eye_sees() -> None:
    """By plain sRGB levels the greener one is nearer; an eye sees more of green than of blue."""
    grey = picture("lead", None, (100, 100, 100))
    assert (
        chosen(grey, picture("greener", None, (100, 145, 100)), picture("bluer", None, (100, 100, 150)))
        == "bluer"
    )


def test_a_picture_that_was_not_measured_counts_as_grey() -> None:
    lead = picture("lead", None, (130, 128, 126))
    assert chosen(lead, picture("red", None, (200, 0, 0)), picture("unknown")) == "unknown"


def test_among_equals_the_first_is_taken() -> None:
    assert chosen(picture("lead"), picture("one"), picture("two")) == "one"


def test_no_picture_hangs_beside_itself() -> None:
    lead = picture("lead", EVENING_UTC)
    assert chosen(lead, lead, evolve(lead, camera="another reading of it")) is None


@pytest.mark.parametrize(
    ("size", "wide", "tall"),
    [
        (Size(1200, 1600), True, False),
        (Size(1600, 1200), False, True),
        (Size(1000, 1000), False, False),
        (Size(900, 1000), False, False),
        (Size(899, 1000), True, False),
        (Size(1000, 900), False, False),
        (Size(1000, 2199), True, False),
        (Size(1000, 2200), False, False),
        (Size(2200, 1000), False, False),
    ],
)
def test_what_lies_clearly_across_the_screen_pairs_and_neither_squares_nor_panoramas_do(
    size: Size, wide: bool, tall: bool
) -> None:
    assert (pairs(size, Shape.WIDE), pairs(size, Shape.TALL)) == (wide, tall)
    for shape, does in ((Shape.WIDE, wide), (Shape.TALL, tall)):
        right = UPRIGHT if shape is Shape.WIDE else Size(1600, 1200)
        lead, other = picture("lead", size=right), picture("other", size=size)
        assert (chosen(lead, other, pairing=Pairing(shape)) is not None) is does
        assert (chosen(other, lead, pairing=Pairing(shape)) is not None) is does


@pytest.mark.parametrize(
    ("screen", "shape"),
    [
        (Size(1920, 1080), Shape.WIDE),
        (Size(800, 480), Shape.WIDE),
        (Size(1080, 1920), Shape.TALL),
        (Size(1000, 1000), None),
        (Size(1100, 1000), None),
    ],
)
def test_the_screen_says_which_pictures_pair(screen: Size, shape: Shape | None) -> None:
    found = pairing_of(Settings(screen=screen))
    assert (found.shape if found else None) is shape
    assert pairing_of(Settings(screen=screen, pairs=False)) is None


def test_the_earlier_one_hangs_left_or_above() -> None:
    early, late, undated = picture("early", 5), picture("late", 9), picture("undated")
    assert side_by_side(late, early) == side_by_side(early, late) == (early, late)
    assert side_by_side(undated, early) == (undated, early)
    assert side_by_side(early, undated) == (early, undated)


def test_who_loses_a_partner_stays_alone() -> None:
    a, b, c = (picture(name) for name in "abc")
    assert without(((a, b), (c,), (a,)), ("a",)) == ((b,), (c,))


@given(
    st.integers(-(2**62), 2**62), st.sampled_from(["UTC", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia"])
)
def test_a_time_that_no_calendar_has_is_of_no_day(minute: int, name: str) -> None:
    zone = ZoneInfo(name)
    around = day_around(minute, zone)
    if around is None:
        assert day_of(minute, zone) in (None, date.max)
    else:
        assert around[0] <= minute * 60 < around[1]


def test_a_day_begins_at_midnight_and_may_have_23_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begin, end = day_around(1_774_785_600 // 60, berlin) or (0, 0)  # noon of the last Sunday of March 2026
    assert end - begin == 23 * 3600
    east = timezone(timedelta(hours=9))
    assert day_around(0, east) == (-9 * 3600, 15 * 3600)
    assert day_of(None, east) is None
