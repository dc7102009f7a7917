from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.core.focus import Box
from kiosk.core.model import Size
from kiosk.core.settings import Style, Surround
from kiosk.display.decoding import Source
from kiosk.display.images import HANGING, PreparedSlide, slide_of
from kiosk.display.images import prepare as prepare_all
from kiosk.errors import Corrupt

SCREEN = Size(160, 90)


def prepare(path: Path, screen: Size, style: Style = HANGING) -> PreparedSlide:
    return prepare_all(Source(path), screen, style)


def opened(slide: PreparedSlide) -> Image.Image:
    return slide.image


def save(folder: Path, image: Image.Image, name: str = "picture.jpg") -> Path:
    path = folder / name
    image.save(path, quality=95)
    return path


def colour(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return int(found[0]), int(found[1]), int(found[2])


def near(one: tuple[int, int, int], other: tuple[int, int, int], by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("size", [(160, 90), (1600, 900), (3200, 1800), (80, 45)])
def test_a_picture_of_the_screens_shape_fills_it(tmp_path: Path, size: tuple[int, int]) -> None:
    slide = prepare(save(tmp_path, Image.new("RGB", size, (200, 40, 40))), SCREEN)
    assert slide.size == SCREEN
    image = opened(slide)
    for x, y in ((0, 0), (159, 0), (0, 89), (159, 89), (80, 45)):
        assert near(colour(image, x, y), (200, 40, 40))


@pytest.mark.parametrize(
    ("size", "first", "last"),
    [
        # Upright: from column 46 to 113; a panorama: from row 22 to 66.
        ((300, 400), (46, 0), (113, 89)),
        ((1200, 1600), (46, 0), (113, 89)),
        ((4000, 1100), (0, 23), (159, 66)),
    ],
)
def test_a_picture_of_another_shape_is_whole_and_its_surround_dark(
    tmp_path: Path, size: tuple[int, int], first: tuple[int, int], last: tuple[int, int]
) -> None:
    image = opened(prepare(save(tmp_path, Image.new("RGB", size, (240, 240, 240))), SCREEN))
    for place in (first, last, (80, 45)):
        assert near(colour(image, *place), (240, 240, 240))
    outside = [(0, 0), (159, 89)]
    outside += (
        [(first[0] - 1, 45), (last[0] + 1, 45)] if first[0] else [(80, first[1] - 1), (80, last[1] + 1)]
    )
    for place in outside:
        assert all(20 < channel < 90 for channel in colour(image, *place))


def test_the_surround_has_the_colours_of_its_picture(tmp_path: Path) -> None:
    two = Image.new("RGB", (300, 400), (200, 60, 20))
    two.paste((20, 60, 200), (0, 200, 300, 400))
    image = opened(prepare(save(tmp_path, two), SCREEN))
    upper, lower = colour(image, 5, 5), colour(image, 5, 84)
    assert upper[0] > 1.5 * upper[2]
    assert lower[2] > 1.5 * lower[0]


def test_a_black_picture_has_a_black_surround_and_a_white_one_no_glare(tmp_path: Path) -> None:
    black = opened(prepare(save(tmp_path, Image.new("RGB", (90, 90))), SCREEN))
    assert max(colour(black, 3, 45)) <= 2
    white = opened(prepare(save(tmp_path, Image.new("RGB", (90, 90), (255, 255, 255)), "white.jpg"), SCREEN))
    assert max(colour(white, 3, 45)) <= 64


def test_the_surround_of_a_smooth_picture_has_no_bands(tmp_path: Path) -> None:
    ramp = Image.linear_gradient("L").resize((600, 800)).convert("RGB")
    image = opened(prepare(save(tmp_path, ramp), Size(640, 360)))
    column = [colour(image, 20, y)[1] for y in range(360)]
    changes = sum(one != other for one, other in pairwise(column))
    # Bare levels would change once a band, about 60 times over the height.
    assert changes > 100


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from([SCREEN, Size(90, 160), Size(100, 100), Size(17, 9)]),
)
def test_every_shape_of_picture_gives_a_whole_screen(width: int, height: int, screen: Size) -> None:
    picture = Image.new("RGB", (width, height), (9, 99, 199))
    slide = slide_of(picture, screen)
    assert slide.size == screen
    assert slide.image.size == (screen.width, screen.height)


@pytest.mark.parametrize("screen", [Size(1920, 1080), Size(1080, 1920), Size(1366, 768)])
def test_a_panorama_on_a_real_screen_has_a_surround(screen: Size) -> None:
    # 1920 / 1080 is no float: the crop for the surround must not come out a hair higher than the picture.
    for height in range(200, 1001, 80):
        picture = Image.new("RGB", (3000, height), (9, 99, 199))
        assert slide_of(picture, screen).size == screen


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_every_mode_of_jpeg_becomes_rgb(tmp_path: Path, mode: str) -> None:
    slide = prepare(
        save(tmp_path, Image.new(mode, (320, 180), 128 if mode == "L" else (0,) * len(mode))), SCREEN
    )
    assert slide.image.size == (SCREEN.width, SCREEN.height)


def test_a_picture_with_transparency_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.new("RGBA", (320, 180), (10, 200, 10, 255)).save(path)
    assert near(colour(opened(prepare(path, SCREEN)), 80, 45), (10, 200, 10))


def test_a_picture_that_breaks_off_is_corrupt(tmp_path: Path) -> None:
    path = save(tmp_path, Image.effect_noise((600, 400), 90).convert("RGB"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Corrupt) as caught:
        prepare(path, SCREEN)
    assert caught.value.path == path


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + b"\0" * 40]
)
def test_what_is_no_picture_is_corrupt(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(Corrupt):
        prepare(path, SCREEN)


def test_a_missing_file_is_corrupt(tmp_path: Path) -> None:
    with pytest.raises(Corrupt, match=r"gone\.jpg"):
        prepare(tmp_path / "gone.jpg", SCREEN)


@given(st.data())
def test_no_damage_escapes_as_another_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = save(tmp_path_factory.mktemp("damaged"), Image.linear_gradient("L").convert("RGB"))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    try:
        seen = prepare(path, SCREEN).size
    except Corrupt:
        seen = SCREEN
    assert seen == SCREEN


def test_the_ground_of_a_slide_that_a_gpu_scales_keeps_a_speck_that_the_mean_loses(tmp_path: Path) -> None:
    picture = Image.new("RGB", (320, 180), (20, 20, 20))
    picture.putpixel((101, 171), (255, 255, 255))
    path = tmp_path / "speck.png"
    picture.save(path)
    foot = Box(0.0, 0.9, 1.0, 1.0)
    for surround in Surround:
        layered, flat = (
            prepare_all(Source(path), SCREEN, Style(surround, words=True), flat=flat)
            for flat in (False, True)
        )
        assert layered.ground is not None and flat.ground is not None
        if surround is not Surround.MAT:  # whose board is what lies at the foot
            assert layered.ground.between(foot)[1] == 1.0 > flat.ground.between(foot)[1]
        assert layered.ground.between(foot)[0] <= flat.ground.between(foot)[0] + 0.001


def test_patches_that_are_put_together_later_make_the_same_slide(tmp_path: Path) -> None:
    path = save(tmp_path, Image.linear_gradient("L").convert("RGB").resize((300, 400)))
    for surround in Surround:
        layered, flat = (
            prepare_all(Source(path), SCREEN, Style(surround), flat=flat) for flat in (False, True)
        )
        assert len(flat.patches) == 1
        assert layered.image.tobytes() == flat.image.tobytes()
        assert layered.mean == pytest.approx(flat.mean, abs=6)
