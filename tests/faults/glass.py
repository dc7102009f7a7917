"""A screen without pixels, and the log as the owner reads it: both check what they are told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from kiosk.core import events as e
from kiosk.core.model import CommandId, Size, SlideId
from kiosk.core.scene import Label, Scene
from kiosk.display import PreparedSlide, PreparedThumb
from kiosk.system.clock import ManualClock

DWELL = 60.0
TRANSITION = 0.2
LATE = 0.5
"""Seconds that a slide may come late: a few frames."""
SCREEN = Size(64, 36)


class Glass:
    """A screen without pixels, and the first law: a picture, always, and a new one in time."""

    dwell = DWELL

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.canvas = self
        self.size = SCREEN
        self.moves = (
            False  # a picture stands still: a frame for each sixtieth of a simulated week is too many
        )
        self.flips = 0
        self.scene = Scene()
        self.pressed: list[e.Event] = []
        """Keys and fingers, until somebody looks."""
        self.looks = 0
        self.held: set[SlideId] = set()
        self.thumbs: set[CommandId] = set()
        self.turns: list[tuple[float, SlideId]] = []
        """When which slide had come, in monotonic seconds."""
        self.titles: set[str] = set()
        self.fading: Callable[[], bool] = lambda: False
        """A transition is running."""
        self.showing = False
        """Pictures are on the card: from now on there is one on the screen."""

    touched = False
    under: e.Entry | None = None
    """The line of the menu that any finger is on."""

    def events(self, *, paused: bool) -> list[e.Event]:
        self.looks += 1
        pressed, self.pressed = self.pressed, []
        return pressed

    def entry_at(self, x: float, y: float) -> e.Entry | None:
        return self.under

    def has_input_devices(self) -> bool:
        return False

    def ready_for_words(self) -> None:
        """There is nothing to import here."""

    def upload(self, slide: SlideId, pixels: PreparedSlide) -> None:
        assert pixels.size == SCREEN
        self.held.add(slide)

    def uploading(self, slide: SlideId, pixels: PreparedSlide) -> Iterator[None]:
        assert not self.fading(), "a slide goes up in the middle of a transition, which waits for it"
        self.upload(slide, pixels)
        yield from ()

    def drop(self, slide: SlideId) -> None:
        self.held.discard(slide)

    def expect(self, slide: SlideId, labels: tuple[Label, ...], *, clock: bool = False) -> None:
        """As to the painter, a slide that was dropped as soon as it was there (by a sign-out) is no mistake."""

    def upload_thumb(self, thumb: CommandId, pixels: PreparedThumb) -> None:
        assert len(pixels.pixels) == pixels.size.width * pixels.size.height * 4
        self.thumbs.add(thumb)

    def drop_thumb(self, thumb: CommandId) -> None:
        self.thumbs.discard(thumb)

    def paint(self, scene: Scene) -> bool:
        new = scene != self.scene
        if new:
            self.flips += 1
        if scene.current is not None and scene.current != self.scene.current:
            self.turns.append((self._clock.now().monotonic, scene.current))
        self.scene = scene
        if scene.card is not None:
            self.titles.add(scene.card.title)
        if self.showing:
            self._check(scene)
        return new

    def forgive(self) -> None:
        """The test has moved the clock by itself: the slide that comes now counts as punctual."""
        if self.turns:
            self.turns[-1] = (self._clock.now().monotonic, self.turns[-1][1])

    def _check(self, scene: Scene) -> None:
        assert scene.current is not None, "the screen is blank although there are pictures on the card"
        assert scene.current in self.held, "a slide is shown whose pixels are not there"
        assert scene.incoming is None or scene.incoming in self.held
        stood = self._clock.now().monotonic - self.turns[-1][0]
        assert stood <= self.dwell + TRANSITION + LATE, f"one picture for {stood:.1f} s"


class Heard(logging.Handler):
    """What the log tells the owner: warnings and worse."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(logging.WARNING)
        self._clock = clock
        self.lines: list[tuple[float, str]] = []
        self.faults: list[str] = []
        """Tracebacks: never expected."""

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((self._clock.now().monotonic, record.getMessage()))
        if record.levelno >= logging.ERROR:
            self.faults.append(f"{record.getMessage()} {record.exc_info}")
