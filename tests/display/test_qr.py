from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from kiosk.core.model import Size
from kiosk.display import qr
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.errors import DisplayError
from tests.screens import ASSETS, PICKER, SCENES, SIZES, paint

WITH_QR = [name for name, scene in SCENES.items() if scene.card is not None and scene.card.qr is not None]


def decoded(image: Image.Image, folder: Path) -> str:
    """What zbar, which shares no code with ours, reads from the picture."""
    path = folder / "screen.png"
    image.save(path)
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout.rstrip("\n")


@pytest.mark.parametrize("screen", SIZES, ids=lambda size: f"{size.width}x{size.height}")
@pytest.mark.parametrize("name", WITH_QR)
def test_zbar_reads_the_address_from_the_screen(
    name: str, screen: Size, tmp_path: Path, no_screen: None
) -> None:
    canvas = SurfaceCanvas(screen)
    image = paint(Painter(canvas, ASSETS), screen, SCENES[name])
    canvas.close()
    card = SCENES[name].card
    assert card is not None
    assert decoded(image, tmp_path) == card.qr


@pytest.mark.parametrize("pixels", [200, 401, 630])
def test_modules_are_whole_pixels_in_black_and_white_with_four_modules_around(pixels: int) -> None:
    image = qr.draw(PICKER, pixels)
    assert image.size == (pixels, pixels)
    assert {level for _, level in image.getcolors() or []} == {0, 255}
    box = image.point(lambda level: 255 - level).getbbox()
    assert box is not None
    side = box[2] - box[0]
    count = len(qr.modules(PICKER, pixels))
    scale, rest = divmod(side, count)
    assert rest == 0
    assert min(box[0], box[1], pixels - box[2], pixels - box[3]) >= 4 * scale
    small = image.crop(box).resize((count, count), Image.Resampling.NEAREST)
    assert small.resize((side, side), Image.Resampling.NEAREST).tobytes() == image.crop(box).tobytes()


def test_a_small_plate_takes_the_weaker_correction_for_larger_modules() -> None:
    text = "https://photos.google.com/picker/" + "x" * 60
    strong, weak = qr.modules(text, 600), qr.modules(text, 120)
    assert len(weak) < len(strong)


@pytest.mark.parametrize(("text", "pixels"), [("x" * 4000, 5000), (PICKER, 30)])
def test_what_does_not_fit_says_so(text: str, pixels: int) -> None:
    with pytest.raises(DisplayError):
        qr.modules(text, pixels)
