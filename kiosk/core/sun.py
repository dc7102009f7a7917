"""How high the sun stands, from the time and the place alone: no network, no table.

After Jean Meeus, Astronomical Algorithms, 2nd edition, chapters 12, 13 and 25 (low accuracy, 0.01 degree), as NOAA's
solar calculator has it. Heights are those of the sun's middle without the air's refraction. Between 1900 and 2100 the
error stays below 0.03 degree.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import asin, atan2, cos, degrees, radians, sin

from attrs import field, frozen

HORIZON = -0.833
"""Degrees at which the sun rises and sets: 34' of refraction and its own radius of 16' (Meeus, chapter 15)."""
FASTEST = 15.0 / 3600.0
"""Degrees by which it climbs or sinks in a second, at the most: the earth turns no faster."""
_STEP = timedelta(minutes=10)
_J2000 = 2451545.0
_UNIX = 2440587.5
"""Julian days of 2000-01-01 12:00 and 1970-01-01 00:00."""


@frozen
class Place:
    """Degrees: latitude north, longitude east. In no log: it is where somebody lives."""

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)

    def __str__(self) -> str:
        """As config.toml has it."""
        return f"{self.latitude:g}, {self.longitude:g}"


def height(place: Place, utc: datetime) -> float:
    """Of the sun over the horizon, degrees, -90 to 90. utc: aware."""
    days = utc.timestamp() / 86400.0 + _UNIX - _J2000
    ascension, declination = _where(days / 36525.0)
    sidereal = 280.46061837 + 360.98564736629 * days  # at Greenwich (Meeus 12.4)
    hour = radians(sidereal + place.longitude) - ascension
    north = radians(place.latitude)
    sine = sin(north) * sin(declination) + cos(north) * cos(declination) * cos(hour)
    return degrees(asin(max(-1.0, min(1.0, sine))))


def rise_and_set(place: Place, begin: datetime) -> tuple[datetime | None, datetime | None]:
    """When it next rises and sets in the 24 hours from ``begin``; None where it does not, as in a polar summer."""
    rises = sets = None
    before = begin
    while before < begin + timedelta(days=1):
        after = before + _STEP
        was, will = (height(place, each) > HORIZON for each in (before, after))
        if will and not was:
            rises = rises or _crossing(place, before, after)
        if was and not will:
            sets = sets or _crossing(place, before, after)
        before = after
    return rises, sets


def _crossing(place: Place, before: datetime, after: datetime) -> datetime:
    up = height(place, after) > HORIZON
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if (height(place, middle) > HORIZON) == up:
            after = middle
        else:
            before = middle
    return after


def _where(t: float) -> tuple[float, float]:
    """Right ascension and declination, radians. t: Julian centuries since 2000 (Meeus 25.2 to 25.9)."""
    anomaly = radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    centre = (
        (1.914602 - t * (0.004817 + 0.000014 * t)) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2.0 * anomaly)
        + 0.000289 * sin(3.0 * anomaly)
    )
    node = radians(125.04 - 1934.136 * t)
    mean = 280.46646 + t * (36000.76983 + 0.0003032 * t)
    longitude = radians(mean + centre - 0.00569 - 0.00478 * sin(node))
    tilt = radians(23.4392911 - 0.0130042 * t + 0.00256 * cos(node))
    return atan2(cos(tilt) * sin(longitude), cos(longitude)), asin(sin(tilt) * sin(longitude))
