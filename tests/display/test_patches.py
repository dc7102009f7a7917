"""Images are put together and scaled without a copy of a whole picture, and nothing of them is lost on the way."""

from __future__ import annotations

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size
from kiosk.display import patches
from kiosk.display.patches import BAND, Patch, flattened, plain, scale_onto, surface


def noise(size: Size) -> Image.Image:
    bands = [Image.effect_noise((size.width, size.height), 80) for _ in range(3)]
    return Image.merge("RGB", bands)


def in_screens_format(picture: Image.Image) -> pygame.Surface:
    return flattened([patches.whole(surface(picture))], Size(*picture.size))


@given(
    st.tuples(st.integers(1, 90), st.sampled_from([1, 7, BAND - 1, BAND, BAND + 1, 2 * BAND, 3 * BAND + 5])),
    st.tuples(st.integers(1, 120), st.integers(1, 200)),
)
def test_a_picture_that_is_scaled_in_bands_is_the_same_to_the_bit(
    size: tuple[int, int], to: tuple[int, int]
) -> None:
    picture = noise(Size(*size))
    made = in_screens_format(Image.new("RGB", to))
    scale_onto(surface(picture), made)
    at_once = pygame.transform.smoothscale(surface(picture), to)
    assert made.get_masks() != at_once.get_masks()
    assert patches.pillow(made).tobytes() == patches.pillow(at_once).tobytes()


def test_what_came_in_goes_out_again() -> None:
    picture = noise(Size(31, 17))
    assert patches.pillow(surface(picture)).tobytes() == picture.tobytes()
    assert patches.pillow(in_screens_format(picture)).tobytes() == picture.tobytes()


def test_a_single_patch_that_covers_everything_is_not_copied() -> None:
    image = in_screens_format(noise(Size(20, 10)))
    assert flattened([patches.whole(image)], Size(20, 10)) is image


@pytest.mark.parametrize(
    "image",
    [
        surface(noise(Size(20, 10))),
        in_screens_format(noise(Size(40, 10))).subsurface((20, 0, 20, 10)),
    ],
)
def test_a_slide_is_in_the_format_of_screens_and_keeps_no_larger_picture_alive(image: pygame.Surface) -> None:
    made = flattened([Patch(image, Rect(0, 0, 20, 10))], Size(20, 10))
    assert made.get_masks() == (0xFF0000, 0xFF00, 0xFF, 0)
    assert made.get_parent() is None
    assert patches.pillow(made).tobytes() == patches.pillow(image).tobytes()


@pytest.mark.parametrize("scaled", [False, True])
def test_patches_lie_over_one_another_in_their_order(scaled: bool) -> None:
    size = Size(5, 5) if scaled else Size(10, 10)
    red = surface(Image.new("RGB", (size.width, size.height), (200, 0, 0)))
    veil = surface(Image.new("RGBA", (4, 4), (0, 0, 0, 128)))
    image = patches.pillow(
        flattened(
            [
                plain((0, 0, 90), Rect(0, 0, 30, 20)),
                Patch(red, Rect(5, 5, 10, 10)),
                Patch(veil, Rect(10, 5, 8 if scaled else 4, 4)),
            ],
            Size(30, 20),
        )
    )
    assert image.getpixel((2, 2)) == (0, 0, 90)
    assert image.getpixel((6, 6)) == (200, 0, 0)
    halved = image.getpixel((12, 7))
    assert isinstance(halved, tuple)
    assert 96 <= halved[0] <= 104
    assert image.getpixel((25, 15)) == (0, 0, 90)


def test_a_patch_that_hangs_over_the_edge_is_cut_there() -> None:
    red = surface(Image.new("RGB", (4, 4), (200, 0, 0)))
    image = patches.pillow(
        flattened([plain((0, 0, 0), Rect(0, 0, 10, 10)), Patch(red, Rect(-4, 6, 8, 8))], Size(10, 10))
    )
    assert image.getpixel((3, 9)) == (200, 0, 0)
    assert image.getpixel((4, 9)) == image.getpixel((0, 5)) == (0, 0, 0)


def test_a_part_shares_its_pixels_with_the_whole() -> None:
    image = surface(Image.new("RGB", (8, 8)))
    half = patches.cut(image, Box(0.5, 0.0, 1.0, 1.0))
    half.fill((9, 9, 9))
    assert half.get_size() == (4, 8)
    assert image.get_at((7, 7))[:3] == (9, 9, 9)
    assert patches.cut(image, WHOLE) is image
