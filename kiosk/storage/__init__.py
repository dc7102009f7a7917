"""The SD card: catalog (SQLite), renditions (files), credentials (0600). `Storage` is the door.

Opened when somebody asks for it (PEP 562): the decode process lives in this package too and needs none of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.storage.part import PartFile
    from kiosk.storage.storage import Storage

__all__ = ["PartFile", "Storage"]


def __getattr__(name: str) -> object:
    if name == "Storage":
        from kiosk.storage.storage import Storage

        return Storage
    if name == "PartFile":
        from kiosk.storage.part import PartFile

        return PartFile
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
