"""A slide out of what lies on the card, as the canvas wants it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from kiosk.core.focus import CENTRE
from kiosk.core.model import Size, Slide
from kiosk.core.settings import Style
from kiosk.storage import Storage

if TYPE_CHECKING:  # pygame is imported while the disk thread reads the card
    from kiosk.display import PreparedSlide


class Preparer:
    """Called in the decode thread.

    flat: the canvas does not put slides together by itself. To be set before that thread is started.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.flat = True

    def __call__(self, slide: Slide, screen: Size, style: Style) -> PreparedSlide:
        """Corrupt: a picture is missing, or breaks off."""
        from kiosk.display import Source, prepare

        with ExitStack() as files:
            sources = [
                Source(
                    self._storage.path_of(item),
                    item.measure.focus if item.measure else CENTRE,
                    files.enter_context(self._storage.picture(item)),
                )
                for item in slide.items
            ]
            return prepare(sources, screen, style, flat=self.flat)
