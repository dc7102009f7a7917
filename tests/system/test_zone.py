"""The time zone, as the C library would find it."""

from __future__ import annotations

import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import TZPATH

import pytest

from kiosk.system.zone import _tzif, local_zone

JANUARY, JULY = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 7))
DATABASE = next((Path(folder) for folder in TZPATH if (Path(folder) / "Europe/Berlin").exists()), None)
needs_tz_database = pytest.mark.skipif(DATABASE is None, reason="no tz database here")


def hours(env: dict[str, str], localtime: Path = Path("/nowhere")) -> tuple[float, float]:
    """From UTC, in winter and in summer."""
    zone = local_zone(env, localtime)
    one, other = (when.astimezone(zone).utcoffset() for when in (JANUARY, JULY))
    assert one is not None and other is not None
    return one.total_seconds() / 3600, other.total_seconds() / 3600


@needs_tz_database
def test_the_zone_is_the_machine_s_with_its_summer_time(tmp_path: Path) -> None:
    assert DATABASE is not None
    link = tmp_path / "localtime"
    link.symlink_to(DATABASE / "Europe/Berlin")
    assert hours({}, link) == (1.0, 2.0)


@needs_tz_database
@pytest.mark.parametrize("name", ["Europe/Berlin", ":Europe/Berlin", f":{DATABASE}/Europe/Berlin"])
def test_tz_wins_over_the_machine_s(name: str, tmp_path: Path) -> None:
    assert DATABASE is not None
    link = tmp_path / "localtime"
    link.symlink_to(DATABASE / "Asia/Tokyo")
    assert hours({"TZ": name}, link) == (1.0, 2.0)


def test_a_rule_is_understood_without_a_database() -> None:
    assert hours({"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}) == (1.0, 2.0)
    assert hours({"TZ": "<+0530>-5:30"}) == (5.5, 5.5)


@pytest.mark.parametrize(
    "name", ["", ":", "Nowhere/Atall", "../../etc/passwd", ":/etc/passwd", "/", "Ünï", "\0"]
)
def test_what_cannot_be_understood_is_utc(name: str) -> None:
    assert hours({"TZ": name}) == (0.0, 0.0)


def test_without_any_zone_it_is_utc(tmp_path: Path) -> None:
    assert hours({}) == (0.0, 0.0)
    (tmp_path / "localtime").write_bytes(b"no zone")
    assert hours({}, tmp_path / "localtime") == (0.0, 0.0)


@needs_tz_database
@pytest.mark.timeout(20)
def test_a_zone_file_that_was_cut_short_anywhere_is_utc_and_holds_nobody_up(tmp_path: Path) -> None:
    assert DATABASE is not None
    whole, cut = (DATABASE / "Europe/Berlin").read_bytes(), tmp_path / "localtime"
    for length in (*range(0, len(whole), 97), *range(len(whole) - 30, len(whole))):
        cut.write_bytes(whole[:length])
        assert hours({}, cut) == (0.0, 0.0)


def test_a_zone_that_is_days_away_or_has_a_broken_footer_is_utc(tmp_path: Path) -> None:
    """Otherwise each minute of the clock on the screen would be an error."""
    sound = _tzif(b"CET-1")
    days_away = sound.replace(struct.pack(">l", 0) + b"\0\0UTC", struct.pack(">l", 90_000) + b"\0\0UTC")
    assert days_away != sound
    for content in (days_away[: -len("CET-1\n")] + b"\n", sound[: -len("\nCET-1\n")] + b"CET-1\n"):
        (tmp_path / "localtime").write_bytes(content)
        assert hours({}, tmp_path / "localtime") == (0.0, 0.0)


def test_a_zone_file_that_changes_to_a_local_time_it_does_not_have_is_utc(tmp_path: Path) -> None:
    """In a process of its own: CPython 3.11 lets the first number too high pass, and has crashed with it."""
    header = struct.pack(">4s c 15x 6l", b"TZif", b"2", 0, 0, 0, 2, 1, 4)
    kind = struct.pack(">l ? B 4s", 0, False, 0, b"UTC\0")
    blocks = (
        header + struct.pack(f">2{size} 2B", -2_000_000_000, -1_000_000_000, 1, 0) + kind for size in "lq"
    )
    (tmp_path / "localtime").write_bytes(b"".join(blocks) + b"\n\n")
    program = (
        "import sys, pathlib, datetime\n"
        "from kiosk.system.zone import local_zone\n"
        "sys.exit(local_zone({}, pathlib.Path(sys.argv[1])) is not datetime.UTC)\n"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "localtime")]
    subprocess.run(words, check=True, timeout=60)
