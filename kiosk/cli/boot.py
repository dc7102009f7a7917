"""``kiosk boot-config``: what is on the boot partition, taken over before the frame starts. For its unit, as root."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kiosk.cli.exits import Exit
from kiosk.config.overlay import OVERLAY
from kiosk.system.boot_partition import Frame, take_over

if TYPE_CHECKING:
    from kiosk.cli import Call


def boot_config(_call: Call) -> int:
    """Mistakes are no failure: the frame shows them."""
    try:
        taken = take_over(Frame(), OVERLAY)
    except OSError as error:
        print(f"kiosk: {OVERLAY} cannot be written: {error.strerror}", file=sys.stderr)
        return Exit.CARD
    if taken is None:
        return Exit.OK
    for problem in taken.problems:
        print(f"kiosk: {problem}", file=sys.stderr)
    if taken.secret_left:
        print(f"kiosk: {taken.document.path} cannot be written: a secret is still in it", file=sys.stderr)
    return Exit.OK
