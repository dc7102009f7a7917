"""The contact sheet: every surround for every shape of picture, and the middle of every transition, on one image."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pygame
from PIL import Image

from kiosk.core.focus import CENTRE, Focus
from kiosk.core.model import Rect, Size, SlideId
from kiosk.core.pairing import CLEARLY
from kiosk.core.scene import Scene
from kiosk.core.settings import MatStyle, Style, Surround, Transition
from kiosk.display import shapes
from kiosk.display.drivers import start_video
from kiosk.display.fonts import FontBook
from kiosk.display.images import slide_of, slide_of_all
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.text import Typesetter
from kiosk.display.theme import THEME

SCREEN = Size(1280, 720)
"""What the pictures are hung on before they are made small."""
CELL = Size(256, 144)
_GAP = 14
_LABEL = 34
_TYPE = 15
STYLES: dict[str, Style] = {
    "blur": Style(Surround.BLUR),
    "plain": Style(Surround.PLAIN),
    "fill": Style(Surround.FILL),
    **{f"mat, {mat.value}": Style(Surround.MAT, mat) for mat in MatStyle},
}
TRANSITIONS = [kind for kind in Transition if kind is not Transition.NONE]


_Looked = tuple[Image.Image, Focus]


def contact_sheet(
    pictures: Sequence[Image.Image], assets: Path, focuses: Sequence[Focus] | None = None
) -> Image.Image:
    """RGB. A row for each picture (at least one), a column for each surround; the transitions in the last row.

    Before them a row for each pair: of the upright pictures the first two, of those that are left the next two.
    assets: the folder that holds ``fonts/``. focuses: what matters in each picture, None: its middle.
    """
    looked = list(zip(pictures, focuses or [CENTRE] * len(pictures), strict=True))
    rows = [[_hung(row, style) for style in STYLES.values()] for row in (*zip(looked), *_pairs(looked))]
    middles = _middles(pictures, assets)
    size = Size(
        _GAP + len(STYLES) * (CELL.width + _GAP),
        _GAP + 2 * _LABEL + (len(rows) + 1) * (CELL.height + _GAP),
    )
    sheet = shapes.paper(size, THEME.paper_top, THEME.paper_bottom)
    typesetter = Typesetter(FontBook(assets))
    for row, column in product(range(len(rows)), range(len(STYLES))):
        place = _cell(row, column)
        sheet.paste(rows[row][column], (place.x, place.y))
    foot = _cell(len(rows), 0).y + _LABEL
    for column, middle in enumerate(middles):
        sheet.paste(middle, (_cell(0, column).x, foot))
    for labels, y in ((list(STYLES), _GAP), ([kind.value for kind in TRANSITIONS], foot - _LABEL)):
        for column, label in enumerate(labels):
            block = typesetter.set(label, THEME.label, _TYPE, CELL.width)
            words = typesetter.draw(block, THEME.quiet, CELL.width, 0.5)
            sheet.paste(words, (_cell(0, column).x - block.bleed, y - block.bleed), words)
    return sheet


def _cell(row: int, column: int) -> Rect:
    x = _GAP + column * (CELL.width + _GAP)
    return Rect(x, _GAP + _LABEL + row * (CELL.height + _GAP), CELL.width, CELL.height)


def _small(image: Image.Image) -> Image.Image:
    return image.resize((CELL.width, CELL.height), Image.Resampling.LANCZOS)


def _pairs(looked: Sequence[_Looked]) -> list[tuple[_Looked, ...]]:
    upright = [each for each in looked if each[0].width < CLEARLY * each[0].height]
    return list(zip(upright[::2], upright[1::2], strict=False))


def _hung(looked: Sequence[_Looked], style: Style) -> Image.Image:
    pictures, focuses = zip(*looked, strict=True)
    return _small(slide_of_all(pictures, focuses, SCREEN, style).image)


def _middles(pictures: Sequence[Image.Image], assets: Path) -> list[Image.Image]:
    """From the first picture to the last, half way; on a screen that nobody sees."""
    start_video({"SDL_VIDEODRIVER": "dummy"})
    canvas = SurfaceCanvas(SCREEN)
    try:
        painter = Painter(canvas, assets)
        old, new = SlideId(1), SlideId(2)
        for slide_id, picture in ((old, pictures[0]), (new, pictures[-1])):
            painter.upload(slide_id, slide_of(picture, SCREEN))
        middles = []
        for kind in TRANSITIONS:
            painter.paint(Scene(old, new, 0.5, kind))
            middles.append(_small(painter.read()))
        return middles
    finally:
        canvas.close()
        pygame.display.quit()
