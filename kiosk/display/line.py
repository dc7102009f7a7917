"""One line on a picture, laid out: what it says, where its words go, and the shade under them."""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import evolve, frozen
from PIL import Image, ImageDraw, ImageFilter

from kiosk.core.layout import measures, mirrored
from kiosk.core.model import Rect, Size
from kiosk.core.scene import Label
from kiosk.display.ink import Ink
from kiosk.display.parts import Placed, Words, mirror
from kiosk.display.text import CAPITALS, Block, Typesetter
from kiosk.display.theme import Colour, Theme, Type
from kiosk.display.voice import Voice

_DOT = "\u00b7"
_GAP = 0.4
"""Between words and the dot that parts them, in sizes of the type."""
_ABOVE_CLOCK = 2.0
"""From a line to the line above the clock, in sizes of the type."""
_TWO_ROWS = 3.0
"""What two rows take between a picture and the foot of its words, in sizes of the type."""
_LEAST = 4.0
"""Room for a text, in sizes of the type: with less it says nothing any more."""
_LATE = (datetime(2000, 1, 1, 10, 58, tzinfo=UTC), datetime(2000, 1, 1, 22, 58, tzinfo=UTC))
"""Times as long as any, also where the day has twice twelve hours."""
_FEATHER = (9.0, 4.0)
"""How far the shade reaches across and down, in sizes of the type: the eye finds no edge in so long a slope."""
_COARSE = 8
"""Samples along that slope: the shade is drawn small and enlarged."""
_NIL = 10
"""Levels that a blurred edge is short of nothing, and of everything, where it should have come to it."""
_STRETCHED = [min(255, max(0, round((level - _NIL) * 255 / (255 - 2 * _NIL)))) for level in range(256)]


