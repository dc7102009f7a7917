from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import pytest
from attrs import evolve

from kiosk.core.layout import measures
from kiosk.core.model import Rect, Size
from kiosk.core.scene import Badge, Look, Mark
from kiosk.display.cards import Compositor
from kiosk.display.fonts import FontBook
from kiosk.display.parts import Bar, Paper, Placed, Plate, Symbol, Words
from kiosk.display.shapes import mark
from kiosk.display.text import Typesetter
from kiosk.display.theme import SMALLEST, THEME
from tests.conftest import RUN_ALL
from tests.screens import ASSETS, PICKING, SCENES

COMPOSITOR = Compositor(THEME, Typesetter(FontBook(ASSETS)))
MIRRORED = Compositor(THEME, Typesetter(FontBook(ASSETS), "ar", rtl=True))
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
    # Messages are alike: in the ordinary run a few of them stand for all.
    messages = [name for name, card in CARDS.items() if card.look is Look.MESSAGE]
    left_out = [] if RUN_ALL else Random(f"{screen} {over_photos}").sample(messages, len(messages) - 5)
    for name, card in CARDS.items():
        if name in left_out:
            continue
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
        if card.address is None:
            continue
        seen = texts(COMPOSITOR.card(card, screen, over_photos=over_photos))
        for whole in (card.address, card.code):
            assert whole is None or whole in seen


@pytest.mark.parametrize("screen", [Size(1920, 1080), Size(1080, 1920), Size(800, 480)])
def test_a_full_screen_has_every_word_and_no_type_below_the_smallest(screen: Size) -> None:
    unit = min(screen.width, screen.height) / 100
    for name, card in CARDS.items():
        placed = COMPOSITOR.card(card, screen, over_photos=False)
        seen = {text.replace(" ", "") for text in texts(placed)}
        for text in (card.title, *card.body.split("\n"), card.status, card.footnote):
            assert not text or text.replace(" ", "") in seen, name
        for item in placed:
            if isinstance(item.part, Words) and "".join(item.part.block.lines) != card.code:
                assert item.part.block.pixels >= int(SMALLEST * unit), name


def test_a_script_from_right_to_left_mirrors_the_card() -> None:
    screen = Size(1920, 1080)
    latin = COMPOSITOR.card(PICKING, screen, over_photos=False)
    arabic = MIRRORED.card(evolve(PICKING, title="اختر صورك"), screen, over_photos=False)
    assert symbol(latin).x > screen.width / 2 > symbol(arabic).right
    assert symbol(latin).right - screen.width == -symbol(arabic).x
    assert {item.part.align for item in arabic if isinstance(item.part, Words)} == {1.0}
    panel = MIRRORED.card(evolve(PICKING, title="اختر صورك"), screen, over_photos=True)
    assert panel[0].rect.x < screen.width / 4
    left, right = (
        where.badge(Badge(Mark.OFFLINE, "Offline"), screen)[0].rect for where in (COMPOSITOR, MIRRORED)
    )
    assert left.x == screen.width - right.right < screen.width / 4
    bars = [item.part for item in MIRRORED.card(CARDS["downloading"], screen, over_photos=False)]
    assert [part.rtl for part in bars if isinstance(part, Bar)] == [True]


def symbol(placed: list[Placed]) -> Rect:
    return next(item.rect for item in placed if isinstance(item.part, Symbol))


@pytest.mark.parametrize("over_photos", [False, True])
def test_an_address_too_long_for_a_qr_is_still_shown_as_text(over_photos: bool) -> None:
    card = evolve(PICKING, qr="https://example.com/" + "x" * 4000)
    placed = COMPOSITOR.card(card, Size(1920, 1080), over_photos=over_photos)
    assert not any(isinstance(item.part, Symbol) for item in placed)
    assert card.address in texts(placed)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda size: f"{size.width}x{size.height}")
@pytest.mark.parametrize("over_photos", [False, True])
def test_beside_a_code_stands_what_is_kept_on_this_device(screen: Size, over_photos: bool) -> None:
    card = CARDS["sign_in"]
    assert card.footnote in {
        " ".join(item.part.block.lines)
        for item in COMPOSITOR.card(card, screen, over_photos=over_photos)
        if isinstance(item.part, Words)
    }


