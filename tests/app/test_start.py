"""What a start brings along before the first stored picture is on the screen: counted, since a clock proves nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.core.model import Size
from tests.app.frame import Frame
from tests.bench.cards import fill

MODULES = 385
"""At the most, without those that every Python starts with: 372 when this was written."""
LATER = (
    "babel",
    "cryptography",
    "google.auth",
    "numpy",
    "qrcode",
    "requests",
    "PIL.PngImagePlugin",
    "kiosk.demo",
    "kiosk.display.cards",
    "kiosk.display.text",
    "kiosk.doctor",
    "kiosk.google",
    "kiosk.system.panel",
    "pygame.font",
    "pygame.mixer",
)
"""What the first picture does without."""
NOTED = """
import sys
before = set(sys.modules)
import json, os, signal
from kiosk.app.loop import Kiosk
paint, seen = Kiosk._paint, {}
def painted(self, now):
    paint(self, now)
    scene = self._painter._scene
    if self._painter.flips == 1 and not seen:
        seen["modules"] = [name for name in sys.modules if name not in before and sys.modules[name] is not None]
        seen["first"] = [scene.current is not None, scene.badge is not None]
    if self._painter.flips == 2:
        seen["second"] = [scene.current is not None, scene.badge is not None]
        Kiosk._paint = paint
        print(json.dumps(seen), flush=True)
        os.kill(os.getpid(), signal.SIGTERM)
Kiosk._paint = painted
from kiosk.cli import main
main()
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """A frame without a client, which has something to say about that."""
    home = tmp_path_factory.mktemp("start")
    frame = Frame(home)
    fill(home, 3, Size(64, 48), different=3)
    words = [sys.executable, "-c", NOTED, "run", "--config", str(frame.config)]
    # The measuring of the coverage imports a great deal by itself.
    env = {name: value for name, value in frame.env.items() if not name.startswith(("COV", "PYTHONTRACE"))}
    done = subprocess.run(
        words, env=env, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, list[Any]] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def modules(seen: dict[str, list[Any]]) -> set[str]:
    """Those that are there when the first picture is."""
    return set(seen["modules"])


def test_the_first_picture_does_not_wait_for_words_and_they_follow_at_once(
    seen: dict[str, list[Any]],
) -> None:
    assert (seen["first"], seen["second"]) == ([True, False], [True, True])


def test_the_first_picture_waits_for_few_imports(modules: set[str]) -> None:
    assert len(modules) <= MODULES


@pytest.mark.parametrize("name", LATER)
def test_the_first_picture_does_not_wait_for_this(modules: set[str], name: str) -> None:
    assert name not in modules
