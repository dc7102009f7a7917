"""Cards as they should look, with a small tolerance. KIOSK_WRITE_GOLDENS=1 writes them anew: look at them then."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from kiosk.core.model import Size
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from tests.screens import ASSETS, SCENES, paint

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
SMALL, TALL = Size(800, 480), Size(480, 800)
SHOWN = [
    *((name, SMALL) for name in ("sign_in", "sign_in_wide", "picking", "picking_panel", "downloading")),
    *((name, SMALL) for name in ("client_missing", "downloading_panel", "badge_offline", "disconnect_panel")),
    *((name, SMALL) for name in ("sign_in_panel", "config_mistakes", "listing", "offline")),
    *((name, SMALL) for name in ("menu", "menu_info")),
    *((name, TALL) for name in ("sign_in", "picking_panel", "downloading", "badge_working")),
]


@pytest.mark.parametrize(
    ("name", "screen"), SHOWN, ids=lambda part: part if isinstance(part, str) else part.width
)
def test_a_screen_looks_as_it_did(name: str, screen: Size, tmp_path: Path, no_screen: None) -> None:
    canvas = SurfaceCanvas(screen)
    seen = paint(Painter(canvas, ASSETS), screen, SCENES[name])
    canvas.close()
    golden = GOLDENS / f"{name}-{screen.width}x{screen.height}.png"
    if os.environ.get("KIOSK_WRITE_GOLDENS"):
        seen.quantize(256, dither=Image.Dither.NONE).save(golden, optimize=True)
        return
    with Image.open(golden) as stored:
        expected = stored.convert("RGB")
    assert seen.size == expected.size
    difference = ImageChops.difference(seen, expected).convert("L")
    # FreeType's edges differ a little between versions, and a golden has 256 colours; a moved line does far more.
    off = sum(difference.histogram()[40:]) / (seen.width * seen.height)
    if off > 0.002:
        difference.point(lambda level: min(255, level * 4)).save(tmp_path / "difference.png")
        seen.save(tmp_path / "seen.png")
        pytest.fail(f"{off:.2%} of {golden.name} differs; see {tmp_path}")
