"""Dark at night, in the real process: nothing is painted, the panel is off, and all is there again at waking."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.app.frame import Frame, Status

VCGENCMD = """#!/bin/sh
echo "$*" >> {home}/calls
test -n "$2" && echo "$2" > {home}/power
echo "display_power=$(cat {home}/power)"
"""
ALWAYS = '["00:00-24:00"]'


class Television:
    """The panel behind a tool of its own."""

    def __init__(self, home: Path) -> None:
        home.mkdir()
        self.home = home
        (home / "power").write_text("1\n")
        (home / "calls").touch()
        tool = home / "vcgencmd"
        tool.write_text(VCGENCMD.format(home=home))
        tool.chmod(0o700)

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": f"{self.home}:/usr/bin:/bin"}

    @property
    def lit(self) -> bool:
        return (self.home / "power").read_text() == "1\n"

    @property
    def switched(self) -> list[str]:
        """What it was told, without the questions."""
        lines = (self.home / "calls").read_text().splitlines()
        return [line.split()[1] for line in lines if len(line.split()) == 2]


@pytest.fixture
def television(tmp_path: Path) -> Television:
    return Television(tmp_path / "television")


def dark(status: Status) -> bool:
    return status["state"] == "asleep" and status["panel"] == "off"


def is_black(frame: Frame) -> bool:
    return frame.screenshot().getextrema() == ((0, 0), (0, 0), (0, 0))


def flips_while(frame: Frame, seconds: float) -> int:
    """How often something is painted while the frame lives through these seconds."""
    before = frame.until(lambda _: True)
    after = frame.until(lambda status: status["uptime_seconds"] >= before["uptime_seconds"] + seconds)
    return int(after["flips"]) - int(before["flips"])


def test_a_frame_that_is_sent_to_sleep_is_dark_until_it_is_woken(
    frame: Frame, television: Television
) -> None:
    frame.start(television.env)
    frame.sign_in()
    frame.pick(3)
    frame.until(lambda status: status["stored"] == 3 and status["state"] == "showing")
    assert frame.run("sleep").returncode == 0
    told = frame.until(dark)
    assert told["panel_methods"] == ["vcgencmd"]
    assert not television.lit
    assert is_black(frame)
    assert flips_while(frame, 2.0) == 0
    refused = frame.run("hide")
    assert refused.returncode == 1
    assert "the frame is asleep" in refused.stderr
    assert frame.run("wake").returncode == 0
    frame.until(lambda status: status["state"] == "showing" and status["panel"] == "on")
    assert television.switched == ["0", "1"]
    assert not is_black(frame)
    frame.until(lambda status: status["flips"] > told["flips"] + 2)
    assert frame.stop() == 0


def test_a_frame_that_starts_in_sleep_hours_stays_dark_after_a_kill_too(
    frame: Frame, television: Television
) -> None:
    frame.keys["sleep__hours"] = ALWAYS
    frame.write_config()
    for _ in range(2):
        frame.start(television.env)
        told = frame.until(dark)
        assert told["flips"] == 1, "black, once"
        assert is_black(frame)
        assert television.switched[-1] == "0"
        frame.stop(signal.SIGKILL)
    assert "1" not in television.switched


def test_a_frame_that_was_switched_off_at_night_lights_its_panel_by_day(
    frame: Frame, television: Television
) -> None:
    frame.keys["sleep__hours"] = ALWAYS
    frame.write_config()
    frame.start(television.env).until(dark)
    assert frame.stop() == 0
    assert not television.lit
    frame.keys["sleep__hours"] = "[]"
    frame.write_config()
    frame.start(television.env).until(lambda status: status["state"] != "asleep")
    frame.until(lambda _: television.lit)


def test_where_nothing_turns_the_panel_off_the_log_says_each_reason_and_the_screen_is_black(
    frame: Frame,
) -> None:
    frame.keys["sleep__hours"] = ALWAYS
    frame.keys["sleep__method"] = '"ddc"'
    frame.write_config()
    frame.start({"PATH": "/nonexistent"})
    told = frame.until(lambda status: status["state"] == "asleep" and status["last_error"])
    assert told["panel"] == "on"
    assert "ddc: ddcutil is not installed" in told["last_error"]
    assert "ddc: ddcutil is not installed" in frame.log.read_text()
    assert is_black(frame)
    assert flips_while(frame, 2.0) == 0
