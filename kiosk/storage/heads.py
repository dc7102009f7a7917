"""Where heads are, so that no crop cuts one off: detection alone, never whose they are. With the ``[faces]`` extra.

Haar cascades (Viola and Jones, 2001), those inside the opencv-python-headless package: nothing is fetched. They find
faces that stand upright; a head is more than its face, so what is found grows by hair, ears and chin. Only the decode
process and ``kiosk show`` import OpenCV: 25 MB and 0.2 s that the frame itself need not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kiosk.core.focus import Box

if TYPE_CHECKING:
    from cv2 import CascadeClassifier
    from PIL import Image

HeadFinder = Callable[["Image.Image"], tuple[Box, ...]]
"""From a picture of any mode, not much larger than LOOKED_AT, to its heads, in shares."""

LOOKED_AT = 480
"""Pixels of the longer side: a face in a group of twenty still has its 24, and more costs time by the square."""
_SMALLEST = {"frontalface_alt2": 24, "profileface": 32}
"""Pixels of a face's side, by cascade; the cascades were trained on 20."""
_NEIGHBOURS = {"frontalface_alt2": 4, "profileface": 5}
"""Hits close to each other that make a face: fewer find more that is none. These found none in 74 wallpapers and
textures without a face."""
_STEP = 1.15
_HAIR, _SIDES, _CHIN = 0.4, 0.25, 0.2
"""What a head has beyond the face that is found, in shares of that."""


def can_look() -> bool:
    """Whether the ``[faces]`` extra is installed; imports nothing of it."""
    return find_spec("cv2") is not None


def head_finder(folder: str | None = None) -> HeadFinder | None:
    """None without the ``[faces]`` extra. Costs an import and two files; what comes of it opens none.

    folder: where the cascades are, if not in the package.
    """
    try:
        import cv2

        folder = folder or import_module("cv2.data").haarcascades
    except ImportError:
        return None
    # It may not start a thread where it runs, and one processor is the show's.
    cv2.setNumThreads(1)
    cascades = {name: cv2.CascadeClassifier(f"{folder}/haarcascade_{name}.xml") for name in _SMALLEST}
    if any(cascade.empty() for cascade in cascades.values()):
        return None

    def find(picture: Image.Image) -> tuple[Box, ...]:
        try:
            faces = [box for name, cascade in cascades.items() for box in _faces(name, cascade, picture)]
        except (cv2.error, MemoryError):  # too little memory for it: the picture is shown all the same
            return ()
        return tuple(_head(*box) for box in faces)

    return find


def around(heads: Iterable[Box]) -> Box | None:
    """The box that holds them all; None where there are none."""
    found = tuple(heads)
    if not found:
        return None
    return Box(
        min(head.left for head in found),
        min(head.top for head in found),
        max(head.right for head in found),
        max(head.bottom for head in found),
    )


_Face = tuple[float, float, float, float]
"""Left, top, right, bottom: shares of the picture."""


def _faces(name: str, cascade: CascadeClassifier, picture: Image.Image) -> list[_Face]:
    import cv2
    import numpy as np

    grey = cv2.equalizeHist(np.asarray(picture.convert("L")))
    across, down = picture.size
    found: list[_Face] = []
    # Profiles look to the left, as they were trained; the mirror image has those to the right.
    for mirrored in (False, True) if name == "profileface" else (False,):
        seen = np.ascontiguousarray(grey[:, ::-1]) if mirrored else grey
        least = _SMALLEST[name]
        hits = cascade.detectMultiScale(
            seen, scaleFactor=_STEP, minNeighbors=_NEIGHBOURS[name], minSize=(least, least)
        )
        for x, y, width, height in np.asarray(hits).tolist():
            left = across - x - width if mirrored else x
            found.append((left / across, y / down, (left + width) / across, (y + height) / down))
    return found


def _head(left: float, top: float, right: float, bottom: float) -> Box:
    width, height = right - left, bottom - top
    return Box(
        max(0.0, left - _SIDES * width),
        max(0.0, top - _HAIR * height),
        min(1.0, right + _SIDES * width),
        min(1.0, bottom + _CHIN * height),
    )
