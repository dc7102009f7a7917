"""Without a display: nothing is decoded, everything else goes on, and what comes back is fitted to what is there."""

from __future__ import annotations

from kiosk.core import commands as c
from kiosk.core import compose
from kiosk.core import events as e
from kiosk.core.model import Size
from tests.core.test_sleeping import ASLEEP, AWAKE, at_night, decoded, sleeper
from tests.core.test_slideshow import frame
from tests.core.world import World

SMALL = Size(800, 480)


def prepared_for(world: World) -> Size:
    return [each for each in world.asked(c.PrepareSlide) if isinstance(each, c.PrepareSlide)][-1].screen


def test_without_a_display_the_show_stands_still_and_nothing_wakes_the_loop_for_it() -> None:
    world = frame("a", "b", "c")
    world.feed(e.ScreenLost())
    before, done = world.current, decoded(world)
    assert world.run_for(3600.0) <= 1  # the look at the room on the card
    assert (world.current, decoded(world)) == (before, done)
    assert not compose.animating(world.state, world.now.monotonic)
    assert compose.next_change(world.state, world.now.monotonic, world.now.utc) == float("inf")


def test_a_display_that_comes_back_shows_the_same_picture_fitted_to_it_for_its_whole_time() -> None:
    world = frame("a", "b", "c")
    before = world.current
    world.feed(e.ScreenLost())
    world.feed(e.ScreenLost())
    world.run_for(3600.0)
    world.feed(e.ScreenResized(screen=SMALL))
    world.settle()
    assert prepared_for(world) == SMALL
    world.run_for(world.settings.dwell - 0.5)
    assert world.current == before
    world.run_for(3.0)
    assert world.current != before


def test_a_transition_that_loses_its_display_has_ended() -> None:
    world = frame("a", "b")
    world.run_until(lambda w: w.state.show.fading_since is not None)
    coming = world.state.show.ready[0]
    world.feed(e.ScreenLost())
    assert world.state.show.fading_since is None
    assert world.state.show.current == coming


def test_a_frame_that_starts_without_a_display_decodes_when_one_comes() -> None:
    world = World(frame("a", "b").settings, card=frame("a", "b").card, start=False)
    world.feed(e.ScreenLost())
    world.settle()
    assert world.state.opened
    assert not decoded(world)
    world.feed(e.ScreenResized(screen=SMALL))
    world.settle()
    assert prepared_for(world) == SMALL
    assert world.current is not None


def test_a_display_that_comes_before_the_card_is_read_is_waited_with() -> None:
    world = World(start=False)
    world.feed(e.ScreenLost())
    world.feed(e.ScreenResized(screen=SMALL))
    assert not world.state.blind
    assert not world.state.opened


def test_whoever_presses_a_key_before_no_display_changes_nothing_and_may_still_pick() -> None:
    world = frame("a", "b")
    world.feed(e.ScreenLost())
    before = world.state.show
    world.ask(e.Verb.NEXT, key=True)
    world.ask(e.Verb.HIDE)
    assert world.state.show == before
    world.ask(e.Verb.PICK, key=True)
    assert world.word == "signing_in"


def test_a_display_that_comes_at_night_stays_dark_and_is_fitted_in_the_morning() -> None:
    world = at_night("a", "b")
    world.feed(e.ScreenLost())
    world.run_for(60.0)
    done = decoded(world)
    world.feed(e.ScreenResized(screen=SMALL))
    world.settle()
    assert world.state.sleep.methods == ("kms",)
    assert decoded(world) == done
    world.run_for(AWAKE - world.elapsed + 1.0)
    assert world.lit
    assert prepared_for(world) == SMALL


def test_a_frame_that_wakes_without_a_display_goes_on_when_one_comes() -> None:
    world = sleeper("a", "b")
    world.feed(e.ScreenLost())
    world.run_for(ASLEEP + 60.0)
    assert world.word == "asleep"
    done = decoded(world)
    world.run_for(AWAKE - world.elapsed + 1.0)
    assert world.word == "showing"
    assert decoded(world) == done
    world.feed(e.ScreenResized(screen=SMALL))
    world.settle()
    assert prepared_for(world) == SMALL
