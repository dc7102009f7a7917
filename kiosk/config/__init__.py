"""config.toml -> a frozen Config, every problem at once. The keys are declared in schema.py; start reading
there."""

from __future__ import annotations

from kiosk.config.hours import span_of
from kiosk.config.load import DEFAULT, Loaded, boot_file, language_of, load
from kiosk.config.places import default_places, place_of
from kiosk.config.schema import (
    Config,
    Contrast,
    DisplayConfig,
    GoogleConfig,
    LanguageTag,
    Lettering,
    LightConfig,
    LightMethod,
    PickingConfig,
    PowerMethod,
    Renderer,
    Rotation,
    SleepConfig,
    SlideshowConfig,
    StorageConfig,
    UpdateConfig,
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
    "LightConfig",
    "LightMethod",
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
    "UpdateConfig",
    "boot_file",
    "default_places",
    "language_of",
    "load",
    "place_of",
    "rows",
    "span_of",
    "table",
]
