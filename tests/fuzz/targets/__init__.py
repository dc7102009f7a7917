"""What is fuzzed: one module for each input, with ``once(content, folder)`` and the laws that it must keep.

A target raises nothing for any bytes whatever. What else comes out is a finding: an exception that is not documented, a
law broken, more than ten seconds or a gigabyte.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

SAMPLES = Path(__file__).parents[1] / "samples"


@frozen
class Target:
    """One input of the kiosk."""

    name: str
    runs: int
    """In `make fuzz`: each takes about a quarter of a minute."""
    longest: int
    """Bytes."""

    @property
    def samples(self) -> Path:
        """Seeds, and what was found once and must not come back."""
        return SAMPLES / self.name

    def load(self, folder: Path) -> Callable[[bytes], None]:
        """The target over a folder of its own, which it may fill."""
        module: Any = importlib.import_module(f"tests.fuzz.targets.{self.name}")
        if hasattr(module, "prepare"):
            module.prepare(folder)
        return lambda content: module.once(content, folder)


TARGETS = (
    Target("wire", 150_000, 2000),
    Target("address", 150_000, 300),
    Target("settings", 20_000, 2000),
    Target("client_file", 5_000, 600),
    Target("credentials", 20_000, 600),
    Target("control", 50_000, 600),
    Target("catalog", 600, 20_000),
)
