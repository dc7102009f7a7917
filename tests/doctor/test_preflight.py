"""What a version is asked before it takes over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.config import Config
from kiosk.config.schema import PictureConfig
from kiosk.doctor import Verdict, preflight, preflight_checks
from kiosk.doctor.preflight import catalog, room
from kiosk.errors import ConfigError, Problem
from kiosk.storage.database import open_database
from kiosk.storage.schema import MIGRATIONS
from kiosk.system import Dirs


@pytest.fixture
def dirs(tmp_path: Path) -> Dirs:
    for name in ("state", "cache", "run"):
        (tmp_path / name).mkdir(mode=0o700)
    return Dirs(tmp_path / "state", tmp_path / "cache", tmp_path / "run")


def tables(dirs: Dirs, version: int) -> Path:
    """A catalog of this shape."""
    path = dirs.state / "catalog.sqlite3"
    with closing(open_database(path)) as made:
        made.execute(f"PRAGMA user_version = {version}")
    return path


def test_without_a_catalog_there_is_nothing_to_fear(dirs: Dirs) -> None:
    assert catalog(dirs).verdict is Verdict.OK


def test_a_catalog_that_this_version_knows_is_fine_and_is_not_touched(dirs: Dirs) -> None:
    path = tables(dirs, len(MIGRATIONS))
    before = path.read_bytes()
    assert catalog(dirs).says == f"of shape {len(MIGRATIONS)}, as this version has it"
    assert path.read_bytes() == before
    assert [each.name for each in dirs.state.iterdir()] == [path.name]


def test_an_older_catalog_is_brought_up_to_date_on_a_copy_only(dirs: Dirs) -> None:
    path = dirs.state / "catalog.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        for statement in MIGRATIONS[0]:
            made.execute(statement)
        made.execute("PRAGMA user_version = 1")
    assert catalog(dirs).says == f"of shape 1; this version makes {len(MIGRATIONS)} of it"
    with closing(sqlite3.connect(path)) as still:
        assert still.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_newer_catalog_is_told_before_it_would_be_set_aside(dirs: Dirs) -> None:
    tables(dirs, len(MIGRATIONS) + 1)
    told = catalog(dirs)
    assert told.verdict is Verdict.WARN
    assert "would set it aside" in told.says


def test_a_catalog_that_cannot_be_brought_up_to_date_is_a_failure(dirs: Dirs) -> None:
    tables(dirs, 1)  # its tables are there already
    assert catalog(dirs).verdict is Verdict.FAIL
    (dirs.state / "catalog.sqlite3").write_bytes(b"nonsense" * 1000)
    assert catalog(dirs).verdict is Verdict.FAIL


def test_what_only_the_log_of_the_running_frame_holds_counts(dirs: Dirs) -> None:
    path = dirs.state / "catalog.sqlite3"
    running = open_database(path)
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
    assert catalog(dirs).says == f"of shape {len(MIGRATIONS)}, as this version has it"
    running.close()


def test_a_card_that_is_full_of_pictures_is_no_reason_to_stay_with_what_is_old(
    dirs: Dirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert room(dirs).verdict is Verdict.OK
    monkeypatch.setattr(preflight, "LEAST_MB", 1 << 40)
    assert room(dirs).verdict is Verdict.FAIL


def test_the_mistakes_of_the_configuration_are_told_as_this_version_sees_them(dirs: Dirs) -> None:
    problem = Problem("config.toml:3", "unknown key", "none")
    found = {check.name: check for check in preflight_checks(ConfigError((problem,)), dirs, {})}
    assert found["configuration"].verdict is Verdict.FAIL
    assert found["decoder"].verdict is not Verdict.FAIL
    assert "display" not in found
    assert "network" not in found


def test_a_sound_frame_passes(dirs: Dirs) -> None:
    tables(dirs, len(MIGRATIONS))
    failed = [
        check
        for check in preflight_checks(Config(picture=PictureConfig(faces=False)), dirs, {})
        if check.verdict is Verdict.FAIL
    ]
    assert failed == []
