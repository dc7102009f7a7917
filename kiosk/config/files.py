"""Reading the small text files that a configuration is made of."""

from __future__ import annotations

from pathlib import Path

from kiosk.config.setting import Mistake

LARGEST = 64 * 1024
"""Bytes. config.example.toml has 6 KB; whatever is larger than this is another kind of file."""


def read_text(path: Path) -> str | None:
    """The text of a file in UTF-8, with or without a byte order mark; None if it is not there; raises
    Mistake."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Mistake(f"{path} cannot be read ({error.strerror})") from error
    if len(raw) > LARGEST:
        raise Mistake(f"{path} is larger than {LARGEST // 1024} KiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistake(f"{path} is not text in UTF-8") from error
