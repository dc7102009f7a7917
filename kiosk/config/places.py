"""Where config.toml is.

Search order: the path given (`--config`), $KIOSK_CONFIG, `config.toml` in each of $CONFIGURATION_DIRECTORY
(systemd, a list with colons), the XDG place. The first two name a file, which must be there then; in the
others it may be missing, and with no file at all every key has its default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_NAME = "config.toml"


def place_of(path: Path | None, env: Mapping[str, str]) -> Path:
    """The file that `load` reads, or where it would be: for whoever waits until a broken one changes."""
    if path is not None or env.get("KIOSK_CONFIG"):
        return path or Path(env["KIOSK_CONFIG"])
    places = default_places(env)
    return next((place for place in places if os.path.lexists(place)), places[0])


def default_places(env: Mapping[str, str]) -> tuple[Path, ...]:
    """Where config.toml is looked for when nobody names it; never empty."""
    places = [
        Path(directory, _NAME) for directory in env.get("CONFIGURATION_DIRECTORY", "").split(":") if directory
    ]
    # XDG Base Directory Specification: relative paths are to be ignored.
    xdg = env.get("XDG_CONFIG_HOME", "")
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    places.append((Path(xdg) if xdg.startswith("/") else home / ".config") / "kiosk" / _NAME)
    return tuple(places)
