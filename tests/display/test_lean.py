"""pygame comes without sound, fonts and clipboard, and the window misses none of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPENED = """
import sys
import kiosk.display
import pygame
from kiosk.core.model import Rect, Size
from kiosk.display import open_screen
from kiosk.display.lean import UNUSED
screen = open_screen(Size(64, 36))
screen.canvas.fill(Rect(0, 0, 64, 36), (200, 30, 30))
screen.canvas.present()
screen.events(paused=False)
assert [name for name in UNUSED if sys.modules[f"pygame.{name}"] is not None] == []
with open("/proc/self/maps") as maps:
    loaded = maps.read()
assert "libSDL2" in loaded
assert not [name for name in ("SDL2_mixer", "SDL2_ttf") if name in loaded]
screen.close()
pygame.display.init()
pygame.Window("a console's", (64, 36)).destroy()  # the canvas of textures makes one
print("opened")
"""


def test_a_window_opens_without_the_rest_of_pygame_and_nobody_warns(tmp_path: Path) -> None:
    env = {**os.environ, "SDL_VIDEODRIVER": "dummy", "PYTHONPATH": str(ROOT)}
    words = (sys.executable, "-W", "error", "-c", OPENED)
    done = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("opened\n", "")
