"""What a frame is doing when it dies at a named point: one scene for each way to the card."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from attrs import frozen

from kiosk.control import ControlError, ControlVerb
from kiosk.demo import DemoGoogle
from kiosk.storage import schema
from tests.crash.siege import Witnessed

STORED = 6
"""Pictures of the frame that a scene begins with."""
PICKED = 5
"""More than fit besides the first ones, of which some have to go."""
SIZE = "480x270"

Act = Callable[[Witnessed], None]


def furnish(home: Path, google: DemoGoogle) -> None:
    """A frame that is signed in and shows some pictures, at rest."""
    frame = Witnessed(home, google, SIZE, storage__cache_max_mb="1")
    try:
        frame.start()
        frame.show(STORED)
        assert frame.stop() == 0
    finally:
        frame.close()


def move_in(base: Path, home: Path, google: DemoGoogle, **keys: str) -> Witnessed:
    """A copy of that frame; what it promised goes with it."""
    shutil.copytree(base, home, symlinks=True, ignore=shutil.ignore_patterns("run", "log.txt*"))
    return Witnessed(home, google, SIZE, **{"storage__cache_max_mb": "1"} | keys)


# Before the start. -----------------------------------------------------------------------------------------------


def _nothing(frame: Witnessed) -> None:
    pass


def _empty(frame: Witnessed) -> None:
    """A frame fresh from its box."""
    for name in ("state", "cache"):
        shutil.rmtree(frame.home / name)
    frame.journal.unlink()


def _damage_catalog(frame: Witnessed) -> None:
    path = frame.home / "state" / "catalog.sqlite3"
    content = bytearray(path.read_bytes())
    content[:100] = bytes(100)
    path.write_bytes(content)


def _lose_catalog(frame: Witnessed) -> None:
    for path in (frame.home / "state").glob("catalog*"):
        path.unlink()


def _damage_picture(frame: Witnessed) -> None:
    for path in (frame.home / "cache" / "renditions").glob("??/*"):
        path.write_bytes(path.read_bytes()[:2000])


def _old_catalog(frame: Witnessed) -> None:
    """As the first release made it: the same rows in the tables of version 1."""
    new = frame.home / "state" / "catalog.sqlite3"
    old = new.with_name("old.sqlite3")
    with closing(sqlite3.connect(old, isolation_level=None)) as catalog:
        schema.migrate(catalog, old, migrations=schema.MIGRATIONS[:1])
        catalog.execute("ATTACH ? AS new", (str(new),))
        names = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in catalog.execute(names).fetchall():
            columns = ", ".join(row[1] for row in catalog.execute(f"PRAGMA main.table_info({table})"))
            catalog.execute(f"DELETE FROM main.{table}")
            catalog.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        catalog.execute("DELETE FROM tally")
        catalog.execute("INSERT INTO tally SELECT * FROM new.tally")
    _lose_catalog(frame)
    old.rename(new)


# What somebody does. ---------------------------------------------------------------------------------------------


def _ask(frame: Witnessed, verb: ControlVerb) -> None:
    # It may die of this before it has answered.
    with suppress(ControlError):
        frame.ask(verb)


def _sign_in(frame: Witnessed) -> None:
    """The person (siege.Person) does it; nothing is to be asked for."""


def _pick(frame: Witnessed) -> None:
    frame.until(lambda status: status["state"] == "showing")
    _ask(frame, ControlVerb.PICK)


def _hide(frame: Witnessed) -> None:
    frame.until(lambda status: status["state"] == "showing")
    _ask(frame, ControlVerb.HIDE)


def _sign_out(frame: Witnessed) -> None:
    frame.until(lambda status: status["state"] == "showing")
    _ask(frame, ControlVerb.SIGN_OUT)


@frozen
class Scene:
    """``before``: done to the card. ``act``: done to the running frame."""

    name: str
    before: Act = _nothing
    act: Act = _nothing
    keys: tuple[tuple[str, str], ...] = ()
    whole: bool = True
    """False: the scene itself has damaged the card, so only the next start can be held to anything."""


SCENES = {
    scene.name: scene
    for scene in (
        Scene("first start", before=_empty, act=_sign_in),
        Scene("pick", act=_pick),
        Scene("replacing pick", act=_pick, keys=(("picking__mode", '"replace"'),)),
        Scene("hide", act=_hide),
        Scene("damaged catalog", before=_damage_catalog, whole=False),
        Scene("lost catalog", before=_lose_catalog, whole=False),
        Scene("damaged pictures", before=_damage_picture, whole=False),
        Scene("old catalog", before=_old_catalog, whole=False),
        Scene("disconnect", act=_sign_out),
    )
}
