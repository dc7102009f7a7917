"""Random timelines, resizes, pauses, skips and hides: each frame is read back, and says itself what it shows.

The real core in its simulated world, the real painter on a real canvas. Each picture has a colour of its own, and each
size of the screen a shade: so a frame tells which item it shows, and for which screen that was prepared. Of a pair each
half tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pygame
import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from PIL import Image

from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core import slideshow
from kiosk.core.layout import fit
from kiosk.core.model import MediaItemId, Seconds, Size, Slide, SlideId
from kiosk.core.settings import Transition
from kiosk.display.images import of_pixels
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from tests.conftest import RUN_ALL
from tests.core.dummies import stored_item
from tests.core.dummy_card import Card
from tests.core.laws import GRAIN
from tests.core.world import SETTINGS, World
from tests.screens import ASSETS

Colour = tuple[int, int, int]
NAMES = [f"item-{number}" for number in range(6)]
UPRIGHT, LYING = Size(1200, 1600), Size(1600, 1200)
SIZES = (UPRIGHT, LYING, UPRIGHT, LYING, UPRIGHT, UPRIGHT)
SCREENS = (Size(48, 27), Size(27, 48), Size(64, 36))
FADE = 1.0
NEAR = 4
"""Levels that rounding may cost, twice over in a dissolve."""


def colour_of(item: MediaItemId, screen: Size) -> Colour:
    number = NAMES.index(item)
    return 40 + 40 * (number % 3), 60 + 100 * (number // 3), 50 + 60 * SCREENS.index(screen)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def near(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


@frozen
class Hanging:
    """What was made of a slide: one colour, or the two of a pair, for a screen of that size."""

    screen: Size
    colours: tuple[Colour, ...]

    @property
    def mean(self) -> Colour:
        return mixed(self.colours[0], self.colours[-1], 0.5)

    def at(self, x: float, y: float) -> Colour:
        """The colour at this place, in shares of the screen."""
        along = x if self.screen.width > self.screen.height else y
        return self.colours[0 if along < 0.5 else -1]

    def row(self, y: int) -> list[Colour]:
        width, height = self.screen.width, self.screen.height
        return [self.at((x + 0.5) / width, (y + 0.5) / height) for x in range(width)]

    def pixels(self) -> bytes:
        rows = (self.row(y) for y in range(self.screen.height))
        return b"".join(bytes(colour) for row in rows for colour in row)


class Watched(World):
    """A world with a wall: what the core asks for is really painted."""

    def __init__(self, canvas: SurfaceCanvas, kind: Transition, ahead: int) -> None:
        self.canvas = canvas
        self.wall = Painter(canvas, ASSETS)
        self.hung: dict[SlideId, Hanging] = {}
        self.hidden: set[MediaItemId] = set()
        self.seen_before: set[MediaItemId] = set()
        items = [evolve(stored_item(name), size=size) for name, size in zip(NAMES, SIZES, strict=True)]
        card = Card(stored={item.item_id: item for item in items}, rounds={item.item_id: 0 for item in items})
        settings = evolve(
            SETTINGS,
            kind=kind,
            screen=SCREENS[0],
            transition=Seconds(FADE),
            dwell=Seconds(3.0),
            ahead=ahead,
        )
        super().__init__(settings, card=card)

    def feed(self, event: e.Event) -> tuple[c.Command, ...]:
        if isinstance(event, e.SlidePrepared):
            command = self.out[event.answers]
            assert isinstance(command, c.PrepareSlide)
            items = event.slide.items
            assert len({item.item_id for item in items}) == len(items), "a picture hangs beside itself"
            hanging = Hanging(
                command.screen, tuple(colour_of(item.item_id, command.screen) for item in items)
            )
            self.hung[event.slide.id] = hanging
            self.wall.upload(event.slide.id, of_pixels(hanging.pixels(), hanging.screen, mean=hanging.mean))
        done = super().feed(event)
        for command in done:
            if isinstance(command, c.DropSlide):
                self.wall.drop(command.slide.id)
            if isinstance(command, c.HideItems):
                self.hidden |= set(command.item_ids)
        return done

    def press(self, verb: e.Verb) -> None:
        """A key, unless it would hide what is nearly the last picture."""
        hides = verb is e.Verb.HIDE or (self.state.show.question is not None and verb in ANSWERS)
        if not hides or len(self.hidden) < len(NAMES) - 2:
            self.ask(verb, key=True)

    def into(self, share: float) -> None:
        """That far into the next transition."""
        self.settle()
        if self.state.show.fading_since is None and self.state.show.ready and not self.state.show.paused:
            self.advance(max(self.state.show.dwell_ends - self.now.monotonic, 0.0) + GRAIN)
        self.advance(share * FADE)

    def resize(self, screen: Size) -> None:
        pygame.display.set_mode((screen.width, screen.height))
        self.canvas.stale()
        self.feed(e.ScreenResized(screen=screen, moves=False))

    def look(self) -> None:
        """Paint this moment, and let the frame say what it shows."""
        scene = evolve(self.scene, card=None)  # a panel would be in the way
        self.wall.paint(scene)
        image = self.wall.read()
        show, screen = self.state.show, self.canvas.size
        assert show.current is not None, "the wall is blank"
        old = self.hung[show.current.id]
        coming = slideshow.incoming(show)
        if coming is None:
            self._one(image, show.current, old)
            return
        new = self.hung[coming.id]
        assert new.screen == screen, "the picture that comes was prepared for another screen"
        assert not {item.item_id for item in coming.items} & self.hidden, "a hidden picture comes in"
        assert new.colours == tuple(colour_of(item.item_id, screen) for item in coming.items)
        assert show.fading_since is not None
        t = min(max((self.now.monotonic - show.fading_since) / FADE, 0.0), 1.0)
        if old.screen == screen:
            for y in (screen.height // 4, screen.height * 3 // 4):
                self._two(_row(image, y), old, new, y, t * t * (3 - 2 * t))

    def _one(self, image: Image.Image, slide: Slide, hanging: Hanging) -> None:
        """Nothing but this slide is there; one of another screen lies in the middle."""
        place = fit(hanging.screen, self.canvas.size)
        for x, y in ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)):
            seen = _row(image, place.y + int(y * place.height))[place.x + int(x * place.width)]
            assert near(seen, hanging.at(x, y)), f"{slide} should be there"
            named = [n for n in NAMES for s in SCREENS if near(seen, colour_of(MediaItemId(n), s))]
            assert named in [[item.item_id] for item in slide.items]
        ids = {item.item_id for item in slide.items}
        assert ids & self.hidden <= self.seen_before, "a hidden picture came back"
        self.seen_before = ids

    def _two(self, row: list[Colour], old: Hanging, new: Hanging, y: int, share: float) -> None:
        was, comes = old.row(y), new.row(y)
        come = round(share * len(row))
        match self.state.settings.kind:
            case Transition.CROSSFADE:
                wanted = [mixed(one, other, share) for one, other in zip(was, comes, strict=True)]
            case Transition.DISSOLVE:
                middle = mixed(old.mean, new.mean, 0.5)
                first = share < 0.5
                wanted = [
                    mixed(one, middle, 2 * share) if first else mixed(middle, other, 2 * share - 1)
                    for one, other in zip(was, comes, strict=True)
                ]
            case Transition.PUSH if self.state.show.backwards:
                wanted = comes[len(row) - come :] + was[: len(row) - come]
            case Transition.PUSH:
                wanted = was[come:] + comes[:come]
            case _:
                # Every pixel is a mix of the two, and never more of the new one than its neighbour.
                told = [_share(*each) for each in zip(row, was, comes, strict=True)]
                shares = [each for each in told if each is not None]
                shares = shares[::-1] if self.state.show.backwards else shares
                assert all(a >= b - 0.06 for a, b in pairwise(shares))
                if len(shares) == len(row):
                    assert abs(sum(shares) / len(row) - (share * 1.2 - 0.1)) < 0.12
                return
        assert all(near(seen, meant) for seen, meant in zip(row, wanted, strict=True))


def _row(image: Image.Image, y: int) -> list[Colour]:
    pixels = (image.getpixel((x, y)) for x in range(image.width))
    return [(int(pixel[0]), int(pixel[1]), int(pixel[2])) for pixel in pixels if isinstance(pixel, tuple)]


def _share(pixel: Colour, old: Colour, new: Colour) -> float | None:
    """How much of the new colour a pixel has, if that can be told; it must lie between both."""
    if old == new:  # one of a pair that stays alone
        assert near(pixel, old)
        return None
    far = sum(abs(b - a) for a, b in zip(old, new, strict=True))
    share = sum(abs(p - a) for p, a in zip(pixel, old, strict=True)) / far
    assert near(pixel, mixed(old, new, min(share, 1.0)))
    return share


VERBS = (e.Verb.NEXT, e.Verb.PREVIOUS, e.Verb.PAUSE, e.Verb.RESUME, e.Verb.HIDE, e.Verb.CANCEL)
ANSWERS = (e.Verb.NEXT, e.Verb.PREVIOUS, e.Verb.HIDE)
ACTIONS = st.one_of(
    st.tuples(st.just("pass"), st.floats(0.0, 4.0)),
    st.tuples(st.just("pass"), st.floats(0.0, 0.4)),
    st.tuples(st.just("work"), st.sampled_from(["disk", "decode"])),
    st.tuples(st.just("ask"), st.sampled_from(VERBS)),
    st.tuples(st.just("resize"), st.sampled_from(SCREENS)),
    st.tuples(st.just("settle"), st.none()),
    st.tuples(st.just("into"), st.floats(0.05, 0.95)),
)


@pytest.fixture
def canvas(no_screen: None) -> Iterator[SurfaceCanvas]:
    canvas = SurfaceCanvas(SCREENS[0])
    yield canvas
    canvas.close()


@effort(
    max_examples=600 if RUN_ALL else 75,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    kind=st.sampled_from([kind for kind in Transition if kind is not Transition.NONE]),
    ahead=st.integers(1, 3),
    actions=st.lists(ACTIONS, min_size=5, max_size=60),
)
def test_no_frame_ever_shows_a_wrong_picture(
    canvas: SurfaceCanvas, kind: Transition, ahead: int, actions: list[tuple[str, object]]
) -> None:
    pygame.display.set_mode((SCREENS[0].width, SCREENS[0].height))
    canvas.stale()
    world = Watched(canvas, kind, ahead)
    world.look()
    for action, what in actions:
        match action, what:
            case "pass", float(seconds):
                world.advance(seconds)
            case "into", float(share):
                world.into(share)
            case "work", str(worker):
                world.work(worker)
            case "ask", e.Verb() as verb:
                world.press(verb)
            case "resize", Size() as screen:
                world.resize(screen)
            case _:
                world.settle()
        world.look()
    # In the end everything comes to rest, and what is there is of this screen.
    for _ in range(12):
        world.settle()
        world.advance(0.5)
        world.look()
    show = world.state.show
    assert show.current is not None
    colours = tuple(colour_of(item.item_id, canvas.size) for item in show.current.items)
    assert world.hung[show.current.id] == Hanging(canvas.size, colours)
    assert world.wall.slides == world.painter
