"""The menu, the keys and the fingers that it is worked by, and what it says."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core import menu, pages, words
from kiosk.core.access import Access
from kiosk.core.events import Entry, Gesture, Verb
from kiosk.core.model import NEVER, Seconds, Size
from kiosk.core.picking import Creating, Idle
from kiosk.core.scene import Mark
from kiosk.core.signin import Declined, Waiting
from kiosk.core.state import LastError, Page
from kiosk.core.touch import SWIPES
from kiosk.errors import Unexpected
from tests.conftest import RUN_ALL
from tests.core.test_pairs import hangs, uprights
from tests.core.test_sleeping import at_night
from tests.core.test_slideshow import frame
from tests.core.world import FACTS, SETTINGS, TODAY, World, with_pictures

SLOW = evolve(SETTINGS, dwell=Seconds(20.0))
LEAD = (Entry.PICK, Entry.HIDE, Entry.PAUSE, Entry.SLEEP, Entry.INFO)
"""Of a frame that shows pictures; then what depends on the account, and Entry.CLOSE."""


def press(world: World, *verbs: Verb) -> None:
    for verb in verbs:
        world.ask(verb, key=True)


def touch(world: World, gesture: Gesture, entry: Entry | None = None) -> None:
    world.feed(e.Touched(gesture=gesture, entry=entry))


def at(world: World) -> Entry | None:
    """What the focus is on; None while the menu is closed."""
    said = world.scene.menu
    assert said is None or said.focus in [choice.entry for choice in said.choices]
    return said.focus if said else None


def choose(world: World, entry: Entry) -> None:
    """By keys: open the menu if need be, go down to this line, OK."""
    if at(world) is None:
        press(world, Verb.OK)
    for _ in range(20):
        if at(world) is entry:
            return press(world, Verb.OK)
        press(world, Verb.DOWN)
    raise AssertionError(f"{entry} is not in {world.scene.menu}")


def open_at(page: Page, world: World | None = None) -> World:
    world = world or with_pictures("a", "b")
    choose(world, {Page.DISCONNECT: Entry.DISCONNECT, Page.INFO: Entry.INFO}[page])
    return world


# Opening, moving, closing. --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [Verb.MENU, Verb.OK])
def test_a_key_opens_the_menu_over_the_picture_and_the_first_line_has_the_focus(verb: Verb) -> None:
    world = with_pictures("a", "b")
    press(world, verb)
    assert menu.entries(world.state) == (*LEAD, Entry.DISCONNECT, Entry.CLOSE)
    assert at(world) is Entry.PICK
    assert world.scene.current is not None


def test_the_focus_goes_round_both_ways() -> None:
    world = with_pictures("a")
    press(world, Verb.MENU, Verb.UP)
    assert at(world) is Entry.CLOSE
    press(world, Verb.DOWN, Verb.DOWN)
    assert at(world) is Entry.HIDE
    press(world, Verb.PREVIOUS)
    assert at(world) is Entry.PICK


def test_next_and_play_alone_reach_every_line() -> None:
    world = with_pictures("a")
    press(world, Verb.OK)
    seen = []
    for _ in menu.entries(world.state):
        seen.append(at(world))
        press(world, Verb.NEXT)
    assert tuple(seen) == menu.entries(world.state)
    press(world, *(Verb.NEXT,) * seen.index(Entry.INFO), Verb.PLAY_PAUSE)
    assert world.state.menu is not None
    assert world.state.menu.page is Page.INFO


@pytest.mark.parametrize("verb", [Verb.MENU, Verb.CANCEL])
def test_the_same_key_or_back_closes_it(verb: Verb) -> None:
    world = with_pictures("a")
    press(world, Verb.MENU, verb)
    assert world.scene.menu is None


def test_nobody_has_to_answer() -> None:
    world = frame("a", "b")
    press(world, Verb.MENU)
    world.run_for(menu.SECONDS - 0.1)
    assert at(world) is not None
    press(world, Verb.DOWN)
    world.run_for(menu.SECONDS - 0.1)
    assert at(world) is not None
    world.run_for(0.2)
    assert at(world) is None


def test_the_picture_stays_while_the_menu_is_open_and_a_breath_longer() -> None:
    world = frame("a", "b", "c", settings=SLOW)
    world.run_for(19.0)
    before, shown = world.current, len(world.shown)
    press(world, Verb.MENU)
    world.run_for(menu.SECONDS + menu.BREATH - 0.1)
    assert (world.current, len(world.shown)) == (before, shown)
    world.run_for(2.0)
    assert len(world.shown) > shown


def test_a_new_pick_waits_for_the_menu_and_comes_at_once_behind_it() -> None:
    world = with_pictures("a")
    press(world, Verb.PICK)
    world.settle()
    press(world, Verb.MENU)
    world.google.choose("new")
    world.run_for(20.0)
    assert world.current == "a"
    press(world, Verb.CANCEL)
    world.run_for(1.5)
    assert world.current == "new"


@pytest.mark.parametrize("verb", [Verb.PICK, Verb.HIDE, Verb.SLEEP, Verb.SIGN_OUT])
def test_whatever_else_is_asked_for_closes_it_and_is_done(verb: Verb) -> None:
    world = with_pictures("a", "b")
    press(world, Verb.MENU, verb)
    world.settle()
    assert world.state.menu is None
    done = {
        Verb.PICK: not isinstance(world.state.picking.phase, Idle),
        Verb.HIDE: bool(world.asked(c.HideItems)),
        Verb.SLEEP: world.state.sleep.asleep,
        Verb.SIGN_OUT: bool(world.asked(c.WipeEverything)) or world.state.leaving is not None,
    }
    assert done[verb]


def test_what_the_socket_asks_for_is_not_the_menus() -> None:
    world = with_pictures("a", "b")
    press(world, Verb.MENU)
    world.ask(Verb.NEXT)
    assert world.state.menu is None
    world.run_for(1.5)
    assert world.current == "b"


def test_a_key_in_the_dark_opens_nothing_and_falling_asleep_closes_it() -> None:
    world = at_night()
    press(world, Verb.MENU)
    assert not world.state.sleep.asleep
    assert world.state.menu is None
    press(world, Verb.MENU)
    world.ask(Verb.SLEEP)
    assert world.state.sleep.asleep
    assert world.state.menu is None


def test_up_and_down_mean_nothing_to_a_picture() -> None:
    world = frame("a", "b")
    assert (menu.entries(world.state), menu.focus(world.state), pages.page(world.state)) == ((), None, None)
    press(world, Verb.UP, Verb.DOWN)
    assert world.state.menu is None
    assert world.current == "a"


def test_before_the_card_is_read_there_is_what_needs_no_card() -> None:
    world = World(start=False)
    press(world, Verb.MENU)
    assert menu.entries(world.state) == (Entry.SLEEP, Entry.INFO, Entry.CLOSE)
    choose(world, Entry.INFO)
    world.work("decode")
    said = world.scene.menu
    assert said is not None
    assert [fact.name for fact in said.facts] == [words.INFO_ADDRESS, words.INFO_FREE, words.INFO_VERSION]
    press(world, Verb.PICK)
    assert not world.asked(c.RequestDeviceCode)


def test_while_the_frame_is_erased_there_is_no_menu() -> None:
    world = with_pictures("a")
    press(world, Verb.MENU)
    world.ask(Verb.SIGN_OUT)
    press(world, Verb.MENU)
    touch(world, Gesture.HOLD)
    assert world.state.leaving is not None
    assert world.state.menu is None


# What a choice means. -------------------------------------------------------------------------------------------------


def test_choose_photos_asks_google_and_then_there_is_a_way_to_stop_it() -> None:
    world = with_pictures("a")
    choose(world, Entry.PICK)
    assert isinstance(world.state.picking.phase, Creating)
    world.settle()
    assert world.scene.card is not None
    assert world.scene.card.qr
    choose(world, Entry.STOP)
    assert world.scene.card is None
    world.google.choose("b")


def test_a_sign_in_under_way_can_be_stopped_where_there_are_pictures_and_not_where_there_are_none() -> None:
    world = with_pictures("a")
    world.ask(Verb.SIGN_IN)
    world.settle()
    press(world, Verb.MENU)
    assert Entry.STOP in menu.entries(world.state)
    empty = World()
    press(empty, Verb.MENU)
    assert menu.entries(empty.state) == (Entry.PICK, Entry.SLEEP, Entry.INFO, Entry.CLOSE)


def test_while_photos_arrive_the_menu_does_not_offer_to_choose() -> None:
    world = with_pictures("a")
    world.ask(Verb.PICK)
    world.settle()
    world.google.choose("b", "c")
    while not world.queues["fetch"]:
        world.advance(1.0)
        for worker in ("google", "disk"):
            world.work(worker)
    press(world, Verb.MENU)
    assert not {Entry.PICK, Entry.STOP} & set(menu.entries(world.state))


def test_while_something_is_still_to_be_fetched_the_menu_leads_to_the_sign_in_that_it_waits_for() -> None:
    world = with_pictures("a", settings=evolve(SETTINGS, keep_signed_in=False))
    world.ask(Verb.PICK)
    world.sign_in()
    world.restart()
    world.run_for(60.0)
    assert world.scene.badge is not None
    assert world.scene.badge.text == words.SIGN_IN_BADGE
    press(world, Verb.OK)
    assert at(world) is Entry.PICK
    press(world, Verb.OK)
    world.settle()
    assert isinstance(world.state.signin, Waiting)


def test_after_a_refused_sign_in_the_menu_asks_for_a_new_code_although_somebody_is_signed_in() -> None:
    world = with_pictures("a")
    world.ask(Verb.SIGN_IN)
    world.settle()
    world.google.person = "deny"
    world.run_until(lambda w: isinstance(w.state.signin, Declined))
    assert world.scene.card is not None
    assert world.scene.card.status == words.NEW_CODE_BY_OK
    world.google.person = "wait"
    press(world, Verb.OK)
    assert at(world) is Entry.PICK
    press(world, Verb.OK)
    world.settle()
    assert isinstance(world.state.signin, Waiting)


def test_a_pick_under_way_can_be_disconnected_as_its_card_says() -> None:
    world = World()
    world.sign_in()
    world.settle()
    assert world.scene.card is not None
    assert world.scene.card.footnote == words.PICK_KEPT
    world.state = evolve(world.state, access=Access())
    press(world, Verb.OK)
    assert Entry.DISCONNECT in menu.entries(world.state)


def test_hide_this_photo_hides_the_one_that_was_on_the_screen() -> None:
    world = frame("a", "b", "c", settings=SLOW)
    choose(world, Entry.HIDE)
    (hidden,) = world.asked(c.HideItems)
    assert hidden == evolve(hidden, item_ids=("a",))
    world.run_for(1.5)
    assert world.current == "b"


@pytest.mark.parametrize(
    ("entry", "hidden"), [(Entry.FIRST, "a"), (Entry.SECOND, "b"), (Entry.BOTH, "ab"), (Entry.BACK, "")]
)
def test_of_a_pair_the_menu_asks_which(entry: Entry, hidden: str) -> None:
    world = uprights("abcd")
    assert hangs(world) == "ab"
    choose(world, Entry.HIDE)
    assert world.state.menu is not None
    assert world.state.menu.page is Page.WHICH
    choose(world, entry)
    asked = [item for command in world.asked(c.HideItems) for item in command.item_ids]  # type: ignore[attr-defined]
    assert "".join(asked) == hidden
    assert at(world) is (Entry.HIDE if entry is Entry.BACK else None)


def test_on_a_tall_screen_one_is_above_the_other() -> None:
    world = uprights("ab")
    choose(world, Entry.HIDE)
    said = pages.page(evolve(world.state, settings=evolve(world.state.settings, screen=Size(1080, 1920))))
    assert said is not None
    assert [choice.text for choice in said.choices[:2]] == [words.MENU_UPPER, words.MENU_LOWER]


def test_pause_and_go_on_take_turns_and_the_play_key_does_the_same() -> None:
    world = frame("a", "b")
    choose(world, Entry.PAUSE)
    assert world.state.show.paused
    choose(world, Entry.RESUME)
    assert not world.state.show.paused
    press(world, Verb.PLAY_PAUSE)
    assert world.state.show.paused
    press(world, Verb.PLAY_PAUSE)
    assert not world.state.show.paused


def test_the_menu_turns_off_the_screen() -> None:
    world = frame("a")
    choose(world, Entry.SLEEP)
    assert world.state.sleep.asleep


def test_disconnect_asks_first_and_the_harmless_answer_has_the_focus() -> None:
    world = open_at(Page.DISCONNECT)
    assert at(world) is Entry.BACK
    said = world.scene.menu
    assert said is not None
    assert (said.title, said.footnote) == (words.DISCONNECT_TITLE, words.DISCONNECT_NOTE)
    assert said.choices[0].text == words.MENU_KEEP
    press(world, Verb.OK)
    assert at(world) is Entry.DISCONNECT
    choose(world, Entry.DISCONNECT)
    choose(world, Entry.ERASE)
    world.run_until(lambda w: bool(w.asked(c.WipeEverything)))


def test_without_account_or_pictures_there_is_nothing_to_disconnect() -> None:
    world = World()
    press(world, Verb.MENU)
    assert Entry.DISCONNECT not in menu.entries(world.state)


def test_an_open_question_gives_way_to_the_menu() -> None:
    world = uprights("abcd")
    press(world, Verb.HIDE)
    assert world.state.show.question is not None
    press(world, Verb.MENU)
    assert world.state.show.question is None
    press(world, Verb.CANCEL)
    world.ask(Verb.SIGN_OUT, confirmed=False, key=True)
    assert world.state.confirm_until is not None
    press(world, Verb.MENU)
    assert world.state.confirm_until is None


# About this frame. ----------------------------------------------------------------------------------------------------


def test_the_info_page_tells_what_the_frame_and_its_machine_know() -> None:
    world = open_at(Page.INFO)
    world.settle()
    said = world.scene.menu
    assert said is not None
    assert [(fact.name, *fact.lines) for fact in said.facts] == [
        (words.INFO_PHOTOS, words.photos(2)),
        ("Google Photos", words.INFO_SIGNED_IN),
        (words.INFO_ADDRESS, FACTS.name, *FACTS.addresses),
        (words.INFO_FREE, "12 GB"),
        (words.INFO_VERSION, FACTS.version),
    ]
    world.run_for(menu.READING_SECONDS - 0.1)
    assert at(world) is Entry.BACK
    world.run_for(0.2)
    assert at(world) is None


def test_it_tells_the_last_error_and_when_that_was_and_admits_what_is_not_known() -> None:
    world = frame("a")
    world.state = evolve(world.state, last_error=LastError("No space left", TODAY))
    press(world, Verb.INFO)
    (asked,) = world.asked(c.LookUpFacts)
    said = world.scene.menu
    assert said is not None
    assert (said.facts[-1].lines, said.facts[-1].at) == (("No space left",), TODAY)
    assert words.INFO_SIGNED_OUT in said.facts[1].lines
    bare = evolve(FACTS, addresses=(), free=None)
    world.feed(e.FactsFound(answers=asked.id, facts=bare))
    said = world.scene.menu
    assert said is not None
    lines = {fact.name: fact.lines for fact in said.facts}
    assert lines[words.INFO_ADDRESS] == (words.INFO_NO_ADDRESS,)
    assert words.INFO_FREE not in lines


def test_the_facts_are_looked_up_anew_each_time_and_a_late_answer_changes_nothing() -> None:
    world = frame("a")
    press(world, Verb.INFO, Verb.INFO)
    assert len(world.asked(c.LookUpFacts)) == 1
    asked = world.asked(c.LookUpFacts)[0]
    press(world, Verb.MENU)
    world.feed(e.FactsFound(answers=asked.id, facts=FACTS))
    assert world.state.menu is None
    press(world, Verb.INFO)
    assert len(world.asked(c.LookUpFacts)) == 2
    assert world.state.menu is not None
    world.feed(e.FactsFound(answers=asked.id, facts=FACTS))
    assert world.state.menu.facts is None


def test_facts_that_cannot_be_found_are_left_out() -> None:
    world = frame("a")
    press(world, Verb.INFO)
    (asked,) = world.asked(c.LookUpFacts)
    world.feed(e.Failed(answers=asked.id, command=asked, error=Unexpected("no end of LookUpFacts")))
    said = world.scene.menu
    assert said is not None
    assert [fact.name for fact in said.facts] == [words.INFO_PHOTOS, "Google Photos", words.INFO_ERROR]


def test_little_room_is_told_in_megabytes() -> None:
    assert words.free_space(9_999_999_999) == "9999 MB"
    assert words.free_space(10_000_000_000) == "10 GB"


# Fingers. -------------------------------------------------------------------------------------------------------------


def test_the_pictures_follow_the_finger() -> None:
    world = frame("a", "b", "c", settings=SLOW)
    touch(world, Gesture.LEFT)
    world.run_for(1.5)
    assert world.current == "b"
    touch(world, Gesture.RIGHT)
    world.run_for(1.5)
    assert world.current == "a"
    assert {asked.verb for asked in SWIPES.values()} == {Verb.NEXT, Verb.PREVIOUS}


def test_a_tap_changes_nothing_and_says_how_to_go_on() -> None:
    world = with_pictures("a", "b", settings=SLOW)
    before = world.current
    touch(world, Gesture.TAP)
    badge = world.scene.badge
    assert badge is not None
    assert (badge.mark, badge.text) == (Mark.TOUCH, words.TOUCH_HINT)
    world.run_for(menu.HINT_SECONDS + 0.1)
    assert world.scene.badge is None
    assert world.state.hint_until == NEVER
    assert world.current == before


@pytest.mark.parametrize("gesture", [Gesture.UP, Gesture.DOWN])
def test_up_and_down_mean_nothing_to_a_finger_either(gesture: Gesture) -> None:
    world = with_pictures("a", "b", settings=SLOW)
    before = world.current
    touch(world, gesture)
    world.run_for(2.0)
    assert (world.current, world.scene.menu, world.state.hint_until) == (before, None, NEVER)


def test_a_finger_that_stays_opens_the_menu_and_the_hint_goes() -> None:
    world = frame("a")
    touch(world, Gesture.TAP)
    touch(world, Gesture.HOLD)
    assert at(world) is Entry.PICK
    assert world.state.hint_until == NEVER


@pytest.mark.parametrize("gesture", [Gesture.TAP, Gesture.HOLD])
def test_the_line_under_the_finger_is_chosen(gesture: Gesture) -> None:
    world = frame("a", "b")
    press(world, Verb.MENU)
    touch(world, gesture, Entry.PAUSE)
    assert world.state.show.paused
    assert world.state.menu is None
    press(world, Verb.MENU)
    touch(world, gesture, Entry.INFO)
    assert at(world) is Entry.BACK


@pytest.mark.parametrize(
    ("gesture", "entry"), [(Gesture.TAP, None), (Gesture.LEFT, Entry.HIDE), (Gesture.DOWN, None)]
)
def test_any_other_touch_closes_the_menu(gesture: Gesture, entry: Entry | None) -> None:
    world = frame("a", "b", settings=SLOW)
    press(world, Verb.MENU)
    touch(world, gesture, entry)
    world.run_for(2.0)
    assert (world.state.menu, world.current) == (None, "a")


def test_a_line_that_is_not_there_any_more_is_not_chosen() -> None:
    world = frame("a")
    press(world, Verb.MENU)
    touch(world, Gesture.TAP, Entry.ERASE)
    assert not world.asked(c.WipeEverything)
    assert at(world) is Entry.PICK
    closed = menu.choose(evolve(world.state, menu=None), Entry.PICK, None)  # type: ignore[arg-type]
    assert closed[1] is None


@pytest.mark.parametrize("gesture", list(Gesture))
def test_in_the_dark_a_touch_lights_the_screen_and_that_is_all(gesture: Gesture) -> None:
    world = at_night()
    before = world.current
    touch(world, gesture)
    assert not world.state.sleep.asleep
    assert (world.state.menu, world.state.hint_until) == (None, NEVER)
    world.run_for(1.5)
    assert world.current == before


def test_a_finger_takes_away_a_question_that_only_keys_can_answer() -> None:
    world = uprights("abcd")
    press(world, Verb.HIDE)
    touch(world, Gesture.LEFT)
    assert world.state.show.question is None
    assert not world.asked(c.HideItems)
    world.ask(Verb.SIGN_OUT, confirmed=False, key=True)
    touch(world, Gesture.TAP)
    assert (world.state.confirm_until, world.state.leaving) == (None, None)
    assert hangs(world) == "ab"


def test_falling_asleep_takes_the_hint_along() -> None:
    world = frame("a")
    touch(world, Gesture.TAP)
    world.ask(Verb.SLEEP)
    assert world.state.hint_until == NEVER


@effort(max_examples=100 if RUN_ALL else 12, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.sampled_from([Verb.UP, Verb.DOWN, Verb.OK, Verb.OK, Verb.NEXT, Verb.CANCEL, Verb.INFO]),
            st.builds(
                lambda gesture, entry: e.Touched(gesture=gesture, entry=entry),
                st.sampled_from(list(Gesture)),
                st.sampled_from([None, *Entry]),
            ),
        ),
        max_size=25,
    )
)
def test_whatever_is_pressed_only_the_line_that_says_so_erases(steps: list[Verb | e.Touched]) -> None:
    world = with_pictures("a", "b", "c")
    for step in steps:
        said = world.scene.menu
        reached = {choice.entry for choice in said.choices} if said else set()
        erases = at(world) is Entry.ERASE if isinstance(step, Verb) else step.entry is Entry.ERASE
        if isinstance(step, Verb):
            press(world, step)
        else:
            world.feed(step)
        if world.state.leaving is not None:
            assert erases
            assert Entry.ERASE in reached
            return
        world.settle()
        at(world)  # the focus is on a line of the page
