from __future__ import annotations

from itertools import combinations

import pytest
from attrs import evolve
from PIL import Image, ImageChops

from kiosk.core.model import Size
from kiosk.core.scene import Illustration
from kiosk.display.cards import Compositor
from kiosk.display.fonts import FontBook
from kiosk.display.illustrations import draw
from kiosk.display.parts import Drawing, Placed, Words
from kiosk.display.text import Typesetter
from kiosk.display.theme import THEME
from tests.screens import ASSETS, PICKING, SCENES

COMPOSITOR = Compositor(THEME, Typesetter(FontBook(ASSETS)))
INK, ACCENT = (255, 255, 255), (255, 160, 0)
SHOWN = {scene.card.illustration for scene in SCENES.values() if scene.card is not None}


def drawing(placed: list[Placed]) -> Placed | None:
    return next((item for item in placed if isinstance(item.part, Drawing)), None)


def test_every_illustration_is_on_one_of_the_screens_that_are_looked_at() -> None:
    assert set(Illustration) <= SHOWN


@pytest.mark.parametrize("kind", Illustration)
def test_an_illustration_fills_its_square_in_ink_and_accent_without_touching_the_edge(
    kind: Illustration,
) -> None:
    image = draw(kind, 192, INK, ACCENT)
    box = image.getchannel("A").getbbox()
    assert box is not None
    assert min(box[0], box[1], 192 - box[2], 192 - box[3]) >= 1
    assert max(box[2] - box[0], box[3] - box[1]) >= 0.7 * 192
    colours = {colour[:3] for _, colour in image.getcolors(1 << 16) or [] if colour[3] == 255}
    assert {INK, ACCENT} <= colours


def test_no_illustration_can_be_mistaken_for_another_even_when_it_is_small() -> None:
    shapes = {kind: draw(kind, 40, INK, ACCENT).getchannel("A") for kind in Illustration}
    for one, other in combinations(Illustration, 2):
        difference = ImageChops.difference(shapes[one], shapes[other])
        assert sum(difference.histogram()[128:]) > 30, (one, other)


def test_an_edge_is_smooth_and_the_same_picture_at_every_size() -> None:
    for kind in Illustration:
        large = draw(kind, 240, INK, ACCENT)
        levels = large.getchannel("A").histogram()
        assert sum(levels[1:255]) > 100
        reduced = large.resize((60, 60), Image.Resampling.BOX).getchannel("A")
        difference = ImageChops.difference(reduced, draw(kind, 60, INK, ACCENT).getchannel("A"))
        assert sum(difference.histogram()[64:]) < 0.05 * 60 * 60, kind


def test_a_card_with_the_screen_to_itself_opens_with_it_in_the_middle() -> None:
    screen = Size(1920, 1080)
    card = SCENES["offline"].card
    assert card is not None
    placed = COMPOSITOR.card(card, screen, over_photos=False)
    shown = drawing(placed)
    assert shown is not None
    assert abs(2 * shown.rect.x + shown.rect.width - screen.width) <= 1
    title = next(item for item in placed if isinstance(item.part, Words))
    assert shown.rect.bottom <= title.rect.y + title.rect.height // 2
    panel = drawing(COMPOSITOR.card(card, screen, over_photos=True))
    assert panel is not None and panel.rect.height < shown.rect.height / 2


def test_it_gives_way_before_the_words_and_to_a_code_in_a_panel() -> None:
    card = SCENES["offline"].card
    assert card is not None
    sizes = []
    for words in (1, 60, 110, 400):
        placed = COMPOSITOR.card(evolve(card, body="word " * words), Size(800, 480), over_photos=False)
        shown = drawing(placed)
        sizes.append(shown.rect.height if shown else 0)
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3 and sizes[-1] == 0
    coded = evolve(PICKING, illustration=Illustration.KEY)
    assert drawing(COMPOSITOR.card(coded, Size(1920, 1080), over_photos=True)) is None
    assert drawing(COMPOSITOR.card(coded, Size(1920, 1080), over_photos=False)) is not None
