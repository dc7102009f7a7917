"""The process from outside: exit codes, a second instance, the config file's mistakes, the verbs."""

from __future__ import annotations

import time

import pytest

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, faults, routes
from tests.app.frame import Frame

PROMISED = {
    "state": str,
    "signed_in": bool,
    "items": int,
    "stored": int,
    "failed": int,
    "hidden": int,
    "slide": list,
    "flips": int,
    "uptime_seconds": float,
    "version": str,
}


def test_status_keeps_its_promise(frame: Frame) -> None:
    frame.start()
    status = frame.until(lambda status: status["user_code"])
    assert {key: type(status[key]) for key in PROMISED} == PROMISED
    assert status["state"] == "signing_in"
    assert status["verification_url"].endswith("/device")
    assert status["picker_uri"] is None
    told = frame.run("status")
    assert told.returncode == 0
    assert status["user_code"] in told.stdout


def test_status_tells_the_address_in_the_code(frame: Frame) -> None:
    frame.start()
    status = frame.until(lambda status: status["user_code"])
    assert status["qr"] == f"{status['verification_url']}?user_code={status['user_code']}"
    status = frame.sign_in()
    assert status["qr"] == status["picker_uri"]


def test_a_complete_address_from_the_server_is_the_one_in_the_code(frame: Frame, google: DemoGoogle) -> None:
    complete = f"{google.url}/device?the=whole"
    fault = faults.Override(lambda answer: answer | {"verification_url_complete": complete})
    google.faults.add(fault, on=routes.DEVICE_CODE)
    frame.start()
    assert frame.until(lambda status: status["user_code"])["qr"] == complete


def test_the_config_file_may_stand_before_the_command_or_after_it(frame: Frame, google: DemoGoogle) -> None:
    before = frame.run("--config", str(frame.config), "config", config=False)
    assert before.returncode == 0, before.stderr
    assert google.settings.client_id in before.stdout
    assert before.stdout == frame.run("config").stdout


def test_a_second_instance_says_so_and_leaves_the_first_alone(frame: Frame) -> None:
    frame.start()
    frame.until(lambda status: status["user_code"])
    second = frame.run("run")
    assert second.returncode == 75
    assert "another kiosk" in second.stderr
    assert frame.status() is not None


def test_no_screen_is_said_and_not_passed_over(frame: Frame) -> None:
    frame.start({"SDL_VIDEODRIVER": "", "DISPLAY": "", "WAYLAND_DISPLAY": "", "SDL_VIDEO_DRIVER": ""})
    assert frame.child is not None
    assert frame.child.wait(30) == 69
    assert "kmsdrm" in frame.log.read_text()


def test_mistakes_are_shown_on_the_screen_until_they_are_mended(frame: Frame) -> None:
    frame.keys["slideshow__dwell_secs"] = "3"
    frame.write_config()
    frame.start()
    assert frame.child is not None
    deadline = time.monotonic() + 20
    while "dwell_secs" not in frame.log.read_text() and time.monotonic() < deadline:
        assert frame.child.poll() is None
    del frame.keys["slideshow__dwell_secs"]
    frame.write_config()
    frame.until(lambda status: status["user_code"])


def test_mistakes_end_with_78_where_no_screen_opens(frame: Frame) -> None:
    frame.keys["slideshow__dwell_secs"] = "3"
    frame.write_config()
    frame.start({"SDL_VIDEODRIVER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""})
    assert frame.child is not None
    assert frame.child.wait(30) == 78
    assert "dwell_seconds" in frame.log.read_text()


@pytest.mark.parametrize("word", ["status", "next", "pick", "quit"])
def test_the_verbs_say_when_no_kiosk_runs(frame: Frame, word: str) -> None:
    done = frame.run(word)
    assert done.returncode != 0
    assert "no kiosk is running" in done.stderr


def test_next_previous_pause_and_resume(frame: Frame) -> None:
    frame.keys["slideshow__dwell_seconds"] = "300"
    frame.write_config()
    frame.start()
    frame.show(4)
    first = frame.until(lambda status: status["state"] == "showing")["slide"]
    assert frame.run("pause").returncode == 0
    frame.ask(ControlVerb.NEXT)
    second = frame.until(lambda status: status["slide"] != first)["slide"]
    frame.ask(ControlVerb.PREVIOUS)
    frame.until(lambda status: status["slide"] == first)
    frame.ask(ControlVerb.NEXT)
    status = frame.until(lambda status: status["slide"] == second)
    assert status["paused"]
    frame.ask(ControlVerb.RESUME)
    assert not frame.until(lambda _: True)["paused"]
    frame.ask(ControlVerb.QUIT)
    assert frame.child is not None
    assert frame.child.wait(20) == 0


def test_cancel_ends_the_pick_and_deletes_its_session(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.show(2)
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"])
    frame.ask(ControlVerb.CANCEL)
    frame.until(lambda status: not google.sessions and status["picker_uri"] is None)


def test_a_still_is_not_painted_twice(frame: Frame) -> None:
    frame.keys["slideshow__dwell_seconds"] = "300"
    frame.write_config()
    frame.start()
    frame.show(1)
    before = frame.until(lambda status: status["state"] == "showing" and status["title"] is None)["flips"]
    for _ in range(20):
        after = frame.until(lambda _: True)["flips"]
    assert after == before


def test_config_shows_values_origins_and_no_secret(frame: Frame, google: DemoGoogle) -> None:
    done = frame.run("config")
    assert done.returncode == 0
    assert "dwell_seconds" in done.stdout
    assert google.settings.client_secret not in done.stdout + done.stderr
