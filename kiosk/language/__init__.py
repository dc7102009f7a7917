"""The viewer's own language: gettext catalogs for the sentences, Babel for dates and numbers."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.config import LanguageTag
from kiosk.language.choice import Choice, choose
from kiosk.language.speech import ALL, CATALOGS, TAGS, Language, language

__all__ = ["ALL", "CATALOGS", "TAGS", "Choice", "Language", "choose", "language", "language_for"]


def language_for(key: LanguageTag, env: Mapping[str, str]) -> Language:
    """The language of the screens: what [display] language says, or else the system's locale."""
    choice = choose(key, env)
    return language(choice.tag, choice.region)
