"""The theme: what a museum label at dusk would look like. Paper and ink, one accent, six sizes of type.

Sizes are in units (:func:`kiosk.core.layout.measures`): hundredths of the screen's shorter side. Inter's capitals are
0.727 of the type size. SMALLEST, 2.3 units, has capitals of 1.67 % of the shorter side: 18 pixels, 11 mm on a 55-inch
TV, 13 minutes of arc at 3 m, where a person with sight of 0.5 reads capitals of 10. On a panel of 800 x 480, whose
units are larger, they have 9 pixels, 1.8 %. In large type it is 2.17 % (24 pixels, 17 minutes of arc) and 2.4 %.
"""

from __future__ import annotations

from enum import Enum

from attrs import evolve, fields, frozen

from kiosk.config import Contrast, Lettering

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
"""Units. No text is smaller."""
CAPITALS_OF_LARGE = 0.0165
"""Share of the screen's shorter side that the capitals of the smallest text have on a TV ..."""
CAPITALS_OF_SMALL = 0.018
"""... and on a small panel. In large type both are LARGE times as much."""
LARGE = 1.3
"""What all type is multiplied by in large type."""

# Inter: tnum, figures of one width; ss02, letters that cannot be mistaken for each other (I, l, 1; 0 with a slash).
UNMISTAKABLE = ("tnum", "ss02")


@frozen
class Theme:
    """Everything about the look that is not a place."""

    smallest: float = SMALLEST
    """Units, like the sizes of type."""
    yields: tuple[float, ...] = (0.5, 0.0)
    """What type and gaps shrink to, by turns with a QR beside them: down to the first share of their size it stays
    as large as there is room for, then it gives way, and only then they go on to the next."""
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
    panel_opacity: float = 0.93
    """So that ink on it keeps 7 to 1 over a white photograph."""
    badge_opacity: float = 0.8
    """The same for 4.5 to 1: its words are few and quiet."""
    focus: Colour = (66, 57, 50)
    """The line of the menu that is meant: ink on it has 9 to 1."""
    label_contrast: float = 5.2
    """To one, of words on a picture; WCAG asks for 4.5."""
    title: Type = Type(7.0, 3.2, Weight.SEMIBOLD, 1.16, "InterDisplay")
    panel_title: Type = Type(4.2, 2.8, Weight.SEMIBOLD, 1.18, "InterDisplay")
    body: Type = Type(3.7, SMALLEST, Weight.REGULAR, 1.42)
    panel_body: Type = Type(2.8, SMALLEST, Weight.REGULAR, 1.4)
    address: Type = Type(3.5, SMALLEST, Weight.MEDIUM, 1.36, features=UNMISTAKABLE)
    panel_address: Type = Type(2.7, SMALLEST, Weight.MEDIUM, 1.36, features=UNMISTAKABLE)
    code: Type = Type(9.0, 5.0, Weight.SEMIBOLD, 1.12, tracking=0.06, features=UNMISTAKABLE)
    panel_code: Type = Type(6.0, 4.6, Weight.SEMIBOLD, 1.12, tracking=0.06, features=UNMISTAKABLE)
    small: Type = Type(2.6, SMALLEST, Weight.REGULAR, 1.42, features=("tnum",))
    label: Type = Type(2.4, SMALLEST, Weight.MEDIUM, 1.2, features=("tnum",))
    """The badge, and what stands at a picture's foot."""
    clock: Type = Type(3.4, SMALLEST, Weight.MEDIUM, 1.2, features=("tnum",))


THEME = Theme()
_HIGH = Theme(
    paper_top=(0, 0, 0),
    paper_bottom=(0, 0, 0),
    ink=(255, 255, 255),
    quiet=(228, 228, 228),
    accent=(255, 222, 89),
    track=(118, 118, 118),
    panel=(0, 0, 0),
    rim=(228, 228, 228),
    panel_opacity=1.0,
    badge_opacity=1.0,
    focus=(46, 46, 46),
    label_contrast=12.5,
)
"""Black and white, and a yellow of 15 to 1: nothing that is read has less than 12 to 1 (WCAG asks for 7)."""


def themed(lettering: Lettering = Lettering.NORMAL, contrast: Contrast = Contrast.NORMAL) -> Theme:
    """The theme for ``[display] type`` and ``[display] contrast``."""
    theme = _HIGH if contrast is Contrast.HIGH else THEME
    return _enlarged(theme, LARGE) if lettering is Lettering.LARGE else theme


def _enlarged(theme: Theme, by: float) -> Theme:
    """Every step of the scale, and the floor under it. Distances stay."""
    steps: dict[str, Type] = {
        field.name: evolve(step, size=step.size * by, floor=step.floor * by)
        for field in fields(Theme)
        if isinstance(step := getattr(theme, field.name), Type)
    }
    return evolve(theme, smallest=theme.smallest * by, yields=(1.0, 0.88, *theme.yields), **steps)  # type: ignore[arg-type]
