"""An SD card whose storage has a key, and looking for what should not be on it."""

from __future__ import annotations

import shutil
from pathlib import Path

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.model import (
    EPOCH,
    Attempt,
    Credentials,
    DeviceCode,
    MediaItemId,
    PickingSessionId,
    RequestId,
    Seconds,
    Secret,
)
from kiosk.core.settings import Order
from kiosk.storage import Storage, sealing
from tests.storage.card import Card, item, jpeg, minute

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
MARK = "MARKED"
ATTEMPT = Attempt(
    RequestId(f"{MARK}-request"),
    DeviceCode(
        Secret(f"{MARK}-device"), f"{MARK}-user", f"https://{MARK}.example", None, Seconds(5), Seconds(1800)
    ),
    EPOCH,
    EPOCH,
)
CREDENTIALS = Credentials(Secret(f"{MARK}-refresh-secret"), "client", ("scope",))


class SealedCard(Card):
    """As a card, with a key; `encrypt` is what the config file says."""

    def __init__(self, folder: Path, *, encrypt: bool = True, key: bytes | None = KEY) -> None:
        self.encrypt = encrypt
        self.key = key
        super().__init__(folder)

    def fresh(self, **limits: float) -> Storage:
        super().fresh(**limits)
        limits = {"cache_max_mb": 100, "keep_free_mb": 0} | limits
        self.storage = Storage(
            self.state,
            self.cache,
            client_id="client",
            key=self.key,
            encrypt=self.encrypt,
            monotonic=lambda: self.now,
            **limits,
        )
        return self.storage

    def switch(self, encrypt: bool, key: bytes | None = KEY) -> say.CatalogOpened:
        self.encrypt, self.key = encrypt, key
        return self.restart()

    def opened_or_error(self) -> say.Event | None:
        return self.fresh().perform(ask.OpenCatalog(order=Order.SHUFFLE))

    def settle(self) -> None:
        """Lets the disk thread do all that it does when it has time."""
        self.now += 60
        for _ in range(64):
            self.draw(1)

    @property
    def sealing(self) -> sealing.Sealing:
        return sealing.read(self.storage._catalog.connection, self.state)

    def contents(self) -> dict[str, bytes]:
        """Every file of both directories: its name and its bytes."""
        return {
            str(path.relative_to(self.state.parent)): path.read_bytes()
            for folder in (self.state, self.cache)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def showing(self) -> list[str]:
        """Where something can be read that should not be: in names and in bytes."""
        marks = (MARK.encode(), b"\xff\xd8\xff", b"JFIF", b"Exif", b"photos.example", b"image/jpeg")
        return [
            name
            for name, content in self.contents().items()
            if MARK in name or any(mark in content for mark in marks)
        ]

    def copy(self, folder: Path) -> SealedCard:
        """What a power cut at this moment leaves; with the clock where it was."""
        for place in (self.state, self.cache):
            shutil.copytree(place, folder / place.name)
        other = SealedCard(folder, encrypt=self.encrypt, key=self.key)
        other.now = self.now
        return other


def live(card: Card) -> None:
    """Everything that a card can hold, marked."""
    card.fill(item(f"{MARK}-a", minute(50)), item(f"{MARK}-b", None), f"{MARK}-hidden", session=f"{MARK}-one")
    pick = card.fill(item(f"{MARK}-c", minute(10)), f"{MARK}-damaged", session=f"{MARK}-two")
    card.add(pick, f"{MARK}-lost")
    give_up = ask.GiveUp(pick_id=pick, item_id=MediaItemId(f"{MARK}-lost"), why=f"{MARK}: not a picture")
    for command in (
        ask.SaveCredentials(credentials=CREDENTIALS),
        ask.SaveAttempt(attempt=ATTEMPT),
        ask.SavePickRequest(request_id=RequestId(f"{MARK}-pick"), abandoned=False),
        ask.HideItems(item_ids=(MediaItemId(f"{MARK}-hidden"),)),
        ask.SetAside(item_ids=(MediaItemId(f"{MARK}-damaged"),)),
        ask.ForgetPick(session_id=PickingSessionId(f"{MARK}-one")),
        give_up,
    ):
        event = card.storage.perform(command)
        assert not isinstance(event, say.Failed), event
    card.show(*card.draw(1))


SHOWN = sorted(f"{MARK}-{name}" for name in "abc")


def check_all_there(card: SealedCard, opened: say.CatalogOpened) -> None:
    """Everything that `live` put there, read back."""
    assert opened.counts.stored == 3
    assert opened.counts.hidden == 1
    assert opened.credentials == CREDENTIALS
    assert opened.attempt == ATTEMPT
    assert [each.request_id for each in opened.pick_requests] == [f"{MARK}-pick"]
    assert {each.session_id for each in opened.open_picks} - {"three"} == {f"{MARK}-two"}
    drawn = card.draw(9, Order.CAPTURED)
    assert [each.item_id for each in drawn] == [f"{MARK}-c", f"{MARK}-a", f"{MARK}-b"]
    for each in drawn:
        with card.storage.picture(each) as file:
            assert file.read() == jpeg(int.from_bytes(each.item_id.encode()[-6:], "big"))
    assert not card.add(card.pick("three"), f"{MARK}-hidden").wanted
