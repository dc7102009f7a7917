"""What surrounds a picture: it belongs to the picture, it never competes with it, and it costs the picture nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest
from PIL import Image, ImageChops, ImageStat

from kiosk.core.focus import CENTRE, WHOLE, Box, Focus
from kiosk.core.hanging import hang, hang_pair
from kiosk.core.model import Rect, Size
from kiosk.core.settings import MatStyle, Motion, Style, Surround
from kiosk.display import patches
from kiosk.display.decoding import Source
from kiosk.display.images import PreparedSlide, pair_of, prepare, slide_of
from kiosk.errors import Corrupt

SCREEN = Size(480, 270)
UPRIGHT = Size(300, 400)
STYLES = [
    *(Style(surround) for surround in (Surround.BLUR, Surround.PLAIN, Surround.FILL)),
    *(Style(Surround.MAT, mat) for mat in MatStyle),
]
SHAPES = [UPRIGHT, Size(600, 400), Size(400, 400), Size(1200, 300), Size(480, 270), Size(1, 1), Size(3, 900)]
by_style = pytest.mark.parametrize(
    "style", STYLES, ids=lambda style: f"{style.surround.value}-{style.mat.value}"
)


def opened(slide: PreparedSlide) -> Image.Image:
    return slide.image


def painted(
    size: Size, colours: tuple[tuple[int, int, int], ...] = ((200, 90, 40), (40, 90, 160))
) -> Image.Image:
    """Two halves, so that up, down and the hue can be told."""
    picture = Image.new("RGB", (size.width, size.height), colours[0])
    picture.paste(colours[-1], (0, size.height // 2, size.width, size.height))
    return picture


def light(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L")).mean[0]


def part(image: Image.Image, rect: Rect) -> Image.Image:
    return image.crop((rect.x, rect.y, rect.right, rect.bottom))


@by_style
@pytest.mark.parametrize("screen", [SCREEN, Size(270, 480), Size(17, 9)])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_hangs_in_every_surround_on_every_screen(style: Style, screen: Size, shape: Size) -> None:
    slide = slide_of(painted(shape), screen, style)
    assert slide.size == slide.screen == screen
    assert slide.image.size == (screen.width, screen.height)
    assert slide.first == slide.last == WHOLE


@by_style
def test_no_surround_touches_the_picture_but_for_the_shadow_of_the_board(style: Style) -> None:
    picture = painted(UPRIGHT)
    place = hang(UPRIGHT, SCREEN, style).place
    image = part(opened(slide_of(picture, SCREEN, style)), place)
    clear = Rect(4, 4, place.width - 4, place.height - 4)
    bare = patches.pillow(patches.scaled(patches.surface(picture), Size(place.width, place.height)))
    difference = ImageChops.difference(part(image, clear), part(bare, clear))
    assert max(high for _, high in difference.getextrema()) == 0  # type: ignore[misc]


def test_a_blur_is_darker_than_its_picture_and_never_bright() -> None:
    for level in (20, 90, 180, 255):
        picture = Image.new("RGB", (300, 400), (level, level, level))
        image = opened(slide_of(picture, SCREEN, Style(Surround.BLUR)))
        beside = light(image.crop((0, 0, 100, 270)))
        assert beside <= min(64, 0.55 * level + 2)


def test_plain_is_one_dark_colour() -> None:
    image = opened(slide_of(painted(UPRIGHT), SCREEN, Style(Surround.PLAIN)))
    assert image.crop((0, 0, 100, 270)).getcolors() == [(27000, (17, 14, 12))]


def test_fill_leaves_nothing_of_the_screen_free_and_cuts_what_matters_least() -> None:
    # What matters stands at the left; the right fifth is to go.
    picture = Image.new("RGB", (600, 200), (90, 90, 90))
    picture.paste((220, 60, 20), (20, 60, 120, 160))
    screen = Size(480, 200)
    image = opened(slide_of(picture, screen, Style(Surround.FILL)))
    assert image.getpixel((30, 110)) == (220, 60, 20)
    assert image.getpixel((470, 110)) == (90, 90, 90)
    given = Focus(0.9, 0.5, Box(0.8, 0.4, 1.0, 0.6))
    other = opened(slide_of(picture, screen, Style(Surround.FILL), given))
    assert other.getpixel((30, 110)) != (220, 60, 20) or other.getpixel((5, 110)) == (220, 60, 20)


@pytest.mark.parametrize("mat", [MatStyle.SINGLE, MatStyle.DOUBLE, MatStyle.FLOAT])
def test_a_light_board_is_light_and_a_dark_one_dark(mat: MatStyle) -> None:
    board = Rect(0, 0, 60, 270)
    picture = painted(UPRIGHT)
    assert 170 < light(part(opened(slide_of(picture, SCREEN, Style(Surround.MAT, mat))), board)) < 215
    dark = opened(slide_of(picture, SCREEN, Style(Surround.MAT, MatStyle.DARK)))
    assert 15 < light(part(dark, board)) < 60


def test_a_board_has_a_breath_of_the_picture_s_colour_and_grey_has_none() -> None:
    def tint(colour: tuple[int, int, int]) -> tuple[float, ...]:
        picture = Image.new("RGB", (300, 400), colour)
        board = part(opened(slide_of(picture, SCREEN, Style(Surround.MAT))), Rect(0, 0, 60, 200))
        return tuple(ImageStat.Stat(board).mean)

    red, blue, grey, black = (tint(each) for each in ((200, 40, 30), (30, 60, 200), (128,) * 3, (0, 0, 0)))
    assert 4 < red[0] - red[2] < 24
    assert 4 < blue[2] - blue[0] < 24
    for plain in (grey, black):
        assert max(plain) - min(plain) < 2


def test_the_cut_of_the_bevel_is_bright_at_the_foot_and_dark_at_the_top() -> None:
    place = hang(UPRIGHT, SCREEN, Style(Surround.MAT)).place
    image = opened(slide_of(painted(UPRIGHT), SCREEN, Style(Surround.MAT)))
    middle = place.x + place.width // 2
    top, foot = image.getpixel((middle, place.y - 1)), image.getpixel((middle, place.bottom))
    assert isinstance(top, tuple) and isinstance(foot, tuple)
    assert mean(foot) > mean(top) + 30


def test_the_four_boards_are_four() -> None:
    pictures = {
        slide_of(painted(UPRIGHT), SCREEN, Style(Surround.MAT, mat)).image.tobytes() for mat in MatStyle
    }
    assert len(pictures) == 4


def test_the_mean_colour_of_a_slide_is_that_of_what_the_screen_shows() -> None:
    slide = slide_of(Image.new("RGB", (480, 270), (200, 100, 50)), SCREEN)
    assert slide.mean == (200, 100, 50)
    half = slide_of(painted(SCREEN, ((0, 0, 0), (200, 200, 200))), SCREEN)
    assert all(90 <= channel <= 110 for channel in half.mean)


def test_a_slide_in_motion_has_the_room_that_its_closest_view_needs(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    painted(Size(1200, 800)).save(path)
    slide = prepare(Source(path), SCREEN, Style(motion=Motion.GENTLE))
    assert slide.screen == SCREEN
    assert slide.size == Size(519, 292)
    assert slide.image.size == (519, 292)
    assert slide.first != slide.last


@pytest.mark.parametrize(
    "box", [WHOLE, Box(0.25, 0.0, 0.75, 1.0), Box(0.999, 0.999, 1.0, 1.0), Box(0, 0, 1e-9, 1e-9)]
)
def test_a_part_of_a_picture_is_scaled_without_its_neighbours(box: Box) -> None:
    picture = Image.new("RGB", (64, 32), (10, 20, 30))
    picture.paste((200, 0, 0), (0, 0, 16, 32))
    kept = patches.cut(patches.surface(picture), box)
    image = patches.pillow(patches.scaled(kept, Size(40, 40)))
    assert image.size == (40, 40)
    colour = (200, 0, 0) if box.left == 0 and box.right < 0.1 else (10, 20, 30)
    if box != WHOLE:
        assert all(abs(a - b) <= 3 for a, b in zip(image.getpixel((20, 20)), colour, strict=True))  # type: ignore[arg-type]


def test_the_centre_is_what_matters_where_nothing_else_is_known() -> None:
    assert hang(Size(600, 400), SCREEN, Style(Surround.FILL)) == hang(
        Size(600, 400), SCREEN, Style(Surround.FILL), CENTRE
    )


# Pairs. ---------------------------------------------------------------------------------------------------------------

RED, BLUE = (200, 40, 30), (30, 60, 200)


def pair(style: Style, screen: Size = SCREEN) -> Image.Image:
    shape = UPRIGHT if screen.width > screen.height else Size(400, 300)
    one, other = (Image.new("RGB", (shape.width, shape.height), colour) for colour in (RED, BLUE))
    return pair_of(one, other, screen, style).image


@by_style
@pytest.mark.parametrize("screen", [SCREEN, Size(270, 480)])
def test_each_of_a_pair_is_in_its_half_and_neither_is_in_the_other_s(style: Style, screen: Size) -> None:
    image = pair(style, screen)
    shape = UPRIGHT if screen.width > screen.height else Size(400, 300)
    assert image.size == (screen.width, screen.height)
    for hung, colour in zip(hang_pair((shape, shape), screen, style), (RED, BLUE), strict=True):
        place = hung.place
        for x in (place.x + 4, place.right - 4):
            for y in (place.y + 4, place.bottom - 4):
                seen = image.getpixel((x, y))
                assert isinstance(seen, tuple)
                # smoothscale rounds down, twice.
                assert all(0 <= given - found <= 4 for given, found in zip(colour, seen, strict=True))


@by_style
def test_between_a_pair_there_is_something_of_neither(style: Style) -> None:
    image = pair(style)
    first, second = hang_pair((UPRIGHT, UPRIGHT), SCREEN, style)
    middle = (first.place.right + second.place.x) // 2
    seen = image.getpixel((middle, SCREEN.height // 2))
    assert isinstance(seen, tuple)
    assert all(abs(seen[0] - colour[0]) + abs(seen[2] - colour[2]) > 60 for colour in (RED, BLUE))


def test_behind_each_of_a_pair_is_its_own_blur_and_they_melt_into_each_other() -> None:
    image = pair(Style(Surround.BLUR))
    row = [image.getpixel((x, 2)) for x in range(SCREEN.width)]
    first, second = hang_pair((UPRIGHT, UPRIGHT), SCREEN, Style(Surround.BLUR))
    left, right = row[1], row[-2]
    assert isinstance(left, tuple) and isinstance(right, tuple)
    assert left[0] > 2 * left[2]
    assert right[2] > 2 * right[0]
    reds = [pixel[0] for pixel in row[first.place.right + 1 : second.place.x - 1] if isinstance(pixel, tuple)]
    # No edge half way: a step is noise, and no more.
    assert max(abs(one - other) for one, other in pairwise(reds)) <= 12


def test_a_pair_on_one_board_has_one_colour_from_both() -> None:
    image = pair(Style(Surround.MAT))
    first, second = hang_pair((UPRIGHT, UPRIGHT), SCREEN, Style(Surround.MAT))
    between = Rect(first.place.right + 4, 40, second.place.x - first.place.right - 8, 100)
    beside = Rect(0, 40, first.place.x - 6, 100)
    one, other = (ImageStat.Stat(part(image, rect)).mean for rect in (between, beside))
    assert all(abs(a - b) < 2 for a, b in zip(one, other, strict=True))


def test_of_a_pair_both_have_to_be_sound(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jpg", tmp_path / "bad.jpg"
    painted(UPRIGHT).save(good)
    bad.write_bytes(good.read_bytes()[:400])
    with pytest.raises(Corrupt) as caught:
        prepare([Source(good), Source(bad)], SCREEN)
    assert caught.value.path == bad
    slide = prepare([Source(good), Source(good)], SCREEN)
    assert slide.size == SCREEN
    assert slide.first == slide.last
