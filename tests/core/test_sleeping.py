"""Asleep and awake: by the hours, by what somebody asks for, by a key; and nothing lights the frame by itself."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.core import commands as c
from kiosk.core import compose, hours, machine, sleeping
from kiosk.core import events as e
from kiosk.core.hours import Span
from kiosk.core.model import CommandId, Seconds, Size
from kiosk.core.scene import Scene
from kiosk.core.settings import Motion, SleepHours, Style
from kiosk.core.state import Wish
from kiosk.errors import DisplayError
from tests.conftest import RUN_ALL
from tests.core.test_slideshow import frame
from tests.core.world import SETTINGS, TODAY, World, with_pictures

EVERY_DAY = frozenset(range(7))
HOUR = 3600.0
NIGHT = SleepHours(
    (Span(EVERY_DAY, time(12, 5), time(13, 5)), Span(EVERY_DAY, time(15), time(16))),
)
"""Two short ones: a slide costs a test more time than it costs a frame."""
ASLEEP = 300.0
"""Seconds from the beginning of a world, at 12:00, to the beginning of its night ..."""
AWAKE = ASLEEP + HOUR
"""... to its end ..."""
AGAIN = 3 * HOUR
"""... and to the next one."""
SLOW = evolve(SETTINGS, dwell=Seconds(60.0))


def sleeper(*names: str, hours: SleepHours = NIGHT) -> World:
    return frame(*(names or ("a", "b", "c")), settings=evolve(SLOW, sleep=hours))


def at_night(*names: str) -> World:
    world = sleeper(*names)
    world.run_for(ASLEEP + 60.0)
    assert world.word == "asleep"
    return world


def decoded(world: World) -> int:
    return len(world.asked(c.PrepareSlide)) + len(world.asked(c.PrepareThumb))


# By the hours. --------------------------------------------------------------------------------------------------------


def test_the_frame_is_dark_from_the_first_second_of_sleep_hours_to_the_last() -> None:
    world = sleeper()
    for seconds, word in ((ASLEEP - 0.5, "showing"), (ASLEEP + 0.5, "asleep")):
        world.run_for(seconds - world.elapsed)
        assert world.word == word
    assert world.scene == Scene(dark=True)
    assert not world.lit
    assert world.state.sleep.methods == ("kms",)
    for seconds, word in ((AWAKE - 0.5, "asleep"), (AWAKE + 0.5, "showing")):
        world.run_for(seconds - world.elapsed)
        assert world.word == word
    assert world.lit
    assert not world.state.sleep.methods


def test_in_the_dark_nothing_moves_and_the_picture_of_before_is_there_at_once_afterwards() -> None:
    world = sleeper()
    world.run_for(ASLEEP + 1.0)
    before, shown = world.current, len(world.shown)
    done = decoded(world)
    world.run_for(AWAKE - ASLEEP - 2.0)
    assert (world.current, len(world.shown), decoded(world)) == (before, shown, done)
    assert not compose.animating(world.state, world.now.monotonic)
    assert compose.next_change(world.state, world.now.monotonic, world.now.utc) == float("inf")
    world.run_for(1.01 + SLOW.dwell - 1.0)
    assert world.current == before
    assert world.scene.current is not None
    world.run_for(3.0)
    assert world.current != before


def test_a_transition_that_the_night_overtakes_has_ended() -> None:
    world = frame("a", "b")
    world.run_until(lambda w: w.state.show.fading_since is not None)
    coming = world.state.show.ready[0]
    world.ask(e.Verb.SLEEP)
    assert world.state.show.fading_since is None
    assert world.state.show.current == coming


def test_a_view_that_moves_begins_its_way_anew() -> None:
    world = frame("a", "b", settings=evolve(SETTINGS, style=Style(motion=Motion.GENTLE)))
    world.ask(e.Verb.SLEEP)
    world.run_for(HOUR)
    world.ask(e.Verb.WAKE)
    assert world.scene.motion == 0.0
    world.settle()
    assert compose.animating(world.state, world.now.monotonic)


def test_a_frame_that_starts_at_night_stays_dark() -> None:
    world = at_night()
    world.restart()
    assert world.word == "asleep"
    assert world.scene.dark
    world.settle()
    done = decoded(world)
    world.run_for(HOUR / 2)
    assert not world.lit
    assert decoded(world) == done
    world.run_until(lambda w: w.word == "showing", within=2 * HOUR)
    assert world.current is not None


def test_a_frame_that_starts_by_day_lights_a_panel_that_was_left_dark() -> None:
    world = at_night()
    world.elapsed = AWAKE + 60.0
    world.restart()
    world.settle()
    assert world.lit


def test_downloads_go_on_in_the_dark_and_are_shown_in_the_morning() -> None:
    world = with_pictures("a", settings=evolve(SLOW, sleep=NIGHT))
    world.ask(e.Verb.PICK)
    world.run_until(lambda w: bool(w.google.sessions))
    world.ask(e.Verb.SLEEP)
    done = decoded(world)
    world.google.choose("b", "c")
    world.run_until(lambda w: not w.google.sessions)
    assert world.state.counts.stored == 3
    assert decoded(world) == done
    assert world.current == "a"
    world.ask(e.Verb.WAKE)
    world.run_for(2.0)
    assert world.current != "a", "the new ones come first"


def test_the_first_picture_of_all_waits_for_the_morning() -> None:
    world = World(evolve(SLOW, sleep=NIGHT))
    world.sign_in()
    world.ask(e.Verb.SLEEP)
    world.google.choose("a")
    world.run_until(lambda w: not w.google.sessions)
    assert (world.state.counts.stored, world.current) == (1, None)
    world.ask(e.Verb.WAKE)
    world.settle()
    assert world.current == "a"


@pytest.mark.parametrize("hours", [SleepHours(), NIGHT], ids=["without hours", "with hours"])
def test_the_hours_cost_one_look_a_minute_and_nothing_without_them(hours: SleepHours) -> None:
    still = frame("a", settings=evolve(SLOW, sleep=hours))
    wakes = still.run_for(HOUR)
    assert wakes <= (61 if hours.spans else 1)


# The clock. -----------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_certainly_wrong_means_no_sleep_hours() -> None:
    always = SleepHours((Span(EVERY_DAY, time(0), time(0)),))
    world = sleeper(hours=always)
    assert world.word == "asleep"
    world.skew = datetime(1970, 1, 1, tzinfo=UTC) - TODAY
    world.run_for(61.0)
    assert (world.word, world.state.sleep.unsure) == ("showing", True)
    assert world.state.sleep.change_at is None
    world.skew = timedelta(0)
    world.feed(e.DeadlineReached())
    assert (world.word, world.state.sleep.unsure) == ("asleep", False)


def test_a_clock_that_is_set_counts_at_the_next_event_and_within_a_minute() -> None:
    world = sleeper()
    world.skew = timedelta(minutes=20)
    world.run_for(61.0)
    assert world.word == "asleep"
    world.skew = timedelta(0)
    world.feed(e.DeadlineReached())
    assert world.word == "showing"


def test_days_and_nights_follow_the_zone() -> None:
    zone = ZoneInfo("Pacific/Auckland")  # 13 hours ahead in November: 1:00 now
    world = sleeper(hours=SleepHours((Span(EVERY_DAY, time(22, 30), time(6, 30)),), zone))
    assert world.word == "asleep"
    assert world.state.sleep.change_at == datetime(2026, 11, 23, 17, 30, tzinfo=UTC)


# Somebody asks. -------------------------------------------------------------------------------------------------------


def test_sleep_by_day_lasts_over_the_night_to_the_morning() -> None:
    world = sleeper()
    world.ask(e.Verb.SLEEP)
    assert world.word == "asleep"
    world.run_for(AWAKE - 1.0)
    assert world.word == "asleep"
    world.run_for(2.0)
    assert world.word == "showing"


def test_without_hours_sleep_lasts_until_wake() -> None:
    world = frame("a", "b")
    world.ask(e.Verb.SLEEP)
    world.run_for(20 * HOUR)
    assert (world.word, world.lit) == ("asleep", False)
    world.ask(e.Verb.WAKE)
    world.settle()
    assert (world.word, world.lit) == ("showing", True)


def test_wake_at_night_lasts_until_the_next_night() -> None:
    world = at_night()
    world.ask(e.Verb.WAKE)
    world.run_for(AGAIN - world.elapsed - 1.0)
    assert world.word == "showing"
    world.run_for(2.0)
    assert world.word == "asleep"


def test_wake_by_day_changes_nothing_of_the_coming_night() -> None:
    world = sleeper()
    world.ask(e.Verb.WAKE)
    world.run_for(ASLEEP + 1.0)
    assert world.word == "asleep"


def test_who_was_woken_can_be_sent_to_sleep_again() -> None:
    world = at_night()
    world.ask(e.Verb.WAKE)
    world.ask(e.Verb.SLEEP)
    assert world.word == "asleep"
    world.run_for(AWAKE - ASLEEP)
    assert world.word == "showing"


def test_before_the_card_was_read_sleep_and_wake_are_heard() -> None:
    world = World(start=False)
    world.ask(e.Verb.SLEEP)
    assert world.word == "asleep"
    world.ask(e.Verb.WAKE)
    assert world.word == "starting"


def test_an_erased_frame_sleeps_on() -> None:
    world = at_night()
    world.ask(e.Verb.SIGN_OUT)
    world.run_for(60.0)
    assert world.state.disconnects == 1
    assert (world.word, world.lit) == ("asleep", False)


# A person stands before it. -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [e.Verb.NEXT, e.Verb.HIDE, e.Verb.SIGN_OUT, e.Verb.SLEEP, e.Verb.WAKE])
def test_a_key_at_night_lights_the_frame_for_five_minutes_and_does_nothing_else(verb: e.Verb) -> None:
    world = at_night()
    before = world.current
    world.ask(verb, key=True, confirmed=False)
    world.settle()
    assert (world.word, world.lit) == ("showing", True)
    assert world.state.confirm_until is None
    assert world.current == before
    assert not world.asked(c.HideItems)
    world.run_for(sleeping.KEY_SECONDS - 1.0)
    assert world.word == "showing"
    world.run_for(2.0)
    assert (world.word, world.lit) == ("asleep", False)


def test_each_further_key_gives_five_minutes_more() -> None:
    world = at_night()
    for _ in range(3):
        world.ask(e.Verb.NEXT, key=True)
        world.run_for(sleeping.KEY_SECONDS - 10.0)
        assert world.word == "showing"


def test_a_key_does_not_shorten_what_wake_has_promised() -> None:
    world = at_night()
    world.ask(e.Verb.WAKE)
    world.ask(e.Verb.NEXT, key=True)
    world.run_for(HOUR / 2)
    assert world.word == "showing"


def test_the_key_for_sleep_ends_the_five_minutes() -> None:
    world = at_night()
    world.ask(e.Verb.NEXT, key=True)
    world.ask(e.Verb.SLEEP, key=True)
    assert world.word == "asleep"


def test_a_key_by_day_wakes_for_good() -> None:
    world = sleeper()
    world.ask(e.Verb.SLEEP)
    world.ask(e.Verb.PAUSE, key=True)
    world.run_for(240.0)
    assert world.word == "showing"
    assert not world.state.show.paused


@pytest.mark.parametrize("key", [True, False])
def test_whoever_wants_to_pick_at_night_sees_the_code(key: bool) -> None:
    world = with_pictures("a", settings=evolve(SLOW, sleep=NIGHT))
    world.run_for(AGAIN + 60.0 - world.elapsed)
    world.ask(e.Verb.PICK, key=key)
    world.settle()
    assert world.scene.card is not None
    assert world.lit


def test_whoever_wants_to_sign_in_at_night_sees_the_code() -> None:
    world = World(evolve(SLOW, sleep=NIGHT))
    world.run_for(ASLEEP + 60.0)
    assert world.scene.dark
    world.ask(e.Verb.SIGN_IN)
    world.settle()
    assert world.scene.card is not None
    assert world.scene.card.code


@pytest.mark.parametrize("verb", [e.Verb.NEXT, e.Verb.PREVIOUS, e.Verb.HIDE])
def test_from_afar_nothing_happens_to_a_picture_that_nobody_sees(verb: e.Verb) -> None:
    world = at_night()
    before = world.state.show
    world.ask(verb)
    assert world.state.show == before
    assert world.word == "asleep"


def test_pause_from_afar_counts_in_the_morning() -> None:
    world = at_night()
    world.ask(e.Verb.PAUSE)
    assert world.word == "asleep"
    world.run_for(AWAKE - world.elapsed + 60.0)
    assert world.state.show.paused


# The panel. -----------------------------------------------------------------------------------------------------------


def test_another_panel_at_night_is_turned_off_and_fitted_in_the_morning() -> None:
    world = at_night("a", "b")
    world.feed(e.ScreenResized(screen=Size(800, 480)))
    world.settle()
    assert world.asked(c.SetPanel)[-1] == c.SetPanel(id=world.asked(c.SetPanel)[-1].id, on=False, again=True)
    assert not world.lit
    world.run_until(lambda w: w.word == "showing", within=2 * HOUR)
    world.settle()
    slides = [each for each in world.asked(c.PrepareSlide) if isinstance(each, c.PrepareSlide)]
    assert slides[-1].screen == Size(800, 480)


def test_the_panel_is_looked_at_every_minute_of_the_night_and_never_twice_at_a_time() -> None:
    world = at_night()
    before = len(world.asked(c.SetPanel))
    world.run_for(600.0)
    assert 9 <= len(world.asked(c.SetPanel)) - before <= 11
    # Its thread hangs: nothing queues up.
    world.advance(61.0)
    world.advance(61.0)
    assert len(world.queues["panel"]) == 1


def test_a_panel_that_nothing_turns_off_is_black_and_said_to_be_on() -> None:
    world = sleeper()
    world.run_for(ASLEEP - 1.0)
    world.advance(2.0)
    (command,) = world.queues["panel"]
    world.queues["panel"].clear()
    world.feed(e.Failed(answers=command.id, command=command, error=DisplayError("nothing turns it off")))
    assert world.scene.dark
    assert not world.state.sleep.off
    assert world.state.last_error is not None
    assert "nothing turns it off" in world.state.last_error.text


def test_black_alone_is_not_off() -> None:
    world = sleeper()
    world.run_for(ASLEEP - 1.0)
    world.advance(2.0)
    (command,) = world.queues["panel"]
    world.queues["panel"].clear()
    world.feed(e.PanelSet(answers=command.id, on=False))
    assert not world.state.sleep.off


def test_a_late_answer_of_the_panel_changes_nothing() -> None:
    world = at_night()
    before = world.state.sleep
    world.feed(e.PanelSet(answers=CommandId(10**6), on=True))
    assert world.state.sleep == before


def test_until_the_panel_has_come_on_nothing_is_animated() -> None:
    world = frame("a", "b", settings=evolve(SETTINGS, style=Style(motion=Motion.GENTLE)))
    world.ask(e.Verb.SLEEP)
    world.settle()
    world.ask(e.Verb.WAKE)
    assert world.state.sleep.off
    assert not compose.animating(world.state, world.now.monotonic)
    world.settle()
    assert not world.state.sleep.off


# Whatever happens. ----------------------------------------------------------------------------------------------------

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
TIMES = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
SPANS = st.lists(st.builds(Span, st.frozensets(st.integers(0, 6)), TIMES, TIMES), min_size=1, max_size=3)
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(("restart", "resize", "pick", "stored", "step", "wait", "wait", "wait", "minute")),
        st.integers(2, 200_000),
    ),
    max_size=12,
)


@effort(max_examples=300 if RUN_ALL else 30, deadline=None)
@given(spans=SPANS, zone=ZONES, begins=st.integers(0, 3 * 365 * 86400), timeline=HAPPENINGS)
def test_nothing_but_a_person_lights_the_frame_in_sleep_hours(
    spans: list[Span], zone: ZoneInfo, begins: int, timeline: list[tuple[str, int]]
) -> None:
    """The laws (dark in sleep hours, nothing decoded) are looked at after each step; here the panel as well."""
    wanted = SleepHours(tuple(spans), zone)
    world = frame("a", "b", "c", settings=evolve(SLOW, sleep=wanted))
    world.skew = timedelta(seconds=begins)
    world.feed(e.DeadlineReached())
    for what, number in timeline:
        _happen(world, what, number)
        world.settle()
        dark = hours.asleep(wanted.spans, world.now.utc, zone)
        near = hours.asleep(wanted.spans, world.now.utc - timedelta(seconds=1), zone)
        if dark is near:
            assert world.lit is not dark
            assert world.scene.dark is dark
            assert world.state.sleep.wish is not Wish.WAKE


def _happen(world: World, what: str, number: int) -> None:
    match what:
        case "restart":
            world.restart()
        case "resize":
            world.feed(e.ScreenResized(screen=Size(640 + number % 640, 480)))
        case "pick":  # new pictures, as after downloads that finish
            world.state = evolve(world.state, announced=None)
            world.feed(e.DeadlineReached())
        case "stored":
            world.feed(e.SlidesDrawn(answers=CommandId(10**6), drawn=()))
        case "step":
            world.skew += timedelta(seconds=number if number % 2 else -number)
            world.feed(e.DeadlineReached())
        case "minute":
            world.run_for(60.0)
        case "wait":
            # Far, but not through every slide of it.
            world.elapsed += number
            world.feed(e.DeadlineReached())


@effort(max_examples=100 if RUN_ALL else 15, deadline=None)
@given(spans=SPANS, zone=ZONES, begins=st.integers(0, 3 * 365 * 86400))
def test_the_machine_wakes_at_each_change_itself(spans: list[Span], zone: ZoneInfo, begins: int) -> None:
    world = frame("a", settings=evolve(SLOW, sleep=SleepHours(tuple(spans), zone)))
    world.skew = timedelta(seconds=begins)
    world.feed(e.DeadlineReached())
    change = hours.next_change(tuple(spans), world.now.utc, zone)
    if change is None:
        return
    wanted = not world.state.sleep.asleep
    ahead = (change - world.now.utc).total_seconds()
    world.elapsed += max(ahead - 90.0, 0.0)
    world.feed(e.DeadlineReached())
    world.run_for((change - world.now.utc).total_seconds() + 2 * sleeping.LATE)
    assert world.state.sleep.asleep is wanted
    assert machine.next_deadline(world.state) > world.now.monotonic
