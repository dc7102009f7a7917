"""When a picture was taken, by its own EXIF: believed where it makes sense, as UTC where it names no zone."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime

import pytest
from PIL import Image

from kiosk.core.model import Size
from kiosk.storage.exif import made_by
from kiosk.storage.normalise import normalise

TAKEN, OFFSET, EXIF_IFD = 0x9003, 0x9011, 0x8769
BOX = Size(400, 300)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def picture(taken: object = None, offset: object = None, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"  # Pillow writes nothing where the first directory is empty
    inner = exif.get_ifd(EXIF_IFD)
    if taken is not None:
        inner[TAKEN] = taken
    if offset is not None:
        inner[OFFSET] = offset
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 60)).save(file, kind, exif=exif)
    return file.getvalue()


def captured(content: bytes, box: Size = BOX) -> datetime | None:
    return normalise(io.BytesIO(content), box).captured_at


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("box", [BOX, Size(20, 20)])
def test_the_time_of_capture_is_read(kind: str, box: Size) -> None:
    content = picture("2019:07:14 18:30:05", kind=kind)
    assert captured(content, box) == datetime(2019, 7, 14, 18, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offset", "hour"),
    [(None, 18), ("+02:00", 16), ("-05:00", 23), ("", 18), ("Z", 18), ("+2", 18), (b"x", 18)],
)
def test_the_zone_counts_where_there_is_one(offset: object, hour: int) -> None:
    assert captured(picture("2019:07:14 18:30:05", offset)) == datetime(2019, 7, 14, hour, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "taken",
    [
        None,
        "",
        "    :  :     :  :  ",
        "0000:00:00 00:00:00",
        "2019:02:30 10:00:00",
        "1899:12:31 23:59:59",
        "2100:01:01 00:00:00",
        "9999:99:99 99:99:99",
        "yesterday",
        "٢٠١٩:07:14 18:30:05".encode(),
        b"\xff\xfe",
    ],
)
def test_what_is_no_time_of_a_photograph_is_none(taken: object) -> None:
    assert captured(picture(taken)) is None


def test_a_zone_that_does_not_exist_makes_no_time() -> None:
    assert captured(picture("2019:07:14 18:30:05", "+99:99")) is None


def test_broken_exif_costs_the_time_and_not_the_picture() -> None:
    content = picture("2019:07:14 18:30:05", "+02:00")
    start, rng = content.index(b"Exif"), random.Random(1)
    times = set()
    for _ in range(300):
        broken = bytearray(content)
        for _ in range(4):
            broken[start + 6 + rng.randrange(80)] = rng.randrange(256)
        done = normalise(io.BytesIO(bytes(broken)), BOX)
        assert done.size in {Size(64, 48), Size(48, 64)}
        times.add(done.captured_at)
    assert None in times and len(times) > 1


def test_the_camera_is_read_and_what_cannot_be_shown_is_left_out() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "NIKON CORPORATION", "NIKON\x1b D850"
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=exif)
    with Image.open(file) as picture:
        assert made_by(picture) == ("NIKON CORPORATION", "NIKON D850")


def test_no_camera_broken_exif_and_one_that_is_no_text_are_none() -> None:
    plain, broken, number = (Image.new("RGB", (8, 8)) for _ in range(3))
    broken.info["exif"] = b"Exif\x00\x00no directory"
    number.getexif()[0x010F] = 7
    assert {made_by(each) for each in (plain, broken, number)} == {("", "")}
