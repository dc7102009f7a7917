"""Both canvases, on screens of a few pixels, to the pixel. R, G, B, W and K stand for colours, a dot for black."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pygame
import pytest
from PIL import Image

from kiosk.config import Rotation
from kiosk.core.focus import Box
from kiosk.core.model import Rect, Size
from kiosk.display import canvas as canvas_module
from kiosk.display import composing, patches
from kiosk.display.canvas import Canvas, Handle, logical, on_panel
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.textures import TextureCanvas
from kiosk.errors import DisplayError

COLOURS = {
    ".": (0, 0, 0),
    "R": (255, 0, 0),
    "G": (0, 255, 0),
    "B": (0, 0, 255),
    "W": (255, 255, 255),
}
LETTERS = {colour: letter for letter, colour in COLOURS.items()}

Maker = Callable[[Size, Rotation], Canvas]


def pixels(rows: str, alpha: int | None = None) -> tuple[bytes, Size]:
    lines = rows.split()
    end = b"" if alpha is None else bytes([alpha])
    return b"".join(bytes(COLOURS[letter]) + end for line in lines for letter in line), Size(
        len(lines[0]), len(lines)
    )


def letters(image: Image.Image) -> str:
    width, height = image.size
    rows = []
    for y in range(height):
        row = []
        for x in range(width):
            colour = image.getpixel((x, y))
            assert isinstance(colour, tuple)
            row.append(LETTERS.get((int(colour[0]), int(colour[1]), int(colour[2])), "?"))
        rows.append("".join(row))
    return "\n".join(rows)


def surface(size: Size, rotation: Rotation) -> Canvas:
    return SurfaceCanvas(size, rotation)


def texture(size: Size, rotation: Rotation) -> Canvas:
    return TextureCanvas(size, rotation, drivers=("software",))


@pytest.fixture(params=[surface, texture])
def make(request: pytest.FixtureRequest, no_screen: None) -> Iterator[Maker]:
    made: list[Canvas] = []

    def maker(size: Size, rotation: Rotation = Rotation.NONE) -> Canvas:
        canvas: Canvas = request.param(size, rotation)
        made.append(canvas)
        canvas.fill(Rect(0, 0, canvas.size.width, canvas.size.height), (0, 0, 0))
        return canvas

    yield maker
    for canvas in made:
        canvas.close()


@pytest.mark.parametrize("rotation", Rotation)
def test_a_rotated_screen_shows_the_viewer_the_same_picture(make: Maker, rotation: Rotation) -> None:
    canvas = make(Size(4, 3), rotation)
    turned = rotation in (Rotation.QUARTER, Rotation.THREE_QUARTERS)
    assert canvas.size == (Size(3, 4) if turned else Size(4, 3))
    data, size = pixels("RG BW")
    handle = canvas.upload(data, size, alpha=False)
    canvas.draw(handle, Rect(1, 0, 2, 2))
    expected = ".RG\n.BW\n...\n..." if turned else ".RG.\n.BW.\n...."
    assert letters(canvas.read()) == expected


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        (Rotation.NONE, Rect(10, 20, 30, 40)),
        (Rotation.QUARTER, Rect(480 - 60, 10, 40, 30)),
        (Rotation.HALF, Rect(800 - 40, 480 - 60, 30, 40)),
        (Rotation.THREE_QUARTERS, Rect(20, 800 - 40, 40, 30)),
    ],
)
def test_a_logical_rectangle_has_one_place_on_the_panel(rotation: Rotation, expected: Rect) -> None:
    assert on_panel(Rect(10, 20, 30, 40), Size(800, 480), rotation) == expected
    assert logical(logical(Size(800, 480), rotation), rotation) == Size(800, 480)


def test_a_quarter_turn_is_clockwise(no_screen: None) -> None:
    canvas = SurfaceCanvas(Size(3, 2), Rotation.QUARTER)
    data, size = pixels("RG .. ..")
    canvas.draw(canvas.upload(data, size, alpha=False), Rect(0, 0, 2, 3))
    # Upright the viewer's upper edge is red and green; on the panel it is the right edge, from the top.
    panel = canvas._screen
    assert tuple(panel.get_at((2, 0)))[:3] == COLOURS["R"]
    assert tuple(panel.get_at((2, 1)))[:3] == COLOURS["G"]


def test_half_opacity_is_the_mean_of_both_pictures(make: Maker) -> None:
    canvas = make(Size(2, 1), Rotation.NONE)
    below = canvas.upload(*pixels("WR"), alpha=False)
    above = canvas.upload(*pixels(".B"), alpha=False)
    canvas.draw(below, Rect(0, 0, 2, 1))
    canvas.draw(above, Rect(0, 0, 2, 1), 0.5)
    image = canvas.read()
    assert near(image.getpixel((0, 0)), (128, 128, 128))
    assert near(image.getpixel((1, 0)), (128, 0, 128))


def test_a_picture_is_opaque_again_after_a_transition(make: Maker) -> None:
    canvas = make(Size(1, 1), Rotation.NONE)
    white, red = canvas.upload(*pixels("W"), alpha=False), canvas.upload(*pixels("R"), alpha=False)
    canvas.draw(red, Rect(0, 0, 1, 1), 0.25)
    canvas.draw(white, Rect(0, 0, 1, 1))
    canvas.draw(red, Rect(0, 0, 1, 1))
    assert letters(canvas.read()) == "R"


def test_an_image_with_alpha_lets_through_what_is_behind_it(make: Maker) -> None:
    canvas = make(Size(3, 1), Rotation.NONE)
    canvas.fill(Rect(0, 0, 3, 1), COLOURS["W"])
    clear = canvas.upload(*pixels("R", alpha=0), alpha=True)
    half = canvas.upload(*pixels("R", alpha=128), alpha=True)
    solid = canvas.upload(*pixels("R", alpha=255), alpha=True)
    for x, handle in enumerate((clear, half, solid)):
        canvas.draw(handle, Rect(x, 0, 1, 1))
    image = canvas.read()
    assert near(image.getpixel((0, 0)), (255, 255, 255))
    assert near(image.getpixel((1, 0)), (255, 127, 127))
    assert near(image.getpixel((2, 0)), (255, 0, 0))


def test_a_veil_darkens_what_is_behind_it(make: Maker) -> None:
    canvas = make(Size(2, 1), Rotation.NONE)
    canvas.fill(Rect(0, 0, 2, 1), COLOURS["W"])
    canvas.fill(Rect(1, 0, 1, 1), (0, 0, 0), 0.5)
    image = canvas.read()
    assert near(image.getpixel((0, 0)), (255, 255, 255))
    assert near(image.getpixel((1, 0)), (127, 127, 127))


def test_a_picture_of_another_size_is_scaled(make: Maker) -> None:
    canvas = make(Size(4, 2), Rotation.NONE)
    canvas.draw(canvas.upload(*pixels("B"), alpha=False), Rect(1, 0, 2, 2))
    assert letters(canvas.read()) == ".BB.\n.BB."


def test_only_presenting_counts_as_a_flip(make: Maker) -> None:
    canvas = make(Size(2, 2), Rotation.NONE)
    canvas.draw(canvas.upload(*pixels("B"), alpha=False), Rect(0, 0, 2, 2))
    canvas.read()
    assert canvas.flips == 0
    canvas.present()
    canvas.present()
    assert canvas.flips == 2


def test_a_released_image_is_gone_and_its_handle_is_not_given_again(make: Maker) -> None:
    canvas = make(Size(2, 2), Rotation.NONE)
    first = canvas.upload(*pixels("B"), alpha=False)
    canvas.release(first)
    assert canvas.upload(*pixels("B"), alpha=False) != first
    with pytest.raises(KeyError):
        canvas.draw(first, Rect(0, 0, 1, 1))


def test_closing_twice_does_nothing(make: Maker) -> None:
    canvas = make(Size(2, 2), Rotation.NONE)
    canvas.close()
    canvas.close()


def test_a_renderer_that_does_not_exist_is_named(no_screen: None) -> None:
    with pytest.raises(DisplayError, match="vulkan3000: not in this SDL"):
        TextureCanvas(Size(2, 2), drivers=("vulkan3000",))


def test_a_renderer_that_does_not_open_gives_its_reason(no_screen: None) -> None:
    with pytest.raises(DisplayError, match=r"opengl: .+"):
        TextureCanvas(Size(2, 2), drivers=("opengl",))


def near(colour: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(have - want) <= 2 for have, want in zip(colour, expected, strict=True))


# Slides. --------------------------------------------------------------------------------------------------------------


def hung(canvas: Canvas, image: pygame.Surface) -> tuple[Handle, int]:
    """The handle, and in how many steps it came."""
    steps, work = 1, canvas.hang([patches.whole(image)], Size(*image.get_size()))
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, steps
        steps += 1


@pytest.mark.parametrize("strip", [canvas_module.STRIP, 4 * 6 * 3, 1])
@pytest.mark.parametrize("rotation", Rotation)
def test_a_slide_is_whole_in_however_many_strips_it_goes_up(
    make: Maker, monkeypatch: pytest.MonkeyPatch, rotation: Rotation, strip: int
) -> None:
    monkeypatch.setattr(composing, "STRIP", strip)
    canvas = make(Size(6, 8), rotation)
    rows = "RRGGBB\nRRGGBB\nWWRRGG\nBBWWRR\nRGBWRG\nGRBWRG\nBBBBBB\nWRWRWR"
    if canvas.size != Size(6, 8):
        rows = "RRGGBBWW\nRGBWRGBW\nWWWWRRRR\nGGGGBBBB\nRBRBRBRB\nWGWGWGWG"
    content, size = pixels(rows)
    handle, steps = hung(canvas, patches.surface(Image.frombytes("RGB", (size.width, size.height), content)))
    canvas.draw(handle, Rect(0, 0, size.width, size.height))
    assert letters(canvas.read()) == rows
    if isinstance(canvas, TextureCanvas):
        assert (steps > 1) == (strip < 4 * 6 * 8)
    canvas.release(handle)


def test_a_picture_goes_up_in_steps_of_four_megabytes(no_screen: None) -> None:
    canvas = TextureCanvas(Size(16, 9), drivers=("software",))
    for size, wanted in ((Size(1024, 1024), 1), (Size(1920, 1080), 2), (Size(3840, 2160), 8)):
        handle, steps = hung(canvas, patches.blank(size))
        assert steps == wanted
        canvas.release(handle)
    canvas.close()


def test_the_texture_of_a_slide_that_went_serves_the_next_of_its_size(no_screen: None) -> None:
    canvas = TextureCanvas(Size(16, 9), drivers=("software",))
    made = []
    for size in (Size(32, 18), Size(32, 18), Size(18, 32)):
        handle, _ = hung(canvas, patches.blank(size))
        made.append(canvas._images[handle])
        canvas.release(handle)
    assert made[0] is made[1]
    assert (made[2].width, made[2].height) == (18, 32)
    canvas.close()


def test_what_is_drawn_between_two_steps_of_an_upload_reaches_the_screen(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "STRIP", 4 * 6)
    canvas = make(Size(6, 2), Rotation.NONE)
    red, blue = (patches.surface(Image.new("RGB", (6, 2), colour)) for colour in ("#ff0000", "#0000ff"))
    shown, _ = hung(canvas, red)
    for _ in (coming := canvas.hang([patches.whole(blue)], Size(6, 2))):
        canvas.draw(shown, Rect(0, 0, 6, 2))
        assert letters(canvas.read()) == "RRRRRR\nRRRRRR"
        canvas.present()
    coming.close()


@pytest.mark.parametrize("rotation", Rotation)
def test_a_part_that_rounding_leads_outside_by_a_hair_is_drawn_all_the_same(
    make: Maker, rotation: Rotation
) -> None:
    canvas = make(Size(4, 4), rotation)
    handle, _ = hung(canvas, patches.surface(Image.new("RGB", (4, 4), "#ff0000")))
    canvas.draw(handle, Rect(0, 0, 4, 4), 1.0, Box(-1e-16, -1e-16, 1.0 + 4e-16, 1.0 + 4e-16))
    assert letters(canvas.read()) == "RRRR\nRRRR\nRRRR\nRRRR"


# The light around it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rotation", Rotation)
def test_a_shade_multiplies_all_that_was_drawn_and_nothing_that_is_drawn_after_it(
    make: Maker, rotation: Rotation
) -> None:
    canvas = make(Size(4, 3), rotation)
    whole = Rect(0, 0, canvas.size.width, canvas.size.height)
    canvas.fill(whole, (200, 100, 50))
    canvas.shade((128, 255, 0))
    canvas.fill(Rect(0, 0, 1, 1), (10, 20, 30))
    seen = canvas.read()
    assert seen.getpixel((0, 0)) == (10, 20, 30)
    below = seen.crop((0, 1, *seen.size))
    for found, wanted in zip(below.getextrema(), (100, 100, 0), strict=True):
        assert isinstance(found, tuple)
        # 8 bits, rounded in one way or the other.
        assert found[0] == found[1]
        assert abs(found[0] - wanted) <= 1
