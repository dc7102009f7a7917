"""What is fetched when, and what becomes of each fault."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from attrs import evolve

from kiosk.core import commands as c
from kiosk.core import consequences, downloads, picking, words
from kiosk.core import events as e
from kiosk.core.model import NEVER, CommandId, Counts, Deadline, PickId, Size
from kiosk.core.settings import PickMode
from kiosk.core.turn import QUOTA_RETRY, Turn
from kiosk.errors import (
    Busy,
    Corrupt,
    DiskFull,
    Gone,
    KioskError,
    Reason,
    Refused,
    StorageError,
    Unexpected,
    Unreachable,
    Unreadable,
    Unwritable,
)
from tests.core.dummies import Google, media_item, rendition
from tests.core.dummy_card import card_error
from tests.core.laws import Laws
from tests.core.world import SETTINGS, World, with_pictures

REPLACE = evolve(SETTINGS, mode=PickMode.REPLACE)


def picked(*names: str, google: Google | None = None) -> World:
    """The person has tapped Done; nothing is listed yet."""
    world = World(google=google or Google())
    world.sign_in()
    world.google.choose(*names)
    return world


def fetches(world: World) -> list[tuple[float, str]]:
    return [(at, command.item.id) for at, command in world.log if isinstance(command, c.FetchRendition)]


def fetching(world: World) -> None:
    """Live until downloads are under way and none is answered."""
    while not world.queues["fetch"]:
        if not (world.work("disk") or world.work("google")):
            world.elapsed += 1.0
            world.feed(e.DeadlineReached())


class Lawless(Laws):
    """What the laws cost is not the machine's."""

    def check(self, *_: object) -> None:
        pass


def until_stored(world: World, count: int) -> None:
    world.run_until(lambda w: len(w.card.stored) == count)


def test_all_that_was_picked_is_stored_four_at_a_time() -> None:
    world = picked(*(f"item-{n:02}" for n in range(11)))
    world.run_until(lambda w: bool(w.queues["fetch"]) or len(w.card.stored) == 11)
    until_stored(world, 11)
    assert world.state.downloads.stored == 11
    assert world.state.downloads.total == 11
    assert world.word == "showing"


def test_four_downloads_are_under_way_at_once() -> None:
    world = picked(*"abcdefgh")
    most = 0
    for _ in range(200):
        most = max(most, sum(isinstance(each, c.FetchRendition) for each in world.out.values()))
        if not any(world.work(worker) for worker in ("disk", "google", "decode")) and not world.work("fetch"):
            world.elapsed += 1.0
            world.feed(e.DeadlineReached())
    assert most == downloads.AT_ONCE
    assert len(world.card.stored) == 8


def test_the_first_picture_appears_as_soon_as_it_is_stored() -> None:
    world = picked(*"abcdefgh")
    while world.current is None:
        if not any(world.work(worker) for worker in ("disk", "google", "decode")) and not world.work("fetch"):
            world.elapsed += 0.25
            world.feed(e.DeadlineReached())
    assert len(world.card.stored) == 1


def test_two_thousand_items_are_no_trouble() -> None:
    world = picked(*(f"item-{n:04}" for n in range(2000)))
    began = time.process_time()
    world.laws = Lawless()
    while len(world.card.stored) < 2000:
        if not any(world.work(worker) for worker in ("disk", "google", "decode", "fetch")):
            world.elapsed += 1.0
            world.feed(e.DeadlineReached())
    assert time.process_time() - began < 20.0


def test_an_item_that_is_on_the_card_already_is_not_fetched_again() -> None:
    world = with_pictures("a", "b")
    world.ask(e.Verb.PICK)
    world.settle()
    world.pick("a", "c")
    assert [name for _, name in fetches(world)] == ["a", "b", "c"]


def test_a_pick_of_nothing_new_ends_at_once() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose("a")
    world.run_until(lambda w: not w.google.sessions)
    assert set(world.card.stored) == {"a"}


