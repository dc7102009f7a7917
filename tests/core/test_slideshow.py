"""Which picture is on the screen: never none, each once before any twice, and what the verbs do to it."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.core import ahead, slideshow
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.compose import animating
from kiosk.core.hanging import still
from kiosk.core.model import CommandId, Counts, Deadline, PickId, Seconds, Size, SlideId
from kiosk.core.settings import Motion, Order, Settings, Style, Transition
from kiosk.errors import Unexpected, Unwritable
from tests.conftest import RUN_ALL
from tests.core.dummies import stored_item
from tests.core.dummy_card import Card
from tests.core.world import SETTINGS, World, with_pictures

NO_FADE = evolve(SETTINGS, transition=Seconds(0.0))


def frame(*names: str, settings: Settings = SETTINGS) -> World:
    """A frame with these pictures on its card, just switched on."""
    items = [stored_item(name) for name in names]
    card = Card(stored={item.item_id: item for item in items}, rounds={item.item_id: 0 for item in items})
    return World(settings, card=card)


def test_the_first_picture_comes_with_the_opened_catalog() -> None:
    world = frame("a", "b", "c")
    assert world.current == "a"
    asked = [command for _, command in world.log if not isinstance(command, c.SetPanel)]
    assert isinstance(asked[1], c.PrepareSlide)
    assert world.elapsed == 0.0


@pytest.mark.parametrize("settings", [SETTINGS, NO_FADE], ids=["fade", "cut"])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 20])
def test_each_picture_is_shown_once_before_any_twice(count: int, settings: Settings) -> None:
    names = [f"item-{n:02}" for n in range(count)]
    world = frame(*names, settings=settings)
    if count == 1:
        assert world.run_for(3600.0) <= 1  # the look at the room on the card
        return
    world.run_until(lambda w: len(w.shown) >= 5 * count)
    for first in range(0, 5 * count, count):
        assert sorted(world.shown[first : first + count]) == names


@effort(max_examples=120 if RUN_ALL else 25, deadline=None)
@given(faults=st.lists(st.integers(0, 30), max_size=12, unique=True), count=st.integers(2, 9))
def test_each_picture_is_shown_once_before_any_twice_when_preparing_fails_now_and_then(
    faults: list[int], count: int
) -> None:
    names = [f"item-{n}" for n in range(count)]
    world = frame(*names)
    for number in range(40):
        if number in faults:
            world.decoder.faults.add(c.PrepareSlide, Unwritable("EIO"))
        world.run_for(12.0)
    rounds = [sum(shown == name for shown in world.shown) for name in names]
    assert max(rounds) - min(rounds) <= 1


def test_the_order_of_the_settings_is_asked_for() -> None:
    world = frame("a", "b", settings=evolve(SETTINGS, order=Order.CAPTURED))
    world.run_for(60.0)
    draws = [each for each in world.asked(c.DrawSlides) if isinstance(each, c.DrawSlides)]
    assert draws
    assert {each.order for each in draws} == {Order.CAPTURED}
    assert draws[-1].after is not None


def test_a_picture_stays_for_its_dwell_and_fades_for_its_transition() -> None:
    world = frame("a", "b")
    world.run_for(9.9)
    assert (world.current, world.scene.incoming) == ("a", None)
    assert not animating(world.state)
    world.run_for(0.6)
    scene = world.scene
    assert scene.incoming is not None
    assert scene.progress == pytest.approx(0.5)
    assert animating(world.state)
    assert world.current == "a"
    world.run_for(0.6)
    assert (world.current, world.scene.incoming) == ("b", None)


def test_progress_is_eased_and_never_leaves_nought_to_one() -> None:
    show = slideshow.Show(fading_since=Deadline(10.0))
    curve = [slideshow.progress(show, 9.0 + step / 10, 1.0) for step in range(31)]
    assert curve == sorted(curve)
    assert (curve[0], curve[15], curve[30]) == (0.0, 0.5, 1.0)
    assert curve[11] < 0.05
    assert slideshow.progress(show, 10.0, 0.0) == 1.0
    assert slideshow.progress(slideshow.Show(), 10.0, 1.0) == 0.0


def test_the_next_slide_is_prepared_during_the_dwell() -> None:
    world = frame("a", "b")
    (ready,) = world.state.show.ready
    assert ready.items[0].item_id == "b"


def test_a_picture_stays_when_the_next_one_is_not_ready() -> None:
    world = frame("a", "b")
    world.decoder.faults.add(c.PrepareSlide, Unwritable("EIO"), times=None)
    world.run_for(60.0)
    shown = list(world.shown)
    world.run_for(300.0)
    assert world.shown == shown
    assert world.current is not None
    world.decoder.faults.clear()
    world.run_for(30.0)
    assert len(world.shown) > len(shown)


def test_one_picture_alone_needs_no_wake_up_for_an_hour_and_writes_nothing() -> None:
    world = with_pictures("a")
    world.run_for(60.0)
    before = len(world.log)
    assert world.run_for(3600.0) <= 1  # the look at the room on the card
    assert len(world.log) == before


def test_two_pictures_need_two_wake_ups_a_slide() -> None:
    world = frame("a", "b")
    world.run_for(100.0)
    assert world.run_for(1100.0) == 200


def test_a_damaged_file_is_set_aside_and_the_show_goes_on() -> None:
    world = frame("a", "b", "c")
    world.card.damaged.add(stored_item("b").item_id)
    world.card.damaged.add(stored_item("c").item_id)
    world.run_for(60.0)
    assert world.current == "a"
    world = frame("a", "b", "c")
    world.run_for(5.0)
    world.card.damaged.add(stored_item("c").item_id)
    world.run_for(120.0)
    assert set(world.card.stored) == {"a", "b"}
    assert world.card.hidden == set()


def test_a_damaged_file_on_a_card_that_cannot_be_written_makes_no_loop() -> None:
    world = frame("a")
    world = frame("a", "b")
    world.card.damaged |= {stored_item("a").item_id, stored_item("b").item_id}
    world.card.trouble = Unwritable("read-only")
    world.restart()
    world.run_for(600.0)
    assert len(world.asked(c.PrepareSlide)) < 2 * 600 / ahead.RETRY + 10
    world.card.trouble = None
    world.card.damaged.clear()
    world.run_for(60.0)
    assert world.current is not None


def test_a_catalog_that_cannot_draw_is_asked_again() -> None:
    world = frame("a", "b", "c")
    world.card.faults.add(c.DrawSlides, Unwritable("EIO"), times=5)
    world.run_for(120.0)
    assert set(world.shown[-3:]) == {"a", "b", "c"}


def test_answers_that_nobody_waits_for_change_nothing_and_their_pixels_are_dropped() -> None:
    world = frame("a", "b")
    (slide,) = world.state.show.ready
    before = world.state.show
    stray = evolve(slide, id=SlideId(99))
    commands = world.feed(e.SlidePrepared(answers=CommandId(777), slide=stray))
    assert commands == (c.DropSlide(id=commands[0].id, slide=stray),)
    world.feed(e.SlidesDrawn(answers=CommandId(777), drawn=()))
    world.feed(
        e.Failed(
            answers=CommandId(777),
            command=c.PrepareSlide(slide=slide, screen=Size(1, 1)),
            error=Unexpected("x"),
        )
    )
    assert world.state.show == before


# Verbs. ---------------------------------------------------------------------------------------------------------------


def test_next_comes_at_once_also_during_a_fade() -> None:
    world = frame("a", "b", "c")
    world.ask(e.Verb.NEXT)
    world.run_for(1.1)
    assert world.current == "b"
    world.ask(e.Verb.NEXT)
    world.run_for(0.4)
    assert world.scene.incoming is not None
    world.ask(e.Verb.NEXT)
    assert world.current == "c"


def test_next_with_one_picture_changes_nothing() -> None:
    world = frame("a")
    world.ask(e.Verb.NEXT)
    world.run_for(60.0)
    assert world.shown == ["a"]
    assert world.run_for(3600.0) <= 1  # the look at the room on the card


def test_previous_goes_back_over_what_was_shown_and_next_forward_again() -> None:
    world = frame("a", "b", "c", "d")
    for _ in range(2):
        world.ask(e.Verb.NEXT)
        world.run_for(1.1)
    assert world.current == "c"
    world.ask(e.Verb.PREVIOUS)
    world.run_for(1.1)
    assert world.current == "b"
    world.ask(e.Verb.PREVIOUS)
    world.run_for(1.1)
    assert world.current == "a"
    world.ask(e.Verb.PREVIOUS)
    world.run_for(1.1)
    assert world.current == "a"
    world.ask(e.Verb.NEXT)
    world.run_for(1.1)
    assert world.current == "b"


def test_previous_during_a_fade_goes_back_to_the_picture_that_was_leaving() -> None:
    world = frame("a", "b", "c")
    world.ask(e.Verb.NEXT)
    world.run_for(0.4)
    world.ask(e.Verb.PREVIOUS)
    world.run_for(1.1)
    assert world.current == "a"


def test_previous_remembers_fifty_slides() -> None:
    world = frame(*(f"item-{n:02}" for n in range(60)), settings=NO_FADE)
    world.run_for(590.0)
    assert len(world.state.show.history) == slideshow.REMEMBERED


def test_a_previous_that_cannot_be_prepared_leaves_what_is_there() -> None:
    world = frame("a", "b", "c")
    world.ask(e.Verb.NEXT)
    world.run_for(1.1)
    world.decoder.faults.add(c.PrepareSlide, Unwritable("EIO"))
    world.ask(e.Verb.PREVIOUS)
    world.settle()
    assert world.current == "b"
    world.run_for(30.0)
    assert world.current is not None


def test_pause_holds_the_picture_until_resume() -> None:
    world = frame("a", "b")
    world.run_for(5.0)
    world.ask(e.Verb.PAUSE)
    assert world.run_for(3600.0) <= 1  # the look at the room on the card
    assert world.current == "a"
    world.ask(e.Verb.RESUME)
    world.run_for(9.0)
    assert world.current == "a"
    world.run_for(3.0)
    assert world.current == "b"


def test_next_works_while_paused_and_the_pause_stays() -> None:
    world = frame("a", "b")
    world.ask(e.Verb.PAUSE)
    world.ask(e.Verb.NEXT)
    world.run_for(2.0)
    assert world.current == "b"
    world.run_for(3600.0)
    assert world.current == "b"
    assert world.state.show.paused


def test_a_hidden_picture_leaves_at_once_and_never_comes_back() -> None:
    world = frame("a", "b", "c")
    world.ask(e.Verb.HIDE)
    world.run_for(1.1)
    assert world.current == "b"
    world.ask(e.Verb.PREVIOUS)
    world.run_for(600.0)
    assert world.shown.count("a") == 1  # type: ignore[arg-type]
    assert world.card.hidden == {"a"}


def test_hide_during_a_fade_means_the_picture_that_comes_in() -> None:
    world = frame("a", "b", "c")
    world.ask(e.Verb.NEXT)
    world.run_for(0.4)
    world.ask(e.Verb.HIDE)
    assert world.current == "a"
    world.run_for(600.0)
    assert "b" not in world.shown
    assert world.card.hidden == {"b"}


def test_hide_while_paused_moves_on_once() -> None:
    world = frame("a", "b", "c")
    world.ask(e.Verb.PAUSE)
    world.ask(e.Verb.HIDE)
    world.run_for(600.0)
    assert world.current == "b"


def test_hide_with_nothing_on_the_screen_hides_nothing() -> None:
    world = World()
    world.ask(e.Verb.HIDE)
    world.settle()
    assert not world.asked(c.HideItems)


def test_hiding_the_last_picture_empties_the_screen() -> None:
    world = frame("a")
    world.ask(e.Verb.HIDE)
    world.settle()
    assert world.current is None
    assert world.scene.card is not None
    assert world.word == "signing_in"


def test_a_picture_that_is_hidden_on_a_card_that_cannot_be_written_is_hidden_later() -> None:
    world = frame("a", "b")
    world.card.faults.add(c.HideItems, Unwritable("read-only"), times=2)
    world.ask(e.Verb.HIDE)
    world.run_for(120.0)
    assert world.card.hidden == {"a"}


def test_previous_after_hide_does_not_put_the_hidden_picture_in_the_queue() -> None:
    world = frame("a", "b", "c")
    world.ask(e.Verb.NEXT)
    world.elapsed += 1.0
    world.decoder.faults.add(c.PrepareSlide, Unwritable("EIO"))
    world.feed(e.DeadlineReached())
    world.settle()
    assert (world.current, world.state.show.ready) == ("b", ())
    world.ask(e.Verb.HIDE)
    world.ask(e.Verb.PREVIOUS)
    assert all(item.item_id != "b" for group in world.state.show.upcoming for item in group)
    world.run_for(60.0)
    assert world.shown.count("b") == 1  # type: ignore[arg-type]


# Changes of the card and of the screen. -------------------------------------------------------------------------------


def test_a_new_pick_shows_its_first_picture_at_once() -> None:
    world = with_pictures("a", "b")
    world.run_for(15.0)
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose("new-1", "new-2", "new-3")
    done = world.elapsed
    world.run_until(lambda w: str(w.current).startswith("new"))
    assert world.elapsed - done < 5.0 + 1.0 + 1.1


def test_a_new_pick_that_arrives_during_a_fade_lets_it_end_first() -> None:
    world = with_pictures("a", "b")
    world.run_until(lambda w: w.state.show.fading_since is not None)
    incoming = world.state.show.ready
    turn_before = world.state
    state = evolve(
        turn_before,
        downloads=evolve(turn_before.downloads, stored=1, pick_id=PickId(9)),
    )
    world.state = state
    world.feed(e.DeadlineReached())
    assert world.state.show.ready == incoming
    assert world.state.announced != 9
    world.run_for(1.1)
    assert world.state.announced == 9


def test_an_evicted_picture_leaves_the_queue_the_history_and_then_the_screen() -> None:
    world = frame("a", "b", "c", "d")
    world.ask(e.Verb.NEXT)
    world.run_for(1.1)
    for name in ("a", "b", "c"):
        world.card._remove((stored_item(name).item_id,))
    ids = tuple(stored_item(name).item_id for name in ("a", "b", "c"))
    world.feed(e.Evicted(item_ids=ids, counts=Counts(1, 1)))
    world.run_for(2.0)
    assert world.current == "d"
    assert world.state.show.history == ()


def test_a_resize_prepares_the_present_picture_again_without_a_transition() -> None:
    world = frame("a", "b")
    old = world.scene.current
    world.feed(e.ScreenResized(screen=Size(800, 480)))
    assert world.scene.current == old
    world.settle()
    assert world.current == "a"
    assert world.scene.current != old
    assert world.shown == ["a"]
    prepares = [each for each in world.asked(c.PrepareSlide) if isinstance(each, c.PrepareSlide)]
    assert prepares[-1].screen == Size(800, 480)


def test_a_resize_during_a_fade_or_without_a_picture_or_before_the_start_is_harmless() -> None:
    world = frame("a", "b")
    world.ask(e.Verb.NEXT)
    world.run_for(0.3)
    world.feed(e.ScreenResized(screen=Size(800, 480)))
    assert world.current == "b"
    world.settle()
    empty = World(start=False)
    empty.feed(e.ScreenResized(screen=Size(800, 480)))
    empty.settle()
    empty.feed(e.ScreenResized(screen=Size(640, 480)))
    empty.settle()
    assert empty.state.settings.screen == Size(640, 480)
    assert empty.current is None


def test_a_resize_that_cannot_be_prepared_keeps_the_old_pixels() -> None:
    world = frame("a", "b")
    world.decoder.faults.add(c.PrepareSlide, Unwritable("EIO"))
    world.feed(e.ScreenResized(screen=Size(800, 480)))
    world.settle()
    assert world.current == "a"
    world.run_for(60.0)
    assert len(world.shown) > 3


def test_a_hidden_picture_is_not_fitted_to_another_screen() -> None:
    world = frame("a", "b")
    world.ask(e.Verb.HIDE)
    world.work("disk")
    world.feed(e.ScreenResized(screen=Size(800, 480)))
    world.run_for(5.0)
    assert world.current == "b"
    assert not world.asked(c.SetAside)


def test_the_show_that_draws_nothing_more_starts_again_when_something_is_stored() -> None:
    world = with_pictures("a")
    world.run_for(600.0)
    world.ask(e.Verb.PICK)
    world.settle()
    world.pick("b")
    world.run_for(30.0)
    assert {"a", "b"} == set(world.shown[-2:])


# Motion, and how soon a picture may follow another. -------------------------------------------------------------------

GENTLE = evolve(SETTINGS, style=Style(motion=Motion.GENTLE, travel=0.3))


def test_a_picture_moves_from_when_it_comes_in_until_it_has_gone() -> None:
    world = frame("a", "b", settings=GENTLE)
    assert world.scene.motion == 0.0
    world.run_for(6.0)
    assert world.scene.motion == pytest.approx(0.5)
    world.run_for(4.5)
    half_way = world.scene
    assert half_way.incoming is not None
    assert 0.9 < half_way.motion < 1.0
    assert half_way.incoming_motion == slideshow.motion(0.0, 0.5, GENTLE)
    world.run_for(1.0)
    assert world.current == "b"
    assert world.scene.motion == slideshow.motion(0.0, 1.5, GENTLE)


def test_the_view_goes_on_without_a_jump_when_a_transition_ends_or_is_cut_short() -> None:
    world = frame("a", "b", "c", settings=GENTLE)
    world.run_for(10.4)
    coming = world.scene.incoming_motion
    assert coming > 0.0
    world.ask(e.Verb.NEXT)
    assert world.current == "b"
    assert world.scene.motion == pytest.approx(coming)


def test_a_picture_that_stays_comes_to_rest_and_then_costs_nothing() -> None:
    world = frame("a", "b", settings=GENTLE)
    world.ask(e.Verb.PAUSE)
    assert animating(world.state, world.now.monotonic)
    world.run_for(12.1)
    assert (world.current, world.scene.motion) == ("a", 1.0)
    assert not animating(world.state, world.now.monotonic)


def test_without_motion_no_view_moves_and_every_scene_of_a_still_is_equal() -> None:
    world = frame("a", "b")
    still = world.scene
    world.run_for(9.0)
    assert world.scene == still
    assert not animating(world.state, world.now.monotonic)


def test_a_screen_that_cannot_move_a_picture_hangs_it_still() -> None:
    world = frame("a", "b", settings=GENTLE)
    world.feed(e.ScreenResized(screen=Size(800, 480), moves=False))
    world.settle()
    (*_, prepared) = (each for each in world.asked(c.PrepareSlide) if isinstance(each, c.PrepareSlide))
    assert prepared.style == still(GENTLE.style)
    assert not animating(world.state, world.now.monotonic)
    world.feed(e.ScreenResized(screen=Size(640, 480), moves=True))
    assert world.state.settings.style == still(GENTLE.style)


@pytest.mark.parametrize(
    ("kind", "most"), [(Transition.CROSSFADE, 6), (Transition.DISSOLVE, 3), (Transition.PUSH, 2)]
)
@pytest.mark.parametrize("transition", [0.0, 0.1])
def test_no_second_has_more_changes_of_the_picture_than_three_flashes_are(
    kind: Transition, most: int, transition: float
) -> None:
    quick = evolve(SETTINGS, dwell=Seconds(0.1), transition=Seconds(transition), kind=kind)
    world = frame("a", "b", "c", settings=quick)
    changes: list[float] = []
    for _ in range(400):
        before = world.state.show.changed
        world.ask(e.Verb.NEXT)
        world.run_for(0.02)
        if world.state.show.changed != before:
            changes.append(world.elapsed)
    assert len(changes) > 15
    assert all(later - earlier >= 1.0 for earlier, later in zip(changes, changes[most:], strict=False))


def test_a_next_that_came_too_soon_comes_as_soon_as_it_may_even_while_paused() -> None:
    world = frame("a", "b", "c", settings=NO_FADE)
    world.ask(e.Verb.NEXT)
    assert world.current == "b"
    world.ask(e.Verb.PAUSE)
    world.settle()
    world.ask(e.Verb.NEXT)
    assert world.current == "b"
    world.run_for(slideshow.SOONEST)
    assert world.current == "c"
    world.run_for(60.0)
    assert world.current == "c"


def test_the_transition_of_the_settings_is_in_the_scene() -> None:
    world = frame("a", "b", settings=evolve(SETTINGS, kind=Transition.PUSH))
    world.run_for(10.5)
    assert world.scene.kind is Transition.PUSH
