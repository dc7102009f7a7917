"""Whether every word of every screen can be read at 3 m: how large it is, and how far it stands off from its ground."""

from __future__ import annotations

import random
from itertools import product

import pytest
from attrs import fields
from PIL import Image

from kiosk.config import Contrast, Lettering
from kiosk.core.layout import SMALL
from kiosk.core.model import Size
from kiosk.core.scene import Scene
from kiosk.display import strip
from kiosk.display.cards import Compositor
from kiosk.display.fonts import FontBook
from kiosk.display.images import slide_of
from kiosk.display.menu import MenuCompositor, spoken_menu
from kiosk.display.painter import Painter
from kiosk.display.parts import Bar, Drawing, Placed, Sign, Words
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.text import CAPITALS, Typesetter
from kiosk.display.theme import CAPITALS_OF_LARGE, CAPITALS_OF_SMALL, LARGE, Colour, Theme, Type, themed
from kiosk.display.voice import ENGLISH
from tests.screens import ASSETS, NEXT, PHOTO, SCENES

MODES = {
    f"{lettering.value} type, {contrast.value} contrast": themed(lettering, contrast)
    for lettering, contrast in product(Lettering, Contrast)
}
TYPES = {lettering.value: themed(lettering) for lettering in Lettering}
CONTRASTS = {contrast.value: themed(contrast=contrast) for contrast in Contrast}
SIZES = [
    Size(480, 320),
    Size(800, 480),
    Size(480, 800),
    Size(1024, 600),
    Size(1280, 720),
    Size(1920, 1080),
    Size(1080, 1920),
    Size(3840, 2160),
]
SPOKEN = {
    name: scene for name, scene in SCENES.items() if scene.card or scene.badge or scene.strip or scene.menu
}


def laid_out(scene: Scene, screen: Size, theme: Theme) -> list[Placed]:
    """The parts over the photograph, or over the paper."""
    compositor = Compositor(theme, Typesetter(FontBook(ASSETS)))
    placed: list[Placed] = []
    if scene.card is not None:
        placed += compositor.card(scene.card, screen, over_photos=scene.current is not None)
    if scene.badge is not None:
        placed += compositor.badge(scene.badge, screen)
    if scene.strip is not None:
        placed += strip.standing(scene.strip, screen, theme, compositor.typesetter)
    if scene.menu is not None:
        menu = spoken_menu(scene.menu, ENGLISH)
        placed += MenuCompositor(theme, compositor.typesetter).page(menu, screen).placed
    return placed


def too_small(scene: Scene, screen: Size, theme: Theme) -> list[str]:
    """The texts whose capitals are lower than is stated for this screen."""
    shorter = min(screen.width, screen.height)
    stated = (
        (CAPITALS_OF_SMALL if shorter < SMALL else CAPITALS_OF_LARGE) * theme.smallest / themed().smallest
    )
    # Half a pixel of a type size is lost in rounding.
    least = stated * shorter - CAPITALS / 2
    return [
        " ".join(item.part.block.lines)
        for item in laid_out(scene, screen, theme)
        if isinstance(item.part, Words) and CAPITALS * item.part.block.pixels < least
    ]


@pytest.mark.parametrize("lettering", TYPES)
def test_capitals_have_the_stated_share_of_the_screen_on_a_sample_of_screens(lettering: str) -> None:
    rng = random.Random(lettering)
    for name, scene in SPOKEN.items():
        screen = rng.choice(SIZES)
        assert too_small(scene, screen, TYPES[lettering]) == [], (name, screen)


@pytest.mark.slow
@pytest.mark.parametrize("screen", SIZES, ids=lambda size: f"{size.width}x{size.height}")
@pytest.mark.parametrize("mode", MODES)
def test_capitals_have_the_stated_share_of_every_screen(mode: str, screen: Size) -> None:
    for name, scene in SPOKEN.items():
        assert too_small(scene, screen, MODES[mode]) == [], name


