"""Which language the screens are in, and why: the owner's word first, then the system's locale."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from kiosk.config.schema import LanguageTag
from kiosk.language.speech import ALL, ENGLISH

LOCALE_FILES = (Path("/etc/locale.conf"), Path("/etc/default/locale"))
"""locale.conf(5) of systemd, and Debian's older place: for a start that was handed neither."""
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The order in which the later ones give way (POSIX.1-2017, 8.2)."""
_LOCALE = re.compile(
    r"(?P<language>[a-z]{2,3})(?![A-Za-z0-9])(?:[_-](?P<script>[A-Z][a-z]{3}))?(?:[_-](?P<region>[A-Z]{2}|\d{3}))?"
)
"""``de``, ``de_AT``, ``zh_Hant_TW``; what follows, a character set or a modifier, says nothing of the language."""
_NO_LANGUAGE = ("C", "POSIX")
_LINE = re.compile(r"""\s*(?P<name>LANGUAGE|LC_ALL|LC_MESSAGES|LANG)=(["']?)(?P<value>[^"']*)\2\s*""")
_TRADITIONAL = ("HK", "MO", "TW")


@frozen
class Choice:
    """tag: one of `ALL`. region: the territory whose dates and numbers are meant, or empty."""

    tag: str
    region: str
    why: str
    """For people: ``LANG=de_AT.UTF-8``."""


@frozen
class _Wish:
    """One locale that somebody named, and where."""

    locale: str
    why: str


def choose(key: LanguageTag, env: Mapping[str, str], files: Sequence[Path] = LOCALE_FILES) -> Choice:
    """``key`` is that of [display]; files: where the system's locale is written down, for an ``env`` without any."""
    wishes = list(_wishes(env)) or list(_written(files))
    if key is not LanguageTag.AUTO:
        regions = (region for tag, region in (_meant(wish.locale) for wish in wishes) if tag == key.value)
        return Choice(key.value, next(regions, ""), "[display] language")
    for wish in wishes:
        tag, region = _meant(wish.locale)
        if tag:
            return Choice(tag, region, wish.why)
    return Choice(
        ENGLISH, "", f"no language of the kiosk's in {wishes[0].why}" if wishes else "no locale is set"
    )


def _wishes(env: Mapping[str, str]) -> Iterator[_Wish]:
    """The locales that are asked for, the first choice first."""
    name = next((each for each in _VARIABLES if env.get(each)), "")
    locale = env.get(name, "")
    # gettext's own list counts only beside a locale other than C (the manual of GNU gettext, 2.3.3).
    if locale not in _NO_LANGUAGE:
        yield from (
            _Wish(each, f"LANGUAGE={env['LANGUAGE']}") for each in env.get("LANGUAGE", "").split(":") if each
        )
    if locale:
        yield _Wish(locale, f"{name}={locale}")


def _written(files: Sequence[Path]) -> Iterator[_Wish]:
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        said = {found["name"]: found["value"] for line in lines if (found := _LINE.fullmatch(line))}
        yield from (_Wish(wish.locale, f"{wish.why} in {file}") for wish in _wishes(said))


def _meant(locale: str) -> tuple[str, str]:
    """Tag and region of a locale's name; an empty tag where the kiosk does not speak that language."""
    found = _LOCALE.match(locale)
    if found is None:
        return "", ""
    language, script, region = found["language"], found["script"] or "", found["region"] or ""
    if language == "zh":
        traditional = script == "Hant" or (not script and region in _TRADITIONAL)
        return ("zh_Hant" if traditional else "zh_Hans"), region
    tag = "pt_BR" if language == "pt" else language
    return (tag, region) if tag in ALL else ("", "")
