"""config.toml -> a frozen Config, every problem at once. The keys are declared in schema.py; start reading
there."""

from __future__ import annotations

from kiosk.config.load import DEFAULT, Loaded, default_places, language_of, load, place_of
from kiosk.config.schema import (
    Config,
    Contrast,
    DisplayConfig,
    GoogleConfig,
    LanguageTag,
    Lettering,
    PickingConfig,
    Renderer,
    Rotation,
    SlideshowConfig,
    StorageConfig,
)
from kiosk.config.show import Row, rows, table
from kiosk.config.storage_key import StorageKey

__all__ = [
    "DEFAULT",
    "Config",
    "Contrast",
    "DisplayConfig",
    "GoogleConfig",
    "LanguageTag",
    "Lettering",
    "Loaded",
    "PickingConfig",
    "Renderer",
    "Rotation",
    "Row",
    "SlideshowConfig",
    "StorageConfig",
    "StorageKey",
    "default_places",
    "language_of",
    "load",
    "place_of",
    "rows",
    "table",
]
