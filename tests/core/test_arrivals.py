"""The strip of what arrives: for whom, how long, what it says, and that no thumbnail is ever in the way of a slide."""

from __future__ import annotations

import math

import pytest
from attrs import evolve

from kiosk.core import arrivals, compose, machine, words
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.arrivals import AFTER, APART, ARRIVES, COMES, FILLS, GOES, LASTS, LINGERS, MOST
from kiosk.core.layout import thumb_side
from kiosk.core.model import CommandId, Seconds, Size
from kiosk.core.scene import Mark, Strip
from kiosk.errors import DiskFull, KioskError, SignInRequired, Unexpected, Unreachable
from tests.core.dummies import Google
from tests.core.world import SETTINGS, World, with_pictures

SLOW = evolve(SETTINGS, dwell=Seconds(600.0))
OTHERS = ("disk", "decode", "google")


def rest(world: World, *workers: str) -> None:
    """Everybody answers but the downloads."""
    while any(world.work(worker) for worker in workers or OTHERS):
        pass


def live(world: World, seconds: float, *workers: str) -> None:
    """Time passes, and no picture arrives."""
    end = world.elapsed + seconds
    while True:
        rest(world, *workers)
        due = machine.next_deadline(world.state) + world.booted
        if due > end:
            world.elapsed = end
            return
        world._wait(due)


def arrive(world: World, count: int = 1) -> None:
    """So many downloads end well, and are committed."""
    for _ in range(count):
        assert world.work("fetch")
        rest(world)


def done(*names: str, world: World | None = None, google: Google | None = None) -> World:
    """Somebody has just tapped Done; the list is read, and nothing has been fetched yet."""
    world = world or with_pictures("old", settings=SLOW, google=google)
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose(*names)
    while not world.queues["fetch"]:
        live(world, 1.0)
    live(world, AFTER)
    return world


def shown(*names: str, world: World | None = None) -> World:
    """The same, and the first of them is on the screen, at rest."""
    world = done(*names, world=world)
    arrive(world)
    live(world, 3.0)
    return world


def strip_of(world: World) -> Strip:
    assert world.scene.strip is not None
    return world.scene.strip


def made_for(world: World) -> list[c.PrepareThumb]:
    return [command for _, command in world.log if isinstance(command, c.PrepareThumb)]


def names(count: int) -> tuple[str, ...]:
    return tuple(f"n{number:02}" for number in range(count))


# For whom, and how long. ----------------------------------------------------------------------------------------------


def test_whoever_taps_done_sees_a_strip_over_the_present_picture_before_anything_has_arrived() -> None:
    world = done(*names(5))
    strip = strip_of(world)
    assert (strip.title, strip.status) == (words.DOWNLOADING_TITLE, "0 of 5")
    assert (strip.share, strip.places, strip.thumbs) == (0.0, 5, ())
    assert world.scene.badge is None, "the strip says it"
    assert world.scene.card is None


def test_each_arrival_moves_count_and_bar_and_adds_its_thumbnail() -> None:
    world = shown(*names(5))
    for arrived in (2, 3, 4):
        arrive(world)
        live(world, 1.0)
        strip = strip_of(world)
        assert strip.status == words.progress(arrived, 5)
        assert strip.share == pytest.approx(arrived / 5)
        assert len(strip.thumbs) == arrived
        assert strip.arrival == 1.0


def test_the_newest_thumbnail_is_the_last_one_and_they_are_as_large_as_the_layout_says() -> None:
    world = shown(*names(3))
    arrive(world)
    live(world, 1.0)
    made = made_for(world)[-2:]
    assert [command.item.item_id for command in made] == ["n00", "n01"]
    assert tuple(command.id for command in made) == strip_of(world).thumbs
    assert {command.side for command in made} == {thumb_side(SETTINGS.screen)}


def test_when_all_have_arrived_it_says_how_many_and_goes_after_a_moment() -> None:
    world = shown(*names(4))
    arrive(world, 3)
    assert strip_of(world).title == words.ARRIVED_TITLE
    assert strip_of(world).status == "4 photos"
    live(world, 4 * APART)
    assert len(strip_of(world).thumbs) == 4, "it waits for those that are still on their way into the row"
    assert strip_of(world).share == 1.0
    live(world, LINGERS)
    assert world.scene.strip is None
    assert world.scene.badge is None
    assert not world.thumbs, "the painter has let go of all of them"


