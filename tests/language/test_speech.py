"""One language speaks: sentences by its catalog, plurals by its rule, dates and numbers by Babel."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from babel.messages.catalog import Catalog

from kiosk.core.message import counted, said
from kiosk.display.voice import Voice
from kiosk.language import ALL, TAGS, Language, catalogs, language, plurals
from kiosk.language.speech import GROUPED_FROM, OWN_DIGITS, RIGHT_TO_LEFT, ZEROS, _digits, compiled

ROOT = Path(__file__).parents[2]
AFTERNOON = datetime(2026, 3, 8, 15, 5, 59, tzinfo=timezone(timedelta(hours=-10)))
FSI, PDI = "\u2068", "\u2069"

TRANSLATED = {
    "Starting": "<starting>",
    "Sign in: {why}": "<{why} signs in>",
    "In {path}": "<in {path}>",
    "Adding {done}": "<{done} come in>",
}


def spoken(folder: Path, tag: str) -> Language:
    """The language with a small catalog of its own: a word in brackets for each sentence, ``0:5`` for 5 photos."""
    catalog = Catalog(locale=tag)
    catalog.mime_headers = [("Plural-Forms", plurals.header(tag))]
    for sentence, translation in TRANSLATED.items():
        catalog.add(sentence, translation)
    forms = tuple(f"{index}:{{count}}" for index in range(catalog.num_plurals))
    catalog.add(("{count} photo", "{count} photos"), forms)
    compiled(folder, tag).parent.mkdir(parents=True)
    compiled(folder, tag).write_bytes(catalogs.mo(catalog, tag))
    return language(tag, catalogs=folder)


def photos(count: int) -> str:
    return counted("{count} photo", "{count} photos", count)


def test_a_sentence_is_said_in_the_language(tmp_path: Path) -> None:
    german = spoken(tmp_path, "de")
    assert german.say(said("Starting")) == "<starting>"
    assert german.translated


def test_what_is_no_sentence_comes_back_as_it_is(tmp_path: Path) -> None:
    german = spoken(tmp_path, "de")
    assert german.say("Starting") == "Starting"
    assert german.say("{path} %s {") == "{path} %s {"
    assert german.say("") == ""


def test_a_sentence_inside_another_is_said_as_well(tmp_path: Path) -> None:
    assert spoken(tmp_path, "de").say(said("Sign in: {why}", why=said("Starting"))) == "<<starting> signs in>"


def test_values_are_never_taken_for_a_sentence_or_a_pattern(tmp_path: Path) -> None:
    german = spoken(tmp_path, "de")
    assert german.say(said("In {path}", path="Starting")) == "<in Starting>"
    assert german.say(said("In {path}", path="{done}")) == "<in {done}>"
    assert german.say(said("In {path}", path=Path("/etc"))) == "<in /etc>"


def test_a_sentence_without_a_translation_is_english(tmp_path: Path) -> None:
    german = spoken(tmp_path, "de")
    assert german.say(said("One moment")) == "One moment"
    assert german.say(counted("{count} minute", "{count} minutes", 1)) == "1 minute"
    assert german.say(counted("{count} minute", "{count} minutes", 5)) == "5 minutes"


@pytest.mark.parametrize(
    "broken", [None, b"", b"no catalog", b"\xde\x12\x04\x95\x00", b"\xde\x12\x04\x95" + b"\xff" * 40]
)
def test_a_catalog_that_is_missing_or_broken_leaves_the_screens_english(
    tmp_path: Path, broken: bytes | None
) -> None:
    file = compiled(tmp_path, "de")
    file.parent.mkdir(parents=True)
    if broken is not None:
        file.write_bytes(broken)
    german = language("de", catalogs=tmp_path)
    assert not german.translated
    assert german.say(photos(2)) == "2 photos"


def test_english_needs_no_catalog(tmp_path: Path) -> None:
    english = language("en", catalogs=tmp_path)
    assert english.translated
    assert [english.say(photos(count)) for count in (0, 1, 2)] == ["0 photos", "1 photo", "2 photos"]


# As the Unicode CLDR tells it, not as the code does: the form that each number takes.
PLURALS = {
    "ar": {0: (0,), 1: (1,), 2: (2,), 3: (3, 10, 103), 4: (11, 99, 111), 5: (100, 101, 102, 1000)},
    "ru": {0: (1, 21, 101), 1: (2, 4, 22), 2: (0, 5, 11, 12, 14, 25, 111)},
    "uk": {0: (1, 21, 101), 1: (2, 4, 22), 2: (0, 5, 11, 12, 14, 25, 111)},
    "pl": {0: (1,), 1: (2, 4, 22, 102), 2: (0, 5, 12, 14, 21, 101, 112)},
    "de": {0: (1,), 1: (0, 2, 21, 101)},
    "fr": {0: (0, 1), 1: (2, 21, 101)},
    "pt_BR": {0: (0, 1), 1: (2, 21)},
    "hi": {0: (0, 1), 1: (2, 21)},
    "tr": {0: (1,), 1: (0, 2)},
    "ja": {0: (0, 1, 2, 100)},
    "id": {0: (0, 1, 2, 100)},
}


@pytest.mark.parametrize("tag", PLURALS)
def test_each_number_takes_its_form(tmp_path: Path, tag: str) -> None:
    speaker = spoken(tmp_path, tag)
    for form, numbers in PLURALS[tag].items():
        assert {number: speaker.say(photos(number))[0] for number in numbers} == dict.fromkeys(
            numbers, str(form)
        )


@pytest.mark.parametrize("tag", TAGS)
def test_the_rule_in_the_catalog_tells_the_same_numbers_apart_as_the_cldr(tmp_path: Path, tag: str) -> None:
    speaker, full = spoken(tmp_path, tag), Locale.parse(tag).plural_form
    pairs = {(full(number), speaker.say(photos(number))[0]) for number in range(1200)}
    assert len(pairs) == len({form for form, _ in pairs}) == len({index for _, index in pairs})
    assert len(pairs) == len(plurals.examples(tag))


def test_the_examples_are_of_the_form_that_they_stand_at(tmp_path: Path) -> None:
    for tag in TAGS:
        speaker = spoken(tmp_path, tag)
        for index, numbers in enumerate(plurals.examples(tag)):
            assert {speaker.say(photos(number))[0] for number in numbers} == {str(index)}, tag


def test_numbers_stand_as_they_do_in_the_language() -> None:
    told = {tag: language(tag).number(1234567) for tag in ("en", "de", "fr", "hi", "bn", "pl")}
    assert told == {
        "en": "1,234,567",
        "de": "1.234.567",
        "fr": "1\u202f234\u202f567",
        "hi": "12,34,567",
        "bn": "১২,৩৪,৫৬৭",
        "pl": "1\u00a0234\u00a0567",
    }
    assert language("ar", "EG").number(45) == "٤٥"
    assert language("ar", "MA").number(45) == "45"
    assert language("de", "CH").number(2000) == "2\u2019000"


def test_numbers_in_a_sentence_are_the_languages_own(tmp_path: Path) -> None:
    assert spoken(tmp_path, "bn").say(said("Adding {done}", done=12)) == "<১২ come in>"
    assert spoken(tmp_path, "de").say(photos(1500)) == "1:1.500"


def test_four_digits_stand_together_where_the_language_writes_them_so() -> None:
    assert {tag: language(tag).number(2000) for tag in GROUPED_FROM} == {"es": "2000", "pl": "2000"}
    assert language("es").number(20_000) == "20.000"


@pytest.mark.parametrize("tag", sorted(set(ALL) - OWN_DIGITS))
def test_no_region_of_the_others_has_digits_of_its_own(tag: str) -> None:
    """Small numbers of theirs are written without asking Babel."""
    family = tag.split("_", maxsplit=1)[0]
    regions = [Locale.parse(each) for each in locale_identifiers() if each.split("_")[0] == family]
    assert {locale.default_numbering_system for locale in regions} == {"latn"}
    assert [language(tag).number(number) for number in (0, 7, 999)] == ["0", "7", "999"]


def test_every_region_of_those_with_digits_of_their_own_has_digits_that_are_known() -> None:
    regions = [
        Locale.parse(each) for each in locale_identifiers() if each.split("_", maxsplit=1)[0] in OWN_DIGITS
    ]
    assert {locale.default_numbering_system for locale in regions} == {"latn", *ZEROS}
    assert [
        [unicodedata.digit(chr(ord(zero) + digit)) for digit in range(10)] for zero in ZEROS.values()
    ] == [list(range(10))] * len(ZEROS)


def test_dates_and_times_stand_as_they_do_in_the_language_and_in_their_own_zone() -> None:
    told = {
        tag: (language(tag).date(AFTERNOON), language(tag).time(AFTERNOON))
        for tag in ("en", "de", "bn", "ko", "ja")
    }
    assert told == {
        "en": ("8 March 2026", "15:05"),
        "de": ("8. März 2026", "15:05"),
        "bn": ("৮ মার্চ, ২০২৬", "৩:০৫ PM"),
        "ko": ("2026년 3월 8일", "오후 3:05"),
        "ja": ("2026年3月8日", "15:05"),
    }


def test_a_region_has_its_own_dates_and_times() -> None:
    american, egyptian = language("en", "US"), language("ar", "EG")
    assert (american.date(AFTERNOON), american.time(AFTERNOON)) == ("March 8, 2026", "3:05\u202fPM")
    assert egyptian.date(AFTERNOON) == "٨ مارس ٢٠٢٦"
    january = datetime(2026, 1, 2, tzinfo=UTC)
    assert language("de", "AT").date(january) == "2. Jänner 2026"
    assert language("pt_BR", "PT").number(1234567) == "1\u00a0234\u00a0567"
    assert language("zh_Hant", "HK").date(january) == "2026年1月2日"


def test_a_region_that_nobody_knows_changes_nothing() -> None:
    assert language("de", "ZZ").date(AFTERNOON) == language("de", "123").date(AFTERNOON) == "8. März 2026"


@pytest.mark.parametrize("tag", ALL)
def test_every_language_has_a_date_with_the_year_and_a_time_with_the_minute(tag: str) -> None:
    voice: Voice = language(tag)
    digits = _digits(Locale.parse(tag))
    assert "2026".translate(digits) in voice.date(AFTERNOON)
    assert "05".translate(digits) in voice.time(AFTERNOON)
    assert voice.rtl == (Locale.parse(tag).text_direction == "rtl") == (tag in RIGHT_TO_LEFT)


def test_only_in_arabic_a_path_is_kept_apart_from_the_words_around_it(tmp_path: Path) -> None:
    arabic = spoken(tmp_path / "ar", "ar")
    assert arabic.say(said("In {path}", path="/etc/x")) == f"<in {FSI}/etc/x{PDI}>"
    assert arabic.say(said("Sign in: {why}", why=said("Starting"))) == "<<starting> signs in>"
    assert FSI not in arabic.say(photos(3))
    assert spoken(tmp_path / "de", "de").say(said("In {path}", path="/etc/x")) == "<in /etc/x>"


@pytest.mark.parametrize("tag", ["auto", "", "xx", "pt", "zh", "de_AT", "../de"])
def test_a_tag_that_is_none_of_the_languages_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="is none of ar, bn, de"):
        language(tag)


def test_equal_languages_are_equal() -> None:
    assert language("de", "AT") == language("de", "AT") != language("de")


PHOTOGRAPH = """
import sys
from pathlib import Path
from PIL import Image
import kiosk.app.build
from kiosk.config import LanguageTag
from kiosk.core.message import said
from kiosk.core.model import Size, SlideId
from kiosk.core.scene import Card, Look, Scene
from kiosk.display.drivers import start_video
from kiosk.display.images import slide_of
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.language import language_for, speech

start_video({"SDL_VIDEODRIVER": "dummy"})
size = Size(160, 90)
voice = language_for(LanguageTag.AUTO, {"LANG": "de_DE.UTF-8"})
painter = Painter(SurfaceCanvas(size), Path(sys.argv[1]), voice=voice)
painter.upload(SlideId(1), slide_of(Image.new("RGB", (160, 90), "navy"), size))
assert painter.paint(Scene(current=SlideId(1)))
assert "babel" not in sys.modules
assert speech._words.cache_info().currsize == 0
assert voice.say(said("Starting"))
assert "babel" not in sys.modules
print(voice.date(__import__("datetime").datetime(2026, 1, 2)), "babel" in sys.modules)
"""


def test_the_first_photograph_waits_for_no_language() -> None:
    done = subprocess.run(
        (sys.executable, "-c", PHOTOGRAPH, ROOT / "assets"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["2. Januar 2026 True"]), done.stderr
