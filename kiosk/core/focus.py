"""What matters in a picture: parts of it, in shares of its sides. Measured once, when the picture is stored."""

from __future__ import annotations

from attrs import frozen


@frozen
class Box:
    """A part of an image, in shares of its sides."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def within(self, outer: Box) -> Box:
        """This part of that part, in shares of the whole."""
        return Box(
            outer.left + self.left * outer.width,
            outer.top + self.top * outer.height,
            outer.left + self.right * outer.width,
            outer.top + self.bottom * outer.height,
        )

    def around(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def towards(self, other: Box, share: float) -> Box:
        """The box on the way from this one (0) to the other (1)."""
        pairs = zip(
            (self.left, self.top, self.right, self.bottom),
            (other.left, other.top, other.right, other.bottom),
            strict=True,
        )
        return Box(*(one + (two - one) * share for one, two in pairs))


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@frozen
class Focus:
    """What matters in a picture: its centre, and the box that holds most of it. Shares.

    heads: around all heads that were found, None where none were or nobody looked.
    """

    x: float = 0.5
    y: float = 0.5
    box: Box = Box(0.2, 0.2, 0.8, 0.8)
    heads: Box | None = None


CENTRE = Focus()
"""For a picture of which nothing is known."""


@frozen
class Measure:
    """What was measured on a picture's own pixels. mean: its mean colour, sRGB, 0 to 255."""

    focus: Focus
    mean: tuple[int, int, int]
    sought: bool = False
    """Whether heads were looked for; what was measured without is measured again once they can be."""
