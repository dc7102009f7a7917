"""SD cards wear out: a still writes nothing, a show once a minute, a network that is away nothing to speak of."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import RUN_ALL
from tests.endurance.still import Written

ROOT = Path(__file__).parents[2]
HOURS = 7 * 24 if RUN_ALL else 3
PAGES = 4 * (4096 + 24)
"""Bytes of a small write: four pages of the catalog's journal."""
ONCE_A_DAY = 3 * 4096
"""Bytes: whether the card still takes a file is tried, and room is made if need be."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    """Every scene, in a process of its own, so that nothing else writes."""
    words = [sys.executable, "-m", "tests.endurance.still", str(tmp_path_factory.mktemp("still")), str(HOURS)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = [Written(**json.loads(line)) for line in done.stdout.splitlines()]
    return {each.scene: each for each in told}


pytestmark = pytest.mark.timeout(1800 if RUN_ALL else 120)


@pytest.mark.parametrize("scene", ["one picture", "paused"])
def test_a_still_writes_nothing_at_all_for_an_hour(written: dict[str, Written], scene: str) -> None:
    still = written[scene]
    assert (still.calls, still.bytes, still.differ, still.lines) == (0, 0, 0, 0)
    assert still.slides == 0


def test_a_show_writes_once_a_minute_at_most_and_little(written: dict[str, Written]) -> None:
    show = written["a slide every ten seconds"]
    assert show.slides > 300
    assert len(show.commits) > 30, "the shuffle's memory does reach the card"
    assert all(later - earlier >= 60 for earlier, later in pairwise(show.commits))
    assert show.bytes <= PAGES * len(show.commits)
    assert show.lines == 0


@pytest.mark.parametrize("scene", ["paused, no network", "downloads out of reach"])
def test_an_unreachable_google_writes_nothing_to_the_card(written: dict[str, Written], scene: str) -> None:
    away = written[scene]
    days = HOURS / 24
    assert away.lines <= 4 + 4 * days
    assert away.bytes <= ONCE_A_DAY * (1 + days) + 200 * away.lines
    assert len(away.commits) <= 1 + days
    # Less than a day: not even an empty file is made and taken away again.
    assert away.differ == 0 or RUN_ALL
    assert away.slides == 0
