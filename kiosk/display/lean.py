"""pygame without what the frame never uses. Imported before anything else that imports it.

``import pygame`` brings sound, fonts and the clipboard with it: 27 shared libraries, 3 MB, and half of its time. It
does without each of them where it is missing, and a None in ``sys.modules`` says that it is. One it does not go
without: a window looks for its icon there, and is not made without one.
"""

from __future__ import annotations

import os
import struct
import sys
from io import BytesIO
from types import ModuleType

UNUSED = ("font", "sysfont", "mixer", "mixer_music", "scrap", "system", "_debug")

_ICON = struct.pack("<2sI4xI", b"BM", 58, 54) + struct.pack("<IiiHHI24x", 40, 1, 1, 1, 24, 0) + bytes(4)
"""One black pixel, as a BMP."""


def _package_data() -> ModuleType:
    """In the place of the one that brings importlib.resources and 35 other modules along, for an icon nobody sees."""
    stub = ModuleType("pygame.pkgdata")
    vars(stub)["getResource"] = lambda *_names: BytesIO(_ICON)
    return stub


# It greets on stdout when it is imported, which `kiosk status --json` must not do.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
if "pygame" not in sys.modules:
    for _name in UNUSED:
        sys.modules[f"pygame.{_name}"] = None  # type: ignore[assignment]  # None is what the language wants here
    sys.modules["pygame.pkgdata"] = _package_data()

import pygame  # noqa: E402, F401
