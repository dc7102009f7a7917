"""Picks, items, counts: what is known, over restarts."""

from __future__ import annotations

import os
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import (
    Attempt,
    Counts,
    DeviceCode,
    GivenUp,
    MediaItemId,
    OpenPick,
    PickId,
    PickingSessionId,
    PickPhase,
    PickRequest,
    RequestId,
    Seconds,
    Secret,
    Size,
)
from kiosk.core.settings import Order
from kiosk.errors import Corrupt
from tests.storage.card import Card, item, jpeg, minute, names

ATTEMPT = Attempt(
    RequestId("a52d3a43-94d5-4cd7-a1a1-0f5b0d5f6a7e"),
    DeviceCode(Secret("4/device"), "GQVQ-JKEC", "https://g.co/device", None, Seconds(5.0), Seconds(1800.0)),
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    datetime(2026, 1, 2, 3, 34, 5, tzinfo=UTC),
)


def test_a_new_card_has_an_empty_catalog(card: Card) -> None:
    assert card.restart() == say.CatalogOpened(
        counts=Counts(), credentials=None, attempt=None, open_picks=(), drawn=()
    )


def test_every_answer_names_its_command(card: Card) -> None:
    wanted = [
        ask.OpenCatalog(id=1, order=Order.PICKED),
        ask.SavePick(id=2, session_id="s", phase=PickPhase.PICKING, expires_at=None),
        ask.AddItems(id=3, pick_id=PickId(1), items=(item("a"),)),
        ask.GiveUp(id=4, pick_id=PickId(1), item_id=MediaItemId("a"), why="gone"),
        ask.DrawSlides(id=5, order=Order.PICKED, after=None, avoid=(), count=1),
        ask.SaveAttempt(id=6, attempt=None),
        ask.HideItems(id=7, item_ids=(MediaItemId("a"),)),
        ask.SetAside(id=8, item_ids=()),
        ask.MakeRoom(id=9, pick_id=None, on_screen=()),
        ask.ReplacePicks(id=10, pick_id=PickId(1), on_screen=()),
        ask.ForgetPick(id=11, session_id="s"),
        ask.SaveCredentials(id=12, credentials=None),
        ask.SavePickRequest(id=13, request_id=RequestId("r")),
        ask.ForgetPickRequest(id=14, request_id=RequestId("r")),
        ask.WipeEverything(id=15),
    ]
    answers = card.storage.perform_batch(wanted)
    assert [answer.answers for answer in answers] == list(range(1, 16))
    assert not any(isinstance(answer, say.Failed) for answer in answers)


def test_the_files_of_the_catalog_are_the_owners_alone(card: Card) -> None:
    card.fill("a")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in card.state.iterdir()}
    assert modes == {"catalog.sqlite3": 0o600, "catalog.sqlite3-wal": 0o600}
    for folder, _, files in os.walk(card.cache):
        assert stat.S_IMODE(Path(folder).stat().st_mode) & 0o077 == 0
        assert all(stat.S_IMODE(Path(folder, file).stat().st_mode) == 0o600 for file in files)


def test_an_attempt_comes_back_after_a_restart_until_it_is_forgotten(card: Card) -> None:
    card.storage.perform(ask.SaveAttempt(attempt=ATTEMPT))
    assert card.restart().attempt == ATTEMPT
    other = evolve(ATTEMPT, code=evolve(ATTEMPT.code, verification_url_complete="https://g.co/d?c=1"))
    card.storage.perform(ask.SaveAttempt(attempt=other))
    assert card.restart().attempt == other
    card.storage.perform(ask.SaveAttempt(attempt=None))
    assert card.restart().attempt is None


def test_a_forgotten_device_code_is_overwritten_in_the_catalog(card: Card) -> None:
    card.storage.perform(ask.SaveAttempt(attempt=ATTEMPT))
    card.storage.perform(ask.SaveAttempt(attempt=None))
    card.storage.close()
    assert b"4/device" not in (card.state / "catalog.sqlite3").read_bytes()


def test_an_attempt_without_times_is_no_attempt(card: Card) -> None:
    card.storage.perform(ask.SaveAttempt(attempt=ATTEMPT))
    card.storage._catalog.connection.execute("UPDATE attempt SET issued_at = 'yesterday'")
    assert card.restart().attempt is None


