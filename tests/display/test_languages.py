"""Every screen in every language at every size: a seeded sample here, all of it with KIOSK_TEST_ALL=1.

The full run leaves a contact sheet for each language in build/languages, for people to look at.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from attrs import evolve
from PIL import Image

from kiosk.core.model import Rect, Size
from kiosk.core.scene import Scene
from kiosk.display.fonts import FontBook
from kiosk.display.painter import Painter
from kiosk.display.parts import Placed, Words
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.text import Block, Typesetter
from kiosk.display.theme import THEME, Colour
from kiosk.language import ALL, language
from tests import languages
from tests.languages import (
    ON_PICTURES,
    SIZES,
    WITH_WORDS,
    drawing_faults,
    faults,
    laid_out,
    letter_faults,
)
from tests.screens import ASSETS, PICKING, paint

LANDSCAPE, SMALL = Size(1920, 1080), Size(800, 480)
SHEETS = Path(__file__).resolve().parents[2] / "build" / "languages"
_DICE = random.Random("a sample of every language")
SAMPLE = {tag: [(name, _DICE.choice(SIZES)) for name in _DICE.sample(sorted(WITH_WORDS), 9)] for tag in ALL}
DRAWN = {tag: _DICE.sample(sorted(WITH_WORDS), 3) for tag in ALL}


def typesetter(tag: str) -> Typesetter:
    return Typesetter(FontBook(ASSETS), tag, language(tag).rtl)


def blocks(scene: Scene, tag: str, screen: Size) -> list[Block]:
    placed = laid_out(scene, language(tag), screen)
    return [item.part.block for item in placed if isinstance(item.part, Words)]


@pytest.mark.parametrize("tag", ALL)
def test_a_sample_of_the_screens_has_every_letter_and_every_word_in_its_place(tag: str) -> None:
    found = {(name, size): faults(WITH_WORDS[name], tag, size) for name, size in SAMPLE[tag]}
    assert {place: said for place, said in found.items() if said} == {}


@pytest.mark.parametrize("tag", ALL)
def test_in_a_sample_no_ink_is_cut_off_and_no_lines_touch(tag: str) -> None:
    setter = typesetter(tag)
    drawn = {block for name in DRAWN[tag] for block in blocks(WITH_WORDS[name], tag, SMALL)}
    assert [said for block in drawn for said in drawing_faults(block, setter)] == []


@pytest.mark.slow
@pytest.mark.parametrize("screen", SIZES, ids=lambda size: f"{size.width}x{size.height}")
@pytest.mark.parametrize("tag", ALL)
def test_every_screen_has_every_letter_and_every_word_in_its_place(tag: str, screen: Size) -> None:
    found = {name: faults(scene, tag, screen) for name, scene in WITH_WORDS.items()}
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.slow
@pytest.mark.parametrize("screen", [SMALL, LANDSCAPE], ids=lambda size: f"{size.width}x{size.height}")
@pytest.mark.parametrize("tag", ALL)
def test_on_no_screen_is_ink_cut_off_and_no_lines_touch(tag: str, screen: Size) -> None:
    setter = typesetter(tag)
    drawn = {block for scene in WITH_WORDS.values() for block in blocks(scene, tag, screen)}
    assert [said for block in drawn for said in drawing_faults(block, setter)] == []


def on_pictures(tag: str, screen: Size, monkeypatch: pytest.MonkeyPatch) -> set[Block]:
    """The blocks that the painter draws for what stands on pictures."""
    drawn: set[Block] = set()
    really = Typesetter.draw

    def seen(setter: Typesetter, block: Block, colour: Colour, width: int, align: float) -> Image.Image:
        drawn.add(block)
        return really(setter, block, colour, width, align)

    monkeypatch.setattr(Typesetter, "draw", seen)
    canvas = SurfaceCanvas(screen)
    painter = Painter(canvas, ASSETS, voice=language(tag))
    for scene in ON_PICTURES.values():
        paint(painter, screen, scene)
    canvas.close()
    monkeypatch.undo()
    return drawn


def faults_on_pictures(tag: str, screen: Size, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    setter = typesetter(tag)
    drawn = on_pictures(tag, screen, monkeypatch)
    assert len(drawn) >= 4
    return [
        said for block in drawn for said in (*letter_faults(block, setter), *drawing_faults(block, setter))
    ]


@pytest.mark.usefixtures("no_screen")
@pytest.mark.parametrize("tag", ["ar", "de", "th", "zh_Hant"])
def test_the_words_on_pictures_have_every_letter_and_are_whole(
    tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faults_on_pictures(tag, SMALL, monkeypatch) == []


@pytest.mark.slow
@pytest.mark.usefixtures("no_screen")
@pytest.mark.parametrize(
    "screen", [SMALL, LANDSCAPE, SIZES[-1]], ids=lambda size: f"{size.width}x{size.height}"
)
@pytest.mark.parametrize("tag", ALL)
def test_in_every_language_the_words_on_pictures_are_whole(
    tag: str, screen: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faults_on_pictures(tag, screen, monkeypatch) == []


@pytest.mark.slow
@pytest.mark.usefixtures("no_screen")
@pytest.mark.parametrize("tag", ALL)
def test_a_contact_sheet_of_each_language_is_kept_for_looking_at(tag: str) -> None:
    SHEETS.mkdir(parents=True, exist_ok=True)
    sheet = languages.sheet(tag)
    sheet.save(SHEETS / f"{tag}.png")
    assert len(sheet.getcolors() or ()) > 100


def test_the_judges_see_a_letter_without_a_font_a_lost_text_and_a_shortened_one() -> None:
    scene = Scene(card=evolve(PICKING, title="\U0010fffd"))
    assert any("no font" in said for said in faults(scene, "en", LANDSCAPE))
    scene = Scene(card=evolve(PICKING, body="word " * 400))
    said = faults(scene, "en", SMALL)
    assert any("not there" in each for each in said) and any("shortened" in each for each in said)
    scene = Scene(card=evolve(PICKING, title="W" * 60))
    assert any("a word is cut" in each for each in faults(scene, "en", SMALL))


def test_the_judges_see_parts_that_lie_on_each_other_or_beside_the_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    block = typesetter("en").set("Photos", THEME.body, 20, 200)
    words = Words(block, THEME.ink, block.width, 0.0)
    for places, said in (
        ([words.at(10, 10), words.at(20, 15)], "lies on"),
        ([words.at(10, 475)], "beside"),
        ([words.at(-1, 10)], "beside"),
        ([Placed(words, Rect(790, 10, 60, 30))], "beside"),
    ):
        monkeypatch.setattr(languages, "laid_out", lambda *_, placed=places: placed)
        assert any(said in each for each in faults(Scene(), "en", SMALL))


def test_the_judges_see_ink_that_is_cut_off_and_lines_that_touch() -> None:
    setter = typesetter("th")
    block = setter.set("ที่ปู่\nกู้ญูปุ้", THEME.title, 60, 600)
    assert drawing_faults(block, setter) == []
    tight = evolve(block, type=evolve(block.type, leading=0.7), least_leading=0.0)
    assert any("touches" in said for said in drawing_faults(tight, setter))
    narrow = evolve(block, width=20)
    assert any("cut off" in said for said in drawing_faults(narrow, setter))
    assert any("nothing" in said for said in drawing_faults(evolve(block, lines=("",)), setter))
