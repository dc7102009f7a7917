"""The import rules hold, and each of them catches what it is there to catch."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# What a value, a table or a sum may need; and nothing that asks the machine anything.
ALLOWED = """
    __future__ attrs base64 bisect collections datetime enum fractions functools hashlib heapq ipaddress itertools json
    kiosk math operator random re string textwrap types typing unicodedata urllib uuid
"""
CORE_MAY_IMPORT = frozenset(ALLOWED.split())


def imported_by(path: Path) -> set[str]:
    """The top-level names of what a module imports, wherever in it that stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize(
    "module", sorted((ROOT / "kiosk" / "core").rglob("*.py")), ids=lambda path: path.stem
)
def test_the_core_imports_types_of_values_only(module: Path) -> None:
    assert imported_by(module) <= CORE_MAY_IMPORT


@pytest.mark.parametrize(
    "module", sorted((ROOT / "kiosk" / "core").rglob("*.py")), ids=lambda path: path.stem
)
def test_the_core_asks_no_source_of_chance(module: Path) -> None:
    """random and uuid are there for seeded generators and for types; what they draw by themselves is no value."""
    drawn = re.findall(r"\b(?:random\.(?!Random\b)\w+|SystemRandom|uuid[14])\(", module.read_text())
    assert drawn == []


def test_no_folder_hides_from_the_rules() -> None:
    """A folder without __init__.py still imports, but the linter does not see it."""
    folders = {path.parent for path in (ROOT / "kiosk").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "kiosk", tmp_path / "kiosk", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = (LINT, "--no-cache", "--no-logo")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tree), "HOME": str(tree), "PYTHONUTF8": "1"}
    return subprocess.run(
        command, cwd=tree, capture_output=True, text=True, check=False, env=environment, timeout=50
    )


def test_the_tree_as_it_is_keeps_every_rule(tree: Path) -> None:
    judged = lint(tree)
    assert judged.returncode == 0, judged.stdout
    assert "0 broken" in judged.stdout


def test_every_rule_catches_its_violation(tree: Path) -> None:
    """One tree with one seed for each contract, and one more for each kind of edge that the layers forbid."""
    seeds = {
        "kiosk/core/seeded.py": "import kiosk.config",
        "kiosk/storage/seeded.py": "import kiosk.google",
        "kiosk/system/seeded.py": "import pygame",
        "kiosk/google/seeded.py": "import requests",
        "kiosk/config/seeded.py": "import cryptography",
        "kiosk/display/seeded.py": "import babel",
        "kiosk/storage/seeded_sight.py": "import cv2",
        "kiosk/core/seeded_clock.py": "def now():\n    import time\n    return time.time()",
    }
    for name, text in seeds.items():
        (tree / name).write_text(text + "\n")
    judged = lint(tree)
    said = " ".join(judged.stdout.split())
    assert judged.returncode == 1, judged.stdout
    assert "0 kept, 7 broken" in said
    for importer, imported in (
        ("core.seeded", "config"),
        ("storage.seeded", "google"),
        ("system.seeded", "pygame"),
        ("google.seeded", "requests"),
        ("config.seeded", "cryptography"),
        ("display.seeded", "babel"),
        ("storage.seeded_sight", "cv2"),
        ("core.seeded_clock", "time"),
    ):
        assert f"kiosk.{importer}" in said
        assert imported in said


def test_a_new_module_without_a_place_in_the_layers_is_caught(tree: Path) -> None:
    (tree / "kiosk" / "utils.py").touch()
    judged = lint(tree)
    assert judged.returncode == 1
    assert "utils" in judged.stdout
