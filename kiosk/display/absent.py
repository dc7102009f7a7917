"""A canvas that paints nowhere, for as long as there is no display."""

# ruff: noqa: ARG002  whatever it is given goes nowhere

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import count

from PIL import Image

from kiosk.core.events import Event
from kiosk.core.focus import WHOLE, Box
from kiosk.core.model import Rect, Size
from kiosk.display.canvas import Handle
from kiosk.display.patches import Patch
from kiosk.display.theme import Colour
from kiosk.display.window import Screen


class NoCanvas:
    """Takes everything and shows nothing."""

    size = Size(1920, 1080)
    flips = 0
    generation = 0
    composes = True
    moves = True

    def __init__(self) -> None:
        self._numbers = count(1)

    def stale(self) -> None:
        pass

    def upload(self, pixels: bytes, size: Size, *, alpha: bool) -> Handle:
        return Handle(next(self._numbers))

    def hang(self, patches: Sequence[Patch], size: Size) -> Generator[None, None, Handle]:
        yield from ()
        return Handle(next(self._numbers))

    def draw(self, handle: Handle, rect: Rect, opacity: float = 1.0, part: Box = WHOLE) -> None:
        pass

    def fill(self, rect: Rect, colour: Colour, opacity: float = 1.0) -> None:
        pass

    def shade(self, light: Colour) -> None:
        pass

    def present(self) -> None:
        pass

    def read(self) -> Image.Image:
        return Image.new("RGB", (self.size.width, self.size.height))

    def release(self, handle: Handle) -> None:
        pass

    def close(self) -> None:
        pass


class NoScreen(Screen):
    """In the place of a window."""

    def __init__(self) -> None:
        super().__init__(NoCanvas(), "")

    def events(self, *, paused: bool) -> list[Event]:
        return []

    def has_input_devices(self) -> bool:
        return False

    def close(self) -> None:
        pass
