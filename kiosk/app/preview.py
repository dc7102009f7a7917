"""``kiosk show``: pictures from disk on the real screen, by the real slideshow, without Google and without the card.

The slideshow's part of the core runs by itself; what it asks the catalog for is answered from the list of files.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from attrs import evolve

from kiosk.app.build import quit_on_signals, settings_of
from kiosk.app.loop import FRAME_SECONDS, LOOK_SELDOM, LOOK_SOON
from kiosk.app.workers import Prepared, failed
from kiosk.config import Loaded
from kiosk.core import cards, compose, labels, slideshow, touch, words
from kiosk.core.commands import Command, DrawSlides, DropSlide, HideItems, PrepareSlide, SetAside
from kiosk.core.events import (
    Asked,
    Event,
    Failed,
    Hidden,
    ScreenResized,
    SlidePrepared,
    SlidesDrawn,
    Touched,
    Verb,
)
from kiosk.core.hanging import still
from kiosk.core.layout import rendition_box
from kiosk.core.model import Counts, Group, MediaItemId, Moment, Size, StoredItem
from kiosk.core.pairing import partner
from kiosk.core.scene import Badge, Mark, Scene
from kiosk.core.settings import Settings
from kiosk.core.turn import Turn
from kiosk.errors import Corrupt, Unreadable
from kiosk.language import language_for
from kiosk.storage.heads import HeadFinder, head_finder
from kiosk.storage.normalise import normalise
from kiosk.system import logs, paths
from kiosk.system.clock import Clock, RealClock
from kiosk.system.inbox import Inbox
from kiosk.system.workers import Worker

if TYPE_CHECKING:
    from kiosk.display import Painter, PreparedSlide, Screen, Source


ON_ITS_SIDE = range(5, 9)
"""EXIF 2.32, tag 274: width and height change places."""


def show_files(files: Sequence[Path], loaded: Loaded, env: Mapping[str, str]) -> bool:
    """Show them in their order, again and again, until somebody quits; False when none of them is a picture.

    Raises DisplayError when no screen opens.
    """
    from kiosk.display import Painter, open_screen, themed

    logs.set_up(env)
    display = loaded.config.display
    size = None if display.fullscreen else Size(display.width, display.height)
    screen = open_screen(size, display.rotation, display.renderer)
    try:
        with TemporaryDirectory(prefix="kiosk-show-") as folder:
            voice = language_for(display.language, env)
            theme = themed(display.type, display.contrast)
            painter = Painter(screen.canvas, paths.assets_dir(), theme, voice)
            find_heads = head_finder() if loaded.config.picture.faces else None
            preview = Preview(
                files, settings_of(loaded, env), screen, painter, Path(folder), RealClock(), find_heads
            )
            with quit_on_signals(preview.inbox.put):
                return preview.run()
    finally:
        screen.close()


class Preview:
    """The slideshow over files. ``folder`` holds what had to be made upright, smaller or sRGB first."""

    def __init__(
        self,
        files: Sequence[Path],
        settings: Settings,
        screen: Screen,
        painter: Painter,
        folder: Path,
        clock: Clock,
        find_heads: HeadFinder | None = None,
    ) -> None:
        self.inbox: Inbox[Event | Prepared] = Inbox()
        self._files = {MediaItemId(str(number)): path for number, path in enumerate(files)}
        self._screen, self._painter, self._clock, self._folder = screen, painter, clock, folder
        self._find_heads = find_heads
        self._flat = not screen.canvas.composes
        self._settings = _on(settings, screen.canvas.size, moves=screen.canvas.moves)
        self._headers: dict[MediaItemId, tuple[Size, int | None, str]] = {}
        self.show = slideshow.Show()
        self._next_id = 1
        self._quit = False
        self._looked = float("-inf")
        self._worker: Worker[Command, Event | Prepared] = Worker(
            "decode", self.inbox.put, self._prepare, failed
        )

    def run(self) -> bool:
        """Until somebody quits, or no file is left; whether there was anything to see."""
        self._worker.start()
        try:
            while self._files and not self._quit:
                self.turn()
        finally:
            self._worker.stop(timeout=1.0)
        return self._quit or self.show.current is not None

    def turn(self) -> None:
        """Wait for something to happen, let it happen, and paint."""
        messages = list(self.inbox.drain(self._wait()))
        now = self._clock.now()
        if now.monotonic - self._looked >= LOOK_SOON:
            self._looked = now.monotonic
            messages += self._screen.events(paused=self.show.paused)
        for message in messages:
            if isinstance(message, Prepared):
                self._painter.upload(message.event.slide.id, message.pixels)
                message = message.event  # noqa: PLW2901
            self._step(message, now)
        self._step(None, now)
        self._painter.paint(self.scene(now))

    def scene(self, now: Moment) -> Scene:
        """What the screen shows now."""
        scene = compose.pictures(self.show, self._settings, now.monotonic)
        if self.show.question is not None:
            return evolve(scene, card=cards.which(self._settings))
        if scene.current is not None:
            scene = labels.labelled(scene, self.show, self._settings, now.utc)
        return evolve(scene, badge=Badge(Mark.PAUSED, words.PAUSED)) if self.show.paused else scene

    def _wait(self) -> float:
        now = self._clock.now().monotonic
        if self.show.fading_since is not None or slideshow.moving(self.show, now, self._settings):
            return FRAME_SECONDS
        due = slideshow.deadline(self.show, self._settings) - now
        return max(0.0, min(due, LOOK_SELDOM))

    def _step(self, event: Event | None, now: Moment) -> None:
        turn = Turn(now, self._settings, self._next_id)
        show = self.show if event is None else self._happen(event, turn)
        self.show = slideshow.tick(show, turn)
        self._next_id = turn.next_id
        for command in turn.commands:
            self._do(command)

    def _happen(self, event: Event, turn: Turn) -> slideshow.Show:
        match event:
            case Asked(verb=Verb.QUIT):
                self._quit = True
            case Touched(gesture=gesture) if gesture in touch.SWIPES:
                return slideshow.asked(self.show, touch.SWIPES[gesture], turn)
            case Asked():
                return slideshow.asked(self.show, event, turn)  # what concerns Google concerns nobody here
            case ScreenResized(screen=screen, moves=moves):
                self._settings = turn.settings = _on(self._settings, screen, moves=moves)
                return slideshow.resize(self.show, turn)
            case _:
                if isinstance(event, Failed):
                    print(f"kiosk: {event.error}", file=sys.stderr, flush=True)  # noqa: T201
                return slideshow.handle(self.show, event, turn)
        return self.show

    def _do(self, command: Command) -> None:
        match command:
            case PrepareSlide():
                self._worker.do(command)
            case DrawSlides():
                self.inbox.put(SlidesDrawn(answers=command.id, drawn=self._following(command)))
            case DropSlide(slide=slide):
                self._painter.drop(slide.id)
            case SetAside(item_ids=ids) | HideItems(item_ids=ids):
                self._leave_out(ids)

    def _following(self, command: DrawSlides) -> tuple[Group, ...]:
        """The next files after the last that was drawn, round and round."""
        order = list(self._files)
        last = command.after.item_id if command.after else None
        start = order.index(last) + 1 if last in self._files else 0
        turned = order[start:] + order[:start]
        chosen = deque(self._item(item) for item in turned if item not in command.avoid)
        groups: list[Group] = []
        while chosen and len(groups) < command.count:
            lead = chosen.popleft()
            # Neighbours alone, so that the order stays.
            other = partner(lead, list(chosen)[:1], command.pairing) if command.pairing else None
            groups.append((lead,) if other is None else (lead, chosen.popleft()))
        return tuple(groups)

    def _item(self, item_id: MediaItemId) -> StoredItem:
        path = self._files[item_id]
        if item_id not in self._headers:
            self._headers[item_id] = _header(path)
        return StoredItem(item_id, str(path), *self._headers[item_id])

    def _leave_out(self, ids: Iterable[MediaItemId]) -> None:
        for item in ids:
            self._files.pop(item, None)
        self.inbox.put(Hidden(item_ids=tuple(ids), counts=Counts()))

    def _prepare(self, command: Command) -> Iterable[Event | Prepared]:
        assert isinstance(command, PrepareSlide)  # noqa: S101  `_do` sends nothing else
        pixels = self._pixels(command)
        yield Prepared(SlidePrepared(answers=command.id, slide=command.slide), pixels)

    def _pixels(self, command: PrepareSlide) -> PreparedSlide:
        from kiosk.display import prepare

        sources = [self._source(item, command.screen) for item in command.slide.items]
        return prepare(sources, command.screen, command.style, flat=self._flat)

    def _source(self, item: StoredItem, screen: Size) -> Source:
        """The file as the frame would keep it on its card."""
        from kiosk.display import Source

        path = Path(item.name)
        try:
            with path.open("rb") as file:
                normal = normalise(file, rendition_box(None, screen), self._find_heads)
        except OSError as error:
            raise Corrupt(path, error.strerror or str(error)) from error
        except Unreadable as error:
            raise Corrupt(path, str(error)) from error
        focus = normal.measure.focus
        if normal.jpeg is None:
            return Source(path, focus)
        made = self._folder / f"{item.item_id}.jpg"
        made.write_bytes(normal.jpeg)
        return Source(made, focus)


def _header(path: Path) -> tuple[Size, int | None, str]:
    """Its size as it will hang, the minute it was taken, the camera; a square, which never pairs if unread."""
    from PIL import Image

    from kiosk.storage import exif

    try:
        with Image.open(path) as picture:
            turned = exif.orientation(picture) in ON_ITS_SIDE
            size = Size(*(reversed(picture.size) if turned else picture.size))
            taken = exif.captured_at(picture)
            camera = labels.camera_name(*exif.made_by(picture))
    except (*exif.UNDECODABLE, Image.DecompressionBombError):
        return Size(1, 1), None, ""
    return size, None if taken is None else int(taken.timestamp()) // 60, camera


def _on(settings: Settings, screen: Size, *, moves: bool) -> Settings:
    style = settings.style if moves else still(settings.style)
    return evolve(settings, screen=screen, style=style)
