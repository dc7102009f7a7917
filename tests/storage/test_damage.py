"""A damaged catalog is set aside and made again from the files, and the pictures keep showing."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Counts, MediaItemId, PickingSessionId, PickPhase, PickRequest, RequestId
from kiosk.core.settings import Order
from kiosk.errors import Corrupt, DiskFull, Unwritable
from kiosk.storage import database, schema
from kiosk.storage.sql import as_catalog_error
from tests.storage.card import Card, item, jpeg, minute, names, no_file_grows_beyond
from tests.storage.test_catalog import ATTEMPT


def catalog(card: Card) -> Path:
    return card.state / "catalog.sqlite3"


def scribble(path: Path, start: int, count: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * count)


def with_all_kinds_of_rows(card: Card) -> None:
    """Two picks, one hidden picture, an attempt, a session that still lives, five pictures of which two were shown."""
    card.fill(item("a", minute(50)), item("b", None), "hidden", session="one")
    card.fill(item("c", minute(10)), "d", "e", session="two")
    card.storage.perform(ask.ForgetPick(session_id=PickingSessionId("one")))
    card.storage.perform(ask.SaveAttempt(attempt=ATTEMPT))
    card.storage.perform(ask.HideItems(item_ids=(MediaItemId("hidden"),)))
    card.show(*card.draw(2))
    card.storage.close()


def no_database(path: Path) -> None:
    path.write_bytes(b"this was a catalog once" * 1000)


def header_gone(path: Path) -> None:
    scribble(path, 0, 100)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def absent(path: Path) -> None:
    path.unlink()


def somebody_elses(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE music (title TEXT)")
    connection.close()


def from_the_future(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()


def without_a_table(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE tally")
    connection.close()


def without_its_tally(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("DELETE FROM tally")
    connection.close()


DAMAGE = [
    no_database,
    header_gone,
    cut_off,
    absent,
    somebody_elses,
    from_the_future,
    without_a_table,
    without_its_tally,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_no_damage_to_the_catalog_costs_a_picture(
    card: Card, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    with_all_kinds_of_rows(card)
    damage(catalog(card))
    opened = card.restart()
    assert opened.rebuilt
    assert opened.counts.stored == 5
    assert len(opened.drawn) == 4
    drawn = card.draw(9, Order.CAPTURED)
    assert sorted(names(drawn)) == ["a", "b", "c", "d", "e"]
    assert {each.item_id: each.minute for each in drawn} == {"a": 50, "b": None, "c": 10, "d": 0, "e": 0}
    assert all(card.storage.path_of(each).exists() for each in drawn)
    assert "rebuilt: 5 pictures" in caplog.text
    again = card.restart()
    assert not again.rebuilt
    assert again.counts.stored == 5
    check = card.storage._catalog.connection.execute("PRAGMA integrity_check").fetchone()
    assert check == ("ok",)
    card.fill("f", session="three")
    assert card.restart().counts.stored == 6


def test_the_damaged_catalog_is_kept_for_whoever_asks_and_only_the_newest_two(card: Card) -> None:
    card.fill("a")
    for _ in range(4):
        card.storage.close()
        no_database(catalog(card))
        card.restart()
    kept = sorted(path.name for path in card.state.glob("catalog.damaged-*"))
    assert kept == ["catalog.damaged-3", "catalog.damaged-4"]


@pytest.mark.parametrize("damage", [from_the_future, without_a_table, without_its_tally])
def test_what_can_still_be_read_of_a_damaged_catalog_lives_on(
    card: Card, damage: Callable[[Path], None]
) -> None:
    with_all_kinds_of_rows(card)
    damage(catalog(card))
    opened = card.restart()
    assert opened.rebuilt
    assert opened.attempt == ATTEMPT
    assert opened.counts == Counts(items=5, stored=5, hidden=1)
    (pick,) = opened.open_picks
    assert (pick.session_id, pick.phase) == ("two", PickPhase.FETCHING)
    assert names(card.draw(9, Order.PICKED)) == ["a", "b", "c", "d", "e"]
    assert card.add(pick.pick_id, "hidden", "c").wanted == ()


def test_picks_that_are_being_made_live_on_in_a_rebuilt_catalog(card: Card) -> None:
    kept = (PickRequest(RequestId("one"), abandoned=True), PickRequest(RequestId("two")))
    for each in kept:
        card.storage.perform(ask.SavePickRequest(request_id=each.request_id, abandoned=each.abandoned))
    card.storage.close()
    from_the_future(catalog(card))
    opened = card.restart()
    assert opened.rebuilt
    assert opened.pick_requests == kept


def test_a_catalog_of_the_first_version_goes_on_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    schema.migrate(connection, path, migrations=schema.MIGRATIONS[:1])
    connection.execute("INSERT INTO picks (session_id, phase) VALUES ('s', 'picking')")
    connection.close()
    newer = database.open_database(path)
    assert schema.version_of(newer) == len(schema.MIGRATIONS)
    assert newer.execute("SELECT session_id FROM picks").fetchall() == [("s",)]
    assert newer.execute("SELECT count(*) FROM pick_requests").fetchone() == (0,)
    newer.close()


def test_the_shuffle_goes_on_over_a_rebuild(card: Card) -> None:
    card.fill(*(f"p{number}" for number in range(8)))
    shown = card.draw(5)
    card.show(*shown)
    card.storage.close()
    from_the_future(catalog(card))
    opened = card.restart()
    rest = {f"p{number}" for number in range(8)} - set(names(shown))
    assert set(names(opened.drawn)[:3]) == rest


def test_salvaged_rows_that_make_no_sense_are_left_out(card: Card) -> None:
    card.fill("a", "b")
    card.storage.close()
    connection = sqlite3.connect(catalog(card))
    connection.executescript(
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE type = 'table';
        PRAGMA user_version = 999;
        """
    )
    connection.close()
    connection = sqlite3.connect(catalog(card))
    connection.execute("UPDATE media_items SET pick = 'x' WHERE id = 'a'")
    connection.execute("UPDATE renditions SET round = 'many' WHERE item = 2")
    connection.execute("INSERT INTO picks (session_id, phase) VALUES ('s9', 'odd')")
    connection.commit()
    connection.close()
    opened = card.restart()
    assert opened.rebuilt
    assert opened.counts == Counts(items=2, stored=2)
    assert [pick.session_id for pick in opened.open_picks] == ["session"]


