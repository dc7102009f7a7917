from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.display.fonts import FontBook
from kiosk.display.text import Block, Typesetter, has_raqm
from kiosk.display.theme import THEME
from tests.screens import ASSETS

BOOK = FontBook(ASSETS)
SETTER = Typesetter(BOOK)
RIGHT_TO_LEFT = Typesetter(BOOK, "ar", rtl=True)
INK = (255, 255, 255)
ARABIC = "صورك على هذه الشاشة"
HEBREW = "התמונות שלך"

words = st.lists(st.text(st.sampled_from("abcdefgh ij-/.WÄß"), min_size=1, max_size=14), max_size=12).map(
    " ".join
)


def ink(block: Block, width: int, align: float) -> tuple[int, int, int, int]:
    box = SETTER.draw(block, INK, width, align).getchannel("A").getbbox()
    assert box is not None
    return box


def test_these_tests_see_raqm() -> None:
    assert has_raqm()


@given(words, st.integers(40, 600), st.booleans())
def test_lines_fit_the_width_and_no_letter_is_lost(text: str, width: int, balance: bool) -> None:
    block = SETTER.set(text, THEME.body, 16, width, balance=balance)
    assert "".join("".join(block.lines).split()) == "".join(text.split())
    for line in block.lines:
        assert SETTER.measure(line, THEME.body, 16) <= width or len(line) == 1


@given(words.filter(str.strip), st.integers(80, 600))
def test_balancing_never_adds_a_line(text: str, width: int) -> None:
    plain = SETTER.set(text, THEME.body, 16, width)
    assert len(SETTER.set(text, THEME.body, 16, width, balance=True).lines) == len(plain.lines)


def test_balanced_lines_leave_no_word_alone() -> None:
    text = "Scan this code with your phone, or open the address and type the code."
    width = round(SETTER.measure(text.removesuffix(" code."), THEME.body, 20)) + 1
    assert SETTER.set(text, THEME.body, 20, width).lines[-1] == "code."
    assert len(SETTER.set(text, THEME.body, 20, width, balance=True).lines[-1].split()) > 4


def test_ink_stays_within_the_bleed() -> None:
    for text in ("Ägypten gjpqy", ARABIC, "ที่นี่", "আমাদের ছবি", HEBREW):
        block = SETTER.set(text, THEME.body, 40, 600)
        image = SETTER.draw(block, INK, 600, 0.0)
        box = ink(block, 600, 0.0)
        assert box[0] > 0 and box[1] > 0 and box[2] < image.width and box[3] < image.height


@pytest.mark.parametrize(
    ("text", "in_english", "in_arabic"),
    [
        ("abc", False, False),
        (ARABIC, True, True),
        ("12 " + HEBREW, True, True),
        ("Google " + ARABIC, False, True),
        (ARABIC + " Google", False, True),
        ("12:30", False, True),
        ("", False, True),
    ],
)
def test_the_language_decides_the_direction_of_what_is_not_wholly_the_other_way(
    text: str, in_english: bool, in_arabic: bool
) -> None:
    assert SETTER.set(text, THEME.body, 20, 900).rtl is in_english
    assert RIGHT_TO_LEFT.set(text, THEME.body, 20, 900).rtl is in_arabic


def test_alignment_puts_the_ink_left_middle_or_right() -> None:
    block = SETTER.set("Photos", THEME.body, 20, 400)
    left, middle, right = (ink(block, 400, align) for align in (0.0, 0.5, 1.0))
    assert left[0] <= block.bleed + 3
    assert right[2] >= 400 + block.bleed - 3
    assert abs((middle[0] + middle[2]) / 2 - (200 + block.bleed)) <= 2


def test_capitals_stand_in_the_middle_of_their_line() -> None:
    block = SETTER.set("HEH", THEME.body, 60, 400)
    top, bottom = ink(block, 400, 0.0)[1], ink(block, 400, 0.0)[3]
    assert abs((top + bottom) / 2 - (block.height / 2 + block.bleed)) <= 1.5


def test_a_shortened_text_ends_in_an_ellipsis_and_fits() -> None:
    block = SETTER.set("one two three four five six seven eight nine ten", THEME.body, 20, 120)
    short = SETTER.shorten(block, 2)
    assert len(short.lines) == 2
    assert short.lines[0] == block.lines[0]
    assert short.lines[1].endswith("\u2026")
    assert SETTER.measure(short.lines[1], THEME.body, 20) <= 120
    assert short.shortened and not block.shortened
    assert SETTER.shorten(block, 99) is block


