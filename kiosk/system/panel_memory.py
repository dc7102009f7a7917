"""What worked on which display, and what has to be undone after a restart: a few lines of JSON on the card."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import evolve, frozen

_log = logging.getLogger(__name__)

NAME = "panel.json"
MOST_DISPLAYS = 20


@frozen
class Remembered:
    displays: Mapping[str, tuple[str, ...]] = attrs.Factory(dict)
    """Display -> the methods that turn it off."""
    off_by: tuple[str, ...] = ()
    """The methods that have turned it off, and whose effect outlives the kiosk."""
    brightness: Mapping[str, int] = attrs.Factory(dict)
    """Backlight -> what it was before."""
    full: Mapping[str, int] = attrs.Factory(dict)
    """Lamp -> what it was before it was turned down for the evening."""


class PanelMemory:
    """Reads once and writes only what has changed. A file that cannot be read or written is no fault: everything in
    it is found out again."""

    def __init__(self, directory: Path | None) -> None:
        self._file = None if directory is None else directory / NAME
        self._known: Remembered | None = None

    @property
    def known(self) -> Remembered:
        if self._known is None:
            self._known = _read(self._file)
        return self._known

    def remember(self, display: str, methods: tuple[str, ...]) -> None:
        """These turn this display off."""
        others = {name: done for name, done in self.known.displays.items() if name != display}
        kept = dict(list(others.items())[-(MOST_DISPLAYS - 1) :])
        self._keep(evolve(self.known, displays={**kept, display: methods}))

    def turned(self, off_by: tuple[str, ...]) -> None:
        """These have turned it off; none: it is on."""
        self._keep(evolve(self.known, off_by=off_by))

    def dimmed(self, backlight: str, brightness: int) -> None:
        """So bright it was."""
        self._keep(evolve(self.known, brightness={**self.known.brightness, backlight: brightness}))

    def before_dimming(self, lamp: str, brightness: int) -> None:
        """So bright it was before it was turned down."""
        self._keep(evolve(self.known, full={**self.known.full, lamp: brightness}))

    def undimmed(self, left: Collection[str] = ()) -> None:
        """All lamps are as they were, but for these."""
        full = self.known.full
        self._keep(evolve(self.known, full={name: full[name] for name in full if name in left}))

    def _keep(self, known: Remembered) -> None:
        if known == self.known:
            return
        self._known = known
        if self._file is None:
            return
        new = self._file.with_suffix(".new")
        try:
            with os.fdopen(_private(new), "w", encoding="utf-8") as file:
                json.dump(attrs.asdict(known), file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._file)
        except OSError as error:
            _log.debug("%s: %s", self._file, error.strerror)


def _private(file: Path) -> int:
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _read(file: Path | None) -> Remembered:
    try:
        found = json.loads(file.read_text(encoding="utf-8")) if file is not None else {}
        return Remembered(
            displays={str(name): _names(methods) for name, methods in found.get("displays", {}).items()},
            off_by=_names(found.get("off_by", ())),
            brightness=_numbers(found.get("brightness", {})),
            full=_numbers(found.get("full", {})),
        )
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return Remembered()


def _numbers(found: Any) -> dict[str, int]:
    return {str(name): int(value) for name, value in found.items()}


def _names(found: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in found)