def test_damage_found_while_showing_is_mended_on_the_spot(card: Card) -> None:
    pick = card.fill(*(f"p{number:03}" for number in range(30)))
    card.add(pick, *(item(f"q{number:04}" + "x" * 90) for number in range(300)))
    card.storage.close()
    size = catalog(card).stat().st_size
    # The root pages and the header stay: opening finds nothing, the first walk down a tree does.
    connection = sqlite3.connect(catalog(card))
    roots = {row[0] for row in connection.execute("SELECT rootpage FROM sqlite_schema")}
    connection.close()
    for page in range(2, size // 4096 + 1):
        if page not in roots:
            scribble(catalog(card), (page - 1) * 4096, 4096)
    card.fresh()
    opened = card.open()
    added = card.add(pick, *(f"p{number:03}" for number in range(30)), "new")
    assert [each.id for each in added.wanted] == ["new"]
    assert card.stored(pick, "new").counts.stored == 31
    assert opened.rebuilt or list(card.state.glob("catalog.damaged-*"))


def root_page(path: Path, name: str) -> int:
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        return int(row[0])
    finally:
        connection.close()


@pytest.mark.parametrize(
    "name", ["tally", "renditions_by_shuffle", "leftovers", "media_items", "picks", "attempt"]
)
def test_damage_in_any_table_that_a_start_reads_is_mended(card: Card, name: str) -> None:
    card.fill("a", "b")
    card.storage.close()
    scribble(catalog(card), (root_page(catalog(card), name) - 1) * 4096, 4096)
    opened = card.restart()
    assert opened.rebuilt
    assert sorted(names(opened.drawn)) == ["a", "b"]
    assert opened.counts.stored == 2


def damaged_behind_its_back(card: Card, name: str) -> None:
    """The catalog is open, and what it has not read yet is damaged."""
    card.storage.close()
    page = root_page(catalog(card), name)
    card.restart()
    card.storage._catalog.close()
    scribble(catalog(card), (page - 1) * 4096, 4096)


def test_damage_that_shows_with_a_draw_is_mended(card: Card) -> None:
    card.fill("a", "b")
    damaged_behind_its_back(card, "media_items")
    assert sorted(names(card.draw(9))) == ["a", "b"]
    assert list(card.state.glob("catalog.damaged-*"))


def test_damage_that_shows_in_the_sweep_is_noted(card: Card, caplog: pytest.LogCaptureFixture) -> None:
    card.fill("a", "b")
    damaged_behind_its_back(card, "sqlite_autoindex_media_items_1")
    card.now += 60
    assert len(card.draw(9)) == 2
    assert "forgotten files" in caplog.text
    assert card.files() == ["a", "b"]


def killed(card: Card, folder: Path) -> Card:
    """The card as after a power cut at this moment: the last writes are in the log only."""
    shutil.copytree(card.state, folder / "state")
    shutil.copytree(card.cache, folder / "cache")
    return Card(folder)


def test_a_lost_header_is_mended_by_the_log(card: Card, tmp_path: Path) -> None:
    card.fill("a", "b")
    other = killed(card, tmp_path / "killed")
    header_gone(catalog(other))
    assert other.open().counts.stored == 2
    other.storage.close()


def test_the_log_of_a_damaged_catalog_does_not_meet_the_new_one(card: Card) -> None:
    card.fill("a", "b")
    card.storage.close()
    no_database(catalog(card))
    for suffix in ("-wal", "-shm"):
        (card.state / f"catalog.sqlite3{suffix}").write_bytes(b"junk")
    assert card.restart().counts.stored == 2
    card.storage.close()
    assert sorted(path.name for path in card.state.iterdir()) == ["catalog.damaged-1", "catalog.sqlite3"]


def test_somebody_elses_database_on_an_empty_card_is_set_aside(card: Card) -> None:
    card.storage.close()
    somebody_elses(catalog(card))
    opened = card.restart()
    assert opened.rebuilt
    assert opened.counts == Counts()
    assert (card.state / "catalog.damaged-1").exists()


def test_a_hidden_picture_stays_hidden_even_if_its_file_came_back(card: Card) -> None:
    card.fill("a", "b")
    path = next(card.cache.glob("renditions/??/a.*"))
    content = path.read_bytes()
    card.storage.perform(ask.HideItems(item_ids=(MediaItemId("a"),)))
    card.storage.close()
    path.write_bytes(content)
    from_the_future(catalog(card))
    assert names(card.restart().drawn) == ["b"]


def test_a_catalog_that_cannot_be_brought_up_to_date_is_not_used_as_it_is(card: Card) -> None:
    card.storage.close()
    from_the_future(catalog(card))
    with pytest.raises(Unwritable, match="up to date"):
        database.open_unwritable(catalog(card))


def test_of_two_files_of_one_item_the_newer_is_taken(card: Card) -> None:
    card.fill("a")
    newer = card.fetch("a", jpeg(9, (32, 24)))
    older = next(path for path in card.cache.glob("renditions/??/a.*") if path.name not in newer.name)
    os.utime(older, (1, 1))
    card.storage.close()
    catalog(card).unlink()
    ((drawn,),) = card.restart().drawn
    assert drawn.name == newer.name
    os.utime(card.cache / "renditions" / newer.name, (0, 0))
    card.storage.close()
    catalog(card).unlink()
    ((drawn,),) = card.restart().drawn
    assert drawn.name == older.relative_to(card.cache / "renditions").as_posix()


def test_an_emptied_catalog_with_pictures_on_the_card_is_rebuilt(card: Card) -> None:
    card.fill("a", "b")
    card.storage.close()
    emptied(catalog(card))
    opened = card.restart()
    assert opened.counts.stored == 2
    assert opened.rebuilt


def test_a_crash_in_the_middle_of_a_rebuild_costs_nothing(card: Card) -> None:
    with_all_kinds_of_rows(card)
    no_database(catalog(card))
    (card.state / "catalog.part").write_bytes(b"half a rebuild")
    assert card.restart().counts.stored == 5
    card.storage.perform(ask.SaveAttempt(attempt=ATTEMPT))
    card.storage.close()
    catalog(card).rename(card.state / "catalog.damaged-7")  # set aside, and the new one not yet in its place
    opened = card.restart()
    assert opened.rebuilt
    assert opened.counts.stored == 5
    assert opened.attempt == ATTEMPT


def test_a_damaged_catalog_on_a_card_that_takes_no_write_is_rebuilt_in_memory(card: Card) -> None:
    card.fill("a", "b")
    card.storage.close()
    no_database(catalog(card))
    with no_file_grows_beyond(0):
        opened = card.restart()
        assert opened.rebuilt
        assert sorted(names(opened.drawn)) == ["a", "b"]
        card.show(*opened.drawn[0])
        save = ask.SavePick(session_id=PickingSessionId("x"), phase=PickPhase.PICKING, expires_at=None)
        refused = card.storage.perform(save)
        assert isinstance(refused, say.Failed)
        assert isinstance(refused.error, DiskFull)
        assert len(card.draw(9)) == 2
    assert isinstance(card.storage.perform(save), say.PickSaved)
    assert card.restart().counts.stored == 2


def test_a_catalog_that_a_folder_stands_in_for_is_rebuilt_beside_it(card: Card) -> None:
    card.fill("a")
    card.storage.close()
    catalog(card).unlink()
    catalog(card).mkdir()
    (catalog(card) / "in the way").touch()
    (card.state / "catalog.part").mkdir()
    opened = card.restart()
    assert opened.rebuilt
    assert names(opened.drawn) == ["a"]
    shutil.rmtree(catalog(card))
    (card.state / "catalog.part").rmdir()
    card.pick("later")
    assert card.restart().counts.stored == 1


def test_a_new_card_that_takes_no_file_says_so(card: Card) -> None:
    card.storage.close()
    shutil.rmtree(card.state)
    card.state.write_bytes(b"in the way")
    event = card.fresh().perform(ask.OpenCatalog(order=Order.SHUFFLE))
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, Unwritable)


