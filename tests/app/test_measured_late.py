"""A picture that was stored without a measure gets one with its slide: before it where that hangs by it, else after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from kiosk.app.workers import Message, Prepared, Workers
from kiosk.core.commands import PrepareSlide
from kiosk.core.events import Measured
from kiosk.core.model import CommandId, Size, Slide, SlideId, StoredItem
from kiosk.core.settings import Style, Surround
from kiosk.display import PreparedSlide, PreparedThumb
from kiosk.display.images import of_pixels
from kiosk.google import GoogleClient
from kiosk.system.inbox import Inbox
from tests.storage.card import Card

SCREEN = Size(16, 9)
PATIENCE = 20.0


class Desk:
    """The real workers over a real card; what is prepared is a black screen."""

    def __init__(self, folder: Path) -> None:
        self.card = Card(folder)
        self.card.open()
        self.card.fill("a", "b")
        self.inbox: Inbox[Message] = Inbox()
        self.prepared: list[Slide] = []
        self.workers = Workers(
            self.card.storage, self._no_network, self._prepare, self.inbox.put, self._thumb
        )
        self.workers.start_others()

    def _no_network(self) -> GoogleClient:
        raise AssertionError("nobody asked Google")

    def _thumb(self, item: StoredItem, side: int) -> PreparedThumb:
        raise AssertionError("nobody asked for a thumbnail")

    def _prepare(self, slide: Slide, screen: Size, _style: Style) -> PreparedSlide:
        self.prepared.append(slide)
        return of_pixels(bytes(screen.width * screen.height * 3), screen)

    def slide(self, style: Style, *, measured: bool) -> tuple[Slide, list[Message]]:
        """The slide that was asked for, and what came: everything that precedes the answer to a second question."""
        items = self.card.draw(2)
        if not measured:
            items = tuple(evolve(item, measure=None) for item in items)
        slide = Slide(SlideId(1), items)
        for number in (1, 2):
            self.workers.do(PrepareSlide(id=CommandId(number), slide=slide, screen=SCREEN, style=style))
        found: list[Message] = []
        while not any(isinstance(each, Prepared) and each.event.answers == 2 for each in found):
            arrived = self.inbox.drain(PATIENCE)
            assert arrived, f"only {found} came"
            found += arrived
        last = next(
            n for n, each in enumerate(found) if isinstance(each, Prepared) and each.event.answers == 2
        )
        return slide, found[:last]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path)
    yield one
    one.workers.stop()
    one.card.storage.close()


def test_a_picture_that_has_its_measure_is_only_prepared(desk: Desk) -> None:
    slide, found = desk.slide(Style(Surround.FILL), measured=True)
    assert [type(each) for each in found] == [Prepared]
    assert desk.prepared[0] == slide


def test_where_nothing_hangs_by_it_the_picture_comes_first(desk: Desk) -> None:
    slide, found = desk.slide(Style(Surround.BLUR), measured=False)
    assert [type(each) for each in found] == [Prepared, Measured, Measured]
    assert desk.prepared[0] == slide
    want = {item.item_id: item.measure for item in desk.card.draw(2)}
    assert {each.item_id: each.measure for each in found if isinstance(each, Measured)} == want


def test_where_the_crop_hangs_by_it_it_is_measured_first_and_the_slide_knows_it(desk: Desk) -> None:
    _, found = desk.slide(Style(Surround.FILL), measured=False)
    assert [type(each) for each in found] == [Prepared, Measured, Measured]
    assert all(item.measure for item in desk.prepared[0].items)
    first = found[0]
    assert isinstance(first, Prepared) and first.event.slide == desk.prepared[0]
