"""What is known of a picture beside its pixels: measured once, kept with it, written seldom, and made up for later."""

from __future__ import annotations

import io
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import evolve
from PIL import Image

from kiosk.core import commands as ask
from kiosk.core.focus import Box, Focus, Measure
from kiosk.core.model import MediaItemId, Size, StoredItem
from kiosk.core.settings import Order
from kiosk.storage import schema
from kiosk.storage.database import open_database
from kiosk.storage.decode_process import Limits
from kiosk.storage.decoder import Decoder
from kiosk.storage.measure import measured
from kiosk.storage.measures import COLUMNS
from kiosk.storage.measuring import Measuring
from tests.hostile.standins import standin
from tests.storage import drawn_face
from tests.storage.card import Card, item, jpeg, minute
from tests.storage.sealed import SealedCard

MEASURE = Measure(Focus(0.25, 0.75, Box(0.1, 0.6, 0.4, 0.9), Box(0.2, 0.6, 0.3, 0.8)), (255, 0, 128), True)


def red_corner() -> bytes:
    picture = Image.new("RGB", (320, 240), (110, 110, 110))
    picture.paste((250, 20, 20), (240, 20, 300, 80))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue()


@contextmanager
def altered(card: Card) -> Iterator[sqlite3.Connection]:
    """The catalog in other hands, between two starts."""
    card.storage.close()
    connection = sqlite3.connect(card.state / "catalog.sqlite3", isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
    card.restart()


def unmeasured(card: Card) -> None:
    """As an older kiosk left it."""
    with altered(card) as connection:
        for column in COLUMNS:
            connection.execute(f"UPDATE renditions SET {column} = NULL")


def only(card: Card) -> StoredItem:
    (found,) = card.draw(1)
    return found


# With the picture. ----------------------------------------------------------------------------------------------------


def test_a_picture_is_measured_when_it_is_stored_and_never_again(card: Card) -> None:
    pick = card.pick()
    rendition = card.fetch("a", red_corner())
    assert rendition.measure is not None
    assert rendition.measure.focus.x > 0.75 and rendition.measure.focus.y < 0.3
    red, green, blue = rendition.measure.mean
    assert red > green + 3 and abs(green - blue) <= 2
    card.storage.perform(ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=()))
    assert only(card).measure == rendition.measure
    card.restart()
    assert only(card).measure == rendition.measure
    assert card.storage.measure(only(card)) is None


def test_what_is_measured_small_is_what_the_whole_picture_says(card: Card) -> None:
    """One that stays as it is is decoded at a part of its size."""
    large = Image.open(io.BytesIO(red_corner())).resize((1600, 1200))
    file = io.BytesIO()
    large.save(file, "JPEG")
    with card.storage.part() as part:
        part.write(file.getvalue())
        kept = card.storage.accept(part, item("a"), Size(1600, 1200)).measure
    whole = measured(large)
    assert kept is not None
    assert kept.focus.x == pytest.approx(whole.focus.x, abs=0.03)
    assert kept.focus.y == pytest.approx(whole.focus.y, abs=0.03)
    assert kept.mean == pytest.approx(whole.mean, abs=3)


def test_other_bytes_for_an_item_bring_their_own_measure(card: Card) -> None:
    pick = card.fill("a")
    rendition = card.fetch("a", red_corner())
    card.storage.perform(ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=()))
    assert only(card).measure == rendition.measure


def test_the_minute_in_which_a_picture_came_is_kept_when_it_comes_again(card: Card) -> None:
    pick = card.fill("a")
    came = int(card.wall // 60)
    assert only(card).added == came
    card.wall += 7 * 86_400
    rendition = card.fetch("a", red_corner())
    card.storage.perform(ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=()))
    card.stored(pick, "b")
    assert {each.item_id: each.added for each in card.draw(2)} == {"a": came, "b": came + 7 * 1440}


@pytest.mark.parametrize("wall", [0.0, 1_704_067_199.0, -5.0])
def test_a_clock_that_is_years_wrong_says_nothing(card: Card, wall: float) -> None:
    card.wall = wall
    card.fill("a")
    assert only(card).added is None


