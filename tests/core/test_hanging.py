"""What of a picture is kept, where it goes, and how the view moves: rectangles, and no pixel."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import hanging
from kiosk.core.focus import CENTRE, WHOLE, Box, Focus
from kiosk.core.hanging import (
    KEPT_LEAST,
    LONGEST_TEXTURE,
    SEEN_LEAST,
    ZOOM,
    Hung,
    calm,
    crop,
    hang,
    moving,
    still,
    wants_focus,
)
from kiosk.core.layout import fit
from kiosk.core.model import Rect, Size
from kiosk.core.settings import Motion, Style, Surround, Transition

SCREEN = Size(1920, 1080)
BLUR, MAT, PLAIN, FILL = (Style(surround) for surround in Surround)
GENTLE = Style(motion=Motion.GENTLE, travel=0.9)
THREE_TO_TWO = Size(2304, 1536)
UPRIGHT = Size(1536, 2304)
SQUARE = Size(2000, 2000)
PANORAMA = Size(4096, 1400)

sizes = st.builds(Size, st.integers(1, 5000), st.integers(1, 5000))
screens = st.sampled_from(
    [Size(800, 480), SCREEN, Size(1080, 1920), Size(3840, 2160), Size(160, 90), Size(17, 9)]
)
shares = st.floats(0.0, 1.0)

spans = st.tuples(shares, shares).map(sorted)


def span_box(across: list[float], down: list[float]) -> Box:
    return Box(across[0], down[0], across[1], down[1])


@st.composite
def focuses(draw: st.DrawFn) -> Focus:
    left, right = sorted((draw(shares), draw(shares)))
    top, bottom = sorted((draw(shares), draw(shares)))
    x, y = draw(st.floats(left, right)), draw(st.floats(top, bottom))
    heads = draw(st.none() | st.builds(span_box, spans, spans))
    return Focus(x, y, Box(left, top, right, bottom), heads)


styles = st.builds(
    Style, st.sampled_from(Surround), motion=st.sampled_from(Motion), travel=st.floats(0.0, 3.0)
)


def inside(box: Box) -> bool:
    return -1e-9 <= box.left < box.right <= 1 + 1e-9 and -1e-9 <= box.top < box.bottom <= 1 + 1e-9


@given(picture=sizes, screen=screens, style=styles, focus=focuses())
def test_every_picture_hangs_within_its_canvas_and_the_view_within_both(
    picture: Size, screen: Size, style: Style, focus: Focus
) -> None:
    hung = hang(picture, screen, style, focus)
    place, canvas = hung.place, hung.canvas
    assert place.x >= 0 and place.y >= 0 and place.width >= 1 and place.height >= 1
    assert place.right <= canvas.width and place.bottom <= canvas.height
    assert max(canvas.width, canvas.height) <= max(LONGEST_TEXTURE, screen.width, screen.height)
    assert inside(hung.part) and inside(hung.first) and inside(hung.last)
    # At rest and in between: never a closer look than the pixels allow.
    for view in (hung.first, hung.last, hung.first.towards(hung.last, 0.5)):
        assert view.width * canvas.width >= screen.width - 1
        assert view.height * canvas.height >= screen.height - 1
    if style.motion is Motion.NONE:
        assert hung.first == hung.last == WHOLE


@given(picture=sizes, screen=screens, style=styles, focus=focuses())
def test_a_picture_is_never_stretched(picture: Size, screen: Size, style: Style, focus: Focus) -> None:
    hung = hang(picture, screen, style, focus)
    kept = hung.part.width * picture.width, hung.part.height * picture.height
    across, down = hung.place.width / kept[0], hung.place.height / kept[1]
    # Within the rounding of its sides to whole pixels, and of a side that would come out as nothing.
    assert abs(across - down) * kept[0] <= 1.5 or abs(across - down) * kept[1] <= 1.5


@given(picture=sizes, screen=screens, focus=focuses())
def test_a_crop_keeps_most_of_the_picture_and_most_of_what_matters_or_is_refused(
    picture: Size, screen: Size, focus: Focus
) -> None:
    part = crop(picture, screen, focus)
    if part is None:
        assert hang(picture, screen, FILL, focus) == hang(picture, screen, BLUR, focus)
        return
    assert part.width * part.height >= KEPT_LEAST - 1e-9
    for begin, end, low, high in (
        (part.left, part.right, focus.box.left, focus.box.right),
        (part.top, part.bottom, focus.box.top, focus.box.bottom),
    ):
        assert min(end, high) - max(begin, low) >= SEEN_LEAST * (high - low) - 1e-9


@pytest.mark.parametrize(
    ("picture", "kept"), [(THREE_TO_TWO, 0.84), (Size(1600, 1200), 0.75), (Size(1920, 1080), 1.0)]
)
def test_usual_landscapes_fill_a_wide_screen(picture: Size, kept: float) -> None:
    hung = hang(picture, SCREEN, FILL)
    assert hung.place == Rect(0, 0, 1920, 1080)
    assert hung.part.width * hung.part.height == pytest.approx(kept, abs=0.01)


@pytest.mark.parametrize("picture", [SQUARE, UPRIGHT, Size(1200, 1600), PANORAMA])
def test_a_square_an_upright_picture_and_a_panorama_are_not_cropped_to_a_wide_screen(picture: Size) -> None:
    assert hang(picture, SCREEN, FILL) == Hung(SCREEN, fit(picture, SCREEN))


@pytest.mark.parametrize(("y", "top"), [(0.0, 0.0), (0.5, 0.078), (1.0, 0.156)])
def test_a_crop_goes_where_what_matters_is(y: float, top: float) -> None:
    near = Focus(0.5, y, Box(0.3, max(0.0, y - 0.1), 0.7, min(1.0, y + 0.1)))
    part = crop(THREE_TO_TWO, SCREEN, near)
    assert part is not None
    assert part.top == pytest.approx(top, abs=0.001)
    assert (part.left, part.right) == (0.0, 1.0)


def test_a_crop_that_would_cut_into_what_matters_is_refused() -> None:
    heads_and_feet = Focus(0.5, 0.5, Box(0.3, 0.0, 0.7, 1.0))
    assert crop(Size(1600, 1200), SCREEN, heads_and_feet) is None
    assert crop(THREE_TO_TWO, SCREEN, heads_and_feet) is not None


def test_a_point_that_matters_is_kept() -> None:
    point = Focus(0.1, 0.9, Box(0.1, 0.9, 0.1, 0.9))
    part = crop(THREE_TO_TWO, SCREEN, point)
    assert part is not None
    assert part.bottom == pytest.approx(1.0)


@pytest.mark.parametrize("screen", [SCREEN, Size(1080, 1920), Size(800, 480)])
@pytest.mark.parametrize("picture", [THREE_TO_TWO, UPRIGHT, SQUARE, PANORAMA])
def test_a_mat_is_as_wide_left_as_right_and_wider_at_the_foot(picture: Size, screen: Size) -> None:
    hung = hang(picture, screen, MAT)
    left, right = hung.place.x, screen.width - hung.place.right
    top, foot = hung.place.y, screen.height - hung.place.bottom
    assert abs(left - right) <= 1
    assert top < foot <= 1.3 * top
    assert min(left, top) >= 0.08 * min(screen.width, screen.height)


def test_gentle_motion_goes_between_the_whole_and_a_closer_view_of_what_matters() -> None:
    ends = set()
    for x in (0.2, 0.21, 0.8, 0.81):
        hung = hang(Size(1920, 1080), SCREEN, GENTLE, evolve(CENTRE, x=x))
        assert hung.canvas == Size(2074, 1167)
        close = hung.last if hung.first == WHOLE else hung.first
        assert WHOLE in (hung.first, hung.last) and close != WHOLE
        assert close.width == pytest.approx(1 / ZOOM, abs=0.001)
        assert (close.left, close.right) == pytest.approx(
            (0, 1 / ZOOM) if x < 0.5 else (1 - 1 / ZOOM, 1), abs=0.001
        )
        ends.add(hung.first == WHOLE)
    # Some come nearer and some go away.
    assert ends == {True, False}


def test_motion_is_about_the_place_of_what_matters_on_the_canvas_not_in_the_picture() -> None:
    # An upright picture in the middle of a wide screen: its left edge is right of a third of the screen.
    hung = hang(UPRIGHT, SCREEN, GENTLE, Focus(0.0, 0.5))
    close = hung.last if hung.first == WHOLE else hung.first
    assert close.left < 0.04
    assert hang(UPRIGHT, SCREEN, GENTLE, Focus(0.5, 0.5)).canvas == Size(2074, 1167)


def test_a_4k_canvas_stays_a_texture() -> None:
    assert hang(THREE_TO_TWO, Size(3840, 2160), GENTLE).canvas == Size(4096, 2304)
    assert hang(THREE_TO_TWO, Size(5120, 2880), GENTLE).canvas == Size(5120, 2880)


@pytest.mark.parametrize(("x", "ends_left"), [(0.2, True), (0.5, False), (0.9, False)])
def test_a_panorama_fills_the_screen_and_drifts_to_what_matters(x: float, ends_left: bool) -> None:
    hung = hang(PANORAMA, SCREEN, GENTLE, evolve(CENTRE, x=x))
    assert hung.canvas == Size(3160, 1080)
    assert (hung.place, hung.part) == (Rect(0, 0, 3160, 1080), WHOLE)
    assert {round(hung.first.left, 3), round(hung.last.left, 3)} == {0.0, round(1 - 1920 / 3160, 3)}
    assert (hung.last.left < hung.first.left) is ends_left
    assert hung.first.height == 1.0


def test_an_upright_panorama_drifts_up_or_down() -> None:
    hung = hang(Size(1400, 4096), Size(1080, 1920), GENTLE, evolve(CENTRE, y=0.9))
    assert hung.canvas == Size(1080, 3160)
    assert (hung.first.top, hung.last.bottom) == (0.0, pytest.approx(1.0))
    assert hung.first.width == 1.0


def test_a_panorama_goes_no_farther_than_its_time_allows_and_hangs_whole_where_that_is_too_little() -> None:
    slow = hang(PANORAMA, SCREEN, evolve(GENTLE, travel=0.3), Focus(0.1, 0.5, Box(0.0, 0.2, 0.3, 0.8)))
    assert slow.canvas.width == 2496
    assert slow.part.left == 0.0
    assert slow.part.right == pytest.approx(2496 / 3160)
    for hopeless in (evolve(GENTLE, travel=0.0), evolve(GENTLE, travel=0.01)):
        assert hang(PANORAMA, SCREEN, hopeless).place == fit(PANORAMA, Size(2074, 1167))


def test_a_panorama_that_the_screen_is_as_long_as_does_not_drift() -> None:
    banner = Size(3000, 1000)
    assert hang(PANORAMA, banner, GENTLE).part == WHOLE
    assert hang(PANORAMA, banner, GENTLE).canvas == Size(3240, 1080)


def test_the_focus_is_wanted_only_where_something_depends_on_it() -> None:
    assert not any(wants_focus(THREE_TO_TWO, SCREEN, style) for style in (BLUR, PLAIN, MAT))
    assert wants_focus(THREE_TO_TWO, SCREEN, FILL)
    assert not wants_focus(Size(1920, 1080), SCREEN, FILL)
    assert wants_focus(Size(1920, 1080), SCREEN, GENTLE)


def test_reduced_motion_leaves_no_movement_anywhere() -> None:
    assert still(GENTLE) == Style()
    assert {kind: calm(kind) for kind in Transition} == {
        Transition.CROSSFADE: Transition.CROSSFADE,
        Transition.DISSOLVE: Transition.DISSOLVE,
        Transition.PUSH: Transition.CROSSFADE,
        Transition.WIPE: Transition.CROSSFADE,
        Transition.NONE: Transition.NONE,
    }


def test_a_mat_hangs_still_and_a_panorama_has_its_dwell_to_drift() -> None:
    assert moving(evolve(MAT, motion=Motion.GENTLE), 30.0) == MAT
    assert moving(BLUR, 30.0) == BLUR
    assert moving(Style(motion=Motion.GENTLE), 30.0).travel == pytest.approx(30 * hanging.PAN_SPEED)


def test_a_part_of_a_part_is_a_part_of_the_whole() -> None:
    assert Box(0.5, 0.0, 1.0, 0.5).within(Box(0.25, 0.25, 0.75, 1.0)) == Box(0.5, 0.25, 0.75, 0.625)
    assert Box(0.1, 0.2, 0.3, 0.4).within(WHOLE) == Box(0.1, 0.2, 0.3, 0.4)


# Heads. ---------------------------------------------------------------------------------------------------------------


def holds(outer: Box, inner: Box) -> bool:
    by = 1e-9
    return (
        outer.left <= inner.left + by
        and outer.top <= inner.top + by
        and outer.right >= inner.right - by
        and outer.bottom >= inner.bottom - by
    )


def apart(one: Box, other: Box) -> bool:
    by = 1e-9
    beside = one.right <= other.left + by or one.left >= other.right - by
    return beside or one.bottom <= other.top + by or one.top >= other.bottom - by


def on_canvas(hung: Hung, box: Box) -> Box:
    """Where a part of the picture comes to lie on the canvas, in shares of that."""
    place, part, canvas = hung.place, hung.part, hung.canvas
    across = [
        (place.x + (x - part.left) / part.width * place.width) / canvas.width for x in (box.left, box.right)
    ]
    down = [
        (place.y + (y - part.top) / part.height * place.height) / canvas.height for y in (box.top, box.bottom)
    ]
    return Box(across[0], down[0], across[1], down[1])


@given(picture=sizes, screen=screens, style=styles, focus=focuses())
def test_neither_a_crop_nor_a_view_at_rest_cuts_a_head(
    picture: Size, screen: Size, style: Style, focus: Focus
) -> None:
    hung = hang(picture, screen, style, focus)
    if focus.heads is None:
        return
    assert holds(hung.part, focus.heads)
    heads = on_canvas(hung, focus.heads)
    for view in (hung.first, hung.last):
        assert holds(view, heads) or apart(view, heads)


def test_a_crop_makes_way_for_a_head_at_the_edge_of_the_picture() -> None:
    middle = Focus(0.5, 0.55, Box(0.3, 0.45, 0.7, 0.65))
    plain, careful = (
        crop(THREE_TO_TWO, SCREEN, middle),
        crop(THREE_TO_TWO, SCREEN, evolve(middle, heads=Box(0.4, 0.02, 0.6, 0.3))),
    )
    assert plain is not None and careful is not None
    assert plain.top > 0.1
    assert careful.top == pytest.approx(0.02)


def test_a_crop_that_cannot_hold_all_heads_is_refused() -> None:
    group = Focus(0.5, 0.5, Box(0.3, 0.3, 0.7, 0.7), heads=Box(0.1, 0.05, 0.9, 0.95))
    assert crop(THREE_TO_TWO, SCREEN, evolve(group, heads=None)) is not None
    assert crop(THREE_TO_TWO, SCREEN, group) is None


def test_a_picture_whose_heads_fill_it_hangs_still() -> None:
    hung = hang(Size(1920, 1080), SCREEN, GENTLE, evolve(CENTRE, heads=Box(0.02, 0.0, 0.98, 1.0)))
    assert hung.first == hung.last == WHOLE


@pytest.mark.parametrize("heads", [Box(0.0, 0.0, 0.2, 0.2), Box(0.8, 0.8, 1.0, 1.0)])
def test_the_closer_view_keeps_a_head_in_the_corner(heads: Box) -> None:
    focus = Focus(1.0 - heads.left, 1.0 - heads.top, heads=heads)
    hung = hang(Size(1920, 1080), SCREEN, GENTLE, focus)
    close = hung.last if hung.first == WHOLE else hung.first
    assert close != WHOLE
    assert holds(close, on_canvas(hung, heads))


def test_a_panorama_ends_where_a_head_is_whole() -> None:
    heads = Box(0.3, 0.2, 0.5, 0.6)
    hung = hang(PANORAMA, SCREEN, GENTLE, Focus(0.6, 0.5, heads=heads))
    assert hung.last.left == pytest.approx(0.3)
    assert hung.last.left > hung.first.left == 0.0


@pytest.mark.parametrize("heads", [Box(0.05, 0.2, 0.95, 0.8), Box(0.1, 0.2, 0.65, 0.8)])
def test_a_panorama_of_a_group_hangs_whole(heads: Box) -> None:
    hung = hang(PANORAMA, SCREEN, GENTLE, Focus(0.5, 0.5, heads=heads))
    assert hung.place == fit(PANORAMA, Size(2074, 1167))


def test_a_panorama_whose_time_is_too_short_for_its_heads_hangs_whole() -> None:
    heads = Focus(0.5, 0.5, heads=Box(0.05, 0.2, 0.95, 0.8))
    assert hang(PANORAMA, SCREEN, evolve(GENTLE, travel=0.3), heads).place == fit(PANORAMA, Size(2074, 1167))
