"""The screen: pygame and Pillow live here and nowhere else. Scenes go in, pixels come out, nothing is decided."""

from __future__ import annotations

import os

# pygame greets on stdout when it is imported, which `kiosk status --json` must not do.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from kiosk.display.canvas import Canvas
from kiosk.display.decoding import Source
from kiosk.display.fonts import lacking
from kiosk.display.images import PreparedSlide, prepare
from kiosk.display.painter import Painter
from kiosk.display.text import has_raqm
from kiosk.display.theme import themed
from kiosk.display.thumbs import PreparedThumb, prepare_thumb
from kiosk.display.window import Screen, open_screen

__all__ = [
    "Canvas",
    "Painter",
    "PreparedSlide",
    "PreparedThumb",
    "Screen",
    "Source",
    "has_raqm",
    "lacking",
    "open_screen",
    "prepare",
    "prepare_thumb",
    "themed",
]
