# ruff: noqa: RUF001 -- Persian is what this is about

from __future__ import annotations

import pytest
from attrs import evolve

from kiosk.display.fonts import FontBook
from kiosk.display.runs import STEERING, Hand, missing, runs
from kiosk.display.theme import Weight
from tests.screens import ASSETS

HAND = Hand(FontBook(ASSETS), "Inter", Weight.REGULAR, "en", rtl=False)


def families(text: str, tag: str = "en") -> list[tuple[str, str]]:
    return [(run.face.path.stem.split("-")[0], run.text) for run in runs(text, evolve(HAND, tag=tag))]


def test_a_fallback_font_has_the_letters_that_inter_lacks() -> None:
    assert families("Photos התמונות, ok") == [
        ("Inter", "Photos "),
        ("NotoSansHebrew", "התמונות"),
        ("Inter", ", ok"),
    ]


@pytest.mark.parametrize("steering", sorted(STEERING))
def test_what_only_steers_is_never_drawn(steering: str) -> None:
    assert "".join(run.text for run in runs(f"ab{steering}cd", HAND)) == "abcd"
    assert missing(f"ab{steering}cd", HAND) == ""


def test_joiners_and_variation_selectors_stay_with_their_letter() -> None:
    text = "क्\u200dष می\u200cخواهم ☺\ufe0f"
    assert "".join(run.text for run in runs(text, HAND)) == text
    assert missing(text, HAND) == ""
    assert families("می\u200cخواهم") == [("NotoSansArabic", "می\u200cخواهم")]


def test_a_mark_is_drawn_by_the_font_of_its_letter() -> None:
    assert families("a\u0301b") == [("Inter", "a\u0301b")]
    assert families("\u0e31") == [("NotoSansThai", "\u0e31")]
    assert families("a\u0e31") == [("Inter", "a"), ("NotoSansThai", "\u0e31")]
    assert families("a\U000e0100") == [("Inter", "a\U000e0100")]


def test_digits_are_inters_and_a_script_keeps_its_own_marks() -> None:
    assert families("写真12枚。「枠」", "ja") == [
        ("NotoSansCJK", "写真"),
        ("Inter", "12"),
        ("NotoSansCJK", "枚。「枠」"),
    ]


def test_a_quote_belongs_to_what_it_opens() -> None:
    assert families("Google “相册”", "zh_Hans") == [("Inter", "Google "), ("NotoSansCJK", "“相册”")]
    assert families("“相册”", "zh_Hans") == [("NotoSansCJK", "“相册”")]
    assert families("“Google”", "zh_Hans") == [("Inter", "“Google”")]


def test_a_letter_that_no_font_has_is_missing_and_still_drawn_by_somebody() -> None:
    text = "a\U0010fffdb\U0010fffd\U000e0100"
    assert missing(text, HAND) == "\U0010fffd\U0010fffd\U000e0100"
    assert {run.face for run in runs(text, HAND)} == {HAND.book.bundled("Inter", Weight.REGULAR)}
    assert missing("Photos صورك 照片 รูป", HAND) == ""
