"""Text into pixels: Pillow with RAQM, which alone is right for Arabic, Thai, Bengali and mixed directions.

Without RAQM (Debian: libfribidi0 is missing) Latin still comes out, and `kiosk doctor` says what is missing. Nothing
in here alters a text: it is broken into lines, made smaller, and at the very end shortened where the caller allows it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from attrs import frozen
from PIL import Image, ImageDraw, features

from kiosk.display import breaking
from kiosk.display.fonts import FontBook, load
from kiosk.display.theme import Colour, Type

CAPITALS = 0.727
"""Height of Inter's capitals, as a share of the type size."""
ELLIPSIS = "\u2026"
NEARLY = 0.9
"""Share of its size that an address keeps for the sake of one line; for less it is broken instead."""


@lru_cache(maxsize=1)
def has_raqm() -> bool:
    """Whether Pillow can shape text: it loads libfribidi0 by name when it is first asked."""
    return bool(features.check("raqm"))


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left (Unicode UAX #9, rules P2 and P3)."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False


@frozen
class Block:
    """Lines of one size, ready to be drawn. Pixels."""

    lines: tuple[str, ...]
    type: Type
    pixels: int
    """Type size."""
    width: int
    """Of the widest line."""
    rtl: bool = False
    shortened: bool = False

    @property
    def leading(self) -> float:
        """From base line to base line, pixels."""
        return self.pixels * self.type.leading

    @property
    def height(self) -> int:
        """All lines, each with its share of the leading above and below."""
        return round(self.leading * len(self.lines))

    @property
    def slack(self) -> int:
        """From the upper edge to the capitals of the first line, and from the last base line to the lower edge."""
        return round((self.leading - CAPITALS * self.pixels) / 2)

    @property
    def bleed(self) -> int:
        """How far ink may reach over the edges: tall scripts, marks, italics."""
        return -(-self.pixels * 2 // 5)


@frozen
class Typesetter:
    """Measures, breaks and draws. Cheap to make; what it remembers is bounded and shared."""

    book: FontBook

    def measure(self, text: str, type_: Type, pixels: int) -> float:
        """The width of one line, in pixels."""
        return _measure(self.book, text, type_, pixels, is_rtl(text))

    def set(self, text: str, type_: Type, pixels: int, width: int, *, balance: bool = False) -> Block:
        """Break the text into lines of at most ``width`` pixels; balanced: of about the same length."""
        return _set(self, text, type_, pixels, width, balance)

    def set_anew(self, text: str, type_: Type, pixels: int, width: int, *, balance: bool) -> Block:
        """What :meth:`set` does for a text that it does not remember."""
        breaker = self._balanced if balance else self._broken
        return self._block(breaker(text, type_, pixels, width), type_, pixels, width)

    def set_code(self, text: str, type_: Type, pixels: int, width: int, least: int) -> Block:
        """The largest type, up to ``pixels``, on as few lines as ``least`` allows; nothing is left out."""
        for lines in (1, 2, 3):
            block = self._largest(text, type_, range(pixels, least - 1, -1), width, lines)
            if block is not None:
                return block
        return self._block(breaking.anywhere(text, self._fits(type_, least, width)), type_, least, width)

    def set_address(
        self, text: str, type_: Type, pixels: int, width: int, *, floor: int, least: int
    ) -> Block:
        """On one line if that takes nearly the size asked for, else broken (breaking.py) into two or three.

        Only what needs more lines than that at ``floor`` becomes smaller, down to ``least``. Nothing is left out.
        """
        one = self._largest(text, type_, range(pixels, floor - 1, -1), width, 1)
        if one is not None and one.pixels >= NEARLY * pixels:
            return one
        better = range(pixels, one.pixels if one else floor - 1, -1)
        for signs in (breaking.SLASH, breaking.SIGNS, ""):
            for lines in (2, 3):
                block = self._largest(text, type_, better, width, lines, signs)
                if block is not None:
                    return block
            if one is not None:
                return one
        return self.set_code(text, type_, floor, width, least)

    def _largest(
        self, text: str, type_: Type, sizes: range, width: int, lines: int, signs: str = ""
    ) -> Block | None:
        for size in sizes:
            if self.measure(text, type_, size) > width * lines:
                continue
            fits = self._fits(type_, size, width)
            cut = breaking.after(signs, text, fits) if signs else breaking.anywhere(text, fits)
            if cut is not None and len(cut) <= lines:
                return self._block(cut, type_, size, width)
        return None

    def _fits(self, type_: Type, pixels: int, width: int) -> Callable[[str], bool]:
        return lambda part: self.measure(part.rstrip(), type_, pixels) <= width

    def _block(self, lines: list[str], type_: Type, pixels: int, width: int) -> Block:
        widest = max((self.measure(line, type_, pixels) for line in lines), default=0.0)
        return Block(tuple(lines), type_, pixels, min(width, round(widest + 0.5)), is_rtl("".join(lines)))

    def shorten(self, block: Block, lines: int) -> Block:
        """The block with at most so many lines, the last one ending in an ellipsis."""
        if len(block.lines) <= lines:
            return block
        kept = list(block.lines[: max(1, lines)])
        last = kept[-1]
        while last and self.measure(last.rstrip() + ELLIPSIS, block.type, block.pixels) > block.width:
            last = last[:-1]
        kept[-1] = last.rstrip(" ,.;:") + ELLIPSIS
        return Block(tuple(kept), block.type, block.pixels, block.width, block.rtl, shortened=True)

    def draw(self, block: Block, colour: Colour, width: int, align: float) -> Image.Image:
        """The block as RGBA with ``block.bleed`` around it. align: 0 left, 0.5 middle, 1 right in ``width`` pixels."""
        bleed = block.bleed
        mask = Image.new("L", (width + 2 * bleed, block.height + 2 * bleed), 0)
        pen = ImageDraw.Draw(mask)
        for number, line in enumerate(block.lines):
            room = width - self.measure(line, block.type, block.pixels)
            base = bleed + number * block.leading + (block.leading + CAPITALS * block.pixels) / 2
            self._draw_line(pen, line, block, bleed + room * align, round(base))
        image = Image.new("RGBA", mask.size, (*colour, 0))
        image.putalpha(mask)
        return image

    def _draw_line(self, pen: ImageDraw.ImageDraw, line: str, block: Block, x: float, base: int) -> None:
        style = block.type
        for path, run in _visual(self.book, line, style, block.rtl):
            font = load(path, block.pixels)
            shaping = _shaping(style, block.rtl)
            if style.tracking and not block.rtl:
                for cluster in _clusters(run):
                    pen.text((x, base), cluster, fill=255, font=font, anchor="ls", **shaping)  # type: ignore[arg-type]
                    x += _cluster_width(path, cluster, style, block.pixels) + style.tracking * block.pixels
                continue
            pen.text((x, base), run, fill=255, font=font, anchor="ls", **shaping)  # type: ignore[arg-type]
            x += font.getlength(run, **shaping)  # type: ignore[arg-type]

    def _broken(self, text: str, type_: Type, pixels: int, width: int) -> list[str]:
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for word in _words(paragraph):
                if not line or self.measure((line + word).rstrip(), type_, pixels) <= width:
                    line += word
                else:
                    lines.append(line.rstrip())
                    line = word
                *cut, line = breaking.anywhere(line, self._fits(type_, pixels, width))
                lines += cut
            lines.append(line.rstrip())
        return lines

    def _balanced(self, text: str, type_: Type, pixels: int, width: int) -> list[str]:
        """The narrowest lines that are no more lines: no single word is left over at the end."""
        lines = self._broken(text, type_, pixels, width)
        longest = max((self.measure(word.rstrip(), type_, pixels) for word in _words(text)), default=0.0)
        narrow, wide = max(width // 2, int(longest)), width
        while wide - narrow > max(2, pixels // 4):
            middle = (narrow + wide) // 2
            attempt = self._broken(text, type_, pixels, middle)
            if len(attempt) > len(lines):
                narrow = middle
            else:
                wide, lines = middle, attempt
        return lines


@lru_cache(maxsize=256)
def _set(setter: Typesetter, text: str, type_: Type, pixels: int, width: int, balance: bool) -> Block:
    """A card is laid out anew when one line of it differs; the others are broken once."""
    return setter.set_anew(text, type_, pixels, width, balance=balance)


def _words(paragraph: str) -> list[str]:
    """Pieces that stay together, each with the blanks that follow it. Scripts without blanks break at any letter."""
    words: list[str] = []
    for letter in paragraph:
        fresh = not words or (words[-1][-1:].isspace() and not letter.isspace())
        if (
            fresh
            or (_stands_alone(letter) and not letter.isspace())
            or (words and _stands_alone(words[-1][-1:]))
        ):
            words.append(letter)
        else:
            words[-1] += letter
    return words


def _stands_alone(letter: str) -> bool:
    return "\u3040" <= letter <= "\u9fff" or "\U00020000" <= letter <= "\U0003ffff"


def _clusters(run: str) -> list[str]:
    """Letters with the marks that belong to them."""
    clusters: list[str] = []
    for letter in run:
        if clusters and unicodedata.combining(letter):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return clusters


def _shaping(style: Type, rtl: bool) -> dict[str, object]:
    if not has_raqm():
        return {}
    return {"direction": "rtl" if rtl else "ltr", "features": list(style.features)}


def _visual(book: FontBook, line: str, style: Type, rtl: bool) -> list[tuple[Path, str]]:
    """The runs of one line from left to right; inside a run RAQM sees to the order."""
    runs = book.runs(line, style.family, style.weight)
    return list(reversed(runs)) if rtl and has_raqm() else list(runs)


@lru_cache(maxsize=1024)
def _measure(book: FontBook, text: str, style: Type, pixels: int, rtl: bool) -> float:
    width = 0.0
    for path, run in book.runs(text, style.family, style.weight):
        if style.tracking and not rtl:
            clusters = _clusters(run)
            width += sum(_cluster_width(path, cluster, style, pixels) for cluster in clusters)
            width += style.tracking * pixels * len(clusters)
        else:
            width += load(path, pixels).getlength(run, **_shaping(style, rtl))  # type: ignore[arg-type]
    # No room is added after the last letter.
    return width - (style.tracking * pixels if style.tracking and text and not rtl else 0.0)


@lru_cache(maxsize=256)
def _cluster_width(path: Path, cluster: str, style: Type, pixels: int) -> float:
    return float(load(path, pixels).getlength(cluster, **_shaping(style, rtl=False)))  # type: ignore[arg-type]