@pytest.mark.parametrize("mode", MODES)
def test_no_step_of_the_scale_may_shrink_below_the_smallest(mode: str) -> None:
    theme = MODES[mode]
    steps = [getattr(theme, field.name) for field in fields(Theme)]
    floors = {step.floor for step in steps if isinstance(step, Type)}
    assert len(floors) > 2
    assert min(floors) >= theme.smallest
    assert all(step.size >= step.floor for step in steps if isinstance(step, Type))


def test_large_type_is_larger_by_its_factor_wherever_there_is_room() -> None:
    screen = Size(1920, 1080)
    for name in ("sign_in", "picking", "disconnect", "offline", "badge_offline"):
        plain, large = (
            {
                " ".join(item.part.block.lines): item.part.block.pixels
                for item in laid_out(SPOKEN[name], screen, themed(lettering))
                if isinstance(item.part, Words)
            }
            for lettering in Lettering
        )
        assert plain.keys() == large.keys()
        for text, pixels in plain.items():
            # An address grows as far as its lines allow.
            factor = 1.1 if text.startswith("https://") else LARGE
            assert large[text] >= factor * pixels - 1, (name, text)


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_every_text_stands_off_from_what_is_rendered_behind_it(contrast: str, no_screen: None) -> None:
    """Over a white photograph, which is the worst that can be behind a panel."""
    theme, screen = CONTRASTS[contrast], Size(800, 480)
    least = 12.0 if theme is CONTRASTS["high"] else 7.0
    canvas = SurfaceCanvas(screen)
    painter = Painter(canvas, ASSETS, theme)
    for slide in (PHOTO, NEXT):
        painter.upload(slide, slide_of(Image.new("RGB", (800, 480), (255, 255, 255)), screen))
    for name, scene in SPOKEN.items():
        painter.paint(scene)
        seen = painter.read()
        for item in laid_out(scene, screen, theme):
            if isinstance(item.part, Words):
                assert ratio(item.part.colour, behind(seen, item)) >= least, (name, item.part.block.lines)
                assert ratio(lightest(seen, item), behind(seen, item)) >= 0.6 * least, "the ink is there"
            elif isinstance(item.part, Drawing | Sign | Bar):
                # What is no text has 3 to 1 in WCAG (1.4.11).
                assert ratio(lightest(seen, item), behind(seen, item)) >= 3.0, (name, item.part)
    canvas.close()


def behind(seen: Image.Image, item: Placed) -> Colour:
    """The colour of the ground of a part: the lightest of some places where there is no ink."""
    box, middle = item.rect, item.rect.y + item.rect.height // 2
    places = [(x, y) for x in (box.x, box.right - 1) for y in (box.y, box.bottom - 1)]
    if isinstance(item.part, Bar):
        places = [(box.right - box.height, middle)]
    if isinstance(item.part, Words):
        # Just before the first and behind the last letter that there is room for.
        bleed = item.part.block.bleed
        places = [(box.x + bleed - 2, middle), (box.right - bleed + 1, middle)]
    return max((pixel(seen, *place) for place in places), key=luminance)


def lightest(seen: Image.Image, item: Placed) -> Colour:
    """The lightest colour within a part: its ink, where the strokes are as wide as a pixel."""
    box = item.rect
    cut = seen.crop((box.x, box.y, box.right, box.bottom)).convert("L")
    index = max(range(cut.width * cut.height), key=cut.tobytes().__getitem__)
    return pixel(seen, box.x + index % cut.width, box.y + index // cut.width)


def pixel(seen: Image.Image, x: int, y: int) -> Colour:
    found = seen.getpixel((min(max(x, 0), seen.width - 1), min(max(y, 0), seen.height - 1)))
    assert isinstance(found, tuple)
    red, green, blue = found
    return int(red), int(green), int(blue)


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [level / 255 for level in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Colour, other: Colour) -> float:
    """Contrast ratio (WCAG 2.2): 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
