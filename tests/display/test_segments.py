from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.display.segments import ZWSP, fine, isolated, segments
from kiosk.display.wrapping import balanced, wrapped

FSI, PDI = "\u2068", "\u2069"

texts = st.text(
    st.sampled_from("ab ก\u0e31 写真っー。「」、ZW\u200b\u00a0\u202f-/한국 صور\u2068\u2069"), max_size=60
)


def letters(text: str) -> float:
    return float(len(text))


@given(texts)
def test_segments_are_the_whole_text(text: str) -> None:
    assert "".join(segments(text)) == text
    assert "".join(fine(text)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one two", ["one ", "two"]),
        ("10\u00a0MB left", ["10\u00a0MB ", "left"]),
        ("Photos\u202f! Oui", ["Photos\u202f! ", "Oui"]),
        ("เลือก\u200bรูปภาพ\u200bของคุณ", ["เลือก\u200b", "รูปภาพ\u200b", "ของคุณ"]),
        ("사진을 선택하세요", ["사진을 ", "선택하세요"]),
        ("اختر صورك", ["اختر ", "صورك"]),
        ("写真を", ["写", "真", "を"]),
        ("写真。次", ["写", "真。", "次"]),
        ("「写真」を", ["「写", "真」", "を"]),
        ("写真をコピー中", ["写", "真", "を", "コピー", "中"]),
        ("「Google」を", ["「Google」", "を"]),
        ("12枚の", ["12", "枚", "の"]),
        ("写真を\u200b選ぶ。次に", ["写真を\u200b", "選ぶ。", "次に"]),
        ("用“kiosk sign-in”运行", ["用", "“kiosk sign-in”", "运", "行"]),
        ("from Google Photos to Google here", ["from ", "Google Photos ", "to ", "Google ", "here"]),
        ("", []),
    ],
)
def test_lines_may_end_where_their_language_lets_them(text: str, parts: list[str]) -> None:
    assert segments(text) == tuple(parts)


def test_a_piece_too_wide_for_a_line_is_cut_at_its_joints_first() -> None:
    assert fine("Google-Fotos-Konto") == ("Google-", "Fotos-", "Konto")
    assert fine("Google Photos") == ("Google ", "Photos")
    assert fine("und/oder") == ("und/", "oder")
    assert fine("-x--y/.z") == ("-x--y/.z",)
    assert fine("チェックー") == ("チェッ", "クー")
    assert wrapped("Google-Fotos-Konto", letters, 13) == ["Google-Fotos-", "Konto"]
    assert wrapped("a Donaudampfschiff", letters, 8) == ["a", "Donaudam", "pfschiff"]


def test_phrases_that_a_translator_marked_stay_whole_where_they_fit() -> None:
    assert wrapped("この写真を\u200b選んで\u200bください", letters, 7) == ["この写真を", "選んで", "ください"]
    assert wrapped("この写真を\u200b選んで", letters, 3) == ["この写", "真を", "選んで"]


@given(texts, st.integers(4, 30))
def test_no_line_starts_or_ends_with_what_must_not(text: str, width: int) -> None:
    for line in wrapped(text, letters, width)[1:]:
        assert not line.startswith(ZWSP)
    lines = wrapped("写真っー。「枠」、" * 5, letters, width)
    assert not any(line[0] in "っー。」、" for line in lines)
    assert not any(line[-1] == "「" for line in lines)


@given(texts, st.integers(4, 30))
def test_balancing_keeps_every_letter_and_adds_no_line(text: str, width: int) -> None:
    plain, even = wrapped(text, letters, width), balanced(text, letters, width, 1)
    assert len(even) <= len(plain)
    strip = {ord(letter): None for letter in " \u00a0\u202f\u200b"}
    assert "".join(even).translate(strip) == text.translate(strip)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Left: the left. Right: the right. Both.", ["Left: the left.", "Right: the right. Both."]),
        (
            "左边那张照片。右边那张照片。两张照片都隐藏再也不显示。",
            ["左边那张照片。右边那张照片。", "两张照片都隐藏再也不显示。"],
        ),
        # One of them would hang there alone, or is too long for a line, or asks for a line more: as ever.
        ("Every photo is here. No.", ["Every photo", "is here. No."]),
        (
            "One. The next is much longer than a line has room.",
            ["One. The next is", "much longer than", "a line has room."],
        ),
        (
            "Aaa bbb ccc ddd. Eee fff ggg. Hhh iii jjj kkk.",
            ["Aaa bbb ccc ddd.", "Eee fff ggg.", "Hhh iii jjj kkk."],
        ),
    ],
)
def test_sentences_have_lines_of_their_own_where_that_costs_none(text: str, lines: list[str]) -> None:
    assert balanced(text, letters, 23, 1) == lines


def test_an_isolate_that_a_line_break_cuts_is_closed_and_opened_again() -> None:
    assert isolated([f"a {FSI}b", f"c{PDI} d"]) == [f"a {FSI}b{PDI}", f"{FSI}c{PDI} d"]
    assert isolated([f"{FSI}a \u2066b", "c", f"d{PDI}{PDI}e{PDI}"]) == [
        f"{FSI}a \u2066b{PDI}{PDI}",
        f"{FSI}\u2066c{PDI}{PDI}",
        f"{FSI}\u2066d{PDI}{PDI}e{PDI}",
    ]
    assert isolated(["plain", "lines"]) == ["plain", "lines"]
