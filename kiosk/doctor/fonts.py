"""Whether the letters of the screens' language are on this machine, and which Debian package has those that are not."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.config import LanguageTag
from kiosk.doctor.check import Check, ok, warn
from kiosk.language import TAGS, choose

_NAME = "letters"
_OTHERS = "letters of others"


def letters(key: LanguageTag, env: Mapping[str, str]) -> list[Check]:
    """key: that of [display] in the configuration. A check of its language, and a note about the other ones."""
    tag = choose(key, env).tag
    return [_own(tag), *_of_others(tag)]


def _own(tag: str) -> Check:
    absent = _absent(tag)
    if not absent:
        return ok(_NAME, f"every letter of {_named(tag)} has its font")
    scripts = " and ".join(absent)
    cure = f"sudo apt install {' '.join(sorted(set(absent.values())))}"
    return warn(_NAME, f"no font for {scripts}: {_named(tag)} shows empty boxes", cure)


def _of_others(tag: str) -> list[Check]:
    """Nobody needs them here, as long as nobody changes the language: a note, and no fault."""
    missing: dict[str, list[str]] = {}
    for other in TAGS:
        for package in set(_absent(other).values()) if other != tag else ():
            missing.setdefault(package, []).append(_named(other))
    return [
        ok(_OTHERS, f"not here: {', '.join(names)} (Debian: {package})")
        for package, names in sorted(missing.items())
    ]


def _absent(tag: str) -> dict[str, str]:
    """Scripts of a language that no font here has, with the package that does."""
    from kiosk.display import lacking

    return {script.name: script.package for script in lacking(tag)}


def _named(tag: str) -> str:
    return LanguageTag(tag).name.replace("_", " ").title()
