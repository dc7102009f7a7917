"""config.toml -> a frozen Config, every problem at once. The keys are declared in schema.py; start reading
there."""

from __future__ import annotations

from kiosk.config.hours import span_of
from kiosk.config.load import DEFAULT, Loaded, default_places, language_of, load, place_of
from kiosk.config.schema import (
    Config,
    Contrast,
    DisplayConfig,
    GoogleConfig,
    LanguageTag,
    Lettering,
    PickingConfig,
    PowerMethod,
    Renderer,
    Rotation,
    SleepConfig,
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
    "PowerMethod",
    "Renderer",
    "Rotation",
    "Row",
    "SleepConfig",
    "SlideshowConfig",
    "StorageConfig",
    "StorageKey",
    "default_places",
    "language_of",
    "load",
    "place_of",
    "rows",
    "span_of",
    "table",
]
