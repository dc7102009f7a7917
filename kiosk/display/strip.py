"""The strip of what arrives, as pixels: a plate with words and a bar, and the row of thumbnails in their places.

Its parts are rendered once and only placed anew, so that a frame in which something moves is a handful of draw calls.
"""

from __future__ import annotations

from attrs import evolve, frozen
from PIL import Image

from kiosk.core import layout
from kiosk.core.focus import WHOLE, Box
from kiosk.core.layout import StripPlaces, measures, mirrored
from kiosk.core.model import CommandId, Rect, Size
from kiosk.core.scene import Strip
from kiosk.display import shapes
from kiosk.display.canvas import Canvas, Handle
from kiosk.display.column import LEGIBLE
from kiosk.display.parts import Part, Placed, Plate, Words
from kiosk.display.text import Block, Typesetter
from kiosk.display.theme import Colour, Theme, Type
from kiosk.display.thumbs import RADIUS, PreparedThumb
from kiosk.display.voice import Voice

_WORDS = 14.0
"""Width of the words beside the thumbnails, in sizes of their type."""
_TITLE, _TROUBLE = 2, 3
"""Lines at the most: of the title, and of a trouble that stands alone."""
_STEP = 0.15
"""Of the way from place to place: how far the newest one comes from, and the oldest one goes, outside the row."""
_EMPTY = 0.55
"""Opacity of a place that nothing has come to yet."""
_WORDLESS = 100
"""Pixels of the shorter side: on a smaller window nobody could read anything."""


@frozen
class Rounded:
    """A shape of one colour: the bar, its end, an empty place."""

    size: Size
    radius: int
    colour: Colour

    def render(self, typesetter: Typesetter) -> Image.Image:  # noqa: ARG002 -- a Part's signature
        return shapes.rounded(self.size, self.radius, self.colour)


@frozen
class _Draw:
    """One call of the canvas."""

    handle: Handle
    rect: Rect
    opacity: float = 1.0
    part: Box = WHOLE


@frozen
class Laid:
    """What stays where it is while things arrive; from left to right."""

    places: StripPlaces
    back: Placed
    words: tuple[Placed, ...]
    empty: Part
    track: Part
    fill: Part
    end: Part


def spoken(strip: Strip, voice: Voice) -> Strip:
    """The strip in this language."""
    return evolve(strip, title=voice.say(strip.title), status=voice.say(strip.status))