@frozen
class Shade:
    """A soft dark patch. core: the rectangle in it that has the full strength; it may reach over the edge.

    feather: pixels across and down from there to nothing. An edge of the patch that the core reaches over is not soft:
    it is the edge of the picture.
    """

    size: Size
    core: Rect
    feather: Size
    colour: Colour

    def render(self, typesetter: Typesetter) -> Image.Image:  # noqa: ARG002 -- a Part's signature
        across, down = (max(1, feather // _COARSE) for feather in (self.feather.width, self.feather.height))
        pad, grown = 2 * _COARSE, _COARSE / 2
        width, height = -(-self.size.width // across) + 2 * pad, -(-self.size.height // down) + 2 * pad
        small, core = Image.new("L", (width, height), 0), self.core
        box = (
            pad + core.x / across - grown,
            pad + core.y / down - grown,
            pad + core.right / across + grown,
            pad + core.bottom / down + grown,
        )
        ImageDraw.Draw(small).rectangle(box, fill=255)
        # Four deviations from nothing to everything: two on each side of where the rectangle ends.
        small = small.filter(ImageFilter.GaussianBlur(_COARSE / 4)).point(_STRETCHED)
        wide = small.resize((width * across, height * down), Image.Resampling.BICUBIC)
        left, top = pad * across, pad * down
        mask = wide.crop((left, top, left + self.size.width, top + self.size.height))
        image = Image.new("RGBA", mask.size, (*self.colour, 0))
        image.putalpha(mask)
        return image


@frozen
class Line:
    """area: where the shade may lie, pixels: the picture, or the screen. region: what has to be dark enough behind the
    words."""

    area: Rect
    region: Rect
    placed: tuple[Placed, ...]
    feather: Size
    screen: Size

    def words(self, ink: Ink) -> list[Placed]:
        """In this ink."""
        return [
            Placed(evolve(item.part, colour=ink.colour), item.rect)
            for item in self.placed
            if isinstance(item.part, Words)
        ]

    def shade(self, colour: Colour) -> Placed:
        """From the words to the edges of the area that are near: a picture may well be darker in its corner."""
        area, region = self.area, self.region
        across, down = self.feather.width, self.feather.height
        before, after = region.x - area.x, area.right - region.right
        core_left = area.x - across if before < after and before <= across else region.x
        core_right = area.right + across if after <= before and after <= across else region.right
        core_foot = area.bottom + down if area.bottom - region.bottom <= down else region.bottom
        x, y = max(area.x, core_left - across), max(area.y, region.y - down)
        size = Size(min(area.right, core_right + across) - x, min(area.bottom, core_foot + down) - y)
        core = Rect(core_left - x, region.y - y, core_right - core_left, core_foot - region.y)
        return Placed(Shade(size, core, self.feather, colour), Rect(x, y, size.width, size.height))

    def mirrored(self) -> Line:
        """The same in a language that runs from right to left."""
        whole = Rect(0, 0, self.screen.width, self.screen.height)
        return evolve(
            self,
            area=mirrored(self.area, whole),
            region=mirrored(self.region, whole),
            placed=tuple(mirror(self.placed, self.screen)),
        )


@frozen
class Lines:
    """Lays out labels and the clock from left to right: the label in the left corner, the clock in the right."""

    theme: Theme
    typesetter: Typesetter
    voice: Voice
    screen: Size

    def label(
        self, label: Label, area: Rect, place: Rect, pixels: int, moved: tuple[int, int], spare: int
    ) -> Line:
        """At the foot of ``area``, which is the screen or a half of it, in line with the picture at ``place``.

        moved: pixels across and down, against burning in. spare: pixels on the right that the clock takes.
        """
        mark = self.voice.say(label.mark)
        taken = "" if label.taken is None else self.voice.date(label.taken)
        edge = _edge(self.screen)
        base = area.bottom - edge + moved[1]
        if (
            spare
            and max(self._width([text], pixels) for text in (mark, taken)) > area.width - 2 * edge - spare
        ):
            # Above the clock: half a date tells nothing.
            base, spare = base - round(_ABOVE_CLOCK * pixels), 0
        rest = [text for text in (taken, label.camera) if text]
        parted = [row for row in ([mark] if mark else [], rest) if row]
        if pixels <= area.bottom - edge - place.bottom < _TWO_ROWS * pixels:
            parted = [
                self._first(mark, rest, area.right - edge - spare - max(area.x + edge, place.x), pixels)
            ]
        width = max(self._width(row, pixels) for row in parted)
        x, room, shaded = self._span(width, area, place, pixels, spare)
        whole = [text for row in parted for text in row]
        rows = [whole] if self._width(whole, pixels) <= room else parted
        placed: list[Placed] = []
        for row in reversed(rows):
            placed += self._row(row, self.theme.label, pixels, Rect(x + moved[0], base, room, 0))
            base -= round(1.5 * pixels)
        return self._line(shaded, placed, pixels)

    def _first(self, mark: str, rest: list[str], room: int, pixels: int) -> list[str]:
        """What a board with room for one row says: a second one would lie over the edge of the picture."""
        texts = [text for text in (mark, *rest) if text]
        while len(texts) > 1 and self._width(texts, pixels) > room:
            texts.pop()
        return texts

    def _span(self, width: int, area: Rect, place: Rect, pixels: int, spare: int) -> tuple[int, int, Rect]:
        """Where a line of this width begins and how wide it may be, in pixels, and where its shade may lie.

        Below the picture it is in line with its edge, on the picture within a margin, so that it never hangs over that
        edge; where there is no room for that it is in the corner of the area.
        """
        edge = _edge(self.screen)
        left, right = area.x + edge, area.right - edge - spare
        below = place.bottom <= area.bottom - edge - pixels
        inset = 0 if below else edge
        start, end = max(left, place.x + inset), right if below else min(right, place.right - inset)
        if start + width <= end or (below and left + width > right):
            screen = Rect(0, 0, self.screen.width, self.screen.height)
            shaded = screen if below else Rect(place.x, area.y, place.width, area.height)
            return start, max(1, end - start), shaded
        return left, max(1, right - left), area

    def clock(self, when: datetime, area: Rect, pixels: int, moved: tuple[int, int]) -> Line:
        """The hour and minute."""
        edge, text = _edge(self.screen), self.voice.time(when)
        width = self.typesetter.set(text, self.theme.clock, pixels, area.width).width
        at = Rect(area.right - edge - width + moved[0], area.bottom - edge + moved[1], width, 0)
        return self._line(area, self._row([text], self.theme.clock, pixels, at), pixels)

    def clock_room(self, pixels: int) -> int:
        """What a label leaves free on its right: any time in this language, and a gap."""
        widest = (
            self._block(self.voice.time(when), self.theme.clock, pixels, self.screen.width) for when in _LATE
        )
        return max(block.width for block in widest) + 2 * pixels

    def _line(self, area: Rect, placed: list[Placed], pixels: int) -> Line:
        boxes = [_letters(item) for item in placed]
        left, top = min(box.x for box in boxes), min(box.y for box in boxes)
        right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
        region = Rect(left, top, right - left, bottom - top)
        feather = Size(*(round(share * pixels) for share in _FEATHER))
        return Line(area, region, tuple(placed), feather, self.screen)

    def _width(self, texts: list[str], pixels: int) -> int:
        parted = [*texts, *[_DOT] * (len(texts) - 1)]
        widths = (self._block(text, self.theme.label, pixels, self.screen.width).width for text in parted)
        return sum(widths) + 2 * round(_GAP * pixels) * (len(texts) - 1)

    def _row(self, texts: list[str], style: Type, pixels: int, at: Rect) -> list[Placed]:
        """Texts in one line with a dot between them; ``at`` is where its base line begins, and how wide it may be.

        What has no room for a word or two is left out.
        """
        placed: list[Placed] = []
        x, end = at.x, at.x + at.width
        for text in texts:
            dot = [] if not placed else [_DOT]
            gap = round(_GAP * pixels)
            start = x + sum(gap + self._block(each, style, pixels, at.width).width + gap for each in dot)
            if dot and end - start < _LEAST * pixels:
                break
            for part in (*dot, text):
                block = self._block(part, style, pixels, at.width if part is _DOT else max(1, end - start))
                base = round((block.leading + CAPITALS * pixels) / 2)
                x = x + gap if part is _DOT else start
                placed.append(Words(block, self.theme.ink, block.width, 0.0).at(x, at.y - base))
                x += block.width
        return placed

    def _block(self, text: str, style: Type, pixels: int, width: int) -> Block:
        return self.typesetter.shorten(self.typesetter.set(text, style, pixels, width), 1)


def _letters(item: Placed) -> Rect:
    """Where the letters of these words are, from a little over the capitals to the feet of g and y."""
    assert isinstance(item.part, Words)  # noqa: S101  a line holds nothing else
    block, rect = item.part.block, item.rect
    top, foot = block.bleed + block.slack // 2, block.bleed
    side = block.bleed - block.slack // 2
    return Rect(rect.x + side, rect.y + top, rect.width - 2 * side, rect.height - top - foot)


def _edge(screen: Size) -> int:
    """From the edge of the picture to its words, where the badge has it too."""
    return max(1, measures(screen).margin // 2)
