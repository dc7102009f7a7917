"""Whatever bytes come: an upright sRGB JPEG that fits the box, or Unreadable."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from kiosk.core.model import Size
from kiosk.errors import Unreadable
from kiosk.storage import normalise as room
from kiosk.storage.normalise import Normalised
from tests.hostile.profiles import PRO_PHOTO, SRGB, grey
from tests.hostile.zoo import BLUE, GREEN, RED, WHITE, corners, saved
from tests.storage.card import jpeg

# Pillow warns of broken EXIF and goes on, and so does the kiosk.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

BOX = Size(400, 300)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "part"
    path.write_bytes(content)
    return path


def normalise(path: Path, box: Size) -> Normalised:
    with path.open("rb") as file:
        return room.normalise(file, box)


def shown(done: Normalised, path: Path) -> Image.Image:
    """The picture as the show would read it: no EXIF, no profile asked."""
    picture = Image.open(io.BytesIO(done.jpeg if done.jpeg is not None else path.read_bytes()))
    picture.load()
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    assert picture.size == (done.size.width, done.size.height)
    return picture


def corners_of(picture: Image.Image) -> list[tuple[int, int, int]]:
    right, bottom = picture.width * 7 // 8, picture.height * 7 // 8
    left, top = picture.width // 8, picture.height // 8
    return [picture.getpixel(place) for place in ((left, top), (right, top), (left, bottom), (right, bottom))]


def near(one: tuple[int, ...], other: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def assert_upright(picture: Image.Image) -> None:
    found = corners_of(picture)
    assert all(near(one, other) for one, other in zip(found, (RED, GREEN, BLUE, WHITE), strict=True)), found


def test_a_good_jpeg_is_kept_byte_for_byte(tmp_path: Path) -> None:
    path = written(tmp_path, saved(corners(), "JPEG", quality=92))
    done = normalise(path, BOX)
    assert (done.size, done.jpeg) == (Size(64, 48), None)


def test_a_progressive_jpeg_is_good_too(tmp_path: Path) -> None:
    path = written(tmp_path, saved(corners(), "JPEG", progressive=True))
    done = normalise(path, BOX)
    assert (done.size, done.jpeg) == (Size(64, 48), None)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_ends_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = corners()
    stored = (
        next(
            turned
            for turned in (upright.transpose(way) for way in Image.Transpose)
            if orientation != 1 and _stands(turned, orientation, upright)
        )
        if orientation != 1
        else upright
    )
    path = written(tmp_path, saved(stored, "JPEG", quality=95, exif=exif))
    done = normalise(path, BOX)
    assert (done.jpeg is None) is (orientation == 1)
    picture = shown(done, path)
    assert picture.size == (64, 48)
    assert_upright(picture)
    assert picture.getexif().get(0x0112, 1) == 1


def _stands(turned: Image.Image, orientation: int, upright: Image.Image) -> bool:
    turned.getexif()[0x0112] = orientation
    undone = ImageOps.exif_transpose(turned)
    return undone.size == upright.size and undone.tobytes() == upright.tobytes()


@pytest.mark.parametrize("value", [0, 9, 60000])
def test_an_orientation_that_does_not_exist_turns_nothing(tmp_path: Path, value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    path = written(tmp_path, saved(corners(), "JPEG", quality=95, exif=exif))
    assert_upright(shown(normalise(path, BOX), path))


def test_broken_exif_turns_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, saved(corners(), "JPEG", quality=95, exif=b"Exif\0\0II*\0\xff\xff\xff\xff\x07"))
    assert_upright(shown(normalise(path, BOX), path))


KINDS: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: saved(corners(), "PNG"),
    "palette PNG": lambda: saved(corners().quantize(8), "PNG"),
    "WebP": lambda: saved(corners(), "WEBP", quality=95),
    "lossless WebP": lambda: saved(corners(), "WEBP", lossless=True),
    "GIF": lambda: saved(corners(), "GIF"),
    "BMP": lambda: saved(corners(), "BMP"),
    "AVIF": lambda: saved(corners(), "AVIF", quality=95),
    "animated GIF": lambda: saved(
        corners(), "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48))]
    ),
    "animated WebP": lambda: saved(
        corners(), "WEBP", lossless=True, save_all=True, append_images=[Image.new("RGB", (64, 48))]
    ),
    "APNG": lambda: saved(corners(), "PNG", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
    "MPO": lambda: saved(
        corners(), "MPO", quality=95, save_all=True, append_images=[Image.new("RGB", (64, 48))]
    ),
    "JPEG with a film behind it": lambda: saved(corners(), "JPEG", quality=95) + bytes(400_000),
    "CMYK JPEG": lambda: saved(corners().convert("CMYK"), "JPEG", quality=95),
    "opaque RGBA PNG": lambda: saved(corners().convert("RGBA"), "PNG"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_ends_as_an_srgb_jpeg(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, KINDS[kind]())
    done = normalise(path, BOX)
    assert done.size == Size(64, 48)
    assert done.jpeg is not None
    assert_upright(shown(done, path))


GREYS: dict[str, Callable[[], bytes]] = {
    "grey JPEG": lambda: saved(Image.new("L", (64, 48), 100), "JPEG", quality=95),
    "16-bit PNG": lambda: saved(Image.new("I;16", (64, 48), 100 * 257), "PNG"),
    "grey PNG with alpha": lambda: saved(Image.new("LA", (64, 48), (100, 255)), "PNG"),
    "grey JPEG with a grey profile": lambda: saved(
        Image.new("L", (64, 48), 100), "JPEG", icc_profile=b"nonsense"
    ),
}


@pytest.mark.parametrize("kind", GREYS)
def test_grey_stays_the_same_grey(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, GREYS[kind]())
    picture = shown(normalise(path, BOX), path)
    assert near(picture.getpixel((32, 24)), (100, 100, 100), 3)


def test_one_bit_is_black_and_white(tmp_path: Path) -> None:
    path = written(tmp_path, saved(Image.new("1", (64, 48), 1), "PNG"))
    assert near(shown(normalise(path, BOX), path).getpixel((9, 9)), (255, 255, 255), 2)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_can_be_seen_through_lies_on_dark_grey(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, saved(Image.new("RGBA", (64, 48), (255, 255, 255, 0)), kind, lossless=True))
    assert near(shown(normalise(path, BOX), path).getpixel((9, 9)), (32, 32, 32), 3)


def test_a_transparent_palette_colour_is_seen_through(tmp_path: Path) -> None:
    picture = Image.new("P", (64, 48), 0)
    picture.putpalette([255, 0, 0] * 4)
    path = written(tmp_path, saved(picture, "PNG", transparency=0))
    assert near(shown(normalise(path, BOX), path).getpixel((9, 9)), (32, 32, 32), 3)


@pytest.mark.parametrize(
    ("size", "box", "expected"),
    [
        ((800, 600), Size(400, 300), Size(400, 300)),
        ((800, 100), Size(400, 300), Size(400, 50)),
        ((100, 900), Size(400, 300), Size(33, 300)),
        ((2000, 1), Size(400, 300), Size(400, 1)),
        ((1, 1), Size(400, 300), Size(1, 1)),
        ((400, 300), Size(400, 300), Size(400, 300)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_fits_the_box_and_never_grows(
    tmp_path: Path, size: tuple[int, int], box: Size, expected: Size, kind: str
) -> None:
    path = written(tmp_path, saved(corners(size), kind))
    done = normalise(path, box)
    assert done.size == expected
    shown(done, path)


def test_a_lying_picture_is_fitted_as_it_will_stand(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = written(tmp_path, saved(corners((800, 200)), "JPEG", exif=exif))
    assert normalise(path, Size(400, 400)).size == Size(100, 400)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_wide_gamut_profile_is_converted_to_srgb(tmp_path: Path, kind: str) -> None:
    picture = Image.new("RGB", (64, 48), (120, 100, 90))
    path = written(tmp_path, saved(picture, kind, icc_profile=PRO_PHOTO))
    done = normalise(path, BOX)
    assert done.jpeg is not None
    result = shown(done, path)
    assert "icc_profile" not in result.info
    r, _, b = result.getpixel((9, 9))
    assert r > 125  # the same numbers mean more colour in the wide space
    assert r - b > 40


def test_a_profile_that_is_srgb_under_whatever_name_keeps_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, saved(corners(), "JPEG", icc_profile=SRGB))
    assert normalise(path, BOX).jpeg is None


@pytest.mark.parametrize("profile", [b"\0" * 200, b"nonsense", SRGB[:200], PRO_PHOTO + bytes(1 << 17)])
def test_a_broken_or_bloated_profile_costs_no_picture(tmp_path: Path, profile: bytes) -> None:
    path = written(tmp_path, saved(corners(), "JPEG", quality=95, icc_profile=profile))
    shown(normalise(path, BOX), path)


def test_a_profile_for_other_channels_is_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, saved(corners().convert("CMYK"), "JPEG", quality=95, icc_profile=PRO_PHOTO))
    assert_upright(shown(normalise(path, BOX), path))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(9)))
        + chunk(b"IEND", b"")
    )


def noisy() -> Image.Image:
    return Image.effect_noise((256, 256), 90).convert("RGB")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "text": lambda: b"<html>Sign in to the hotel's network</html>",
    "zeros": lambda: bytes(5000),
    "the 403 tile cut off": lambda: saved(corners(), "PNG")[:60],
    "a JPEG without its end": lambda: saved(noisy(), "JPEG")[:-9000],
    "a progressive JPEG without its end": lambda: saved(noisy(), "JPEG", progressive=True)[:-9000],
    "a JPEG header": lambda: saved(noisy(), "JPEG")[:400],
    "a WebP without its end": lambda: saved(noisy(), "WEBP")[:-3000],
    "a GIF without its end": lambda: saved(noisy(), "GIF")[:-9000],
    "an AVIF without its end": lambda: saved(noisy(), "AVIF")[:-3000],
    "a bomb of 900 million pixels": lambda: png_of(30_000, 30_000),
    "a bomb of 120 million pixels": lambda: png_of(12_000, 10_000),
    "more pixels than a texture has": lambda: png_of(4097, 4097),
    "a TIFF": lambda: saved(corners(), "TIFF"),
    "an ICO": lambda: saved(corners(), "ICO"),
    "a film": lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(5000),
    "a JPEG of more than 50 million pixels": lambda: saved(corners(), "JPEG").replace(
        struct.pack(">HH", 48, 64), struct.pack(">HH", 9000, 9000)
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_whole_picture_is_unreadable(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, HOSTILE[kind]())
    with pytest.raises(Unreadable):
        normalise(path, BOX)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_grey_profile_is_converted_to_srgb(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, saved(Image.new("L", (64, 48), 100), kind, icc_profile=grey(1.0)))
    found = shown(normalise(path, BOX), path).getpixel((9, 9))
    expected = round(255 * (1.055 * (100 / 255) ** (1 / 2.4) - 0.055))
    assert near(found, (expected,) * 3, 3)


def test_a_jpeg_of_too_many_pixels_is_halved_by_libjpeg(tmp_path: Path) -> None:
    path = written(tmp_path, saved(Image.new("L", (6000, 4000), 90), "JPEG"))
    assert normalise(path, Size(4096, 4096)).size == Size(3000, 2000)


def test_a_large_picture_that_is_seen_through_is_made_smaller(tmp_path: Path) -> None:
    picture = Image.new("P", (3700, 3500), 0)
    picture.putpalette([255, 0, 0] * 4)
    path = written(tmp_path, saved(picture, "PNG", transparency=0, compress_level=1))
    done = normalise(path, Size(4096, 4096))
    assert 8_200_000 < done.size.width * done.size.height <= 3840 * 2160
    assert near(shown(done, path).getpixel((9, 9)), (32, 32, 32), 3)


class Insatiable(io.BytesIO):
    """What the kernel's limit comes to: tests/hostile has it for real, in the decode process."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise MemoryError


def test_a_picture_that_finds_no_memory_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="more memory"):
        room.normalise(Insatiable(b"GIF89a"), BOX)


@settings(max_examples=150)
@given(data=st.data(), kind=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP"]))
def test_garbled_files_give_a_picture_or_unreadable(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, kind: str
) -> None:
    content = bytearray(jpeg(3) if kind == "JPEG" else saved(corners(), kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "garbled"
    path.write_bytes(content)
    try:
        done = normalise(path, BOX)
    except Unreadable:
        return
    shown(done, path)
