"""Exit codes, after sysexits.h where it has one. The README lists them; a test compares."""

from __future__ import annotations

from enum import IntEnum

from kiosk.control import NotRunning
from kiosk.errors import (
    AlreadyRunning,
    ConfigError,
    DisplayError,
    GoogleError,
    KioskError,
    StorageError,
)


class Exit(IntEnum):
    OK = 0
    FAILED = 1
    """It was tried and did not work; the message says what."""
    USAGE = 2
    """The command line is not understood."""
    UNAVAILABLE = 69
    """No kiosk is running, no screen opens, or Google is not reached."""
    CARD = 74
    """The state or cache directory cannot be read or written."""
    RUNNING = 75
    """Another kiosk has this state directory."""
    CONFIG = 78
    """config.toml has mistakes, or no Google client is configured."""
    INTERRUPTED = 130
    """Ctrl+C, as a shell reports it."""


def exit_of(error: KioskError) -> Exit:
    match error:
        case ConfigError():
            return Exit.CONFIG
        case AlreadyRunning():
            return Exit.RUNNING
        case StorageError():
            return Exit.CARD
        case DisplayError() | GoogleError() | NotRunning():
            return Exit.UNAVAILABLE
    return Exit.FAILED
