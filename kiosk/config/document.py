"""One TOML text that was parsed, and in which line of which file each key stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from kiosk.config.files import read_text
from kiosk.config.lines import lines_of
from kiosk.config.setting import Mistake
from kiosk.errors import ConfigError, Problem

_TOML = "TOML, as in config.example.toml"
_MOST_DOTS = 100
"""In one line that is no comment: tomllib takes minutes over a key with ten thousand of them."""
_TYPOGRAPHIC = re.compile("[\u2018-\u201f]")

Lines = Mapping[tuple[str, ...], int]


@frozen
class Document:
    """A parsed file; or the place for one, with nothing in it."""

    path: Path
    there: bool = False
    content: Mapping[str, Any] = attrs.Factory(dict)
    lines: Lines = attrs.Factory(dict)

    @classmethod
    def read(cls, path: Path) -> Document | None:
        """None if it is not there; raises ConfigError."""
        try:
            text = read_text(path)
        except Mistake as mistake:
            problem = Problem(str(path), str(mistake), "a TOML file that can be read")
            raise ConfigError((problem,)) from mistake
        return None if text is None else cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: Path) -> Document:
        """path: of the file, for people. Raises ConfigError."""
        text = text.replace("\r\n", "\n")
        if any(line.count(".") > _MOST_DOTS for line in text.split("\n") if not line.startswith("#")):
            problem = Problem(str(path), f"{path} has a line with more than {_MOST_DOTS} dots in it", _TOML)
            raise ConfigError((problem,))
        try:
            return cls(path, True, tomllib.loads(text), lines_of(text))
        except tomllib.TOMLDecodeError as error:
            problem = _syntax_problem(path, str(error), text.split("\n"))
        except (ValueError, RecursionError):
            # Whole numbers of thousands of digits, brackets nested hundreds deep.
            problem = Problem(str(path), "it cannot be parsed", _TOML)
        raise ConfigError((problem,))

    def where(self, *names: str) -> str:
        """`file:line` of a section or key, with the line of the section for a key that is not there."""
        line = self.lines.get(names) or self.lines.get(names[:1])
        return f"{self.path}:{line}" if line else str(self.path)


def _syntax_problem(path: Path, message: str, lines: list[str]) -> Problem:
    at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if at is None:
        message = message.replace("(at end of document)", "at its end")
        return Problem(str(path), f"it is not TOML: {message}", _TOML)
    wrong = message[: at.start()]
    if _TYPOGRAPHIC.search(lines[int(at[1]) - 1]):  # word processors make them
        wrong += ", and quotation marks have to be straight ones"
    return Problem(f"{path}:{at[1]}", f"it is not TOML: {wrong}", _TOML)
