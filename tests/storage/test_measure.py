"""What matters in a picture: whatever stands out, wherever it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from kiosk.core.focus import CENTRE
from kiosk.storage.measure import measured


def scene(
    x: float, y: float, colour: tuple[int, int, int] = (230, 70, 30), size: tuple[int, int] = (900, 600)
) -> Image.Image:
    """A quiet gradient with one thing in it, at these shares of the sides."""
    sky = Image.linear_gradient("L").resize(size).point(lambda level: 90 + level // 4)
    picture = Image.merge("RGB", (sky, sky, sky))
    centre, radius = (x * size[0], y * size[1]), 0.08 * min(size)
    corners = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
    ImageDraw.Draw(picture).ellipse(corners, fill=colour)
    return picture


@pytest.mark.parametrize("x", [0.15, 0.5, 0.85])
@pytest.mark.parametrize("y", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("colour", [(230, 70, 30), (250, 250, 250), (5, 5, 5), (224, 172, 150)])
def test_the_one_thing_that_stands_out_is_what_matters(
    x: float, y: float, colour: tuple[int, int, int]
) -> None:
    found = measured(scene(x, y, colour)).focus
    assert found.x == pytest.approx(x, abs=0.08)
    assert found.y == pytest.approx(y, abs=0.08)
    assert found.box.left <= x <= found.box.right
    assert found.box.top <= y <= found.box.bottom
    assert found.box.width < 0.4


def test_of_two_things_both_are_in_the_box() -> None:
    both = scene(0.2, 0.5)
    both.paste(scene(0.8, 0.5).crop((600, 0, 900, 600)), (600, 0))
    found = measured(both).focus
    assert found.box.left < 0.25
    assert found.box.right > 0.75
    assert found.x == pytest.approx(0.5, abs=0.05)


def test_a_face_counts_for_more_than_a_thing_of_the_same_contrast() -> None:
    skin, leaf = (224, 172, 150), (150, 190, 224)
    both = scene(0.2, 0.5, skin)
    both.paste(scene(0.8, 0.5, leaf).crop((600, 0, 900, 600)), (600, 0))
    assert measured(both).focus.x < 0.45


@pytest.mark.parametrize("level", [0, 128, 255])
def test_the_middle_matters_where_nothing_stands_out(level: int) -> None:
    assert measured(Image.new("RGB", (640, 480), (level, level, level))).focus == CENTRE


@given(st.integers(1, 400), st.integers(1, 400), st.binary(min_size=3, max_size=300))
def test_every_picture_has_a_focus_within_itself(width: int, height: int, noise: bytes) -> None:
    picture = Image.frombytes("RGB", (len(noise) // 3, 1), noise[: len(noise) // 3 * 3]).resize(
        (width, height)
    )
    found = measured(picture).focus
    assert 0.0 <= found.box.left <= found.box.right <= 1.0
    assert 0.0 <= found.box.top <= found.box.bottom <= 1.0
    assert 0.0 <= found.x <= 1.0
    assert 0.0 <= found.y <= 1.0
