"""Hatchling's hook, for wheels alone: writes the module that `ready_made.py` reads.

The kiosk is imported in a process of its own by the Python that builds the wheel, and every text that attrs compiles
meanwhile is written down. Where that cannot be done the wheel has no such module, and starts more slowly.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import indent
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

IMPORTED = (
    "kiosk.cli.run",
    "kiosk.display",
    "kiosk.display.cards",
    "kiosk.display.labels",
    "kiosk.display.strip",
)
"""What a start imports before the first picture, and just after it."""
_HEAD = '"""Made by kiosk/cli/wheel_hook.py: the methods that attrs would write at every start."""\n'


class WheelHook(BuildHookInterface[Any]):
    """Found by hatchling (pyproject.toml)."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as file:
            self._made = Path(file.name)
        words = [sys.executable, "-P", __file__, file.name]  # -P: this folder has an inspect.py of its own
        done = subprocess.run(words, env={**os.environ, "PYTHONPATH": self.root}, check=False)
        if done.returncode:
            self.app.display_warning("kiosk.cli.methods is not in this wheel: the kiosk starts more slowly")
        else:
            build_data["force_include"][file.name] = "kiosk/cli/methods.py"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        if hasattr(self, "_made"):
            self._made.unlink()


def module(scripts: dict[bytes, str]) -> str:
    """The text of the module: each script becomes the body of a function, which returns what it defined."""
    bodies = [
        f"def _{number}():\n{indent(script, ' ')}\n return locals()\n"
        for number, script in enumerate(scripts.values())
    ]
    table = "".join(f" {name!r}: _{number},\n" for number, name in enumerate(scripts))
    return "".join((_HEAD, *bodies, "METHODS = {\n", table, "}\n"))


def texts() -> dict[bytes, str]:
    """What attrs compiles while the kiosk is imported. For a process that has imported nothing of it so far."""
    attrs: Any = importlib.import_module("attr._make")
    seen: list[tuple[str, str]] = []
    compiled = attrs._linecache_and_compile  # noqa: SLF001

    def noted(script: str, filename: str, *names: object, **more: object) -> object:
        seen.append((script, filename))
        return compiled(script, filename, *names, **more)

    attrs._linecache_and_compile = noted  # noqa: SLF001
    try:
        for name in IMPORTED:
            importlib.import_module(name)
    finally:
        attrs._linecache_and_compile = compiled  # noqa: SLF001
    from kiosk.cli.ready_made import key, plain

    return {key(script): script for script in (plain(*each) for each in seen)}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(module(texts()), "utf-8")
