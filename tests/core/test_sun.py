"""The sun's height, against what others have published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.core.sun import FASTEST, HORIZON, Place, height, rise_and_set
from tests.conftest import RUN_ALL

STOCKHOLM, LONDON, SYDNEY = Place(59.33, 18.07), Place(51.5, -0.13), Place(-33.87, 151.21)
TROMSO = Place(69.65, 18.96)


def at(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("place", "utc", "degrees", "within"),
    [
        # Meeus, example 25.a: the declination, which is the height at the pole.
        (Place(90.0, 0.0), at(1992, 10, 13), -7.785, 0.002),
        (Place(-90.0, 0.0), at(1992, 10, 13), 7.785, 0.002),
        # NREL/TP-560-34302, Reda and Andreas, table A5.1: 39.872 without refraction.
        (Place(39.742476, -105.1786), at(2003, 10, 17, 19, 30, 30), 39.872, 0.002),
        # Noon on the equator at the equinox of 2024 (20 March, 3:06 UTC): overhead, but for the nine hours since.
        (Place(0.0, 0.0), at(2024, 3, 20, 12, 7, 25), 89.85, 0.01),
        # At a solstice the sun stands as high at noon as the tilt of the axis says: 90 - 59.33 -+ 23.44.
        (STOCKHOLM, at(2026, 6, 21, 10, 50), 54.11, 0.05),
        (STOCKHOLM, at(2026, 12, 21, 10, 46), 7.23, 0.05),
    ],
)
def test_the_height_is_as_published(place: Place, utc: datetime, degrees: float, within: float) -> None:
    assert height(place, utc) == pytest.approx(degrees, abs=within)


@pytest.mark.parametrize(
    ("place", "begin", "rises", "sets"),
    [
        # Almanacs: 4:43 and 21:21 British summer time; 8:43 and 14:48 in Sweden; 5:39 and 19:43 in Sydney.
        (LONDON, at(2024, 6, 21), at(2024, 6, 21, 3, 43), at(2024, 6, 21, 20, 21)),
        (STOCKHOLM, at(2026, 12, 21), at(2026, 12, 21, 7, 43), at(2026, 12, 21, 13, 48)),
        (SYDNEY, at(2026, 11, 22, 13), at(2026, 11, 22, 18, 39), at(2026, 11, 23, 8, 43)),
    ],
)
def test_it_rises_and_sets_to_the_minute(
    place: Place, begin: datetime, rises: datetime, sets: datetime
) -> None:
    for found, wanted in zip(rise_and_set(place, begin), (rises, sets), strict=True):
        assert found is not None
        assert abs(found - wanted) < timedelta(minutes=1.5)


@pytest.mark.parametrize(("day", "up"), [(at(2026, 6, 21), True), (at(2026, 12, 21), False)])
def test_in_the_far_north_it_does_neither_in_summer_nor_in_winter(day: datetime, *, up: bool) -> None:
    assert rise_and_set(TROMSO, day) == (None, None)
    for hours in range(24):
        assert (height(TROMSO, day + timedelta(hours=hours)) > HORIZON) is up


@effort(max_examples=2000 if RUN_ALL else 200, deadline=None)
@given(
    north=st.floats(-90, 90),
    east=st.floats(-180, 180),
    utc=st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    seconds=st.floats(0.1, 3600),
)
def test_it_never_moves_faster_than_the_earth_turns(
    north: float, east: float, utc: datetime, seconds: float
) -> None:
    before, after = (height(Place(north, east), each) for each in (utc, utc + timedelta(seconds=seconds)))
    assert -90.0 <= before <= 90.0
    # The asin of a rounded sine is a hair off where the sun stands overhead.
    assert abs(after - before) <= FASTEST * seconds * 1.003 + 1e-5
