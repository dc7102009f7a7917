"""Fingers and the mouse: taps, swipes and holds, however the panel hangs, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi, sin

import pygame
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.config import Rotation
from kiosk.core.events import Event, Gesture, Touched
from kiosk.core.model import Size
from kiosk.display.canvas import logical, point_on_panel
from kiosk.display.touch import HOLD_SECONDS, LOST_SECONDS, STILL, SWIPE, Touch, seen
from kiosk.display.window import Screen, open_screen

WIDE, TALL = Size(800, 480), Size(480, 800)


def stroke(touch: Touch, screen: Size, across: float, down: float, seconds: float = 0.2) -> Gesture | None:
    """From the middle this way, in shares of the shorter side."""
    shorter = min(screen.width, screen.height)
    x, y = 0.5 + across * shorter / screen.width, 0.5 + down * shorter / screen.height
    touch.down(1, 0.5, 0.5, 0.0)
    touch.move(1, (0.5 + x) / 2, (0.5 + y) / 2, seconds / 2, screen)
    done = touch.up(1, x, y, seconds, screen)
    assert not touch.touched
    return done.gesture if done else None


@pytest.mark.parametrize("screen", [WIDE, TALL], ids=["wide", "tall"])
@pytest.mark.parametrize(
    ("across", "down", "gesture"),
    [
        (0.0, 0.0, Gesture.TAP),
        (STILL * 0.9, 0.0, Gesture.TAP),
        (SWIPE * 0.9, 0.0, None),
        (-SWIPE * 1.1, 0.0, Gesture.LEFT),
        (SWIPE * 1.1, 0.05, Gesture.RIGHT),
        (0.05, -SWIPE * 1.1, Gesture.UP),
        (0.0, SWIPE * 1.1, Gesture.DOWN),
    ],
)
def test_a_gesture_follows_from_its_way_in_shares_of_the_shorter_side(
    screen: Size, across: float, down: float, gesture: Gesture | None
) -> None:
    assert stroke(Touch(), screen, across, down) is gesture


def test_a_finger_that_went_and_came_back_means_nothing() -> None:
    touch = Touch()
    touch.down(1, 0.5, 0.5, 0.0)
    touch.move(1, 0.8, 0.5, 0.1, WIDE)
    assert touch.up(1, 0.5, 0.5, 0.2, WIDE) is None


def test_a_hold_is_told_once_while_the_finger_is_down_and_its_end_is_no_tap() -> None:
    touch = Touch()
    touch.down(1, 0.25, 0.75, 10.0)
    assert touch.held(10.0 + HOLD_SECONDS - 0.01) is None
    assert touch.touched
    assert touch.held(10.01 + HOLD_SECONDS) == Touched(gesture=Gesture.HOLD, x=0.25, y=0.75)
    assert touch.held(20.0) is None
    assert touch.up(1, 0.25, 0.75, 20.0, WIDE) is None


def test_a_finger_that_wanders_is_no_hold() -> None:
    touch = Touch()
    touch.down(1, 0.5, 0.5, 0.0)
    touch.move(1, 0.55, 0.5, 0.1, WIDE)
    assert touch.held(5.0) is None


def test_with_a_second_finger_nothing_is_meant_until_all_have_gone() -> None:
    touch = Touch()
    touch.down(1, 0.5, 0.5, 0.0)
    touch.down(2, 0.6, 0.5, 0.1)
    assert touch.held(1.0) is None
    assert touch.up(1, 0.1, 0.5, 1.1, WIDE) is None
    touch.down(3, 0.5, 0.5, 1.2)
    assert touch.up(3, 0.5, 0.5, 1.3, WIDE) is None
    assert touch.up(2, 0.6, 0.5, 1.4, WIDE) is None
    assert stroke(touch, WIDE, 0.0, 0.0) is Gesture.TAP


def test_a_finger_whose_end_was_never_told_is_forgotten() -> None:
    touch = Touch()
    touch.down("gone", 0.5, 0.5, 0.0)
    touch.down("new", 0.5, 0.5, LOST_SECONDS + 0.1)
    done = touch.up("new", 0.5, 0.5, LOST_SECONDS + 0.2, WIDE)
    assert done is not None
    assert done.gesture is Gesture.TAP


@effort(max_examples=60, deadline=None)
@given(
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    rotation=st.sampled_from(Rotation),
    screen=st.sampled_from((WIDE, TALL)),
)
def test_a_place_of_the_panel_is_turned_back_to_where_the_viewer_sees_it(
    x: float, y: float, rotation: Rotation, screen: Size
) -> None:
    panel = logical(screen, rotation)
    across, down = point_on_panel(x * screen.width, y * screen.height, screen, rotation)
    assert seen(across / panel.width, down / panel.height, rotation) == pytest.approx((x, y), abs=1e-9)


@effort(max_examples=60, deadline=None)
@given(angle=st.floats(0, 2 * pi), length=st.floats(SWIPE * 1.5, 0.9), screen=st.sampled_from((WIDE, TALL)))
def test_every_long_stroke_is_a_swipe_towards_its_nearest_edge(
    angle: float, length: float, screen: Size
) -> None:
    across, down = length * cos(angle), length * sin(angle)
    gesture = stroke(Touch(), screen, across, down)
    sideways = Gesture.LEFT if across < 0 else Gesture.RIGHT
    upright = Gesture.UP if down < 0 else Gesture.DOWN
    assert gesture in (sideways, upright)
    if abs(abs(across) - abs(down)) > 1e-6:
        assert (gesture is sideways) == (abs(across) > abs(down))


# Through the window. --------------------------------------------------------------------------------------------------


class Hand:
    """Posts what SDL would, on a clock of its own."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.now = 0.0

    def happened(self) -> list[Event]:
        return self.screen.events(paused=False)

    def finger(self, kind: int, x: float, y: float, *, device: int = 7) -> None:
        pygame.event.post(pygame.event.Event(kind, x=x, y=y, dx=0.0, dy=0.0, finger_id=0, touch_id=device))

    def mouse(self, kind: int, x: int, y: int, *, button: int = 1, touch: bool = False) -> None:
        more = {"buttons": (1, 0, 0), "rel": (0, 0)} if kind == pygame.MOUSEMOTION else {"button": button}
        pygame.event.post(pygame.event.Event(kind, pos=(x, y), touch=touch, **more))