def laid_out(strip: Strip, screen: Size, theme: Theme, typesetter: Typesetter) -> Laid:
    """Where everything goes, in words that are already in the viewer's language."""
    unit = measures(screen).unit
    body, small = theme.panel_body.size * unit, theme.small.size * unit
    width = layout.strip_words(screen, round(_WORDS * body))
    title = _set(typesetter, strip.title, theme.label, (body, theme.label.floor * unit), width, _TITLE)
    lines = 1 if title else _TROUBLE
    status = _set(typesetter, strip.status, theme.small, (small, theme.small.floor * unit), width, lines)
    blocks = [(block, ink) for block, ink in ((title, theme.ink), (status, theme.quiet)) if block]
    height = sum(block.height for block, _ in blocks)
    # As high as a title and a count, whatever is said: the plate does not jump.
    usual = round(body * theme.label.leading + small * theme.small.leading)
    places = layout.strip(screen, Size(width, max(height, usual)), strip.places)
    y = places.words.y + (places.words.height - height) // 2
    words = []
    for block, ink in blocks:
        words.append(Words(block, ink, width, 1.0 if typesetter.rtl else 0.0).at(places.words.x, y))
        y += block.height
    plate, bar, side = places.plate, Size(places.bar.width, places.bar.height), layout.thumb_side(screen)
    back = Plate(
        Size(plate.width, plate.height), measures(screen).radius, theme.panel, theme.panel_opacity, theme.rim
    )
    return Laid(
        places=places,
        back=Placed(back, plate),
        words=tuple(words),
        empty=Rounded(Size(side, side), round(RADIUS * side), theme.track),
        track=Rounded(bar, bar.height // 2, theme.track),
        fill=Rounded(bar, bar.height // 2, theme.accent),
        end=Rounded(Size(bar.height, bar.height), bar.height // 2, theme.accent),
    )


def standing(strip: Strip, screen: Size, theme: Theme, typesetter: Typesetter) -> list[Placed]:
    """All of it but the thumbnails and what is filled of the bar, from back to front, as the viewer sees it."""
    laid = laid_out(strip, screen, theme, typesetter)
    slots = [Placed(laid.empty, slot) for slot in laid.places.slots]
    placed = [laid.back, *laid.words, Placed(laid.track, laid.places.bar), *slots]
    return [Placed(item.part, _directed(item.rect, screen, typesetter)) for item in placed]


def _directed(rect: Rect, screen: Size, typesetter: Typesetter) -> Rect:
    """Laid out from left to right; in a language that runs the other way all of it is turned round."""
    return mirrored(rect, Rect(0, 0, screen.width, screen.height)) if typesetter.rtl else rect


def _set(
    typesetter: Typesetter, text: str, style: Type, sizes: tuple[float, float], width: int, lines: int
) -> Block | None:
    """On as few lines as its smallest size allows, then as large as that allows. sizes: wanted, least; pixels."""
    if not text:
        return None
    wanted, least = (max(LEGIBLE, round(size)) for size in sizes)
    for few in range(1, lines + 1):
        for size in range(max(wanted, least), least - 1, -1):
            block = typesetter.set(text, style, size, width, balance=True)
            if len(block.lines) <= few:
                return block
    return typesetter.shorten(typesetter.set(text, style, least, width, balance=True), lines)


class StripPainter:
    """Draws strips on a canvas. Keeps the thumbnails until they are dropped, and its parts while a strip is shown."""

    def __init__(self, canvas: Canvas, theme: Theme, typesetter: Typesetter, voice: Voice) -> None:
        self._canvas = canvas
        self._theme = theme
        self._typesetter = typesetter
        self._voice = voice
        self._thumbs: dict[CommandId, Handle] = {}
        self._parts: dict[Part, Handle] = {}
        self._laid: Laid | None = None
        self._laid_of: tuple[str, str, int, Size] | None = None
        self._draws: list[_Draw] = []

    @property
    def thumbs(self) -> frozenset[CommandId]:
        """The thumbnails that are uploaded."""
        return frozenset(self._thumbs)

    def upload(self, thumb: CommandId, prepared: PreparedThumb) -> None:
        """Take in the pixels of a thumbnail."""
        self._thumbs[thumb] = self._canvas.upload(prepared.pixels, prepared.size, alpha=True)

    def drop(self, thumb: CommandId) -> None:
        """Forget a thumbnail. One that is not here is no mistake."""
        if (handle := self._thumbs.pop(thumb, None)) is not None:
            self._canvas.release(handle)

    def prepare(self, strip: Strip | None, screen: Size) -> None:
        """Before anything of this picture of the screen is drawn: uploads what is new, releases what is not used."""
        if strip is None or min(screen.width, screen.height) < _WORDLESS:
            self._lay(None, None)
            self._draws = []
            return
        wanted = (strip.title, strip.status, strip.places, screen)
        if self._laid is None or self._laid_of != wanted:
            told = spoken(strip, self._voice)
            self._lay(laid_out(told, screen, self._theme, self._typesetter), wanted)
        assert self._laid is not None  # noqa: S101  laid out just above
        draws = self._standing(self._laid, strip) + self._row(self._laid, strip)
        self._draws = [self._turned(draw, screen) for draw in draws]

    def draw(self, opacity: float) -> None:
        """What was prepared."""
        for each in self._draws:
            self._canvas.draw(each.handle, each.rect, each.opacity * opacity, each.part)

    def _lay(self, laid: Laid | None, of: tuple[str, str, int, Size] | None) -> None:
        """Render the parts that are new and forget those that are gone."""
        before, self._parts = self._parts, {}
        for part in () if laid is None else _parts(laid):
            if part in before:
                self._parts[part] = before.pop(part)
            elif part not in self._parts:
                image = part.render(self._typesetter)
                size = Size(image.width, image.height)
                self._parts[part] = self._canvas.upload(image.tobytes(), size, alpha=image.mode == "RGBA")
        for handle in before.values():
            self._canvas.release(handle)
        self._laid, self._laid_of = laid, of

    def _standing(self, laid: Laid, strip: Strip) -> list[_Draw]:
        bar = laid.places.bar
        draws = [_Draw(self._parts[item.part], item.rect) for item in (laid.back, *laid.words)]
        draws.append(_Draw(self._parts[laid.track], bar))
        done = min(bar.width, round(bar.width * strip.share))
        if strip.share > 0:
            done = max(done, bar.height)
            cut = done - bar.height // 2
            begun = _Draw(
                self._parts[laid.fill],
                Rect(bar.x, bar.y, cut, bar.height),
                part=Box(0.0, 0.0, cut / bar.width, 1.0),
            )
            end = Rect(bar.x + done - bar.height, bar.y, bar.height, bar.height)
            draws += [begun, _Draw(self._parts[laid.end], end)]
        return draws

    def _row(self, laid: Laid, strip: Strip) -> list[_Draw]:
        """The newest thumbnails in their places. A full row moves up by one, and its oldest one gives way."""
        slots = laid.places.slots
        known = [self._thumbs[thumb] for thumb in strip.thumbs if thumb in self._thumbs]
        draws = [
            _Draw(self._parts[laid.empty], slot, _EMPTY)
            for number, slot in enumerate(slots)
            if number >= len(known) - (strip.arrival < 1.0)
        ]
        if not slots or not known:
            return draws
        pitch = slots[1].x - slots[0].x if len(slots) > 1 else slots[0].width
        left = 1.0 - strip.arrival
        full = len(known) > len(slots)
        shown = known[-len(slots) :]
        newest = slots[len(shown) - 1]
        if full and left > 0:
            draws.append(
                _Draw(known[-len(slots) - 1], _along(slots[0], -_STEP * pitch * strip.arrival), left)
            )
        draws.append(_Draw(shown[-1], _along(newest, _STEP * pitch * left), strip.arrival))
        moved = pitch * left if full else 0.0
        draws += [_Draw(handle, _along(slot, moved)) for handle, slot in zip(shown[:-1], slots, strict=False)]
        return draws

    def _turned(self, draw: _Draw, screen: Size) -> _Draw:
        if not self._typesetter.rtl:
            return draw
        part = Box(1.0 - draw.part.right, draw.part.top, 1.0 - draw.part.left, draw.part.bottom)
        return _Draw(draw.handle, _directed(draw.rect, screen, self._typesetter), draw.opacity, part)


def _parts(laid: Laid) -> tuple[Part, ...]:
    still = (laid.empty, laid.track, laid.fill, laid.end)
    return (laid.back.part, *(item.part for item in laid.words), *still)


def _along(slot: Rect, by: float) -> Rect:
    return Rect(slot.x + round(by), slot.y, slot.width, slot.height)
