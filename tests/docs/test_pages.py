"""What every page must hold: links that lead somewhere, files that exist, nothing of the machine it was written on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, prose, spans

GOOGLE = ROOT / "docs" / "google-api.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def _anchors(page: Path) -> set[str]:
    """The anchors that a forge makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@by_name
def test_each_relative_link_leads_to_something_that_exists(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        assert ":" not in target, f"{target} is neither https nor relative"
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in _anchors(linked), f"{page.name} links to {target}"


@by_name
def test_each_file_of_the_tree_that_is_named_exists(page: Path) -> None:
    named = [
        span.rstrip("/")
        for span in spans(prose(page))
        if re.match(r"(kiosk|tests|docs|assets|systemd)/", span)
    ]
    missing = [span for span in named if not (ROOT / span).exists()]
    assert missing == []


def test_the_architecture_draws_every_room_and_no_other() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (drawing,) = re.findall(r"^```\nkiosk/\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    drawn = set(re.findall(r"^  (\w+(?:/|\.py))", drawing, re.MULTILINE))
    there = {path.name for path in (ROOT / "kiosk").glob("*.py")} - {"__init__.py"}
    there |= {f"{path.parent.name}/" for path in (ROOT / "kiosk").glob("*/__init__.py")}
    assert drawn == there


def test_the_architecture_names_every_module_of_the_core() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = text[text.index("  core/") : text.index("  google/")]
    drawn = set(re.findall(r"^    (\w+\.py)", drawing, re.MULTILINE))
    assert drawn == {path.name for path in (ROOT / "kiosk" / "core").glob("*.py")} - {"__init__.py"}


def test_the_architecture_gives_a_reason_for_each_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["demo"], *extras["faces"]]
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text[text.index("## What it stands on") : text.index("## Rejected")]
    told = {re.match(r"\| ([\w-]+)", line)[1] for line in table.splitlines()[4:] if line.startswith("|")}  # type: ignore[index]
    assert told == {re.split(r"[<>=\[ ]", name)[0] for name in wanted}


def test_each_section_of_google_api_that_the_code_points_to_exists() -> None:
    headings = set(re.findall(r"^#+ ([0-9.]+?)\.? ", GOOGLE.read_text(encoding="utf-8"), re.MULTILINE))
    pointed = {
        (path.relative_to(ROOT), number)
        for folder in ("kiosk", "tests", "docs")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix in (".py", ".md")
        for number in re.findall(r"google-api\.md`? ([0-9]+(?:\.[0-9]+)?)", path.read_text(encoding="utf-8"))
    }
    assert len(pointed) > 3
    assert {where for where in pointed if where[1] not in headings} == set()


def test_each_source_that_google_api_cites_is_listed_and_the_reverse() -> None:
    text = GOOGLE.read_text(encoding="utf-8")
    body, _, listed = text.partition("## 10. Sources")
    cited = {
        source
        for tag in re.findall(r"\[(?:doc|code)[^\]]*\]", body)
        for source in re.findall(r"\bS\d+\b", tag)
    }
    assert cited == set(re.findall(r"\bS\d+\b", listed))


@by_name
def test_no_page_tells_of_the_machine_it_was_written_on(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    # A registry's address, an absolute path of a workshop, a folder beside the repository.
    found = re.findall(r"py[p]i\.|python[h]osted\.|/work/\S*|/root/\S*|\.\./shared\S*", text)
    assert found == []


@by_name
def test_no_line_of_a_page_has_a_long_dash(page: Path) -> None:
    assert "\u2014" not in page.read_text(encoding="utf-8")
