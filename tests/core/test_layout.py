from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import layout
from kiosk.core.model import Rect, Size

SCREENS = [
    Size(800, 480),
    Size(480, 800),
    Size(1024, 600),
    Size(1280, 720),
    Size(1920, 1080),
    Size(1080, 1920),
    Size(3840, 2160),
    Size(1000, 1000),
]

sizes = st.builds(Size, st.integers(1, 9000), st.integers(1, 9000))
screens = st.builds(Size, st.integers(100, 4096), st.integers(100, 4096))


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        inner.x >= outer.x
        and inner.y >= outer.y
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )


def apart(one: Rect, other: Rect) -> bool:
    return one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y


@pytest.mark.parametrize(
    ("picture", "screen", "expected"),
    [
        (Size(16, 9), Size(1920, 1080), Rect(0, 0, 1920, 1080)),
        (Size(4000, 3000), Size(1920, 1080), Rect(240, 0, 1440, 1080)),
        (Size(3000, 4000), Size(1920, 1080), Rect(555, 0, 810, 1080)),
        (Size(4000, 1000), Size(1920, 1080), Rect(0, 300, 1920, 480)),
        (Size(10, 10), Size(800, 480), Rect(160, 0, 480, 480)),
        (Size(9000, 1), Size(100, 100), Rect(0, 49, 100, 1)),
    ],
)
def test_a_fitted_picture_is_whole_and_centred(picture: Size, screen: Size, expected: Rect) -> None:
    assert layout.fit(picture, screen) == expected


@given(sizes, screens)
def test_fit_touches_two_sides_and_cover_leaves_nothing_free(picture: Size, screen: Size) -> None:
    whole = Rect(0, 0, screen.width, screen.height)
    fitted = layout.fit(picture, screen)
    assert inside(fitted, whole)
    assert fitted.width == screen.width or fitted.height == screen.height
    covering = layout.cover(picture, screen)
    assert covering.width >= screen.width and covering.height >= screen.height
    assert covering.width == screen.width or covering.height == screen.height


@pytest.mark.parametrize(
    ("original", "screen", "expected"),
    [
        # 12 megapixels: 1.2 times what covers a TV, upright as well.
        (Size(4032, 3024), Size(1920, 1080), Size(2304, 1728)),
        (Size(3024, 4032), Size(1920, 1080), Size(2304, 3072)),
        (Size(8000, 4500), Size(1920, 1080), Size(2304, 1296)),
        # The screen hangs on its side.
        (Size(3024, 4032), Size(1080, 1920), Size(1728, 2304)),
        # Never above the original.
        (Size(1600, 1200), Size(1920, 1080), Size(1600, 1200)),
        # Never above the texture limit, which one side takes and the other follows.
        (Size(8000, 6000), Size(3840, 2160), Size(4096, 3072)),
        # A panorama has the screen's full height, no more, and pans.
        (Size(8000, 3000), Size(1920, 1080), Size(2880, 1080)),
        (Size(12000, 2000), Size(1920, 1080), Size(4096, 683)),
        # An upright strip has the full width.
        (Size(2000, 6000), Size(1920, 1080), Size(1366, 4096)),
        # Nobody knows: a square in which 4:3 covers the screen either way up.
        (None, Size(1920, 1080), Size(3072, 3072)),
        (None, Size(1080, 1920), Size(3072, 3072)),
        (None, Size(3840, 2160), Size(4096, 4096)),
        (None, Size(800, 480), Size(1280, 1280)),
    ],
)
def test_the_box_asked_for_covers_the_screen_with_room(
    original: Size | None, screen: Size, expected: Size
) -> None:
    assert layout.rendition_box(original, screen) == expected


@given(sizes, screens, st.integers(512, 4096))
def test_no_box_is_above_the_original_or_the_limit_and_the_aspect_is_kept(
    original: Size, screen: Size, limit: int
) -> None:
    box = layout.rendition_box(original, screen, limit)
    assert 1 <= box.width <= min(original.width, limit)
    assert 1 <= box.height <= min(original.height, limit)
    assert abs(box.width * original.height - box.height * original.width) <= max(
        original.width, original.height
    )


@given(sizes, screens)
def test_a_large_enough_original_covers_the_screen(original: Size, screen: Size) -> None:
    box = layout.rendition_box(original, screen, limit=1_000_000)
    if original.width >= screen.width and original.height >= screen.height:
        assert box.width >= screen.width and box.height >= screen.height


