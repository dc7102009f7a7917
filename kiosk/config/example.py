"""Writes config.example.toml from the declarations: `python -m kiosk.config.example >
config.example.toml`."""

from __future__ import annotations

import sys

from kiosk.config.schema import SECTIONS, settings
from kiosk.config.setting import Setting, toml

_HEAD = """\
# kiosk: every key there is, with its unit, what is allowed and its default.
#
# Copy this file to ~/.config/kiosk/config.toml (or where --config, $KIOSK_CONFIG or systemd's
# CONFIGURATION_DIRECTORY point), and take the # away from the keys that you want to change.
# `kiosk config` prints the values in effect and where each came from.
"""


def example() -> str:
    """The text of config.example.toml."""
    parts = [_HEAD]
    for section in SECTIONS:
        parts.append(f"\n[{section}]\n")
        parts += [_key(setting) for setting in settings().values() if setting.section == section]
    return "".join(parts)


def _key(setting: Setting) -> str:
    facts = [f"Unit: {setting.unit}. Default: {toml(setting.default)}.", f"Allowed: {setting.allowed}."]
    comment = "".join(f"# {line}\n" for line in [*setting.doc.split("\n"), *facts])
    return f"\n{comment}#{setting.name} = {toml(setting.default)}\n"


if __name__ == "__main__":
    sys.stdout.write(example())
