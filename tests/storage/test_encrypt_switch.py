"""[storage] encrypt switched on and off over a card in use: nothing is lost, and in the end nothing is plain."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import MediaItemId
from kiosk.core.settings import Order
from kiosk.errors import Corrupt
from kiosk.storage import pictures, reseal, schema
from tests.storage.card import Card, jpeg, names, no_file_grows_beyond, read_only, tiny_card
from tests.storage.sealed import CREDENTIALS, KEY, MARK, SHOWN, SealedCard, check_all_there, live


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[SealedCard]:
    """A card that was used without encryption."""
    card = SealedCard(tmp_path, encrypt=False, key=None)
    card.open()
    live(card)
    yield card
    card.storage.close()


def kinds(card: SealedCard) -> set[str]:
    return {path.suffix for path in card.cache.glob("renditions/*/*")}


def used(card: SealedCard) -> int:
    return sum(path.stat().st_size for path in card.cache.rglob("*") if path.is_file())


def test_switched_on_everything_is_still_there_and_soon_nothing_is_plain(plain: SealedCard) -> None:
    (plain.state / "catalog.damaged-7").write_bytes(f"{MARK} of an earlier damage".encode())
    opened = plain.switch(True)
    # The texts at once, the files while the show goes on.
    assert plain.sealing.texts and plain.sealing.uncompacted
    assert f"{MARK}-a".encode() not in (plain.state / "catalog.sqlite3-wal").read_bytes()
    assert kinds(plain) == {".jpg"}
    check_all_there(plain, opened)
    plain.settle()
    assert kinds(plain) == {".sealed"}
    assert plain.showing() == []
    assert plain.storage._room.used == used(plain) - used_by_state(plain)
    assert not plain.sealing.uncompacted and not plain.sealing.unconverted
    check_all_there(plain, plain.restart())
    assert plain.showing() == []


def used_by_state(card: SealedCard) -> int:
    return sum(path.stat().st_size for path in card.state.rglob("*") if path.is_relative_to(card.cache))


def test_switched_off_everything_is_plain_again_and_the_key_is_needed_no_more(plain: SealedCard) -> None:
    before = {name for name in plain.contents() if name.startswith("cache/renditions")}
    plain.switch(True)
    plain.settle()
    opened = plain.switch(False)
    check_all_there(plain, opened)
    assert plain.sealing.key_id is not None  # the files are still sealed
    plain.settle()
    assert plain.sealing.key_id is None
    assert {name for name in plain.contents() if name.startswith("cache/renditions")} == before
    check_all_there(plain, plain.switch(False, key=None))


def test_switched_off_and_the_key_taken_away_too_soon_loses_nothing(plain: SealedCard) -> None:
    plain.switch(True)
    plain.settle()
    plain.switch(False)
    plain.storage.close()
    before = plain.contents()
    plain.key = None
    assert isinstance(plain.opened_or_error(), say.Failed)
    plain.storage.close()
    assert plain.contents() == before
    plain.switch(False, KEY)
    plain.settle()
    check_all_there(plain, plain.switch(False, key=None))


def test_a_switch_back_before_the_end_is_no_trouble(plain: SealedCard) -> None:
    for encrypt in (True, False, True, False, False, True):
        plain.switch(encrypt)
        plain.now += 30
        for _ in range(2):
            plain.draw(1)
    plain.settle()
    assert plain.showing() == []
    check_all_there(plain, plain.restart())


def test_a_picture_that_was_drawn_before_is_shown_under_its_new_name(
    plain: SealedCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain.switch(True)
    drawn = plain.draw(3)
    plain.storage.perform(
        ask.MakeRoom(pick_id=None, on_screen=(drawn[0].item_id,))
    )  # so that its old file stays for now
    plain.settle()
    assert plain.storage.path_of(drawn[0]).exists()
    assert not plain.storage.path_of(drawn[1]).exists()
    for each in drawn:
        with plain.storage.picture(each) as file:
            assert file.read() == jpeg(int.from_bytes(each.item_id.encode()[-6:], "big"))
    plain.storage.perform(ask.MakeRoom(pick_id=None, on_screen=()))
    assert plain.showing() == []
    monkeypatch.setattr(pictures, "RENAMED", 2)
    plain.storage._renditions.pictures.renamed("x", "y")
    assert len(plain.storage._renditions.pictures._renamed) == 3


def test_a_full_cache_is_changed_as_well_and_no_picture_has_to_go(tmp_path: Path) -> None:
    card = SealedCard(tmp_path, encrypt=False, key=None)
    card.open()
    card.fill(*(f"p{number}" for number in range(12)))
    card.storage.close()
    card.encrypt, card.key = True, KEY
    room = sum(path.stat().st_size for path in card.cache.glob("renditions/*/*")) / 1_000_000
    card.fresh(cache_max_mb=room)
    card.open()
    card.settle()
    assert kinds(card) == {".sealed"}
    assert len(card.draw(20)) == 12
    assert card.storage._room.used == sum(path.stat().st_size for path in card.cache.glob("renditions/*/*"))
    card.storage.close()


def test_a_picture_damaged_before_the_switch_goes_and_leaves_nothing_plain(
    plain: SealedCard, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = plain.cache.glob(f"renditions/*/{MARK}-b.*")
    path.write_bytes(path.read_bytes()[:-9] + b"?")
    plain.switch(True)
    plain.settle()
    assert sorted(names(plain.draw(9))) == [f"{MARK}-a", f"{MARK}-c"]
    assert "damaged and goes" in caplog.text
    assert plain.showing() == []
    assert plain.storage._room.used == sum(each.stat().st_size for each in plain.cache.glob("renditions/*/*"))


def test_a_name_that_is_none_of_ours_is_never_changed(plain: SealedCard) -> None:
    with pytest.raises(Corrupt, match="no name of ours"):
        plain.storage._renditions.convert("00/holiday.jpg", MediaItemId("a"))


def test_a_card_that_refuses_is_asked_again_in_a_minute(
    plain: SealedCard, caplog: pytest.LogCaptureFixture
) -> None:
    plain.switch(True)
    plain.now += 30
    plain.draw(1)  # compacts the catalog
    caplog.clear()
    with no_file_grows_beyond(100):
        for _ in range(5):
            plain.draw(1)
    assert caplog.text.count("Changing what was stored before") == 1
    assert kinds(plain) == {".jpg"}
    assert list((plain.cache / "parts").iterdir()) == []
    plain.settle()
    assert plain.showing() == []
    check_all_there(plain, plain.restart())


def test_a_commit_that_fails_leaves_the_old_file_and_no_new_one(plain: SealedCard) -> None:
    plain.switch(True)
    plain.now += 30
    plain.draw(1)
    connection = plain.storage._catalog.connection
    connection.execute(
        "CREATE TEMP TRIGGER t BEFORE UPDATE OF sealed ON main.renditions BEGIN SELECT raise(FAIL, 'no'); END"
    )
    with pytest.raises(sqlite3.Error):
        plain.storage._reseal._step(connection)
    assert kinds(plain) == {".jpg"}
    connection.execute("DROP TRIGGER t")
    plain.settle()
    check_all_there(plain, plain.restart())


def test_on_a_card_that_takes_no_writes_the_show_goes_on_and_it_is_sealed_later(tmp_path: Path) -> None:
    with tiny_card(tmp_path / "mnt", "8m") as mount:
        card = SealedCard(mount, encrypt=False, key=None)
        card.open()
        live(card)
        card.storage.close()
        card.encrypt, card.key = True, KEY
        with read_only(mount):
            opened = card.restart()
            assert opened.counts.stored == 3
            assert opened.credentials == CREDENTIALS
            assert sorted(names(card.draw(9))) == SHOWN
            card.settle()
        card.fill("later", session="three")
        card.settle()
        assert card.showing() == []
        assert len(card.draw(9)) == 4
        card.storage.close()


def test_a_sealed_card_that_takes_no_writes_is_shown_as_it_is(tmp_path: Path) -> None:
    with tiny_card(tmp_path / "mnt", "8m") as mount:
        card = SealedCard(mount)
        card.open()
        live(card)
        card.storage.close()
        with read_only(mount):
            check = card.restart()
            assert check.counts.stored == 3
            drawn = card.draw(9, Order.CAPTURED)
            for each in drawn:
                card.storage.picture(each).close()
            assert sorted(names(drawn)) == SHOWN
            card.storage.close()


def test_a_catalog_of_an_earlier_version_is_brought_up_to_date_and_sealed(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    old = sqlite3.connect(state / "catalog.sqlite3", isolation_level=None)
    schema.migrate(old, state, migrations=schema.MIGRATIONS[:1])
    old.execute(f"INSERT INTO hidden VALUES ('{MARK}-old')")
    old.close()
    card = SealedCard(tmp_path)
    assert card.open().counts.hidden == 1
    assert not card.add(card.pick(), f"{MARK}-old").wanted
    card.settle()
    assert card.showing() == []
    card.storage.close()


@pytest.mark.parametrize("encrypt", [True, False])
@pytest.mark.parametrize("harm", ["lost", "broken"])
def test_a_catalog_that_is_lost_half_way_is_made_again_from_files_of_both_kinds(
    plain: SealedCard, encrypt: bool, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reseal, "FILES_AT_ONCE", 1)
    plain.switch(True)
    plain.now += 30
    for _ in range(3):
        plain.draw(1)
    assert kinds(plain) == {".jpg", ".sealed"}
    plain.storage.close()
    path = plain.state / "catalog.sqlite3"
    path.unlink() if harm == "lost" else path.write_bytes(b"?" * 5000)
    opened = plain.switch(encrypt)
    assert opened.rebuilt
    assert sorted(names(plain.draw(9))) == SHOWN
    plain.settle()
    assert kinds(plain) == {".sealed" if encrypt else ".jpg"}
    assert (plain.showing() == []) == encrypt
    assert sorted(names(plain.draw(9))) == SHOWN
    if not encrypt:
        assert plain.switch(False, key=None).counts.stored == 3


class _Copies:
    """A clock that takes a copy of the card each time it is asked: what a power cut at that moment would leave."""

    def __init__(self, card: SealedCard, folder: Path) -> None:
        self.card = card
        self.folder = folder
        self.taken: list[SealedCard] = []

    def __call__(self) -> float:
        self.taken.append(self.card.copy(self.folder / str(len(self.taken))))
        return self.card.now


@pytest.mark.parametrize("encrypt", [True, False])
def test_a_power_cut_at_any_moment_of_the_switch_loses_nothing(
    plain: SealedCard, tmp_path: Path, encrypt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two files, between file and commit, between commit and removal, and around the texts' change."""
    monkeypatch.setattr(reseal, "FILES_AT_ONCE", 2)
    if not encrypt:
        plain.switch(True)
        plain.settle()
    plain.storage.close()
    plain.encrypt, plain.key = encrypt, KEY
    copies = _Copies(plain, tmp_path / "copies")
    storage = plain.fresh()
    storage._reseal._monotonic = copies
    plain.open()
    plain.now += 30
    for _ in range(12):
        plain.draw(1)
        copies()
    assert len(copies.taken) > 20
    for copy in copies.taken:
        opened = copy.restart()
        check_all_there(copy, opened)
        copy.settle()
        assert (copy.showing() == []) == encrypt
        assert kinds(copy) == {".sealed" if encrypt else ".jpg"}
        assert len(list(copy.cache.glob("renditions/*/*"))) == 3
        copy.storage.close()


