"""In which line of a TOML text each key stands. tomllib does not tell.

A key stands where the shortest beginning of the text ends that is sound TOML and already has the key. That
leaves every question of quoting, dotted keys and text over several lines to tomllib. Comments are blanked
first, which cannot move or hide a key and makes it quick.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """(section,) and (section, key) -> line, counted from 1, of a text that tomllib accepts.

    A value over several lines counts with its last one.
    """
    found: dict[tuple[str, ...], int] = {}
    lines = ["" if line.lstrip().startswith("#") else line for line in text.split("\n")]
    for count, line in enumerate(lines, start=1):
        if line.strip():
            for path in _paths(_parse("\n".join(lines[:count]) + "\n")):
                found.setdefault(path, count)
    return found


def _parse(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}  # in the middle of a value over several lines


def _paths(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = []
    for name, value in document.items():
        paths.append((name,))
        if isinstance(value, dict):
            paths.extend((name, key) for key in value)
    return paths
