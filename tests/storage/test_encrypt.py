"""[storage] encrypt: nothing on the card can be read without the key, everything with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Credentials, MediaItemId, Secret
from kiosk.core.settings import Order
from kiosk.errors import Corrupt, Locked, Unreadable
from kiosk.storage import part as part_module
from kiosk.storage import texts
from kiosk.storage.credentials import CredentialsFile
from kiosk.storage.envelope import Seals
from tests.storage.card import BOX, item, jpeg, names
from tests.storage.sealed import (
    ATTEMPT,
    CREDENTIALS,
    KEY,
    MARK,
    OTHER_KEY,
    SHOWN,
    SealedCard,
    check_all_there,
    live,
)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[SealedCard]:
    card = SealedCard(tmp_path)
    card.open()
    yield card
    card.storage.close()


def catalog(card: SealedCard) -> Path:
    return card.state / "catalog.sqlite3"


def changed(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert len(old) == len(new) and old in content
    path.write_bytes(content.replace(old, new))


@pytest.mark.parametrize("encrypt", [True, False])
def test_after_a_whole_life_no_file_shows_a_text_or_a_picture(tmp_path: Path, encrypt: bool) -> None:
    card = SealedCard(tmp_path, encrypt=encrypt)
    card.open()
    live(card)
    running = card.showing()
    card.storage.close()
    if encrypt:
        assert running == card.showing() == []
    else:
        # The search finds what there is to find: catalog, sign-in, three pictures and the one set aside.
        assert len(card.showing()) == 6
    check_all_there(card, card.restart())
    card.storage.close()


def test_a_download_touches_the_card_only_sealed(sealed: SealedCard) -> None:
    with sealed.storage.part() as part:
        part.write(jpeg(1)[:300])
        assert list((sealed.cache / "parts").iterdir()) == []
        assert sealed.storage._room.used == 300
        part.write(jpeg(1)[300:])
        rendition = sealed.storage.accept(part, item("a"), BOX)
    assert sealed.storage._room.used == rendition.bytes == len(jpeg(1)) + 44
    assert list((sealed.cache / "parts").iterdir()) == []
    assert sealed.showing() == []
    sealed.storage.verify(rendition)


def test_a_picture_that_is_made_anew_is_sealed_as_well(sealed: SealedCard) -> None:
    rendition = sealed.fetch("a", jpeg(5, (800, 600)))
    assert rendition.size == BOX
    assert sealed.showing() == []


def test_a_download_too_large_to_be_kept_in_memory_is_refused(
    sealed: SealedCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_module, "MOST_IN_MEMORY", 1000)
    with sealed.storage.part() as part:
        part.write(bytes(1000))
        with pytest.raises(Unreadable, match="too much to keep in memory"):
            part.write(b"1")
    assert sealed.storage._room.used == 0


def test_every_text_of_the_catalog_is_sealed_or_one_of_a_few_words(sealed: SealedCard) -> None:
    connection = sealed.storage._catalog.connection
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = {
        (table, column[1])
        for table in tables
        if not table.startswith("sqlite_")
        for column in connection.execute(f"PRAGMA table_info({table})")
        if column[2] == "TEXT"
    }
    known = {
        (table, column)
        for columns in (texts.SEALED, texts.PLAIN)
        for table, of in columns.items()
        for column in of
    }
    assert found == known


# The key. ----------------------------------------------------------------------------------------------------------


def broken(card: SealedCard) -> None:
    catalog(card).write_bytes(b"no catalog any more" * 1000)


def lost(card: SealedCard) -> None:
    catalog(card).unlink()


def lost_with_the_pictures(card: SealedCard) -> None:
    lost(card)
    for path in card.cache.glob("renditions/*/*"):
        path.unlink()
    for folder in card.cache.glob("renditions/*"):
        folder.rmdir()


def untouched(card: SealedCard) -> None:
    pass


@pytest.mark.parametrize("harm", [untouched, broken, lost, lost_with_the_pictures])
@pytest.mark.parametrize(
    ("encrypt", "key"),
    [(True, OTHER_KEY), (False, OTHER_KEY), (False, None)],
    ids=["another key", "another key, not wanted", "no key"],
)
def test_with_a_wrong_key_or_none_nothing_changes_and_the_right_one_has_it_all(
    sealed: SealedCard, harm: Callable[[SealedCard], None], encrypt: bool, key: bytes | None
) -> None:
    live(sealed)
    key_id = sealed.storage._seals.key_id
    sealed.storage.close()
    harm(sealed)
    before = sealed.contents()
    sealed.encrypt, sealed.key = encrypt, key
    for _ in range(2):
        failed = sealed.opened_or_error()
        assert isinstance(failed, say.Failed)
        assert isinstance(failed.error, Locked)
        assert f"is sealed with the storage key {key_id}" in str(failed.error)
        assert ("no storage key is given" in str(failed.error)) == (key is None)
        saved = sealed.storage.perform(ask.SaveCredentials(credentials=None))
        assert isinstance(saved, say.Failed)
    sealed.now += 100
    sealed.storage.close()
    assert sealed.contents() == before
    opened = sealed.switch(True)
    if harm is untouched:
        check_all_there(sealed, opened)
    else:
        assert opened.credentials == CREDENTIALS
        assert sorted(names(sealed.draw(9))) == ([] if harm is lost_with_the_pictures else SHOWN)


@pytest.mark.parametrize("harm", [untouched, broken, lost])
@pytest.mark.parametrize("key", [OTHER_KEY, None], ids=["another key", "no key"])
def test_nobody_has_to_be_signed_in_for_that(
    sealed: SealedCard, harm: Callable[[SealedCard], None], key: bytes | None
) -> None:
    """The sign-in is looked at first: here the catalog and the pictures have to speak for themselves."""
    sealed.fill("a", "b")
    sealed.storage.close()
    harm(sealed)
    before = sealed.contents()
    sealed.key = key
    failed = sealed.opened_or_error()
    assert isinstance(failed, say.Failed)
    assert isinstance(failed.error, Locked)
    sealed.storage.close()
    assert sealed.contents() == before
    assert sealed.switch(True).counts.stored == 2


def test_a_catalog_in_memory_is_not_made_with_a_wrong_key_either(sealed: SealedCard) -> None:
    live(sealed)
    sealed.storage.close()
    (sealed.state / "credentials.json").unlink()
    sealed.key = OTHER_KEY
    storage = sealed.fresh()
    with pytest.raises(Locked):
        storage._catalog._rebuild_in_memory(catalog(sealed))


def test_who_has_lost_the_key_can_still_erase_the_card(sealed: SealedCard) -> None:
    live(sealed)
    sealed.storage.close()
    sealed.key = OTHER_KEY
    assert isinstance(sealed.fresh().perform(ask.WipeEverything()), say.Wiped)
    assert sealed.contents() == {}
    assert sealed.open().counts.stored == 0


def test_the_key_can_be_looked_at_without_opening_anything(sealed: SealedCard) -> None:
    sealed.storage.check_key()
    live(sealed)
    sealed.storage.check_key()
    sealed.storage.close()
    sealed.key = OTHER_KEY
    with pytest.raises(Locked, match="sign-in of this frame"):
        sealed.fresh().check_key()
    (sealed.state / "credentials.json").unlink()
    with pytest.raises(Locked, match="This card"):
        sealed.fresh().check_key()


# Damage. -----------------------------------------------------------------------------------------------------------


def test_one_flipped_bit_in_a_picture_is_found(sealed: SealedCard) -> None:
    sealed.fill("a", "b")
    first, second = sealed.draw(2)
    path = sealed.storage.path_of(first)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(Corrupt, match="its bytes have changed") as caught:
        sealed.storage.picture(first)
    assert caught.value.path == path
    sealed.storage.perform(ask.SetAside(item_ids=(first.item_id,)))
    assert names(sealed.draw(9)) == [second.item_id]
    assert len(list((sealed.cache / "set-aside").iterdir())) == 1


def test_a_picture_in_the_place_of_another_is_found(sealed: SealedCard) -> None:
    sealed.fill("a", "b")
    first, second = sealed.draw(2)
    sealed.storage.path_of(first).write_bytes(sealed.storage.path_of(second).read_bytes())
    with pytest.raises(Corrupt):
        sealed.storage.picture(first)
    sealed.storage.path_of(first).write_bytes(jpeg(9))
    with pytest.raises(Corrupt, match="not a sealed file"):
        sealed.storage.picture(first)
    sealed.storage.path_of(first).unlink()
    with pytest.raises(Corrupt, match="No such file"):
        sealed.storage.picture(first)


def test_a_name_that_does_not_open_is_no_picture_of_ours(sealed: SealedCard) -> None:
    path = sealed.cache / "renditions" / "00" / "abc.sealed"
    path.parent.mkdir()
    path.write_bytes(b"?")
    with pytest.raises(Corrupt, match="name does not open"):
        sealed.storage._renditions.pictures.open("00/abc.sealed")


@pytest.mark.parametrize("table", sorted(texts.SEALED))
def test_a_damaged_text_costs_its_row_and_no_picture(sealed: SealedCard, table: str) -> None:
    live(sealed)
    connection = sealed.storage._catalog.connection
    sealed.storage.close()
    column = texts.SEALED[table][0]
    connection = sqlite3.connect(catalog(sealed))
    connection.execute(
        f"UPDATE {table} SET {column} = substr({column}, 1, 30) || 'AAAA' WHERE {column} NOT NULL"
    )
    connection.commit()
    connection.close()
    opened = sealed.restart()
    drawn = sealed.draw(9)
    assert sorted(names(drawn)) == SHOWN
    for each in drawn:
        sealed.storage.picture(each).close()
    assert opened.credentials == CREDENTIALS
    assert sealed.restart().counts.stored == 3
    assert sealed.showing() == []


def test_a_text_that_is_plain_in_a_sealed_catalog_is_damage(sealed: SealedCard) -> None:
    sealed.fill("a")
    sealed.storage.close()
    connection = sqlite3.connect(catalog(sealed))
    connection.execute(f"UPDATE media_items SET id = '{MARK}-planted'")
    connection.commit()
    connection.close()
    assert sealed.restart().rebuilt
    assert names(sealed.draw(9)) == ["a"]
    sealed.settle()
    assert sealed.showing() == []


@pytest.mark.parametrize("harm", [broken, lost])
def test_a_lost_catalog_is_made_again_from_sealed_pictures(
    sealed: SealedCard, harm: Callable[[SealedCard], None]
) -> None:
    live(sealed)
    sealed.storage.close()
    harm(sealed)
    opened = sealed.restart()
    assert opened.rebuilt
    drawn = sealed.draw(9, Order.CAPTURED)
    assert {each.item_id: each.minute for each in drawn} == {
        f"{MARK}-c": 10,
        f"{MARK}-a": 50,
        f"{MARK}-b": None,
    }
    assert sealed.sealing.texts and not sealed.sealing.unconverted
    sealed.settle()
    assert sealed.showing() == []
    assert len(sealed.draw(9)) == 3


def test_what_a_sealed_catalog_still_tells_lives_on_when_it_is_rebuilt(sealed: SealedCard) -> None:
    live(sealed)
    sealed.settle()
    sealed.storage.close()
    connection = sqlite3.connect(catalog(sealed))
    connection.execute("DROP TABLE tally")
    connection.close()
    opened = sealed.restart()
    assert opened.rebuilt
    assert opened.attempt == ATTEMPT
    check_all_there(sealed, opened)
    sealed.settle()
    # It was known to hold no plain text, so it is kept for whoever asks.
    assert [path.name for path in sealed.state.glob("catalog.damaged-*")] == ["catalog.damaged-1"]


def test_a_catalog_that_does_not_say_whether_it_is_sealed_is_rebuilt(sealed: SealedCard) -> None:
    live(sealed)
    sealed.storage.close()
    connection = sqlite3.connect(catalog(sealed))
    connection.execute("DELETE FROM sealing")
    connection.commit()
    connection.close()
    opened = sealed.restart()
    assert opened.rebuilt
    check_all_there(sealed, opened)


def test_damaged_credentials_are_set_aside_sealed_and_never_plain(
    sealed: SealedCard, caplog: pytest.LogCaptureFixture
) -> None:
    path = sealed.state / "credentials.json"
    sealed.storage.perform(ask.SaveCredentials(credentials=CREDENTIALS))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert sealed.restart().credentials is None
    assert [each.name for each in sealed.state.glob("cred*")] == ["credentials.damaged-1"]
    path.write_text(f'{{"refresh_token": "{MARK}-half')
    assert sealed.restart().credentials is None
    assert [each.name for each in sealed.state.glob("cred*")] == ["credentials.damaged-1"]
    assert "were damaged and are removed" in caplog.text


def test_another_clients_sign_in_is_sealed_too(sealed: SealedCard) -> None:
    kept = Credentials(Secret(f"{MARK}-refresh"), "other", ())
    sealed.switch(False)
    sealed.storage.perform(ask.SaveCredentials(credentials=kept))
    assert sealed.switch(True).credentials is None
    assert sealed.showing() == []
    assert sealed.storage._credentials.load("other") == kept


def test_a_hidden_item_stays_hidden_and_an_old_name_is_no_key(sealed: SealedCard) -> None:
    pick = sealed.fill("a", "b")
    sealed.storage.perform(ask.HideItems(item_ids=(MediaItemId("a"),)))
    assert [each.id for each in sealed.add(pick, "a", "b", "c").wanted] == ["c"]
    assert sealed.restart().counts.hidden == 1
    assert names(sealed.draw(5)) == ["b"]
    assert sealed.key == KEY


def test_ids_too_long_for_a_sealed_name_are_stored_and_kept(sealed: SealedCard) -> None:
    long, longer = "y" * 101, "z" * 200
    sealed.fill(long, longer, "short")
    sealed.fetch("w" * 150)  # an orphan with such an id
    sealed.restart()
    sealed.settle()
    drawn = sealed.draw(9)
    assert sorted(names(drawn)) == sorted([long, longer, "short"])
    assert len(list(sealed.cache.glob("renditions/*/*"))) == 3
    for each in drawn:
        sealed.storage.picture(each).close()


def test_a_sealed_sign_in_says_nothing_to_who_has_no_key(sealed: SealedCard) -> None:
    sealed.storage.perform(ask.SaveCredentials(credentials=CREDENTIALS))
    content = (sealed.state / "credentials.json").read_bytes()
    assert CredentialsFile(sealed.state, Seals(KEY)).opened(content) == CREDENTIALS
    assert CredentialsFile(sealed.state, Seals(OTHER_KEY)).opened(content) is None
    assert CredentialsFile(sealed.state).opened(content) is None
