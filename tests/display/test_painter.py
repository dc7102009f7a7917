from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest
from attrs import evolve
from PIL import Image

from kiosk.config import Rotation
from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size, SlideId
from kiosk.core.scene import Badge, Card, Look, Mark, Scene
from kiosk.display.canvas import Canvas, Handle
from kiosk.display.images import PreparedSlide, of_pixels
from kiosk.display.painter import Painter
from kiosk.display.patches import Patch
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.textures import TextureCanvas
from kiosk.display.theme import Colour
from tests.screens import ASSETS, PICKING

SCREEN = Size(64, 36)
RED, BLUE = SlideId(1), SlideId(2)


class CountingCanvas(SurfaceCanvas):
    """A real canvas that remembers what it holds and what it was given."""

    def __init__(self, size: Size) -> None:
        super().__init__(size)
        self.uploads: list[Size] = []
        self.held: set[Handle] = set()
        self.draws = self.shades = 0

    def shade(self, colour: Colour) -> None:
        self.shades += 1
        super().shade(colour)

    def upload(self, pixels: bytes, size: Size, *, alpha: bool) -> Handle:
        handle = super().upload(pixels, size, alpha=alpha)
        self.uploads.append(size)
        self.held.add(handle)
        return handle

    def hang(self, patches: Sequence[Patch], size: Size) -> Generator[None, None, Handle]:
        handle = yield from super().hang(patches, size)
        self.uploads.append(size)
        self.held.add(handle)
        return handle

    def draw(self, handle: Handle, rect: Rect, opacity: float = 1.0, part: Box = WHOLE) -> None:
        self.draws += 1
        super().draw(handle, rect, opacity, part)

    def release(self, handle: Handle) -> None:
        super().release(handle)
        self.held.remove(handle)


def plain(colour: tuple[int, int, int], size: Size = SCREEN) -> PreparedSlide:
    return of_pixels(bytes(colour) * (size.width * size.height), size)


@pytest.fixture
def canvas(no_screen: None) -> Iterator[CountingCanvas]:
    canvas = CountingCanvas(SCREEN)
    yield canvas
    canvas.close()


@pytest.fixture
def large(no_screen: None) -> Iterator[CountingCanvas]:
    canvas = CountingCanvas(Size(800, 480))
    yield canvas
    canvas.close()


def with_slides(canvas: Canvas, size: Size = SCREEN) -> Painter:
    painter = Painter(canvas, ASSETS)
    painter.upload(RED, plain((255, 0, 0), size))
    painter.upload(BLUE, plain((0, 0, 255), size))
    return painter


def colour(image: Image.Image, x: int = 5, y: int = 5) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(int(channel) for channel in found)


def test_an_equal_scene_is_presented_once(canvas: CountingCanvas) -> None:
    painter = with_slides(canvas)
    assert painter.paint(Scene(RED)) is True
    assert painter.paint(Scene(RED)) is False
    assert painter.flips == 1
    assert painter.paint(Scene(BLUE)) is True
    assert painter.flips == 2


def test_what_is_on_the_glass_is_painted_again_when_the_window_was_uncovered(canvas: CountingCanvas) -> None:
    painter = with_slides(canvas)
    painter.paint(Scene(RED))
    canvas.stale()
    assert painter.paint(Scene(RED)) is True
    assert painter.paint(Scene(RED)) is False


def test_a_slide_that_arrives_late_is_painted_and_one_that_nobody_shows_is_not(
    canvas: CountingCanvas,
) -> None:
    painter = Painter(canvas, ASSETS)
    painter.paint(Scene(RED))
    painter.upload(RED, plain((255, 0, 0)))
    assert painter.paint(Scene(RED)) is True
    assert colour(painter.read()) == (255, 0, 0)
    painter.upload(BLUE, plain((0, 0, 255)))
    assert painter.paint(Scene(RED)) is False


@pytest.mark.parametrize("progress", [0.0, 0.25, 0.5, 0.75, 0.99])
@pytest.mark.parametrize("kind", ["surface", "texture"])
def test_a_transition_mixes_both_slides_by_its_progress(no_screen: None, kind: str, progress: float) -> None:
    canvas: Canvas = (
        SurfaceCanvas(SCREEN) if kind == "surface" else TextureCanvas(SCREEN, drivers=("software",))
    )
    painter = with_slides(canvas)
    painter.paint(Scene(RED, BLUE, progress))
    red, green, blue = colour(painter.read())
    assert abs(red - 255 * (1 - progress)) <= 3
    assert green == 0
    assert abs(blue - 255 * progress) <= 3
    canvas.close()


def test_after_a_transition_nothing_of_the_old_slide_is_left(canvas: CountingCanvas) -> None:
    painter = with_slides(canvas)
    for step in range(10):
        painter.paint(Scene(RED, BLUE, step / 10))
    painter.paint(Scene(BLUE))
    assert colour(painter.read()) == (0, 0, 255)


def test_a_frame_of_a_transition_is_two_draws_and_one_flip(canvas: CountingCanvas) -> None:
    painter = with_slides(canvas)
    painter.paint(Scene(RED))
    for step in range(1, 10):
        draws, flips, uploads = canvas.draws, canvas.flips, len(canvas.uploads)
        painter.paint(Scene(RED, BLUE, step / 10))
        assert (canvas.draws - draws, canvas.flips - flips) == (2, 1)
        assert len(canvas.uploads) == uploads


