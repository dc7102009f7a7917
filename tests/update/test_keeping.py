"""The catalog over an update and back: with the real storage's catalog."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.storage.database import open_database
from kiosk.storage.schema import MIGRATIONS
from kiosk.update.keeping import CATALOG, COPY, drop, keep, restore


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """With a catalog in which one picture is hidden."""
    with closing(open_database(tmp_path / CATALOG)) as catalog:
        catalog.execute("INSERT INTO hidden VALUES ('first')")
    return tmp_path


def hidden(state: Path) -> list[str]:
    with closing(open_database(state / CATALOG)) as catalog:
        return [row[0] for row in catalog.execute("SELECT id FROM hidden ORDER BY id")]


def hide(state: Path, name: str, *, newer: bool) -> None:
    """What a version does while it is on trial; a newer one changes the catalog's shape first."""
    with closing(sqlite3.connect(state / CATALOG, isolation_level=None)) as catalog:
        if newer:
            catalog.execute("ALTER TABLE hidden ADD COLUMN why TEXT")
            catalog.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
            catalog.execute("INSERT INTO hidden VALUES (?, NULL)", (name,))
        else:
            catalog.execute("INSERT INTO hidden VALUES (?)", (name,))


def test_a_catalog_that_became_a_newer_one_is_put_back(state: Path) -> None:
    keep(state)
    hide(state, "second", newer=True)
    assert restore(state)
    assert hidden(state) == ["first"]
    assert restore(state) is False, "a second time changes nothing"
    drop(state)
    assert [path.name for path in state.iterdir()] == [CATALOG]


def test_where_the_shape_is_the_same_nothing_of_the_trial_is_lost(state: Path) -> None:
    keep(state)
    hide(state, "second", newer=False)
    assert restore(state) is False
    assert hidden(state) == ["first", "second"]


def test_what_still_stands_in_the_log_after_a_kill_is_kept_too(state: Path) -> None:
    killed = (
        "import os, signal, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA locking_mode = EXCLUSIVE'); c.execute(\"INSERT INTO hidden VALUES ('logged')\");"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run((sys.executable, "-c", killed, state / CATALOG), check=False)
    assert (state / f"{CATALOG}-wal").stat().st_size > 0
    keep(state)
    hide(state, "second", newer=True)
    assert restore(state)
    assert hidden(state) == ["first", "logged"]


def test_a_damaged_catalog_is_put_back(state: Path) -> None:
    keep(state)
    (state / CATALOG).write_bytes(b"nonsense" * 1000)
    assert restore(state)
    assert hidden(state) == ["first"]


def test_a_frame_that_was_erased_meanwhile_stays_erased(state: Path) -> None:
    keep(state)
    for path in state.glob("catalog.*"):  # as Catalog.wipe does
        path.unlink()
    assert restore(state) is False
    assert list(state.iterdir()) == []


def test_without_a_catalog_there_is_nothing_to_keep(tmp_path: Path) -> None:
    keep(tmp_path)
    assert restore(tmp_path) is False
    assert list(tmp_path.iterdir()) == []


def test_the_copy_is_the_frame_s_alone_and_leaves_no_half(state: Path) -> None:
    (state / f"{COPY}.part").write_bytes(b"half")
    keep(state)
    assert (state / COPY).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in state.iterdir()) == [COPY, CATALOG]


def test_it_is_run_as_a_program(state: Path) -> None:
    def run(what: str) -> str:
        words = (sys.executable, "-m", "kiosk.update.keeping", what, state)
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    assert run("keep") == ""
    hide(state, "second", newer=True)
    assert run("restore") == "restored\n"
