"""The strip of what arrives, as pixels: where everything stands, what moves, and what is kept for it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from PIL import Image, ImageChops

from kiosk.core import compose, words
from kiosk.core.focus import CENTRE, Box, Focus, Measure
from kiosk.core.layout import strip, thumb_side
from kiosk.core.model import CommandId, Rect, Size
from kiosk.core.scene import Scene, Strip
from kiosk.display import PreparedThumb, prepare_thumb
from kiosk.display.painter import Painter
from kiosk.display.strip import StripPainter
from kiosk.display.theme import THEME
from kiosk.display.thumbs import square
from kiosk.display.voice import ENGLISH, English
from kiosk.errors import Corrupt
from tests.core.test_arrivals import arrive, names, shown
from tests.display.test_painter import CountingCanvas
from tests.screens import ASSETS

SCREEN = Size(800, 480)
COLOURS = [(230, 20 * number, 250 - 15 * number) for number in range(14)]
ARABIC = English(tag="ar", rtl=True)
WHOLE = Rect(0, 0, SCREEN.width, SCREEN.height)


def ids(count: int) -> tuple[CommandId, ...]:
    return tuple(CommandId(number) for number in range(count))


ROW = Strip(words.DOWNLOADING_TITLE, words.progress(3, 40), 3 / 40, 12, ids(3))


@pytest.fixture
def canvas(no_screen: None) -> Iterator[CountingCanvas]:
    canvas = CountingCanvas(SCREEN)
    yield canvas
    canvas.close()


def thumb(number: int) -> PreparedThumb:
    side = thumb_side(SCREEN)
    return PreparedThumb(bytes((*COLOURS[number], 255)) * (side * side), Size(side, side))


def with_thumbs(canvas: CountingCanvas, count: int, *, rtl: bool = False) -> Painter:
    painter = Painter(canvas, ASSETS, THEME, ARABIC if rtl else ENGLISH)
    for number in range(count):
        painter.upload_thumb(CommandId(number), thumb(number))
    return painter


def painted(painter: Painter, scene: Strip | None) -> Image.Image:
    painter.paint(Scene(strip=scene))
    return painter.read()


def seen(picture: Image.Image, shade: tuple[int, int, int]) -> tuple[int, int] | None:
    """From where to where, in pixels from the left, this colour is in the picture."""
    bands = ImageChops.difference(picture, Image.new("RGB", picture.size, shade)).split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    box = worst.point([255] + [0] * 255).getbbox()
    return None if box is None else (box[0], box[2])


def where(picture: Image.Image, count: int) -> list[int]:
    found = [seen(picture, COLOURS[number]) for number in range(count)]
    return [span[0] for span in found if span]


# Where things stand. --------------------------------------------------------------------------------------------------


def test_the_row_fills_from_the_reading_end_and_the_newest_is_the_last(canvas: CountingCanvas) -> None:
    places = where(painted(with_thumbs(canvas, 3), ROW), 3)
    assert places == sorted(places)
    assert len(set(places)) == 3
    turned = where(painted(with_thumbs(canvas, 3, rtl=True), ROW), 3)
    assert turned == sorted(turned, reverse=True)


def test_a_right_to_left_strip_is_the_mirror_image_but_for_its_words_and_pictures(
    canvas: CountingCanvas,
) -> None:
    side = thumb_side(SCREEN)
    one, other = with_thumbs(canvas, 3), with_thumbs(canvas, 3, rtl=True)
    wordless = evolve(ROW, title="", status="", share=0.4)
    left, right = painted(one, wordless), painted(other, wordless)
    for number in range(3):
        there, here = seen(left, COLOURS[number]), seen(right, COLOURS[number])
        assert there is not None
        assert here is not None
        assert here == (SCREEN.width - there[1], SCREEN.width - there[0])
        assert there[1] - there[0] == side
    bar, turned = seen(left, THEME.accent), seen(right, THEME.accent)
    assert bar is not None
    assert turned == (SCREEN.width - bar[1], SCREEN.width - bar[0])


def test_a_full_row_shows_the_newest_and_moves_up_by_one(canvas: CountingCanvas) -> None:
    painter = with_thumbs(canvas, 13)
    many = evolve(ROW, thumbs=ids(13))
    rested = painted(painter, many)
    shown = [number for number in range(13) if seen(rested, COLOURS[number])]
    assert shown == list(range(13 - len(shown), 13))
    first = shown[0]
    before = [
        seen(painted(painter, evolve(many, arrival=share)), COLOURS[first + 1]) for share in (0.0, 0.5, 1.0)
    ]
    lefts = [span[0] for span in before if span]
    pitch = where(rested, 13)[1] - where(rested, 13)[0]
    assert lefts[0] - lefts[2] == pitch
    assert lefts[0] > lefts[1] > lefts[2]


def test_nothing_that_moves_leaves_the_plate(canvas: CountingCanvas) -> None:
    painter = with_thumbs(canvas, 13)
    still = painted(painter, evolve(ROW, thumbs=(), title="", status="", share=0.0))
    paper = painted(painter, None)
    plate = _difference(still, paper)
    for step in range(11):
        moving = painted(painter, evolve(ROW, thumbs=ids(13), arrival=step / 10, share=step / 10))
        box = _difference(moving, paper)
        assert plate[0] <= box[0]
        assert box[2] <= plate[2]
        assert (box[1], box[3]) == (plate[1], plate[3])


def _difference(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(one, other).getbbox()
    assert box is not None
    return box


def test_the_newest_fades_in_and_the_strip_fades_as_a_whole(canvas: CountingCanvas) -> None:
    painter = with_thumbs(canvas, 1)
    alone = evolve(ROW, thumbs=ids(1))
    span = seen(painted(painter, alone), COLOURS[0])
    assert span is not None
    place = strip(SCREEN, Size(1, 1), 1)
    at = (span[0] + place.slots[0].width // 2, SCREEN.height - 50)
    reds = [_red(painted(painter, evolve(alone, arrival=share)), at) for share in (0.0, 0.5, 1.0)]
    assert reds[0] < reds[1] < reds[2] == COLOURS[0][0]
    reds = [_red(painted(painter, evolve(alone, opacity=share)), at) for share in (0.0, 0.5, 1.0)]
    assert reds[0] < reds[1] < reds[2]
    gone = painted(painter, evolve(alone, opacity=0.0))
    assert gone.tobytes() == painted(painter, None).tobytes()


def _red(picture: Image.Image, at: tuple[int, int]) -> int:
    pixel = picture.getpixel(at)
    assert isinstance(pixel, tuple)
    return int(pixel[0])


def test_the_bar_grows_by_what_has_arrived_and_shows_a_dot_as_soon_as_something_has(
    canvas: CountingCanvas,
) -> None:
    painter = with_thumbs(canvas, 0)
    bare = evolve(ROW, thumbs=(), title="", status="")
    spans = [
        seen(painted(painter, evolve(bare, share=share)), THEME.accent) for share in (0.0, 0.01, 0.5, 1.0)
    ]
    assert spans[0] is None
    widths = [span[1] - span[0] for span in spans if span]
    assert len(widths) == 3
    assert 0 < widths[0] < widths[1] < widths[2]
    assert widths[1] == pytest.approx(widths[2] / 2, abs=6)


@pytest.mark.parametrize(
    "told",
    [
        ROW,
        evolve(ROW, title="", status=words.NETWORK),
        evolve(ROW, title="Ihre ausgewählten Fotografien werden jetzt kopiert", status="3 von 40"),
    ],
    ids=["usual", "trouble", "long"],
)
def test_the_plate_does_not_jump_when_its_words_change(canvas: CountingCanvas, told: Strip) -> None:
    painter = with_thumbs(canvas, 0)
    paper = painted(painter, None)
    usual = _difference(painted(painter, evolve(ROW, thumbs=())), paper)
    box = _difference(painted(painter, evolve(told, thumbs=())), paper)
    assert (box[0], box[2], box[3]) == (usual[0], usual[2], usual[3])
    assert usual[1] - box[1] <= (12 if told.title.startswith("Ihre") else 0)


def test_a_window_too_small_for_words_shows_none(no_screen: None) -> None:
    canvas = CountingCanvas(Size(96, 64))
    painter = Painter(canvas, ASSETS)
    assert painted(painter, ROW).tobytes() == painted(painter, None).tobytes()
    canvas.close()


# What is kept, and what is presented. ---------------------------------------------------------------------------------


def test_when_the_strip_goes_its_parts_go_and_its_thumbnails_when_they_are_dropped(
    canvas: CountingCanvas,
) -> None:
    painter = with_thumbs(canvas, 3)
    painted(painter, None)
    before = set(canvas.held)
    painted(painter, ROW)
    assert canvas.held > before
    painted(painter, None)
    assert canvas.held == before
    assert painter.thumbs == set(ids(3))
    for number in (*ids(3), CommandId(99)):
        painter.drop_thumb(number)
    assert not painter.thumbs
    assert len(canvas.held) == len(before) - 3


def test_a_frame_in_which_something_moves_renders_nothing_and_uploads_nothing(canvas: CountingCanvas) -> None:
    painter = with_thumbs(canvas, 13)
    painted(painter, evolve(ROW, thumbs=ids(12)))
    given = len(canvas.uploads)
    for step in range(10):
        painted(painter, evolve(ROW, thumbs=ids(13), arrival=step / 10, share=step / 40, opacity=0.9))
    assert len(canvas.uploads) == given


def test_a_new_count_renders_the_count_alone(canvas: CountingCanvas) -> None:
    painter = with_thumbs(canvas, 3)
    painted(painter, ROW)
    given = len(canvas.uploads)
    painted(painter, evolve(ROW, status=words.progress(4, 40)))
    assert len(canvas.uploads) == given + 1


def test_an_equal_strip_is_presented_once(canvas: CountingCanvas) -> None:
    painter = with_thumbs(canvas, 3)
    assert painter.paint(Scene(strip=ROW))
    assert not painter.paint(Scene(strip=evolve(ROW)))


def test_a_thumbnail_that_is_not_here_leaves_its_place_empty(canvas: CountingCanvas) -> None:
    painter = with_thumbs(canvas, 1)
    assert len(where(painted(painter, ROW), 3)) == 1


# The thumbnails. ------------------------------------------------------------------------------------------------------


def halves(size: tuple[int, int]) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, (255, 0, 0))
    picture.paste((0, 0, 255), (size[0] // 2, 0, size[0], size[1]))
    return picture


def centre_of(prepared: PreparedThumb) -> tuple[int, ...]:
    image = Image.frombytes("RGBA", (prepared.size.width, prepared.size.height), prepared.pixels)
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return tuple(int(channel) for channel in pixel)


@pytest.mark.parametrize(
    ("focus", "shade"), [(Focus(x=0.0), 0), (Focus(x=1.0), 2), (Focus(heads=Box(0.8, 0.2, 1.0, 0.5)), 2)]
)
def test_the_square_is_cut_about_what_matters(tmp_path: Path, focus: Focus, shade: int) -> None:
    halves((1600, 400)).save(tmp_path / "a.jpg", quality=95)
    colour = centre_of(prepare_thumb(tmp_path / "a.jpg", 54, Measure(focus, (9, 9, 9))))
    assert colour[shade] > 240
    assert colour[2 - shade] < 20


def test_a_picture_of_which_nothing_is_known_shows_its_middle_and_its_corners_are_round(
    tmp_path: Path,
) -> None:
    halves((400, 1600)).save(tmp_path / "a.png")
    prepared = prepare_thumb(tmp_path / "a.png", 54)
    assert prepared.size == Size(54, 54)
    image = Image.frombytes("RGBA", (54, 54), prepared.pixels)
    assert image.getchannel("A").getpixel((0, 0)) == 0
    assert image.getchannel("A").getpixel((27, 27)) == 255


def test_the_bytes_may_come_from_elsewhere_than_the_card(tmp_path: Path) -> None:
    file = io.BytesIO()
    halves((900, 600)).save(file, "JPEG")
    file.seek(0)
    assert prepare_thumb(tmp_path / "sealed", 60, file=file).size == Size(60, 60)


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_what_cannot_be_read_is_corrupt(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(Corrupt):
        prepare_thumb(tmp_path / "a.jpg", 60)


def test_a_picture_smaller_than_its_thumbnail_is_made_larger(tmp_path: Path) -> None:
    halves((20, 10)).save(tmp_path / "a.png")
    assert prepare_thumb(tmp_path / "a.png", 60).size == Size(60, 60)


@pytest.mark.parametrize("size", [Size(1600, 900), Size(900, 1600), Size(500, 500), Size(4000, 7)])
@pytest.mark.parametrize("focus", [CENTRE, Focus(x=0.0, y=1.0), Focus(heads=Box(0.9, 0.9, 1.0, 1.0))])
def test_the_square_never_leaves_the_picture(size: Size, focus: Focus) -> None:
    left, top, right, bottom = square(size, focus)
    assert 0 <= left < right <= size.width
    assert 0 <= top < bottom <= size.height
    assert right - left == bottom - top == min(size.width, size.height)


def test_a_strip_of_its_own_says_which_thumbnails_it_holds(canvas: CountingCanvas) -> None:
    painter = with_thumbs(canvas, 0)
    alone = StripPainter(canvas, THEME, painter._typesetter, ENGLISH)
    alone.upload(CommandId(5), thumb(5))
    assert alone.thumbs == {CommandId(5)}


def test_between_two_arrivals_nothing_is_presented(canvas: CountingCanvas) -> None:
    world = shown(*names(8))
    painter = with_thumbs(canvas, 0)

    def flips(seconds: float) -> int:
        """What a loop that looks at every sixtieth of a second presents, while no time passes for the machine."""
        before, now = painter.flips, world.now.monotonic
        for step in range(round(seconds * 60)):
            painter.paint(compose.compose(world.state, now + step / 60))
        world.elapsed += seconds
        return painter.flips - before

    flips(1.0)
    assert flips(9.0) == 0
    for _ in range(3):
        arrive(world)
        assert 15 <= flips(0.5) <= 30, "it moves for 0.4 s"
        assert flips(3.0) == 0
