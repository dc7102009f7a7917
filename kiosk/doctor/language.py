"""Which language the screens are in, and why."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.config import LanguageTag
from kiosk.doctor.check import Check, ok, warn
from kiosk.language import Choice, choose, language


def screen_language(key: LanguageTag, env: Mapping[str, str]) -> Check:
    """key: that of [display] in the configuration."""
    return told(choose(key, env), translated=language(choose(key, env).tag).translated)


def told(choice: Choice, *, translated: bool) -> Check:
    name = LanguageTag(choice.tag).name.replace("_", " ").title()
    says = f"{name} ({choice.tag}): {choice.why}"
    if not translated:
        return warn(
            "language",
            f"{says}; its catalog is missing, the screens are English",
            "install the program again",
        )
    return ok("language", says)
