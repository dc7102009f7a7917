"""Every screen in every language, judged by machine, and as contact sheets for people.

`python -m tests.languages DIR [TAG...]` writes a sheet for each language. What is looked for: letters that no font here
has, words that are cut, shortened or gone, parts that lie on each other or beside the screen, ink that is cut off and
lines that touch.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations, pairwise
from pathlib import Path

from attrs import evolve
from PIL import Image, ImageChops

from kiosk.core import words
from kiosk.core.model import Rect, Size
from kiosk.core.scene import Card, Label, Scene
from kiosk.display import strip
from kiosk.display.cards import Compositor
from kiosk.display.fonts import FontBook
from kiosk.display.menu import MenuCompositor, spoken_menu
from kiosk.display.painter import Painter, spoken
from kiosk.display.parts import Paper, Placed, Plate, Words
from kiosk.display.runs import STEERING, missing
from kiosk.display.segments import fine, segments
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.text import Block, Typesetter
from kiosk.display.theme import THEME, Theme
from kiosk.language import ALL, Language, language
from tests.screens import ASSETS, PHOTO, SCENES, paint

SIZES = (Size(800, 480), Size(1024, 600), Size(1920, 1080), Size(3840, 2160), Size(1080, 1920))
SHEET_SIZES = (Size(800, 480), Size(1024, 600), Size(1920, 1080), Size(1080, 1920))
WITH_WORDS = {
    name: scene for name, scene in SCENES.items() if scene.card or scene.badge or scene.strip or scene.menu
}
_WHEN = datetime(2026, 11, 23, 21, 48, tzinfo=UTC)
ON_PICTURES = {
    "labels": Scene(current=PHOTO, labels=(Label(words.on_this_day(3), _WHEN, "NIKON D750"),), clock=_WHEN),
    "label_new": Scene(current=PHOTO, labels=(Label(words.NEW_HERE, _WHEN),), clock=_WHEN),
}
"""What stands on a picture; its painter lays it out while it paints."""


def laid_out(scene: Scene, voice: Language, screen: Size, theme: Theme = THEME) -> list[Placed]:
    """Card and badge as the painter lays them out."""
    compositor = Compositor(theme, Typesetter(FontBook(ASSETS), voice.tag, voice.rtl))
    placed: list[Placed] = []
    if scene.badge is not None:
        placed += compositor.badge(evolve(scene.badge, text=voice.say(scene.badge.text)), screen)
    top = placed[0].rect.height if placed else 0
    if scene.card is not None:
        card = spoken(scene.card, voice)
        placed += compositor.card(card, screen, over_photos=scene.current is not None, top=top)
    if scene.strip is not None:
        told = strip.spoken(scene.strip, voice)
        placed += strip.standing(told, screen, theme, compositor.typesetter)
    if scene.menu is not None:
        page = MenuCompositor(theme, compositor.typesetter).page(spoken_menu(scene.menu, voice), screen)
        placed += page.placed
    return placed


def faults(scene: Scene, tag: str, screen: Size, theme: Theme = THEME) -> list[str]:
    """What is wrong with the layout of one screen, in words; no pixels are drawn."""
    voice = language(tag)
    placed = laid_out(scene, voice, screen, theme)
    typesetter = Typesetter(FontBook(ASSETS), voice.tag, voice.rtl)
    found = [*_places(placed, screen)]
    blocks = [item.part.block for item in placed if isinstance(item.part, Words)]
    for block in blocks:
        found += letter_faults(block, typesetter)
    if scene.card is not None:
        found += _texts(spoken(scene.card, voice), blocks)
    return found


def _places(placed: list[Placed], screen: Size) -> Iterator[str]:
    rects = [rect for item in placed if (rect := _solid(item)) is not None]
    for rect in rects:
        if rect.x < 0 or rect.y < 0 or rect.right > screen.width or rect.bottom > screen.height:
            yield f"beside the screen: {rect}"
    for one, other in combinations(rects, 2):
        beside = one.right <= other.x or other.right <= one.x
        if not (beside or one.bottom <= other.y + 1 or other.bottom <= one.y + 1):
            yield f"{one} lies on {other}"


def _solid(item: Placed) -> Rect | None:
    """Where a part is, without the bleed of words; None for what lies behind the others."""
    if isinstance(item.part, Words):
        bleed = item.part.block.bleed
        rect = item.rect
        return Rect(rect.x + bleed, rect.y + bleed, rect.width - 2 * bleed, rect.height - 2 * bleed)
    return None if isinstance(item.part, Paper | Plate) else item.rect


def letter_faults(block: Block, typesetter: Typesetter) -> Iterator[str]:
    """Letters that no font here has, and words that were left out."""
    hand = typesetter.hand(block.type, rtl=block.rtl)
    for line in block.lines:
        if boxes := missing(line, hand):
            yield f"no font has {boxes!r} of {line!r}"
    if block.shortened:
        yield f"shortened: {block.lines[-1]!r}"


def _texts(card: Card, blocks: list[Block]) -> Iterator[str]:
    seen = {_bare("".join(block.lines)): block for block in blocks}
    for text in (card.title, *card.body.split("\n"), card.hint, card.status, card.footnote):
        if text and _bare(text) not in seen:
            yield f"not there: {text!r}"
        elif text:
            yield from _cut_words(text, seen[_bare(text)])
    for code in (card.address, card.code):
        if code and code not in {"".join(block.lines) for block in blocks}:
            yield f"not there as it is: {code!r}"


def _cut_words(text: str, block: Block) -> Iterator[str]:
    places, at = set(), 0
    for segment in (piece for each in segments(text) for piece in fine(each)):
        at += len(_bare(segment))
        places.add(at)
    at = 0
    for line in block.lines:
        at += len(_bare(line))
        if at not in places:
            yield f"a word is cut at the end of {line!r}"


def _bare(text: str) -> str:
    return "".join(letter for letter in text if not letter.isspace() and letter not in STEERING)


def drawing_faults(block: Block, typesetter: Typesetter) -> list[str]:
    """What is wrong with the pixels of a block: ink that is cut off, lines that touch."""
    found = []
    image = typesetter.draw(block, (255, 255, 255), block.width, 0.0).getchannel("A")
    inside = image.getbbox()
    if inside is None:
        return [f"nothing is drawn of {block.lines}"]
    if inside[0] == 0 or inside[1] == 0 or inside[2] == image.width or inside[3] == image.height:
        found.append(f"ink is cut off at the edge of {block.lines}: {inside} of {image.size}")
    alone = [_alone(block, number, typesetter) for number in range(len(block.lines))]
    for number, (above, below) in enumerate(pairwise(alone)):
        darkest = ImageChops.darker(above, below).getextrema()[1]
        if darkest > 96:
            found.append(f"{block.lines[number]!r} touches {block.lines[number + 1]!r}")
    return found


def _alone(block: Block, number: int, typesetter: Typesetter) -> Image.Image:
    """One line of a block, in its place."""
    lines = tuple(line if at == number else "" for at, line in enumerate(block.lines))
    return typesetter.draw(evolve(block, lines=lines), (255, 255, 255), block.width, 0.0).getchannel("A")


def sheet(tag: str, height: int = 360, gap: int = 10) -> Image.Image:
    """Every screen that has words, one row each, at the sizes of SHEET_SIZES. Needs SDL's dummy driver."""
    scenes = (*WITH_WORDS.values(), *ON_PICTURES.values())
    import pygame  # the driver has to be known first

    widths = [round(size.width * height / size.height) for size in SHEET_SIZES]
    whole = Size(sum(widths) + gap * (len(widths) + 1), (height + gap) * len(scenes) + gap)
    image = Image.new("RGB", (whole.width, whole.height), (90, 90, 90))
    x = gap
    for size, width in zip(SHEET_SIZES, widths, strict=True):
        pygame.display.init()
        canvas = SurfaceCanvas(size)
        painter = Painter(canvas, ASSETS, voice=language(tag))
        for row, scene in enumerate(scenes):
            small = paint(painter, size, scene).resize((width, height), Image.Resampling.LANCZOS)
            image.paste(small, (x, gap + row * (height + gap)))
        canvas.close()
        pygame.display.quit()
        x += width + gap
    # Letters need no more colours, and twenty sheets are kept.
    return image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def main(folder: Path, tags: list[str]) -> None:
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    folder.mkdir(parents=True, exist_ok=True)
    for tag in tags or ALL:
        sheet(tag).save(folder / f"{tag}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