def test_the_light_around_is_one_multiplication_and_daylight_is_none(canvas: CountingCanvas) -> None:
    painter = with_slides(canvas)
    badge = Badge(Mark.PAUSED, "Paused")
    for scene in (Scene(RED), Scene(RED, BLUE, 0.5), Scene(RED, badge=badge)):
        painter.paint(scene)
        by_day, shades = painter.read().tobytes(), canvas.shades
        assert shades == 0
        assert painter.paint(evolve(scene, light=(128, 64, 32)))
        assert canvas.shades == 1
        for place, (day, night) in enumerate(zip(by_day, painter.read().tobytes(), strict=True)):
            assert abs(night - day * (128, 64, 32)[place % 3] / 255) <= 1.0
        canvas.shades = 0


def test_a_dropped_slide_is_released_and_dropping_it_again_does_nothing(canvas: CountingCanvas) -> None:
    painter = with_slides(canvas)
    painter.paint(Scene(RED))
    painter.drop(BLUE)
    painter.drop(BLUE)
    assert len(canvas.held) == 1
    assert painter.slides == {RED}
    assert painter.paint(Scene(RED)) is False


def test_uploading_a_slide_again_replaces_it(canvas: CountingCanvas) -> None:
    painter = with_slides(canvas)
    painter.paint(Scene(RED))
    painter.upload(RED, plain((0, 255, 0)))
    assert len(canvas.held) == 2
    assert painter.paint(Scene(RED)) is True
    assert colour(painter.read()) == (0, 255, 0)


def test_a_changed_status_renders_that_line_and_nothing_else(large: CountingCanvas) -> None:
    painter = Painter(large, ASSETS)
    painter.paint(Scene(card=evolve(PICKING, status="58 minutes left")))
    before, held = len(large.uploads), len(large.held)
    painter.paint(Scene(card=evolve(PICKING, status="57 minutes left")))
    assert len(large.uploads) == before + 1
    assert large.uploads[-1].height < 60
    assert len(large.held) == held


def test_progress_renders_the_bar_and_the_count_and_nothing_else(large: CountingCanvas) -> None:
    painter = Painter(large, ASSETS)
    card = Card(Look.PROGRESS, "Copying", done=1, total=40, status="1 of 40")
    painter.paint(Scene(card=card))
    before = len(large.uploads)
    painter.paint(Scene(card=evolve(card, done=20, status="20 of 40")))
    assert len(large.uploads) == before + 2


def test_nothing_of_a_card_is_kept_when_it_is_gone(large: CountingCanvas) -> None:
    painter = with_slides(large, Size(800, 480))
    painter.paint(Scene(RED))
    held = len(large.held)
    painter.paint(Scene(RED, card=PICKING, badge=Badge(Mark.PAUSED, "Paused")))
    assert len(large.held) > held + 5
    painter.paint(Scene(RED))
    assert len(large.held) == held


def test_a_card_without_a_photograph_covers_the_screen_and_else_lies_in_a_panel(
    large: CountingCanvas,
) -> None:
    painter = with_slides(large, Size(800, 480))
    painter.paint(Scene(card=PICKING))
    assert max(colour(painter.read())) < 60
    painter.paint(Scene(RED, card=PICKING))
    assert colour(painter.read()) == (255, 0, 0)
    inside = colour(painter.read(), 790 - 10, 400)
    assert max(inside) < 80


def test_a_scene_without_anything_is_dark_paper_and_no_hole(canvas: CountingCanvas) -> None:
    painter = Painter(canvas, ASSETS)
    painter.paint(Scene())
    assert all(10 < channel < 50 for channel in colour(painter.read()))


def test_reading_presents_nothing_and_shows_the_last_scene(canvas: CountingCanvas) -> None:
    painter = with_slides(canvas)
    painter.paint(Scene(BLUE))
    assert painter.read().size == (SCREEN.width, SCREEN.height)
    assert colour(painter.read()) == (0, 0, 255)
    assert painter.flips == 1


def test_a_slide_of_the_old_size_is_fitted_until_the_next_is_prepared(canvas: CountingCanvas) -> None:
    painter = Painter(canvas, ASSETS)
    painter.upload(RED, plain((255, 0, 0), Size(36, 36)))
    painter.paint(Scene(RED))
    image = painter.read()
    assert colour(image, 32, 18) == (255, 0, 0)
    assert max(colour(image, 3, 18)) < 50
    assert max(colour(image, 60, 18)) < 50


@pytest.mark.parametrize("screen", [Size(16, 9), Size(9, 16), Size(1, 1), Size(101, 100), Size(320, 200)])
@pytest.mark.parametrize("over_photos", [True, False])
def test_even_a_tiny_window_can_show_every_look(no_screen: None, screen: Size, over_photos: bool) -> None:
    canvas = SurfaceCanvas(screen)
    painter = with_slides(canvas, screen)
    for look in Look:
        card = evolve(PICKING, look=look, code="ABCD-EFGH", qr=PICKING.qr if look is Look.CODE else None)
        scene = Scene(RED if over_photos else None, card=card, badge=Badge(Mark.OFFLINE, "No connection"))
        assert painter.paint(scene) is True
    canvas.close()


def test_a_rotated_screen_shows_the_same_pixels(no_screen: None) -> None:
    seen = []
    for rotation, panel in ((Rotation.NONE, Size(120, 200)), (Rotation.THREE_QUARTERS, Size(200, 120))):
        canvas = SurfaceCanvas(panel, rotation)
        painter = with_slides(canvas, Size(120, 200))
        painter.paint(Scene(RED, badge=Badge(Mark.PAUSED, "Paused")))
        seen.append(painter.read().tobytes())
        canvas.close()
    assert seen[0] == seen[1]


def test_the_fonts_are_where_the_painter_looks_for_them() -> None:
    assert (Path(ASSETS) / "fonts" / "Inter-Regular.otf").is_file()