def test_a_hidden_item_is_not_fetched_again() -> None:
    world = with_pictures("a", "b")
    world.ask(e.Verb.HIDE)
    world.settle()
    hidden = next(iter(world.card.hidden))
    world.ask(e.Verb.PICK)
    world.settle()
    world.pick("a", "b", "c")
    assert hidden not in world.card.stored
    assert world.state.counts.hidden == 1


def test_a_rendition_covers_the_screen_at_its_size() -> None:
    world = picked("a")
    world.feed(e.ScreenResized(screen=Size(800, 480)))
    until_stored(world, 1)
    (fetch,) = world.asked(c.FetchRendition)
    assert isinstance(fetch, c.FetchRendition)
    assert fetch.box == Size(960, 720)


# Faults. --------------------------------------------------------------------------------------------------------------


def test_unreadable_bytes_are_fetched_once_more_then_given_up() -> None:
    world = picked("a", "b")
    world.google.faults.add(c.FetchRendition, Unreadable("not a picture"), times=1)
    until_stored(world, 2)
    world = picked("a")
    world.google.faults.add(c.FetchRendition, Unreadable("not a picture"), times=None)
    world.run_until(lambda w: bool(w.card.given_up))
    assert len(fetches(world)) == downloads.UNREADABLE_TRIES
    assert world.state.downloads.failed == 1


@pytest.mark.parametrize(
    ("error", "least"),
    [
        (Unreachable("down"), downloads.FIRST_RETRY),
        (Busy("503"), downloads.FIRST_RETRY),
        (Busy("429", quota=True), QUOTA_RETRY),
        (Busy("503", 70.0), 70.0),
    ],
)
def test_a_fault_of_nobodys_holds_all_back_and_costs_no_picture(error: KioskError, least: float) -> None:
    world = picked(*"abcdef")
    world.google.faults.add(c.FetchRendition, error, times=30)
    until_stored(world, 6)
    times = sorted({at for at, _ in fetches(world)})
    assert times[1] - times[0] >= least
    assert max(after - before for before, after in pairwise(times)) <= 1.5 * max(300.0, least)
    assert not world.card.given_up


@pytest.mark.parametrize("error", [Unexpected("odd"), Refused(Reason.OTHER)])
def test_an_item_that_google_keeps_refusing_is_given_up(error: KioskError) -> None:
    world = picked("a")
    world.google.faults.add(c.FetchRendition, error, times=None)
    world.run_until(lambda w: bool(w.card.given_up))
    assert len(fetches(world)) == downloads.MOST_TRIES
    world.settle()
    assert world.google.made[0].id not in world.google.sessions


def test_dead_base_urls_are_listed_again_and_nothing_is_lost() -> None:
    world = picked(*"abcdef")
    fetching(world)
    world.google.expire_base_urls()
    until_stored(world, 6)
    assert len(world.asked(c.ListMediaItems)) == 2
    assert not world.card.given_up


def test_base_urls_older_than_fifty_minutes_are_not_used() -> None:
    world = picked(*(f"item-{n}" for n in range(9)))
    world.google.faults.add(c.FetchRendition, Unreachable("down"), times=100)
    world.run_until(lambda w: len(w.card.stored) == 9, within=8 * 3600.0)
    assert len(world.asked(c.ListMediaItems)) > 1
    assert not world.card.given_up


def test_an_item_whose_base_url_is_always_dead_is_given_up_after_three_lists() -> None:
    world = picked("a")
    world.google.faults.add(c.FetchRendition, Gone("403 with a tile"), times=None)
    world.run_until(lambda w: bool(w.card.given_up))
    assert len(fetches(world)) == len(downloads.GONE_PAUSES) + 1
    assert len(world.asked(c.ListMediaItems)) == len(downloads.GONE_PAUSES) + 1


def test_what_the_new_list_no_longer_holds_is_given_up() -> None:
    world = picked("a", "b")
    fetching(world)
    world.elapsed += 60.0
    world.google.choose("b")
    world.google.expire_base_urls()
    world.run_until(lambda w: "b" in w.card.stored)
    world.settle()
    assert world.card.given_up == {"a"}


