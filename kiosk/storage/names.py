"""What a rendition's file is called: all that a catalog needs to know of it, so that a lost catalog can be made again.

``ab/STEM.SECONDS.WxH.DIGEST.jpg``: STEM is the media item id, percent-encoded, or ``~`` and its SHA-256 where it would
be too long for a file name; SECONDS since the epoch of the capture, or ``x``; DIGEST is the SHA-256 of the file,
base64url without padding (RFC 4648 section 5). ``ab`` comes from the stem and spreads the files over 256 directories.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from urllib.parse import quote, unquote

from attrs import frozen

from kiosk.core.model import EPOCH, MediaItemId, Size

# NAME_MAX is 255 bytes on ext4, f2fs, btrfs and in VFAT's long names; this is what the other parts leave.
LONGEST_STEM = 160
_MOST_PIXELS = 100_000
_NAME = re.compile(
    r"(?P<fan>[0-9a-f]{2})/(?P<stem>[^/]+)\.(?P<seconds>x|-?[0-9]{1,12})"
    r"\.(?P<width>[0-9]{1,9})x(?P<height>[0-9]{1,9})\.(?P<digest>[A-Za-z0-9_-]{43})\.jpg"
)


@frozen
class Named:
    """What a file name tells."""

    item_id: MediaItemId
    seconds: int | None
    """Since the epoch, UTC; None where the capture is unknown."""
    size: Size
    digest: str
    """SHA-256, hex."""


def seconds_of(captured_at: datetime | None) -> int | None:
    """Whole seconds since the epoch of an aware time."""
    return None if captured_at is None else int((captured_at - EPOCH).total_seconds())


def stem_of(item_id: MediaItemId) -> str:
    """The part of the name that stands for the item."""
    stem = quote(item_id, safe="")
    return stem if len(stem) <= LONGEST_STEM else hashed(item_id)


def hashed(item_id: MediaItemId) -> str:
    """What stands for an id that is too long."""
    return "~" + hashlib.sha256(item_id.encode()).hexdigest()


def is_hashed(item_id: MediaItemId) -> bool:
    """Whether the id itself does not fit into a file name."""
    return len(quote(item_id, safe="")) > LONGEST_STEM


def is_hashed_stem(item_id: MediaItemId) -> bool:
    """Whether an id that was read from a file name stands for one that did not fit into it."""
    return re.fullmatch(r"~[0-9a-f]{64}", item_id) is not None


def file_name(item_id: MediaItemId, seconds: int | None, size: Size, digest: str) -> str:
    """The file name inside the renditions directory. digest: SHA-256, hex.

    Raises ValueError for a digest or a size that no rendition has.
    """
    if len(digest) != 64 or not (0 < size.width <= _MOST_PIXELS and 0 < size.height <= _MOST_PIXELS):
        raise ValueError("no digest or no size of a rendition")
    stem = stem_of(item_id)
    fan = hashlib.sha256(stem.encode()).hexdigest()[:2]
    when = "x" if seconds is None else seconds
    mark = base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")
    return f"{fan}/{stem}.{when}.{size.width}x{size.height}.{mark}.jpg"


def parse_name(name: str) -> Named | None:
    """What `name` tells, or None if `file_name` never made it. A hashed id stays hashed."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    digest = base64.urlsafe_b64decode(match["digest"] + "=").hex()
    seconds = None if match["seconds"] == "x" else int(match["seconds"])
    item_id = MediaItemId(unquote(match["stem"]))
    named = Named(item_id, seconds, Size(int(match["width"]), int(match["height"])), digest)
    try:
        return named if file_name(item_id, seconds, named.size, digest) == name else None
    except ValueError:
        return None
