"""Letters that this machine lacks are named with their package. It has them all (kiosk/system/debian.py, TEST)."""

from __future__ import annotations

import logging

import pytest

from kiosk.app.build import name_missing_fonts
from kiosk.config import LanguageTag
from kiosk.display import fonts
from kiosk.display.fonts import Face
from kiosk.display.theme import Weight
from kiosk.doctor import Verdict
from kiosk.doctor.fonts import letters


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Noto CJK and no Thai."""
    really = fonts.system_font

    def some(letter: str, weight: Weight, tag: str = "en") -> Face | None:
        face = really(letter, weight, tag)
        return None if face and ("CJK" in face.path.name or "Thai" in face.path.name) else face

    monkeypatch.setattr(fonts, "system_font", some)


@pytest.mark.parametrize("tag", [tag for tag in LanguageTag if tag is not LanguageTag.AUTO])
def test_a_machine_with_every_font_has_nothing_to_do(tag: LanguageTag) -> None:
    assert [check.verdict for check in letters(tag, {})] == [Verdict.OK]


@pytest.mark.usefixtures("without")
def test_the_language_of_the_screens_names_the_package_of_its_font() -> None:
    own, *_ = letters(LanguageTag("ja"), {})
    assert own.verdict is Verdict.WARN
    assert "Han and kana" in own.says and own.cure == "sudo apt install fonts-noto-cjk"
    assert letters(LanguageTag("th"), {})[0].cure == "sudo apt install fonts-noto-core"
    assert letters(LanguageTag.AUTO, {"LANG": "ko_KR.UTF-8"})[0].cure == "sudo apt install fonts-noto-cjk"


@pytest.mark.usefixtures("without")
def test_other_languages_are_a_note_and_no_fault() -> None:
    found = letters(LanguageTag("de"), {})
    assert all(check.verdict is Verdict.OK and not check.cure for check in found)
    cjk, core = sorted(check.says for check in found[1:])
    assert "fonts-noto-cjk" in cjk and "Japanese" in cjk and "Korean" in cjk
    assert core == "not here: Thai (Debian: fonts-noto-core)"


@pytest.mark.usefixtures("without")
def test_the_log_names_the_package_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        name_missing_fonts("de")
        assert caplog.messages == []
        name_missing_fonts("ko")
    assert caplog.messages == [
        "no font here has the letters of Hangul: install Debian's package fonts-noto-cjk"
    ]
