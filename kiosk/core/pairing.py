"""Which two pictures share the screen: of one day but not of one burst, then of like colours.

A pair is of *standing* pictures on a wide screen, of lying ones on a tall screen: those that would leave most of it
free. The same question is answered by the catalog for a shuffle of thousands and here for the few that it found.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum
from functools import lru_cache

from attrs import frozen

from kiosk.core.layout import PANORAMA
from kiosk.core.model import EPOCH, Group, Size, StoredItem
from kiosk.core.settings import Settings

CLEARLY = 0.9
"""Width to height at the most, for a picture that pairs on a wide screen: a square hangs well alone."""
OBLONG = 1.2
"""Longer to shorter side of a screen from which two pictures side by side come out larger than one."""
APART = 1
"""Minutes: two captures no further apart belong to one burst."""
NEUTRAL = (128, 128, 128)
"""The mean colour of a picture that was not measured."""


class Shape(Enum):
    """Of a screen that shows pairs."""

    WIDE = "wide"
    """Side by side."""
    TALL = "tall"
    """One above the other."""


@frozen
class Pairing:
    """How pictures pair. zone: where the frame hangs, because a day begins at its midnight."""

    shape: Shape
    zone: tzinfo = UTC


def pairing_of(settings: Settings) -> Pairing | None:
    """None where every picture hangs alone."""
    width, height = settings.screen.width, settings.screen.height
    if not settings.pairs or max(width, height) < OBLONG * min(width, height):
        return None
    return Pairing(Shape.WIDE if width > height else Shape.TALL, settings.zone)


def pairs(picture: Size, shape: Shape) -> bool:
    """Whether a picture of this size hangs in pairs on a screen of this shape: clearly across it, and no panorama."""
    along, across = picture.width, picture.height
    if shape is Shape.TALL:
        along, across = across, along
    return along < CLEARLY * across and across < PANORAMA * along


def partner(lead: StoredItem, candidates: Iterable[StoredItem], pairing: Pairing) -> StoredItem | None:
    """The candidate that hangs beside ``lead``; None where none does. Among equals the earliest candidate.

    First those of the same day, over a minute apart; then those of any other day; a picture of the same burst only
    where nothing else is. Among them the one whose mean colour is nearest.
    """
    if not pairs(lead.size, pairing.shape):
        return None
    fitting = (
        each for each in candidates if each.item_id != lead.item_id and pairs(each.size, pairing.shape)
    )
    colour = _oklab(_mean(lead))
    day = None if lead.minute is None else day_around(lead.minute, pairing.zone)

    def rank(other: StoredItem) -> tuple[int, float]:
        distance = sum((one - two) ** 2 for one, two in zip(colour, _oklab(_mean(other)), strict=True))
        if lead.minute is None or other.minute is None:
            return 1, distance
        if abs(lead.minute - other.minute) <= APART:
            return 2, distance
        return (0 if day is not None and day[0] <= other.minute * 60 < day[1] else 1), distance

    return min(fitting, key=rank, default=None)


def side_by_side(one: StoredItem, other: StoredItem) -> Group:
    """The earlier captured one left or above; where that is not known, ``one``."""
    if one.minute is not None and other.minute is not None and other.minute < one.minute:
        return other, one
    return one, other


def day_of(minute: int | None, zone: tzinfo) -> date | None:
    """The day of a capture where the frame hangs; None for an unknown one, and beyond the calendar's ends."""
    if minute is None:
        return None
    try:
        return (EPOCH + timedelta(minutes=minute)).astimezone(zone).date()
    except OverflowError:
        return None


def day_around(minute: int, zone: tzinfo) -> tuple[int, int] | None:
    """The seconds since the epoch at which that day begins and ends; None beyond the calendar's ends."""
    day = day_of(minute, zone)
    if day is None or day == date.max:
        return None
    begin, end = (
        datetime(each.year, each.month, each.day, tzinfo=zone) for each in (day, day + timedelta(days=1))
    )
    return int(begin.timestamp()), int(end.timestamp())


def without(groups: tuple[Group, ...], ids: Iterable[str]) -> tuple[Group, ...]:
    """The same groups without these items: who loses a partner hangs alone."""
    gone = frozenset(ids)
    kept = (tuple(item for item in group if item.item_id not in gone) for group in groups)
    return tuple(group for group in kept if group)


def _mean(item: StoredItem) -> tuple[int, int, int]:
    return NEUTRAL if item.measure is None else item.measure.mean


@lru_cache(maxsize=1024)
def _oklab(mean: tuple[int, int, int]) -> tuple[float, float, float]:
    """The colour where equal distances look equal (Björn Ottosson, "A perceptual color space", 2020)."""
    red, green, blue = (_linear(level / 255) for level in mean)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _linear(level: float) -> float:
    """Light from an sRGB level (IEC 61966-2-1)."""
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
