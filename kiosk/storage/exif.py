"""What a picture's own EXIF says (CIPA DC-008, EXIF 2.32): how it stands, when it was taken and with what, if that
makes sense."""

from __future__ import annotations

import re
import struct
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# What Pillow's decoders raise on bytes that are not what they should be. The list is long because they parse with
# struct, slices and zlib.
UNDECODABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
)

_MAKE, _MODEL = 0x010F, 0x0110
_ORIENTATION, _EXIF_IFD, _TAKEN, _OFFSET = 0x0112, 0x8769, 0x9003, 0x9011
UPRIGHT = 1
_MOMENT = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d) (\d\d:\d\d:\d\d)", re.ASCII)
_ZONE = re.compile(r"[+-]\d\d:\d\d", re.ASCII)
_YEARS = range(1900, 2100)
"""No camera wrote EXIF before 1995, but people date scans of what is older."""


def orientation(picture: Image.Image) -> int:
    """1 to 8; broken EXIF says nothing about how the picture stands."""
    try:
        value = picture.getexif().get(_ORIENTATION, UPRIGHT)
    except UNDECODABLE:
        return UPRIGHT
    return value if isinstance(value, int) and UPRIGHT <= value <= 8 else UPRIGHT


def made_by(picture: Image.Image) -> tuple[str, str]:
    """Make and model of the camera; empty for none, and without what cannot be shown."""
    try:
        exif = picture.getexif()
        found = exif.get(_MAKE), exif.get(_MODEL)
    except UNDECODABLE:
        return "", ""
    make, model = (
        "".join(letter for letter in text if letter.isprintable()) if isinstance(text, str) else ""
        for text in found
    )
    return make, model


def captured_at(picture: Image.Image) -> datetime | None:
    """DateTimeOriginal, aware; as UTC where it does not say of which zone it is. None for none and for nonsense."""
    try:
        exif = picture.getexif().get_ifd(_EXIF_IFD)
        taken, offset = exif.get(_TAKEN), exif.get(_OFFSET)
    except UNDECODABLE:
        return None
    match = _MOMENT.match(taken) if isinstance(taken, str) else None
    if match is None:
        return None
    zone = offset if isinstance(offset, str) and _ZONE.fullmatch(offset) else "+00:00"
    try:
        found = datetime.fromisoformat(f"{match[1]}-{match[2]}-{match[3]}T{match[4]}{zone}")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.year in _YEARS else None
