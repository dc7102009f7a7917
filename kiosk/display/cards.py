"""A card or a badge -> placed parts. Geometry comes from core/layout.py, sizes and colours from the theme.

A card is a column (column.py) with the QR beside it or in it; the footnote lies at the foot of the screen.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core.layout import (
    Places,
    badge,
    full_screen,
    in_panel,
    measures,
    mirrored,
    panel,
    settle,
    snug,
)
from kiosk.core.model import Rect, Size
from kiosk.core.scene import Badge, Card
from kiosk.display import qr
from kiosk.display.column import LEGIBLE, Piece, Writer
from kiosk.display.parts import Paper, Placed, Plate, Sign, Symbol, Words
from kiosk.display.text import Typesetter, is_rtl
from kiosk.display.theme import Theme
from kiosk.errors import DisplayError

_WORDLESS = 100
"""Pixels. A window whose shorter side has fewer shows no words: nobody could read them."""


@frozen
class Compositor:
    """Lays out cards and badges for one theme. Holds no state."""

    theme: Theme
    typesetter: Typesetter

    def paper(self, screen: Size) -> Placed:
        """The background of a screen without a photograph."""
        whole = Rect(0, 0, screen.width, screen.height)
        return Placed(Paper(screen, self.theme.paper_top, self.theme.paper_bottom), whole)

    def badge(self, mark: Badge, screen: Size) -> list[Placed]:
        """The pill in the corner."""
        if _wordless(screen):
            return []
        theme, unit = self.theme, measures(screen).unit
        pixels = max(LEGIBLE, round(theme.label.size * unit))
        height, side = round(pixels * 2.0), round(pixels * 1.15)
        edge, gap = round(pixels * 0.75), round(pixels * 0.5)
        block = self.typesetter.set(mark.text, theme.label, pixels, round(screen.width * 0.6))
        block = self.typesetter.shorten(block, 1)
        width = edge + side + (gap + block.width if mark.text else 0) + round(edge * 1.1)
        pill = badge(screen, Size(width, height))
        words = Words(block, theme.ink, block.width, 0.0)
        sign_at = Rect(pill.x + edge, pill.y + (height - side) // 2, side, side)
        placed = [
            Placed(
                Plate(Size(width, height), height // 2, theme.panel, theme.badge_opacity, theme.rim), pill
            ),
            Placed(Sign(mark.mark, side, theme.accent), sign_at),
        ]
        if mark.text:
            placed.append(words.at(sign_at.right + gap, pill.y + (height - block.height) // 2))
        return placed

    def card(self, card: Card, screen: Size, *, over_photos: bool, top: int = 0) -> list[Placed]:
        """The parts of a card from back to front. top: pixels that the badge takes from a full screen."""
        if _wordless(screen):
            return [] if over_photos else [self.paper(screen)]
        if over_photos:
            return self._panel(card, screen)
        return self._full(card, screen, top)

    def _full(self, card: Card, screen: Size, top: int) -> list[Placed]:
        places = full_screen(screen, with_qr=card.qr is not None, top=top)
        if card.qr is not None:
            modules = _modules(card.qr, places.plate)
            if not modules:
                return self._full(evolve(card, qr=None), screen, top)
            places = snug(places, modules)
        whole = Rect(0, 0, screen.width, screen.height)
        if is_rtl(card.title):
            places = _mirror(places, whole)
        column = Writer(
            self.theme, self.typesetter, card, places, measures(screen), over_photos=False
        ).fitting()
        words = places.words
        room = words.height - (column.foot.height + column.foot.gap if column.foot else 0)
        # Centred on the screen like the QR beside it, as long as that keeps clear of the footnote.
        start = words.y + max(0, min((words.height - column.height) // 2, room - column.height))
        if places.qr is None and column.foot is None:
            # The optical middle lies a little above the geometric one.
            start -= min((start - words.y) // 8, round(4 * measures(screen).unit))
        placed = [self.paper(screen), *_stacked(column.pieces, words, start, places)]
        if column.foot is not None:
            placed += _stacked((column.foot,), words, words.bottom - column.foot.height, places)
        if card.qr is not None and places.qr is not None:
            placed.append(Placed(Symbol(card.qr, places.plate, measures(screen).radius), places.qr))
        return placed

    def _panel(self, card: Card, screen: Size) -> list[Placed]:
        gaps = measures(screen)
        box = panel(screen, with_qr=card.qr is not None)
        places = in_panel(screen, box, with_qr=card.qr is not None)
        if card.qr is not None:
            modules = _modules(card.qr, places.plate)
            if not modules:
                return self._panel(evolve(card, qr=None), screen)
            places = snug(places, modules)
        width = box.width
        if places.plate and places.qr is None:
            # Words and plate end on one line, so the panel is as wide as whole modules make it.
            width = places.plate + 2 * gaps.padding
            places = evolve(places, words=evolve(places.words, width=places.plate))
        column = Writer(self.theme, self.typesetter, card, places, gaps, over_photos=True).fitting()
        height = column.height + (column.foot.height + column.foot.gap if column.foot else 0)
        box = settle(box, max(height, places.qr.height if places.qr else 0) + 2 * gaps.padding, width)
        words = evolve(
            places.words, x=box.x + gaps.padding, y=box.y + gaps.padding, height=box.height - 2 * gaps.padding
        )
        places = evolve(places, words=words, qr=_down(places.qr, box))
        if is_rtl(card.title):
            whole = Rect(0, 0, screen.width, screen.height)
            box, places = mirrored(box, whole), _mirror(places, whole)
        pieces = column.pieces if column.foot is None else (*column.pieces, column.foot)
        start = places.words.y + max(0, (places.words.height - height) // 2)
        theme = self.theme
        back = Plate(Size(box.width, box.height), gaps.radius, theme.panel, theme.panel_opacity, theme.rim)
        placed = [Placed(back, box), *_stacked(pieces, places.words, start, places)]
        if card.qr is not None and places.qr is not None:
            placed.append(Placed(Symbol(card.qr, places.plate, gaps.radius * 2 // 3), places.qr))
        return placed


def _wordless(screen: Size) -> bool:
    return min(screen.width, screen.height) < _WORDLESS


def _modules(text: str, side: int) -> int:
    """How many modules a side the QR of this text has on a plate of so many pixels; 0 if it does not fit."""
    try:
        return len(qr.modules(text, side))
    except DisplayError:
        return 0


def _mirror(places: Places, within: Rect) -> Places:
    swapped = None if places.qr is None else mirrored(places.qr, within)
    return evolve(places, words=mirrored(places.words, within), qr=swapped)


def _down(symbol: Rect | None, box: Rect) -> Rect | None:
    """The QR in the middle of the height of a panel that was cut down."""
    return None if symbol is None else evolve(symbol, y=box.y + (box.height - symbol.height) // 2)


def _stacked(pieces: tuple[Piece, ...], words: Rect, start: int, places: Places) -> list[Placed]:
    placed = []
    y = start
    for number, piece in enumerate(pieces):
        y += piece.gap if number else 0
        x = words.x + ((words.width - piece.width) // 2 if places.centred else 0)
        if isinstance(piece.part, Words):
            placed.append(piece.part.at(x, y))
        else:
            placed.append(Placed(piece.part, Rect(x, y, piece.width, piece.height)))
        y += piece.height
    return placed
