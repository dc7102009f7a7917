"""Scene -> pixels. Decides nothing: what to show is in the scene, where it goes in core/layout.py.

Everything is drawn anew each time something is presented, since a GPU promises nothing about the frame before; but
parts are rendered once. On the texture path a frame of a transition is a handful of draw calls and a present.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from PIL import Image

from kiosk.core.events import Entry
from kiosk.core.focus import Box
from kiosk.core.layout import fit
from kiosk.core.model import CommandId, Rect, Size, SlideId
from kiosk.core.scene import Badge, Card, Label, Menu, Scene
from kiosk.core.shade import WHITE
from kiosk.display import transitions
from kiosk.display.canvas import Canvas, Handle
from kiosk.display.ground import UNKNOWN, Bounds, Ground
from kiosk.display.images import PreparedSlide
from kiosk.display.theme import THEME, Colour, Theme
from kiosk.display.voice import ENGLISH, Voice

# What words are made of is imported for the first of them: a bare photograph needs none of it.
if TYPE_CHECKING:
    from kiosk.display.cards import Compositor
    from kiosk.display.labels import LabelPainter
    from kiosk.display.menu import Page
    from kiosk.display.parts import Part, Placed
    from kiosk.display.strip import StripPainter
    from kiosk.display.text import Typesetter
    from kiosk.display.thumbs import PreparedThumb


@frozen
class _Slide:
    """An uploaded slide; the rest as in PreparedSlide."""

    handle: Handle
    size: Size
    screen: Size
    mean: Colour
    first: Box
    last: Box
    ground: Ground
    places: tuple[Rect, ...]


@frozen
class _Hung:
    """A slide as it is seen: a Layer."""

    slide: _Slide
    canvas: Canvas
    view: Box
    theme: Theme

    @property
    def mean(self) -> Colour:
        return self.slide.mean

    def draw(self, strip: Rect, at: Rect, opacity: float = 1.0) -> None:
        screen = self.canvas.size
        if self.slide.screen != screen:
            self._misfit(at, opacity)
            return
        if (strip.width, strip.height) == (screen.width, screen.height):
            self.canvas.draw(self.slide.handle, at, opacity, self.view)
            return
        seen = Box(
            strip.x / screen.width,
            strip.y / screen.height,
            strip.right / screen.width,
            strip.bottom / screen.height,
        )
        self.canvas.draw(self.slide.handle, at, opacity, seen.within(self.view))

    def _misfit(self, at: Rect, opacity: float) -> None:
        """For the moment between a resize and the next prepared slide: the whole of it, as it was made."""
        self.canvas.fill(at, self.theme.paper_bottom, opacity)
        place = fit(self.slide.size, Size(at.width, at.height))
        self.canvas.draw(
            self.slide.handle, Rect(at.x + place.x, at.y + place.y, place.width, place.height), opacity
        )


BLACK: Colour = (0, 0, 0)
DIMMED = 0.45
"""How dark the picture is behind the menu."""
_Over = tuple[Card | None, Menu | None, Badge | None, bool, Size]
"""What the overlay follows from: card, menu, badge, whether a photograph is behind it, the screen."""


class Painter:
    """Paints scenes on a canvas and keeps what it needs for that: slides until they are dropped, parts while shown.

    assets: the folder that holds ``fonts/``. voice: the language of every word.
    """

    def __init__(self, canvas: Canvas, assets: Path, theme: Theme = THEME, voice: Voice = ENGLISH) -> None:
        self._canvas = canvas
        self._voice = voice
        self._theme = theme
        self._assets = assets
        self._slides: dict[SlideId, _Slide] = {}
        self._parts: dict[Part, Handle] = {}
        self._overlay: list[tuple[Handle, Rect]] = []
        self._overlay_of: _Over | None = None
        self._page: Page | None = None
        """The menu as it was painted last."""
        self._scene = Scene()
        self._painted: object = None

    def ready_for_words(self) -> None:
        """Import what words are drawn with, when there is time: the first card or label does not wait for it."""
        _ = self._compositor, self._strip, self._labels

    @cached_property
    def _typesetter(self) -> Typesetter:
        from kiosk.display.fonts import FontBook
        from kiosk.display.text import Typesetter

        return Typesetter(FontBook(self._assets), self._voice.tag, self._voice.rtl)

    @cached_property
    def _compositor(self) -> Compositor:
        from kiosk.display.cards import Compositor

        return Compositor(self._theme, self._typesetter)

    @cached_property
    def _strip(self) -> StripPainter:
        from kiosk.display.strip import StripPainter

        return StripPainter(self._canvas, self._theme, self._typesetter, self._voice)

    @cached_property
    def _labels(self) -> LabelPainter:
        from kiosk.display.labels import LabelPainter

        return LabelPainter(self._canvas, self._theme, self._typesetter, self._voice, self._places)

    def _made(self, name: str) -> bool:
        """Whether one of these is there: what was never made has nothing to drop and nothing to draw."""
        return name in vars(self)

    @property
    def flips(self) -> int:
        """How often something was presented."""
        return self._canvas.flips

    @property
    def slides(self) -> frozenset[SlideId]:
        """The slides that are uploaded."""
        return frozenset(self._slides)

    def upload(self, slide_id: SlideId, prepared: PreparedSlide) -> None:
        """Take in the pixels of a slide; a second time replaces them."""
        for _ in self.uploading(slide_id, prepared):
            pass

    def uploading(self, slide_id: SlideId, prepared: PreparedSlide) -> Iterator[None]:
        """The same in steps of a few milliseconds: a large slide never holds up a frame. It is there after the last."""
        handle = yield from self._canvas.hang(prepared.patches, prepared.size)
        self.drop(slide_id)
        self._slides[slide_id] = _Slide(
            handle=handle,
            size=prepared.size,
            screen=prepared.screen or prepared.size,
            mean=prepared.mean,
            first=prepared.first,
            last=prepared.last,
            ground=prepared.ground or Ground(),
            places=prepared.places,
        )

    def drop(self, slide_id: SlideId) -> None:
        """Forget a slide. One that is not here is no mistake."""
        if (slide := self._slides.pop(slide_id, None)) is not None:
            self._canvas.release(slide.handle)
        if self._made("_labels"):
            self._labels.drop(slide_id)

    def expect(self, slide_id: SlideId, labels: tuple[Label, ...], *, clock: bool = False) -> None:
        """Have what will stand on an uploaded slide ready, so that the transition to it has nothing to render.

        One that is not here is no mistake: it may have been dropped as soon as it came.
        """
        if slide_id in self._slides and (labels or self._made("_labels")):
            self._labels.prepare(slide_id, labels, self._bounds, clock=clock)

    @property
    def thumbs(self) -> frozenset[CommandId]:
        """The thumbnails that are uploaded."""
        return self._strip.thumbs

    def upload_thumb(self, thumb: CommandId, prepared: PreparedThumb) -> None:
        """Take in the pixels of a thumbnail, by the name of the command that made it."""
        self._strip.upload(thumb, prepared)

    def drop_thumb(self, thumb: CommandId) -> None:
        """Forget a thumbnail. One that is not here is no mistake."""
        self._strip.drop(thumb)

    def paint(self, scene: Scene) -> bool:
        """Show the scene. Returns whether anything was presented: an equal scene over equal slides is not."""
        self._scene = scene
        wanted = (scene, self._canvas.generation, self._slide(scene.current), self._slide(scene.incoming))
        if wanted == self._painted:
            return False
        self._draw()
        self._canvas.present()
        self._painted = wanted
        return True

    def read(self) -> Image.Image:
        """What is on the screen, RGB, upright. Draws the last scene again, presents nothing."""
        self._draw()
        return self._canvas.read()

    def _slide(self, slide_id: SlideId | None) -> _Slide | None:
        return None if slide_id is None else self._slides.get(slide_id)

    def _draw(self) -> None:
        scene, screen = self._scene, self._canvas.size
        if scene.dark:
            self._canvas.fill(Rect(0, 0, screen.width, screen.height), BLACK)
            return
        overlay = self._prepared_overlay(scene, screen)
        if scene.strip is not None or self._made("_strip"):
            self._strip.prepare(scene.strip, screen)
        old = self._hung(scene.current, scene.motion)
        new = self._hung(scene.incoming, scene.incoming_motion)
        whole = Rect(0, 0, screen.width, screen.height)
        if old is not None and new is not None:
            transitions.draw(self._canvas, scene.kind, old, new, scene.progress, backwards=scene.backwards)
        elif (only := old or new) is not None:
            only.draw(whole, whole, 1.0 if only is old else scene.progress)
        words = scene.labels or scene.incoming_labels or scene.clock is not None
        if old is not None and (words or self._made("_labels")):
            self._labels.draw(scene if new is not None else _arrived(scene), self._bounds)
        if scene.menu is not None and old is not None:
            self._canvas.fill(whole, BLACK, DIMMED)
        for handle, rect in overlay:
            self._canvas.draw(handle, rect)
        if scene.strip is not None:
            self._strip.draw(scene.strip.opacity)
        if scene.light != WHITE:
            self._canvas.shade(scene.light)

    def _hung(self, slide_id: SlideId | None, motion: float) -> _Hung | None:
        slide = self._slide(slide_id)
        if slide is None:
            return None
        return _Hung(slide, self._canvas, slide.first.towards(slide.last, motion), self._theme)

    def _places(self, slide_id: SlideId) -> tuple[Rect, ...]:
        """Where the pictures of a slide lie on the screen; none where that is not known, or changes."""
        slide = self._slide(slide_id)
        return slide.places if slide is not None and slide.screen == self._canvas.size else ()

    def _bounds(self, slide_id: SlideId, rect: Rect) -> Bounds:
        """How dark and how bright a slide is behind this rectangle, wherever its view is."""
        slide, screen = self._slide(slide_id), self._canvas.size
        if slide is None or slide.screen != screen:
            return UNKNOWN
        seen = Box(
            rect.x / screen.width,
            rect.y / screen.height,
            rect.right / screen.width,
            rect.bottom / screen.height,
        )
        return slide.ground.between(seen.within(slide.first).around(seen.within(slide.last)))

    def _prepared_overlay(self, scene: Scene, screen: Size) -> list[tuple[Handle, Rect]]:
        """Handles and places of everything over the photographs; rendered again only where it differs."""
        photo = self._slide(scene.current) is not None
        wanted: _Over = (scene.card, scene.menu, scene.badge, photo, screen)
        if wanted == self._overlay_of:
            return self._overlay
        if scene.menu is None:
            self._page = None
            placed = self._composed(scene.card, scene.badge, screen, photo=photo)
        else:
            placed = self._menu(scene.menu, screen, photo=photo)
        before, self._parts = self._parts, {}
        for item in placed:
            if item.part in before:
                self._parts[item.part] = before.pop(item.part)
            elif item.part not in self._parts:
                self._parts[item.part] = self._rendered(item.part)
        for handle in before.values():
            self._canvas.release(handle)
        self._overlay = [(self._parts[item.part], item.rect) for item in placed]
        self._overlay_of = wanted
        return self._overlay

    def _composed(self, card: Card | None, badge: Badge | None, screen: Size, *, photo: bool) -> list[Placed]:
        card = None if card is None else spoken(card, self._voice)
        badge = None if badge is None else evolve(badge, text=self._voice.say(badge.text))
        pill = [] if badge is None else self._compositor.badge(badge, screen)
        if card is None:
            # Without a photograph and without words there is at least the paper: never a black hole.
            return pill if photo else [self._compositor.paper(screen), *pill]
        top = pill[0].rect.height if pill else 0
        return [*self._compositor.card(card, screen, over_photos=photo, top=top), *pill]

    def _menu(self, menu: Menu, screen: Size, *, photo: bool) -> list[Placed]:
        from kiosk.display.menu import MenuCompositor, spoken_menu

        compositor = MenuCompositor(self._theme, self._typesetter)
        self._page = compositor.page(spoken_menu(menu, self._voice), screen)
        ground = [] if photo else [self._compositor.paper(screen)]
        return [*ground, *self._page.placed]

    def entry_at(self, x: float, y: float) -> Entry | None:
        """The line of the menu at this place, in shares of the screen, as it was painted last."""
        screen = self._canvas.size
        if self._page is None:
            return None
        return self._page.entry_at(int(x * screen.width), int(y * screen.height))

    def _rendered(self, part: Part) -> Handle:
        image = part.render(self._typesetter)
        size = Size(image.width, image.height)
        return self._canvas.upload(image.tobytes(), size, alpha=image.mode == "RGBA")


def _arrived(scene: Scene) -> Scene:
    """Without its transition."""
    return evolve(scene, incoming=None, incoming_labels=(), progress=0.0)


def spoken(card: Card, voice: Voice) -> Card:
    """The card in this language. Codes and addresses are in none."""
    return evolve(
        card,
        title=voice.say(card.title),
        body=voice.say(card.body),
        hint=voice.say(card.hint),
        status=voice.say(card.status),
        footnote=voice.say(card.footnote),
    )
