"""Slides on their way to the screen: a few milliseconds of upload at a time, and none during a transition."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kiosk.app.workers import Prepared

if TYPE_CHECKING:
    from kiosk.display import Painter


class Uploads:
    """Slides that are prepared and not yet uploaded, the oldest first. Belongs to the main thread."""

    def __init__(self) -> None:
        self._waiting: deque[Prepared] = deque()
        self._steps: Iterator[None] | None = None

    @property
    def pending(self) -> bool:
        """Whether there is something to go on with."""
        return bool(self._waiting)

    def add(self, prepared: Prepared) -> None:
        """Its turn comes."""
        self._waiting.append(prepared)

    def step(self, painter: Painter) -> Prepared | None:
        """Go on for a few milliseconds; the slide that is whole with it, if one is."""
        if not self._waiting:
            return None
        prepared = self._waiting[0]
        if self._steps is None:
            self._steps = painter.uploading(prepared.event.slide.id, prepared.pixels)
        for _ in self._steps:
            return None
        self._steps = None
        return self._waiting.popleft()
