"""A card that somebody, or something, has been at: rows that SQLite takes and no kiosk writes, a catalog cut and
garbled, names that are no rendition's. The law is that of tests/fuzz/targets/catalog.py.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.settings import Order
from kiosk.storage import Storage
from kiosk.storage.schema import MIGRATIONS
from tests.conftest import RUN_ALL
from tests.fuzz.targets import TARGETS
from tests.fuzz.targets.catalog import PICTURES, live, once, prepare

CATALOG = next(target for target in TARGETS if target.name == "catalog")
GOOD = (CATALOG.samples / "good").read_bytes()
FEW = settings(max_examples=150 if RUN_ALL else 15)


@contextmanager
def card() -> Iterator[Path]:
    """Three pictures. Not tmp_path: Hypothesis goes through many cards in one test."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        yield Path(folder)


def columns() -> list[tuple[str, str]]:
    """(table, column) of all there are."""
    connection = sqlite3.connect(":memory:")
    for statements in MIGRATIONS:
        for statement in statements:
            connection.execute(statement)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = [(table, row[1]) for table in tables for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return sorted(found)


WHOLE = st.sampled_from([0, 1, -1, 2**31, 2**53, 2**53 + 1, 2**62, 2**63 - 1, -(2**63)]) | st.integers(-9, 9)
TEXT = (
    st.sampled_from(["", "..", "../../x", "a/b", "a\0b", "odd", "9" * 400, "\u202e", "~" + "0" * 64])
    | st.text()
)
VALUES = WHOLE | TEXT | st.floats() | st.binary(max_size=40) | st.none()


@FEW
@given(changes=st.lists(st.tuples(st.sampled_from(columns()), VALUES), min_size=1, max_size=4))
@example(changes=[(("picks", "phase"), "odd")])
@example(changes=[(("renditions", "round"), 2**63 - 1)])
@example(changes=[(("picks", "id"), 2**63 - 1)])
def test_rows_that_no_kiosk_writes_cost_no_picture_and_no_command(
    changes: list[tuple[tuple[str, str], object]],
) -> None:
    with card() as folder:
        path = folder / "catalog.sqlite3"
        path.write_bytes(GOOD)
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for (table, column), value in changes:
            try:
                connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ?", (value,))
            except (sqlite3.Error, ValueError):
                continue  # not even SQLite takes it
        connection.close()
        once(path.read_bytes(), folder)


@FEW
@given(seed=st.integers(0, 2**32))
def test_a_cut_or_garbled_catalog_costs_no_picture(seed: int) -> None:
    dice = random.Random(seed)
    content = bytearray(GOOD[: dice.choice([len(GOOD), dice.randrange(len(GOOD))])])
    for _ in range(dice.choice([0, 1, 5, 200]) if content else 0):
        content[dice.randrange(len(content))] = dice.choice([0, 255, dice.randrange(256)])
    with card() as folder:
        once(bytes(content), folder)
        # What became of it is fit for the next start.
        once((folder / "state" / "catalog.sqlite3").read_bytes(), folder)


NAMES = [
    "a.0.0x0." + "A" * 43 + ".jpg",
    "a.x.1x1." + "-" * 43 + ".jpg",
    "%00.0.1x1." + "A" * 43 + ".jpg",
    "%2e%2e%2f.0.1x1." + "A" * 43 + ".jpg",
    "%ff%fe.0.999999999x1." + "A" * 43 + ".jpg",
    "~.0.1x1." + "A" * 43 + ".jpg",
    ".damaged-1",
    ".part",
    "\udcff",
    "\n",
]


@FEW
@given(
    names=st.lists(st.sampled_from(NAMES) | st.text(min_size=1, max_size=40), max_size=6),
    fans=st.sampled_from(["00", "ca", "zz", "..."]),
    lost=st.booleans(),
)
@example(names=NAMES, fans="ca", lost=True)
def test_names_that_are_no_renditions_keep_nothing_from_showing(
    names: list[str], fans: str, lost: bool
) -> None:
    with card() as folder:
        (folder / "state").mkdir()
        if not lost:
            (folder / "state" / "catalog.sqlite3").write_bytes(GOOD)
        for place in ("renditions", f"renditions/{fans}", "parts", "set-aside"):
            (folder / "cache" / place).mkdir(parents=True, exist_ok=True)
            for name in names:
                try:
                    (folder / "cache" / place / name).touch()
                except (OSError, ValueError):
                    continue  # no name at all
        (folder / "cache" / "renditions" / "loop").symlink_to(".")
        now = [0.0]
        storage = Storage(
            folder / "state", folder / "cache", cache_max_mb=10, keep_free_mb=0, monotonic=lambda: now[0]
        )
        try:
            live(storage)
            for _ in range(3):  # the sweep, a few directories at a time
                now[0] += 30
                storage.perform(ask.SaveAttempt(attempt=None))
            drawn = storage.perform(ask.DrawSlides(order=Order.PICKED, after=None, avoid=(), count=9))
            assert isinstance(drawn, say.SlidesDrawn)
            assert {item.item_id for group in drawn.drawn for item in group} >= set(PICTURES)
        finally:
            storage.close()


@pytest.mark.parametrize("what", ["directory", "link to itself", "pipe"])
def test_something_else_in_the_place_of_the_catalog_ends_nothing(what: str, tmp_path: Path) -> None:
    prepare(tmp_path)
    path = tmp_path / "state" / "catalog.sqlite3"
    path.parent.mkdir()
    if what == "directory":
        path.mkdir()
    elif what == "link to itself":
        path.symlink_to(path)
    else:
        shutil.copy(CATALOG.samples / "cut", path)
        path.chmod(0)
    storage = Storage(tmp_path / "state", tmp_path / "cache", cache_max_mb=10, keep_free_mb=0)
    try:
        opened = storage.perform(ask.OpenCatalog(order=Order.SHUFFLE))
        assert isinstance(opened, say.CatalogOpened), opened
        assert len(opened.drawn) == len(PICTURES)
    finally:
        storage.close()
