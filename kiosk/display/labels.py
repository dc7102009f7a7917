"""What stands on the picture, as pixels: one line at the foot of each picture, and the clock.

A slide's line is rendered when the slide is uploaded, during the dwell before it, so that no transition waits for it;
while one runs it is a few draws with an opacity. Light ink on a shade as strong as the brightest pixel behind it asks
for, or dark ink without any, where all is bright.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from kiosk.core.hanging import halves
from kiosk.core.labels import drift
from kiosk.core.layout import measures, mirrored
from kiosk.core.model import Rect, Size, SlideId
from kiosk.core.scene import Label, Scene
from kiosk.display.canvas import Canvas, Handle
from kiosk.display.column import LEGIBLE
from kiosk.display.ground import Bounds
from kiosk.display.ink import Ink, ink_on
from kiosk.display.line import Line, Lines
from kiosk.display.parts import Placed
from kiosk.display.text import Typesetter
from kiosk.display.theme import Theme
from kiosk.display.voice import Voice

BoundsOf = Callable[[SlideId, Rect], Bounds]
"""How dark and how bright a slide is behind this rectangle of the screen."""
PlacesOf = Callable[[SlideId], tuple[Rect, ...]]
"""Where the pictures of a slide lie on the screen, as many as it has labels; none where that is not known."""
_WORDLESS = 100
"""Pixels of the shorter side: on a smaller window nobody could read anything."""
_FADED = 0.45
"""Share of a transition in which the old words go, and in which the new ones come: between them there are none, since
two lines that shine through each other are a muddle."""


@frozen
class _Laid:
    """A line that is uploaded. shade: None where it needs none."""

    ink: Ink
    shade: tuple[Handle, Rect] | None
    words: tuple[tuple[Handle, Rect], ...]


@frozen
class _Seen:
    """A line as one frame shows it. shade, opacity: 0 to 1."""

    laid: _Laid
    shade: float
    opacity: float


class LabelPainter:
    """Draws labels and the clock on a canvas; keeps their textures while they may be wanted."""

    def __init__(
        self, canvas: Canvas, theme: Theme, typesetter: Typesetter, voice: Voice, places: PlacesOf
    ) -> None:
        self._canvas, self._theme, self._places = canvas, theme, places
        self._typesetter, self._voice = typesetter, voice
        self._of: dict[SlideId, tuple[object, list[_Laid]]] = {}
        self._clocks: dict[bool, _Laid] = {}
        """In light and in dark ink."""
        self._clock: Line | None = None
        self._clock_of: object = None

    def prepare(self, slide: SlideId, labels: tuple[Label, ...], bounds: BoundsOf, *, clock: bool) -> None:
        """Have the lines of this slide ready. clock: its place stays free."""
        screen = self._canvas.size
        key = (labels, screen, clock)
        if slide in self._of and self._of[slide][0] == key:
            return
        self.drop(slide)
        laid = []
        for line in self._laid_lines(slide, labels, screen, clock=clock):
            ink = self._ink(slide, line, bounds)
            laid.append(self._uploaded(line, ink, shaded=ink.shade > 0))
        self._of[slide] = key, laid

    def drop(self, slide: SlideId) -> None:
        """Forget the lines of a slide. One that is not here is no mistake."""
        for line in self._of.pop(slide, (None, []))[1]:
            self._release(line)

    def draw(self, scene: Scene, bounds: BoundsOf) -> None:
        """Over the pictures of the scene, old and new, as far as its transition has come."""
        old, new = scene.current, scene.incoming
        gone = 0.0 if new is None else min(1.0, scene.progress / _FADED)
        come = 0.0 if new is None else max(0.0, 1.0 - (1.0 - scene.progress) / _FADED)
        seen: list[_Seen] = []
        for slide, labels, opacity in ((old, scene.labels, 1.0 - gone), (new, scene.incoming_labels, come)):
            if slide is not None and labels:
                self.prepare(slide, labels, bounds, clock=scene.clock is not None)
                seen += [_Seen(line, line.ink.shade, opacity) for line in self._of[slide][1]]
        seen += self._seen_clock(scene, bounds, gone, come)
        # First all shades: none may lie over the words of another.
        for line in seen:
            if line.laid.shade is not None and line.shade * line.opacity > 0:
                self._canvas.draw(*line.laid.shade, line.shade * line.opacity)
        for line in seen:
            for handle, rect in line.laid.words if line.opacity > 0 else ():
                self._canvas.draw(handle, rect, line.opacity)

    def _seen_clock(self, scene: Scene, bounds: BoundsOf, gone: float, come: float) -> list[_Seen]:
        screen = self._canvas.size
        wanted = None if scene.clock is None else (scene.clock, screen)
        if wanted != self._clock_of:
            self._forget_clock()
            self._clock_of = wanted
        if scene.clock is None or scene.current is None or _wordless(screen):
            return []
        if self._clock is None:
            self._clock = self._directed(self._laid_clock(scene.clock, screen))
        line = self._clock
        old = self._ink(scene.current, line, bounds)
        new = old if scene.incoming is None else self._ink(scene.incoming, line, bounds)
        if old.dark == new.dark:
            # It stays where it is, and its shade follows the picture.
            return [
                _Seen(self._clock_in(line, old), old.shade + (new.shade - old.shade) * scene.progress, 1.0)
            ]
        return [
            _Seen(self._clock_in(line, old), old.shade, 1.0 - gone),
            _Seen(self._clock_in(line, new), new.shade, come),
        ]

    def _ink(self, slide: SlideId, line: Line, bounds: BoundsOf) -> Ink:
        region, places = line.region, self._places(slide)
        board = bool(places) and not any(_overlap(region, place) for place in places)
        return ink_on(self._theme, bounds(slide, region), board=board)

    def _clock_in(self, line: Line, ink: Ink) -> _Laid:
        if ink.dark not in self._clocks:
            self._clocks[ink.dark] = self._uploaded(line, ink, shaded=not ink.dark)
        return self._clocks[ink.dark]

    def _forget_clock(self) -> None:
        for laid in self._clocks.values():
            self._release(laid)
        self._clocks, self._clock = {}, None

    def _laid_clock(self, when: datetime, screen: Size) -> Line:
        """A step further on its way every minute."""
        pixels = _pixels(self._theme.clock.size, screen)
        moved = _moved(screen, int(when.timestamp()) // 60)
        return self._lines(screen).clock(when, _whole(screen), pixels, moved)

    def _laid_lines(
        self, slide: SlideId, labels: tuple[Label, ...], screen: Size, *, clock: bool
    ) -> list[Line]:
        """Each at the foot of its picture, a step further on their way with every slide."""
        if _wordless(screen) or not labels:
            return []
        areas: tuple[Rect, ...] = halves(screen) if len(labels) > 1 else (_whole(screen),)
        places = self._places(slide) or areas
        if self._typesetter.rtl:
            areas = tuple(mirrored(area, _whole(screen)) for area in areas)
            places = tuple(mirrored(place, _whole(screen)) for place in places)
        pixels, moved = _pixels(self._theme.label.size, screen), _moved(screen, slide)
        lines = []
        for label, area, place in zip(labels, areas, places, strict=True):
            at_clock = clock and (area.right, area.bottom) == (screen.width, screen.height)
            spare = self._lines(screen).clock_room(_pixels(self._theme.clock.size, screen)) if at_clock else 0
            if label:
                line = self._lines(screen).label(label, area, place, pixels, moved, spare)
                lines.append(self._directed(line))
        return lines

    def _lines(self, screen: Size) -> Lines:
        return Lines(self._theme, self._typesetter, self._voice, screen)

    def _directed(self, line: Line) -> Line:
        """Laid out from left to right; in a language that runs the other way all of it is turned round."""
        return line.mirrored() if self._typesetter.rtl else line

    def _uploaded(self, line: Line, ink: Ink, *, shaded: bool) -> _Laid:
        shade = self._upload(line.shade(self._theme.paper_bottom)) if shaded else None
        return _Laid(ink, shade, tuple(self._upload(item) for item in line.words(ink)))

    def _upload(self, placed: Placed) -> tuple[Handle, Rect]:
        image = placed.part.render(self._typesetter)
        size = Size(image.width, image.height)
        return self._canvas.upload(image.tobytes(), size, alpha=True), placed.rect

    def _release(self, laid: _Laid) -> None:
        for handle, _ in (*laid.words, *([laid.shade] if laid.shade else [])):
            self._canvas.release(handle)


def _overlap(one: Rect, other: Rect) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


def _whole(screen: Size) -> Rect:
    return Rect(0, 0, screen.width, screen.height)


def _wordless(screen: Size) -> bool:
    return min(screen.width, screen.height) < _WORDLESS


def _pixels(units: float, screen: Size) -> int:
    return max(LEGIBLE, round(units * measures(screen).unit))


def _moved(screen: Size, step: int) -> tuple[int, int]:
    """Pixels across and down, at this step of the drift: never up, where a mat board may end, nor near the edge."""
    reach = max(3, measures(screen).margin // 2 // 6)
    across, down = drift(step)
    return round(reach * across), round(reach * (1 + down) / 2)
