"""The menu in pixels: every word, every language, lines that a finger meets, and a focus that needs no colour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations, product

import pygame
import pytest
from attrs import evolve
from PIL import Image, ImageChops

from kiosk.config import Contrast, Lettering
from kiosk.core.events import Entry
from kiosk.core.layout import measures
from kiosk.core.model import Rect, Size
from kiosk.core.scene import Choice, Fact, Menu, Scene
from kiosk.display.fonts import FontBook
from kiosk.display.menu import LEAST_ROW, MenuCompositor, Page, spoken_menu
from kiosk.display.painter import Painter
from kiosk.display.parts import Plate, Words
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.text import Typesetter
from kiosk.display.theme import THEME, themed
from kiosk.language import language
from kiosk.language.speech import ALL
from tests.conftest import RUN_ALL
from tests.screens import ASSETS, ERASE, INFO, MENU, PHOTO, SIZES, WHICH, paint

PAGES = {"lead": MENU, "info": INFO, "which": WHICH, "erase": ERASE}
LARGE = themed(Lettering.LARGE, Contrast.HIGH)
SMALL_SAMPLE = ("en", "de", "ar", "th", "ja")
SMALL_PANEL_MM = 86.0
"""The shorter side of a touch panel of 7 inches with 800 x 480 pixels."""


def page_in(tag: str, menu: Menu, screen: Size, theme: object = THEME) -> Page:
    voice = language(tag)
    setter = Typesetter(FontBook(ASSETS), voice.tag, voice.rtl)
    return MenuCompositor(theme, setter).page(spoken_menu(menu, voice), screen)  # type: ignore[arg-type]


def meet(one: Rect, other: Rect) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("tag", ALL if RUN_ALL else SMALL_SAMPLE)
def test_every_word_of_every_page_is_on_its_plate_and_no_choice_meets_another(tag: str, name: str) -> None:
    for screen, theme in product((*SIZES, Size(480, 320)), (THEME, LARGE)):
        menu = PAGES[name]
        page = page_in(tag, menu, screen, theme)
        plate = page.placed[0].rect
        assert plate.x >= 0
        assert plate.y >= 0
        assert plate.right <= screen.width
        assert plate.bottom <= screen.height
        said = [item.part for item in page.placed if isinstance(item.part, Words)]
        for item in page.placed:
            bleed = item.part.block.bleed if isinstance(item.part, Words) else 0
            assert plate.x <= item.rect.x + bleed
            assert item.rect.right - bleed <= plate.right
            assert plate.y <= item.rect.y + bleed
            assert item.rect.bottom - bleed <= plate.bottom
        assert not any(meet(one[0], other[0]) for one, other in combinations(page.choices, 2))
        assert [entry for _, entry in page.choices] == [choice.entry for choice in menu.choices]
        if screen in SIZES and theme is THEME:
            expected = len(menu.choices) + bool(menu.title) + bool(menu.body) + bool(menu.footnote)
            expected += sum(1 + len(fact.lines) + (fact.at is not None) for fact in menu.facts)
            assert len(said) == expected
            assert not any(words.block.shortened for words in said)


def test_a_choice_is_as_high_as_a_fingertip_on_a_panel_of_seven_inches() -> None:
    screen = Size(800, 480)
    for menu in (MENU, WHICH, ERASE):
        for rect, _ in page_in("en", menu, screen).choices:
            assert rect.height * SMALL_PANEL_MM / screen.height >= 8.7
            assert rect.width > 3 * rect.height


def test_where_a_page_is_crowded_a_choice_keeps_three_quarters_of_that() -> None:
    for screen, tag in product(SIZES, SMALL_SAMPLE):
        for rect, _ in page_in(tag, INFO, screen, LARGE).choices:
            assert rect.height >= round(LEAST_ROW * measures(screen).unit)


def test_in_arabic_the_page_is_turned_round_and_the_choices_stay_under_the_finger() -> None:
    screen = Size(1920, 1080)
    page = page_in("ar", INFO, screen)
    plate = page.placed[0].rect
    names = [item.rect for item in page.placed if isinstance(item.part, Words)][1::1]
    assert names[0].x > plate.x + plate.width // 2
    (bar,) = (
        item.rect for item in page.placed if isinstance(item.part, Plate) and item.part.colour == THEME.accent
    )
    assert bar.x > plate.x + plate.width // 2
    ((rect, entry),) = page.choices
    assert entry is Entry.BACK
    assert rect.x <= bar.x
    assert bar.right <= rect.right


def test_an_address_is_written_as_it_is_in_every_direction() -> None:
    said = spoken_menu(INFO, language("ar"))
    address = said.facts[2].lines[1]
    assert address.strip("\u2068\u2069") == "192.0.2.7"
    assert address != "192.0.2.7"
    assert spoken_menu(INFO, language("de")).facts[2].lines[1] == "192.0.2.7"


def test_an_error_is_told_with_its_time_and_cut_short_before_anything_else_goes() -> None:
    endless = Fact("Last error", ("no end of it, " * 200,), datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    menu = Menu(INFO.choices, Entry.BACK, title="About", facts=(*INFO.facts[:-1], endless))
    screen = Size(800, 480)
    page = page_in("en", menu, screen)
    blocks = [item.part.block for item in page.placed if isinstance(item.part, Words)]
    assert [block.shortened for block in blocks if "no end" in block.lines[0]] == [True]
    assert sum(block.shortened for block in blocks) == 1
    assert any(block.lines == ("2 January 2026 \N{MIDDLE DOT} 03:04",) for block in blocks)
    assert page.placed[0].rect.bottom <= screen.height


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Painter, Size]]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    screen = Size(800, 480)
    canvas = SurfaceCanvas(screen)
    yield Painter(canvas, ASSETS), screen
    canvas.close()
    pygame.display.quit()


def grey(image: Image.Image) -> Image.Image:
    return image.convert("L")


def test_the_focus_is_seen_without_colours(painter: tuple[Painter, Size]) -> None:
    one = grey(paint(*painter, Scene(current=PHOTO, menu=MENU)))
    other = grey(paint(*painter, Scene(current=PHOTO, menu=evolve(MENU, focus=Entry.SLEEP))))
    box = ImageChops.difference(one, other).getbbox()
    assert box is not None
    assert ImageChops.difference(one, other).getextrema()[1] > 30  # type: ignore[operator]
    rects = {entry: rect for rect, entry in page_in("en", MENU, painter[1]).choices}
    assert box[1] >= rects[Entry.HIDE].y
    assert box[3] <= rects[Entry.SLEEP].bottom


def test_the_painter_says_which_line_is_under_the_finger_and_none_once_the_menu_is_closed(
    painter: tuple[Painter, Size],
) -> None:
    paint(*painter, Scene(current=PHOTO, menu=MENU))
    screen = painter[1]
    for rect, entry in page_in("en", MENU, screen).choices:
        for x, y in ((rect.x, rect.y), (rect.right - 1, rect.bottom - 1)):
            assert painter[0].entry_at((x + 0.5) / screen.width, (y + 0.5) / screen.height) is entry
    assert painter[0].entry_at(0.01, 0.5) is None
    assert painter[0].entry_at(1.0, 1.0) is None
    paint(*painter, Scene(current=PHOTO))
    assert painter[0].entry_at(0.5, 0.5) is None


def test_behind_the_menu_the_picture_is_darker_and_it_is_itself_again_afterwards(
    painter: tuple[Painter, Size],
) -> None:
    before = paint(*painter, Scene(current=PHOTO))
    below = paint(*painter, Scene(current=PHOTO, menu=MENU))
    corner = (2, painter[1].height // 2)
    assert sum(below.getpixel(corner)) < 0.7 * sum(before.getpixel(corner))  # type: ignore[arg-type]
    after = paint(*painter, Scene(current=PHOTO))
    assert after.tobytes() == before.tobytes()


def test_without_a_photograph_the_menu_lies_on_paper(painter: tuple[Painter, Size]) -> None:
    picture = paint(*painter, Scene(menu=Menu((Choice(Entry.CLOSE, "Close"),), Entry.CLOSE)))
    assert picture.getpixel((0, 0)) != (0, 0, 0)
