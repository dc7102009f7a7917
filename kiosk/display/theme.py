"""One theme: what a museum label at dusk would look like. Paper and ink, one accent, six sizes of type.

Sizes are in units (:func:`kiosk.core.layout.measures`): hundredths of the screen's shorter side. Inter's capitals are
0.727 of the type size. SMALLEST, 2.3 units, has capitals of 1.67 % of the shorter side: 18 pixels, 11 mm on a 55-inch
TV, 13 minutes of arc at 3 m, where a person with sight of 0.5 reads capitals of 10. On a panel of 800 x 480 they have
9 pixels.
"""

from __future__ import annotations

from enum import Enum

from attrs import frozen

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255, sRGB."""


class Weight(Enum):
    """The weights that are bundled; the value is the end of the file's name."""

    REGULAR = "Regular"
    MEDIUM = "Medium"
    SEMIBOLD = "SemiBold"


@frozen
class Type:
    """One step of the type scale. Sizes in units, the rest as shares of the size."""

    size: float
    floor: float
    """The smallest size that shrinking may come to, in units."""
    weight: Weight
    leading: float
    """From base line to base line."""
    family: str = "Inter"
    tracking: float = 0.0
    """Room added after each letter. Visual only: the text stays what it is."""
    features: tuple[str, ...] = ()
    """OpenType features; they need RAQM."""


SMALLEST = 2.3
"""Units. No text is smaller, save an address or a code that is unusually long."""
LEAST = 1.9
"""Units. An address or a code may come down to this for the sake of one line; then it breaks."""

# Inter: tnum, figures of one width; ss02, letters that cannot be mistaken for each other (I, l, 1; 0 with a slash).
UNMISTAKABLE = ("tnum", "ss02")


@frozen
class Theme:
    """Everything about the look that is not a place."""

    paper_top: Colour = (36, 30, 26)
    paper_bottom: Colour = (17, 14, 12)
    ink: Colour = (245, 238, 228)
    quiet: Colour = (190, 178, 163)
    """Ink for what matters less: 8 to 1 on the paper."""
    accent: Colour = (242, 184, 120)
    track: Colour = (66, 57, 50)
    """What is not done yet of a progress bar."""
    panel: Colour = (24, 20, 17)
    rim: Colour = (58, 50, 44)
    panel_opacity: float = 0.9
    """So that ink on it keeps 7 to 1 over a white photograph."""
    badge_opacity: float = 0.74
    title: Type = Type(6.2, 3.2, Weight.SEMIBOLD, 1.16, "InterDisplay")
    panel_title: Type = Type(4.2, 2.8, Weight.SEMIBOLD, 1.18, "InterDisplay")
    body: Type = Type(3.4, SMALLEST, Weight.REGULAR, 1.42)
    panel_body: Type = Type(2.8, SMALLEST, Weight.REGULAR, 1.4)
    address: Type = Type(3.4, SMALLEST, Weight.MEDIUM, 1.36, features=UNMISTAKABLE)
    panel_address: Type = Type(2.7, SMALLEST, Weight.MEDIUM, 1.36, features=UNMISTAKABLE)
    code: Type = Type(9.0, 5.0, Weight.SEMIBOLD, 1.12, tracking=0.06, features=UNMISTAKABLE)
    panel_code: Type = Type(6.0, 4.6, Weight.SEMIBOLD, 1.12, tracking=0.06, features=UNMISTAKABLE)
    small: Type = Type(2.5, SMALLEST, Weight.REGULAR, 1.42, features=("tnum",))
    label: Type = Type(2.4, SMALLEST, Weight.MEDIUM, 1.2, features=("tnum",))
    """The badge."""


THEME = Theme()
