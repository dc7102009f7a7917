"""The screen: pygame and Pillow live here and nowhere else. Scenes go in, pixels come out, nothing is decided.

What the first photograph does without is imported when somebody asks for it (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import kiosk.display.lean  # noqa: F401  before all others: it decides what pygame brings with it
from kiosk.display.canvas import Canvas
from kiosk.display.decoding import Source
from kiosk.display.images import PreparedSlide, prepare
from kiosk.display.painter import Painter
from kiosk.display.theme import themed
from kiosk.display.window import Screen, open_screen

if TYPE_CHECKING:
    from kiosk.display.fonts import lacking
    from kiosk.display.text import has_raqm
    from kiosk.display.thumbs import PreparedThumb, prepare_thumb

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


_LATER = {
    "PreparedThumb": "thumbs",
    "has_raqm": "text",
    "lacking": "fonts",
    "prepare_thumb": "thumbs",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
