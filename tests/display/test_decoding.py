"""A picture comes from the card as Pillow decodes it, without a copy, and nothing of it is made up."""

from __future__ import annotations

import gc
from pathlib import Path

import pygame
import pytest
from PIL import Image, ImageChops, ImageStat

from kiosk.core.model import Size
from kiosk.display import patches
from kiosk.display.decoding import Source, decoded, opened
from kiosk.display.lending import LENT, in_one_block, lent
from kiosk.errors import Corrupt

SIZE = Size(160, 120)


def painted(mode: str = "RGB") -> Image.Image:
    picture = Image.linear_gradient("L").resize((SIZE.width, SIZE.height)).convert("RGB")
    picture.paste((200, 30, 30), (0, 0, 60, 120))
    return picture.convert(mode)


def saved(folder: Path, picture: Image.Image, **options: object) -> Path:
    path = folder / "picture.jpg"
    picture.save(path, "JPEG", quality=92, **options)
    return path


def differ(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}], ids=str)
def test_every_kind_of_jpeg_is_decoded_as_pillow_does(
    tmp_path: Path, mode: str, options: dict[str, object]
) -> None:
    path = saved(tmp_path, painted(mode), **options)
    with Image.open(path) as picture:
        expected = picture.convert("RGB")
    for needed in (SIZE, Size(SIZE.width // 2, SIZE.height // 2)):
        image = patches.pillow(decoded(opened(Source(path)), needed))
        assert image.width >= needed.width and image.height >= needed.height
        assert differ(image, expected.resize(image.size, Image.Resampling.BOX)) < 3


def test_what_is_needed_small_is_decoded_small(tmp_path: Path) -> None:
    path = saved(tmp_path, painted())
    assert decoded(opened(Source(path)), Size(40, 30)).get_size() == (40, 30)
    assert decoded(opened(Source(path)), Size(81, 60)).get_size() == (160, 120)


def test_the_bytes_may_come_from_elsewhere(tmp_path: Path) -> None:
    path = saved(tmp_path, painted())
    with path.open("rb") as file:
        there = opened(Source(tmp_path / "sealed", file=file))
    assert decoded(there, SIZE).get_size() == (160, 120)


@pytest.mark.parametrize("needed", [SIZE, Size(40, 30)])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=str)
def test_a_picture_that_breaks_off_is_not_made_up(
    tmp_path: Path, needed: Size, share: float, options: dict[str, object]
) -> None:
    preview = Image.effect_noise((64, 48), 60).convert("RGB")
    exif = Image.Exif()
    whole = Image.effect_noise((SIZE.width, SIZE.height), 90).convert("RGB")
    path = saved(tmp_path, whole, exif=exif, comment=_jpeg(preview), **options)
    content = path.read_bytes()
    head = len(content) // 4
    path.write_bytes(content[: head + round((len(content) - head) * share)])
    with pytest.raises(Corrupt) as caught:
        decoded(opened(Source(path)), needed)
    assert caught.value.path == path


def test_a_picture_of_more_pixels_than_pillow_opens_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, painted())
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", SIZE.width * SIZE.height // 2)
    assert opened(Source(path)).size == SIZE
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", SIZE.width * SIZE.height // 2 - 1)
    with pytest.raises(Corrupt, match="pixels"):
        opened(Source(path))


def test_what_is_no_jpeg_is_opened_as_ever(tmp_path: Path) -> None:
    painted().save(tmp_path / "picture.png")
    assert opened(Source(tmp_path / "picture.png")).size == SIZE


def _jpeg(picture: Image.Image) -> bytes:
    """A whole JPEG that rides along in the head of another, as a preview does: it has an end of its own."""
    from io import BytesIO

    file = BytesIO()
    picture.save(file, "JPEG", quality=50)
    return file.getvalue()


@pytest.mark.parametrize("size", [Size(1, 1), Size(3, 7), Size(2100, 2050)], ids=str)
def test_pixels_that_are_lent_stay_when_their_picture_is_gone(size: Size) -> None:
    """The largest is over the 16 MB that Pillow would keep in one piece by itself."""
    in_one_block()
    picture = Image.effect_noise((size.width, size.height), 80).convert("RGB")
    expected, pixels = picture.tobytes(), lent(picture)
    assert pixels.get_masks() == LENT
    del picture
    gc.collect()
    others = [Image.new("RGB", (size.width, size.height), (1, 2, 3)) for _ in range(3)]
    assert pygame.image.tobytes(pixels, "RGB") == expected
    assert len(others) == 3


def test_a_picture_is_lent_and_not_copied() -> None:
    picture = Image.new("RGB", (4, 2))
    pixels = lent(picture)
    picture.putpixel((3, 1), (10, 20, 30))
    assert pixels.get_at((3, 1))[:3] == (10, 20, 30)


def test_a_file_that_is_no_jpeg_is_decoded_too(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    painted().save(path, "BMP")
    assert decoded(opened(Source(path)), SIZE).get_size() == (160, 120)