def test_a_pick_is_open_until_its_session_is_gone(card: Card) -> None:
    session, other = PickingSessionId("one"), PickingSessionId("two")
    save = ask.SavePick(
        session_id=session, phase=PickPhase.PICKING, expires_at="2026-01-02T03:04:05.123456789Z"
    )
    first = card.storage.perform(save)
    again = card.storage.perform(evolve(save, phase=PickPhase.ENDED, expires_at=None))
    assert first == again == say.PickSaved(pick_id=PickId(1), session_id=session)
    second = card.storage.perform(evolve(save, session_id=other, expires_at="never"))
    assert isinstance(second, say.PickSaved)
    when = datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    assert card.restart().open_picks == (
        OpenPick(PickId(1), session, PickPhase.ENDED, when),
        OpenPick(second.pick_id, other, PickPhase.PICKING, None),
    )
    card.storage.perform(ask.ForgetPick(session_id=session))
    assert [each.session_id for each in card.restart().open_picks] == [other]


def test_a_pick_that_is_being_made_is_known_by_its_request_id_until_it_is_forgotten(card: Card) -> None:
    one, two = RequestId(ATTEMPT.request_id), RequestId("another")
    for request_id in (one, two):
        card.storage.perform(ask.SavePickRequest(request_id=request_id))
    assert card.restart().pick_requests == (PickRequest(one), PickRequest(two))
    card.storage.perform(ask.SavePickRequest(request_id=one, abandoned=True))
    assert card.restart().pick_requests == (PickRequest(one, abandoned=True), PickRequest(two))
    card.storage.perform(ask.ForgetPickRequest(request_id=one))
    card.storage.perform(ask.ForgetPickRequest(request_id=RequestId("never heard of")))
    assert card.restart().pick_requests == (PickRequest(two),)
    card.storage.perform(ask.WipeEverything())
    assert card.restart().pick_requests == ()


def test_a_pick_number_is_never_used_twice(card: Card) -> None:
    assert card.pick("one") == 1
    card.storage.perform(ask.ForgetPick(session_id=PickingSessionId("one")))
    card.restart()
    assert card.pick("two") == 2


def test_items_of_a_pick_are_wanted_in_their_order_and_once(card: Card) -> None:
    pick = card.pick()
    event = card.add(pick, "c", "a", "b", "a")
    assert [each.id for each in event.wanted] == ["c", "a", "b"]
    assert event.counts == Counts(items=3)


def test_what_another_pick_has_stored_is_not_wanted_again(card: Card) -> None:
    card.fill("a", "b", session="one")
    second = card.pick("two")
    assert [each.id for each in card.add(second, "b", "c").wanted] == ["c"]


def aside(name: str, why: str) -> GivenUp:
    return GivenUp(MediaItemId(name), f"{name}.jpg", why)


def test_listing_again_wants_only_what_is_not_stored_nor_given_up(card: Card) -> None:
    pick = card.pick()
    card.add(pick, "a", "b", "c")
    card.stored(pick, "a")
    card.storage.perform(ask.GiveUp(pick_id=pick, item_id=MediaItemId("b"), why="unreadable"))
    again = card.add(pick, "a", "b", "c")
    assert [each.id for each in again.wanted] == ["c"]
    assert again.counts == Counts(items=3, stored=1, failed=1, set_aside=(aside("b", "unreadable"),))


def test_a_new_pick_gives_what_was_given_up_another_chance(card: Card) -> None:
    first = card.pick("one")
    card.add(first, "a")
    card.storage.perform(ask.GiveUp(pick_id=first, item_id=MediaItemId("a"), why="unreadable"))
    event = card.add(card.pick("two"), "a")
    assert [each.id for each in event.wanted] == ["a"]
    assert event.counts == Counts(items=1)


def test_an_earlier_pick_that_lists_again_does_not_take_an_item_back(card: Card) -> None:
    first, second = card.pick("one"), card.pick("two")
    card.add(first, "a")
    card.add(second, "a")
    card.add(first, "a")
    card.stored(second, "a")
    card.fill("b", session="three")
    event = card.storage.perform(ask.ReplacePicks(pick_id=second, on_screen=()))
    assert isinstance(event, say.Evicted)
    assert event.item_ids == ()


def test_storing_settles_what_was_given_up(card: Card) -> None:
    pick = card.pick()
    card.add(pick, "a")
    card.storage.perform(ask.GiveUp(pick_id=pick, item_id=MediaItemId("a"), why="slow"))
    assert card.stored(pick, "a").counts == Counts(items=1, stored=1)


