"""What a rendition's file is called, plain or sealed. A sealed name tells nothing without the key, all with it.

``ab/STEM.sealed``: STEM is, base64url, what names.py writes in plain: the item's id, the capture, the size and the
digest, sealed so that the row always gives the same name. ``ab`` comes from the stem.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct

from kiosk.core.model import MediaItemId, Size
from kiosk.storage import names
from kiosk.storage.envelope import Seals, Unsealable
from kiosk.storage.names import Named

LONGEST_SEALED_ID = 100
"""Bytes. NAME_MAX is 255 and base64 takes a third more; ``.damaged-99999`` has to fit as well."""
_SUFFIX = ".sealed"
_SHAPE = re.compile(r"[0-9a-f]{2}/([A-Za-z0-9_-]+)\.sealed")
_FIELDS = struct.Struct(">qII32s")
"""Seconds since the epoch, width, height, digest; then the id."""
_UNKNOWN = -(1 << 63)


class Names:
    """The way from a row to its file's name, and back."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals

    def name(
        self, item_id: MediaItemId, seconds: int | None, size: Size, digest: str, *, sealed: bool
    ) -> str:
        """The file name inside the renditions directory. digest: SHA-256 of the file as it lies there, hex."""
        if not sealed:
            return names.file_name(item_id, seconds, size, digest)
        sealer = self._seals.sealer
        assert sealer is not None  # noqa: S101 - without the key no catalog with such a row is opened
        when = _UNKNOWN if seconds is None else seconds
        fields = _FIELDS.pack(when, size.width, size.height, bytes.fromhex(digest))
        content = sealer.same("file name", fields + id_in_name(item_id).encode())
        stem = base64.urlsafe_b64encode(content).decode().rstrip("=")
        return f"{_fan(stem)}/{stem}{_SUFFIX}"

    def parse(self, name: str) -> Named | None:
        """What `name` tells; None if it is none of ours, or does not open with our key. A hashed id stays hashed."""
        if not is_sealed_name(name):
            return names.parse_name(name)
        match, sealer = _SHAPE.fullmatch(name), self._seals.sealer
        if match is None or sealer is None or _fan(match[1]) != name[:2]:
            return None
        try:
            content = base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4))
            plain = sealer.open_same("file name", content)
            when, width, height, digest = _FIELDS.unpack_from(plain)
            item_id = MediaItemId(plain[_FIELDS.size :].decode())
        except (binascii.Error, Unsealable):
            return None
        return Named(item_id, None if when == _UNKNOWN else when, Size(width, height), digest.hex())


def is_sealed_name(name: str) -> bool:
    """Whether the file of this name is a sealed one."""
    return name.endswith(_SUFFIX)


def id_in_name(item_id: MediaItemId) -> str:
    """The id, or its hash where it would be too long for a sealed name."""
    return item_id if len(item_id.encode()) <= LONGEST_SEALED_ID else names.hashed(item_id)


def may_be_hashed(item_id: MediaItemId) -> bool:
    """Whether the id itself does not fit into a file name, plain or sealed."""
    return names.is_hashed(item_id) or len(item_id.encode()) > LONGEST_SEALED_ID


def _fan(stem: str) -> str:
    return hashlib.sha256(stem.encode()).hexdigest()[:2]
