"""The README's list of languages and the code's are the same."""

from __future__ import annotations

from pathlib import Path

from kiosk.config import LanguageTag
from kiosk.language import ALL
from tests.docs.pages import README, ROOT, rows, spans


def test_each_language_has_a_row_with_its_name_and_each_row_is_a_language() -> None:
    told = {spans(tag)[0]: name.split(",")[0] for tag, name in rows(README, "Languages")}
    assert told == {tag.value: tag.name.replace("_", " ").title() for tag in LanguageTag if tag.value in ALL}


def test_the_changelog_counts_the_languages() -> None:
    changes = (Path(ROOT) / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"The screens are in {len(ALL)} languages" in changes
