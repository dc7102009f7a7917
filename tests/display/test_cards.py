from __future__ import annotations

from itertools import combinations

import pytest
from attrs import evolve

from kiosk.core.model import Rect, Size
from kiosk.core.scene import Card, Look, Mark
from kiosk.display.cards import Compositor
from kiosk.display.fonts import FontBook
from kiosk.display.parts import Paper, Placed, Plate, Symbol, Words
from kiosk.display.shapes import mark
from kiosk.display.text import Typesetter
from kiosk.display.theme import SMALLEST, THEME
from tests.screens import ASSETS, PICKING, SCENES

COMPOSITOR = Compositor(THEME, Typesetter(FontBook(ASSETS)))
SCREENS = [
    Size(480, 320),
    Size(640, 480),
    Size(800, 480),
    Size(480, 800),
    Size(1024, 600),
    Size(1280, 1024),
    Size(1920, 1080),
    Size(1080, 1920),
    Size(3840, 2160),
]
CARDS = {name: scene.card for name, scene in SCENES.items() if scene.card is not None}


def content(placed: list[Placed]) -> list[Rect]:
    """Where words, plates and bars are, without the bleed of words and without what lies behind them."""
    rects = []
    for item in placed:
        if isinstance(item.part, Words):
            bleed = item.part.block.bleed
            rects.append(
                Rect(
                    item.rect.x + bleed,
                    item.rect.y + bleed,
                    item.rect.width - 2 * bleed,
                    item.part.block.height,
                )
            )
        elif not isinstance(item.part, Paper | Plate):
            rects.append(item.rect)
    return rects


def texts(placed: list[Placed]) -> list[str]:
    return ["".join(item.part.block.lines) for item in placed if isinstance(item.part, Words)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda size: f"{size.width}x{size.height}")
@pytest.mark.parametrize("over_photos", [False, True])
def test_nothing_overlaps_and_nothing_is_cut(screen: Size, over_photos: bool) -> None:
    for name, card in CARDS.items():
        placed = COMPOSITOR.card(card, screen, over_photos=over_photos)
        rects = content(placed)
        for rect in rects:
            assert rect.x >= 0 and rect.y >= 0, name
            assert rect.right <= screen.width and rect.bottom <= screen.height, name
        for one, other in combinations(rects, 2):
            apart = (
                one.right <= other.x
                or other.right <= one.x
                or one.bottom <= other.y + 1
                or other.bottom <= one.y + 1
            )
            assert apart, (name, one, other)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda size: f"{size.width}x{size.height}")
@pytest.mark.parametrize("over_photos", [False, True])
def test_address_and_code_are_whole_letter_by_letter(screen: Size, over_photos: bool) -> None:
    for card in CARDS.values():
        seen = texts(COMPOSITOR.card(card, screen, over_photos=over_photos))
        for whole in (card.address, card.code):
            assert whole is None or whole in seen


@pytest.mark.parametrize("screen", [Size(1920, 1080), Size(1080, 1920), Size(800, 480)])
def test_a_full_screen_has_every_word_and_no_type_below_the_smallest(screen: Size) -> None:
    unit = min(screen.width, screen.height) / 100
    for name, card in CARDS.items():
        placed = COMPOSITOR.card(card, screen, over_photos=False)
        seen = {text.replace(" ", "") for text in texts(placed)}
        for text in (card.title, card.body, card.status, card.footnote):
            assert not text or text.replace(" ", "") in seen, name
        for item in placed:
            if isinstance(item.part, Words) and "".join(item.part.block.lines) not in (
                card.address,
                card.code,
            ):
                assert item.part.block.pixels >= int(SMALLEST * unit), name


def test_a_script_from_right_to_left_mirrors_the_card() -> None:
    screen = Size(1920, 1080)
    latin = COMPOSITOR.card(PICKING, screen, over_photos=False)
    arabic = COMPOSITOR.card(evolve(PICKING, title="اختر صورك"), screen, over_photos=False)
    assert symbol(latin).x > screen.width / 2 > symbol(arabic).right
    assert symbol(latin).right - screen.width == -symbol(arabic).x
    assert {item.part.align for item in arabic if isinstance(item.part, Words)} == {1.0}
    panel = COMPOSITOR.card(evolve(PICKING, title="اختر صورك"), screen, over_photos=True)
    assert panel[0].rect.x < screen.width / 4


def symbol(placed: list[Placed]) -> Rect:
    return next(item.rect for item in placed if isinstance(item.part, Symbol))


@pytest.mark.parametrize("over_photos", [False, True])
def test_an_address_too_long_for_a_qr_is_still_shown_as_text(over_photos: bool) -> None:
    card = evolve(PICKING, qr="https://example.com/" + "x" * 4000)
    placed = COMPOSITOR.card(card, Size(1920, 1080), over_photos=over_photos)
    assert not any(isinstance(item.part, Symbol) for item in placed)
    assert card.address in texts(placed)


def test_a_card_with_far_too_many_words_gives_up_footnote_and_body_before_the_code() -> None:
    card = Card(
        Look.CODE,
        "Title",
        body="word " * 400,
        qr="https://example.com",
        address="https://example.com",
        code="ABCD-EFGH",
        footnote="note " * 200,
    )
    seen = texts(COMPOSITOR.card(card, Size(800, 480), over_photos=False))
    assert "ABCD-EFGH" in seen and "https://example.com" in seen and "Title" in seen
    assert any(text.endswith("\u2026") for text in seen)
    assert not any(text.startswith("note") for text in seen)


def test_a_badge_moves_a_full_screen_down() -> None:
    screen = Size(800, 480)
    without = content(COMPOSITOR.card(CARDS["sign_in"], screen, over_photos=False))
    with_badge = content(COMPOSITOR.card(CARDS["sign_in"], screen, over_photos=False, top=40))
    assert min(rect.y for rect in with_badge) >= 40
    assert with_badge != without


def test_every_mark_has_a_shape_of_its_own() -> None:
    shapes = {mark(kind, 32, (255, 255, 255)).tobytes() for kind in Mark}
    assert len(shapes) == len(Mark)
    for kind in Mark:
        covered = mark(kind, 32, (255, 255, 255)).getchannel("A")
        assert 40 < sum(covered.histogram()[128:]) < 600