def test_a_download_that_fails_after_its_page_was_listed_again_is_not_lost() -> None:
    turn = Turn(World().now, SETTINGS, 1)
    old, new = media_item("a", "old"), media_item("a", "new")
    part = downloads.Downloads(pick_id=PickId(1))
    part = downloads.handle(part, e.ItemsAdded(pick_id=PickId(1), wanted=(old,), counts=Counts()), turn, ())
    part = downloads.tick(part, turn, ())
    ((command, _),) = part.fetching
    part = evolve(part, list_again=Deadline(turn.now.monotonic), relisting=True)
    later = Turn(evolve(turn.now, monotonic=turn.now.monotonic + 9.0), SETTINGS, 50)
    part = downloads.handle(part, e.ItemsAdded(pick_id=PickId(1), wanted=(new,), counts=Counts()), later, ())
    fetch = c.FetchRendition(item=old, pick_id=PickId(1), box=Size(1, 1))
    part = downloads.handle(part, e.Failed(answers=command, command=fetch, error=Gone("403")), later, ())
    assert not later.commands
    part = downloads.relisted(part, later)
    assert [want.item for want in part.queue] == [new]
    assert part.failed == 0


def test_a_session_lost_in_the_middle_gives_the_rest_up_and_keeps_what_is_there() -> None:
    world = picked(*"abcdef")
    while len(world.card.stored) < 2:
        if not any(world.work(worker) for worker in ("disk", "google", "decode")) and not world.work("fetch"):
            world.elapsed += 1.0
            world.feed(e.DeadlineReached())
    world.google.sessions.clear()
    world.run_for(60.0)
    assert 2 <= len(world.card.stored) < 6
    assert len(world.card.given_up) == 6 - len(world.card.stored)
    assert world.current is not None
    assert downloads.idle(world.state.downloads)


# The card. ------------------------------------------------------------------------------------------------------------


def test_a_full_card_makes_room_by_evicting_the_oldest_and_never_what_is_on_screen() -> None:
    world = with_pictures("a", "b", "c")
    world.card.room = 4
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose("d", "e")
    world.run_until(lambda w: not w.google.sessions)
    assert {"d", "e"} <= set(world.card.stored)
    assert len(world.card.stored) == 4
    assert world.state.downloads.full is None


def test_a_card_where_nothing_may_go_stops_with_a_note_and_gives_up_in_the_end() -> None:
    world = with_pictures("a")
    world.card.room = 1
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose("b", "c")
    world.run_for(300.0)
    assert isinstance(world.state.downloads.full, DiskFull)
    assert world.current == "a"
    assert world.scene.badge is not None
    world.run_for(downloads.ROOM_TRIES * downloads.ROOM_RETRY + 60.0)
    assert world.card.given_up == {"b", "c"}
    assert not world.google.sessions
    assert world.run_for(3600.0) <= 1  # the look at the room on the card


@pytest.mark.parametrize("error", [Unwritable("read-only"), DiskFull("full"), card_error()])
def test_a_card_that_cannot_store_costs_few_downloads_and_heals(error: StorageError) -> None:
    world = picked(*"abcdef")
    world.card.faults.add(c.StoreRendition, error, times=None)
    world.run_for(600.0)
    assert len(fetches(world)) <= 25
    world.card.faults.clear()
    until_stored(world, 6)
    assert world.state.downloads.full is None


@pytest.mark.parametrize("error", [DiskFull("full"), Corrupt(card_error().path, "short")])
def test_a_part_file_that_finds_no_room_is_like_a_store_that_finds_none(error: StorageError) -> None:
    world = picked("a", "b")
    world.google.faults.add(c.FetchRendition, error, times=2)
    until_stored(world, 2)
    assert world.asked(c.MakeRoom)


def test_a_store_that_fails_for_another_reason_is_tried_a_few_times() -> None:
    world = picked("a")
    world.card.faults.add(c.StoreRendition, Unexpected("a bug"), times=None)
    world.run_until(lambda w: bool(w.card.given_up))
    assert len(fetches(world)) == downloads.MOST_TRIES


def test_making_room_that_fails_for_another_reason_counts_as_a_full_card() -> None:
    world = picked("a")
    world.card.faults.add(c.StoreRendition, DiskFull("full"))
    world.card.faults.add(c.MakeRoom, Unexpected("a bug"))
    world.run_for(10.0)
    assert isinstance(world.state.downloads.full, DiskFull)
    until_stored(world, 1)