def test_giving_up_what_is_stored_changes_nothing(card: Card) -> None:
    pick = card.fill("a")
    event = card.storage.perform(ask.GiveUp(pick_id=pick, item_id=MediaItemId("a"), why="late"))
    assert event == say.Saved(counts=Counts(items=1, stored=1))


def test_a_stored_picture_is_there_after_a_restart(card: Card) -> None:
    pick = card.pick()
    card.add(pick, item("a", minute(12)))
    event = card.stored(pick, item("a", minute(12)))
    assert event.item.size == Size(64, 48)
    assert event.item.minute == 12
    opened = card.restart()
    assert opened.drawn == ((event.item,),)
    assert card.storage.path_of(opened.drawn[0][0]).read_bytes() == jpeg(int.from_bytes(b"a"))


def test_a_stored_picture_survives_without_a_proper_stop(card: Card) -> None:
    card.fill("a", "b")
    card.storage._catalog.connection.close()  # as a killed process leaves it: no checkpoint of ours, no last words
    card.fresh()
    assert sorted(names(card.open().drawn)) == ["a", "b"]


def test_a_picture_that_nobody_listed_is_stored_all_the_same(card: Card) -> None:
    event = card.stored(PickId(7), "a")
    assert event.counts == Counts(items=1, stored=1)
    assert card.add(PickId(7), "b").wanted[0].id == "b"


def test_a_picture_whose_file_is_gone_or_short_is_not_stored(card: Card) -> None:
    pick = card.pick()
    card.add(pick, "a", "b")
    for name, spoil in (("a", lambda path: path.unlink()), ("b", lambda path: path.write_bytes(b"short"))):
        rendition = card.fetch(name)
        spoil(card.cache / "renditions" / rendition.name)
        command = ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=())
        event = card.storage.perform(command)
        assert isinstance(event, say.Failed)
        assert isinstance(event.error, Corrupt)
    assert card.restart().counts == Counts(items=2)
    assert card.files() == []


def test_storing_other_bytes_for_an_item_replaces_its_file(card: Card) -> None:
    pick = card.fill("a")
    rendition = card.fetch("a", jpeg(1, (32, 24)))
    command = ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=())
    event = card.storage.perform(command)
    assert isinstance(event, say.RenditionStored)
    assert event.removed == ()
    assert event.item.size == Size(32, 24)
    assert card.files() == ["a"]
    assert card.storage.path_of(event.item).exists()


def test_storing_the_same_bytes_twice_keeps_the_one_file(card: Card) -> None:
    pick = card.fill("a")
    used = card.storage._room.used
    assert card.stored(pick, "a").counts == Counts(items=1, stored=1)
    assert card.files() == ["a"]
    assert card.storage._room.used == used


def test_replace_removes_the_earlier_picks_when_the_first_picture_is_stored(card: Card) -> None:
    card.fill("a", "b", session="one")
    second = card.pick("two")
    card.add(second, "b", "c", "d")
    assert card.restart().counts == Counts(items=4, stored=2)  # nothing has been replaced yet
    event = card.stored(second, "c", replace=True)
    assert event.removed == ("a",)
    assert event.counts == Counts(items=3, stored=2)
    assert card.files() == ["b", "c"]
    assert card.stored(second, "d", replace=True).removed == ()


def test_replace_keeps_the_file_of_what_is_on_the_screen_until_it_is_not(card: Card) -> None:
    card.fill("a", "b", session="one")
    second = card.pick("two")
    card.add(second, "c", "d")
    event = card.stored(second, "c", replace=True, on_screen=("a",))
    assert set(event.removed) == {"a", "b"}
    assert card.files() == ["a", "c"]
    assert names(card.draw(9)) == ["c"]
    card.stored(second, "d", on_screen=("c",))
    assert card.files() == ["c", "d"]


def test_a_file_that_was_on_the_screen_goes_with_the_next_start(card: Card) -> None:
    card.fill("a", session="one")
    second = card.pick("two")
    card.add(second, "b")
    card.stored(second, "b", replace=True, on_screen=("a",))
    card.restart()
    card.pick("three")
    assert card.files() == ["b"]


