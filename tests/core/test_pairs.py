"""Pairs in the show: what is shown, hidden, damaged and gone back to, when two pictures share a slide."""

from __future__ import annotations

from collections import Counter

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.core import ahead, slideshow, words
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.compose import animating
from kiosk.core.model import CommandId, Counts, MediaItemId, PickId, Seconds, Size, StoredItem
from kiosk.core.settings import Motion, Settings, Style
from kiosk.errors import Unexpected, Unwritable
from tests.conftest import RUN_ALL
from tests.core.dummies import stored_item
from tests.core.dummy_card import Card
from tests.core.world import SETTINGS, World

WIDE, TALL, SQUARE = Size(1920, 1080), Size(1080, 1920), Size(1000, 1000)
DAY = 24 * 60
FIRST, SECOND, BOTH = e.Which.FIRST, e.Which.SECOND, e.Which.BOTH


def standing(name: str, minute: int | None = None) -> StoredItem:
    return evolve(stored_item(name, minute), size=Size(1200, 1600))


def wall(*items: StoredItem, settings: Settings = SETTINGS) -> World:
    card = Card(stored={item.item_id: item for item in items}, rounds={item.item_id: 0 for item in items})
    return World(settings, card=card)


def uprights(names: str, settings: Settings = SETTINGS) -> World:
    """One of a day, so that they pair in their order: a with b, c with d."""
    return wall(
        *(standing(name, n // 2 * DAY + n % 2 * 60) for n, name in enumerate(names)), settings=settings
    )


def hangs(world: World) -> str:
    """What is on the screen."""
    slide = world.state.show.current
    return "" if slide is None else "".join(item.item_id for item in slide.items)


def press(world: World, verb: e.Verb) -> None:
    world.ask(verb, key=True)


def hide(world: World, which: e.Which | None) -> None:
    world.ask(e.Verb.HIDE, which=which)


def test_upright_pictures_share_a_wide_screen_and_the_others_hang_alone() -> None:
    world = wall(standing("a", 0), stored_item("b", 10), standing("c", 20), standing("d", 30))
    world.run_for(35.0)
    assert [hangs(world), *world.shown] == ["ac", "c", "a", "b", "d", "c", "a"]


@pytest.mark.parametrize("settings", [evolve(SETTINGS, pairs=False), evolve(SETTINGS, screen=SQUARE)])
def test_nothing_pairs_where_it_is_not_wanted_or_the_screen_is_square(settings: Settings) -> None:
    world = uprights("abcd", settings)
    world.run_for(60.0)
    assert {len(slide) for slide in _slides(world)} == {1}


def _slides(world: World) -> list[tuple[MediaItemId, ...]]:
    shown = (each for each in world.asked(c.MarkShown) if isinstance(each, c.MarkShown))
    return [each.item_ids for each in shown]


@effort(max_examples=100 if RUN_ALL else 20, deadline=None)
@given(
    items=st.lists(st.tuples(st.booleans(), st.integers(0, 3 * DAY)), min_size=1, max_size=12),
    slides=st.integers(1, 3),
    faults=st.lists(st.integers(0, 20), max_size=5, unique=True),
)
def test_each_is_shown_as_often_as_the_others_whoever_hangs_beside_it(
    items: list[tuple[bool, int]], slides: int, faults: list[int]
) -> None:
    stored = [
        standing(f"item-{n:02}", minute) if upright else stored_item(f"item-{n:02}", minute)
        for n, (upright, minute) in enumerate(items)
    ]
    world = wall(*stored, settings=evolve(SETTINGS, ahead=slides))
    for number in range(25):
        if number in faults:
            world.decoder.faults.add(c.PrepareSlide, Unwritable("EIO"))
        world.run_for(12.0)
        count = Counter({item.item_id: 0 for item in stored})
        count.update(world.shown)
        assert len(stored) == 1 or max(count.values()) - min(count.values()) <= 1
    assert all(len(set(slide)) == len(slide) for slide in _slides(world))


def test_a_pair_hangs_still_and_needs_no_frames() -> None:
    gentle = evolve(SETTINGS, style=Style(motion=Motion.GENTLE, travel=0.3))
    world = uprights("abcd", gentle)
    world.run_for(5.0)
    assert (world.scene.motion, animating(world.state, world.now.monotonic)) == (0.0, False)
    world.run_for(5.5)
    assert (world.scene.incoming_motion, world.scene.motion) == (0.0, 0.0)


def test_the_earlier_of_a_pair_is_marked_last_so_that_an_order_goes_on_behind_it() -> None:
    world = uprights("ab")
    assert _slides(world) == [("b", "a")]


# Another shape of the screen. -----------------------------------------------------------------------------------------


def test_when_the_screen_is_turned_a_pair_parts_and_what_was_drawn_is_drawn_anew() -> None:
    world = uprights("abcdef")
    assert hangs(world) == "ab"
    world.feed(e.ScreenResized(screen=TALL))
    world.settle()
    assert hangs(world) == "a"
    world.run_for(100.0)
    assert {len(slide) for slide in _slides(world)[1:]} == {1}
    world.feed(e.ScreenResized(screen=WIDE))
    world.run_for(60.0)
    assert len(hangs(world)) == 2


def test_a_pair_stays_a_pair_on_a_screen_of_the_same_shape() -> None:
    world = uprights("abcd")
    old = world.scene.current
    world.feed(e.ScreenResized(screen=Size(1280, 720)))
    world.settle()
    assert hangs(world) == "ab"
    assert world.scene.current != old
    assert world.shown == ["b", "a"]


def test_after_the_screen_was_turned_previous_shows_one_of_a_pair_at_a_time() -> None:
    world = uprights("abcd")
    world.ask(e.Verb.NEXT)
    world.run_for(1.1)
    assert hangs(world) == "cd"
    world.feed(e.ScreenResized(screen=TALL))
    world.settle()
    for name in "ba":
        world.ask(e.Verb.PREVIOUS)
        world.run_for(1.1)
        assert hangs(world) == name


def test_a_screen_that_is_turned_late_remembers_no_more_slides_than_before() -> None:
    world = uprights("abcd")
    world.run_for(11.0 * (slideshow.REMEMBERED + 5))
    assert len(world.state.show.history) == slideshow.REMEMBERED
    world.feed(e.ScreenResized(screen=TALL))
    assert len(world.state.show.history) == slideshow.REMEMBERED


def test_a_window_of_another_shape_than_expected_has_the_first_slides_drawn_again() -> None:
    items = [standing(name, n * 60) for n, name in enumerate("abcd")]
    card = Card(stored={item.item_id: item for item in items}, rounds={item.item_id: 0 for item in items})
    world = World(card=card, start=False)
    world.feed(e.ScreenResized(screen=TALL))
    world.settle()
    assert hangs(world) == "a"
    assert len(world.asked(c.DrawSlides)) > 0


# Hiding. --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "hidden", "left"),
    [(e.Verb.PREVIOUS, "a", "b"), (e.Verb.NEXT, "b", "a"), (e.Verb.HIDE, "ab", "cd")],
)
def test_the_key_asks_which_of_a_pair_is_meant_and_a_key_answers(key: e.Verb, hidden: str, left: str) -> None:
    world = uprights("abcd")
    press(world, e.Verb.HIDE)
    assert world.scene.card is not None
    assert (world.scene.card.title, world.scene.card.body) == (words.HIDE_WHICH_TITLE, words.HIDE_WHICH_SIDE)
    assert not world.asked(c.HideItems)
    press(world, key)
    assert world.scene.card is None
    world.run_for(1.1)
    assert world.card.hidden == set(hidden)
    assert hangs(world) == left
    world.run_for(600.0)
    assert not set(world.shown[2:]) & set(hidden)


def test_on_a_tall_screen_the_question_speaks_of_the_upper_and_the_lower_one() -> None:
    lying = [stored_item(name, n * 60) for n, name in enumerate("ab")]
    world = wall(*lying, settings=evolve(SETTINGS, screen=TALL))
    press(world, e.Verb.HIDE)
    assert world.scene.card is not None
    assert world.scene.card.body == words.HIDE_WHICH_STACKED


def test_the_question_goes_away_by_itself_or_by_escape_and_hides_nothing() -> None:
    world = uprights("abcd", evolve(SETTINGS, dwell=Seconds(60.0)))
    press(world, e.Verb.HIDE)
    world.run_for(slideshow.ASKS_FOR - 0.1)
    assert world.scene.card is not None
    world.run_for(0.2)
    assert world.scene.card is None
    press(world, e.Verb.HIDE)
    press(world, e.Verb.CANCEL)
    assert world.scene.card is None
    press(world, e.Verb.NEXT)  # an arrow is an arrow again
    world.run_for(1.1)
    assert hangs(world) == "cd"
    assert not world.card.hidden


def test_what_is_asked_about_stays_on_the_screen() -> None:
    world = uprights("abcd")
    world.run_for(9.5)
    press(world, e.Verb.HIDE)
    world.run_for(9.0)
    assert hangs(world) == "ab"
    press(world, e.Verb.NEXT)
    world.run_for(1.1)
    assert world.card.hidden == {"b"}


def test_the_question_in_a_fade_is_about_the_pair_that_comes_in() -> None:
    world = uprights("abcd")
    press(world, e.Verb.NEXT)
    world.run_for(0.4)
    press(world, e.Verb.HIDE)
    world.run_for(2.0)
    assert hangs(world) == "cd"
    assert world.scene.card is not None
    press(world, e.Verb.PREVIOUS)
    world.run_for(1.1)
    assert (world.card.hidden, hangs(world)) == ({"c"}, "d")


def test_hiding_one_of_the_pair_that_comes_in_brings_the_other_one_alone() -> None:
    world = uprights("abcd")
    press(world, e.Verb.NEXT)
    world.run_for(0.4)
    hide(world, FIRST)
    assert world.scene.incoming is None
    world.run_for(1.3)
    assert (hangs(world), world.card.hidden) == ("d", {"c"})


def test_the_control_socket_is_not_asked_and_hides_nothing_where_it_is_not_clear_what() -> None:
    world = uprights("abcd")
    hide(world, None)
    assert world.scene.card is None
    assert not world.asked(c.HideItems)
    assert slideshow.hides(world.state.show, None) == ()
    assert slideshow.paired(world.state.show)
    hide(world, SECOND)
    world.run_for(1.1)
    assert (world.card.hidden, hangs(world)) == ({"b"}, "a")
    hide(world, FIRST)  # one picture alone: whoever asked saw a pair
    assert world.card.hidden == {"b"}
    assert not slideshow.paired(world.state.show)
    hide(world, BOTH)
    world.run_for(1.1)
    assert world.card.hidden == {"a", "b"}
    assert slideshow.hides(slideshow.Show(), BOTH) == ()


def test_a_verb_over_the_socket_is_no_answer_to_the_question() -> None:
    world = uprights("abcd")
    press(world, e.Verb.HIDE)
    world.ask(e.Verb.PAUSE)
    assert world.scene.card is not None
    world.ask(e.Verb.NEXT)
    world.run_for(1.1)
    assert hangs(world) == "cd"
    assert world.scene.card is None
    press(world, e.Verb.HIDE)
    world.ask(e.Verb.PREVIOUS)
    world.run_for(1.1)
    assert (hangs(world), world.card.hidden) == ("ab", set())


def test_the_question_is_forgotten_with_the_pair_that_it_is_about() -> None:
    world = uprights("abcd")
    press(world, e.Verb.HIDE)
    world.feed(e.ScreenResized(screen=Size(1280, 720)))
    assert world.scene.card is None
    world.settle()
    press(world, e.Verb.HIDE)
    ids = tuple(item.item_id for item in world.state.show.current.items)  # type: ignore[union-attr]
    world.card._remove(ids)
    world.feed(e.Evicted(item_ids=ids, counts=Counts(2, 2)))
    world.run_for(slideshow.ASKS_FOR + 2.0)
    assert world.scene.card is None
    assert hangs(world) == "cd"


def test_the_one_that_stays_is_not_shown_with_the_hidden_one_by_previous() -> None:
    world = uprights("abcdef")
    press(world, e.Verb.NEXT)
    world.run_for(1.1)
    hide(world, FIRST)
    world.run_for(1.1)
    assert hangs(world) == "d"
    press(world, e.Verb.NEXT)
    world.run_for(1.1)
    for expected in ("d", "ab"):
        press(world, e.Verb.PREVIOUS)
        world.run_for(1.1)
        assert hangs(world) == expected


def test_hiding_both_one_after_the_other_at_once_leaves_neither() -> None:
    world = uprights("abcd")
    hide(world, FIRST)
    hide(world, SECOND)
    world.run_for(1.1)
    assert hangs(world) == "cd"
    assert world.card.hidden == {"a", "b"}


def test_a_pair_that_is_leaving_is_not_asked_about() -> None:
    """The question would hold it on the screen: after a turn of the screen, in the shape of the old one."""
    world = uprights("abcdef")
    press(world, e.Verb.HIDE)
    press(world, e.Verb.NEXT)
    world.feed(e.ScreenResized(screen=TALL, moves=True))
    press(world, e.Verb.HIDE)
    assert world.state.show.question is None
    world.run_for(1.1)
    assert hangs(world) != "ab"
    assert world.card.hidden == {"b"}


def test_a_pair_that_loses_one_in_the_dark_is_gone_after_waking_and_nothing_was_prepared_before() -> None:
    world = uprights("abcd")
    world.ask(e.Verb.SLEEP)
    world.feed(e.Evicted(item_ids=(MediaItemId("a"),), counts=Counts(stored=3)))
    world.settle()
    assert not [each for each in world.out.values() if isinstance(each, c.PrepareSlide)]
    world.ask(e.Verb.WAKE)
    world.run_for(1.1)
    assert hangs(world)
    assert "a" not in hangs(world)


@pytest.mark.parametrize(("room", "slides"), [(0, 1), (8_294_399, 1), (8_294_400, 2), (10**9, 3)])
def test_as_many_slides_are_ready_as_the_room_is_good_for(room: int, slides: int) -> None:
    assert ahead.affordable(room, WIDE) == slides


# What goes wrong. -----------------------------------------------------------------------------------------------------


def test_of_a_pair_only_the_damaged_one_is_set_aside_and_the_other_one_comes() -> None:
    world = uprights("abcdef")
    world.card.damaged.add(MediaItemId("d"))
    world.restart()
    world.run_for(100.0)
    assert set(world.card.stored) == set("abcef")
    assert "c" in world.shown


def test_a_damaged_one_of_the_pair_on_the_screen_goes_and_the_other_one_stays() -> None:
    world = uprights("abcd")
    world.card.damaged.add(MediaItemId("a"))
    world.feed(e.ScreenResized(screen=Size(1280, 720)))
    world.run_for(2.0)
    assert hangs(world) == "b"
    assert set(world.card.stored) == set("bcd")


def test_a_pair_that_cannot_be_prepared_is_tried_one_by_one() -> None:
    world = uprights("abcd")
    world.decoder.faults.clear()
    world.decoder.faults.add(c.PrepareSlide, Unexpected("no end of PrepareSlide"))
    world.ask(e.Verb.NEXT)
    world.run_for(1.1)
    assert hangs(world) == "cd"
    world.run_for(0.1 + ahead.RETRY)
    prepared = [each for each in world.asked(c.PrepareSlide) if isinstance(each, c.PrepareSlide)]
    assert [len(each.slide.items) for each in prepared[-2:]] == [2, 1]


def test_an_error_that_names_neither_of_a_pair_blames_neither() -> None:
    from pathlib import Path

    from kiosk.errors import Corrupt

    world = uprights("abcd")
    world.decoder.faults.add(c.PrepareSlide, Corrupt(Path("elsewhere"), "cannot be read"))
    world.ask(e.Verb.NEXT)
    world.run_for(30.0)
    assert set(world.card.stored) == set("abcd")
    assert not world.asked(c.SetAside)


def test_one_of_a_pair_that_is_evicted_while_it_is_prepared_leaves_the_other_one() -> None:
    world = uprights("abcd")
    world.ask(e.Verb.NEXT)
    world.elapsed += 1.0
    world.feed(e.DeadlineReached())
    world.work("disk")
    world.work("disk")
    coming = world.state.show.coming
    assert coming is not None
    gone = coming.items[0].item_id
    world.card._remove((gone,))
    world.feed(e.Evicted(item_ids=(gone,), counts=Counts(3, 3)))
    assert world.state.show.coming is not None
    assert world.state.show.coming.items == coming.items[1:]
    world.run_for(30.0)
    assert gone not in world.shown[4:]


# Ready ahead. ---------------------------------------------------------------------------------------------------------

AHEAD = evolve(SETTINGS, ahead=3)


def test_as_many_slides_are_ready_as_the_settings_say_one_prepared_after_the_other() -> None:
    world = uprights("abcdefghij", AHEAD)
    assert ["".join(item.item_id for item in slide.items) for slide in world.state.show.ready] == [
        "cd",
        "ef",
        "gh",
    ]
    assert len(world.painter) == 4


def test_next_pressed_three_times_in_a_row_waits_for_nothing() -> None:
    world = uprights("abcdefghij", AHEAD)
    for expected in ("cd", "ef", "gh"):
        world.ask(e.Verb.NEXT)
        assert world.scene.incoming is not None
        world.advance(1.0)  # no worker has answered since
        assert hangs(world) == expected


def test_nothing_is_prepared_during_a_transition() -> None:
    world = uprights("abcdefghij", AHEAD)
    world.ask(e.Verb.NEXT)
    before = len(world.asked(c.PrepareSlide))
    world.run_for(0.9)
    assert world.state.show.fading_since is not None
    assert len(world.asked(c.PrepareSlide)) == before
    world.run_for(0.2)
    assert len(world.asked(c.PrepareSlide)) == before + 1


def test_previous_and_a_resize_drop_what_was_ready_and_lose_none_of_it() -> None:
    world = uprights("abcdefghij", AHEAD)
    for _ in range(2):
        world.ask(e.Verb.NEXT)
        world.run_for(1.5)
    assert hangs(world) == "ef"
    world.ask(e.Verb.PREVIOUS)
    world.run_for(1.5)
    assert hangs(world) == "cd"
    world.feed(e.ScreenResized(screen=Size(1280, 720)))
    world.settle()
    for expected in ("ef", "gh", "ij"):
        world.ask(e.Verb.NEXT)
        world.run_for(1.5)
        assert hangs(world) == expected


def test_previous_twice_at_once_goes_back_by_two_and_forward_again_in_order() -> None:
    world = uprights("abcdef")
    for _ in range(2):
        world.ask(e.Verb.NEXT)
        world.run_for(1.5)
    world.ask(e.Verb.PREVIOUS)
    world.ask(e.Verb.PREVIOUS)  # before anything was prepared
    world.run_for(1.5)
    assert hangs(world) == "ab"
    for expected in ("cd", "ef"):
        world.ask(e.Verb.NEXT)
        world.run_for(1.5)
        assert hangs(world) == expected


def test_a_hidden_picture_among_those_that_are_ready_leaves_alone() -> None:
    world = uprights("abcdefghij", AHEAD)
    world.card._remove((MediaItemId("e"),))
    world.feed(e.Evicted(item_ids=(MediaItemId("e"),), counts=Counts(9, 9)))
    ready = ["".join(item.item_id for item in slide.items) for slide in world.state.show.ready]
    assert ready == ["cd", "gh"]
    assert len(world.painter) == 3
    world.settle()
    assert len(world.painter) == 4
    world.run_for(120.0)
    assert "e" not in world.shown
    assert "f" in world.shown


def test_a_few_pictures_go_round_although_more_could_be_ready() -> None:
    world = wall(stored_item("a"), stored_item("b"), settings=evolve(SETTINGS, ahead=4))
    world.run_for(100.0)
    assert world.shown[:6] == ["a", "b", "a", "b", "a", "b"]
    assert world.run_for(1100.0) <= 300


def test_upright_pictures_that_come_one_by_one_hang_in_pairs_soon_however_many_could_be_ready() -> None:
    world = uprights("a", evolve(SETTINGS, ahead=3))
    for name in "bcd":
        item = standing(name, 60)
        world.card.stored[item.item_id], world.card.rounds[item.item_id] = item, 0
        world.feed(
            e.RenditionStored(
                pick_id=PickId(1), item=item, counts=Counts(4, len(world.card.stored)), removed=()
            )
        )
        world.settle()
    world.run_for(60.0)
    assert 2 in {len(slide) for slide in _slides(world)}


def test_the_way_back_comes_from_the_other_side() -> None:
    world = uprights("abcdef", AHEAD)
    world.ask(e.Verb.NEXT)
    world.run_for(0.5)
    assert not world.scene.backwards
    world.run_for(1.0)
    world.ask(e.Verb.PREVIOUS)
    world.run_for(0.5)
    assert (world.scene.incoming is not None, world.scene.backwards) == (True, True)
    world.run_for(1.0)
    world.ask(e.Verb.NEXT)
    world.run_for(0.5)
    assert not world.scene.backwards


def test_a_way_back_that_cannot_be_prepared_turns_nothing_round() -> None:
    world = uprights("abcdef", AHEAD)
    world.ask(e.Verb.NEXT)
    world.run_for(1.5)
    world.decoder.faults.add(c.PrepareSlide, Unwritable("EIO"))
    world.ask(e.Verb.PREVIOUS)
    world.settle()
    assert not world.state.show.backwards
    world.run_for(ahead.RETRY + 1.0)
    assert not world.scene.backwards


def test_a_draw_tells_what_came_before_it_and_what_is_ready_already() -> None:
    world = uprights("abcdef", evolve(SETTINGS, ahead=2, dwell=Seconds(5.0)))
    world.run_for(40.0)
    draws = [each for each in world.asked(c.DrawSlides) if isinstance(each, c.DrawSlides)]
    last = draws[-1]
    assert last.after == last.recent[-1][-1]
    assert {item.item_id for item in last.recent[-1]} <= set(last.avoid)
    assert len(last.recent) <= ahead.RECENT
    assert last.pairing is not None


def test_an_answer_to_a_draw_of_another_shape_changes_nothing() -> None:
    world = uprights("abcdef")
    world.run_for(25.0)
    world.ask(e.Verb.NEXT)
    world.feed(e.ScreenResized(screen=TALL))
    before = world.state.show
    world.feed(e.SlidesDrawn(answers=CommandId(777), drawn=((standing("x"),),)))
    assert world.state.show == before
