"""The project's pages as text: what a test wants to compare with the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = (README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))

_CODE_SPAN = re.compile(r"`([^`]+)`")
_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def blocks(page: Path) -> str:
    """The contents of its fenced blocks."""
    return "\n".join(_FENCED.findall(page.read_text(encoding="utf-8")))


def spans(text: str) -> list[str]:
    """What stands in single backquotes, on one line or wrapped."""
    return [" ".join(span.split()) for span in _CODE_SPAN.findall(text)]


def section(page: Path, heading: str) -> str:
    """What stands below a heading, up to the next one of any level."""
    text = page.read_text(encoding="utf-8")
    match = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match is not None, f"{page.name} has no heading {heading!r}"
    return match[1]


def rows(page: Path, heading: str) -> list[tuple[str, ...]]:
    """The cells of the table in a section, without its head."""
    lines = [line for line in section(page, heading).splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]
