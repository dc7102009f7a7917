"""A card or a badge -> placed parts. Geometry comes from core/layout.py, sizes and colours from the theme.

A card is a column (column.py) with the QR beside it or in it; the footnote lies at the foot of the screen.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core.layout import (
    Measures,
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
from kiosk.display.column import LEGIBLE, Column, Piece, Writer
from kiosk.display.parts import Paper, Placed, Plate, Sign, Symbol, Words
from kiosk.display.text import Typesetter, is_rtl
from kiosk.display.theme import Theme
from kiosk.errors import DisplayError

_WORDLESS = 100
"""Pixels. A window whose shorter side has fewer shows no words: nobody could read them."""

_SHARES = (1.0, 0.92, 0.84, 0.76)
"""Of the room that a panel has for its QR: what the QR takes, so that there is room for every word."""
_CALM = 0.5
"""Type and gaps of a panel shrink to this share of their size before its QR does, and further only after it."""


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
        if "\n" in card.body:
            # Several paragraphs are read line by line: one edge for all of them.
            places = evolve(places, centred=False)
        column = Writer(
            self.theme, self.typesetter, card, places, measures(screen), over_photos=False
        ).fitting()
        start, end = _span(column, places)
        placed = [self.paper(screen), *_stacked(column.pieces, places.words, start, places)]
        if column.foot is not None:
            placed += _stacked((column.foot,), places.words, end - column.foot.height, places)
        if card.qr is not None and places.qr is not None:
            placed.append(
                Placed(Symbol(card.qr, Size(places.plate, places.plate), measures(screen).radius), places.qr)
            )
        return placed

    def _panel(self, card: Card, screen: Size) -> list[Placed]:
        gaps = measures(screen)
        box = panel(screen, with_qr=card.qr is not None)
        roomy = in_panel(screen, box, with_qr=card.qr is not None)
        if card.qr is not None and not _modules(card.qr, roomy.plate):
            return self._panel(evolve(card, qr=None), screen)
        places, column = self._in_panel(card, roomy, gaps)
        height = column.height + (column.foot.height + column.foot.gap if column.foot else 0)
        box = settle(box, max(height, places.qr.height if places.qr else 0) + 2 * gaps.padding)
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
            placed.append(
                Placed(Symbol(card.qr, Size(places.plate, places.plate), gaps.radius * 2 // 3), places.qr)
            )
        return placed

    def _in_panel(self, card: Card, roomy: Places, gaps: Measures) -> tuple[Places, Column]:
        """The largest QR beside which the card keeps every word."""
        choice = [roomy] if card.qr is None else _plates(card.qr, roomy)
        writers = [
            Writer(self.theme, self.typesetter, card, places, gaps, over_photos=True) for places in choice
        ]
        for least in (_CALM, 0.0):
            for writer in writers:
                column = writer.whole(least)
                if column is not None:
                    return writer.places, column
        return writers[-1].places, writers[-1].fitting()


def _plates(text: str, roomy: Places) -> list[Places]:
    """Places for the QR of this text, from the largest on."""
    choice: list[Places] = []
    for share in _SHARES:
        smaller = evolve(roomy, plate=round(roomy.plate * share))
        modules = _modules(text, smaller.plate)
        if not modules:
            break
        choice.append(snug(smaller, modules))
    return choice


def _span(column: Column, places: Places) -> tuple[int, int]:
    """Where the column of a full screen starts and where its footnote ends, pixels from the top."""
    words, plate, foot = places.words, places.qr, column.foot
    below = foot.height + foot.gap if foot else 0
    if plate is not None and foot is not None and column.height + below <= plate.height:
        # Capitals level with the upper edge of the plate, the last line of the footnote with its lower edge.
        return plate.y - _slack(column.pieces[0]), plate.bottom + _slack(foot)
    if plate is not None and foot is None and column.height <= words.height:
        return words.y + (words.height - column.height) // 2, words.bottom
    spare = max(0, words.height - below - column.height)
    # The optical middle lies a little above the geometric one.
    return words.y + spare * 15 // 32, words.bottom


def _slack(piece: Piece) -> int:
    return piece.part.block.slack if isinstance(piece.part, Words) else 0


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