def test_a_first_start_on_a_full_card_says_so(card: Card) -> None:
    card.storage.close()
    shutil.rmtree(card.state)
    with no_file_grows_beyond(0):
        event = card.fresh().perform(ask.OpenCatalog(order=Order.SHUFFLE))
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, (DiskFull, Unwritable))
    assert card.open().counts == Counts()


def test_another_program_that_holds_the_catalog_is_named(card: Card) -> None:
    card.fill("a")
    card.storage.close()
    other = sqlite3.connect(catalog(card), isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(Unwritable, match="another program"):
            database.open_database(catalog(card))
    finally:
        other.close()


def test_a_catalog_that_another_program_holds_is_shown_as_it_is(card: Card) -> None:
    card.fill("a", "b")
    card.storage.close()
    other = sqlite3.connect(catalog(card), isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    try:
        opened = card.restart()
        assert not opened.rebuilt
        assert sorted(names(opened.drawn)) == ["a", "b"]
    finally:
        other.close()
    assert card.pick("later") == 2
    assert [pick.session_id for pick in card.restart().open_picks] == ["session", "later"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, DiskFull),
        (sqlite3.SQLITE_READONLY, Unwritable),
        (sqlite3.SQLITE_IOERR_WRITE, Unwritable),
        (sqlite3.SQLITE_CANTOPEN, Unwritable),
        (sqlite3.SQLITE_BUSY, Unwritable),
        (sqlite3.SQLITE_CORRUPT_INDEX, Corrupt),
        (sqlite3.SQLITE_NOTADB, Corrupt),
        (sqlite3.SQLITE_ERROR, type(None)),
        (sqlite3.SQLITE_CONSTRAINT, type(None)),
    ],
)
def test_what_sqlite_says_has_a_name(tmp_path: Path, code: int, kind: type) -> None:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    assert type(as_catalog_error(error, tmp_path)) is kind


def test_a_mistake_of_the_module_itself_has_no_name(tmp_path: Path) -> None:
    assert as_catalog_error(sqlite3.ProgrammingError("closed"), tmp_path) is None


def test_an_older_catalog_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    connection = database.open_database(path)
    connection.execute("INSERT INTO hidden VALUES ('kept')")
    newer = (*schema.MIGRATIONS, ("ALTER TABLE hidden ADD COLUMN at INTEGER", "UPDATE hidden SET at = 5"))
    schema.migrate(connection, path, migrations=newer)
    assert schema.version_of(connection) == len(newer)
    assert connection.execute("SELECT * FROM hidden").fetchall() == [("kept", 5)]
    schema.migrate(connection, path, migrations=newer)  # and only once
    connection.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    connection = database.open_database(path)
    newer = (*schema.MIGRATIONS, ("ALTER TABLE hidden ADD COLUMN at INTEGER", "UPDATE nowhere SET at = 5"))
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        schema.migrate(connection, path, migrations=newer)
    assert schema.version_of(connection) == len(schema.MIGRATIONS)
    assert [row[1] for row in connection.execute("PRAGMA table_info(hidden)")] == ["id"]
    connection.close()