def hand_on(monkeypatch: pytest.MonkeyPatch, rotation: Rotation = Rotation.NONE) -> Hand:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    opened = open_screen(Size(80, 48), rotation)
    hand: Hand
    hand = Hand(Screen(opened.canvas, opened.driver, rotation, clock=lambda: hand.now))
    return hand


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    hand = hand_on(monkeypatch)
    yield hand
    hand.screen.close()


def test_a_finger_swipes_and_the_mouse_that_sdl_makes_of_it_is_not_heard(hand: Hand) -> None:
    hand.finger(pygame.FINGERDOWN, 0.8, 0.5)
    hand.mouse(pygame.MOUSEBUTTONDOWN, 64, 24, touch=True)
    hand.finger(pygame.FINGERMOTION, 0.5, 0.5)
    hand.mouse(pygame.MOUSEMOTION, 40, 24, touch=True)
    hand.finger(pygame.FINGERUP, 0.2, 0.5)
    hand.mouse(pygame.MOUSEBUTTONUP, 16, 24, touch=True)
    assert hand.happened() == [Touched(gesture=Gesture.LEFT, x=0.8, y=0.5)]


def test_the_mouse_is_a_finger_and_the_finger_that_sdl_makes_of_it_is_not_heard(hand: Hand) -> None:
    hand.mouse(pygame.MOUSEBUTTONDOWN, 20, 12)
    hand.finger(pygame.FINGERDOWN, 0.25, 0.25, device=-1)
    hand.mouse(pygame.MOUSEBUTTONUP, 20, 12)
    hand.finger(pygame.FINGERUP, 0.25, 0.25, device=-1)
    assert hand.happened() == [Touched(gesture=Gesture.TAP, x=0.25, y=0.25)]


def test_a_mouse_that_moves_or_its_other_buttons_mean_nothing(hand: Hand) -> None:
    hand.mouse(pygame.MOUSEMOTION, 10, 10)
    hand.mouse(pygame.MOUSEMOTION, 70, 10)
    hand.mouse(pygame.MOUSEBUTTONDOWN, 10, 10, button=3)
    hand.mouse(pygame.MOUSEBUTTONUP, 10, 10, button=3)
    assert hand.happened() == []
    assert not hand.screen.touched


def test_a_finger_that_stays_is_a_hold_while_nothing_else_happens(hand: Hand) -> None:
    hand.finger(pygame.FINGERDOWN, 0.5, 0.5)
    assert hand.happened() == []
    assert hand.screen.touched
    hand.now = HOLD_SECONDS
    assert hand.happened() == [Touched(gesture=Gesture.HOLD)]
    assert not hand.screen.touched


@pytest.mark.parametrize(
    ("rotation", "gesture"),
    [
        (Rotation.NONE, Gesture.RIGHT),
        (Rotation.QUARTER, Gesture.UP),
        (Rotation.HALF, Gesture.LEFT),
        (Rotation.THREE_QUARTERS, Gesture.DOWN),
    ],
)
def test_on_a_panel_that_hangs_otherwise_a_swipe_goes_where_the_viewer_sees_it(
    monkeypatch: pytest.MonkeyPatch, rotation: Rotation, gesture: Gesture
) -> None:
    hand = hand_on(monkeypatch, rotation)
    try:
        hand.finger(pygame.FINGERDOWN, 0.2, 0.5)
        hand.finger(pygame.FINGERUP, 0.8, 0.5)
        (touched,) = hand.happened()
        hand.mouse(pygame.MOUSEBUTTONDOWN, 16, 24)
        hand.mouse(pygame.MOUSEBUTTONUP, 64, 24)
        assert isinstance(touched, Touched)
        assert touched.gesture is gesture
        assert hand.happened() == [touched]
    finally:
        hand.screen.close()
