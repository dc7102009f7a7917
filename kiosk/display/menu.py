"""A page of the menu -> placed parts, and where its choices lie for a finger.

A plate in the middle of the screen: a list in the middle looks the same to readers of both directions, and a finger
finds it wherever the frame hangs. The focus is told three times: a plate, a bar at its edge, and heavier letters.

A choice is ROW units high: 9 mm on a panel of 7 inches, what a fingertip needs (ISO 9241-411: 9 mm at least), and more
on any larger one. If a page is too high, type and lines shrink together; then the footnote goes, then of what an error
says all but its beginning.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from kiosk.core.events import Entry
from kiosk.core.layout import Measures, measures, mirrored
from kiosk.core.message import Message
from kiosk.core.model import Rect, Size
from kiosk.core.scene import Choice, Fact, Menu
from kiosk.display.column import LEGIBLE
from kiosk.display.parts import Placed, Plate, Words, mirror
from kiosk.display.text import Block, Typesetter
from kiosk.display.theme import SMALLEST, Colour, Theme, Type, Weight
from kiosk.display.voice import Voice

ROW = 9.3
"""Units: the height of a choice."""
LEAST_ROW = 7.0
"""Units: where there is no room for more."""
_WIDE, _NARROW = 124.0, 44.0
"""Units: what the plate takes at most, and at least."""
_TOLD, _ASKED = 84.0, 60.0
"""Units of words in it, where it tells facts (an IPv6 address has 39 letters), and where it asks a question."""
_EDGE = 2.4
"""Units: from the edge of the plate to a choice, and from the edge of that to its words."""
_GAP = 1.6
_NAMES = 0.42
"""Of the width: the names of the facts, at most."""
_BAR = 0.7
_STEPS = tuple(step / 100 for step in range(100, 36, -8))
"""What type and lines are multiplied by, until the page fits."""
_ALL = 99
_SHORTENED = ((_ALL, True), (_ALL, False), (3, False), (1, False))
"""Lines of a fact, and whether there is a footnote."""
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


@frozen
class Page:
    """Parts from back to front, and the choices' places. Pixels."""

    placed: tuple[Placed, ...] = ()
    choices: tuple[tuple[Rect, Entry], ...] = ()

    def entry_at(self, x: int, y: int) -> Entry | None:
        """The choice under this pixel."""
        for rect, entry in self.choices:
            if rect.x <= x < rect.right and rect.y <= y < rect.bottom:
                return entry
        return None


@frozen
class _Piece:
    """A part of the page: what lies where in a rectangle of this height, whose corner is (0, 0)."""

    parts: tuple[Placed, ...]
    height: int
    gap: int
    entry: Entry | None = None


