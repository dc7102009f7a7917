"""`python -m tests.display.qr_table`: do the codes on our screens still read when a poor camera has seen them?

Every screen with a QR, as a whole screenshot, in every size, theme and language, is reduced to MODULE pixels per module
of its QR, then turned, blurred or made noisy, and given to two decoders that share no code with each other or with us:
zbar and ZXing-C++. Nothing is cut out or cleaned up for them. The table says how many were read of how many.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import zxingcpp
from attrs import frozen
from PIL import Image, ImageChops, ImageFilter

from kiosk.config import Contrast, Lettering
from kiosk.core.model import Size
from kiosk.core.scene import Card
from kiosk.display import qr
from kiosk.display.cards import Compositor
from kiosk.display.fonts import FontBook
from kiosk.display.painter import Painter, spoken
from kiosk.display.parts import Symbol
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.text import Typesetter
from kiosk.display.theme import Theme, themed
from kiosk.display.voice import ENGLISH, Voice
from kiosk.language import TAGS, language
from tests.screens import ASSETS, SCENES, paint

MODULE = 2.5
"""Pixels of the camera per module; 3 are what a phone is said to need (docs/rendering.md)."""
BLUR = 0.8
"""Pixels of the camera: the radius of a Gaussian, a third of a module."""
NOISE = 24
"""Levels of 255: 13 % of the range that is left, worse than a phone's camera in a living room at night."""
SIZES = (Size(800, 480), Size(1024, 600), Size(1920, 1080), Size(3840, 2160), Size(1080, 1920))
THEMES = {
    "normal": themed(),
    "large": themed(Lettering.LARGE),
    "high contrast": themed(contrast=Contrast.HIGH),
    "large, high contrast": themed(Lettering.LARGE, Contrast.HIGH),
}
RTL = "ar"
WITH_QR = [name for name, scene in SCENES.items() if scene.card is not None and scene.card.qr is not None]
TRANSLATED = ("sign_in", "sign_in_panel", "picking", "picking_panel")
"""What is shown in every language as well; the others differ from them in a sentence."""


@frozen
class Shot:
    """One screenshot to be taken."""

    scene: str
    screen: Size
    theme: str
    tag: str = "en"

    @property
    def row(self) -> tuple[str, str]:
        """Its row in the table."""
        kind = self.theme if self.tag == "en" else "right to left" if self.tag == RTL else "other languages"
        return f"{self.screen.width}x{self.screen.height}", kind


def shots() -> list[Shot]:
    """Every screenshot that there is to take, those of one painter together."""
    themes = [Shot(name, screen, theme) for screen in SIZES for theme in THEMES for name in WITH_QR]
    languages = [
        Shot(name, screen, "normal", tag)
        for screen in SIZES
        for tag in TAGS
        if tag != "en"
        for name in TRANSLATED
    ]
    return themes + languages


def card_of(shot: Shot) -> Card:
    """What stands on it, in English."""
    card = SCENES[shot.scene].card
    assert card is not None and card.qr is not None
    return card


class Studio:
    """Takes screenshots; keeps the painter of the last one, since the photographs behind a panel cost most."""

    def __init__(self) -> None:
        self._of: tuple[Size, str, str] | None = None
        self._canvas: SurfaceCanvas | None = None
        self._painter: Painter | None = None

    def take(self, shot: Shot) -> Image.Image:
        """The whole screen, RGB."""
        of = (shot.screen, shot.theme, shot.tag)
        if self._painter is None or self._of != of:
            self.close()
            self._of = of
            self._canvas = SurfaceCanvas(shot.screen)
            self._painter = Painter(self._canvas, ASSETS, THEMES[shot.theme], _voice(shot.tag))
        return paint(self._painter, shot.screen, SCENES[shot.scene])

    def close(self) -> None:
        if self._canvas is not None:
            self._canvas.close()
        self._canvas = self._painter = None


def _voice(tag: str) -> Voice:
    return ENGLISH if tag == "en" else language(tag)


def module_of(shot: Shot) -> int:
    """Pixels per module of the QR on this screenshot."""
    voice, card = _voice(shot.tag), card_of(shot)
    compositor = Compositor(_theme(shot), Typesetter(FontBook(ASSETS), voice.tag, voice.rtl))
    over = SCENES[shot.scene].current is not None
    for item in compositor.card(spoken(card, voice), shot.screen, over_photos=over):
        if isinstance(item.part, Symbol):
            return item.part.side // (len(qr.modules(item.part.text, item.part.side)) + 8)
    raise AssertionError(f"{shot} has no QR")