@pytest.mark.parametrize(
    "screen", [Size(800, 480), Size(1024, 600), Size(1280, 720), Size(1920, 1080), Size(3840, 2160)]
)
def test_a_panel_keeps_every_word_of_sign_in_and_picking_and_no_address_is_small(screen: Size) -> None:
    least = int(SMALLEST * measures(screen).unit)
    for name in ("sign_in", "picking"):
        card = CARDS[name]
        placed = COMPOSITOR.card(card, screen, over_photos=True)
        seen = {text.replace(" ", "") for text in texts(placed)}
        for text in (card.title, card.body, card.address, card.status, card.footnote):
            assert text is not None and text.replace(" ", "") in seen, (name, text)
        assert all(item.part.block.pixels >= least for item in placed if isinstance(item.part, Words))
        assert symbol(placed).height > 0.38 * screen.height


def test_a_picking_address_stands_on_two_lines_and_breaks_behind_a_slash() -> None:
    assert PICKING.address is not None
    for screen in (Size(800, 480), Size(1280, 720), Size(1920, 1080), Size(1080, 1920)):
        for over_photos in (False, True):
            if over_photos and screen.width < screen.height:
                continue  # the column beside the QR of an upright panel is narrower than that
            placed = COMPOSITOR.card(PICKING, screen, over_photos=over_photos)
            lines = next(
                item.part.block.lines
                for item in placed
                if isinstance(item.part, Words) and "".join(item.part.block.lines) == PICKING.address
            )
            assert lines == (PICKING.address[:33], PICKING.address[33:])


@pytest.mark.parametrize("screen", [Size(800, 480), Size(1280, 720), Size(1920, 1080)])
def test_capitals_and_footnote_are_level_with_the_edges_of_the_plate(screen: Size) -> None:
    placed = COMPOSITOR.card(CARDS["sign_in"], screen, over_photos=False)
    plate = symbol(placed)
    words = [item for item in placed if isinstance(item.part, Words)]
    title, foot = words[0].part.render(COMPOSITOR.typesetter), words[-1].part.render(COMPOSITOR.typesetter)
    title_box, foot_box = title.getchannel("A").getbbox(), foot.getchannel("A").getbbox()
    assert title_box is not None and foot_box is not None
    assert abs(words[0].rect.y + title_box[1] - plate.y) <= 0.006 * screen.height
    # Descenders hang below the base line.
    assert 0 <= words[-1].rect.y + foot_box[3] - plate.bottom <= 0.015 * screen.height


def test_a_card_without_a_footnote_stands_in_the_middle_beside_its_qr() -> None:
    placed = COMPOSITOR.card(evolve(PICKING, footnote=""), Size(1920, 1080), over_photos=False)
    words = [
        rect for item, rect in zip(placed[1:], content(placed), strict=True) if isinstance(item.part, Words)
    ]
    plate = symbol(placed)
    assert abs(words[0].y + words[-1].bottom - plate.y - plate.bottom) <= 2


@pytest.mark.parametrize("screen", [Size(800, 480), Size(1920, 1080), Size(1080, 1920)])
def test_several_paragraphs_share_one_edge_and_stand_apart(screen: Size) -> None:
    placed = COMPOSITOR.card(CARDS["config_mistakes"], screen, over_photos=False)
    words = [item.part for item in placed if isinstance(item.part, Words)]
    assert len(words) == 6  # title, three problems, how many more, the file
    assert {part.align for part in words} == {0.0}
    rects = content(placed)
    for above, below in pairwise(rects[1:4]):
        assert below.y - above.bottom >= 0.01 * min(screen.width, screen.height)


def test_a_sentence_of_one_paragraph_stands_in_the_middle() -> None:
    placed = COMPOSITOR.card(CARDS["disconnect"], Size(1920, 1080), over_photos=False)
    assert {item.part.align for item in placed if isinstance(item.part, Words)} == {0.5}


def test_there_is_no_bar_before_there_is_a_total() -> None:
    for over_photos in (False, True):
        listing = COMPOSITOR.card(CARDS["listing"], Size(800, 480), over_photos=over_photos)
        assert not any(isinstance(item.part, Bar) for item in listing)
        assert "300 photos" in texts(listing)
        loading = COMPOSITOR.card(CARDS["downloading"], Size(800, 480), over_photos=over_photos)
        assert any(isinstance(item.part, Bar) for item in loading)


