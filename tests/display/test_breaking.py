from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.display import breaking

PICKER = "https://photos.google.com/picker/3f2b8c1e-57a4-4d0c-9a54-0c1d2e3f4a5b"

addresses = st.text(st.sampled_from("abcW0-/?&=.\u0301"), max_size=120)


def at_most(letters: int) -> Callable[[str], bool]:
    return lambda part: len(part) <= letters


@given(addresses, st.integers(1, 40))
def test_lines_fit_and_not_one_letter_is_lost_or_added(text: str, letters: int) -> None:
    lines = breaking.anywhere(text, at_most(letters))
    assert "".join(lines) == text
    assert all(len(line) <= letters for line in lines)


@given(addresses, st.integers(1, 40), st.sampled_from([breaking.SLASH, breaking.SIGNS]))
def test_a_strict_break_is_after_a_sign_or_not_at_all(text: str, letters: int, signs: str) -> None:
    lines = breaking.after(signs, text, at_most(letters))
    if lines is not None:
        assert "".join(lines) == text
        assert all(len(line) <= letters for line in lines)
        assert all(line[-1] in signs for line in lines[:-1])


@given(st.lists(st.text(st.sampled_from("abc"), min_size=1, max_size=9), min_size=1, max_size=12))
def test_no_line_ends_in_a_hyphen(parts: list[str]) -> None:
    text = "-".join(parts)
    for letters in range(2, 20):
        assert not any(line.endswith("-") for line in breaking.anywhere(text, at_most(letters))[:-1])


@pytest.mark.parametrize(
    ("signs", "letters", "lines"),
    [
        (breaking.SLASH, 40, ["https://photos.google.com/picker/", PICKER[33:]]),
        (breaking.SLASH, 36, ["https://photos.google.com/picker/", PICKER[33:]]),
        (breaking.SLASH, 30, None),
        (breaking.SIGNS, 30, None),
    ],
)
def test_an_address_breaks_behind_its_slashes(signs: str, letters: int, lines: list[str] | None) -> None:
    assert breaking.after(signs, PICKER, at_most(letters)) == lines


def test_an_address_breaks_behind_the_signs_of_its_query() -> None:
    text = "https://example.com/device?user_code=ABCD&lang=en"
    assert breaking.after(breaking.SIGNS, text, at_most(29)) == [
        "https://example.com/device?",
        "user_code=ABCD&lang=en",
    ]


def test_the_slashes_of_the_scheme_stay_with_the_host() -> None:
    assert breaking.after(breaking.SLASH, "https://example.com", at_most(12)) is None
    assert breaking.anywhere("https://example.com", at_most(12)) == ["https://exam", "ple.com"]


def test_where_it_may_be_anywhere_a_slash_is_best_and_then_the_place_before_a_hyphen() -> None:
    assert breaking.anywhere(PICKER, at_most(34)) == [
        "https://photos.google.com/picker/",
        "3f2b8c1e-57a4-4d0c-9a54",
        "-0c1d2e3f4a5b",
    ]


def test_a_mark_stays_with_its_letter() -> None:
    assert breaking.anywhere("abce\u0301fgh", at_most(4)) == ["abc", "e\u0301fg", "h"]
