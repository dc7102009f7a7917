"""Disconnect: afterwards no file of ours holds a byte of a photograph or a secret; nobody else's file is touched."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest
from PIL import Image

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Counts, Credentials, MediaItemId, Secret
from kiosk.core.settings import Order
from kiosk.errors import StorageError, Unwritable
from tests.crash import points
from tests.storage.card import BOX, Card, item, jpeg
from tests.storage.sealed import SealedCard
from tests.storage.test_catalog import ATTEMPT

SECRET = "1//marked-secret"


def png(seed: int) -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(jpeg(seed))).save(file, "PNG")
    return file.getvalue()


def lived_in(card: Card) -> None:
    card.fill("a", "b", "c")
    card.storage.perform(ask.SaveCredentials(credentials=Credentials(Secret(SECRET), "client", ())))
    card.storage.perform(ask.SaveAttempt(attempt=ATTEMPT))
    card.storage.perform(ask.SetAside(item_ids=(MediaItemId("c"),)))
    card.storage.close()
    damaged = (card.state / "catalog.sqlite3").read_bytes()
    (card.state / "catalog.sqlite3").write_bytes(b"?" * 20 + damaged[20:])
    (card.state / "credentials.damaged-1").write_text(SECRET)
    (card.state / "credentials.json.part").write_text(SECRET)
    card.restart()
    card.storage.perform(ask.SaveAttempt(attempt=ATTEMPT))
    (card.cache / "parts" / "1-1.part").write_bytes(jpeg(1)[:500])


def test_nothing_is_left_of_pictures_and_secrets(card: Card) -> None:
    lived_in(card)
    (card.state / "lock").write_text("somebody else's")
    assert card.storage.perform(ask.WipeEverything()) == say.Wiped()
    left = [path for folder in (card.state, card.cache) for path in folder.rglob("*") if path.is_file()]
    assert left == [card.state / "lock"]
    opened = card.open()
    assert opened == say.CatalogOpened(
        counts=Counts(), credentials=None, attempt=None, open_picks=(), drawn=()
    )
    assert card.storage._room.used == 0


def test_a_wiped_card_can_be_used_again(card: Card) -> None:
    lived_in(card)
    card.storage.perform(ask.WipeEverything())
    card.fill("a")
    assert card.restart().counts == Counts(items=1, stored=1)


def test_wiping_needs_no_opening(card: Card) -> None:
    lived_in(card)
    card.storage.close()
    assert card.fresh().perform(ask.WipeEverything()) == say.Wiped()
    assert card.files() == []
    assert not list(card.state.iterdir())


def test_wiping_a_card_that_never_was_used_is_no_failure(card: Card, tmp_path: Path) -> None:
    other = Card(tmp_path / "other")
    assert other.storage.perform(ask.WipeEverything()) == say.Wiped()


def test_a_picture_on_its_way_does_not_land_after_the_wipe(card: Card) -> None:
    card.fill("a")
    with card.storage.part() as part:
        part.write(jpeg(2))
        card.storage.perform(ask.WipeEverything())
        card.open()
        assert card.storage._room.used == len(jpeg(2))
        part.path.write_bytes(jpeg(2))  # even if its file had survived
        with pytest.raises(StorageError, match="wiped"):
            card.storage.accept(part, item("b"), BOX)
    assert not [path for path in card.cache.rglob("*") if path.is_file()]
    assert card.storage._room.used == 0


@pytest.mark.parametrize("kind", [Card, SealedCard])
@pytest.mark.parametrize("content", [jpeg(2), png(2)], ids=["as it is", "made anew"])
def test_nor_does_a_picture_that_is_written_once_more(
    tmp_path: Path, kind: type[Card], content: bytes
) -> None:
    card = kind(tmp_path)
    card.open()
    with card.storage.part() as part:
        part.write(content)
        card.storage.perform(ask.WipeEverything())
        with pytest.raises(StorageError, match="wiped"):
            card.storage.accept(part, item("b"), BOX)
    assert not [path for path in card.cache.rglob("*") if path.is_file()]
    assert card.restart().counts == Counts()
    card.storage.close()


def test_bytes_that_come_after_the_wipe_never_touch_the_card(card: Card) -> None:
    card.fill("a")
    with card.storage.part() as part:
        card.storage.perform(ask.WipeEverything())
        with pytest.raises(StorageError, match="wiped"):
            part.write(jpeg(2))
        assert not [path for path in card.cache.rglob("*") if path.is_file()]


def test_what_a_link_leads_to_is_not_ours(card: Card, tmp_path: Path) -> None:
    elsewhere = tmp_path / "holiday"
    elsewhere.mkdir()
    (elsewhere / "picture.jpg").write_bytes(b"not ours")
    card.fill("a")
    (card.cache / "renditions" / "link").symlink_to(elsewhere)
    card.storage.perform(ask.WipeEverything())
    assert (elsewhere / "picture.jpg").exists()
    assert not (card.cache / "renditions" / "link").exists()


def test_a_wipe_that_leaves_something_says_so(card: Card) -> None:
    card.fill("a")
    (card.state / "credentials.damaged-1").mkdir()
    event = card.storage.perform(ask.WipeEverything())
    assert isinstance(event, say.Failed)
    assert isinstance(event.error, Unwritable)


def test_a_wipe_that_was_cut_short_is_finished_before_anything_is_shown(card: Card) -> None:
    card.fill("a")
    in_the_way = card.state / "credentials.damaged-1"
    in_the_way.mkdir()
    card.storage.perform(ask.WipeEverything())
    card.storage.close()
    assert card.files() == ["a"]
    refused = card.fresh().perform(ask.OpenCatalog(order=Order.SHUFFLE))
    assert isinstance(refused, say.Failed)
    assert isinstance(refused.error, Unwritable)
    in_the_way.rmdir()
    assert card.restart().counts == Counts()
    assert card.files() == []
    assert card.fill("b") and card.restart().counts.stored == 1


def test_a_card_without_room_for_the_mark_is_wiped_all_the_same(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, side: str) -> None:
        if name == "create wipe mark":
            raise OSError(errno.ENOSPC, "No space left on device")

    card.fill("a")
    points.install(full, monkeypatch.setattr)
    assert card.storage.perform(ask.WipeEverything()) == say.Wiped()
    assert card.files() == []
