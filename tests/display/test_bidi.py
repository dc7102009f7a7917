"""Order of mixed lines. References: UAX #9's own examples, and what RAQM makes of a whole line in one font."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from kiosk.display import bidi
from kiosk.display.fonts import Face, FontBook, load
from kiosk.display.runs import STEERING, Hand, Run, runs
from kiosk.display.theme import Weight
from tests.screens import ASSETS

HAND = Hand(FontBook(ASSETS), "Inter", Weight.REGULAR, "ar", rtl=True)
FSI, PDI = "\u2068", "\u2069"
ONE_FONT_FOR_ALL = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
ALL_LETTERS = Face(ONE_FONT_FOR_ALL)


@frozen
class Letter:
    text: str
    level: int


def shown(line: str, *, rtl: bool) -> str:
    """The letters from left to right, as they stand on the screen (without mirrored brackets)."""
    found = runs(line, evolve(HAND, rtl=rtl))
    return "".join(run.text[::-1] if run.rtl else run.text for run in bidi.visual(found))


def test_levels_are_put_in_order_from_the_highest_down() -> None:
    # UAX #9, section 3.4, rule L2, its second, third and fourth example.
    for text, levels, order in (
        ("car means CAR.", "00000000001110", "car means RAC."),
        ("car MEANS CAR.", "22211111111111", ".RAC SNAEM car"),
        ('he said "car MEANS CAR."', "000000000222111111111100", 'he said "RAC SNAEM car."'),
    ):
        parts = [Letter(letter, int(level)) for letter, level in zip(text, levels, strict=True)]
        assert "".join(part.text for part in bidi.visual(parts)) == order


@pytest.mark.parametrize(
    ("line", "rtl", "order"),
    [
        ("abc אבג def", False, "abc גבא def"),
        ("אבג abc דהו", True, "והד abc גבא"),
        ("אבג abc דהו 123", True, "123 והד abc גבא"),
        ("אבג 12:30", True, "12:30 גבא"),
        ("Google Photos אבג", True, "גבא Google Photos"),
        ("Google אבג", False, "Google גבא"),
        ("אבג!", True, "!גבא"),
        ("אבג!", False, "גבא!"),
        (f"אבג {FSI}/etc/kiosk.toml{PDI} דהו", True, "והד /etc/kiosk.toml גבא"),
        (f"אבג {FSI}kiosk sign-in{PDI}.", True, ".kiosk sign-in גבא"),
        (f"ab {FSI}אבג 1{PDI} 2", False, "ab 1 גבא 2"),
    ],
)
def test_a_mixed_line_has_the_order_of_uax_9(line: str, rtl: bool, order: str) -> None:
    assert shown(line, rtl=rtl) == order


@pytest.mark.parametrize("address", ["https://www.google.com/device?user_code=ABCD-1234&x=1", "GQVQ-JKEC"])
def test_an_isolated_address_is_unaltered_among_arabic(address: str) -> None:
    line = f"افتح {FSI}{address}{PDI} على هاتفك"
    assert address in shown(line, rtl=True)


def font() -> ImageFont.FreeTypeFont:
    return load(ALL_LETTERS, 24)


def ours(line: str, *, rtl: bool) -> Image.Image:
    """The line cut where the direction changes, and put together again."""
    levels = bidi.levels(line, rtl=rtl)
    cut = [Run(ALL_LETTERS, "".join(letters), level) for level, letters in grouped(line, levels)]
    image = Image.new("L", (1200, 80))
    x = 10.0
    for run in bidi.visual(cut):
        way = "rtl" if run.rtl else "ltr"
        ImageDraw.Draw(image).text(
            (round(x), 50), run.text, fill=255, font=font(), anchor="ls", direction=way
        )
        x += font().getlength(run.text, direction=way)
    return image


def grouped(line: str, levels: tuple[int, ...]) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    for letter, level in zip(line, levels, strict=True):
        if not found or found[-1][0] != level:
            found.append((level, []))
        found[-1][1].append(letter)
    return found


pieces = st.sampled_from(
    ["photos", "kiosk 2", "صورك", "شاشة", "אבג", "12", "١٢", "3.5", "(", ")", ",", "!", "-"]
)


@pytest.mark.skipif(not ONE_FONT_FOR_ALL.is_file(), reason="fonts-dejavu-core is not installed")
@given(st.lists(pieces, min_size=1, max_size=8).map(" ".join), st.booleans())
def test_runs_stand_as_raqm_alone_would_put_them(line: str, rtl: bool) -> None:
    whole = Image.new("L", (1200, 80))
    way = "rtl" if rtl else "ltr"
    ImageDraw.Draw(whole).text((10, 50), line, fill=255, font=font(), anchor="ls", direction=way)
    # A run may lie a fraction of a pixel to the side of where kerning with its neighbour puts it.
    mine = ours(line, rtl=rtl)
    for one, other in ((mine, whole), (whole, mine)):
        beside = ImageChops.subtract(one, other.filter(ImageFilter.MaxFilter(5)))
        assert max(pixel for pixel, count in enumerate(beside.histogram()) if count) < 100


@given(
    st.text(st.sampled_from("ab12אבصش\u0661 ().,\u2066\u2067\u2068\u2069\u200f"), max_size=24), st.booleans()
)
def test_levels_lie_on_either_side_of_the_direction_and_no_letter_is_lost(text: str, rtl: bool) -> None:
    levels = bidi.levels(text, rtl=rtl)
    assert len(levels) == len(text)
    assert all(level >= int(rtl) for level in levels)
    kept = [letter for letter in text if letter not in STEERING]
    assert sorted(shown(text, rtl=rtl)) == sorted(kept)


@pytest.mark.parametrize("rtl", [False, True])
def test_without_the_library_all_letters_run_one_way(rtl: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bidi, "LIBRARY", "libno-such-thing.so.0")
    assert set(bidi.levels("abc אבג 12", rtl=rtl)) == {int(rtl)}
