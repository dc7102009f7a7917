"""Every transition on both canvases: it begins with the old picture, ends with the new one, and nothing flashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest
from PIL import Image

from kiosk.config import Rotation
from kiosk.core import slideshow
from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size, SlideId
from kiosk.core.scene import Scene
from kiosk.core.settings import Transition
from kiosk.display.canvas import Canvas
from kiosk.display.images import PreparedSlide, of_pixels, slide_of
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.textures import TextureCanvas
from tests.screens import ASSETS, photograph

SCREEN = Size(160, 90)
OLD, NEW = SlideId(1), SlideId(2)
KINDS = [kind for kind in Transition if kind is not Transition.NONE]
FRAMES = 60
SWING = 0.1
"""WCAG 2.2, "general flash": a change of relative luminance by 10 % or more ..."""
DARK = 0.8
"""... where the darker of the two is below this."""

Make = Callable[..., Canvas]


@pytest.fixture(params=["surface", "texture"])
def make(request: pytest.FixtureRequest, no_screen: None) -> Iterator[Make]:
    made: list[Canvas] = []

    def maker(size: Size = SCREEN, rotation: Rotation = Rotation.NONE) -> Canvas:
        canvas: Canvas = (
            SurfaceCanvas(size, rotation)
            if request.param == "surface"
            else TextureCanvas(size, rotation, drivers=("software",))
        )
        made.append(canvas)
        return canvas

    yield maker
    for canvas in made:
        canvas.close()


def plain(level: int, size: Size = SCREEN) -> Image.Image:
    return Image.new("RGB", (size.width, size.height), (level, level, level))


def halves(left: int, right: int) -> Image.Image:
    picture = plain(left)
    picture.paste(plain(right), (SCREEN.width // 2, 0))
    return picture


def prepared(picture: Image.Image) -> PreparedSlide:
    return slide_of(picture, Size(picture.width, picture.height))


def shown(canvas: Canvas, old: Image.Image, new: Image.Image) -> Painter:
    painter = Painter(canvas, ASSETS)
    painter.upload(OLD, prepared(old))
    painter.upload(NEW, prepared(new))
    return painter


def frames(painter: Painter, kind: Transition, count: int = FRAMES) -> list[Image.Image]:
    """The old picture alone, the transition as the core eases it, and the new one alone."""
    painter.paint(Scene(OLD))
    taken = [painter.read()]
    for step in range(count):
        t = step / count
        painter.paint(Scene(OLD, NEW, t * t * (3 - 2 * t), kind))
        taken.append(painter.read())
    painter.paint(Scene(NEW))
    return [*taken, painter.read()]


_LINEAR = [v / 255 / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in range(256)]


def luminance(image: Image.Image) -> list[float]:
    """Relative luminance (WCAG 2.2) of the cells of a grid of 8 by 8, each the mean of its pixels."""
    linear = image.point([round(255 * level) for level in _LINEAR] * 3).resize((8, 8), Image.Resampling.BOX)
    red, green, blue = (band.tobytes() for band in linear.split())
    return [(0.2126 * r + 0.7152 * g + 0.0722 * b) / 255 for r, g, b in zip(red, green, blue, strict=True)]


def changes(levels: Sequence[float]) -> int:
    """How many opposing changes there are; two of them are a flash."""
    low = high = levels[0]
    direction = turns = 0
    for level in levels:
        low, high = min(low, level), max(high, level)
        if direction <= 0 and level - low >= SWING and low < DARK:
            direction, turns, high = 1, turns + 1, level
        elif direction >= 0 and high - level >= SWING and level < DARK:
            direction, turns, low = -1, turns + 1, level
    return turns


def test_the_measure_of_flashes_can_tell_one() -> None:
    assert changes([0.5] * 9) == 0
    assert changes([0.0, 0.05, 0.09, 0.0, 0.09]) == 0
    assert changes([0.0, 0.3, 0.6, 1.0]) == 1
    assert changes([1.0, 0.5, 0.0]) == 1
    assert changes([0.2, 0.9, 0.2, 0.9, 0.2]) == 4
    assert changes([0.85, 1.0, 0.85, 1.0]) == 0
    assert changes([0.5, 0.45, 0.55, 0.45, 0.35]) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_transition_begins_with_the_old_picture_and_ends_with_the_new_one(
    make: Make, kind: Transition
) -> None:
    painter = shown(make(), photograph(SCREEN, evening=True), photograph(SCREEN, evening=False))
    first, *between, last = frames(painter, kind, 10)
    assert between[0].tobytes() == first.tobytes()
    assert first.tobytes() != last.tobytes()
    assert len({image.tobytes() for image in between}) == 10
    painter.paint(Scene(OLD, NEW, 0.9999, kind))
    almost = luminance(painter.read())
    assert max(abs(one - two) for one, two in zip(almost, luminance(last), strict=True)) < 0.02


EXTREMES = {
    "black to white": (plain(0), plain(255)),
    "white to black": (plain(255), plain(0)),
    "white beside black to black beside white": (halves(255, 0), halves(0, 255)),
    "grey to white beside black": (plain(128), halves(255, 0)),
    "evening to day": (photograph(SCREEN, evening=True), photograph(SCREEN, evening=False)),
}


@pytest.mark.parametrize("pictures", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_part_of_the_screen_flashes_in_a_transition(
    make: Make, kind: Transition, pictures: tuple[Image.Image, Image.Image]
) -> None:
    seen = [luminance(image) for image in frames(shown(make(), *pictures), kind)]
    most = max(changes([frame[cell] for frame in seen]) for cell in range(64))
    assert most <= slideshow.CHANGES.get(kind, 1)


@pytest.mark.parametrize("pictures", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "seconds", [0.1, *(pytest.param(each, marks=pytest.mark.slow) for each in (0.02, 0.16))]
)
def test_no_second_has_more_than_three_flashes_however_fast_one_asks_for_the_next(
    no_screen: None, kind: Transition, seconds: float, pictures: tuple[Image.Image, Image.Image]
) -> None:
    """As soon after each other as the core lets them (tests/core holds it to that), in the shortest of times."""
    painter = shown(SurfaceCanvas(SCREEN), *pictures)
    step, apart = 1 / FRAMES, slideshow.apart(kind)
    seen: list[list[float]] = []
    known: dict[Scene, list[float]] = {}
    for number in range(2 * FRAMES):
        turn, since = divmod(number * step, apart)
        old, new = (OLD, NEW) if turn % 2 == 0 else (NEW, OLD)
        t = min(since / seconds, 1.0)
        scene = Scene(old, new, t * t * (3 - 2 * t), kind) if t < 1.0 else Scene(new)
        if scene not in known:
            painter.paint(scene)
            known[scene] = luminance(painter.read())
        seen.append(known[scene])
    for begin in range(FRAMES):
        second = seen[begin : begin + FRAMES]
        assert max(changes([frame[cell] for frame in second]) // 2 for cell in range(64)) <= 3


@pytest.mark.parametrize("kind", [Transition.CROSSFADE, Transition.DISSOLVE, Transition.WIPE])
def test_the_light_of_the_whole_screen_only_goes_from_the_one_to_the_other(
    make: Make, kind: Transition
) -> None:
    seen = [
        sum(luminance(image)) / 64
        for image in frames(shown(make(), plain(20), photograph(SCREEN, evening=False)), kind)
    ]
    assert all(later >= earlier - 0.01 for earlier, later in pairwise(seen))


def test_a_dissolve_is_the_mean_colour_of_both_half_way(make: Make) -> None:
    painter = shown(make(), plain(40), plain(200))
    painter.paint(Scene(OLD, NEW, 0.5, Transition.DISSOLVE))
    assert painter.read().getcolors() == [(SCREEN.width * SCREEN.height, (120, 120, 120))]


def test_a_push_moves_both_pictures_to_the_left(make: Make) -> None:
    painter = shown(make(), halves(0, 100), halves(180, 255))
    painter.paint(Scene(OLD, NEW, 0.5, Transition.PUSH))
    image = painter.read()
    assert [image.getpixel((x, 45)) for x in (5, 75, 85, 155)] == [(v,) * 3 for v in (100, 100, 180, 180)]


def test_on_the_way_back_a_push_moves_both_pictures_to_the_right(make: Make) -> None:
    painter = shown(make(), halves(0, 100), halves(180, 255))
    painter.paint(Scene(OLD, NEW, 0.5, Transition.PUSH, backwards=True))
    image = painter.read()
    assert [image.getpixel((x, 45)) for x in (5, 75, 85, 155)] == [(v,) * 3 for v in (255, 255, 0, 0)]


@pytest.mark.parametrize("kind", [Transition.PUSH, Transition.WIPE])
@pytest.mark.parametrize("progress", [0.001, 0.3, 0.77, 0.999])
def test_on_the_way_back_what_moves_is_mirrored_and_nothing_else(
    make: Make, kind: Transition, progress: float
) -> None:
    painter = shown(make(), halves(10, 90), halves(250, 160))
    painter.paint(Scene(OLD, NEW, progress, kind))
    forward = painter.read()
    mirrored = shown(make(), halves(90, 10), halves(160, 250))
    mirrored.paint(Scene(OLD, NEW, progress, kind, backwards=True))
    back = mirrored.read().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert back.tobytes() == forward.tobytes()


def test_a_wipe_has_a_soft_edge_that_goes_from_the_left_to_the_right(make: Make) -> None:
    painter = shown(make(), plain(0), plain(240))
    painter.paint(Scene(OLD, NEW, 0.5, Transition.WIPE))
    row = painter.read().crop((0, 45, SCREEN.width, 46)).convert("L").tobytes()
    assert row[0] == 240 and row[-1] == 0
    assert all(one >= other for one, other in pairwise(row))
    assert len(set(row)) > 15


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("progress", [0.0, 0.001, 0.3, 0.5, 0.77, 0.999])
def test_a_screen_on_its_side_shows_the_same_transition(
    make: Make, kind: Transition, progress: float
) -> None:
    seen = []
    for rotation in Rotation:
        turned = rotation in (Rotation.QUARTER, Rotation.THREE_QUARTERS)
        panel = Size(SCREEN.height, SCREEN.width) if turned else SCREEN
        painter = shown(make(panel, rotation), halves(10, 90), halves(250, 160))
        painter.paint(Scene(OLD, NEW, progress, kind))
        seen.append(painter.read())
    for image in seen[1:]:
        assert image.size == seen[0].size
        pairs = zip(seen[0].tobytes(), image.tobytes(), strict=True)
        assert max(abs(one - two) for one, two in pairs) <= 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_transition_with_a_slide_of_another_size_still_shows_both(make: Make, kind: Transition) -> None:
    painter = shown(make(), plain(60), plain(200, Size(90, 90)))
    painter.paint(Scene(OLD, NEW, 0.5, kind))
    painter.paint(Scene(NEW))
    assert painter.read().getpixel((80, 45)) == (200, 200, 200)


def test_the_view_of_a_slide_in_motion_is_exact_to_a_part_of_a_pixel(no_screen: None) -> None:
    canvas = TextureCanvas(SCREEN, drivers=("software",))
    painter = Painter(canvas, ASSETS)
    ramp = Image.linear_gradient("L").rotate(90).resize((320, 90)).convert("RGB")
    painter.upload(
        OLD,
        of_pixels(ramp.tobytes(), Size(320, 90), SCREEN, first=Box(0, 0, 0.5, 1), last=Box(0.5, 0, 1, 1)),
    )
    middle = []
    for step in range(0, 101, 10):
        painter.paint(Scene(OLD, motion=step / 100))
        colour = painter.read().getpixel((80, 45))
        assert isinstance(colour, tuple)
        middle.append(colour[0])
    assert middle == sorted(middle, reverse=middle[0] > middle[-1])
    assert len(set(middle)) == 11
    canvas.close()


def test_a_part_of_an_image_is_drawn_where_it_is_asked_for(make: Make) -> None:
    canvas = make(Size(40, 20))
    handle = canvas.upload(
        halves(0, 255).resize((40, 20), Image.Resampling.NEAREST).tobytes(), Size(40, 20), alpha=False
    )
    whole = Rect(0, 0, 40, 20)
    canvas.fill(whole, (9, 9, 9))
    canvas.draw(handle, Rect(10, 5, 10, 10), 1.0, Box(0.5, 0.0, 1.0, 1.0))
    image = canvas.read()
    assert image.getpixel((15, 10)) == (255, 255, 255)
    assert image.getpixel((25, 10)) == image.getpixel((5, 10)) == (9, 9, 9)
    canvas.draw(handle, whole, 0.5, Box(0.0, 0.0, 0.5, 1.0))
    canvas.draw(handle, Rect(0, 0, 10, 20), 1.0, WHOLE)
    assert canvas.read().getpixel((15, 10)) in {(127, 127, 127), (128, 128, 128)}
