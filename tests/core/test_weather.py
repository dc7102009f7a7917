"""Seeded weather: as test_storms, but even-handed. Hypothesis likes corners and shrinks well; this goes everywhere.

A failing seed says all: run ``weather(seed)`` to see it again.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from kiosk.core import events as e
from kiosk.core.settings import PickMode
from kiosk.errors import DiskFull, Unwritable
from tests.conftest import RUN_ALL
from tests.core.test_storms import (
    BEGINS,
    CARD,
    DISK,
    GOOGLE,
    IN_A_HURRY,
    IN_THE_MENU,
    LIGHTS,
    NAMES,
    NETWORK,
    SCREENS,
    SLEEPS,
    UPRIGHT,
    WAITS,
    Storm,
)
from tests.core.world import WORKERS

SEEDS = 2000 if RUN_ALL else 25
AT_A_TIME = 25

Act = Callable[[Storm, Random], None]
HURRIED: tuple[Act, ...] = (
    lambda s, r: s.worker_answers(r.choice(WORKERS), r.randint(1, 6), r.randint(0, 3)),
    lambda s, r: s.worker_answers(r.choice(WORKERS), r.randint(1, 6), r.randint(0, 3)),
    lambda s, r: s.all_answer(),
    lambda s, r: s.time_passes(r.choice(WAITS)),
    lambda s, r: s.life_goes_on(r.choice((30.0, 600.0, 4000.0))),
)
PEOPLE: tuple[Act, ...] = (
    lambda s, r: s.person_decides(r.choice(("wait", "approve", "approve", "deny", "untick", "hurried"))),
    lambda s, r: s.person_picks(r.sample(NAMES, r.randint(0, 8))) if s.world.google.sessions else None,
    lambda s, r: s.person_presses(r.choice([verb for verb in e.Verb if verb is not e.Verb.SIGN_OUT])),
    lambda s, r: s.person_disconnects(r.random() < 0.5) if r.random() < 0.4 else None,
    lambda s, r: s.person_takes_the_second_road(),
    lambda s, r: s.person_presses_again_and_again(
        r.choice(IN_A_HURRY), r.choice((None, None, *e.Which)), r.random() < 0.5, r.randint(1, 4)
    ),
    lambda s, r: s.person_works_the_menu(r.choices(IN_THE_MENU, k=r.randint(1, 8))),
    lambda s, r: s.person_touches(r.choice(list(e.Gesture)), r.choice((None, *e.Entry))),
    lambda s, r: s.screen_turns(r.choice(SCREENS)),
    lambda s, r: s.picture_is_measured_late(r.choice(NAMES)),
)
TROUBLE: tuple[Act, ...] = (
    lambda s, r: s.wall_clock_jumps(r.choice((1970, 2025, 2026))),
    lambda s, r: s.google_fails(
        r.choice(GOOGLE), r.choice(NETWORK), r.choice((1, 1, 2, 9)), r.random() < 0.5
    ),
    lambda s, r: s.google_fails(
        r.choice(GOOGLE), r.choice(NETWORK), r.choice((1, 1, 2, 9)), r.random() < 0.5
    ),
    lambda s, r: s.bytes_are_unreadable(r.randint(1, 3)),
    lambda s, r: s.card_fails(r.choice(DISK), r.choice(CARD), r.randint(1, 3)),
    lambda s, r: s.card_is_read_only(r.choice((None, None, Unwritable("read-only"), DiskFull("full")))),
    lambda s, r: s.card_has_room(r.choice((3, 10, 10**9))),
    lambda s, r: s.file_rots(r.randint(0, 13)) if s.world.card.stored else None,
    lambda s, r: s.decoder_fails(r.randint(1, 3)),
    lambda s, r: s.google_forgets(r.choice(("base_urls", "access_tokens", "everything"))),
    lambda s, r: s.stale_answer_arrives(r.choice(NETWORK), r.choice(GOOGLE + DISK)),
    lambda s, r: s.power_is_cut() if r.random() < 0.5 else None,
    lambda s, r: s.owner_keeps_no_sign_in_any_more() if r.random() < 0.1 else None,
)


def weather(seed: int, acts: int = 40) -> None:
    random = Random(seed)
    storm = Storm()
    storm.boot(
        random.choice(list(PickMode)),
        random.choice((0.0, 1.0)),
        random.choice(BEGINS),
        random.choice((2, 5, 100)),
        random.random() < 0.7,
        random.choice(SLEEPS),
        random.choice(LIGHTS) if RUN_ALL else LIGHTS[0],
        random.choice((1, 3)),
        random.choice(UPRIGHT),
    )
    for _ in range(acts):
        act = random.choice(random.choice((HURRIED, HURRIED, PEOPLE, TROUBLE)))
        act(storm, random)
        storm.the_screen_says_something()
    storm.teardown()


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_every_law_holds_in_any_weather_and_all_heals_after_it(first: int) -> None:
    for seed in range(first, first + AT_A_TIME):
        try:
            weather(seed)
        except AssertionError as broken:
            broken.add_note(f"weather({seed})")
            raise