def test_a_replaced_picture_that_comes_back_while_on_the_screen_keeps_its_file(card: Card) -> None:
    card.fill("a", session="one")
    second = card.pick("two")
    card.add(second, "b")
    card.stored(second, "b", replace=True, on_screen=("a",))
    third = card.pick("three")
    card.add(third, "a")
    card.stored(third, "a", on_screen=("b",))
    card.pick("four")
    assert card.files() == ["a", "b"]
    assert card.storage._room.used == sum(path.stat().st_size for path in card.cache.glob("renditions/??/*"))


def test_a_pick_that_was_all_on_the_card_can_replace_the_others(card: Card) -> None:
    card.fill("a", "b", session="one")
    second = card.pick("two")
    card.add(second, "b")
    event = card.storage.perform(ask.ReplacePicks(pick_id=second, on_screen=()))
    assert event == say.Evicted(item_ids=("a",), counts=Counts(items=1, stored=1))
    assert card.files() == ["b"]


def test_a_pick_of_which_nothing_arrived_replaces_nothing(card: Card) -> None:
    card.fill("a", "b", session="one")
    second = card.pick("two")
    card.add(second, "c")
    card.storage.perform(ask.GiveUp(pick_id=second, item_id=MediaItemId("c"), why="404"))
    event = card.storage.perform(ask.ReplacePicks(pick_id=second, on_screen=()))
    assert isinstance(event, say.Evicted)
    assert event.item_ids == ()
    assert card.files() == ["a", "b"]


def test_a_hidden_picture_never_comes_back(card: Card) -> None:
    card.fill("a", "b")
    event = card.storage.perform(ask.HideItems(item_ids=(MediaItemId("a"), MediaItemId("unknown"))))
    assert event == say.Hidden(item_ids=("a", "unknown"), counts=Counts(items=1, stored=1, hidden=2))
    assert card.files() == ["b"]
    card.restart()
    assert card.add(card.pick("two"), "a", "c", "unknown").wanted == (item("c"),)
    assert names(card.draw(9)) == ["b"]


def test_a_picture_hidden_on_the_screen_loses_its_file_at_once(card: Card) -> None:
    pick = card.fill("a", "b")
    card.stored(pick, "b", on_screen=("a",))
    card.storage.perform(ask.HideItems(item_ids=(MediaItemId("a"),)))
    assert card.files() == ["b"]


def test_a_picture_hidden_on_its_way_leaves_as_it_comes(card: Card) -> None:
    pick = card.pick()
    card.add(pick, "a")
    rendition = card.fetch("a")
    card.storage.perform(ask.HideItems(item_ids=(MediaItemId("a"),)))
    event = card.storage.perform(
        ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=())
    )
    assert isinstance(event, say.RenditionStored)
    assert event.removed == ("a",)
    assert event.counts == Counts(hidden=1)
    assert card.files() == []
    assert card.storage._room.used == 0


def test_a_damaged_picture_is_set_aside_and_wanted_again(card: Card) -> None:
    pick = card.fill("a", "b")
    event = card.storage.perform(ask.SetAside(item_ids=(MediaItemId("a"),)))
    damaged = aside("a", "damaged on the card")
    assert event == say.Hidden(
        item_ids=("a",), counts=Counts(items=2, stored=1, failed=1, set_aside=(damaged,))
    )
    assert card.files() == ["b"]
    assert len(list((card.cache / "set-aside").iterdir())) == 1
    assert names(card.restart().drawn) == ["b"]
    assert card.add(pick, "a", "b").wanted == (item("a"),)
    assert card.stored(pick, "a").counts == Counts(items=2, stored=2)


def test_setting_aside_what_has_lost_its_file_is_no_failure(card: Card) -> None:
    card.fill("a")
    next(card.cache.glob("renditions/??/a.*")).unlink()
    event = card.storage.perform(ask.SetAside(item_ids=(MediaItemId("a"),)))
    counts = Counts(items=1, failed=1, set_aside=(aside("a", "damaged on the card"),))
    assert event == say.Hidden(item_ids=("a",), counts=counts)


def test_an_id_that_is_no_text_is_left_out(card: Card) -> None:
    event = card.add(card.pick(), "\ud800", "a")
    assert [each.id for each in event.wanted] == ["a"]


def test_a_file_name_or_reason_that_is_no_text_does_no_harm(card: Card) -> None:
    pick = card.pick()
    odd = evolve(item("a", None), filename="\udfff.jpg", size=None)
    assert card.add(pick, odd).wanted == (odd,)
    event = card.storage.perform(ask.GiveUp(pick_id=pick, item_id=odd.id, why="\ud800"))
    counts = Counts(items=1, failed=1, set_aside=(GivenUp(MediaItemId("a"), "?.jpg", "?"),))
    assert event == say.Saved(counts=counts)


