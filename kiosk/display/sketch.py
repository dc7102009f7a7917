"""What illustrations are drawn with: lines, boxes and discs on a grid, on a mask for the ink and one for the accent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import hypot

from PIL import Image, ImageChops, ImageDraw

from kiosk.display.shapes import FINE

GRID = 96
STROKE = 3.6
"""Of a line, in cells of the grid; that of the accent is the same."""

Point = tuple[float, float]
Corners = tuple[float, float, float, float]


class Sketch:
    """A drawing on two masks, lines and accents, of ``side`` * FINE pixels a side. Units: cells of GRID."""

    def __init__(self, side: int) -> None:
        self.scale = side * FINE / GRID
        self.lines = Image.new("L", (side * FINE, side * FINE), 0)
        self.accents = Image.new("L", self.lines.size, 0)
        self._on_lines = ImageDraw.Draw(self.lines)
        self._on_accents = ImageDraw.Draw(self.accents)

    def stroke(
        self, *points: Point, accent: bool = False, width: float = STROKE, closed: bool = False
    ) -> None:
        """Lines from point to point, with round ends and joints."""
        pen, around = self._brush(accent=accent), (*points, points[0]) if closed else points
        self._line(pen, around, width, 255)

    def cut(self, *points: Point, width: float) -> None:
        """The same, taken away from everything that was drawn."""
        for pen in (self._on_lines, self._on_accents):
            self._line(pen, points, width, 0)

    def box(
        self, corners: Corners, radius: float = 5.0, *, accent: bool = False, width: float = STROKE
    ) -> None:
        """A rectangle with round corners, its line in the middle of the edge; width 0: filled."""
        grown = self._scaled(corners, width / 2)
        pen = self._brush(accent=accent)
        if width:
            pen.rounded_rectangle(
                grown, (radius + width / 2) * self.scale, outline=255, width=round(width * self.scale)
            )
        else:
            pen.rounded_rectangle(grown, radius * self.scale, fill=255)

    def clear(self, corners: Corners, radius: float = 5.0) -> None:
        """Take away everything in a rectangle: what lies behind something else."""
        for pen in (self._on_lines, self._on_accents):
            pen.rounded_rectangle(self._scaled(corners, 0), radius * self.scale, fill=0)

    def disc(
        self, x: float, y: float, radius: float, *, accent: bool = False, width: float = 0.0, level: int = 255
    ) -> None:
        """A circle; width 0: filled. level 0 takes it away."""
        corners = self._scaled((x - radius, y - radius, x + radius, y + radius), width / 2)
        pen = self._brush(accent=accent)
        if width:
            pen.ellipse(corners, outline=level, width=round(width * self.scale))
        else:
            pen.ellipse(corners, fill=level)

    def area(self, *points: Point, accent: bool = False) -> None:
        """A filled polygon."""
        scaled = [(x * self.scale, y * self.scale) for x, y in points]
        self._brush(accent=accent).polygon(scaled, fill=255)

    def outlined(self, shape: Callable[[ImageDraw.ImageDraw, float], None]) -> None:
        """The outline of whatever ``shape`` fills when it is told by how much to swell."""
        outer, inner = (Image.new("L", self.lines.size, 0) for _ in range(2))
        shape(ImageDraw.Draw(outer), STROKE / 2)
        shape(ImageDraw.Draw(inner), -STROKE / 2)
        self.lines.paste(ImageChops.lighter(self.lines, ImageChops.subtract(outer, inner)))

    def _brush(self, *, accent: bool) -> ImageDraw.ImageDraw:
        return self._on_accents if accent else self._on_lines

    def _scaled(self, corners: Corners, swell: float) -> Corners:
        left, top, right, bottom = corners
        s = self.scale
        return (left - swell) * s, (top - swell) * s, (right + swell) * s, (bottom + swell) * s

    def _line(self, pen: ImageDraw.ImageDraw, points: tuple[Point, ...], width: float, level: int) -> None:
        s, half = self.scale, width / 2
        for (x, y), (to_x, to_y) in pairwise(points):
            length = hypot(to_x - x, to_y - y) or 1.0
            across = half * (y - to_y) / length, half * (to_x - x) / length
            corners = (
                (x + across[0], y + across[1]),
                (to_x + across[0], to_y + across[1]),
                (to_x - across[0], to_y - across[1]),
                (x - across[0], y - across[1]),
            )
            pen.polygon([(at_x * s, at_y * s) for at_x, at_y in corners], fill=level)
        for x, y in points:
            pen.ellipse(((x - half) * s, (y - half) * s, (x + half) * s, (y + half) * s), fill=level)