# Replace. -------------------------------------------------------------------------------------------------------------


def test_replace_takes_effect_with_the_first_new_picture() -> None:
    world = with_pictures("a", "b", settings=REPLACE)
    world.ask(e.Verb.PICK)
    world.settle()
    assert set(world.card.stored) == {"a", "b"}
    world.pick("b", "c", "d")
    assert set(world.card.stored) == {"b", "c", "d"}
    stores = [each for each in world.asked(c.StoreRendition) if isinstance(each, c.StoreRendition)]
    assert stores[2].replace
    world.run_for(120.0)
    assert world.current in {"b", "c", "d"}


def test_replace_by_pictures_that_are_all_there_lets_the_others_leave() -> None:
    world = with_pictures("a", "b", "c", settings=REPLACE)
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose("b")
    world.run_until(lambda w: not w.google.sessions)
    assert set(world.card.stored) == {"b"}
    world.run_for(30.0)
    assert world.current == "b"


def test_replace_by_pictures_of_which_none_arrives_keeps_the_old_ones() -> None:
    world = with_pictures("a", "b", settings=REPLACE)
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.faults.add(c.FetchRendition, Unreadable("not a picture"), times=None)
    world.google.choose("c")
    world.run_until(lambda w: not w.google.sessions)
    assert set(world.card.stored) == {"a", "b"}
    assert world.current is not None


# The small print. -----------------------------------------------------------------------------------------------------


def test_answers_that_nobody_waits_for_change_nothing() -> None:
    turn = Turn(World().now, SETTINGS, 1)
    part = downloads.Downloads(pick_id=PickId(1))
    item = media_item("a")
    fetch = c.FetchRendition(item=item, pick_id=PickId(1), box=Size(1, 1))
    store = c.StoreRendition(pick_id=PickId(1), rendition=rendition(item), replace=False, on_screen=())
    stray = CommandId(99)
    for event in (
        e.RenditionFetched(answers=stray, item=item, pick_id=PickId(1), rendition=rendition(item)),
        e.RenditionStored(
            answers=stray, pick_id=PickId(1), item=with_pictures("a").card.stored[item.id], counts=Counts()
        ),
        e.Failed(answers=stray, command=fetch, error=Gone("x")),
        e.Failed(answers=stray, command=store, error=DiskFull("x")),
        e.Evicted(answers=stray, item_ids=(), counts=Counts()),
    ):
        assert downloads.handle(part, event, turn, ()) is part
    assert not turn.commands


def test_a_download_of_an_earlier_pick_keeps_its_thread_until_it_answers() -> None:
    turn = Turn(World().now, SETTINGS, 1)
    part = downloads.Downloads(pick_id=PickId(1))
    names = [media_item(name) for name in "abcd"]
    part = downloads.handle(
        part, e.ItemsAdded(pick_id=PickId(1), wanted=tuple(names[:3]), counts=Counts()), turn, ()
    )
    part = downloads.tick(part, turn, ())
    old = [command for command, _ in part.fetching]
    part = downloads.handle(
        part, e.ItemsAdded(pick_id=PickId(2), wanted=tuple(names), counts=Counts()), turn, ()
    )
    part = downloads.tick(part, turn, ())
    assert len(part.fetching) == 1
    assert downloads.deadline(part) == NEVER
    got = e.RenditionFetched(answers=old[0], item=names[0], pick_id=PickId(1), rendition=rendition(names[0]))
    part = downloads.handle(part, got, turn, ())
    part = downloads.tick(part, turn, ())
    assert len(part.fetching) == 2
    assert len(part.void) == 2
    assert not part.storing


def test_an_item_that_is_wanted_twice_is_queued_once() -> None:
    turn = Turn(World().now, SETTINGS, 1)
    part = downloads.Downloads(pick_id=PickId(1))
    added = e.ItemsAdded(pick_id=PickId(1), wanted=tuple(media_item(n) for n in "abcdefg"), counts=Counts())
    part = downloads.tick(downloads.handle(part, added, turn, ()), turn, ())
    part = downloads.handle(part, added, turn, ())
    assert [want.item.id for want in part.queue] == ["e", "f", "g"]
    assert part.total == 7