def test_a_plain_card_stays_as_it_was_byte_for_byte_in_its_pictures(card: Card) -> None:
    pick = card.fill("a")
    (path,) = card.cache.glob("renditions/*/*")
    assert path.read_bytes() == jpeg(int.from_bytes(b"a", "big"))
    card.now += 60
    for _ in range(64):
        card.draw(1)
    assert path.exists()
    assert pick
    card.storage.perform(ask.SetAside(item_ids=(MediaItemId("a"),)))
    assert len(list((card.cache / "set-aside").iterdir())) == 1


def test_the_log_says_nothing_of_a_switch_that_went_well(
    plain: SealedCard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    caplog.clear()
    plain.switch(True)
    plain.settle()
    assert caplog.text == ""


def test_a_slow_card_is_not_kept_busy_for_long_at_a_time(plain: SealedCard) -> None:
    storage = plain.switch(True) and plain.storage
    plain.now += 30
    plain.draw(1)  # compacts the catalog
    asked = iter(range(1000))

    def a_second_for_each_look() -> float:
        return plain.now + next(asked)

    storage._reseal._monotonic = a_second_for_each_look
    storage._reseal.step()
    assert len(list(plain.cache.glob("renditions/*/*.sealed"))) == 1
    for _ in range(3):
        storage._reseal.step()
    assert len(list(plain.cache.glob("renditions/*/*.sealed"))) == 3
