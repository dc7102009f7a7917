"""Part files and the files in their place."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import Size
from kiosk.errors import Corrupt, DiskFull, Unreadable, Unwritable
from tests.storage.card import BOX, Card, item, jpeg, minute, names, no_file_grows_beyond


def parts(card: Card) -> list[Path]:
    return list((card.cache / "parts").iterdir())


def test_a_rendition_is_what_was_sent_under_its_digest(card: Card) -> None:
    content = jpeg(5)
    rendition = card.fetch(item("a", minute(3)), content)
    assert rendition.digest == hashlib.sha256(content).hexdigest()
    assert (rendition.bytes, rendition.size) == (len(content), Size(64, 48))
    assert (rendition.item_id, rendition.captured_at) == ("a", minute(3))
    assert (card.cache / "renditions" / rendition.name).read_bytes() == content
    card.storage.verify(rendition)
    assert parts(card) == []


def test_a_rendition_that_was_made_anew_has_the_digest_of_its_own_bytes(card: Card) -> None:
    rendition = card.fetch("a", jpeg(5, (800, 600)))
    content = (card.cache / "renditions" / rendition.name).read_bytes()
    assert rendition.digest == hashlib.sha256(content).hexdigest()
    assert rendition.size == BOX
    assert card.storage._room.used == len(content) == rendition.bytes
    assert parts(card) == []


@pytest.mark.parametrize("content", [b"", b"no picture", jpeg(1)[:-200]])
def test_what_is_no_picture_leaves_nothing(card: Card, content: bytes) -> None:
    with pytest.raises(Unreadable):
        card.fetch("a", content)
    assert parts(card) == []
    assert card.files() == []
    assert card.storage._room.used == 0


def test_a_download_that_breaks_off_leaves_nothing(card: Card) -> None:
    def break_off() -> None:
        with card.storage.part() as part:
            part.write(b"half")
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        break_off()
    assert parts(card) == []
    assert card.storage._room.used == 0


def test_a_full_card_refuses_the_piece_that_does_not_fit(card: Card) -> None:
    with no_file_grows_beyond(10), card.storage.part() as part:
        assert part.write(bytes(4)) == 4
        with pytest.raises(DiskFull):
            part.write(bytes(20))
    assert parts(card) == []
    assert card.storage._room.used == 0


def test_a_card_that_refuses_for_another_reason_is_not_called_full(card: Card) -> None:
    with card.storage.part() as part, Path(os.devnull).open("rb") as unwritable:
        part.write(b"some")  # the file itself is made with the first byte
        os.dup2(unwritable.fileno(), part.fileno())
        with pytest.raises(Unwritable):
            part.write(b"more")


def test_a_part_file_of_an_earlier_run_is_gone_after_the_start(card: Card) -> None:
    (card.cache / "parts" / "1-0.part").write_bytes(b"left over")
    (card.state / "credentials.json.part").write_bytes(b"left over")
    card.restart()
    assert parts(card) == []
    assert not (card.state / "credentials.json.part").exists()


def test_a_changed_or_missing_file_does_not_verify(card: Card) -> None:
    rendition = card.fetch("a")
    path = card.cache / "renditions" / rendition.name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(Corrupt, match="changed"):
        card.storage.verify(rendition)
    path.unlink()
    with pytest.raises(Corrupt) as missing:
        card.storage.verify(rendition)
    assert missing.value.path == path


def test_several_threads_fetch_at_once(card: Card) -> None:
    pick = card.pick()
    wanted = [f"p{number}" for number in range(12)]
    card.add(pick, *wanted)
    done: list[say.Event | None] = []
    renditions = []
    threads = [
        threading.Thread(target=lambda name=name: renditions.append(card.fetch(name)), args=())
        for name in wanted
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    commands = [
        ask.StoreRendition(pick_id=pick, rendition=each, replace=False, on_screen=()) for each in renditions
    ]
    done += card.storage.perform_batch(commands)
    assert all(isinstance(event, say.RenditionStored) for event in done)
    assert card.files() == sorted(wanted)
    assert card.storage._room.used == sum(path.stat().st_size for path in card.cache.glob("renditions/??/*"))


def forgotten(card: Card, *wanted: str) -> None:
    """Files whose commit never came: accepted, then the power went."""
    for name in wanted:
        card.fetch(name)
    card.restart()


def test_a_file_whose_commit_never_came_is_found_and_removed_later(card: Card) -> None:
    card.fill("kept")
    forgotten(card, "orphan")
    stranger = card.cache / "renditions" / "00"
    stranger.mkdir(exist_ok=True)
    (stranger / "holiday.jpg").write_bytes(b"not ours")
    card.draw(1)
    assert "orphan" in card.files()  # not before the first pictures are on the screen
    card.now += 60
    for _ in range(64):
        card.draw(1)
    assert card.files() == ["holiday", "kept"]
    assert names(card.draw(9)) == ["kept"]


def test_a_file_that_has_just_arrived_is_no_orphan(card: Card) -> None:
    card.now += 60
    rendition = card.fetch("a")
    for _ in range(64):
        card.draw(1)
    pick = card.pick()
    command = ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=())
    assert isinstance(card.storage.perform(command), say.RenditionStored)
    assert card.files() == ["a"]


def test_ids_too_long_for_a_file_name_are_stored_and_kept(card: Card) -> None:
    long = "ü" * 100
    card.fill(long, "short")
    card.fetch("z" * 200)  # an orphan with such an id
    card.restart()
    card.now += 60
    for _ in range(64):
        card.draw(1)
    assert sorted(names(card.draw(9))) == ["short", long]
    assert len(card.files()) == 2
    assert all(card.storage.path_of(each).exists() for each in card.draw(9))


def test_a_folder_that_vanishes_during_the_sweep_stops_nothing(card: Card) -> None:
    assert list(card.storage._renditions.found("no such folder")) == []


def test_what_the_card_does_not_let_go_is_tried_again(card: Card) -> None:
    pick = card.fill("a", "b")
    path = next(card.cache.glob("renditions/??/a.*"))
    path.unlink()
    path.mkdir()  # a folder under this name cannot be unlinked
    from kiosk.core.model import MediaItemId

    card.storage.perform(ask.HideItems(item_ids=(MediaItemId("a"),)))
    assert path.exists()
    path.rmdir()
    card.stored(pick, "b")
    assert card.files() == ["b"]
    assert card.storage._leftovers._waiting == {}
