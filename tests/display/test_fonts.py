"""Needs fonts-noto-core and fonts-noto-cjk, which kiosk/system/debian.py names for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.display import opentype, scripts
from kiosk.display.fonts import Face, FontBook, coverage, lacking, load, system_font
from kiosk.display.opentype import Coverage
from kiosk.display.theme import Weight
from tests.screens import ASSETS

BOOK = FontBook(ASSETS)


@pytest.mark.parametrize("name", ["Inter-Regular.otf", "InterDisplay-SemiBold.otf"])
def test_the_cmap_of_a_bundled_font_is_read(name: str) -> None:
    covered = coverage(Face(ASSETS / "fonts" / name))
    assert all(letter in covered for letter in "AZaz09ÄßéЖя…“”ĞışğẾợữĐђҐїєŻąłñ")
    assert not any(letter in covered for letter in "صশท漢")


@pytest.mark.parametrize("content", [b"", b"OTTO", b"\x00\x01\x00\x00\x00\x05", b"ttcf" + b"\xff" * 30])
def test_a_file_that_is_no_font_covers_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.ttf"
    path.write_bytes(content)
    assert "A" not in opentype.coverage(path)
    assert "A" not in opentype.coverage(tmp_path / "missing.ttf")
    assert "A" not in opentype.coverage(ASSETS / "fonts" / "Inter-Regular.otf", index=3)
    assert not any(opentype.families(path))


def test_the_ends_of_a_range_belong_to_it() -> None:
    covered = Coverage((65, 97), (70, 122))
    assert [letter in covered for letter in "@AFGaz{"] == [False, True, True, False, True, True, False]


@pytest.mark.parametrize(("tag", "name"), [("ja", "JP"), ("ko", "KR"), ("zh_Hans", "SC"), ("zh_Hant", "TC")])
@pytest.mark.parametrize("weight", Weight)
def test_each_language_of_han_gets_the_face_of_its_own_shapes(tag: str, name: str, weight: Weight) -> None:
    for letter in scripts.SAMPLES[tag]:
        face = system_font(letter, weight, tag)
        assert face is not None
        assert load(face, 20).getname()[0] == f"Noto Sans CJK {name}"


def test_one_letter_has_another_shape_in_japan_than_in_china() -> None:
    shapes = set()
    for tag in scripts.FACES:
        face = system_font("骨", Weight.REGULAR, tag)
        assert face is not None
        shapes.add(bytes(load(face, 60).getmask("骨")))
    assert len(shapes) >= 2


@pytest.mark.parametrize("tag", scripts.SAMPLES)
def test_titles_stay_heavier_than_text_in_every_script(tag: str) -> None:
    letter = scripts.SAMPLES[tag][0]
    regular, medium, heavy = (system_font(letter, weight, tag) for weight in Weight)
    assert regular is not None and medium is not None and heavy is not None
    assert heavy.path != regular.path
    assert "Bold" not in medium.path.name


@pytest.mark.parametrize("tag", scripts.SAMPLES)
def test_this_machine_lacks_the_font_of_no_language(tag: str) -> None:
    assert lacking(tag) == ()


def test_without_its_font_a_language_lacks_its_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.display.fonts.system_font", lambda *_: None)
    assert [script.name for script in lacking("ja")] == ["Han", "kana"]
    assert [(script.name, script.package) for script in lacking("th")] == [("Thai", "fonts-noto-core")]
    assert lacking("de") == ()


def test_a_letter_that_no_font_has_has_no_face() -> None:
    assert system_font("\U0010fffd", Weight.REGULAR) is None
    assert BOOK.face("\U0010fffd", "Inter", Weight.REGULAR) is None
    assert BOOK.face("A", "Inter", Weight.REGULAR) == BOOK.bundled("Inter", Weight.REGULAR)


def test_letters_of_a_script_with_small_bodies_are_drawn_larger() -> None:
    face = system_font("س", Weight.REGULAR, "ar")
    assert face is not None
    assert load(face, 40).size == 44
