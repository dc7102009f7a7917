"""The effective configuration for people: `kiosk config` prints it."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from kiosk.config.load import Loaded
from kiosk.config.schema import settings
from kiosk.config.setting import toml
from kiosk.core.model import Secret

MASK = "***"


@frozen
class Row:
    """One key: its value as TOML text, a secret masked, and `<file>:<line>`, a credential's file or
    `default`."""

    key: str
    value: str
    origin: str
    unit: str
    allowed: str


def rows(loaded: Loaded) -> tuple[Row, ...]:
    """Every key with its effective value, in the order of config.example.toml."""
    return tuple(
        Row(
            key=setting.key,
            value=_shown(getattr(getattr(loaded.config, setting.section), setting.name)),
            origin=loaded.origins[setting.key],
            unit=setting.unit,
            allowed=setting.allowed,
        )
        for setting in settings().values()
    )


def table(loaded: Loaded) -> str:
    """The same as lines of text, section by section; TOML with the origin as comment."""
    lines: list[str] = [
        f"# {loaded.path}" if loaded.path else f"# no configuration file; its place is {loaded.place}"
    ]
    if loaded.boot:
        lines.append(f"# over it {loaded.boot}, as it was when the machine started")
    section = ""
    for row in rows(loaded):
        name, _, key = row.key.partition(".")
        if name != section:
            section = name
            lines += ["", f"[{section}]"]
        lines.append(f"{key} = {row.value}  # {row.origin}")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, Secret):
        return toml(MASK if value.reveal else "")
    if isinstance(value, Enum):
        value = value.value
    if value is None:
        return toml("")
    return toml(value if isinstance(value, bool | int | float | tuple) else str(value))