def test_after_its_first_minute_the_badge_tells() -> None:
    world = shown(*names(40))
    while world.scene.strip is not None:
        arrive(world)
        live(world, 5.0)
        assert world.elapsed < 10_000.0
    part = world.state.downloads
    assert world.scene.badge is not None
    assert world.scene.badge.text == words.adding(part.stored, 40)
    assert 8 <= part.stored <= 15
    assert not world.thumbs
    asked = len(made_for(world))
    arrive(world, 3)
    live(world, 5.0)
    assert len(made_for(world)) == asked


def test_it_ends_at_its_minute_to_the_second() -> None:
    world = done(*names(9))
    began = world.state.arrivals.began
    assert world.state.arrivals.ends == began + LASTS
    live(world, began + LASTS - 0.01 - world.now.monotonic)
    assert world.scene.strip is not None
    live(world, 0.02)
    assert world.scene.strip is None


def test_a_pick_that_goes_on_after_a_restart_has_nobody_in_front_of_it() -> None:
    world = done(*names(6))
    before = len(made_for(world))
    world.restart()
    world.run_for(3.0)
    assert len(world.card.stored) == 7
    assert len(made_for(world)) == before
    assert world.state.arrivals.pick_id is None


def test_photos_that_the_card_has_already_make_no_strip() -> None:
    world = with_pictures("a", "b", settings=SLOW)
    world.run_for(LASTS)
    before = len(made_for(world))
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose("a", "b")
    live(world, 10.0)
    assert not world.google.sessions, "the pick is over"
    assert world.state.arrivals.pick_id is None
    assert len(made_for(world)) == before


def test_the_next_pick_begins_a_new_strip() -> None:
    world = shown(*names(3))
    arrive(world, 2)
    live(world, 1.0)
    held = set(world.thumbs)
    assert held
    live(world, 30.0)
    world = done("x", "y", world=world)
    assert strip_of(world).status == "0 of 2"
    assert strip_of(world).thumbs == ()
    assert not world.thumbs


def test_the_first_pick_of_all_has_its_card_until_the_first_picture_comes() -> None:
    world = World(SLOW)
    world.sign_in()
    world.settle()
    world.google.choose(*names(4))
    while not world.queues["fetch"]:
        live(world, 1.0)
    assert world.scene.card is not None
    assert world.scene.card.title == words.DOWNLOADING_TITLE
    assert world.scene.strip is None
    arrive(world)
    assert world.scene.card is None
    assert world.scene.strip is None, "the first picture does not wait until it is rendered"
    assert world.scene.badge is None, "nor does a badge flash up before it"
    assert compose.next_change(world.state, world.now.monotonic) == world.now.monotonic + AFTER
    assert not compose.animating(world.state, world.now.monotonic)
    live(world, AFTER)
    assert strip_of(world).status == "1 of 4"
    assert compose.animating(world.state, world.now.monotonic)


def test_a_list_of_several_pages_counts_what_is_known_so_far() -> None:
    world = done(*names(25), google=Google(page_size=10))
    rest(world)
    assert strip_of(world).status == "0 of 25"
    assert strip_of(world).places == MOST


# Photographs first. ---------------------------------------------------------------------------------------------------


def test_no_thumbnail_is_asked_for_before_the_first_picture_of_the_pick_is_on_the_screen() -> None:
    world = done(*names(6))
    before = len(made_for(world))
    for _ in range(3):
        assert world.work("fetch")
        rest(world, "disk", "google")
    assert len(made_for(world)) == before, "its slide is being prepared"
    rest(world)
    assert world.state.show.fading_since is not None
    assert len(made_for(world)) == before, "its slide is coming in"
    live(world, SETTINGS.transition + 0.1)
    assert world.current is not None
    assert world.current.startswith("n")
    assert len(made_for(world)) > before


def test_one_thumbnail_at_a_time_and_never_more_than_three_a_second() -> None:
    world = done(*names(30))
    arrive(world, 30)
    before = len(made_for(world))
    begun = world.elapsed
    while world.scene.strip is not None:
        live(world, 0.1)
        assert len([each for each in world.out.values() if isinstance(each, c.PrepareThumb)]) <= 1
        made = len(made_for(world)) - before
        assert made <= 3 * math.ceil(world.elapsed - begun + 1e-9)
    assert made == MOST, "those that would have been pushed out at once were never made"


