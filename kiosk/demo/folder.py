"""A person's own photographs as the demo's library: ``kiosk demo --photos DIR``."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from kiosk.demo.library import ORIENTATION_TAG, DemoItem, FileSource, Library
from kiosk.errors import ConfigError, Problem

_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_EXIF_IFD = 0x8769
_TAKEN = 0x9003
_TAKEN_OFFSET = 0x9011
_MAKE, _MODEL = 0x010F, 0x0110


def folder_library(directory: Path) -> Library:
    """The JPEG, PNG and WebP pictures below a directory; unreadable ones are left out.

    Ids are made from the path inside the directory, so they are the same at every start. Raises ConfigError if there
    is no picture.
    """
    items = [item for path in _pictures(directory) if (item := _item(directory, path)) is not None]
    if not items:
        problem = Problem(
            f"--photos {directory}", "no picture was found there", "a folder of JPEG, PNG or WebP files"
        )
        raise ConfigError((problem,))
    return Library(items)


def _pictures(directory: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in _TYPES and not name.startswith("."):
                yield Path(place, name)


def _item(directory: Path, path: Path) -> DemoItem | None:
    inside = path.relative_to(directory)
    try:
        with Image.open(path) as image:
            exif = image.getexif()
            width, height = image.size
            shot = exif.get_ifd(_EXIF_IFD)
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    if exif.get(ORIENTATION_TAG, 1) > 4:
        width, height = height, width
    return DemoItem(
        id="file-" + hashlib.sha256(inside.as_posix().encode(errors="surrogateescape")).hexdigest()[:24],
        filename=path.name,
        created=_taken(shot.get(_TAKEN), shot.get(_TAKEN_OFFSET)) or _modified(path),
        width=width,
        height=height,
        source=FileSource(path),
        mime_type=_TYPES[path.suffix.lower()],
        camera_make=_text(exif.get(_MAKE)),
        camera_model=_text(exif.get(_MODEL)),
        albums=tuple(part for part in inside.parts[:-1]),
    )


def _text(value: object) -> str:
    return str(value).strip("\0 ") if value is not None else ""


def _taken(text: object, offset: object) -> datetime | None:
    """DateTimeOriginal; without an offset it is taken for UTC, as nothing better is known."""
    try:
        return datetime.strptime(
            f"{_text(text)}{_text(offset) or '+00:00'}", "%Y:%m:%d %H:%M:%S%z"
        ).astimezone(UTC)
    except ValueError:
        return None


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
