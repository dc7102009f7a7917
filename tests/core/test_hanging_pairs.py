"""Where two pictures hang that share a screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.focus import WHOLE, Box, Focus
from kiosk.core.hanging import Hung, halves, hang_pair
from kiosk.core.model import Rect, Size
from kiosk.core.settings import Motion, Style, Surround

SCREENS = [Size(1920, 1080), Size(800, 480), Size(1024, 768), Size(3840, 2160), Size(1080, 1920)]
SIDES = st.tuples(st.integers(500, 900), st.integers(1000, 1100))


def across(screen: Size, sides: tuple[int, int]) -> Size:
    """A picture of these sides that pairs on this screen."""
    shorter, longer = sides
    return Size(shorter, longer) if screen.width > screen.height else Size(longer, shorter)


def inside(place: Rect, room: Rect) -> bool:
    return (
        room.x <= place.x and room.y <= place.y and place.right <= room.right and place.bottom <= room.bottom
    )


@given(st.sampled_from(SCREENS), st.sampled_from(Surround), SIDES, SIDES)
def test_each_hangs_whole_or_well_cropped_in_its_own_half(
    screen: Size, surround: Surround, one: tuple[int, int], other: tuple[int, int]
) -> None:
    pictures = across(screen, one), across(screen, other)
    pair = hang_pair(pictures, screen, Style(surround, motion=Motion.GENTLE, travel=1.0))
    for picture, hung, half in zip(pictures, pair, halves(screen), strict=True):
        assert inside(hung.place, half)
        assert (hung.canvas, hung.first, hung.last) == (screen, WHOLE, WHOLE)
        shape = hung.part.width * picture.width / (hung.part.height * picture.height)
        place = hung.place
        # A pixel of rounding on the shorter side.
        assert abs(place.width / place.height - shape) <= 1.5 * shape / min(place.width, place.height)
        if surround is not Surround.FILL:
            assert hung.part == WHOLE


@given(st.sampled_from(SCREENS), st.sampled_from(Surround), SIDES, SIDES)
def test_side_by_side_they_are_equally_high_and_one_above_the_other_equally_wide(
    screen: Size, surround: Surround, one: tuple[int, int], other: tuple[int, int]
) -> None:
    first, second = hang_pair((across(screen, one), across(screen, other)), screen, Style(surround))
    if screen.width > screen.height:
        assert (first.place.y, first.place.height) == (second.place.y, second.place.height)
        assert first.place.right < second.place.x
    else:
        assert (first.place.x, first.place.width) == (second.place.x, second.place.width)
        assert first.place.bottom < second.place.y


@pytest.mark.parametrize("surround", [Surround.BLUR, Surround.PLAIN])
def test_what_is_free_before_between_and_after_them_is_alike(surround: Surround) -> None:
    screen = Size(1920, 1080)
    first, second = hang_pair((Size(1200, 1600), Size(1000, 1500)), screen, Style(surround))
    free = first.place.x, second.place.x - first.place.right, screen.width - second.place.right
    assert max(free) - min(free) < 0.02 * screen.width
    assert first.place.height == screen.height


def test_a_pair_hangs_in_one_mat_with_the_board_between_it_narrower_than_around_it() -> None:
    screen = Size(1024, 768)
    style = Style(Surround.MAT)
    first, second = hang_pair((Size(1200, 1600), Size(1200, 1600)), screen, style)
    above, below = first.place.y, screen.height - first.place.bottom
    assert above < below
    assert 0 < second.place.x - first.place.right < first.place.x
    assert first.place.x == screen.width - second.place.right


def test_a_pair_fills_the_screen_but_for_the_gap_and_keeps_what_matters() -> None:
    screen = Size(1920, 1080)
    above = Focus(0.5, 0.2, Box(0.3, 0.1, 0.7, 0.3))
    pictures = Size(1200, 1600), Size(1200, 1600)
    first, second = hang_pair(pictures, screen, Style(Surround.FILL), (above, Focus()))
    assert first.place.width + second.place.width > 0.98 * screen.width
    assert {first.place.height, second.place.height} == {screen.height}
    assert first.part.top < second.part.top
    assert first.part.top <= 0.1


def test_where_one_of_them_cannot_be_cropped_neither_is() -> None:
    matters_everywhere = Focus(0.5, 0.5, Box(0.0, 0.0, 1.0, 1.0))
    pictures = Size(1200, 1600), Size(500, 1100)
    pair = hang_pair(pictures, Size(1920, 1080), Style(Surround.FILL), (Focus(), matters_everywhere))
    assert {hung.part for hung in pair} == {WHOLE}


@pytest.mark.parametrize("surround", Surround)
@pytest.mark.parametrize("screen", [Size(3, 2), Size(2, 3), Size(1, 1)])
def test_a_screen_of_a_few_pixels_breaks_nothing(screen: Size, surround: Surround) -> None:
    pair = hang_pair((Size(9000, 10), Size(10, 9000)), screen, Style(surround))
    assert all(isinstance(hung, Hung) and hung.place.width > 0 and hung.place.height > 0 for hung in pair)


def test_the_halves_meet_and_cover_the_screen() -> None:
    for screen in (*SCREENS, Size(801, 481), Size(481, 801)):
        one, other = halves(screen)
        assert one.width * one.height + other.width * other.height == screen.width * screen.height
        assert (one.right == other.x and one.height == screen.height) or one.bottom == other.y