def test_the_camera_is_kept_with_the_item(card: Card) -> None:
    card.fill("a", evolve(item("b"), camera=""), evolve(item("c"), camera="half \ud83d"))
    found = {each.item_id: each.camera for each in card.draw(3)}
    assert found == {"a": "Camera of a", "b": "", "c": "half ?"}


def test_a_later_pick_tells_the_camera_that_an_older_kiosk_did_not_note(card: Card) -> None:
    card.fill(evolve(item("a"), camera=""), item("b"), evolve(item("c"), camera="Old"))
    later = card.pick("later")
    card.add(later, item("a"), evolve(item("b"), camera=""), evolve(item("c"), camera="New"))
    found = {each.item_id: each.camera for each in card.draw(3)}
    assert found == {"a": "Camera of a", "b": "Camera of b", "c": "New"}


def test_the_pictures_own_date_counts_where_google_tells_none(card: Card) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769)[0x9003] = "2019:07:14 18:30:05"
    file = io.BytesIO()
    Image.new("RGB", (64, 48)).save(file, "JPEG", exif=exif)
    own, googles = (
        card.fetch(item("a", None), file.getvalue()),
        card.fetch(item("b", minute(7)), file.getvalue()),
    )
    assert own.captured_at is not None
    assert (own.captured_at.year, own.captured_at.minute) == (2019, 30)
    assert googles.captured_at == minute(7)
    pick = card.pick()
    for rendition in (own, googles):
        card.storage.perform(
            ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=())
        )
    assert [each.item_id for each in card.draw(2, Order.CAPTURED)] == ["b", "a"]
    card.restart()
    assert card.draw(2, Order.CAPTURED)[1].minute == int(own.captured_at.timestamp() // 60)


# Later. ---------------------------------------------------------------------------------------------------------------


def test_an_older_catalog_is_brought_up_to_date_and_its_pictures_are_not_measured_yet(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    schema.migrate(connection, path, migrations=schema.MIGRATIONS[:4])
    connection.execute("INSERT INTO picks (phase) VALUES ('ended')")
    connection.execute(
        "INSERT INTO media_items (id, kind, mime_type, filename, captured, pick, position)"
        " VALUES ('a', 'photo', '', '', 60, 1, 0)"
    )
    connection.execute(
        "INSERT INTO renditions (item, width, height, bytes, digest, captured, pick, position, round, shuffle_key)"
        " VALUES (1, 4, 3, 9, ?, 60, 1, 0, 0, 0.5)",
        (bytes(32),),
    )
    connection.close()
    with open_database(path) as connection:
        row = connection.execute("SELECT added, mean, focus_x, heads_left FROM renditions").fetchone()
        assert row == (None, None, None, None)
        assert connection.execute("SELECT camera FROM media_items").fetchone() == (None,)
    connection.close()


def test_what_is_measured_later_reaches_the_card_with_the_write_of_the_minute(card: Card) -> None:
    card.fill("a")
    unmeasured(card)
    late = only(card)
    assert late.measure is None
    card.show(late)
    log = card.state / "catalog.sqlite3-wal"
    before = log.stat().st_size
    for _ in range(3):
        answer = card.storage.perform(ask.SaveMeasure(item_id=late.item_id, measure=MEASURE))
        assert answer is None
    assert log.stat().st_size == before, "no write of its own"
    card.now += 61
    card.show(late)
    assert log.stat().st_size > before
    assert only(card).measure == MEASURE
    card.restart()
    assert only(card).measure == MEASURE


def test_what_is_measured_later_is_written_with_the_stop(card: Card) -> None:
    card.fill("a")
    unmeasured(card)
    card.storage.perform(ask.SaveMeasure(item_id=MediaItemId("a"), measure=MEASURE))
    card.storage.perform(ask.SaveMeasure(item_id=MediaItemId("never heard of"), measure=MEASURE))
    card.restart()
    assert only(card).measure == MEASURE


def test_after_a_wipe_nothing_late_is_written(card: Card) -> None:
    card.fill("a")
    card.storage.perform(ask.SaveMeasure(item_id=MediaItemId("a"), measure=MEASURE))
    card.storage.perform(ask.WipeEverything())
    card.storage.close()
    assert not list(card.state.glob("catalog*"))


@pytest.fixture(params=[False, True], ids=["plain", "sealed"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Card]:
    made: Card = SealedCard(tmp_path) if request.param else Card(tmp_path)
    made.open()
    yield made
    made.storage.close()


def test_a_picture_without_a_measure_is_measured_where_it_lies(either: Card) -> None:
    either.fill("a")
    before = only(either).measure
    unmeasured(either)
    late = only(either)
    assert late.measure is None
    assert either.storage.measure(late) == before is not None
    assert either.storage.measure(evolve(late, measure=before)) is None


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    one = Decoder(faces=True)
    yield one
    one.close()


def test_what_was_measured_without_heads_is_measured_again_once_they_can_be_found(
    card: Card, decoder: Decoder
) -> None:
    file = io.BytesIO()
    drawn_face.at(100, 50, 120, (400, 300)).save(file, "JPEG", quality=92)
    pick = card.pick()
    rendition = card.fetch("a", file.getvalue())
    card.storage.perform(ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=()))
    stored = only(card)
    assert stored.measure is not None and not stored.measure.sought
    pictures = card.storage._renditions.pictures
    late = Measuring(pictures, decoder, looks=True).measure(stored)
    assert late is not None and late.sought and late.focus.heads is not None
    assert Measuring(pictures, decoder, looks=True).measure(evolve(stored, measure=late)) is None
    assert Measuring(pictures, decoder, looks=False).measure(stored) is None


def test_an_installation_that_does_not_work_is_asked_once(card: Card) -> None:
    card.fill("a")
    stored = only(card)
    blind = Decoder()
    measuring = Measuring(card.storage._renditions.pictures, blind, looks=True)
    try:
        assert measuring.measure(stored) is None
        asked = blind._process.asked if blind._process else 0
        assert measuring.measure(stored) is None
        assert asked == 1 and blind._process is not None and blind._process.asked == 1
    finally:
        blind.close()


def test_a_file_that_is_gone_is_not_measured_and_nobody_minds(
    card: Card, caplog: pytest.LogCaptureFixture
) -> None:
    card.fill("a")
    stored = evolve(only(card), measure=None)
    card.storage.path_of(stored).unlink()
    with caplog.at_level(logging.INFO):
        assert card.storage.measure(stored) is None
    assert not caplog.records


@pytest.mark.parametrize(
    "code", ["os._exit(3)", "say(1)\nasked()\nos._exit(3)", "say(1)\nasked()\nsay(4)\nasked()"]
)
def test_a_decoder_in_trouble_measures_nothing(code: str) -> None:
    one = Decoder(Limits(), standin(code))
    descriptor = os.memfd_create("picture")
    try:
        os.write(descriptor, jpeg())
        assert one.measured(descriptor, Size(64, 48)) is None
    finally:
        one.close()
        os.close(descriptor)


def test_a_decoder_that_others_use_measures_nothing(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.storage.decoder._TURN", 0.01)
    with decoder._turn:
        assert decoder.measured(0, Size(64, 48)) is None


# After damage. --------------------------------------------------------------------------------------------------------


def test_a_rebuilt_catalog_keeps_what_was_measured_and_noted(either: Card) -> None:
    either.fill("a", "b")
    before = {each.item_id: (each.measure, each.added, each.camera) for each in either.draw(2)}
    assert all(all(each) for each in before.values())
    with altered(either) as connection:
        connection.execute("DROP TABLE tally")
    assert list(either.state.glob("catalog.damaged-*")), "it was rebuilt"
    assert {each.item_id: (each.measure, each.added, each.camera) for each in either.draw(2)} == before


def test_a_damaged_catalog_of_an_older_kiosk_still_tells_the_rest(card: Card) -> None:
    card.fill("a")
    with altered(card) as connection:
        for column in ("added", *COLUMNS):
            connection.execute(f"ALTER TABLE renditions DROP COLUMN {column}")
        connection.execute("ALTER TABLE media_items DROP COLUMN camera")
        connection.execute("DROP TABLE tally")
    connection = card.storage._catalog.connection
    assert connection.execute("SELECT filename, camera FROM media_items").fetchone() == ("a.jpg", None)
    assert only(card).measure is None
