"""What stands on the picture: the date, a quiet mark, the clock.

Days and hours are those of the frame's zone. A clock that cannot be right says nothing: a Raspberry Pi may start years
wrong.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from attrs import evolve

from kiosk.core import words
from kiosk.core.model import EPOCH, Slide, StoredItem
from kiosk.core.scene import Label, Scene
from kiosk.core.settings import Caption, Settings
from kiosk.core.show import Show, incoming

SANE = datetime(2024, 1, 1, tzinfo=UTC)
"""The kiosk is younger than this: a wall clock that says less is wrong."""
LONGEST_CAMERA = 60
"""Characters of a caption."""
_FIRM = re.compile(
    r"( imaging| camera)?( corporation| corp| company| co| ltd| inc| ag| gmbh)[., ].*$", re.IGNORECASE
)
"""What cameras write after the name of their maker."""
NEW_DAYS = 7
"""Days that a picture is new here."""
DRIFT_ACROSS, DRIFT_DOWN = 24, 22
"""Steps of the drift's way to and fro. Their least common multiple, 264, is how many steps bring it back: four hours by
the minute, two by slides of half a minute."""


def labelled(scene: Scene, show: Show, settings: Settings, utc: datetime | None) -> Scene:
    """The scene with what stands on its pictures. utc: aware wall time, None where it is not known."""
    shown, coming = show.current, incoming(show)
    return evolve(
        scene,
        labels=() if shown is None else of_slide(shown, show, settings, utc),
        incoming_labels=() if coming is None else of_slide(coming, show, settings, utc),
        clock=_minute(utc, settings.zone) if settings.clock and utc is not None and utc >= SANE else None,
    )


def of_slide(slide: Slide, show: Show, settings: Settings, utc: datetime | None) -> tuple[Label, ...]:
    """One label for each picture of the slide; none at all where all are empty."""
    today = (
        utc.astimezone(settings.zone).date() if settings.marks and utc is not None and utc >= SANE else None
    )
    some_old = today is not None and _some_old(slide, show, settings.zone, today)
    labels = tuple(_label(item, settings, today, some_old=some_old) for item in slide.items)
    return labels if any(labels) else ()


def changes_in(settings: Settings, utc: datetime) -> float:
    """Seconds until the clock says another minute, or the marks another day; infinite where neither is shown.

    utc: in UTC. Between two times of any one zone Python would count what the hands of a clock say.
    """
    if utc < SANE:
        return float("inf")
    if settings.clock:
        return 60.0 - (utc.second + utc.microsecond / 1e6)
    if settings.marks:
        tomorrow = utc.astimezone(settings.zone).date() + timedelta(days=1)
        return (datetime.combine(tomorrow, time(), settings.zone) - utc).total_seconds()
    return float("inf")


def years_ago(taken: date, today: date) -> int:
    """How many years ago a picture was taken on this day of the year; 0: it was another day, or this year.

    What was taken on 29 February has its day on the 28th where the year has no 29th.
    """
    day = taken
    if (taken.month, taken.day) == (2, 29) and not _leap(today.year):
        day = taken.replace(day=28)
    return max(0, today.year - taken.year) if (day.month, day.day) == (today.month, today.day) else 0


def camera_name(make: str, model: str) -> str:
    """Make and model, as people name a camera: "NIKON D850" says its make, NIKON CORPORATION, by itself."""
    make, model = _FIRM.sub("", " ".join(make.split()) + " ").strip(), " ".join(model.split())
    maker, named = make.casefold(), model.casefold()
    own = named.startswith(maker) or named.split(" ")[0] == maker.split(" ")[0]
    return (model if model and own else f"{make} {model}")[:LONGEST_CAMERA].strip()


def drift(step: int) -> tuple[float, float]:
    """Where words lie at this step of their slow way, which keeps them from burning in: across and down, -1 to 1."""
    return _to_and_fro(step, DRIFT_ACROSS), _to_and_fro(step, DRIFT_DOWN)


def _to_and_fro(step: int, steps: int) -> float:
    return abs(step % steps - steps / 2) * 4 / steps - 1


def _label(item: StoredItem, settings: Settings, today: date | None, *, some_old: bool) -> Label:
    taken = None if item.minute is None else _local(item.minute, settings.zone)
    camera = settings.caption is Caption.DATE_CAMERA
    return Label(
        mark="" if today is None else _mark(item, taken, settings.zone, today, some_old=some_old),
        taken=None if settings.caption is Caption.OFF else taken,
        camera=item.camera if camera else "",
    )


def _mark(item: StoredItem, taken: datetime | None, zone: tzinfo, today: date, *, some_old: bool) -> str:
    years = 0 if taken is None else years_ago(taken.date(), today)
    if years:
        return words.on_this_day(years)
    return words.NEW_HERE if some_old and _new(item, zone, today) else ""


def _some_old(slide: Slide, show: Show, zone: tzinfo, today: date) -> bool:
    """Whether anything seen lately is not new: on a frame where everything is new the mark would tell nothing."""
    groups = (*show.history, show.current.items if show.current else (), slide.items)
    seen = (item for group in groups for item in group)
    return any(not _new(item, zone, today) for item in seen)


def _new(item: StoredItem, zone: tzinfo, today: date) -> bool:
    """By days, so that the mark goes at midnight and not while somebody looks."""
    if item.added is None:
        return False
    added = _local(item.added, zone)
    return added is not None and 0 <= (today - added.date()).days <= NEW_DAYS


def _local(minute: int, zone: tzinfo) -> datetime | None:
    """None for a time that no calendar has, which only a damaged card can say."""
    try:
        return (EPOCH + timedelta(minutes=minute)).astimezone(zone)
    except OverflowError:
        return None


def _minute(utc: datetime, zone: tzinfo) -> datetime:
    return utc.astimezone(zone).replace(second=0, microsecond=0)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