def test_a_second_fault_during_a_hold_does_not_make_it_longer() -> None:
    turn = Turn(World().now, SETTINGS, 1)
    part = downloads._hold(downloads.Downloads(pick_id=PickId(1)), Unreachable("down"), turn)
    assert downloads._hold(part, Unreachable("down"), turn) is part


def test_what_is_left_of_a_choice_that_a_revocation_ended_is_given_up() -> None:
    world = picked(*"abcdefgh")
    world.run_until(lambda w: w.current is not None)
    turn = Turn(world.now, world.settings, 900)
    queue = (downloads.Want(media_item("z"), Deadline(0.0)),)
    state = evolve(
        world.state,
        picking=picking.Picking(),
        downloads=evolve(world.state.downloads, queue=queue, list_again=Deadline(0.0)),
    )
    assert downloads.idle(consequences._finish_pick(state, turn).downloads)


def test_a_refusal_of_all_base_urls_that_passes_in_two_minutes_loses_nothing() -> None:
    world = World()
    world.sign_in()
    world.google.choose("a", "b", "c")
    world.google.faults.add(c.FetchRendition, Gone("403"), times=None)
    world.run_for(20.0)
    world.google.faults.clear()
    world.run_until(lambda w: len(w.card.stored) == 3 and not w.google.sessions)
    assert world.state.counts.failed == 0


def test_an_item_without_an_address_that_may_be_asked_is_given_up_and_the_others_go_on() -> None:
    world = picked("a", "b", "c", google=Google(unaddressed={"a", "c"}))
    world.run_until(lambda w: not w.google.sessions)
    assert set(world.card.stored) == {"b"}
    assert world.card.given_up == {"a", "c"}
    assert [name for _, name in fetches(world)] == ["b"]
    given_up = [command for _, command in world.log if isinstance(command, c.GiveUp)]
    assert {command.why for command in given_up} == {downloads.NO_ADDRESS}
    assert (world.state.downloads.total, world.state.downloads.failed) == (3, 2)
    card = world.scene.card
    assert card is not None
    assert (card.title, card.body) == (words.PICK_LOST_TITLE, "2 of 3 photos could not be copied.")


def test_an_address_that_is_lost_in_a_new_list_ends_what_waits_and_not_what_is_under_way() -> None:
    world = picked(*"abcdefg")
    fetching(world)
    queued = [want.item.id for want in world.state.downloads.queue]
    under_way = [want.item.id for _, want in world.state.downloads.fetching]
    assert queued
    assert under_way
    world.google.unaddressed = set("abcdefg")
    world.google.expire_base_urls()
    world.run_until(lambda w: not w.google.sessions)
    assert world.card.given_up == set("abcdefg")
    assert world.state.downloads.failed == 7
    assert world.state.downloads.total == 7


def test_a_pick_of_which_nothing_could_be_had_says_so_before_a_new_one_begins() -> None:
    world = picked("a", "b", google=Google(unaddressed={"a", "b"}))
    world.run_until(lambda w: not w.google.sessions)
    card = world.scene.card
    assert card is not None
    assert (card.body, card.status) == ("2 of 2 photos could not be copied.", words.PICK_NEXT_CODE)
    world.run_for(picking.OUTCOME_SECONDS + 1)
    assert isinstance(world.state.picking.phase, picking.Choosing)


def test_what_could_not_be_had_is_said_over_the_show_for_a_while() -> None:
    world = with_pictures("a")
    world.google.unaddressed = {"b"}
    world.ask(e.Verb.PICK)
    world.settle()
    world.google.choose("b", "c")
    world.run_until(lambda w: not w.google.sessions)
    assert world.scene.card is not None
    assert world.scene.card.status == words.PICK_MISSING_AGAIN
    assert world.current is not None
    assert world.word == "showing"
    world.run_for(picking.OUTCOME_SECONDS + 1)
    assert world.scene.card is None
