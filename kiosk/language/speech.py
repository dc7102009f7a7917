"""One language: its catalog says the sentences, Babel the dates and numbers.

Everything is fetched when it is first needed: a photograph without words opens no catalog, and Babel, which takes a
tenth of a second to import on a small board, comes with the first date, or the first number that needs it.
"""

from __future__ import annotations

import struct
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from kiosk.config.schema import LanguageTag
from kiosk.core.message import Message

if TYPE_CHECKING:
    from babel import Locale

DOMAIN = "kiosk"
ENGLISH = LanguageTag.ENGLISH.value
ALL = tuple(tag.value for tag in LanguageTag if tag is not LanguageTag.AUTO)
"""Every language that the screens can be in."""
TAGS = tuple(tag for tag in ALL if tag != ENGLISH)
"""Those that have a catalog: English is what the sentences are written in."""
RIGHT_TO_LEFT = frozenset({"ar"})
OWN_DIGITS = frozenset({"ar", "bn"})
"""Languages with digits other than 0 to 9, in some region at least."""
ZEROS = {"arab": "\u0660", "beng": "\u09e6"}
"""The zero of each of CLDR's numbering systems that they have; nine digits follow it in Unicode."""
GROUPED_FROM = {"es": 10_000, "pl": 10_000}
"""From where thousands stand apart, if not from 1000 on (CLDR's minimumGroupingDigits, which Babel leaves aside)."""
_TIMES = {"ko": "aaaa h:mm"}
"""Babel's short time has the Latin AM and PM for Korean, which nobody writes."""
_PLAIN_ENGLISH = "en_150"
"""English with the day first and 24 hours: for a frame that does not say where it hangs."""
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def _catalogs() -> Path:
    """In the wheel they are inside the package, in the source tree beside it."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "assets" / "locale"
    return inside if inside.is_dir() else package.parent / "assets" / "locale"


CATALOGS = _catalogs()


@frozen
class Language:
    """A Voice (kiosk/display/voice.py). Make it by `language`."""

    tag: str
    region: str = ""
    """The territory whose dates and numbers are meant, ``AT``; empty for what most of the language's readers use."""
    catalogs: Path = field(default=CATALOGS, repr=False)

    @property
    def rtl(self) -> bool:
        return self.tag in RIGHT_TO_LEFT

    @property
    def translated(self) -> bool:
        """Whether its sentences are at hand: English, or a catalog that can be read."""
        return self.tag == ENGLISH or isinstance(_words(self.tag, self.catalogs), GNUTranslations)

    def say(self, text: str) -> str:
        """A message in this language, in English where it has no translation; any other text as it is."""
        if not isinstance(text, Message):
            return text
        words = _words(self.tag, self.catalogs)
        sentence = words.ngettext(text.one, text.many, text.number) if text.many else words.gettext(text.one)
        return sentence.format_map({name: self._value(value) for name, value in text.values.items()})

    def number(self, value: int) -> str:
        plain = self.tag not in OWN_DIGITS and 0 <= value < GROUPED_FROM.get(self.tag, 1000)
        if plain:
            return str(value)
        from babel.numbers import format_decimal

        locale = _locale(self.tag, self.region)
        written = format_decimal(value, locale=locale, numbering_system="default")
        return written.translate(_digits(locale))

    def date(self, when: datetime) -> str:
        from babel.dates import format_date

        locale = _locale(self.tag, self.region)
        return format_date(when.date(), "long", locale).translate(_digits(locale))

    def time(self, when: datetime) -> str:
        from babel.dates import format_time

        locale = _locale(self.tag, self.region)
        return format_time(when, _TIMES.get(self.tag, "short"), locale=locale).translate(_digits(locale))

    def _value(self, value: object) -> str:
        if isinstance(value, Message):
            return self.say(value)
        if isinstance(value, int):
            return self.number(value)
        # A path or an address in the middle of Arabic keeps its own direction, and lends it to nothing around it.
        return f"{_FIRST_STRONG_ISOLATE}{value}{_POP_ISOLATE}" if self.rtl else str(value)


def language(tag: str, region: str = "", catalogs: Path = CATALOGS) -> Language:
    """The language with this tag, one of `ALL`; raises ValueError for any other."""
    if tag not in ALL:
        raise ValueError(f"{tag!r} is none of {', '.join(ALL)}")
    return Language(tag, region, catalogs)


def compiled(catalogs: Path, tag: str) -> Path:
    """Where the catalog of a language lies."""
    return catalogs / tag / "LC_MESSAGES" / f"{DOMAIN}.mo"


@cache
def _words(tag: str, catalogs: Path) -> NullTranslations:
    """The catalog; one without words, which says everything in English, where there is none or a broken one."""
    try:
        with compiled(catalogs, tag).open("rb") as file:
            return GNUTranslations(file)
    except (OSError, ValueError, struct.error):
        return NullTranslations()


@cache
def _locale(tag: str, region: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    if tag == ENGLISH and not region:
        return Locale.parse(_PLAIN_ENGLISH)
    written = tag.removesuffix("_BR") if region else tag
    try:
        return Locale.parse(f"{written}_{region}" if region else written)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(tag)


@cache
def _digits(locale: Locale) -> dict[int, int]:
    """The locale's own digits for 0 to 9: Babel knows which they are, and writes 0 to 9."""
    zero = ord(ZEROS.get(locale.default_numbering_system, "0"))
    return {ord("0") + digit: zero + digit for digit in range(10)}
