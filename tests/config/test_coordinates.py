"""`[light] place`: two numbers, and nothing of them in what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.config import load, rows
from kiosk.core.sun import Place
from kiosk.errors import ConfigError


def loaded(tmp_path: Path, value: str) -> Place | None:
    path = tmp_path / "config.toml"
    path.write_text(f"[light]\nplace = {value}\n")
    return load(path, {}).config.light.place


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("59.33, 18.07", Place(59.33, 18.07)),
        (" -33.9,151 ", Place(-33.9, 151.0)),
        ("+90, -180", Place(90.0, -180.0)),
        ("0 , 0", Place(0.0, 0.0)),
        ("", None),
    ],
)
def test_a_place_is_two_numbers_in_degrees(tmp_path: Path, line: str, place: Place | None) -> None:
    assert loaded(tmp_path, f'"{line}"') == place


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ('"59.33"', "not two numbers"),
        ('"59.33 18.07"', "not two numbers"),
        ('"59,33, 18,07"', "not two numbers"),
        ('"59.33, 18.07, 20"', "not two numbers"),
        ("\"59°20'N, 18°4'E\"", "not two numbers"),
        ('"nan, inf"', "not two numbers"),
        ('"1e1, 2"', "not two numbers"),
        ('"٥٩, ١٨"', "not two numbers"),
        ('"90.1, 0"', "there is no such place"),
        ('"0, 180.5"', "there is no such place"),
        ('"-91, 0"', "there is no such place"),
        ('"0, -181"', "there is no such place"),
        ("59.33", "it is a number, not text"),
    ],
)
def test_anything_else_is_refused_without_being_quoted(tmp_path: Path, value: str, wrong: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, value)
    (problem,) = caught.value.problems
    assert wrong in problem.wrong
    assert '"59.3, 18.1"' in problem.allowed
    assert value.strip('"') not in problem.wrong


def test_the_owner_sees_it_as_it_was_written_and_no_log_does(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[light]\nplace = "-33.87,151.2"\n')
    read = load(path, {})
    (row,) = (row for row in rows(read) if row.key == "light.place")
    assert row.value == '"-33.87, 151.2"'
    assert "33.87" not in repr(read.config)