def test_what_was_given_up_is_named_newest_first_and_after_a_restart(card: Card) -> None:
    pick = card.pick()
    ids = [f"item{number}" for number in range(12)]
    card.add(pick, *ids)
    for item_id in ids:
        card.storage.perform(ask.GiveUp(pick_id=pick, item_id=MediaItemId(item_id), why=f"{item_id} is odd"))
    named = tuple(aside(item_id, f"{item_id} is odd") for item_id in reversed(ids[4:]))
    assert card.restart().counts == Counts(items=12, failed=12, set_aside=named)
    assert card.stored(pick, "item11").counts.set_aside[0] == aside("item10", "item10 is odd")


def test_the_few_that_were_given_up_are_found_without_reading_all(card: Card) -> None:
    connection = card.storage._catalog.connection
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    card.storage.perform(ask.ForgetPick(session_id="none"))
    connection.set_trace_callback(None)
    query = next(each for each in seen if "given_up IS NOT NULL" in each)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
    assert [row[3] for row in plan] == ["SCAN media_items USING INDEX media_items_given_up"]


def test_queued_commands_share_one_transaction(card: Card) -> None:
    seen: list[str] = []
    card.storage._catalog.connection.set_trace_callback(seen.append)
    pick = PickId(1)
    card.storage.perform_batch(
        [ask.AddItems(pick_id=pick, items=(item(name),)) for name in "abc"]
        + [ask.GiveUp(pick_id=pick, item_id=MediaItemId(name), why="") for name in "abc"]
    )
    assert seen.count("COMMIT") == 1


def test_a_command_that_fails_takes_no_other_with_it(card: Card) -> None:
    pick = card.pick()
    card.add(pick, "a", "b", "c")
    renditions = [card.fetch(name) for name in "abc"]
    (card.cache / "renditions" / renditions[1].name).unlink()
    commands = [
        ask.StoreRendition(pick_id=pick, rendition=each, replace=False, on_screen=()) for each in renditions
    ]
    answers = card.storage.perform_batch(commands)
    assert [type(answer) for answer in answers] == [say.RenditionStored, say.Failed, say.RenditionStored]
    assert answers[1].command == commands[1]
    assert sorted(names(card.restart().drawn)) == ["a", "c"]


def test_a_command_for_another_thread_is_a_mistake_of_ours(card: Card) -> None:
    with pytest.raises(TypeError, match="DropSlide"):
        card.storage.perform(ask.DropSlide(slide=None))
    card.pick()  # and nothing hangs in a transaction


def test_a_mistake_of_ours_in_the_catalog_is_not_called_the_cards_fault(card: Card) -> None:
    card.storage._catalog.connection.execute("DROP TABLE hidden")
    with pytest.raises(sqlite3.OperationalError, match="hidden"):
        card.add(PickId(1), "a")


def test_commands_open_the_catalog_by_themselves(card: Card) -> None:
    card.fill("a")
    card.storage.close()
    card.storage.close()
    assert names(card.draw(1)) == ["a"]


def test_a_picture_stored_for_a_newer_pick_belongs_to_it(card: Card) -> None:
    first, second = card.pick("one"), card.pick("two")
    card.add(first, "a")
    event = card.stored(second, "a", replace=True)
    assert event.removed == ()
    assert event.counts == Counts(items=1, stored=1)


def test_a_damaged_picture_that_cannot_be_moved_is_removed(
    card: Card, caplog: pytest.LogCaptureFixture
) -> None:
    card.fill("a", "b")
    (card.cache / "set-aside").write_bytes(b"in the way")
    event = card.storage.perform(ask.SetAside(item_ids=(MediaItemId("a"),)))
    assert isinstance(event, say.Hidden)
    assert card.files() == ["b"]
    assert "cannot be set aside" in caplog.text


def test_a_picture_that_was_set_aside_is_neither_drawn_nor_marked(card: Card) -> None:
    card.fill("a", "b")
    a, b = card.draw(2, Order.PICKED)
    card.storage.perform(ask.SetAside(item_ids=(a.item_id,)))
    card.show(a)
    assert names(card.draw(9, avoid=("a", "b"))) == ["b"]
    assert b.item_id == "b"
