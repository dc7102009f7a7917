"""The column of a card: illustration, title, body, hint, QR (where it stands in the column), bar, address, code,
status, footnote.

If it is too high, the illustration becomes smaller, then all type shrinks together. Only when every text has come to
its floor does something go: first the hint, then of a card with a code the body, since its footnote says what is kept
on this device; of any other card the footnote. Address and code never do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from attrs import frozen

from kiosk.core.layout import Measures, Places
from kiosk.core.model import Size
from kiosk.core.scene import Card, Look
from kiosk.display.parts import Bar, Drawing, Part, Symbol, Words
from kiosk.display.text import Block, Typesetter
from kiosk.display.theme import Colour, Theme, Type

_STEPS = tuple(step / 100 for step in range(100, 36, -6))
"""What all type of a card is multiplied by, until the card fits."""
LEGIBLE = 6
"""Pixels. Type has to have some size even in a window of 16 x 9, where nobody reads it."""
_ROOM = 40
"""Pixels. A column narrower than this holds no words, and none are set."""
_ALL = 99
"""As many lines as a text needs."""
_DRAWN = ((1.0, 0.88), (0.62, 0.76), (0.0, 0.0))
"""What an illustration is multiplied by, and how small the type beside it may become for its sake."""


_LARGE = 26.0
"""Units: the side of an illustration on a screen of its own ..."""
_SIGN = 10.0
"""... and in a panel, or beside a QR."""


@frozen
class Piece:
    """A part of the column: its size, and the gap above it unless it is the first. Pixels."""

    part: Part
    width: int
    height: int
    gap: int


@frozen
class Column:
    pieces: tuple[Piece, ...]
    foot: Piece | None

    @property
    def height(self) -> int:
        return sum(piece.height for piece in self.pieces) + sum(piece.gap for piece in self.pieces[1:])


@frozen
class Writer:
    """Builds the column of one card in one place."""

    theme: Theme
    typesetter: Typesetter
    card: Card
    places: Places
    gaps: Measures
    over_photos: bool

    def whole(self, least: float = 0.0) -> Column | None:
        """The column with every word at the largest type at which it fits, but not below ``least`` times its size."""
        for drawn, calm in _DRAWN if self.card.illustration else _DRAWN[-1:]:
            steps = [step for step in _STEPS if step >= max(least, calm)]
            column = self._first(partial(self.column, drawn=drawn), steps)
            if column is not None:
                return column
        return None

    def _first(self, make: Callable[[float], Column], steps: Sequence[float]) -> Column | None:
        """The first column that fits; what is smaller takes less room, so that not all have to be tried."""
        found, low, high = None, 0, len(steps)
        while low < high:
            # Most cards fit as they are, and what does not fit at the last step fits nowhere.
            middle = low if low == 0 else len(steps) - 1 if found is None else (low + high) // 2
            column = make(steps[middle])
            if self.fits(column):
                found, high = column, middle
            elif middle == len(steps) - 1:
                break
            else:
                low = middle + 1
        return found

    def fitting(self) -> Column:
        """The column at the largest type at which it fits, without its less important words if need be."""
        column = self.whole()
        if column is not None:
            return column
        # Half a footnote helps nobody: it is there or it is not, and what stays grows again without it.
        column = self._first(partial(self.column, hint=False), _STEPS)
        if column is not None:
            return column
        bare = [(step, 0, _ALL) for step in _STEPS]
        short = [(_STEPS[-1], 0, lines) for lines in (5, 4, 3, 2)]
        attempts = [*bare, *short]
        if self.card.code:
            attempts = [(_STEPS[-1], _ALL, lines) for lines in (5, 4, 3, 2, 1, 0)] + short
        for attempt in attempts:
            column = self.column(*attempt, hint=False)
            if self.fits(column):
                return column
        return self.column(_STEPS[-1], 0, 1, hint=False)

    def fits(self, column: Column) -> bool:
        foot = column.foot
        return column.height + (foot.height + foot.gap if foot else 0) <= self.places.words.height

    def column(
        self,
        step: float,
        foot_lines: int = _ALL,
        body_lines: int = _ALL,
        *,
        drawn: float = 0.0,
        hint: bool = True,
    ) -> Column:
        """Everything at ``step`` times its size; footnote and body in at most so many lines."""
        theme, card, over = self.theme, self.card, self.over_photos
        if self.places.words.width < _ROOM:
            return Column((), None)
        pieces: list[Piece] = []

        def add(piece: Piece | None) -> None:
            if piece is not None:
                pieces.append(piece)

        body = theme.panel_body if over else theme.body
        address, code = (theme.panel_address, theme.panel_code) if over else (theme.address, theme.code)
        add(self._drawing(drawn))
        gap = (3.4 if card.qr is None and self.places.centred else 2.0) if pieces else 0.0
        add(self._text(card.title, theme.panel_title if over else theme.title, theme.ink, gap=gap, step=step))
        for number, paragraph in enumerate(card.body.split("\n")):
            gap = 2.2 if number else 1.6
            add(self._text(paragraph, body, theme.quiet, gap=gap, step=step, lines=body_lines))
        add(self._text(card.hint, theme.small, theme.quiet, gap=0.9, step=step, lines=_ALL if hint else 0))
        if card.qr is not None and self.places.qr is None:
            add(self._symbol(card.qr))
        if card.look is Look.PROGRESS and card.total:
            add(self._bar())
        if card.address:
            add(self._address(card.address, address, 2.0 if over else 3.0, step))
        if card.code:
            add(self._code(card.code, code, 1.0, step))
        gap = 2.0 if card.look is Look.PROGRESS or "\n" in card.body else 1.4
        add(
            self._text(
                card.status,
                theme.small if card.look is Look.CODE else body,
                theme.quiet,
                gap=gap,
                step=step,
                lines=max(1, body_lines),
            )
        )
        foot = self._text(card.footnote, theme.small, theme.quiet, gap=2.0, step=step, lines=foot_lines)
        return Column(tuple(pieces), foot)

    def _text(
        self, text: str, style: Type, colour: Colour, *, gap: float, step: float, lines: int = _ALL
    ) -> Piece | None:
        if not text or not lines:
            return None
        width = max(1, self.places.words.width)
        block = self.typesetter.set(text, style, self._pixels(style, step), width, balance=True)
        block = self.typesetter.shorten(block, lines)
        return self._piece(block, colour, gap * step)

    def _address(self, text: str, style: Type, gap: float, step: float) -> Piece:
        block = self.typesetter.set_address(
            text,
            style,
            self._pixels(style, step),
            max(1, self.places.words.width),
            floor=max(LEGIBLE, round(style.floor * self.gaps.unit)),
            least=self._least(),
        )
        return self._piece(block, self.theme.ink, gap * step)

    def _code(self, text: str, style: Type, gap: float, step: float) -> Piece:
        width = max(1, self.places.words.width)
        block = self.typesetter.set_code(text, style, self._pixels(style, step), width, self._least())
        return self._piece(block, self.theme.accent, gap * step)

    def _least(self) -> int:
        return max(LEGIBLE, round(self.theme.smallest * self.gaps.unit))

    def _pixels(self, style: Type, step: float) -> int:
        return max(LEGIBLE, round(max(style.floor, style.size * step) * self.gaps.unit))

    def _piece(self, block: Block, colour: Colour, gap: float) -> Piece:
        width = self.places.words.width
        align = 0.5 if self.places.centred else 0.0
        return Piece(Words(block, colour, width, align), width, block.height, round(gap * self.gaps.unit))

    def _symbol(self, text: str) -> Piece:
        side = self.places.plate
        radius = self.gaps.radius * 2 // 3 if self.over_photos else self.gaps.radius
        gap = round((2.4 if self.over_photos else 4) * self.gaps.unit)
        return Piece(Symbol(text, side, radius), side, side, gap)

    def _drawing(self, share: float) -> Piece | None:
        """A card with the screen to itself opens with it; beside words and a QR it is a sign."""
        card, theme = self.card, self.theme
        if card.illustration is None or not share or (self.over_photos and card.qr is not None):
            return None
        units = _SIGN if self.over_photos or card.qr is not None or not self.places.centred else _LARGE
        side = round(units * share * self.gaps.unit)
        return Piece(Drawing(card.illustration, side, theme.ink, theme.accent), side, side, 0)

    def _bar(self) -> Piece:
        card, theme = self.card, self.theme
        width = self.places.words.width if self.over_photos else round(self.places.words.width * 0.7)
        size = Size(width, max(4, round((0.9 if self.over_photos else 1.1) * self.gaps.unit)))
        done = round(width * card.done / card.total) if card.done else None
        return Piece(
            Bar(size, done, theme.accent, theme.track),
            width,
            size.height,
            round((3 if self.over_photos else 4.5) * self.gaps.unit),
        )
