"""The config file's mistakes on the screen, and what the socket says meanwhile."""

from __future__ import annotations

import json

import pytest

from kiosk.control import ControlVerb
from tests.app.frame import Frame
from tests.app.test_process import PROMISED


@pytest.fixture
def mistaken(frame: Frame) -> Frame:
    """A frame with two mistakes, on its screen."""
    frame.keys |= {"slideshow__dwell_secs": "3", "display__rotation": "45"}
    frame.write_config()
    frame.start()
    frame.until(lambda status: status["title"])
    return frame


def test_status_tells_the_mistakes_and_keeps_its_promise(mistaken: Frame) -> None:
    done = mistaken.run("status", "--json")
    assert done.returncode == 0
    status = json.loads(done.stdout)
    assert {key: type(status[key]) for key in PROMISED} == PROMISED
    assert status["state"] == "trouble"
    assert status["title"] == "The config file has mistakes"
    assert "dwell_secs" in status["last_error"]
    assert "rotation" in status["last_error"]
    assert status["last_error_at"]
    assert not status["signed_in"]
    assert status["flips"] >= 1


def test_quit_ends_it(mistaken: Frame) -> None:
    assert mistaken.run("quit").returncode == 0
    assert mistaken.child is not None
    assert mistaken.child.wait(20) == 0
    assert not mistaken.socket.exists()


@pytest.mark.parametrize("words", [("next",), ("pick",), ("sign-out", "--yes")], ids=" ".join)
def test_every_other_verb_is_refused_with_the_reason(mistaken: Frame, words: tuple[str, ...]) -> None:
    done = mistaken.run(*words)
    assert done.returncode == 1
    assert "the config file has to be mended first" in done.stderr
    assert "and 1 more" in done.stderr


def test_the_card_s_directories_are_left_alone(mistaken: Frame) -> None:
    assert not list((mistaken.home / "state").iterdir())


def test_a_second_instance_with_mistakes_leaves_the_first_alone(mistaken: Frame) -> None:
    second = mistaken.run("run")
    assert second.returncode == 75
    assert "another kiosk" in second.stderr
    assert mistaken.ask(ControlVerb.STATUS)["state"] == "trouble"


def test_it_goes_on_by_itself_once_the_file_is_mended(mistaken: Frame) -> None:
    del mistaken.keys["slideshow__dwell_secs"], mistaken.keys["display__rotation"]
    mistaken.write_config()
    mistaken.until(lambda status: status["user_code"])
