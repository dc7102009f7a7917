"""What one key of config.toml may be: its kind, unit, range and default, and how a value is checked.

The declarations in schema.py are the one source: loading, `kiosk config` and config.example.toml all read
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import attrs

from kiosk.config.hours import ALLOWED as ALLOWED_HOURS
from kiosk.config.hours import span_of
from kiosk.core.addresses import ALLOWED, check_address
from kiosk.core.model import Secret
from kiosk.core.sun import Place

_KEY = "kiosk.setting"
_WORD = re.compile(r"[a-z]{1,20}")
_HOURS = re.compile(r"[a-z0-9:, -]{0,15}[0-9:, -]{5,25}")
_MOST_SPANS = 50
_DEGREES = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,9})?)\s*,\s*([+-]?\d{1,3}(?:\.\d{1,9})?)", re.ASCII)


class Mistake(Exception):
    """What is wrong with one value, as a phrase; inside this package only."""


@attrs.frozen(kw_only=True)
class Setting:
    """One key. `default` is what stands in the file, before `read` turns it into what the program uses."""

    section: str = ""
    name: str = ""
    doc: str
    """Sentences for the owner; lines of the example file."""
    default: str | float | bool | list[str]
    unit: str
    allowed: str
    read: Callable[[Any, Path], Any] = attrs.field(repr=False)
    """(value of the file, directory of the file) -> value of the program; raises Mistake."""
    secret: bool = False

    @property
    def key(self) -> str:
        return f"{self.section}.{self.name}"


def settings_of(section: str, cls: type[attrs.AttrsInstance]) -> tuple[Setting, ...]:
    """The settings of one section, in the order of their declaration."""
    return tuple(
        attrs.evolve(cast(Setting, field.metadata[_KEY]), section=section, name=field.name)
        for field in attrs.fields(cls)
        if _KEY in field.metadata
    )


def text(
    default: str, doc: str, *, shortest: int = 0, longest: int = 200, unit: str = "text", secret: bool = False
) -> Any:
    """A line of text without control characters, from `shortest` to `longest` characters; blanks around it
    go."""

    def read(value: Any, _base: Path) -> str | Secret:
        line = _text(value)
        if not shortest <= len(line) <= longest:
            raise Mistake(f"it has {len(line)} characters")
        return Secret(line) if secret else line

    return _declare(default, doc, unit, f"{shortest} to {longest} characters", read, secret=secret)


def address(default: str, doc: str) -> Any:
    """A URL that may be spoken to; without query, fragment or closing slash, because paths are joined to
    it."""

    def read(value: Any, _base: Path) -> str:
        return _address(_text(value))

    return _declare(default, doc, "URL", ALLOWED, read)


def place(doc: str, *, otherwise: str, unit: str) -> Any:
    """A path, None where the file says "" (then `otherwise`). Relative paths start at the configuration
    file."""

    def read(value: Any, base: Path) -> Path | None:
        line = _text(value)
        if not line:
            return None
        try:
            return base / Path(line).expanduser()
        except RuntimeError as error:
            raise Mistake(f"no home directory for {line.split('/')[0]}") from error

    return _declare("", doc, unit, f'a path, or "" for {otherwise}', read)


def origin(doc: str) -> Any:
    """Where something is fetched from: an absolute path or an address that may be spoken to; none by default."""

    def read(value: Any, _base: Path) -> str:
        line = _text(value)
        if "://" in line:
            return _address(line)
        if line and not line.startswith("/"):
            raise Mistake("it is neither an address nor a path from the root")
        return line

    return _declare("", doc, "folder or URL", f'"" for none, a folder\'s absolute path, or {ALLOWED}', read)


def yes_no(default: bool, doc: str) -> Any:
    def read(value: Any, _base: Path) -> bool:
        if not isinstance(value, bool):
            raise _wrong_type("true or false", value)
        return value

    return _declare(default, doc, "yes or no", "true or false", read)


def whole(default: int, doc: str, *, unit: str, low: int, high: int) -> Any:
    """A whole number from `low` to `high`, both included."""

    def read(value: Any, _base: Path) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong_type("a whole number", value)
        _within(value, low, high)
        return value

    return _declare(default, doc, unit, f"{low} to {high}", read)


def number(default: float, doc: str, *, unit: str, low: float, high: float) -> Any:
    """A number from `low` to `high`, both included; whole numbers are welcome."""

    def read(value: Any, _base: Path) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong_type("a number", value)
        _within(value, low, high)
        return float(value)

    return _declare(default, doc, unit, f"{low:g} to {high:g}", read)


def one_of(default: Enum, doc: str, *, unit: str) -> Any:
    """One member of the enum of `default`, written as its value (text, or whole numbers)."""
    members = {member.value: member for member in type(default)}
    allowed = ", ".join(toml(value) for value in members)

    def read(value: Any, _base: Path) -> Enum:
        # The type is compared too, since 0 == False and 90 == 90.0 as keys of a dict.
        if type(value) is not type(default.value):
            raise _wrong_type("text" if isinstance(default.value, str) else "a whole number", value)
        if value not in members:
            # A word is shown; what looks otherwise may be a secret that slipped into the wrong line.
            shown = toml(value) if isinstance(value, int) or _WORD.fullmatch(value) else "it"
            raise Mistake(f"{shown} is not one of them")
        return members[value]

    return _declare(default.value, doc, unit, allowed, read)


def spans(doc: str) -> Any:
    """A list of spans of the week, as texts; none by default."""

    def read(value: Any, _base: Path) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise _wrong_type("a list of texts in brackets", value)
        lines = tuple(_text(each) for each in value)
        if len(lines) > _MOST_SPANS:
            raise Mistake(f"it has more than {_MOST_SPANS} entries")
        for number, line in enumerate(lines, start=1):
            try:
                span_of(line)
            except ValueError as wrong:
                # A line that looks like hours is shown; what looks otherwise may be a secret in the wrong place.
                shown = f", {toml(line)}" if _HOURS.fullmatch(line) else ""
                raise Mistake(f"entry {number}{shown}: {wrong}") from wrong
        return lines

    return _declare([], doc, "spans of the week", ALLOWED_HOURS, read)


def zone(doc: str) -> Any:
    """The name of a time zone, empty by default."""

    def read(value: Any, _base: Path) -> str:
        name = _text(value)
        try:
            if name:
                ZoneInfo(name)
        except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
            raise Mistake("this machine knows no such time zone") from error
        return name

    return _declare(
        "", doc, "time zone", 'a name such as "Europe/Berlin", or "" for the system\'s time zone', read
    )


def coordinates(doc: str) -> Any:
    """A place on the earth in decimal degrees, None where the file says ""."""

    def read(value: Any, _base: Path) -> Place | None:
        line = _text(value)
        if not line:
            return None
        found = _DEGREES.fullmatch(line)
        # It is not quoted: it may be where somebody lives, and mistakes are shown on the screen.
        if found is None:
            raise Mistake("it is not two numbers with a comma between them")
        north, east = float(found[1]), float(found[2])
        if not (-90.0 <= north <= 90.0 and -180.0 <= east <= 180.0):
            raise Mistake("there is no such place: latitude is -90 to 90, longitude -180 to 180")
        return Place(north, east)

    return _declare(
        "",
        doc,
        "degrees",
        'latitude and longitude, north and east positive, such as "59.3, 18.1", or ""',
        read,
    )


def toml(value: object) -> str:
    """One value as it is written in TOML."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
    return str(value)