def test_the_painter_holds_one_more_than_the_row_has_places() -> None:
    world = shown(*names(30))
    most = 0
    for _ in range(29):
        arrive(world)
        live(world, APART)
        most = max(most, len(world.thumbs))
        assert world.thumbs == {thumb.id for thumb in world.state.arrivals.thumbs}
    assert most == MOST + 1


def test_a_picture_that_cannot_be_read_is_left_out_without_a_word() -> None:
    world = shown(*names(3))
    error = world.state.last_error
    world.decoder.faults.add(c.PrepareThumb, Unexpected("no end of PrepareThumb"))
    arrive(world)
    live(world, 1.0)
    assert len(strip_of(world).thumbs) == 1
    arrive(world)
    live(world, 1.0)
    assert len(strip_of(world).thumbs) == 2
    assert world.state.last_error == error


# Whatever else happens. -----------------------------------------------------------------------------------------------


def test_a_hidden_picture_leaves_the_strip_at_once() -> None:
    world = shown(*names(4))
    arrive(world)
    live(world, 1.0)
    assert len(strip_of(world).thumbs) == 2
    world.ask(e.Verb.HIDE)
    rest(world, "disk")
    assert len(strip_of(world).thumbs) == 1
    assert len(world.thumbs) == 1


def test_one_that_is_hidden_while_its_thumbnail_is_made_never_comes_into_the_row() -> None:
    world = done(*names(4))
    arrive(world)
    live(world, 3.0, "disk", "google")
    coming = world.state.arrivals.coming
    assert coming is not None
    assert coming.item_id == world.current
    world.ask(e.Verb.HIDE)
    rest(world, "disk")
    assert world.state.arrivals.coming is None
    rest(world)
    assert not world.thumbs
    assert strip_of(world).thumbs == ()


def test_escape_takes_the_strip_away_and_the_badge_tells_on() -> None:
    world = shown(*names(4))
    assert strip_of(world).thumbs
    world.ask(e.Verb.CANCEL)
    assert world.scene.strip is None
    assert world.scene.badge is not None
    assert world.scene.badge.mark is Mark.WORKING
    assert not world.thumbs
    arrive(world, 3)
    live(world, 2.0)
    assert len(world.card.stored) == 5


def test_escape_from_a_question_leaves_the_strip_alone() -> None:
    world = shown(*names(4))
    world.ask(e.Verb.SIGN_OUT, confirmed=False)
    assert world.scene.card is not None
    assert world.scene.strip is None, "never under a card"
    assert not compose.animating(world.state, world.now.monotonic)
    world.ask(e.Verb.CANCEL)
    assert strip_of(world).thumbs


def test_disconnecting_takes_the_thumbnails_away_first() -> None:
    world = shown(*names(4))
    assert world.thumbs
    world.ask(e.Verb.SIGN_OUT)
    assert not world.thumbs
    assert world.scene.strip is None
    world.run_for(60.0)
    assert world.state.arrivals.pick_id is None


def test_without_a_network_it_says_so_instead_of_the_count() -> None:
    world = shown(*names(6))
    world.google.faults.add(c.FetchRendition, Unreachable("down"), times=None)
    world.work("fetch")
    live(world, 0.1)
    assert strip_of(world).status == "1 of 6", "a single fault may be over at the next try"
    for _ in range(6):
        live(world, 3.0)
        world.work("fetch")
    strip = strip_of(world)
    assert (strip.title, strip.status) == ("", words.NETWORK)
    assert world.scene.badge is None


@pytest.mark.parametrize(("error", "mark"), [(DiskFull("full"), Mark.CARD_FULL), (None, Mark.PAUSED)])
def test_what_else_the_badge_has_to_say_it_says_beside_the_strip(
    error: KioskError | None, mark: Mark
) -> None:
    world = shown(*names(6))
    if error is None:
        world.ask(e.Verb.PAUSE)
    else:
        world.card.faults.add(c.StoreRendition, error, times=None)
        world.card.faults.add(c.MakeRoom, error, times=None)
        arrive(world)
    assert strip_of(world).status == "1 of 6"
    assert world.scene.badge is not None
    assert world.scene.badge.mark is mark


