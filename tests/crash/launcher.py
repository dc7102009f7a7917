"""The kiosk with a witness: ``python -m tests.crash.launcher WORDS`` is ``python -m kiosk WORDS``, and besides

- every promise of the card is written into a journal before anybody else can hear of it ($CRASH_JOURNAL), and so is
  every wish that may take pictures away, before it is acted on;
- at its n-th passing of one named point the process kills itself ($CRASH_AT, ``name/side/n``).

A SIGKILL takes nothing from the page cache, so the journal needs no fsync.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.storage import Storage, sweep
from tests.crash import points


class Journal:
    """One JSON value a line, in one write each: whole or not there."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, **entry: Any) -> None:
        os.write(self._file, json.dumps(entry).encode() + b"\n")


class Fuse:
    """Ends the process at the n-th passing of one point; without one it lists what is passed for the first time."""

    def __init__(self, journal: Journal, at: str) -> None:
        self._journal = journal
        self._name, self._side, number = at.split("/") if at else ("", "", "0")
        self._left = int(number)
        self._lock = threading.Lock()
        self._seen: set[str] = set()

    def passed(self, name: str, side: str) -> None:
        with self._lock:
            if name not in self._seen:
                self._seen.add(name)
                self._journal.write(passed=name)
            if (name, side) == (self._name, self._side):
                self._left -= 1
                if self._left == 0:
                    self._journal.write(reached=f"{name}/{side}")
                    os.kill(os.getpid(), signal.SIGKILL)


def wishes(commands: Sequence[ask.Command]) -> list[dict[str, Any]]:
    """Those that may take pictures away, or change what was promised."""
    found = []
    for command in commands:
        kind = type(command).__name__
        match command:
            case ask.StoreRendition(pick_id=pick_id, replace=replace):
                found.append({"kind": kind, "pick": pick_id, "replace": replace})
            case ask.ReplacePicks(pick_id=pick_id) | ask.MakeRoom(pick_id=pick_id):
                found.append({"kind": kind, "pick": pick_id})
            case ask.HideItems(item_ids=ids) | ask.SetAside(item_ids=ids):
                found.append({"kind": kind, "ids": ids})
            case ask.WipeEverything() | ask.SaveCredentials():
                found.append({"kind": kind})
    return found


def promises(commands: Sequence[ask.Command], events: Sequence[say.Event]) -> list[dict[str, Any]]:
    asked = {command.id: command for command in commands}
    found: list[dict[str, Any]] = []
    for event in events:
        command = asked.get(event.answers)
        match event, command:
            case say.RenditionStored(removed=removed, pick_id=pick), ask.StoreRendition(rendition=rendition):
                stored = [rendition.item_id, rendition.digest, rendition.bytes]
                found.append({"kind": "stored", "pick": pick, "stored": stored, "ids": removed})
            case say.Evicted(item_ids=ids), _:
                found.append({"kind": "evicted", "ids": ids})
            case say.Hidden(item_ids=ids), ask.HideItems():
                found.append({"kind": "hidden", "ids": ids})
            case say.Hidden(item_ids=ids), ask.SetAside():
                found.append({"kind": "set aside", "ids": ids})
            case say.Wiped(), _:
                found.append({"kind": "wiped"})
            case say.Saved(), ask.SaveCredentials(credentials=credentials):
                found.append({"kind": "credentials", "kept": credentials is not None})
    return found


def watch(journal: Journal, put: points.Put = setattr) -> None:
    real = Storage.perform_batch

    def perform_batch(self: Storage, batch: Sequence[ask.Command]) -> list[say.Event]:
        wanted = wishes(batch)
        if wanted:
            journal.write(asked=wanted)
        mark = Path(os.environ["STATE_DIRECTORY"]) / "wiping"
        marked = mark.exists()
        events = real(self, batch)
        if marked and not mark.exists():
            journal.write(said=[{"kind": "wiped"}])
        for event in events:
            if isinstance(event, say.CatalogOpened):
                # Nothing is downloaded before the loop has heard of this: whatever is a part is an old one.
                parts = [str(path) for path in _parts()]
                journal.write(opened=event.counts.stored, parts=parts, rebuilt=event.rebuilt)
        promised = promises(batch, events)
        if promised or wanted:
            journal.write(said=promised)
        return events

    put(Storage, "perform_batch", perform_batch)


def _parts() -> list[Path]:
    folders = (Path(os.environ["STATE_DIRECTORY"]), Path(os.environ["CACHE_DIRECTORY"]))
    return [path for folder in folders for path in folder.rglob("*.part")]


def main() -> int:
    from kiosk.cli import main as kiosk

    journal = Journal(os.environ["CRASH_JOURNAL"])
    points.install(Fuse(journal, os.environ.get("CRASH_AT", "")).passed)
    watch(journal)
    # Files that no row knows are looked for at once: a test has no twenty seconds.
    sweep.SECONDS_AFTER_START, sweep.DIRECTORIES_AT_ONCE = 0.5, 256
    return int(kiosk(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
