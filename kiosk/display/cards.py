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
    panel,
    settle,
    snug,
)
from kiosk.core.model import Rect, Size
from kiosk.core.scene import Badge, Card
from kiosk.display import qr
from kiosk.display.column import LEGIBLE, Column, Piece, Writer
from kiosk.display.parts import Paper, Placed, Plate, Sign, Symbol, Words, mirror
from kiosk.display.text import Typesetter
from kiosk.display.theme import Theme
from kiosk.errors import DisplayError

_WORDLESS = 100
"""Pixels. A window whose shorter side has fewer shows no words: nobody could read them."""

_SHARES = (1.0, 0.92, 0.84, 0.76)
"""Of the room that there is for a QR: what it takes, so that there is room for every word."""
_IN_A_PANEL = (*_SHARES, 0.68)
"""One more there, down to ``_LEAST_QR``: otherwise a long language needs the whole screen."""
_LEAST_QR = 0.36
"""Of the screen's shorter side: a plate in a panel is no smaller, or it would be read from too near."""


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
        line, side = round(pixels * 2.0), round(pixels * 1.15)
        edge, gap = round(pixels * 0.75), round(pixels * 0.5)
        # A long sentence on an upright screen takes a second line.
        block = self.typesetter.set(mark.text, theme.label, pixels, round(screen.width * 0.6), balance=True)
        block = self.typesetter.shorten(block, 2)
        height = line + block.height - round(block.leading)
        width = edge + side + (gap + block.width if mark.text else 0) + round(edge * 1.1)
        pill = badge(screen, Size(width, height))
        words = Words(block, theme.ink, block.width, 0.0)
        sign_at = Rect(pill.x + edge, pill.y + (height - side) // 2, side, side)
        placed = [
            Placed(Plate(Size(width, height), line // 2, theme.panel, theme.badge_opacity, theme.rim), pill),
            Placed(Sign(mark.mark, side, theme.accent), sign_at),
        ]
        if mark.text:
            placed.append(words.at(sign_at.right + gap, pill.y + (height - block.height) // 2))
        return self._directed(placed, screen)

    def card(self, card: Card, screen: Size, *, over_photos: bool, top: int = 0) -> list[Placed]:
        """The parts of a card from back to front. top: pixels that the badge takes from a full screen."""
        if _wordless(screen):
            return [] if over_photos else [self.paper(screen)]
        placed = self._panel(card, screen) if over_photos else self._full(card, screen, top)
        return self._directed(placed, screen)

    def _directed(self, placed: list[Placed], screen: Size) -> list[Placed]:
        """Everything is laid out from left to right; in a language that runs the other way it is turned round here."""
        return mirror(placed, screen) if self.typesetter.rtl else placed

    def _full(self, card: Card, screen: Size, top: int) -> list[Placed]:
        places = full_screen(screen, with_qr=card.qr is not None, top=top)
        if card.qr is not None and not _modules(card.qr, places.plate):
            return self._full(evolve(card, qr=None), screen, top)
        if "\n" in card.body:
            # Several paragraphs are read line by line: one edge for all of them.
            places = evolve(places, centred=False)
        writers = self._writers(card, places, measures(screen), over_photos=False)
        places, column = self._whole(writers) or (writers[-1].places, writers[-1].fitting())
        start, end = _span(column, places)
        placed = [self.paper(screen), *_stacked(column.pieces, places.words, start, places)]
        if column.foot is not None:
            placed += _stacked((column.foot,), places.words, end - column.foot.height, places)
        if card.qr is not None and places.qr is not None:
            placed.append(Placed(Symbol(card.qr, places.plate, measures(screen).radius), places.qr))
        return placed

    def _panel(self, card: Card, screen: Size) -> list[Placed]:
        gaps = measures(screen)
        box = panel(screen, with_qr=card.qr is not None)
        roomy = in_panel(screen, box, with_qr=card.qr is not None)
        if card.qr is not None and not _modules(card.qr, roomy.plate):
            return self._panel(evolve(card, qr=None), screen)
        least = 0 if card.qr is None else round(_LEAST_QR * min(screen.width, screen.height))
        writers = self._writers(card, roomy, gaps, over_photos=True)
        found = self._whole([writer for writer in writers if writer.places.plate >= least])
        if found is None:
            # It needs the whole screen.
            return self._full(card, screen, 0)
        places, column = found
        height = column.height + (column.foot.height + column.foot.gap if column.foot else 0)
        box = settle(box, max(height, places.qr.height if places.qr else 0) + 2 * gaps.padding)
        words = evolve(
            places.words, x=box.x + gaps.padding, y=box.y + gaps.padding, height=box.height - 2 * gaps.padding
        )
        places = evolve(places, words=words, qr=_down(places.qr, box))
        pieces = column.pieces if column.foot is None else (*column.pieces, column.foot)
        start = places.words.y + max(0, (places.words.height - height) // 2)
        theme = self.theme
        back = Plate(Size(box.width, box.height), gaps.radius, theme.panel, theme.panel_opacity, theme.rim)
        placed = [Placed(back, box), *_stacked(pieces, places.words, start, places)]
        if card.qr is not None and places.qr is not None:
            placed.append(Placed(Symbol(card.qr, places.plate, gaps.radius * 2 // 3), places.qr))
        return placed

    def _writers(self, card: Card, roomy: Places, gaps: Measures, *, over_photos: bool) -> list[Writer]:
        """One for each size that the QR may have, the largest first."""
        shares = _IN_A_PANEL if over_photos else _SHARES
        choice = [roomy] if card.qr is None else _plates(card.qr, roomy, shares)
        return [
            Writer(self.theme, self.typesetter, card, places, gaps, over_photos=over_photos)
            for places in choice
        ]

    def _whole(self, writers: list[Writer]) -> tuple[Places, Column] | None:
        """The largest QR beside which the card keeps every word."""
        for least in self.theme.yields:
            for writer in writers:
                column = writer.whole(least)
                if column is not None:
                    return writer.places, column
        return None


def _plates(text: str, roomy: Places, shares: tuple[float, ...]) -> list[Places]:
    """Places for the QR of this text, from the largest on."""
    choice: list[Places] = []
    for share in shares:
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
