"""The SD card: catalog (SQLite), renditions (files), credentials (0600). `Storage` is the door."""

from __future__ import annotations

from kiosk.storage.renditions import PartFile
from kiosk.storage.storage import Storage

__all__ = ["PartFile", "Storage"]
