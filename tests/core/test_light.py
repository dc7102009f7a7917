"""The screen follows the light around it: by the sun, by a sensor, by the panel; and nobody sees it happen."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from attrs import evolve

from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core import light, machine
from kiosk.core.model import NEVER, Seconds
from kiosk.core.settings import Light, Settings
from kiosk.core.shade import STEPS, WHITE, Colour
from kiosk.core.sun import Place
from kiosk.errors import Unexpected
from tests.core.test_sleeping import AWAKE, NIGHT
from tests.core.test_slideshow import frame
from tests.core.world import SETTINGS, TODAY, World

STOCKHOLM = Place(59.33, 18.07)
"""On 23 November the sun is at its highest, 10 degrees, at 10:35 UTC; at -6 at 14:51, where it stays until 6:29."""
QUITO = Place(0.0, -78.5)
HOUR = 3600.0
NIGHT_WHITE = (136, 121, 100)
"""White at night, with the defaults."""
BY_SUN, BY_ROOM = Light(place=STOCKHOLM), Light(sensor=True)


def lamp(wanted: Light, *, lux: float | None = None, begin: datetime = TODAY, **more: object) -> World:
    """One picture that stays, under this light."""
    settings: Settings = evolve(SETTINGS, dwell=Seconds(1e6), light=wanted, **more)
    world = World(settings, start=False)
    world.card = frame("a", settings=settings).card
    world.lux, world.skew = lux, begin - TODAY
    world.restart()
    world.settle()
    world.run_for(1.0)
    assert world.current == "a"
    return world


def painted(world: World, seconds: float) -> dict[float, Colour]:
    """Each picture of these seconds that differs from the one before, and when."""
    end, seen, last = world.elapsed + seconds, {}, world.scene.light
    while (due := machine.next_deadline(world.state) + world.booted) <= end:
        world.run_for(max(0.0, due - world.elapsed))
        if world.scene.light != last:
            last = seen[world.elapsed] = world.scene.light
    world.run_for(end - world.elapsed)
    return seen


def most_in_a_minute(times: dict[float, Colour]) -> int:
    return max(sum(1 for other in times if at <= other < at + 60.0) for at in times)


# By the sun. ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "length", "most"),
    [
        (STOCKHOLM, 4, 3),
        pytest.param(STOCKHOLM, 24, 3, marks=pytest.mark.slow),
        pytest.param(QUITO, 24, 5, marks=pytest.mark.slow),
    ],
)
def test_a_dusk_and_a_dawn_are_small_steps_and_otherwise_nothing_is_painted(
    place: Place, length: int, most: int
) -> None:
    world = lamp(Light(place=place))
    assert world.scene.light == WHITE
    seen = painted(world, length * HOUR)
    assert len(seen) == (STEPS if length < 24 else 2 * STEPS)
    assert most_in_a_minute(seen) <= most
    hours = Counter(int(at // HOUR) for at in seen)
    assert len(hours) <= 6, "all other hours are still"
    values = [WHITE, *seen.values()]
    for one, other in pairwise(values):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 3
    assert min(values) == NIGHT_WHITE


def test_at_night_it_begins_dark_at_once() -> None:
    world = lamp(BY_SUN, begin=TODAY.replace(hour=22))
    assert world.scene.light == NIGHT_WHITE
    assert light.brightness(world.state) == pytest.approx(0.25)
    assert light.kelvin(world.state) == pytest.approx(4500.0)
    assert not painted(world, HOUR)


def test_the_words_of_a_start_at_night_do_not_light_up_the_room() -> None:
    settings = evolve(SETTINGS, light=BY_SUN)
    world = World(settings, card=frame("a", settings=settings).card, start=False)
    world.skew = timedelta(hours=10)
    for _ in range(3):
        world.restart()
        world.feed(e.ScreenResized(screen=settings.screen))
        assert world.scene.card is not None
        assert world.scene.light == NIGHT_WHITE


def test_a_clock_that_is_certainly_wrong_is_no_sun_and_when_it_is_set_the_light_fades() -> None:
    world = lamp(BY_SUN, begin=datetime(1970, 1, 1, 23, tzinfo=UTC))
    assert world.scene.light == WHITE
    world.skew = timedelta(hours=10)
    seen = painted(world, 120.0)
    assert len(seen) == STEPS
    assert all(later - at >= light.STEP_SECONDS - 0.001 for at, later in pairwise(seen))
    assert world.scene.light == NIGHT_WHITE


def test_a_clock_that_is_set_counts_at_the_next_event() -> None:
    world = lamp(BY_SUN)
    world.skew = timedelta(hours=10)
    world.ask(e.Verb.PAUSE)
    assert world.state.light.target.dim == STEPS


def test_without_light_nothing_is_looked_at() -> None:
    world = lamp(Light(), begin=TODAY.replace(hour=22))
    assert light.deadline(world.state) == NEVER
    assert (world.scene.light, light.brightness(world.state), light.kelvin(world.state)) == (
        WHITE,
        1.0,
        6500.0,
    )
    assert not world.asked(c.ReadLight)
    assert not world.asked(c.SetLight)


# Somebody is there. ---------------------------------------------------------------------------------------------------


def test_a_key_gives_the_full_light_at_once_and_a_minute_later_it_fades() -> None:
    world = lamp(BY_SUN, begin=TODAY.replace(hour=22))
    world.ask(e.Verb.PAUSE)
    assert world.scene.light != WHITE, "an installer over SSH is not in the room"
    world.ask(e.Verb.RESUME, key=True)
    assert world.scene.light == WHITE
    world.run_for(light.LIT_SECONDS - 1.0)
    assert world.scene.light == WHITE
    assert len(painted(world, 90.0)) == STEPS


def test_a_card_that_somebody_asked_for_has_the_full_light_until_it_is_gone() -> None:
    world = lamp(BY_SUN, begin=TODAY.replace(hour=22))
    world.ask(e.Verb.SIGN_IN)
    assert world.scene.card is not None
    assert world.scene.light == WHITE
    world.run_for(90.0)
    assert world.scene.light == WHITE
    world.ask(e.Verb.CANCEL)
    world.run_until(lambda w: w.scene.card is None)
    world.run_for(70.0)
    assert world.scene.light == NIGHT_WHITE


def test_whoever_has_opened_the_menu_has_the_full_light_until_it_closes() -> None:
    world = lamp(BY_SUN, begin=TODAY.replace(hour=22))
    world.ask(e.Verb.MENU)
    assert world.state.menu is not None
    assert world.scene.light == WHITE
    world.run_until(lambda w: w.state.menu is None)
    world.run_for(90.0)
    assert world.scene.light == NIGHT_WHITE


# By a sensor. ---------------------------------------------------------------------------------------------------------


def test_the_room_decides_and_what_is_as_before_paints_nothing() -> None:
    world = lamp(BY_ROOM, lux=1.0)
    assert world.scene.light == NIGHT_WHITE, "known before the first picture"
    for lux in (1.2, 1.0, 1.4, 0.0, 1.1) * 20:
        world.lux = lux
        assert not painted(world, 5.0)
    world.lux = 260.0
    world.run_for(90.0)
    assert world.scene.light != WHITE
    world.lux = 300.0
    world.run_for(30.0)
    assert world.scene.light == WHITE, "the ends are reached"


def test_a_hand_before_the_sensor_and_a_short_cloud_change_nothing() -> None:
    world = lamp(BY_ROOM, lux=200.0)
    world.run_for(30.0)
    before = world.scene.light
    world.lux = 0.5
    assert not painted(world, 8.0)
    world.lux = 200.0
    assert not painted(world, 60.0)
    assert world.scene.light == before


def test_a_lamp_that_flickers_between_two_values_does_not_make_the_screen_flicker() -> None:
    world = lamp(BY_ROOM, lux=50.0)
    for number in range(60):
        world.lux = (50.0, 80.0)[number % 2]
        assert not painted(world, 5.0)


def test_between_the_first_question_and_its_answer_it_is_night() -> None:
    settings = evolve(SETTINGS, light=BY_ROOM)
    world = World(settings, card=frame("a").card, start=False)
    world.feed(e.ScreenResized(screen=settings.screen))
    assert world.scene.light == NIGHT_WHITE
    world.lux = 1000.0
    world.settle()
    assert world.scene.light == WHITE


def test_a_sensor_that_falls_silent_counts_for_a_minute_and_then_it_is_day() -> None:
    world = lamp(BY_ROOM, lux=1.0)
    world.lux = None
    assert not painted(world, light.READ_EVERY * (light.MOST_MISSES - 2))
    assert len(painted(world, 120.0)) == STEPS
    assert world.scene.light == WHITE
    before = len(world.asked(c.ReadLight))
    world.run_for(HOUR)
    assert 50 <= len(world.asked(c.ReadLight)) - before <= 61
    world.lux = 1.0
    world.run_for(100.0)
    assert world.state.light.shade == world.state.light.target
    assert world.state.light.target.dim == STEPS


def test_with_a_place_the_sun_stands_in_for_a_sensor_and_gives_the_warmth() -> None:
    both = evolve(BY_SUN, sensor=True)
    night = TODAY.replace(hour=22)
    lit = lamp(both, lux=500.0, begin=night)
    assert (light.brightness(lit.state), light.kelvin(lit.state)) == (1.0, pytest.approx(4500.0))
    silent = lamp(both, begin=night)
    assert silent.scene.light == NIGHT_WHITE


def test_a_reading_that_hangs_is_a_reading_without_a_word() -> None:
    world = lamp(BY_ROOM, lux=1.0)
    world.advance(light.READ_EVERY)
    command = world.queues["panel"].pop()
    world.run_for(60.0)
    assert not world.queues["panel"], "one at a time"
    world.feed(e.Failed(answers=command.id, command=command, error=Unexpected("no end of ReadLight")))
    assert world.state.light.reading is None
    assert world.state.light.misses == 1
    assert world.scene.light == NIGHT_WHITE


# By the panel. --------------------------------------------------------------------------------------------------------


def test_the_panel_is_told_each_step_once_and_the_picture_keeps_the_warmth() -> None:
    world = lamp(evolve(BY_SUN, panel=True), begin=TODAY.replace(hour=13))
    assert world.panel_light == 1.0
    world.run_for(2 * HOUR)
    assert world.panel_light == pytest.approx(0.25)
    assert world.scene.light == (255, 227, 187)
    told = [command.share for command in world.asked(c.SetLight) if isinstance(command, c.SetLight)]
    assert len(told) <= STEPS + 2
    assert told[-STEPS:] == sorted(told[-STEPS:], reverse=True)
    before = len(told)
    world.run_for(HOUR)
    assert len(world.asked(c.SetLight)) == before


def test_a_panel_that_does_not_obey_leaves_it_to_the_picture() -> None:
    settings = evolve(SETTINGS, light=evolve(BY_SUN, panel=True))
    world = World(settings, card=frame("a").card, start=False)
    world.skew, world.panel_light = timedelta(hours=10), None
    world.settle()
    world.run_for(5.0)
    assert world.scene.light == NIGHT_WHITE
    assert world.state.last_error is not None
    assert "does nothing" in world.state.last_error.text
    world.run_for(HOUR)
    assert len(world.asked(c.SetLight)) == 1


# Asleep. --------------------------------------------------------------------------------------------------------------


def test_asleep_nothing_is_looked_at_and_in_the_morning_the_light_is_right_at_once() -> None:
    wanted = Light(place=STOCKHOLM, sensor=True, panel=True)
    world = lamp(wanted, lux=1.0, sleep=NIGHT)
    world.run_until(lambda w: w.word == "asleep")
    before = len(world.asked(c.ReadLight)), len(world.asked(c.SetLight))
    world.lux = 300.0
    world.run_for(AWAKE - world.elapsed - 1.0)
    assert (len(world.asked(c.ReadLight)), len(world.asked(c.SetLight))) == before
    world.run_for(1.5)
    assert world.word == "showing"
    assert (world.panel_light, world.state.light.shade) == (1.0, light.DAY)
    told = [command.afresh for command in world.asked(c.SetLight) if isinstance(command, c.SetLight)]
    assert told == [True, True], "at the start, and in the morning: whatever happened to the panel meanwhile"


def test_a_key_in_the_night_has_the_full_light() -> None:
    world = lamp(BY_ROOM, lux=1.0, sleep=NIGHT)
    world.run_until(lambda w: w.word == "asleep")
    world.ask(e.Verb.NEXT, key=True)
    assert world.word == "showing"
    assert world.scene.light == WHITE


def test_what_is_erased_keeps_its_light() -> None:
    world = lamp(evolve(BY_SUN, panel=True), begin=TODAY.replace(hour=22))
    world.ask(e.Verb.SIGN_OUT)
    world.run_until(lambda w: w.state.disconnects == 1)
    assert [command.share for command in world.asked(c.SetLight)] == [pytest.approx(0.25), 1.0]  # type: ignore[attr-defined]
