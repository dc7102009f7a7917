# ruff: noqa: RUF001 -- full-width marks are what this is about

from __future__ import annotations

import pytest
from attrs import evolve

from kiosk.display import pen
from kiosk.display.fonts import FontBook
from kiosk.display.runs import Hand
from kiosk.display.text import Typesetter
from kiosk.display.theme import THEME, Weight
from tests.screens import ASSETS

INK = (255, 255, 255)
HAND = Hand(FontBook(ASSETS), "Inter", Weight.REGULAR, "ja", rtl=False)
BODY = THEME.body


def width(text: str, hand: Hand = HAND) -> float:
    return pen.measure(text, hand, BODY, 100)


@pytest.mark.parametrize(
    ("text", "halves"),
    [("写）。", 1), ("、「写", 1), ("「「写", 1), ("」」」", 2), ("写、写", 0), ("「写」", 0), ("写「写", 0)],
)
def test_of_two_full_width_marks_in_a_row_one_gives_up_its_blank_half(text: str, halves: int) -> None:
    assert width(text) == pytest.approx(100 * len(text) - 50 * halves, abs=1)


def test_the_language_chooses_among_the_shapes_of_one_letter() -> None:
    shapes = set()
    for tag in ("ja", "zh_Hans", "zh_Hant"):
        setter = Typesetter(FontBook(ASSETS), tag)
        image = setter.draw(setter.set("骨直角", BODY, 60, 400), INK, 400, 0.0)
        shapes.add(image.tobytes())
    assert len(shapes) == 3


def test_what_only_steers_takes_no_room() -> None:
    assert width("写\u200b真\u2060\u2068枠\u2069") == width("写真枠")
    thai = evolve(HAND, tag="th")
    assert width("เลือก\u200bรูปภาพ", thai) == pytest.approx(width("เลือกรูปภาพ", thai), abs=1)


def test_without_raqm_joiners_are_left_out_and_all_text_is_still_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pen, "has_raqm", lambda: False)
    # Nothing that was measured with RAQM may be remembered here, nor the other way round.
    pen.measure.cache_clear()
    try:
        assert width("a\u200db\ufe0f") == width("ab")
        assert width("写真") == 200
    finally:
        pen.measure.cache_clear()


def test_lines_of_tall_scripts_stand_further_apart_and_latin_ones_do_not() -> None:
    plain, thai, vietnamese = (
        Typesetter(FontBook(ASSETS), tag).set("Photos", THEME.title, 60, 900).leading
        for tag in ("de", "th", "vi")
    )
    assert plain == 60 * THEME.title.leading < vietnamese < thai


def test_a_shortened_text_loses_no_half_of_a_letter() -> None:
    setter = Typesetter(FontBook(ASSETS), "th")
    block = setter.set("ที่นี่\u200bที่นี่\u200bที่นี่\u200bที่นี่", BODY, 40, 150)
    for lines in range(1, len(block.lines)):
        last = setter.shorten(block, lines).lines[-1]
        assert last.endswith("\u2026")
        assert last[:-1] in ("", "ที่", "ที่นี่") or last[:-1].replace("\u200b", "").startswith("ที่นี่")