@frozen
class MenuCompositor:
    """Lays out pages of the menu for one theme. Holds no state."""

    theme: Theme
    typesetter: Typesetter

    def page(self, menu: Menu, screen: Size) -> Page:
        """The page in the middle of this screen. Texts are in the viewer's language."""
        gaps = measures(screen)
        edge = max(1, gaps.margin // 2)
        room = Size(max(1, screen.width - 2 * edge), max(1, screen.height - 2 * edge))
        for lines, foot in _SHORTENED:
            shorter = menu if foot else evolve(menu, footnote="")
            for step in _STEPS:
                writer = _Writer(self.theme, self.typesetter, shorter, gaps, room.width, step, lines)
                pieces = tuple(writer.pieces())
                if _height(pieces) + writer.head + writer.foot <= room.height:
                    return self._placed(writer, pieces, screen)
        return self._placed(writer, pieces, screen)

    def _placed(self, writer: _Writer, pieces: tuple[_Piece, ...], screen: Size) -> Page:
        theme, gaps = self.theme, writer.gaps
        size = Size(writer.width, _height(pieces) + writer.head + writer.foot)
        plate = Rect((screen.width - size.width) // 2, (screen.height - size.height) // 2, *_sides(size))
        back = Plate(size, gaps.radius, theme.panel, theme.panel_opacity, theme.rim)
        placed, choices = [Placed(back, plate)], []
        y = plate.y + writer.head
        for number, piece in enumerate(pieces):
            y += piece.gap if number else 0
            placed += [_moved(part, plate.x + writer.edge, y) for part in piece.parts]
            if piece.entry is not None:
                choices.append((Rect(plate.x + writer.edge, y, writer.inner, piece.height), piece.entry))
            y += piece.height
        if not self.typesetter.rtl:
            return Page(tuple(placed), tuple(choices))
        whole = Rect(0, 0, screen.width, screen.height)
        turned = tuple((mirrored(rect, whole), entry) for rect, entry in choices)
        return Page(tuple(mirror(placed, screen)), turned)


@frozen
class _Writer:
    """Builds the pieces of one page at one size. most: the width that the plate may have, pixels."""

    theme: Theme
    typesetter: Typesetter
    menu: Menu
    gaps: Measures
    most: int
    step: float
    lines: int

    @property
    def edge(self) -> int:
        return round(_EDGE * self.gaps.unit)

    @property
    def head(self) -> int:
        """From the edge of the plate to what is first: words want more room than a line that has its own."""
        return self.edge * (3 if self.menu.title else 2) // 2

    @property
    def foot(self) -> int:
        return self.edge * (3 if self.menu.footnote else 2) // 2

    @property
    def width(self) -> int:
        """Of the plate: as wide as its words want to be."""
        menu, theme = self.menu, self.theme
        wanted = [self._wish(menu.title, theme.panel_title)]
        wanted += [self._wish(choice.text, self._choice_type(focus=True)) for choice in menu.choices]
        if menu.facts or menu.body or menu.footnote:
            larger = theme.smallest / SMALLEST
            wanted.append((_TOLD if menu.facts else _ASKED) * larger * self.gaps.unit)
        width = round(max(*wanted, _NARROW * self.gaps.unit)) + 4 * self.edge
        return max(1, min(width, self.most, round(_WIDE * self.gaps.unit)))

    @property
    def inner(self) -> int:
        """The width of a choice."""
        return max(1, self.width - 2 * self.edge)

    @property
    def _text_width(self) -> int:
        return max(1, self.inner - 2 * self.edge)

    def pieces(self) -> Iterator[_Piece]:
        theme, menu = self.theme, self.menu
        for text, style, colour, gap in (
            (menu.title, theme.panel_title, theme.ink, 0.0),
            (menu.body, theme.panel_body, theme.quiet, 0.9),
        ):
            if text:
                yield self._text(text, style, colour, gap)
        names = self._names_width()
        for number, fact in enumerate(menu.facts):
            yield self._fact(fact, names, gap=0.7 if number else _GAP)
        for number, choice in enumerate(menu.choices):
            yield self._choice(choice, gap=0.4 if number else _GAP)
        if menu.footnote:
            yield self._text(menu.footnote, theme.small, theme.quiet, _GAP)

    def _text(self, text: str, style: Type, colour: Colour, gap: float) -> _Piece:
        block = self._set(text, style, self._text_width, balance=True)
        part = Words(block, colour, self._text_width, 0.0).at(self.edge, 0)
        return _Piece((part,), block.height, self._gap(gap))

    def _fact(self, fact: Fact, names: int, gap: float) -> _Piece:
        theme, between = self.theme, round(2.0 * self.gaps.unit)
        name = self._set(fact.name, theme.small, names)
        width = max(1, self._text_width - names - between)
        parts, y = [Words(name, theme.quiet, names, 0.0).at(self.edge, 0)], 0
        for line in fact.lines:
            block = self.typesetter.shorten(self._set(line, theme.panel_body, width), self.lines)
            # The first base lines of both are level, though the name is smaller.
            down = max(0, name.slack - block.slack) if not y else 0
            parts.append(Words(block, theme.ink, width, 0.0).at(self.edge + names + between, y + down))
            y += block.height
        return _Piece(tuple(parts), max(y, name.height), self._gap(gap))

    def _choice(self, choice: Choice, gap: float) -> _Piece:
        theme, focus = self.theme, choice.entry is self.menu.focus
        block = self._set(choice.text, self._choice_type(focus=focus), self._text_width)
        row = max(LEAST_ROW, ROW * self.step) * self.gaps.unit
        height = max(round(row), block.height + self._gap(2.0))
        words = Words(block, theme.ink if focus else theme.quiet, self._text_width, 0.0)
        at = words.at(self.edge, (height - block.height) // 2)
        return _Piece((*self._focus(height), at) if focus else (at,), height, self._gap(gap), choice.entry)

    def _focus(self, height: int) -> tuple[Placed, ...]:
        theme, size, bar = self.theme, Size(self.inner, height), max(2, round(_BAR * self.gaps.unit))
        inset = height // 5
        back = Plate(size, self.gaps.radius * 2 // 3, theme.focus, 1.0, theme.quiet)
        edge = Plate(Size(bar, height - 2 * inset), bar // 2, theme.accent, 1.0, theme.accent)
        return (
            Placed(back, Rect(0, 0, *_sides(size))),
            Placed(edge, Rect((self.edge - bar) // 2, inset, bar, height - 2 * inset)),
        )

    def _choice_type(self, *, focus: bool) -> Type:
        weight = Weight.SEMIBOLD if focus else Weight.REGULAR
        return evolve(self.theme.body, weight=weight, leading=1.2)

    def _names_width(self) -> int:
        widths = [self._wish(fact.name, self.theme.small) for fact in self.menu.facts]
        return max(1, min(round(max(widths, default=0.0)) + 1, round(_NAMES * self._text_width)))

    def _wish(self, text: str, style: Type) -> float:
        return self.typesetter.measure(text, style, self._pixels(style)) + 1

    def _set(self, text: str, style: Type, width: int, *, balance: bool = False) -> Block:
        return self.typesetter.set(text, style, self._pixels(style), width, balance=balance)

    def _pixels(self, style: Type) -> int:
        return max(LEGIBLE, round(max(style.floor, style.size * self.step) * self.gaps.unit))

    def _gap(self, units: float) -> int:
        return round(units * self.step * self.gaps.unit)


def spoken_menu(menu: Menu, voice: Voice) -> Menu:
    """The page in this language."""
    return evolve(
        menu,
        title=voice.say(menu.title),
        body=voice.say(menu.body),
        footnote=voice.say(menu.footnote),
        facts=tuple(_told(fact, voice) for fact in menu.facts),
        choices=tuple(evolve(choice, text=voice.say(choice.text)) for choice in menu.choices),
    )


def _told(fact: Fact, voice: Voice) -> Fact:
    when = () if fact.at is None else (f"{voice.date(fact.at)} \N{MIDDLE DOT} {voice.time(fact.at)}",)
    return evolve(
        fact, name=voice.say(fact.name), lines=(*when, *(_value(line, voice) for line in fact.lines))
    )


def _value(text: str, voice: Voice) -> str:
    """An address among Arabic keeps its own direction."""
    if isinstance(text, Message):
        return voice.say(text)
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}" if voice.rtl else text


def _height(pieces: tuple[_Piece, ...]) -> int:
    return sum(piece.height for piece in pieces) + sum(piece.gap for piece in pieces[1:])


def _moved(part: Placed, x: int, y: int) -> Placed:
    return evolve(part, rect=evolve(part.rect, x=part.rect.x + x, y=part.rect.y + y))


def _sides(size: Size) -> tuple[int, int]:
    return size.width, size.height
