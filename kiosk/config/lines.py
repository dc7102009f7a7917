"""In which line of a TOML text each key stands. tomllib does not tell.

The text is read statement by statement: a statement ends with the first line up to which it is sound TOML by itself.
That leaves every question of quoting, dotted keys and text over several lines to tomllib, and costs no more than a
few readings of the whole text, however many lines it has.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

_MOST_PARSED = 1_000_000
"""Characters. Only a value over thousands of lines needs more; what follows it goes without a line."""


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """(section,) and (section, key) -> line, counted from 1, of a text that tomllib accepts.

    A value over several lines counts with its last one.
    """
    found: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    for line, statement in _statements(text.split("\n")):
        if statement.lstrip().startswith("["):
            section = _names(_parse(statement) or {})
            paths = [section]
        else:
            paths = [section + path for path in _paths(_parse(statement) or {})]
        for path in paths:
            for length in range(1, min(len(path), 2) + 1):
                found.setdefault(path[:length], line)
    return found


def _statements(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Each key with its value, or header, and the line that it ends in."""
    statement, parsed = "", 0
    for number, line in enumerate(lines, start=1):
        # Comments cannot move or hide a key, and within text over several lines nobody misses what looks like one.
        statement += "\n" if line.lstrip().startswith("#") else line + "\n"
        if not statement.strip():
            continue
        parsed += len(statement)
        if parsed > _MOST_PARSED:
            return
        if _parse(statement) is not None:
            yield number, statement
            statement = ""


def _parse(text: str) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None  # in the middle of a value over several lines


def _names(header: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of ``[a.b]`` or ``[[a.b]]``."""
    names: tuple[str, ...] = ()
    value: Any = header
    while isinstance(value, dict) and value:
        ((name, value),) = value.items()
        names += (name,)
    return names


def _paths(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Names and, in what is a table, the names in it."""
    paths: list[tuple[str, ...]] = []
    for name, value in document.items():
        paths.append((name,))
        if isinstance(value, dict):
            paths.extend((name, key) for key in value)
    return paths
