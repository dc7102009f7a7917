"""`[sleep]`: spans of the week as people write them, and what is said of those that nobody understands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.config import load, rows, span_of
from kiosk.core.hours import Span
from kiosk.errors import ConfigError

Write = Callable[[str], Path]
EVERY_DAY = frozenset(range(7))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text)
        return path

    return written


@pytest.mark.parametrize(
    ("line", "span"),
    [
        ("mon-fri 22:30-06:30", Span(frozenset(range(5)), time(22, 30), time(6, 30))),
        ("sat sun 23:30-08:00", Span(frozenset({5, 6}), time(23, 30), time(8))),
        ("sat, sun  23:30 - 8:00 ", Span(frozenset({5, 6}), time(23, 30), time(8))),
        ("22:00-07:00", Span(EVERY_DAY, time(22), time(7))),
        ("Fri-Mon 01:00-02:00", Span(frozenset({4, 5, 6, 0}), time(1), time(2))),
        ("mon - wed fri 01:00-02:00", Span(frozenset({0, 1, 2, 4}), time(1), time(2))),
        ("wed-wed 01:00-02:00", Span(frozenset({2}), time(1), time(2))),
        ("sun 00:00-24:00", Span(frozenset({6}), time(0), time(0))),
    ],
)
def test_a_line_is_understood_as_people_write_it(line: str, span: Span) -> None:
    assert span_of(line) == span


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("", "it does not end with times"),
        ("mon-fri", "it does not end with times"),
        ("mon 22-06", "it does not end with times"),
        ("22:30-06:30 mon", "it does not end with times"),
        ("mon 22:60-06:30", "it does not end with times"),
        ("mon 25:00-06:30", "no such time of the day"),
        ("mon 22:30-24:01", "no such time of the day"),
        ("mon22:30-06:30", "a space is missing"),
        ("monday 22:30-06:30", "its days are not among mon, tue"),
        ("mon-wed-fri 22:30-06:30", "its days are not among"),
        ("- 22:30-06:30", "its days are not among"),
        ("mon " * 20 + "22:30-06:30", "it is longer than 60 characters"),
    ],
)
def test_a_line_that_nobody_understands_says_why(line: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        span_of(line)


@given(st.frozensets(st.sampled_from(range(7)), min_size=1), st.times(), st.times())
def test_every_span_can_be_written(days: frozenset[int], begin: time, end: time) -> None:
    begin, end = (each.replace(second=0, microsecond=0) for each in (begin, end))
    line = f"{' '.join(DAYS[day] for day in days)} {begin:%H:%M}-{end:%H:%M}"
    assert span_of(line) == Span(days, begin, end)


@given(st.text(max_size=80))
def test_any_text_is_a_span_or_a_mistake(line: str) -> None:
    with suppress(ValueError):
        assert span_of(line).days


def problem(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    (found,) = caught.value.problems
    return f"{found.where}: {found.wrong}; {found.allowed}"


def test_a_mistake_names_its_line_its_entry_and_what_is_allowed(write: Write) -> None:
    path = write('[sleep]\nhours = ["22:30-06:30", "mno 22:30-06:30"]\n')
    said = problem(path)
    assert said.startswith(f'{path}:2: [sleep] hours: entry 2, "mno 22:30-06:30": its days are not among mon')
    assert '"mon-fri 22:30-06:30"' in said


def test_what_may_be_a_secret_in_the_wrong_line_is_not_repeated(write: Write) -> None:
    said = problem(write('[sleep]\nhours = ["GOCSPX-secret"]\n'))
    assert "GOCSPX" not in said
    assert "entry 1: it does not end with times" in said


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('hours = "22:30-06:30"', "it is text, not a list"),
        ("hours = [22]", "it is a whole number, not text"),
        ("hours = [" + 51 * '"22:30-06:30", ' + "]", "it has more than 50 entries"),
        ('time_zone = "Europe/Nowhere"', "this machine knows no such time zone"),
        ('time_zone = "../../etc/passwd"', "this machine knows no such time zone"),
        ("time_zone = 1", "it is a whole number, not text"),
        ('method = "magic"', '"magic" is not one of them'),
    ],
)
def test_other_mistakes_say_what_is_wrong(write: Write, line: str, wrong: str) -> None:
    assert wrong in problem(write(f"[sleep]\n{line}\n"))


def test_the_effective_configuration_shows_the_hours_as_a_list(write: Write) -> None:
    path = write('[sleep]\nhours = ["22:30-06:30", "sat 12:00-13:00"]\n')
    (row,) = (each for each in rows(load(path, {})) if each.key == "sleep.hours")
    assert row.value == '["22:30-06:30", "sat 12:00-13:00"]'
