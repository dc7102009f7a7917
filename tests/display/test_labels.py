"""What stands on the picture, as pixels: always legible, never in the way, and never a reason to paint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from attrs import evolve
from PIL import Image, ImageDraw

from kiosk.config import Contrast, Lettering
from kiosk.core import compose, machine, words
from kiosk.core.hanging import halves
from kiosk.core.model import Rect, Size, SlideId
from kiosk.core.scene import Label, Scene
from kiosk.core.settings import Caption, MatStyle, Motion, Style, Surround
from kiosk.display.ground import Ground, luminance
from kiosk.display.images import pair_of, slide_of
from kiosk.display.ink import contrast
from kiosk.display.line import Line
from kiosk.display.painter import Painter
from kiosk.display.parts import Words
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.theme import THEME, Theme, themed
from kiosk.display.voice import ENGLISH, Voice
from kiosk.language import ALL, language
from tests.core.dummies import stored_item
from tests.core.dummy_card import Card
from tests.core.world import SETTINGS, World
from tests.screens import ASSETS

SIZES = (Size(800, 480), Size(1024, 600), Size(1920, 1080), Size(1080, 1920), Size(3840, 2160))
LABEL = Label(words.on_this_day(5), datetime(2019, 5, 12, 14, 3, tzinfo=UTC), "Canon EOS R6")
CLOCK = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
ONE, TWO = SlideId(1), SlideId(2)
WORDY = Style(words=True)


class Arabic:
    """Enough of a language that runs from right to left."""

    tag = "ar"
    rtl = True

    def say(self, text: str) -> str:
        return text

    def date(self, when: datetime) -> str:
        return f"{when.day} مايو {when.year}"

    def time(self, when: datetime) -> str:
        return f"{when:%H:%M}"


@pytest.fixture
def screen(no_screen: None) -> Size:
    return Size(640, 360)


def white(size: Size) -> Image.Image:
    return Image.new("RGB", (size.width, size.height), "white")


def black(size: Size) -> Image.Image:
    return Image.new("RGB", (size.width, size.height), "black")


def noise(size: Size) -> Image.Image:
    pixels = Random(5).randbytes(3 * (size.width // 2) * (size.height // 2))
    small = Image.frombytes("RGB", (size.width // 2, size.height // 2), pixels)
    return small.resize((size.width, size.height), Image.Resampling.NEAREST)


def stars(size: Size) -> Image.Image:
    """Black with white specks of one pixel, which a mean would not notice."""
    picture, dice = black(size), Random(6)
    for _ in range(size.width * size.height // 400):
        picture.putpixel((dice.randrange(size.width), dice.randrange(size.height)), (255, 255, 255))
    return picture


def stripes(size: Size) -> Image.Image:
    picture = white(size)
    pen = ImageDraw.Draw(picture)
    for x in range(0, size.width, 2):
        pen.line((x, 0, x, size.height), fill="black")
    return picture


def colours(size: Size) -> Image.Image:
    tiny = Image.new("RGB", (4, 1))
    tiny.putdata([(255, 255, 0), (0, 255, 255), (255, 0, 255), (120, 120, 120)])
    return tiny.resize((size.width, size.height), Image.Resampling.NEAREST)


PICTURES = {draw.__name__: draw for draw in (white, black, noise, stars, stripes, colours)}


def uploaded(size: Size, picture: Image.Image, theme: Theme = THEME, style: Style = WORDY) -> Painter:
    painter = Painter(SurfaceCanvas(size), ASSETS, theme)
    painter.upload(ONE, slide_of(picture, size, style))
    return painter


def lines(painter: Painter, scene: Scene) -> list[Line]:
    """Where the words of this scene are."""
    part = painter._labels
    size = painter._canvas.size
    found = part._laid_lines(ONE, scene.labels, size, clock=scene.clock is not None)
    if scene.clock is not None:
        found.append(part._directed(part._laid_clock(scene.clock, size)))
    return found


def worst_contrast(painter: Painter, line: Line) -> float:
    """Of the letters of a line with what is behind them, as the screen has both.

    Pixels that no letter touches are the ground; those that one covers wholly are ink.
    """
    screen = painter.read()
    inks, grounds = [], []
    region = line.region
    cover = Image.new("L", (screen.width, screen.height), 0)
    for item in line.placed:
        letters = item.part.render(painter._typesetter).getchannel("A")
        cover.paste(letters, (item.rect.x, item.rect.y), letters.point(lambda level: 255 * (level > 0)))
    box = (region.x, region.y, region.right, region.bottom)
    seen, covered = screen.crop(box).tobytes(), cover.crop(box).tobytes()
    for number, share in enumerate(covered):
        red, green, blue = seen[3 * number : 3 * number + 3]
        if share == 0:
            grounds.append((red, green, blue))
        elif share == 255:
            inks.append((red, green, blue))
    ink = luminance(inks[0])
    assert all(abs(luminance(each) - ink) < 0.01 for each in inks)
    return min(contrast(ink, luminance(each)) for each in set(grounds))


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize(
    "size",
    [
        pytest.param(size, marks=[] if size.width == 800 else pytest.mark.slow, id=str(size.width))
        for size in SIZES
    ],
)
def test_words_keep_their_contrast_on_any_picture(size: Size, name: str, no_screen: None) -> None:
    for theme, least in ((THEME, 4.5), (themed(Lettering.LARGE, Contrast.HIGH), 12.0)):
        painter = uploaded(size, PICTURES[name](size), theme)
        scene = Scene(ONE, labels=(LABEL,), clock=CLOCK)
        painter.paint(scene)
        for line in lines(painter, scene):
            assert worst_contrast(painter, line) >= least


def test_without_a_measure_of_the_picture_the_worst_is_supposed(screen: Size) -> None:
    painter = uploaded(screen, white(screen), style=Style())
    scene = Scene(ONE, labels=(LABEL,), clock=CLOCK)
    painter.paint(scene)
    assert all(worst_contrast(painter, line) >= 4.5 for line in lines(painter, scene))


def test_a_picture_in_motion_keeps_the_contrast_wherever_its_view_is(screen: Size) -> None:
    picture = black(Size(1280, 720))
    # Above the words while the whole is seen, behind them when the view has come closer.
    picture.paste("white", (0, 626, 1280, 666))
    painter = uploaded(screen, picture, style=evolve(WORDY, motion=Motion.GENTLE))
    for motion in (0.0, 0.5, 1.0):
        scene = Scene(ONE, labels=(LABEL,), clock=CLOCK, motion=motion)
        painter.paint(scene)
        assert all(worst_contrast(painter, line) >= 4.5 for line in lines(painter, scene))


def test_a_dark_picture_gets_no_shade_and_a_bright_one_dark_letters(screen: Size) -> None:
    for draw, paper in ((black, 0), (white, 255)):
        painter = uploaded(screen, draw(screen))
        scene = Scene(ONE, labels=(LABEL,), clock=CLOCK)
        painter.paint(scene)
        label = lines(painter, scene)[0]
        corner = painter.read().getpixel((2, screen.height - 2))
        assert corner == (paper, paper, paper)
        assert worst_contrast(painter, label) > 8


def test_the_shade_has_no_edge_that_the_eye_could_find(screen: Size) -> None:
    painter = uploaded(screen, colours(screen), style=Style())
    painter.upload(
        ONE, evolve(slide_of(Image.new("RGB", (640, 360), (200, 200, 200)), screen), ground=Ground())
    )
    scene = Scene(ONE, labels=(Label(taken=CLOCK),))
    painter.paint(scene)
    picture, line = painter.read().convert("L"), lines(painter, scene)[0]
    row = [picture.getpixel((x, screen.height - 2)) for x in range(screen.width)]
    column = [picture.getpixel((2, y)) for y in range(screen.height)]
    assert row[0] < 120
    assert row[-1] == column[0] == 200
    steps = [abs(one - two) for way in (row, column) for one, two in pairwise(way)]
    assert max(steps) <= 8
    assert line.region.right < screen.width // 2


def test_words_stay_inside_the_margin_on_their_whole_way(no_screen: None) -> None:
    for size in SIZES:
        painter = Painter(SurfaceCanvas(size), ASSETS)
        seen = set()
        for step in range(0, 264, 3):
            label = painter._labels._laid_lines(SlideId(step), (LABEL,), size, clock=True)[0]
            clock = painter._labels._laid_clock(CLOCK + timedelta(minutes=step), size)
            for line in (label, clock):
                box = line.region
                assert min(box.x, size.width - box.right, size.height - box.bottom) >= 3
            assert label.region.right < clock.region.x or size.width < size.height
            seen.add((label.region.x, label.region.y))
        xs, ys = ([at[axis] for at in seen] for axis in (0, 1))
        assert max(xs) - min(xs) >= 4
        assert max(ys) - min(ys) >= 2


def test_a_language_from_right_to_left_has_everything_on_the_other_side(screen: Size) -> None:
    scene = Scene(ONE, labels=(LABEL,), clock=CLOCK)
    plain, turned = (Painter(SurfaceCanvas(screen), ASSETS, voice=voice) for voice in (ENGLISH, Arabic()))
    (left, right), (right_too, left_too) = lines(plain, scene), lines(turned, scene)
    assert left.region.right < screen.width // 2 + 80 and left.region.x < 60
    assert right.region.right > screen.width - 60
    assert right_too.region.right > screen.width - 60
    assert left_too.region.x < 60
    # The mark is read first: it lies outermost on either side.
    assert left.placed[0].rect.x == min(item.rect.x for item in left.placed)
    assert right_too.placed[0].rect.x == max(item.rect.x for item in right_too.placed)


@pytest.mark.parametrize("tag", ALL)
def test_every_language_has_room_for_its_words_and_the_clock(tag: str, no_screen: None) -> None:
    for size in (Size(800, 480), Size(480, 800), Size(1920, 1080), Size(1080, 1920)):
        for theme in (THEME, themed(Lettering.LARGE)):
            painter = Painter(SurfaceCanvas(size), ASSETS, theme, language(tag))
            label, clock = lines(painter, Scene(ONE, labels=(LABEL,), clock=CLOCK))
            for line in (label, clock):
                assert inside(line.region, Rect(0, 0, size.width, size.height))
                assert not any(
                    item.part.block.shortened for item in line.placed if isinstance(item.part, Words)
                )
            assert not overlap(label.region, clock.region)
            # Mark, date and camera, and what parts them: nothing was left out.
            assert len(label.placed) - (len({item.rect.y for item in label.placed}) == 1) == 4


def test_each_of_a_pair_has_its_words_at_its_own_foot(no_screen: None) -> None:
    for size in (Size(800, 480), Size(480, 800)):
        for voice in (ENGLISH, Arabic()):
            painter = Painter(SurfaceCanvas(size), ASSETS, voice=voice)
            painter.upload(ONE, pair_of(white(Size(300, 400)), black(Size(300, 400)), size, WORDY))
            scene = Scene(ONE, labels=(LABEL, Label(taken=CLOCK)), clock=CLOCK)
            painter.paint(scene)
            found = lines(painter, scene)
            for line, half in zip(found, halves(size), strict=False):
                assert inside(line.region, half)
            assert not overlap(found[1].region, found[2].region)
            one = Scene(ONE, labels=(Label(), Label(taken=CLOCK)))
            assert [inside(line.region, halves(size)[1]) for line in lines(painter, one)] == [True]


@pytest.mark.parametrize("voice", [ENGLISH, Arabic()], ids=["left to right", "right to left"])
@pytest.mark.parametrize("surround", [Surround.BLUR, Surround.MAT], ids=str)
def test_words_are_in_line_with_their_picture_and_never_hang_over_its_edge(
    surround: Surround, voice: Voice, no_screen: None
) -> None:
    size, style = Size(1280, 720), evolve(WORDY, surround=surround)
    scene = Scene(ONE, labels=(Label(taken=CLOCK, camera="Leica"),) * 2, clock=CLOCK)
    upright = Image.new("RGB", (600, 800), "grey")
    for slide in (slide_of(upright, size, style), pair_of(upright, upright, size, style)):
        painter = Painter(SurfaceCanvas(size), ASSETS, voice=voice)
        painter.upload(ONE, slide)
        found = lines(painter, evolve(scene, labels=scene.labels[: len(slide.places)]))[:-1]
        for line, place in zip(found, slide.places, strict=True):
            assert place.x - 8 <= line.region.x and line.region.right <= place.right + 8
            near = place.right - line.region.right if voice.rtl else line.region.x - place.x
            # Below it in line with the picture, on it within a margin; the drift takes a few pixels.
            assert near in (range(-8, 9) if surround is Surround.MAT else range(16, 48))


def test_words_that_fit_on_no_picture_stand_in_the_corner(no_screen: None) -> None:
    size = Size(1280, 720)
    slide = slide_of(Image.new("RGB", (100, 800)), size, WORDY)
    painter = Painter(SurfaceCanvas(size), ASSETS)
    painter.upload(ONE, slide)
    (line,) = lines(painter, Scene(ONE, labels=(LABEL,)))
    assert line.region.right < slide.places[0].x


def test_half_a_date_is_never_shown_it_goes_above_the_clock(no_screen: None) -> None:
    size, theme = Size(480, 320), themed(Lettering.LARGE, Contrast.HIGH)
    painter = Painter(SurfaceCanvas(size), ASSETS, theme, language("de"))
    painter.upload(ONE, pair_of(white(Size(300, 400)), black(Size(300, 400)), size, WORDY))
    scene = Scene(ONE, labels=(Label(taken=CLOCK, camera="Leica"),) * 2, clock=CLOCK)
    _, label, clock = lines(painter, scene)
    date = label.placed[0].part
    assert isinstance(date, Words) and not date.block.shortened
    assert inside(label.region, halves(size)[1])
    assert not overlap(label.region, clock.region)


def inside(box: Rect, area: Rect) -> bool:
    return area.x <= box.x and area.y <= box.y and box.right <= area.right and box.bottom <= area.bottom


def overlap(one: Rect, other: Rect) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


def test_a_long_line_breaks_after_its_mark_and_then_says_less(no_screen: None) -> None:
    size = Size(480, 800)
    painter = Painter(SurfaceCanvas(size), ASSETS)
    long = evolve(LABEL, camera="A camera with a name that goes on and on and on and on")
    line = lines(painter, Scene(ONE, labels=(long,), clock=CLOCK))[0]
    assert len({item.rect.y for item in line.placed}) == 2
    assert inside(line.region, Rect(0, 0, size.width, size.height))
    tiny = lines(painter, Scene(ONE, labels=(evolve(long, mark=""), long), clock=CLOCK))
    assert all(inside(each.region, Rect(0, 0, size.width, size.height)) for each in tiny)


def test_a_window_too_small_to_read_shows_no_words(no_screen: None) -> None:
    size = Size(120, 80)
    painter = uploaded(size, white(size))
    painter.paint(Scene(ONE, labels=(LABEL,), clock=CLOCK))
    assert painter.read().getcolors() == [(size.width * size.height, (255, 255, 255))]


class Counting(SurfaceCanvas):
    """Counts what is uploaded and what is held."""

    def __init__(self, size: Size) -> None:
        super().__init__(size)
        self.uploads = 0

    def upload(self, pixels: bytes, size: Size, *, alpha: bool):  # type: ignore[no-untyped-def]
        self.uploads += 1
        return super().upload(pixels, size, alpha=alpha)

    @property
    def held(self) -> int:
        return len(self._images)


def test_a_transition_renders_nothing_and_nothing_stays_behind(screen: Size) -> None:
    canvas = Counting(screen)
    painter = Painter(canvas, ASSETS)
    incoming = (Label(taken=CLOCK, camera="Leica"),)
    painter.upload(ONE, slide_of(colours(screen), screen, WORDY))
    painter.paint(Scene(ONE, labels=(LABEL,), clock=CLOCK))
    painter.upload(TWO, slide_of(white(screen), screen, WORDY))
    painter.expect(TWO, incoming, clock=True)
    painter.expect(SlideId(9), incoming, clock=True)
    # The clock in the ink of the new picture is the one thing that comes with the first frame.
    painter.paint(Scene(ONE, TWO, 0.01, labels=(LABEL,), incoming_labels=incoming, clock=CLOCK))
    before = canvas.uploads
    for step in range(1, 20):
        scene = Scene(ONE, TWO, step / 20, labels=(LABEL,), incoming_labels=incoming, clock=CLOCK)
        assert painter.paint(scene)
    painter.paint(Scene(TWO, labels=incoming, clock=CLOCK))
    assert canvas.uploads - before <= 1
    painter.drop(ONE)
    painter.paint(Scene(TWO))
    painter.drop(TWO)
    assert canvas.held == 0


def test_the_words_go_and_come_with_their_pictures_and_never_jump(screen: Size) -> None:
    grey = Image.new("RGB", (screen.width, screen.height), (60, 60, 60))
    painter = Painter(SurfaceCanvas(screen), ASSETS)
    for slide in (ONE, TWO):
        painter.upload(slide, slide_of(grey, screen, WORDY))
    old, new = (LABEL,), (Label(taken=CLOCK),)
    frames = []
    for step in range(61):
        painter.paint(Scene(ONE, TWO, step / 60, labels=old, incoming_labels=new))
        frames.append(brightness(painter, screen))
    for alone, frame in ((Scene(ONE, labels=old), frames[0]), (Scene(TWO, labels=new), frames[-1])):
        painter.paint(alone)
        assert brightness(painter, screen) == pytest.approx(frame, abs=0.05)
    assert frames[30] == pytest.approx(60.0, abs=0.5)
    assert max(abs(one - two) for one, two in pairwise(frames)) < (frames[0] - 60) / 10


def brightness(painter: Painter, screen: Size) -> float:
    foot = painter.read().convert("L").crop((0, screen.height - 60, screen.width, screen.height))
    return sum(level * count for level, count in enumerate(foot.histogram())) / (foot.width * foot.height)


def test_the_clock_stays_on_the_screen_while_pictures_change_under_it(screen: Size) -> None:
    painter = Painter(SurfaceCanvas(screen), ASSETS)
    painter.upload(ONE, slide_of(stripes(screen), screen, WORDY))
    painter.upload(TWO, slide_of(black(screen), screen, WORDY))
    for progress in (0.0, 0.3, 0.5, 0.7, 0.99):
        scene = Scene(ONE, TWO, progress, clock=CLOCK)
        painter.paint(scene)
        assert worst_contrast(painter, lines(painter, scene)[-1]) >= 4.5


@pytest.mark.parametrize(("clock", "flips"), [(True, 60), (False, 0)])
def test_an_hour_of_a_still_is_painted_once_a_minute_with_a_clock_and_never_without(
    clock: bool, flips: int, screen: Size
) -> None:
    item = stored_item("item-0", minute=0)
    settings = evolve(SETTINGS, clock=clock, caption=Caption.DATE, marks=True, screen=screen)
    world = World(settings, card=Card(stored={item.item_id: item}, rounds={item.item_id: 0}))
    world.run_for(5.0)
    painter = Painter(SurfaceCanvas(screen), ASSETS)
    slide = world.state.show.current
    assert slide is not None
    painter.upload(slide.id, slide_of(colours(screen), screen, WORDY))
    painter.paint(world.scene)
    before, ends = painter.flips, world.elapsed + 3600.0
    while world.elapsed < ends:
        now = world.now
        due = min(
            machine.next_deadline(world.state), compose.next_change(world.state, now.monotonic, now.utc)
        )
        # A hair later than it asked to be woken, as a real wait is.
        world.run_for(min(max(due - now.monotonic, 0.0) + 0.001, ends - world.elapsed))
        painter.paint(world.scene)
    assert painter.flips - before == flips


@pytest.mark.parametrize("mat", MatStyle)
@pytest.mark.parametrize("size", [Size(1080, 1920), Size(480, 800), Size(1280, 720)], ids=str)
def test_words_on_a_light_board_are_dark_and_take_no_shade(
    mat: MatStyle, size: Size, no_screen: None
) -> None:
    style = evolve(WORDY, surround=Surround.MAT, mat=mat)
    shape = Size(600, 400) if size.width < size.height else Size(400, 600)
    painter = Painter(SurfaceCanvas(size), ASSETS, themed(Lettering.LARGE))
    painter.upload(ONE, pair_of(black(shape), black(shape), size, style))
    painter.paint(Scene(ONE, labels=(Label(taken=CLOCK),) * 2, clock=CLOCK))
    inks = [line.ink for line in painter._labels._of[ONE][1]]
    assert [ink.dark for ink in inks] == [mat is not MatStyle.DARK] * 2
    assert not any(ink.shade for ink in inks)


def test_a_board_with_room_for_one_row_says_less_and_leaves_the_picture_alone(no_screen: None) -> None:
    size, style = Size(800, 480), evolve(WORDY, surround=Surround.MAT, mat=MatStyle.DOUBLE)
    for theme, texts in ((THEME, [2, 2]), (themed(Lettering.LARGE), [2, 1])):
        painter = Painter(SurfaceCanvas(size), ASSETS, theme, language("de"))
        slide = pair_of(black(Size(300, 400)), black(Size(300, 400)), size, style)
        painter.upload(ONE, slide)
        found = lines(painter, Scene(ONE, labels=(LABEL, LABEL), clock=CLOCK))[:-1]
        assert [(len(line.placed) + 1) // 2 for line in found] == texts
        assert all(line.region.y > place.bottom for line, place in zip(found, slide.places, strict=True))


def test_a_shade_fades_wherever_no_edge_of_the_picture_is_near(no_screen: None) -> None:
    size, style = Size(1080, 1920), evolve(WORDY, surround=Surround.MAT)
    painter = Painter(SurfaceCanvas(size), ASSETS)
    slide = pair_of(white(Size(600, 400)), white(Size(600, 400)), size, style)
    painter.upload(ONE, evolve(slide, ground=Ground()))
    painter.paint(Scene(ONE, labels=(Label(taken=CLOCK), Label())))
    column = painter.read().convert("L").crop((40, slide.places[0].bottom, 41, slide.places[1].y))
    levels = list(column.tobytes())
    assert min(levels) < levels[-1] - 60
    assert max(abs(one - two) for one, two in pairwise(levels)) <= 8
