"""What lies over config.toml: the settings of the boot partition's kiosk.toml, without its secrets.

`kiosk boot-config` writes it as root at each boot (kiosk/system/boot_partition.py), since the frame's own user may not
look at that partition's secrets; everything else only reads it. It is JSON, so that nothing is parsed twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from kiosk.config.document import Document
from kiosk.config.files import read_text
from kiosk.config.setting import Mistake
from kiosk.errors import ConfigError, Problem

OVERLAY = Path("/run/kiosk-boot/config.json")
SYSTEM_CONFIG = Path("/etc/kiosk/config.toml")
"""The one file that it lies over; that of a desktop's kiosk is nobody's but its owner's."""
_VARIABLE = "KIOSK_BOOT_OVERLAY"


@frozen
class Overlay:
    """One kiosk.toml as far as the frame may know it. Its document has the name and the lines of that file."""

    document: Document
    problems: tuple[Problem, ...] = ()
    """What root found wrong with it."""
    client: bool = False
    """The OAuth client came from there: it is among systemd's credentials, and the one in config.toml is void."""
    secret_left: bool = False
    """A secret still stands there, since that partition cannot be written."""


def overlay_over(config: Path, env: Mapping[str, str]) -> Overlay | None:
    """The one that lies over this configuration file, if any; raises ConfigError."""
    named = env.get(_VARIABLE)
    if named:
        return read_overlay(Path(named))
    return read_overlay(OVERLAY) if config == SYSTEM_CONFIG else None


def read_overlay(path: Path) -> Overlay | None:
    """None if it is not there; raises ConfigError."""
    try:
        text = read_text(path)
        return None if text is None else _overlay(json.loads(text))
    except Mistake as mistake:
        wrong = str(mistake)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        wrong = f"{path} was not written by this version of the program"
    raise ConfigError((Problem(str(path), wrong, "a new start of the machine makes it anew"),))


def as_json(overlay: Overlay) -> str:
    """What `read_overlay` reads."""
    document = overlay.document
    return json.dumps(
        {
            "file": str(document.path),
            "content": document.content,
            "lines": [[*names, line] for names, line in document.lines.items()],
            "problems": [attrs.astuple(problem) for problem in overlay.problems],
            "client": overlay.client,
            "secret_left": overlay.secret_left,
        }
    )


def _overlay(told: Any) -> Overlay:
    lines = {tuple(names): int(line) for *names, line in told["lines"]}
    return Overlay(
        Document(Path(told["file"]), True, dict(told["content"]), lines),
        tuple(Problem(*map(str, problem)) for problem in told["problems"]),
        client=bool(told["client"]),
        secret_left=bool(told["secret_left"]),
    )
