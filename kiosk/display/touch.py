"""Fingers on the screen, and the mouse in their place -> gestures. Knows no clock: every call says when.

Rules:
- One finger counts. A second one means something that this frame does not do, until all have gone.
- Distances are shares of the screen's shorter side, as the viewer sees it: nothing else is the same on every panel.
- A hold is one while the finger is still down, so that whoever holds sees what it does.
"""

from __future__ import annotations

from math import hypot

from attrs import evolve, frozen

from kiosk.config import Rotation
from kiosk.core.events import Gesture, Touched
from kiosk.core.model import Size

SWIPE = 0.08
"""Of the shorter side: the least way of a swipe, 7 mm on a panel of 7 inches ..."""
STILL = 0.04
"""... and the most that a finger moves which means one place: skin rolls."""
HOLD_SECONDS = 0.6
"""Android has 0.4 to 0.5 s; a frame is touched standing, with an arm held out."""
LOST_SECONDS = 10.0
"""Without a sign of it for so long a finger has gone: a touch screen that is unplugged says nothing of its fingers."""


@frozen
class _Finger:
    number: object
    x: float
    y: float
    """Where it came down, and ..."""
    at: float
    """... when, monotonic seconds."""
    way: tuple[float, float] = (0.0, 0.0)
    """From there to where it is, in shares of the shorter side."""
    farthest: float = 0.0


class Touch:
    """What is on the screen now. Coordinates are shares of the screen as the viewer sees it."""

    def __init__(self) -> None:
        self._down: set[object] = set()
        self._finger: _Finger | None = None
        self._last = float("-inf")

    @property
    def touched(self) -> bool:
        """A finger is down, so that somebody has to look whether it stays."""
        return self._finger is not None

    def down(self, number: object, x: float, y: float, now: float) -> None:
        """A finger comes down. number: whatever tells it from the others."""
        if now - self._last > LOST_SECONDS:
            self._down.clear()
        self._last = now
        self._finger = None if self._down - {number} else _Finger(number, x, y, now)
        self._down.add(number)

    def move(self, number: object, x: float, y: float, now: float, screen: Size) -> None:
        """It is somewhere else."""
        finger = self._finger
        if finger is None or finger.number != number:
            return
        self._last = now
        shorter = min(screen.width, screen.height)
        way = ((x - finger.x) * screen.width / shorter, (y - finger.y) * screen.height / shorter)
        self._finger = evolve(finger, way=way, farthest=max(finger.farthest, hypot(*way)))

    def up(self, number: object, x: float, y: float, now: float, screen: Size) -> Touched | None:
        """It goes; what it has done, if that is anything."""
        self.move(number, x, y, now, screen)
        self._down.discard(number)
        finger = self._finger
        if finger is None or finger.number != number:
            return None
        self._finger = None
        gesture = _gesture(finger)
        return None if gesture is None else Touched(gesture=gesture, x=finger.x, y=finger.y)

    def held(self, now: float) -> Touched | None:
        """A finger that has stayed in its place for long enough; said once of each."""
        finger = self._finger
        if finger is None or finger.farthest > STILL or now - finger.at < HOLD_SECONDS:
            return None
        self._finger = None
        return Touched(gesture=Gesture.HOLD, x=finger.x, y=finger.y)


def seen(x: float, y: float, rotation: Rotation) -> tuple[float, float]:
    """Where a place of the panel is for the viewer: both in shares, of the panel and of the screen."""
    match rotation:
        case Rotation.NONE:
            return x, y
        case Rotation.QUARTER:
            return y, 1.0 - x
        case Rotation.HALF:
            return 1.0 - x, 1.0 - y
        case Rotation.THREE_QUARTERS:
            return 1.0 - y, x


def _gesture(finger: _Finger) -> Gesture | None:
    across, down = finger.way
    if finger.farthest <= STILL:
        return Gesture.TAP
    if max(abs(across), abs(down)) < SWIPE:
        return None  # it went and came back, or meant nothing
    if abs(across) > abs(down):
        return Gesture.LEFT if across < 0 else Gesture.RIGHT
    return Gesture.UP if down < 0 else Gesture.DOWN
