"""A large slide goes to the screen in steps; the core hears of it when it is whole, and no step falls into a fade."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from kiosk.app.uploads import Uploads
from kiosk.app.workers import Prepared
from kiosk.core.events import SlidePrepared
from kiosk.core.model import CommandId, Size, Slide, SlideId
from kiosk.display import Painter
from kiosk.display.images import of_pixels


class SteppingPainter:
    """Takes three steps for a slide."""

    def __init__(self) -> None:
        self.steps: list[SlideId] = []

    def uploading(self, slide: SlideId, pixels: object) -> Iterator[None]:
        for step in range(3):
            self.steps.append(slide)
            if step < 2:
                yield


def prepared(number: int) -> Prepared:
    slide = Slide(SlideId(number), ())
    return Prepared(SlidePrepared(answers=CommandId(number), slide=slide), of_pixels(bytes(3), Size(1, 1)))


def test_a_slide_is_told_of_when_it_is_whole_and_the_next_begins_after_it() -> None:
    painter, uploads = SteppingPainter(), Uploads()
    assert uploads.step(cast("Painter", painter)) is None
    first, second = prepared(1), prepared(2)
    uploads.add(first)
    uploads.add(second)
    told = [uploads.step(cast("Painter", painter)) for _ in range(6)]
    assert told == [None, None, first, None, None, second]
    assert painter.steps == [SlideId(1)] * 3 + [SlideId(2)] * 3
    assert not uploads.pending
