"""How dark and how bright a slide is where words may stand on it, so that they can always be read.

Bounds, not means: one white speck behind a white letter is enough to lose it. They are taken in the decode thread, and
only where the configuration wants words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor

from attrs import field, frozen
from PIL import Image

from kiosk.core.focus import Box
from kiosk.core.model import Rect, Size
from kiosk.display.patches import Patch, cut, flattened, pillow, within
from kiosk.display.theme import Colour

COLUMNS, ROWS = 16, 80
"""Cells across and down the image of a slide: so low that a line below a picture sees nothing of its shadow."""
FOOT = range(60, ROWS)
"""The rows at the foot of a screen, also where the view moves."""
MIDDLE = range(30, 42)
"""The rows at the foot of the upper one of a pair on a tall screen."""

_LINEAR = [v / 255 / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in range(256)]
"""sRGB to light (WCAG 2.2, relative luminance)."""

Bounds = tuple[float, float]
"""The least and the most relative luminance, 0 to 1."""
UNKNOWN: Bounds = (0.0, 1.0)


@frozen(eq=False)
class Ground:
    """Bounds by column and row; what is not in it may be anything."""

    cells: Mapping[tuple[int, int], Bounds] = field(factory=dict, repr=False)

    def between(self, part: Box) -> Bounds:
        """For this part of the image."""
        found = [self.cells.get(cell, UNKNOWN) for cell in _touched(part)]
        if not found:
            return UNKNOWN
        return min(low for low, _ in found), max(high for _, high in found)


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2), 0 to 1."""
    red, green, blue = colour
    return 0.2126 * _LINEAR[red] + 0.7152 * _LINEAR[green] + 0.0722 * _LINEAR[blue]


def measured(patches: Sequence[Patch], canvas: Size) -> Ground:
    """The ground of a slide that they make."""
    cells: dict[tuple[int, int], Bounds] = {}
    for rows in (FOOT, MIDDLE) if canvas.height > canvas.width else (FOOT,):
        top, bottom = floor(rows.start * canvas.height / ROWS), floor(rows.stop * canvas.height / ROWS)
        if bottom == top:
            continue
        images = _images(patches, Rect(0, top, canvas.width, bottom - top))
        for row in rows:
            for column in range(COLUMNS):
                left, right = (floor(at * canvas.width / COLUMNS) for at in (column, column + 1))
                upper, lower = (floor(at * canvas.height / ROWS) - top for at in (row, row + 1))
                if right > left and lower > upper:
                    cells[column, row] = _bounds(images, Rect(left, upper, right - left, lower - upper))
    return Ground(cells)


_Placed = tuple[Image.Image, Rect]


def _images(patches: Sequence[Patch], window: Rect) -> list[_Placed]:
    """What is seen in a window, and where in it: all of it in one, and each picture that a GPU will scale: it takes the
    mean of fewer pixels, so that a speck may be left over that is lost here."""
    seen = [part for patch in patches if (part := within(patch, window)) is not None]
    images = [
        (pillow(flattened(seen, Size(window.width, window.height))), Rect(0, 0, window.width, window.height))
    ]
    for patch in seen:
        image = cut(patch.image, patch.part)
        opaque = not image.get_masks()[3]
        if (
            opaque
            and image.get_size() != (1, 1)
            and image.get_size() != (patch.place.width, patch.place.height)
        ):
            images.append((pillow(image), patch.place))
    return images


def _touched(part: Box) -> Iterator[tuple[int, int]]:
    for row in range(max(0, floor(part.top * ROWS)), min(ROWS, ceil(part.bottom * ROWS))):
        for column in range(max(0, floor(part.left * COLUMNS)), min(COLUMNS, ceil(part.right * COLUMNS))):
            yield column, row


def _bounds(images: Sequence[_Placed], cell: Rect) -> Bounds:
    """By the extremes of each channel: no pixel has less than all the least, or more than all the most."""
    least, most = [255, 255, 255], [0, 0, 0]
    for image, place in images:
        box = _under(cell, image, place)
        if box is not None:
            extremes: tuple[tuple[int, int], ...] = image.crop(box).getextrema()  # type: ignore[assignment]
            least = [min(known, low) for known, (low, _) in zip(least, extremes, strict=True)]
            most = [max(known, high) for known, (_, high) in zip(most, extremes, strict=True)]
    return luminance((least[0], least[1], least[2])), luminance((most[0], most[1], most[2]))


def _under(cell: Rect, image: Image.Image, place: Rect) -> tuple[int, int, int, int] | None:
    """The pixels of an image that a cell is made of, and their neighbours where it is scaled. None: it is elsewhere."""
    left, right = max(cell.x, place.x), min(cell.right, place.right)
    top, bottom = max(cell.y, place.y), min(cell.bottom, place.bottom)
    if left >= right or top >= bottom:
        return None
    across, down = image.width / place.width, image.height / place.height
    edge = 0 if image.size == (place.width, place.height) else 1
    return (
        max(0, floor((left - place.x) * across) - edge),
        max(0, floor((top - place.y) * down) - edge),
        min(image.width, ceil((right - place.x) * across) + edge),
        min(image.height, ceil((bottom - place.y) * down) + edge),
    )
