"""SIGKILL at every boundary between part file, fsync, rename, commit and removal: the real kiosk, dying by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.demo import DemoGoogle
from tests.app.frame import Status
from tests.conftest import RUN_ALL
from tests.crash.remains import faults, lost, read_card, settle
from tests.crash.scenes import PICKED, SCENES, STORED, furnish, move_in
from tests.crash.siege import SETTINGS, Person, Witnessed, grainy
from tests.crash.table import POINTS, Point

SAMPLE = {
    "pick: after rename picture part 3",
    "replacing pick: after commit catalog 4",
    "disconnect: after remove credentials 1",
}
"""One for each kind of harm; `make test-all` takes the whole table."""
LONGEST = 100.0
"""Seconds until all is well again: an approval that was never written down costs a new code, one a minute at most."""
CHOSEN = [point for point in POINTS if RUN_ALL or str(point) in SAMPLE]


@pytest.fixture(scope="module")
def google() -> Iterator[DemoGoogle]:
    with DemoGoogle(grainy(40), SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, google: DemoGoogle) -> Path:
    home = tmp_path_factory.mktemp("furnished") / "home"
    furnish(home, google)
    return home


@pytest.fixture
def person(google: DemoGoogle) -> Iterator[Person]:
    """Picks others than those that the frame has."""
    ids = [item.id for item in google.library.items][STORED : STORED + PICKED]
    person = Person(google, lambda: ids)
    person.start()
    yield person
    person.leave()


@pytest.fixture
def enter(
    tmp_path: Path, furnished: Path, google: DemoGoogle, person: Person
) -> Iterator[Callable[[str], Witnessed]]:
    frames: list[Witnessed] = []

    def enter(name: str) -> Witnessed:
        scene = SCENES[name]
        frames.append(move_in(furnished, tmp_path / "home", google, **dict(scene.keys)))
        scene.before(frames[-1])
        return frames[-1]

    yield enter
    for frame in frames:
        frame.close()
    for each in google.sessions:
        google.forget_session(each)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("point", CHOSEN, ids=str)
def test_a_frame_that_dies_there_has_lost_nothing_and_goes_on(
    point: Point,
    enter: Callable[[str], Witnessed],
    google: DemoGoogle,
    person: Person,
    record_property: Callable[[str, Any], None],
) -> None:
    scene, frame = SCENES[point.scene], enter(point.scene)
    frame.start({"CRASH_AT": point.at})
    scene.act(frame)
    frame.dies()
    ledger = frame.ledger()
    record_property("points", 1)
    assert ledger.reached == [f"{point.name}/{point.side}"], "the point was never passed"
    if scene.whole:
        card = read_card(frame.home)
        record_property("bytes_lost", sum(size for _, size in lost(ledger, card)))
        frame.look()
    else:
        settle(frame.journal, read_card(frame.home))
    asked_to_forget = point.scene == "disconnect" and ledger.reached[0] != "create wipe mark/before"
    frame.start()
    frame.until(lambda status: _at_rest(frame, google, status), LONGEST)
    ledger = frame.ledger()
    if asked_to_forget:
        _is_a_new_frame(frame)
    assert frame.stop() == 0
    card = read_card(frame.home)
    assert not faults(frame.ledger(), card), frame.log.read_text()
    assert not list(frame.home.rglob("*.part")) and not (frame.home / "state" / "wiping").exists()


def _at_rest(frame: Witnessed, google: DemoGoogle, status: Status) -> bool:
    """What was begun is finished; nothing of it stays at Google."""
    if google.sessions or status["open_picking_sessions"] or not status["stored"]:
        return False
    return status["state"] == "showing" and not read_card(frame.home).strays()


def _is_a_new_frame(frame: Witnessed) -> None:
    """The wipe was finished before anything else: the first start after it found nothing at all."""
    opened = [entry for entry in map(json.loads, frame.journal.read_text().splitlines()) if "opened" in entry]
    assert opened[-1]["opened"] == 0
