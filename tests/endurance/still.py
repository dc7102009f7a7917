"""What a frame writes, counted on an injected clock: ``python -m tests.endurance.still FOLDER HOURS``.

One line of JSON for each scene. HOURS: how long the scenes without a network last.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import asdict, frozen

from kiosk.core.commands import Command
from kiosk.core.events import Event, Verb
from kiosk.core.settings import PickMode
from kiosk.demo import faults, routes
from tests.endurance.measure import io_of
from tests.endurance.painted import PaintedGlass, PaintedRig

HOUR = 3600.0


class SlowGlass(PaintedGlass):
    dwell = 10.0


class StillRig(PaintedRig):
    glass_of = SlowGlass
    mode = PickMode.ADD


@frozen
class Written:
    """While a scene lasted."""

    scene: str
    hours: float
    slides: int
    calls: int
    """System calls that write, of the whole process, the log's among them."""
    bytes: int
    differ: int
    """Files and folders of the frame that were changed in any way."""
    lines: int
    """Of the log."""
    commits: list[float]
    """When a transaction of the catalog was committed, in seconds of the frame's clock."""


class Card:
    """Times at which anything below a folder was changed: what no count of calls tells (making a file, say)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def changes(self) -> dict[str, tuple[int, int]]:
        found = {}
        for path in (self._folder, *sorted(self._folder.rglob("*"))):
            status = path.lstat()
            found[str(path)] = (status.st_mtime_ns, status.st_ctime_ns)
        return found


def measured(rig: PaintedRig, scene: str, hours: float) -> Written:
    card, slides, lines = Card(rig.folder), rig.glass.shown, len(rig.heard.lines)
    with commits_of(rig) as commits:
        before, io = card.changes(), io_of()
        rig.run(hours * HOUR)
        written, after = io_of() - io, card.changes()
    differ = sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())
    return Written(
        scene,
        hours,
        rig.glass.shown - slides,
        written.calls,
        written.bytes,
        differ,
        len(rig.heard.lines) - lines,
        commits,
    )


@contextmanager
def commits_of(rig: PaintedRig) -> Iterator[list[float]]:
    """When a transaction of the catalog was committed, as the disk thread sees it.

    That thread alone may touch the connection: SQLite's lock is waited for with the interpreter's in hand, and a
    statement that calls a function of ours waits for the interpreter's with SQLite's in hand.
    """
    storage = rig._storage
    perform, commits = storage.perform_batch, list[float]()

    def note(sql: str) -> None:
        if sql.startswith("COMMIT"):
            commits.append(rig.now)

    def traced(batch: Sequence[Command]) -> list[Event]:
        storage._catalog.connection.set_trace_callback(note)
        return perform(batch)

    storage.perform_batch = traced  # type: ignore[method-assign]
    try:
        yield commits
    finally:
        del storage.perform_batch  # type: ignore[method-assign]


@contextmanager
def frame(folder: Path, stored: int) -> Iterator[PaintedRig]:
    """Showing, with everything done that a start and a pick bring with them."""
    rig = StillRig(folder, items=40)
    try:
        rig.show(stored)
        rig.glass.showing = False  # here a picture may stay
        rig.run(3 * 60)
        yield rig
    finally:
        rig.close()


def one_picture(folder: Path, _: float) -> Iterator[Written]:
    with frame(folder, 1) as rig:
        yield measured(rig, "one picture", 1)


def paused(folder: Path, hours: float) -> Iterator[Written]:
    with frame(folder, 3) as rig:
        rig.ask(Verb.PAUSE)
        rig.run(2 * 60)
        yield measured(rig, "paused", 1)
        rig.google.stop()
        yield measured(rig, "paused, no network", hours)


def slides(folder: Path, _: float) -> Iterator[Written]:
    with frame(folder, 6) as rig:
        yield measured(rig, "a slide every ten seconds", 1)


def out_of_reach(folder: Path, hours: float) -> Iterator[Written]:
    """A pick that was listed, and then no network: every download is tried again and again."""
    with frame(folder, 3) as rig:
        rig.ask(Verb.PICK)
        rig.until(lambda: rig.status()["picker_uri"], 60)
        rig.google.faults.add(faults.server_error(503), on=routes.MEDIA)
        rig.pick(12)
        rig.until(lambda: rig.state.downloads.offline, 60)
        rig.google.stop()
        rig.calm()
        rig.ask(Verb.PAUSE)
        rig.run(10 * 60)
        yield measured(rig, "downloads out of reach", hours)


SCENES = (one_picture, paused, slides, out_of_reach)


def main(folder: Path, hours: float) -> None:
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    # As in the real process: what is logged is written.
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    for scene in SCENES:
        for written in scene(folder / scene.__name__, hours):
            print(json.dumps(asdict(written)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
