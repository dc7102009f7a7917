"""Random timelines, resizes, pauses, skips and hides: each frame is read back, and says itself what it shows.

The real core in its simulated world, the real painter on a real canvas. Each picture has a colour of its own, and each
size of the screen a shade: so a frame tells which item it shows, and for which screen that was prepared.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pygame
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import MediaItemId, Seconds, Size, SlideId
from kiosk.core.settings import Transition
from kiosk.display.images import PreparedSlide
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from tests.conftest import RUN_ALL
from tests.core.dummies import stored_item
from tests.core.dummy_card import Card
from tests.core.world import SETTINGS, World
from tests.screens import ASSETS

Colour = tuple[int, int, int]
NAMES = [f"item-{number}" for number in range(6)]
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


class Watched(World):
    """A world with a wall: what the core asks for is really painted."""

    def __init__(self, canvas: SurfaceCanvas, kind: Transition) -> None:
        self.canvas = canvas
        self.wall = Painter(canvas, ASSETS)
        self.hung: dict[SlideId, Colour] = {}
        self.hidden: set[MediaItemId] = set()
        self.seen_before: MediaItemId | None = None
        items = [stored_item(name) for name in NAMES]
        card = Card(stored={item.item_id: item for item in items}, rounds={item.item_id: 0 for item in items})
        settings = evolve(
            SETTINGS, kind=kind, screen=SCREENS[0], transition=Seconds(FADE), dwell=Seconds(3.0)
        )
        super().__init__(settings, card=card)

    def feed(self, event: e.Event) -> tuple[c.Command, ...]:
        if isinstance(event, e.SlidePrepared):
            command = self.out[event.answers]
            assert isinstance(command, c.PrepareSlide)
            screen = command.screen
            colour = colour_of(event.slide.items[0].item_id, screen)
            self.hung[event.slide.id] = colour
            self.wall.upload(
                event.slide.id,
                PreparedSlide(bytes(colour) * (screen.width * screen.height), screen, mean=colour),
            )
        done = super().feed(event)
        for command in done:
            if isinstance(command, c.DropSlide):
                self.wall.drop(command.slide.id)
            if isinstance(command, c.HideItems):
                self.hidden |= set(command.item_ids)
        return done

    def resize(self, screen: Size) -> None:
        pygame.display.set_mode((screen.width, screen.height))
        self.canvas.stale()
        self.feed(e.ScreenResized(screen=screen, moves=False))

    def look(self) -> None:
        """Paint this moment, and let the frame say what it shows."""
        self.wall.paint(self.scene)
        image = self.wall.read()
        show, screen = self.state.show, self.canvas.size
        assert show.current is not None, "the wall is blank"
        old = self.hung[show.current.id]
        row = [image.getpixel((x, screen.height // 2)) for x in range(screen.width)]
        colours: list[Colour] = [(int(p[0]), int(p[1]), int(p[2])) for p in row if isinstance(p, tuple)]
        if show.fading_since is None:
            self._one(colours[screen.width // 2], show.current.items[0].item_id, old)
            return
        assert show.ready is not None
        new_item = show.ready.items[0].item_id
        new = self.hung[show.ready.id]
        assert new == colour_of(new_item, screen), "the picture that comes was prepared for another screen"
        assert new_item not in self.hidden, "a hidden picture comes in"
        t = min(max((self.now.monotonic - show.fading_since) / FADE, 0.0), 1.0)
        if old == colour_of(show.current.items[0].item_id, screen):
            self._two(colours, old, new, t * t * (3 - 2 * t))

    def _one(self, seen: Colour, item: MediaItemId, expected: Colour) -> None:
        assert near(seen, expected), f"{item} should be there"
        named = [n for n in NAMES for screen in SCREENS if near(seen, colour_of(MediaItemId(n), screen))]
        assert named == [item]
        if item in self.hidden:
            assert self.seen_before == item, "a hidden picture came back"
        self.seen_before = item

    def _two(self, row: list[Colour], old: Colour, new: Colour, share: float) -> None:
        first, last = row[0], row[-1]
        match self.state.settings.kind:
            case Transition.CROSSFADE:
                assert near(first, mixed(old, new, share)) and near(last, first)
            case Transition.DISSOLVE:
                middle = mixed(old, new, 0.5)
                wanted = mixed(old, middle, 2 * share) if share < 0.5 else mixed(middle, new, 2 * share - 1)
                assert near(first, wanted) and near(last, first)
            case Transition.PUSH:
                edge = round(share * len(row))
                assert all(near(pixel, old) for pixel in row[: len(row) - edge])
                assert all(near(pixel, new) for pixel in row[len(row) - edge :])
            case Transition.WIPE:
                # Every pixel is a mix of the two, and never more of the new one than its neighbour to the left.
                shares = [_share(pixel, old, new) for pixel in row]
                assert all(a >= b - 0.06 for a, b in pairwise(shares))
                assert abs(sum(shares) / len(row) - (share * 1.2 - 0.1)) < 0.12


def _share(pixel: Colour, old: Colour, new: Colour) -> float:
    """How much of the new colour a pixel has; it must lie between both."""
    far = sum(abs(b - a) for a, b in zip(old, new, strict=True))
    share = sum(abs(p - a) for p, a in zip(pixel, old, strict=True)) / far
    assert near(pixel, mixed(old, new, min(share, 1.0)))
    return share


VERBS = (e.Verb.NEXT, e.Verb.PREVIOUS, e.Verb.PAUSE, e.Verb.RESUME, e.Verb.HIDE)
ACTIONS = st.one_of(
    st.tuples(st.just("pass"), st.floats(0.0, 4.0)),
    st.tuples(st.just("pass"), st.floats(0.0, 0.4)),
    st.tuples(st.just("work"), st.sampled_from(["disk", "decode"])),
    st.tuples(st.just("ask"), st.sampled_from(VERBS)),
    st.tuples(st.just("resize"), st.sampled_from(SCREENS)),
    st.tuples(st.just("settle"), st.none()),
)


@pytest.fixture
def canvas(no_screen: None) -> Iterator[SurfaceCanvas]:
    canvas = SurfaceCanvas(SCREENS[0])
    yield canvas
    canvas.close()


@effort(
    max_examples=600 if RUN_ALL else 150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    kind=st.sampled_from([kind for kind in Transition if kind is not Transition.NONE]),
    actions=st.lists(ACTIONS, min_size=5, max_size=60),
)
def test_no_frame_ever_shows_a_wrong_picture(
    canvas: SurfaceCanvas, kind: Transition, actions: list[tuple[str, object]]
) -> None:
    pygame.display.set_mode((SCREENS[0].width, SCREENS[0].height))
    canvas.stale()
    world = Watched(canvas, kind)
    world.look()
    for action, what in actions:
        match action, what:
            case "pass", float(seconds):
                world.advance(seconds)
            case "work", str(worker):
                world.work(worker)
            case "ask", e.Verb() as verb:
                if verb is e.Verb.HIDE and len(world.hidden) == len(NAMES) - 1:
                    continue
                world.ask(verb)
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
    assert world.hung[show.current.id] == colour_of(show.current.items[0].item_id, canvas.size)
    assert world.wall.slides == world.painter
