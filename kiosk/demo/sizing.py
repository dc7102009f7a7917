"""What the text after the ``=`` of a base URL asks for.

Source: Google's Picker guide on media items, and the older Library guide on base URLs: ``=w2048-h1024``, ``-c`` to
crop, ``-no`` for a video's still without the play button, ``=d`` the file, ``=dv`` the video. 1 to 16383 pixels.
"""

from __future__ import annotations

import re

import attrs

LARGEST = 16383

_SIDE = re.compile(r"([wh])([1-9]\d{0,5})")


@attrs.frozen
class Ask:
    """One base URL's parameters. ``width`` and ``height`` 0 mean "whatever the other side gives"."""

    width: int = 0
    height: int = 0
    crop: bool = False
    no_overlay: bool = False
    download: bool = False
    video: bool = False


def ask(text: str) -> Ask | None:
    """The parameters behind ``=``; None for what Google would not serve.

    >>> ask("w800-h600-c")
    Ask(width=800, height=600, crop=True, no_overlay=False, download=False, video=False)
    """
    sides: dict[str, int] = {}
    flags: set[str] = set()
    for part in text.split("-"):
        side = _SIDE.fullmatch(part)
        if side is not None and side[1] not in sides and int(side[2]) <= LARGEST:
            sides[side[1]] = int(side[2])
        elif part in ("c", "no", "d", "dv") and part not in flags:
            flags.add(part)
        else:
            return None
    if not sides and not flags & {"d", "dv"}:
        return None
    if "c" in flags and len(sides) < 2:
        return None
    return Ask(
        sides.get("w", 0),
        sides.get("h", 0),
        "c" in flags,
        "no" in flags,
        "d" in flags and not sides,
        "dv" in flags,
    )