def _declare(
    default: str | float | bool | list[str],
    doc: str,
    unit: str,
    allowed: str,
    read: Callable[[Any, Path], Any],
    *,
    secret: bool = False,
) -> Any:
    setting = Setting(default=default, doc=doc, unit=unit, allowed=allowed, read=read, secret=secret)
    return attrs.field(default=read(default, Path()), metadata={_KEY: setting})


def _address(url: str) -> str:
    if wrong := check_address(url):
        raise Mistake(wrong)
    if "?" in url or "#" in url:
        raise Mistake("a query or a fragment has no place in it")
    return url.rstrip("/")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type("text in quotes", value)
    if not value.isprintable():
        raise Mistake("it has control characters in it")
    return value.strip()


def _within(value: float, low: float, high: float) -> None:
    # The value is not quoted: Python refuses to print whole numbers of more than 4300 digits.
    if value < low:
        raise Mistake("it is too small")
    if not value <= high:  # so that nan does not slip through
        raise Mistake("it is too large" if value > high else "it is not an amount")


def _wrong_type(expected: str, value: object) -> Mistake:
    # The value itself stays out of it: it may be a secret in the wrong place.
    names = {str: "text", bool: "true or false", int: "a whole number", float: "a number", list: "a list"}
    return Mistake(f"it is {names.get(type(value), 'a table or a date')}, not {expected}")
