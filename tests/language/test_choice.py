"""Which language the screens are in: the owner's word, then the environment in POSIX order, then the system's files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.config import LanguageTag
from kiosk.language import ALL, Choice, choose, language, language_for
from kiosk.language.speech import _digits, _locale

AUTO = LanguageTag.AUTO


def chosen(**env: str) -> tuple[str, str]:
    choice = choose(AUTO, env, ())
    return choice.tag, choice.region


@pytest.mark.parametrize(
    ("locale", "tag", "region"),
    [
        ("de_AT.UTF-8", "de", "AT"),
        ("de", "de", ""),
        ("de_DE@euro", "de", "DE"),
        ("en_GB.UTF-8", "en", "GB"),
        ("pt_BR.UTF-8", "pt_BR", "BR"),
        ("pt_PT.UTF-8", "pt_BR", "PT"),
        ("pt", "pt_BR", ""),
        ("zh_CN.UTF-8", "zh_Hans", "CN"),
        ("zh_SG", "zh_Hans", "SG"),
        ("zh_TW.UTF-8", "zh_Hant", "TW"),
        ("zh_HK", "zh_Hant", "HK"),
        ("zh_MO", "zh_Hant", "MO"),
        ("zh-Hant-TW", "zh_Hant", "TW"),
        ("zh_Hans_HK", "zh_Hans", "HK"),
        ("zh", "zh_Hans", ""),
        ("ar_EG.UTF-8", "ar", "EG"),
        ("es_419", "es", "419"),
        ("sv_SE.UTF-8", "en", ""),
        ("den", "en", ""),
        ("deutsch", "en", ""),
        ("C", "en", ""),
        ("C.UTF-8", "en", ""),
        ("POSIX", "en", ""),
        ("\x00", "en", ""),
    ],
)
def test_a_locale_means_a_language_and_a_region(locale: str, tag: str, region: str) -> None:
    assert chosen(LANG=locale) == (tag, region)


def test_every_language_is_reached_by_its_own_tag() -> None:
    assert [chosen(LANG=tag)[0] for tag in ALL] == list(ALL)


def test_the_variables_give_way_in_the_order_of_posix() -> None:
    assert chosen(LANG="de_DE", LC_MESSAGES="fr_FR", LC_ALL="ja_JP") == ("ja", "JP")
    assert chosen(LANG="de_DE", LC_MESSAGES="fr_FR", LC_ALL="") == ("fr", "FR")
    assert chosen(LANG="de_DE", LC_MESSAGES="") == ("de", "DE")


def test_the_list_in_language_comes_first_and_is_walked_to_one_that_is_spoken() -> None:
    assert chosen(LANGUAGE="sv:it:de", LANG="de_DE.UTF-8") == ("it", "")
    assert chosen(LANGUAGE="sv", LANG="de_DE.UTF-8") == ("de", "DE")
    assert chosen(LANGUAGE="::", LANG="de_DE.UTF-8") == ("de", "DE")


def test_the_list_counts_for_nothing_beside_the_locale_c() -> None:
    assert chosen(LANGUAGE="de", LANG="C") == ("en", "")
    assert chosen(LANGUAGE="de", LC_ALL="POSIX", LANG="it_IT") == ("en", "")


def test_english_in_the_list_is_a_choice_like_any_other() -> None:
    assert chosen(LANGUAGE="en:de", LANG="de_DE") == ("en", "")


def test_an_environment_that_says_nothing_leaves_it_to_the_systems_files(tmp_path: Path) -> None:
    missing, file = tmp_path / "locale.conf", tmp_path / "locale"
    file.write_bytes(b'# by update-locale\nLC_TIME=en_GB.UTF-8\n  LANG="uk_UA.UTF-8"\nLANG_NO=\xff\n')
    assert choose(AUTO, {"LANG": ""}, (missing, file)) == Choice("uk", "UA", f"LANG=uk_UA.UTF-8 in {file}")
    assert choose(AUTO, {"LANG": "th_TH"}, (missing, file)).tag == "th"


def test_the_first_of_the_files_that_names_a_language_of_the_kiosks_decides(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("LANG='sv_SE.UTF-8'\n")
    second.write_text("LANG=nl_NL.UTF-8\nLANGUAGE=nl_BE:nl\n")
    assert choose(AUTO, {}, (first, second)).tag == "nl"
    assert choose(AUTO, {}, (second, first)).region == "BE"


def test_the_owners_word_wins_and_the_environment_lends_it_the_region() -> None:
    env = {"LANG": "de_AT.UTF-8"}
    assert choose(LanguageTag.GERMAN, env, ()) == Choice("de", "AT", "[display] language")
    assert choose(LanguageTag.FRENCH, env, ()) == Choice("fr", "", "[display] language")
    assert choose(LanguageTag.ENGLISH, {}, ()).tag == "en"


def test_why_it_is_english_is_told() -> None:
    assert choose(AUTO, {}, ()).why == "no locale is set"
    assert choose(AUTO, {"LANG": "sv_SE"}, ()).why == "no language of the kiosk's in LANG=sv_SE"


def test_the_chosen_language_speaks_with_its_region() -> None:
    spoken = language_for(AUTO, {"LC_ALL": "pt_PT.UTF-8"})
    assert (spoken.tag, spoken.region, spoken.rtl) == ("pt_BR", "PT", False)
    assert language_for(LanguageTag.ARABIC, {}).rtl


LOCALES = st.one_of(
    st.text(max_size=20),
    st.from_regex(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,4}){0,2}(\.UTF-8)?(@[a-z]+)?(:[a-z]{2})?", fullmatch=True),
    st.sampled_from(["", "C", "POSIX", "C.UTF-8", ":", "de_AT:en", "zh_TW"]),
)


@given(
    env=st.dictionaries(st.sampled_from(["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]), LOCALES),
    key=st.sampled_from(list(LanguageTag)),
)
def test_whatever_the_environment_says_there_is_a_language(env: dict[str, str], key: LanguageTag) -> None:
    choice = choose(key, env, ())
    assert choice.tag == (key.value if key is not AUTO else choice.tag)
    assert choice.tag in ALL
    assert choice.why
    spoken = language(choice.tag, choice.region)
    assert "2026".translate(_digits(_locale(spoken.tag, spoken.region))) in spoken.date(
        datetime(2026, 11, 23, tzinfo=UTC)
    )
