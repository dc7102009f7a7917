"""What stands on the picture: days and hours of the frame's zone, and the marks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import compose, labels, words
from kiosk.core.events import Verb
from kiosk.core.focus import Box
from kiosk.core.model import MediaItemId, Seconds, Size, Slide, SlideId, StoredItem
from kiosk.core.scene import Label, Scene
from kiosk.core.settings import Caption, Settings
from kiosk.core.show import Show
from tests.core.dummies import stored_item
from tests.core.dummy_card import Card
from tests.core.test_arrivals import arrive, done
from tests.core.world import SETTINGS, World, with_pictures

BERLIN = ZoneInfo("Europe/Berlin")
ALL = Settings(caption=Caption.DATE_CAMERA, clock=True, marks=True)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def minutes(when: datetime) -> int:
    return int(when.timestamp()) // 60


def item(taken: datetime | None = None, *, camera: str = "", added: datetime | None = None) -> StoredItem:
    return StoredItem(
        MediaItemId("a"),
        "a",
        Size(4, 3),
        None if taken is None else minutes(taken),
        camera,
        None if added is None else minutes(added),
    )


def on(
    *items: StoredItem,
    settings: Settings = ALL,
    utc: datetime | None = NOON,
    before: tuple[StoredItem, ...] = (),
) -> tuple[Label, ...]:
    """The labels of a slide of these items. before: what was shown earlier."""
    slide = Slide(SlideId(1), items)
    return labels.of_slide(
        slide, Show(current=slide, history=tuple((each,) for each in before)), settings, utc
    )


def clock_at(utc: datetime, zone: tzinfo) -> str:
    scene = labels.labelled(Scene(), Show(), evolve(ALL, zone=zone), utc)
    assert scene.clock is not None
    return scene.clock.strftime("%d %H:%M")


def test_nothing_stands_on_a_picture_unless_somebody_asked_for_it() -> None:
    seen = item(NOON - timedelta(days=365), camera="Camera", added=NOON)
    old = item()
    assert on(seen, settings=Settings(), before=(old,)) == ()
    assert labels.labelled(Scene(), Show(), Settings(), NOON) == Scene()
    assert labels.changes_in(Settings(), NOON) == float("inf")


def test_a_caption_says_the_day_and_the_camera_where_it_is_asked_for() -> None:
    taken = datetime(2019, 5, 12, 14, 3, tzinfo=UTC)
    seen = item(taken, camera="Canon EOS R6")
    plain = evolve(ALL, marks=False)
    assert on(seen, settings=plain) == (Label(taken=taken, camera="Canon EOS R6"),)
    assert on(seen, settings=evolve(plain, caption=Caption.DATE)) == (Label(taken=taken),)
    assert on(item(), settings=plain) == ()
    assert on(seen, settings=plain, utc=None) == (Label(taken=taken, camera="Canon EOS R6"),)


@pytest.mark.parametrize(
    ("make", "model", "name"),
    [
        ("Google", "Pixel 8", "Google Pixel 8"),
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D850", "NIKON D850"),
        ("Sony", "SonyX", "SonyX"),
        ("OLYMPUS IMAGING CORP.", "E-M1", "OLYMPUS E-M1"),
        ("CASIO COMPUTER CO.,LTD.", "EX-Z1", "CASIO COMPUTER EX-Z1"),
        ("Cohen Camera", "Co 1", "Cohen Camera Co 1"),
        ("", " X-T5  ", "X-T5"),
        ("Apple", "", "Apple"),
        ("", "", ""),
        ("A" * 80, "", "A" * 60),
    ],
)
def test_a_camera_is_called_as_people_call_it(make: str, model: str, name: str) -> None:
    assert labels.camera_name(make, model) == name


def test_each_of_a_pair_has_its_own_caption_and_keeps_its_place() -> None:
    taken = datetime(2019, 5, 12, 14, 3, tzinfo=UTC)
    assert on(item(), item(taken)) == (Label(), Label(taken=taken))
    assert not Label()


def test_the_day_is_that_of_the_frame() -> None:
    late = datetime(2019, 5, 12, 22, 30, tzinfo=UTC)
    label = on(item(late), settings=evolve(ALL, zone=BERLIN))[0]
    assert label.taken is not None
    assert (label.taken.day, label.taken.hour) == (13, 0)


@pytest.mark.parametrize("minute", [10**12, -(10**12), 4_200_000_000_000])
def test_a_time_that_no_calendar_has_is_as_good_as_none(minute: int) -> None:
    broken = evolve(item(), minute=minute, added=minute)
    assert on(broken, before=(item(),)) == ()


def test_the_clock_follows_summer_time() -> None:
    assert clock_at(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), BERLIN) == "29 01:59"
    assert clock_at(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), BERLIN) == "29 03:00"
    assert clock_at(datetime(2026, 10, 25, 0, 59, tzinfo=UTC), BERLIN) == "25 02:59"
    assert clock_at(datetime(2026, 10, 25, 1, 0, tzinfo=UTC), BERLIN) == "25 02:00"


def test_a_clock_that_cannot_be_right_shows_neither_the_time_nor_marks() -> None:
    early = datetime(2023, 12, 31, 23, 59, 59, tzinfo=UTC)
    seen = item(datetime(2019, 12, 31, 12, tzinfo=UTC))
    assert labels.labelled(Scene(), Show(), ALL, early).clock is None
    assert labels.labelled(Scene(), Show(), ALL, None).clock is None
    assert [label.mark for label in on(seen, utc=early)] == [""]
    assert labels.changes_in(ALL, early) == float("inf")
    assert labels.labelled(Scene(), Show(), ALL, labels.SANE).clock == labels.SANE


@pytest.mark.parametrize(
    ("taken", "today", "years"),
    [
        (date(2019, 11, 23), date(2026, 11, 23), 7),
        (date(2025, 11, 23), date(2026, 11, 23), 1),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(2027, 11, 23), date(2026, 11, 23), 0),
        (date(2019, 11, 22), date(2026, 11, 23), 0),
        (date(2019, 10, 23), date(2026, 11, 23), 0),
        (date(2020, 2, 29), date(2024, 2, 29), 4),
        (date(2020, 2, 29), date(2024, 2, 28), 0),
        (date(2020, 2, 29), date(2025, 2, 28), 5),
        (date(2020, 2, 29), date(2025, 3, 1), 0),
        (date(2096, 2, 29), date(2100, 2, 28), 4),
        (date(1996, 2, 29), date(2000, 2, 29), 4),
        (date(2020, 2, 28), date(2025, 2, 28), 5),
    ],
)
def test_a_picture_has_one_day_in_every_year(taken: date, today: date, years: int) -> None:
    assert labels.years_ago(taken, today) == years


def test_a_picture_of_this_day_says_so_by_the_days_of_the_frame() -> None:
    taken = datetime(2021, 11, 22, 23, 30, tzinfo=UTC)
    assert on(item(taken))[0].mark == ""
    assert on(item(taken), settings=evolve(ALL, zone=BERLIN))[0].mark == words.on_this_day(5)


def test_a_picture_is_new_for_a_week_by_days() -> None:
    def mark(added: datetime | None, utc: datetime = NOON) -> str:
        found = on(item(added=added), utc=utc, before=(item(),))
        return found[0].mark if found else ""

    came = datetime(2026, 11, 16, 0, 5, tzinfo=UTC)
    assert mark(came) == words.NEW_HERE
    assert mark(came, datetime(2026, 11, 23, 23, 59, tzinfo=UTC)) == words.NEW_HERE
    assert mark(came, datetime(2026, 11, 24, 0, 0, tzinfo=UTC)) == ""
    assert mark(NOON + timedelta(days=1)) == ""
    assert mark(None) == ""


def test_nothing_is_called_new_where_everything_is() -> None:
    new, old = item(added=NOON), item(added=NOON - timedelta(days=30))
    assert on(new, before=(new, new)) == ()
    assert on(new, before=(new, old)) == (Label(words.NEW_HERE),)
    assert on(new, old) == (Label(words.NEW_HERE), Label())
    slide = Slide(SlideId(2), (new,))
    assert labels.of_slide(slide, Show(), ALL, NOON) == ()


def test_the_next_change_is_the_next_minute_for_a_clock_and_the_next_midnight_for_marks() -> None:
    marks = evolve(ALL, clock=False)
    assert labels.changes_in(ALL, datetime(2026, 11, 23, 12, 0, 59, 500_000, tzinfo=UTC)) == 0.5
    assert labels.changes_in(ALL, NOON) == 60.0
    assert labels.changes_in(marks, NOON) == 12 * 3600
    assert labels.changes_in(evolve(marks, zone=BERLIN), NOON) == 11 * 3600
    # The days on which the clocks are changed have 23 and 25 hours.
    for day, hours in (
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
    ):
        assert labels.changes_in(evolve(marks, zone=BERLIN), day) == hours * 3600


@given(
    st.datetimes(datetime(2024, 1, 2), datetime(2037, 1, 1)),
    st.sampled_from(
        ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Cairo", "Asia/Beirut"]
    ),
)
def test_a_change_is_never_missed_and_never_early(when: datetime, zone: str) -> None:
    utc, place = when.replace(tzinfo=UTC), ZoneInfo(zone)
    for settings in (evolve(ALL, zone=place), evolve(ALL, clock=False, zone=place)):

        def seen(at: datetime, settings: Settings = settings) -> object:
            shown = labels.labelled(Scene(), Show(), settings, at).clock
            return shown if settings.clock else at.astimezone(place).date()

        change = utc + timedelta(seconds=labels.changes_in(settings, utc))
        assert change > utc
        assert seen(change - timedelta(microseconds=2)) == seen(utc)
        assert seen(change) != seen(utc)


def test_the_drift_is_slow_comes_everywhere_and_comes_back() -> None:
    way = [labels.drift(step) for step in range(265)]
    assert way[264] == way[0]
    assert all(-1 <= part <= 1 for at in way for part in at)
    assert all(
        abs(one - two) < 0.21 for here, there in pairwise(way) for one, two in zip(here, there, strict=True)
    )
    assert {min(at) for at in zip(*way, strict=True)} == {-1.0}
    assert {max(at) for at in zip(*way, strict=True)} == {1.0}
    assert len(set(way)) > 70


def shown(settings: Settings) -> World:
    """A world with one picture on the screen."""
    one = evolve(stored_item("item-0"), minute=minutes(NOON))
    world = World(settings, card=Card(stored={one.item_id: one}, rounds={one.item_id: 0}))
    world.run_for(5.0)
    return world


def test_a_still_wakes_for_the_minute_only_while_a_clock_is_shown() -> None:
    for clock, wakes in ((True, True), (False, False)):
        world = shown(evolve(SETTINGS, clock=clock))
        now = world.now
        assert world.scene.current is not None
        due = compose.next_change(world.state, now.monotonic, now.utc)
        assert (
            (due - now.monotonic == pytest.approx(60.0 - now.utc.second % 60))
            if wakes
            else due == float("inf")
        )


def test_no_words_stand_beside_a_card() -> None:
    world = shown(evolve(SETTINGS, clock=True, caption=Caption.DATE))
    assert world.scene.clock is not None
    assert world.scene.labels == (Label(taken=NOON),)
    world.ask(Verb.PICK)
    assert world.scene.card is not None
    assert (world.scene.clock, world.scene.labels) == (None, ())
    now = world.now
    assert compose.next_change(world.state, now.monotonic, now.utc) == compose.next_change(
        world.state, now.monotonic
    )


def test_what_will_stand_on_a_slide_is_known_before_it_comes() -> None:
    world = shown(evolve(SETTINGS, caption=Caption.DATE))
    slide = world.state.show.current
    assert slide is not None
    assert compose.labels_of(world.state, slide, world.now.utc) == world.scene.labels != ()


def test_the_incoming_slide_brings_its_own_label() -> None:
    cards = {
        name: evolve(stored_item(name), minute=minutes(NOON - timedelta(days=number)))
        for number, name in enumerate(("item-0", "item-1"))
    }
    stored = {each.item_id: each for each in cards.values()}
    world = World(
        evolve(SETTINGS, caption=Caption.DATE), card=Card(stored=stored, rounds=dict.fromkeys(stored, 0))
    )
    world.run_until(lambda w: w.scene.incoming is not None)
    old, new = world.scene.labels, world.scene.incoming_labels
    assert {old[0].taken, new[0].taken} == {NOON, NOON - timedelta(days=1)}


def test_a_box_around_two_holds_both_and_no_more() -> None:
    assert Box(0.1, 0.5, 0.3, 0.9).around(Box(0.2, 0.4, 0.6, 0.8)) == Box(0.1, 0.4, 0.6, 0.9)


def test_words_make_room_for_the_strip_of_what_arrives() -> None:
    words_wanted = evolve(SETTINGS, dwell=Seconds(600.0), clock=True, caption=Caption.DATE_CAMERA, marks=True)
    world = done(*(f"new-{number}" for number in range(5)), world=with_pictures("old", settings=words_wanted))
    arrive(world, 2)
    assert world.scene.strip is not None
    assert (world.scene.labels, world.scene.incoming_labels, world.scene.clock) == ((), (), None)
    world.run_until(lambda w: w.scene.strip is None and w.scene.card is None)
    assert world.scene.clock is not None
