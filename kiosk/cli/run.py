"""``kiosk run``: the frame, and the config file's mistakes on its screen."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kiosk.app import Ending, Signature, check_key_place, run_frame, show_mistakes, signature
from kiosk.cli.exits import Exit
from kiosk.config import load, place_of
from kiosk.errors import ConfigError, DisplayError

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.cli import Call


def run(call: Call) -> int:
    """A changed config file starts the program anew in the same process: systemd sees no stop."""
    file = place_of(call.config_path, call.env)
    seen = signature(file)
    try:
        loaded = load(call.config_path, call.env)
        check_key_place(loaded, call.env)
    except ConfigError as error:
        print(f"kiosk: {error}", file=sys.stderr, flush=True)
        ending = _show(error, file, seen, call)
        if ending is None:
            return Exit.CONFIG
    else:
        ending = run_frame(loaded, call.env, config_seen=seen, lan_host=call.args.allow_lan_pages)
    if ending is Ending.CONFIG_CHANGED:
        os.execv(sys.executable, [sys.executable, "-m", "kiosk", *call.argv])  # noqa: S606  our own words
    return Exit.OK


def _show(error: ConfigError, file: Path, seen: Signature, call: Call) -> Ending | None:
    """None when no screen opens: then the exit code has to say it."""
    try:
        return show_mistakes(error, file, seen, call.env)
    except DisplayError as unseen:
        print(f"kiosk: {unseen}", file=sys.stderr)
        return None