def test_signed_out_in_the_middle_it_gives_way_to_the_badge_that_asks_for_a_sign_in() -> None:
    world = shown(*names(6))
    world.google.revoke()
    world.google.faults.add(c.FetchRendition, SignInRequired("401"), times=None)
    for _ in range(8):
        world.work("fetch")
        rest(world)
    assert world.scene.strip is None
    assert world.scene.badge is not None
    assert world.scene.badge.mark is Mark.SIGN_IN


def test_what_could_not_be_copied_is_no_place_in_the_row_but_fills_the_bar() -> None:
    world = done("a", "b", "c", "d", google=Google(unaddressed={"b"}))
    strip = strip_of(world)
    assert strip.places == 3
    live(world, 1.0)
    assert strip_of(world).share == pytest.approx(0.25)


# What moves. ----------------------------------------------------------------------------------------------------------


def test_everything_that_moves_comes_to_rest_and_is_still_between_two_arrivals() -> None:
    world = shown(*names(9))
    arrive(world)
    rest(world)
    now = world.now.monotonic
    at_rest = now + max(ARRIVES, FILLS) + 1e-6
    assert compose.animating(world.state, now + 0.01)
    assert not compose.animating(world.state, at_rest)
    still = {compose.compose(world.state, at_rest + later) for later in (0.0, 1.0, 5.0, 20.0)}
    assert len(still) == 1


def test_thumbnail_bar_and_strip_come_softly_and_in_one_direction() -> None:
    world = done(*names(4))
    began = world.state.arrivals.comes
    coming = [compose.compose(world.state, began + COMES * step / 8).strip for step in range(9)]
    seen = [strip.opacity for strip in coming if strip]
    assert seen == sorted(set(seen))
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    world = shown(*names(4))
    arrive(world)
    now = world.now.monotonic
    strips = [compose.compose(world.state, now + max(ARRIVES, FILLS) * step / 8).strip for step in range(9)]
    for values in ([strip.arrival for strip in strips if strip], [strip.share for strip in strips if strip]):
        assert values == sorted(values)
        assert values[0] < values[4] < values[-1]


def test_the_loop_is_woken_when_the_strip_begins_to_fade_and_not_before() -> None:
    world = done(*names(9))
    live(world, 5.0)
    now = world.now.monotonic
    ends = world.state.arrivals.ends
    assert compose.next_change(world.state, now) == ends - GOES
    assert not compose.animating(world.state, ends - GOES - 0.01)
    assert compose.animating(world.state, ends - GOES)
    assert compose.next_change(world.state, ends - GOES) == math.inf
    fading = compose.compose(world.state, ends - GOES / 2).strip
    assert fading is not None
    assert fading.opacity == pytest.approx(0.5)


def test_with_reduced_motion_nothing_moves_and_everything_is_there() -> None:
    settings = evolve(SLOW, reduced_motion=True, transition=Seconds(0.0))
    world = done(*names(4), world=with_pictures("old", settings=settings))
    assert strip_of(world).opacity == 1.0
    arrive(world, 2)
    rest(world)
    strip = strip_of(world)
    assert (strip.share, strip.arrival, strip.opacity) == (0.5, 1.0, 1.0)
    now = world.now.monotonic
    assert not any(compose.animating(world.state, now + later / 10) for later in range(700))
    assert compose.next_change(world.state, now) == math.inf


def test_a_screen_that_cannot_draw_motion_has_a_strip_that_stands_still() -> None:
    world = shown(*names(4))
    world.feed(e.ScreenResized(screen=Size(800, 480), moves=False))
    rest(world)
    arrive(world)
    assert strip_of(world).arrival == 1.0
    assert not arrivals.moving(world.state.arrivals, world.now.monotonic, world.state.settings)


def test_a_late_thumbnail_of_a_strip_that_is_gone_is_dropped() -> None:
    world = with_pictures("a", settings=SLOW)
    world.run_for(120.0)
    (drop,) = world.feed(e.ThumbPrepared(answers=CommandId(7)))
    assert isinstance(drop, c.DropThumb)
    assert drop.thumb == 7