def _theme(shot: Shot) -> Theme:
    return THEMES[shot.theme]


# What a camera does to it. --------------------------------------------------------------------------------------------


def seen(picture: Image.Image, module: int) -> Image.Image:
    """The screen so far away that a module has MODULE pixels. L."""
    return _reduced(picture.convert("L"), MODULE / module)


def _reduced(picture: Image.Image, share: float) -> Image.Image:
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _turned(picture: Image.Image, module: int) -> Image.Image:
    # Turned before it is reduced, as a lens does it, but not at four times the pixels.
    nearer = _reduced(picture.convert("L"), min(1.0, 2 * MODULE / module))
    turned = nearer.rotate(7, Image.Resampling.BICUBIC, expand=True, fillcolor=60)
    return _reduced(turned, MODULE / min(module, 2 * MODULE))


def _noisy(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Even noise of +-NOISE levels over the grey blacks and whites of a poor exposure."""
    dull = picture.point([30 + level * 190 // 255 for level in range(256)])
    grain = Image.frombytes("L", dull.size, rng.randbytes(dull.width * dull.height))
    grain = grain.point([level * 2 * NOISE // 255 for level in range(256)])
    return ImageChops.add(dull, grain, offset=-NOISE)


SPOILT: dict[str, Callable[[Image.Image, int, random.Random], Image.Image]] = {
    "reduced": lambda picture, module, _: seen(picture, module),
    "turned 7°": lambda picture, module, _: _turned(picture, module),
    "turned 90°": lambda picture, module, _: seen(picture, module).transpose(Image.Transpose.ROTATE_90),
    "blurred": lambda picture, module, _: seen(picture, module).filter(ImageFilter.GaussianBlur(BLUR)),
    "noisy": lambda picture, module, rng: _noisy(seen(picture, module), rng),
}
"""What is done to a screenshot with so many pixels per module."""


# Who reads it. --------------------------------------------------------------------------------------------------------


def by_zbar(picture: Image.Image) -> str:
    """What zbarimg reads; empty for nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seen.pgm"
        picture.save(path)
        done = subprocess.run(
            ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    return done.stdout.rstrip("\n")


def by_zxing(picture: Image.Image) -> str:
    """What ZXing-C++ reads; empty for nothing."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return "\n".join(code.text for code in found)


DECODERS = {"zbar": by_zbar, "ZXing": by_zxing}


@frozen
class Reading:
    """One attempt of one decoder."""

    shot: Shot
    decoder: str
    spoilt: str
    right: bool


def readings(wanted: Iterable[Shot], seed: int = 0) -> Iterator[Reading]:
    """Every spoilt version of every shot, read by every decoder."""
    studio = Studio()
    try:
        for shot in wanted:
            picture, module = studio.take(shot), module_of(shot)
            for spoilt, spoil in SPOILT.items():
                image = spoil(picture, module, random.Random(f"{seed} {shot} {spoilt}"))
                for name, decode in DECODERS.items():
                    yield Reading(shot, name, spoilt, decode(image) == card_of(shot).qr)
    finally:
        studio.close()


def table(done: Iterable[Reading]) -> str:
    """Rows: size and theme; columns: decoder and what was done to the picture; cells: read of how many. Markdown."""
    read: Counter[tuple[tuple[str, str], str]] = Counter()
    tried: Counter[tuple[tuple[str, str], str]] = Counter()
    for reading in done:
        cell = (reading.shot.row, f"{reading.decoder} {reading.spoilt}")
        tried[cell] += 1
        read[cell] += reading.right
    columns = [f"{decoder} {spoilt}" for decoder in DECODERS for spoilt in SPOILT]
    rows = [["screen", "theme", *columns], ["---"] * (2 + len(columns))]
    for row in dict.fromkeys(row for row, _ in tried):
        rows.append([*row, *(f"{read[row, column]}/{tried[row, column]}" for column in columns)])
    totals = [
        f"{sum(read[row, column] for row, at in tried if at == column)}/"
        f"{sum(tried[row, column] for row, at in tried if at == column)}"
        for column in columns
    ]
    rows.append(["all", "", *totals])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> None:
    """Print the table of everything."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    import pygame  # the driver has to be known first

    pygame.display.init()
    done = list(readings(shots()))
    sys.stdout.write(f"{table(done)}\n")
    for reading in done:
        if not reading.right:
            sys.stdout.write(f"not read: {reading}\n")


if __name__ == "__main__":
    main()
