"""From pictures on the card to the pixels of one slide: decoded, hung, and surrounded.

Runs in the decode thread; Pillow and pygame let go of the interpreter while they work. A slide becomes one opaque
image, so that a crossfade is two draws: a canvas of textures has the GPU scale the picture and put it together; for one
of surfaces that is done here, by pygame's smoothscale, at a quarter of what Pillow's cheapest filter costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pygame
from attrs import field, frozen
from PIL import Image

from kiosk.core.focus import CENTRE, WHOLE, Box, Focus
from kiosk.core.hanging import Hung, hang, hang_pair
from kiosk.core.model import Rect, Size
from kiosk.core.settings import Style
from kiosk.display import ground, patches
from kiosk.display.decoding import Source, decoded, opened
from kiosk.display.ground import Ground
from kiosk.display.patches import Patch
from kiosk.display.surrounds import composed
from kiosk.display.theme import Colour

HANGING = Style()
"""As it is without any configuration."""


@frozen(eq=False)
class PreparedSlide:
    """The pixels of a slide: opaque patches that cover all of it; they go over to the canvas.

    size: of the image that they make. screen: what it was prepared for, None: its own size. mean: its mean colour.
    first, last: the views between which the screen moves, in shares of the image. places: where its pictures lie on the
    screen; none where they move over it.
    """

    patches: Sequence[Patch] = field(repr=False)
    size: Size
    screen: Size | None = None
    mean: Colour = (0, 0, 0)
    first: Box = WHOLE
    last: Box = WHOLE
    ground: Ground | None = field(default=None, repr=False)
    """For the words on it; None where none are wanted."""
    places: tuple[Rect, ...] = ()

    @property
    def image(self) -> Image.Image:
        """The image that they make, RGB."""
        return patches.pillow(patches.flattened(self.patches, self.size))


def of_pixels(
    pixels: bytes,
    size: Size,
    screen: Size | None = None,
    mean: Colour = (0, 0, 0),
    first: Box = WHOLE,
    last: Box = WHOLE,
) -> PreparedSlide:
    """A slide of ready pixels: RGB, rows from the top, nothing between them."""
    image = patches.surface(Image.frombytes("RGB", (size.width, size.height), pixels))
    return PreparedSlide([patches.whole(image)], size, screen, mean, first, last)


def prepare(
    sources: Source | Sequence[Source], screen: Size, style: Style = HANGING, *, flat: bool = True
) -> PreparedSlide:
    """One picture or a pair, hung on a screen of this logical size.

    flat: put together and scaled, for a canvas that does neither by itself (``Canvas.composes``).
    Corrupt: a file is missing, is no picture, or breaks off.
    """
    pictures = [opened(source) for source in ([sources] if isinstance(sources, Source) else sources)]
    hung = hung_on([each.size for each in pictures], [each.source.focus for each in pictures], screen, style)

    def pixels(number: int) -> pygame.Surface:
        return decoded(pictures[number], _needed(hung[number]))

    return _slide(pixels, hung, screen, style, flat=flat)


def slide_of(
    picture: Image.Image, screen: Size, style: Style = HANGING, focus: Focus = CENTRE
) -> PreparedSlide:
    """A decoded picture, RGB, hung on a screen of this logical size."""
    return slide_of_all([picture], [focus], screen, style)


def pair_of(
    one: Image.Image,
    other: Image.Image,
    screen: Size,
    style: Style = HANGING,
    focuses: tuple[Focus, Focus] = (CENTRE, CENTRE),
) -> PreparedSlide:
    """Two decoded pictures, RGB, that share a screen of this logical size."""
    return slide_of_all([one, other], focuses, screen, style)


def slide_of_all(
    pictures: Sequence[Image.Image],
    focuses: Sequence[Focus],
    screen: Size,
    style: Style,
    *,
    flat: bool = True,
) -> PreparedSlide:
    hung = hung_on([Size(*picture.size) for picture in pictures], focuses, screen, style)
    return _slide(lambda number: patches.surface(pictures[number]), hung, screen, style, flat=flat)


def hung_on(sizes: Sequence[Size], focuses: Sequence[Focus], screen: Size, style: Style) -> Sequence[Hung]:
    """Where one picture hangs, or each of two."""
    if len(sizes) == 1:
        return [hang(sizes[0], screen, style, focuses[0])]
    return hang_pair((sizes[0], sizes[1]), screen, style, (focuses[0], focuses[1]))


def _slide(
    pixels: Callable[[int], pygame.Surface], hung: Sequence[Hung], screen: Size, style: Style, *, flat: bool
) -> PreparedSlide:
    hanging = [Patch(patches.cut(pixels(number), each.part), each.place) for number, each in enumerate(hung)]
    canvas = hung[0].canvas
    parts = composed(hanging, canvas, style)
    if flat:
        parts = [patches.whole(patches.flattened(parts, canvas))]
    return PreparedSlide(
        parts,
        canvas,
        screen,
        _mean(parts, canvas),
        hung[0].first,
        hung[0].last,
        ground.measured(parts, canvas) if style.words else None,
        tuple(each.place for each in hung) if canvas == screen else (),
    )


def _needed(hung: Hung) -> Size:
    """The size of the whole picture at the scale at which its part hangs."""
    return Size(
        max(1, round(hung.place.width / hung.part.width)), max(1, round(hung.place.height / hung.part.height))
    )


def _mean(parts: Sequence[Patch], canvas: Size) -> Colour:
    """Of some thousand samples, which is as good as all of them and costs nothing."""
    one = patches.glimpse(parts, canvas).resize((1, 1), Image.Resampling.BOX)
    red, green, blue = one.getpixel((0, 0))  # type: ignore[misc]
    return int(red), int(green), int(blue)
