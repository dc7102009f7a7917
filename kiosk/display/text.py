"""Text into pixels: Pillow with RAQM, which alone is right for Arabic, Thai, Bengali and mixed directions.

Without RAQM (Debian: libfribidi0 is missing) Latin still comes out, and `kiosk doctor` says what is missing. Nothing
in here alters a text: it is broken into lines, made smaller, and at the very end shortened where the caller allows it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from attrs import evolve, frozen
from PIL import Image, ImageDraw

from kiosk.display import breaking, pen, scripts, wrapping
from kiosk.display.fonts import FontBook
from kiosk.display.pen import has_raqm
from kiosk.display.runs import Hand, direction
from kiosk.display.segments import belongs_to_the_letter_before, isolated
from kiosk.display.theme import Colour, Type

__all__ = ["CAPITALS", "Block", "Typesetter", "has_raqm"]

CAPITALS = 0.727
"""Height of Inter's capitals, as a share of the type size."""
ELLIPSIS = "\u2026"
NEARLY = 0.9
"""Share of its size that an address keeps for the sake of one line; for less it is broken instead."""


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
    """The direction of the paragraph."""
    shortened: bool = False
    least_leading: float = 0.0
    """What the marks of a language need from base line to base line, as a share of the type size."""

    @property
    def leading(self) -> float:
        """From base line to base line, pixels."""
        return self.pixels * max(self.type.leading, self.least_leading)

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
    """Measures, breaks and draws, in one language. Cheap to make; what it remembers is bounded and shared."""

    book: FontBook
    tag: str = "en"
    """The language, as Voice has it."""
    rtl: bool = False
    """Whether that language runs from right to left."""

    def measure(self, text: str, type_: Type, pixels: int) -> float:
        """The width of one line, in pixels."""
        return self._measured(text, type_, pixels, rtl=direction(text, rtl=self.rtl))

    def hand(self, type_: Type, *, rtl: bool) -> Hand:
        """The letters of this type in this language, for a paragraph of this direction."""
        return Hand(self.book, type_.family, type_.weight, self.tag, rtl)

    def set(self, text: str, type_: Type, pixels: int, width: int, *, balance: bool = False) -> Block:
        """Break the text into lines of at most ``width`` pixels; balanced: of about the same length."""
        return _set(self, text, type_, pixels, width, balance)

    def set_anew(self, text: str, type_: Type, pixels: int, width: int, *, balance: bool) -> Block:
        """What :meth:`set` does for a text that it does not remember."""
        rtl = direction(text, rtl=self.rtl)
        measure = partial(pen.measure, hand=self.hand(type_, rtl=rtl), style=type_, pixels=pixels)
        if balance:
            lines = wrapping.balanced(text, measure, width, max(2, pixels // 4))
        else:
            lines = wrapping.wrapped(text, measure, width)
        return self._block(isolated(lines), type_, pixels, width, rtl=rtl)

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
            if self._measured(text, type_, size, rtl=False) > width * lines:
                continue
            fits = self._fits(type_, size, width)
            cut = breaking.after(signs, text, fits) if signs else breaking.anywhere(text, fits)
            if cut is not None and len(cut) <= lines:
                return self._block(cut, type_, size, width)
        return None

    def _measured(self, text: str, type_: Type, pixels: int, *, rtl: bool) -> float:
        return pen.measure(text, self.hand(type_, rtl=rtl), type_, pixels)

    def _fits(self, type_: Type, pixels: int, width: int) -> Callable[[str], bool]:
        hand = self.hand(type_, rtl=False)
        return lambda part: pen.measure(part.rstrip(), hand, type_, pixels) <= width

    def _block(self, lines: list[str], type_: Type, pixels: int, width: int, *, rtl: bool = False) -> Block:
        widest = max((self._measured(line, type_, pixels, rtl=rtl) for line in lines), default=0.0)
        width = min(width, round(widest + 0.5))
        return Block(tuple(lines), type_, pixels, width, rtl, least_leading=scripts.leading(self.tag))

    def shorten(self, block: Block, lines: int) -> Block:
        """The block with at most so many lines, the last one ending in an ellipsis."""
        if len(block.lines) <= lines:
            return block
        kept = list(block.lines[: max(1, lines)])
        last = kept[-1]
        while last and self._line_width(wrapping.bare(last) + ELLIPSIS, block) > block.width:
            last = _without_the_last_letter(last)
        kept[-1] = last.rstrip(" ,.;:\u200b") + ELLIPSIS
        return evolve(block, lines=tuple(isolated(kept)), shortened=True)

    def draw(self, block: Block, colour: Colour, width: int, align: float) -> Image.Image:
        """The block as RGBA with ``block.bleed`` around it. align: 0 left, 0.5 middle, 1 right in ``width`` pixels."""
        bleed = block.bleed
        mask = Image.new("L", (width + 2 * bleed, block.height + 2 * bleed), 0)
        nib, hand = ImageDraw.Draw(mask), self.hand(block.type, rtl=block.rtl)
        for number, line in enumerate(block.lines):
            x = bleed + (width - self._line_width(line, block)) * align
            base = bleed + number * block.leading + (block.leading + CAPITALS * block.pixels) / 2
            pen.draw(nib, (x, round(base)), line, hand, block.type, block.pixels)
        image = Image.new("RGBA", mask.size, (*colour, 0))
        image.putalpha(mask)
        return image

    def _line_width(self, line: str, block: Block) -> float:
        return self._measured(line, block.type, block.pixels, rtl=block.rtl)


@lru_cache(maxsize=256)
def _set(setter: Typesetter, text: str, type_: Type, pixels: int, width: int, balance: bool) -> Block:
    """A card is laid out anew when one line of it differs; the others are broken once."""
    return setter.set_anew(text, type_, pixels, width, balance=balance)


def _without_the_last_letter(text: str) -> str:
    """A letter goes together with its marks: an accent alone says nothing."""
    end = len(text) - 1
    while end > 0 and belongs_to_the_letter_before(text[end]):
        end -= 1
    return text[:end]
