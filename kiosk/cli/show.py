"""``kiosk show``: try a look on pictures from disk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kiosk.cli.exits import Exit
from kiosk.config import load

if TYPE_CHECKING:
    from kiosk.cli import Call


def show(call: Call) -> int:
    """Until somebody quits; 1 when none of the files is a picture."""
    from kiosk.app.preview import show_files

    if show_files(call.args.files, load(call.config_path, call.env), call.env):
        return Exit.OK
    print("kiosk: none of these files is a picture", file=sys.stderr)
    return Exit.FAILED