def test_a_module_has_whole_pixels_and_the_quiet_zone_has_four() -> None:
    assert layout.qr_scale(33, 41 * 7) == 7
    assert layout.qr_scale(33, 41 * 7 - 1) == 6
    assert layout.qr_scale(33, 40) == 0


@pytest.mark.parametrize("screen", SCREENS)
def test_words_and_qr_keep_their_distance_and_the_margin(screen: Size) -> None:
    gaps = layout.measures(screen)
    area = layout.inset(Rect(0, 0, screen.width, screen.height), gaps.margin)
    places = layout.full_screen(screen, with_qr=True)
    assert inside(places.words, area)
    if places.qr is not None:
        assert inside(places.qr, area)
        assert apart(places.words, places.qr)
        assert places.qr.width == places.qr.height == places.plate
    # More than half of a TV's shorter side, quiet zone and all; all but the margins of a small panel's height.
    longer, shorter = max(screen.width, screen.height), min(screen.width, screen.height)
    assert places.plate >= (0.6 if longer > 1.2 * shorter else 0.39) * shorter
    if screen == Size(800, 480):
        assert places.plate == screen.height - 2 * gaps.margin


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("with_qr", [True, False])
def test_a_panel_leaves_most_of_the_picture_free(screen: Size, with_qr: bool) -> None:
    box = layout.panel(screen, with_qr=with_qr)
    assert inside(box, Rect(0, 0, screen.width, screen.height))
    assert box.width * box.height < 0.51 * screen.width * screen.height
    places = layout.in_panel(screen, box, with_qr=with_qr)
    assert inside(places.words, box)
    if places.qr is not None:
        assert inside(places.qr, box)
        assert apart(places.words, places.qr)


def test_a_snug_plate_gives_its_rest_to_the_words() -> None:
    before = layout.full_screen(Size(800, 480), with_qr=True)
    assert before.qr is not None
    after = layout.snug(before, 33)
    assert after.qr is not None
    assert after.plate == after.qr.width == 41 * 10
    assert after.qr.right == before.qr.right
    assert after.words.width == before.words.width + before.plate - after.plate


def test_a_panel_settles_at_the_foot_of_its_box() -> None:
    box = Rect(100, 10, 400, 500)
    assert layout.settle(box, 200) == Rect(100, 310, 400, 200)
    assert layout.settle(box, 9999) == box


def test_mirroring_swaps_the_distances_to_left_and_right() -> None:
    within = Rect(0, 0, 100, 50)
    assert layout.mirrored(Rect(10, 5, 30, 20), within) == Rect(60, 5, 30, 20)
    assert layout.mirrored(layout.mirrored(Rect(10, 5, 30, 20), within), within) == Rect(10, 5, 30, 20)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_badge_and_a_panel_never_meet(screen: Size) -> None:
    unit = layout.measures(screen).unit
    pill = layout.badge(screen, Size(round(20 * unit), round(5 * unit)))
    assert inside(pill, Rect(0, 0, screen.width, screen.height))
    if screen.width > 1.3 * screen.height or screen.height > screen.width:
        assert apart(pill, layout.panel(screen, with_qr=True))


@given(st.integers(1, 4096))
def test_the_spacing_unit_never_jumps(shorter: int) -> None:
    one, next_one = (layout.measures(Size(5000, side)).unit for side in (shorter, shorter + 1))
    assert 0 < next_one - one < 0.02


# The strip of what arrives. -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("screen", [Size(320, 240), *SCREENS])
@pytest.mark.parametrize("places", [0, 1, 5, 12])
def test_everything_lies_on_the_plate_and_the_plate_on_the_screen(screen: Size, places: int) -> None:
    found = layout.strip(
        screen, Size(layout.strip_words(screen, screen.width // 6), screen.height // 14), places
    )
    assert found.plate.x > 0
    assert found.plate.right < screen.width
    assert screen.height * 0.7 < found.plate.y
    assert found.plate.bottom < screen.height
    assert abs((found.plate.x + found.plate.right) - screen.width) <= 1, "in the middle"
    for each in (found.words, found.bar, *found.slots):
        assert found.plate.x < each.x
        assert each.right < found.plate.right
        assert found.plate.y < each.y
        assert each.bottom < found.plate.bottom
    assert found.words.bottom < found.bar.y
    assert all(later.x > earlier.right for earlier, later in pairwise(found.slots))
    assert len(found.slots) == places or len(found.slots) > 2, "as many as fit"


def test_a_screen_that_is_too_narrow_for_a_thumbnail_has_words_and_bar() -> None:
    found = layout.strip(Size(150, 110), Size(120, 20), 5)
    assert found.slots == ()
    assert found.plate.right <= 150