def address(text: str, pixels: int, width: int, *, floor: int = 16, least: int = 12) -> Block:
    return SETTER.set_address(text, THEME.address, pixels, width, floor=floor, least=least)


def test_a_short_address_keeps_its_size_and_one_that_nearly_fits_shrinks_a_little() -> None:
    short = address("https://a.example", 30, 600)
    assert (short.pixels, len(short.lines)) == (30, 1)
    nearly = "https://www.example.com/device/of/yours"
    width = round(SETTER.measure(nearly, THEME.address, 28)) + 1
    assert (address(nearly, 30, width).pixels, address(nearly, 30, width).lines) == (28, (nearly,))


def test_a_long_address_breaks_after_a_slash_before_it_becomes_small() -> None:
    block = address("https://photos.google.com/picker/3f2b8c1e-57a4-4d0c-9a54-0c1d2e3f4a5b", 30, 700)
    assert block.pixels == 30
    assert block.lines == ("https://photos.google.com/picker/", "3f2b8c1e-57a4-4d0c-9a54-0c1d2e3f4a5b")


def test_one_line_is_better_than_a_break_that_is_not_behind_a_slash() -> None:
    text = "https://" + "W" * 40
    width = round(SETTER.measure(text, THEME.address, 20))
    assert address(text, 30, width).lines == (text,)


@pytest.mark.parametrize("width", [200, 260, 400, 700])
def test_an_address_goes_below_its_floor_only_where_three_lines_do_not_hold_it(width: int) -> None:
    text = "https://photos.google.com/picker/" + "0123456789" * 5
    block = address(text, 30, width)
    three_hold_it = SETTER.measure(text, THEME.address, 16) < 2.2 * width
    assert (block.pixels >= 16) is three_hold_it
    assert len(block.lines) <= 3 or block.pixels == 12


@pytest.mark.parametrize(
    "text", ["W" * 40, "https://photos.google.com/picker/" + "0123456789abcdef-" * 6, "W" * 200]
)
@pytest.mark.parametrize("width", [120, 300, 900])
def test_no_letter_of_an_address_or_a_code_is_ever_left_out(text: str, width: int) -> None:
    for block in (
        address(text, 34, width),
        SETTER.set_code(text, THEME.address, 34, width, least=12),
    ):
        assert "".join(block.lines) == text
        assert all(SETTER.measure(line, THEME.address, block.pixels) <= width for line in block.lines)


def test_tracking_makes_a_code_wider_but_adds_no_letter() -> None:
    code = SETTER.set_code("ABCD-EFGH", THEME.code, 60, 900, least=12)
    assert code.lines == ("ABCD-EFGH",)
    tight = SETTER.measure("ABCD-EFGH", THEME.address, 60)
    assert SETTER.measure("ABCD-EFGH", THEME.code, 60) > tight * 1.03
    box = ink(code, 900, 0.0)
    assert abs(box[2] - box[0] - code.width) <= 8


def test_figures_of_a_countdown_have_one_width() -> None:
    widths = {round(SETTER.measure(f"{n}{n} minutes", THEME.small, 24), 3) for n in range(10)}
    assert len(widths) == 1


def test_letters_that_look_alike_differ_in_a_code() -> None:
    shapes = {
        SETTER.draw(SETTER.set(letter, THEME.code, 60, 100), INK, 100, 0.0).tobytes() for letter in "Il1O0"
    }
    assert len(shapes) == 5


def test_mixed_directions_are_set_from_the_right() -> None:
    block = RIGHT_TO_LEFT.set(HEBREW + " Google Photos", THEME.body, 30, 900)
    assert block.rtl
    both = RIGHT_TO_LEFT.draw(block, INK, 900, 1.0).getchannel("A")
    alone = RIGHT_TO_LEFT.draw(RIGHT_TO_LEFT.set(HEBREW, THEME.body, 30, 900), INK, 900, 1.0).getchannel("A")
    # The right part, the Hebrew one, looks as if it stood alone.
    start = round(900 - SETTER.measure(HEBREW, THEME.body, 30)) + block.bleed + 4
    edge = (start, 0, both.width, both.height)
    assert both.crop(edge).tobytes() == alone.crop(edge).tobytes()