@pytest.mark.parametrize("over_photos", [False, True])
def test_a_card_with_far_too_many_words_gives_up_the_body_before_what_is_kept(over_photos: bool) -> None:
    card = evolve(CARDS["sign_in"], body="word " * 400)
    seen = texts(COMPOSITOR.card(card, Size(800, 480), over_photos=over_photos))
    assert (
        card.code in seen
        and card.address in seen
        and card.title.replace(" ", "") in "".join(seen).replace(" ", "")
    )
    assert any(text.startswith("word") and text.endswith("\u2026") for text in seen)
    assert card.footnote.replace(" ", "") in {text.replace(" ", "") for text in seen}


@pytest.mark.parametrize("code", ["ABCD-EFGH", None])
def test_a_footnote_without_end_goes_before_the_code(code: str | None) -> None:
    card = evolve(CARDS["sign_in"], body="word " * 400, code=code, footnote="note " * 900)
    seen = texts(COMPOSITOR.card(card, Size(800, 480), over_photos=False))
    assert card.address in seen and (code is None or code in seen)
    assert any(text.endswith("\u2026") for text in seen)
    assert not any(text.startswith("note") for text in seen)


def test_a_badge_moves_a_full_screen_down() -> None:
    screen = Size(800, 480)
    without = content(COMPOSITOR.card(CARDS["sign_in"], screen, over_photos=False))
    with_badge = content(COMPOSITOR.card(CARDS["sign_in"], screen, over_photos=False, top=40))
    assert min(rect.y for rect in with_badge) >= 40
    assert with_badge != without


def test_a_long_badge_on_an_upright_screen_takes_a_second_line_and_loses_no_word() -> None:
    said = "Keine Verbindung zu Google. Der Rahmen versucht es weiter."
    screen = Size(1080, 1920)
    plate, _, text = COMPOSITOR.badge(Badge(Mark.OFFLINE, said), screen)
    assert isinstance(text.part, Words)
    assert " ".join(text.part.block.lines) == said and len(text.part.block.lines) == 2
    inner = content([text])[0]
    assert plate.rect.y < inner.y and inner.bottom < plate.rect.bottom
    assert inner.right < plate.rect.right < screen.width


def test_every_mark_has_a_shape_of_its_own() -> None:
    shapes = {mark(kind, 32, (255, 255, 255)).tobytes() for kind in Mark}
    assert len(shapes) == len(Mark)
    for kind in Mark:
        covered = mark(kind, 32, (255, 255, 255)).getchannel("A")
        assert 40 < sum(covered.histogram()[128:]) < 600


def test_a_panel_that_cannot_hold_every_word_and_a_code_takes_the_whole_screen() -> None:
    small = COMPOSITOR.card(PICKING, Size(480, 320), over_photos=True)
    assert isinstance(small[0].part, Paper)
    assert PICKING.hint.replace(" ", "") in {text.replace(" ", "") for text in texts(small)}
    large = COMPOSITOR.card(PICKING, Size(1920, 1080), over_photos=True)
    assert isinstance(large[0].part, Plate)
    assert large[0].rect.width < 0.4 * 1920
    # A sentence alone is shown as it is, in a panel or not.
    message = COMPOSITOR.card(CARDS["disconnect"], Size(480, 320), over_photos=True)
    assert isinstance(message[0].part, Plate)


def test_a_hint_goes_before_every_other_word() -> None:
    card = evolve(PICKING, hint="word " * 60)
    seen = {text.replace(" ", "") for text in texts(COMPOSITOR.card(card, Size(480, 320), over_photos=False))}
    assert not any(text.startswith("word") for text in seen)
    assert {card.body.replace(" ", ""), card.footnote.replace(" ", ""), card.address} <= seen


@pytest.mark.parametrize("screen", SCREENS, ids=lambda size: f"{size.width}x{size.height}")
def test_a_plate_is_a_square_in_the_middle_of_its_panel(screen: Size) -> None:
    for name in ("sign_in", "picking", "client_missing"):
        placed = COMPOSITOR.card(CARDS[name], screen, over_photos=True)
        plate = symbol(placed)
        assert plate.width == plate.height
        if isinstance(placed[0].part, Plate) and screen.width >= screen.height:
            box = placed[0].rect
            assert abs(plate.x + plate.right - box.x - box.right) <= 2
