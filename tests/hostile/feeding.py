"""What the tests of this folder share: a file without a name for the decoder, and the count of what was tried."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
from PIL import Image

from kiosk.core.model import Size
from kiosk.errors import Unreadable
from kiosk.storage.decoder import Decoder
from kiosk.storage.normalise import Normalised
from tests.hostile.zoo import FOUR

BOX = Size(400, 300)


@attrs.define
class Tally:
    """For the line at the end of the run."""

    tried: int = 0
    shown: int = 0
    refused: int = 0
    replaced: int = 0
    """Times that the decode process had to be replaced over a file."""


TALLY = Tally()


@contextmanager
def opened(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("animal")
    try:
        os.write(descriptor, content)
        yield descriptor
    finally:
        os.close(descriptor)


def decoded(decoder: Decoder, content: bytes, box: Size = BOX) -> Normalised:
    with opened(content) as descriptor:
        return decoder.normalise(descriptor, box)


def feed(decoder: Decoder, content: bytes, box: Size = BOX) -> Normalised | None:
    """None where it was refused; counted."""
    TALLY.tried += 1
    try:
        done = decoded(decoder, content, box)
    except Unreadable as error:
        TALLY.refused += 1
        TALLY.replaced += str(error).startswith("the decoder")
        return None
    TALLY.shown += 1
    return done


def shown(done: Normalised, content: bytes) -> Image.Image:
    """The picture as the show would read it: no EXIF, no profile asked."""
    picture = Image.open(io.BytesIO(done.jpeg if done.jpeg is not None else content), formats=["JPEG"])
    picture.load()
    assert picture.mode == "RGB"
    assert picture.size == (done.size.width, done.size.height)
    return picture


def near(one: tuple[int, ...], other: tuple[int, ...], by: int) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def assert_upright(picture: Image.Image) -> None:
    left, top, right, bottom = (
        picture.width // 8,
        picture.height // 8,
        picture.width * 7 // 8,
        picture.height * 7 // 8,
    )
    found = [
        picture.getpixel(place) for place in ((left, top), (right, top), (left, bottom), (right, bottom))
    ]
    assert all(near(one, other, 12) for one, other in zip(found, FOUR, strict=True)), found
