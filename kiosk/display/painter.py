"""Scene -> pixels. Decides nothing: what to show is in the scene, where it goes in core/layout.py.

Everything is drawn anew each time something is presented, since a GPU promises nothing about the frame before; but
parts are rendered once. On the texture path a frame of a transition is a handful of draw calls and a present.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from kiosk.core.layout import fit
from kiosk.core.model import Rect, Size, SlideId
from kiosk.core.scene import Badge, Card, Scene
from kiosk.display.canvas import Canvas, Handle
from kiosk.display.cards import Compositor
from kiosk.display.fonts import FontBook
from kiosk.display.images import PreparedSlide
from kiosk.display.parts import Part, Placed
from kiosk.display.text import Typesetter
from kiosk.display.theme import THEME, Theme

_Over = tuple[Card | None, Badge | None, bool, Size]
"""What the overlay follows from: card, badge, whether a photograph is behind it, the screen."""


class Painter:
    """Paints scenes on a canvas and keeps what it needs for that: slides until they are dropped, parts while shown.

    assets: the folder that holds ``fonts/``.
    """

    def __init__(self, canvas: Canvas, assets: Path, theme: Theme = THEME) -> None:
        self._canvas = canvas
        self._theme = theme
        self._typesetter = Typesetter(FontBook(assets))
        self._compositor = Compositor(theme, self._typesetter)
        self._slides: dict[SlideId, tuple[Handle, Size]] = {}
        self._parts: dict[Part, Handle] = {}
        self._overlay: list[tuple[Handle, Rect]] = []
        self._overlay_of: _Over | None = None
        self._scene = Scene()
        self._painted: object = None

    @property
    def flips(self) -> int:
        """How often something was presented."""
        return self._canvas.flips

    @property
    def slides(self) -> frozenset[SlideId]:
        """The slides that are uploaded."""
        return frozenset(self._slides)

    def upload(self, slide_id: SlideId, prepared: PreparedSlide) -> None:
        """Take in the pixels of a slide; a second time replaces them (after the screen was resized)."""
        self.drop(slide_id)
        self._slides[slide_id] = (
            self._canvas.upload(prepared.pixels, prepared.size, alpha=False),
            prepared.size,
        )

    def drop(self, slide_id: SlideId) -> None:
        """Forget a slide. One that is not here is no mistake."""
        if (slide := self._slides.pop(slide_id, None)) is not None:
            self._canvas.release(slide[0])

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

    def _slide(self, slide_id: SlideId | None) -> tuple[Handle, Size] | None:
        return None if slide_id is None else self._slides.get(slide_id)

    def _draw(self) -> None:
        scene, screen = self._scene, self._canvas.size
        overlay = self._prepared_overlay(scene, screen)
        self._draw_slide(self._slide(scene.current), screen, 1.0)
        self._draw_slide(self._slide(scene.incoming), screen, scene.progress)
        for handle, rect in overlay:
            self._canvas.draw(handle, rect)

    def _draw_slide(self, slide: tuple[Handle, Size] | None, screen: Size, opacity: float) -> None:
        if slide is None or opacity <= 0.0:
            return
        handle, size = slide
        # Equal sizes but for the moment between a resize and the next prepared slide.
        place = Rect(0, 0, screen.width, screen.height) if size == screen else fit(size, screen)
        if size != screen:
            self._canvas.fill(Rect(0, 0, screen.width, screen.height), self._theme.paper_bottom, opacity)
        self._canvas.draw(handle, place, opacity)

    def _prepared_overlay(self, scene: Scene, screen: Size) -> list[tuple[Handle, Rect]]:
        """Handles and places of everything over the photographs; rendered again only where it differs."""
        photo = self._slide(scene.current) is not None
        wanted: _Over = (scene.card, scene.badge, photo, screen)
        if wanted == self._overlay_of:
            return self._overlay
        placed = self._composed(scene.card, scene.badge, screen, photo=photo)
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
        pill = [] if badge is None else self._compositor.badge(badge, screen)
        if card is None:
            # Without a photograph and without words there is at least the paper: never a black hole.
            return pill if photo else [self._compositor.paper(screen), *pill]
        top = pill[0].rect.height if pill else 0
        return [*self._compositor.card(card, screen, over_photos=photo, top=top), *pill]

    def _rendered(self, part: Part) -> Handle:
        image = part.render(self._typesetter)
        size = Size(image.width, image.height)
        return self._canvas.upload(image.tobytes(), size, alpha=image.mode == "RGBA")
