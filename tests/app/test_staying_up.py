"""The real process under a service manager: what it tells, and threads that die or hang in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.demo import DemoGoogle
from tests.app.frame import Frame
from tests.app.spoiled import CARD_HANGS, DECODING_HANGS, DIES_ONCE, HANGS_ONCE, spoiled
from tests.app.systemd import Systemd

WATCHDOG = "WATCHDOG=1"
READY = "READY=1"


def test_systemd_hears_ready_once_then_signs_of_life_and_sentences_without_a_code(
    frame: Frame, google: DemoGoogle, tmp_path: Path
) -> None:
    with Systemd(tmp_path, watchdog_seconds=0.2) as systemd:
        frame.start(systemd.env)
        heard = systemd.wait_for(WATCHDOG, 3)
        assert heard.index(READY) < heard.index(WATCHDOG)
        code = frame.until(lambda status: status["user_code"])["user_code"]
        systemd.wait_for("STATUS=Waiting for somebody to sign in; 0 on the card")
        frame.show(2)
        systemd.wait_for("STATUS=Showing photographs; 2 on the card")
        assert frame.stop() == 0
        heard = systemd.wait_for("STOPPING=1")
    assert heard.count(READY) == 1
    assert heard[-1] == "STOPPING=1"
    assert not any(code in line or "http" in line for line in heard), heard


def test_a_frame_with_mistakes_in_its_config_counts_as_running(frame: Frame, tmp_path: Path) -> None:
    frame.keys["slideshow__dwell_secs"] = "3"
    frame.write_config()
    with Systemd(tmp_path, watchdog_seconds=0.2) as systemd:
        frame.start(systemd.env)
        heard = systemd.wait_for(WATCHDOG, 2)
        assert heard[0] == READY
        del frame.keys["slideshow__dwell_secs"]
        frame.write_config()
        frame.until(lambda status: status["user_code"])
        heard = systemd.wait_for(READY, 2)
        assert "STOPPING=1" not in heard, "systemd would wait for an end, and kill what does not end"


@pytest.mark.slow
def test_a_client_that_arrives_is_no_stop_to_systemd(tmp_path: Path) -> None:
    frame = Frame(tmp_path / "no-client")
    try:
        with Systemd(tmp_path) as systemd:
            frame.start(systemd.env)
            systemd.wait_for(READY)
            frame.keys["google__client_id"] = '"somebody.apps.googleusercontent.com"'
            frame.keys["google__client_secret"] = '"not-a-real-one"'
            frame.keys["google__device_code_url"] = '"http://127.0.0.1:9/device"'
            frame.write_config()
            assert "STOPPING=1" not in systemd.wait_for(READY, 2)
    finally:
        frame.close()


@pytest.mark.slow
def test_a_thread_that_dies_is_named_and_the_frame_goes_on(frame: Frame, tmp_path: Path) -> None:
    frame.start(spoiled(tmp_path / "spoiled", DIES_ONCE))
    status = frame.until(lambda status: status["user_code"])
    assert (status["restarts"], status["stuck"]) == (1, [])
    log = frame.log.read_text()
    assert "the thread google was ended by SystemExit" in log
    assert "worker google died at RequestDeviceCode" in log


def test_a_thread_that_hangs_is_named_and_the_frame_goes_on(frame: Frame, tmp_path: Path) -> None:
    with Systemd(tmp_path, watchdog_seconds=0.2) as systemd:
        frame.start(spoiled(tmp_path / "spoiled", HANGS_ONCE) | systemd.env)
        status = frame.until(lambda status: status["user_code"])
        assert (status["restarts"], status["stuck"]) == (1, ["google"])
        log = frame.log.read_text()
        assert log.count("worker google hangs at RequestDeviceCode") == 1
        assert "in hangs" in log, "the stack says where"
        systemd.wait_for(WATCHDOG, systemd.heard.count(WATCHDOG) + 2)
        assert frame.stop() == 0, "what hangs holds no stop up"


@pytest.mark.slow
def test_a_picture_whose_decoding_hangs_is_set_aside_and_the_others_are_shown(
    frame: Frame, tmp_path: Path
) -> None:
    frame.start(spoiled(tmp_path / "spoiled", DECODING_HANGS))
    frame.sign_in()
    frame.pick(3)
    status = frame.until(lambda status: status["stored"] == 2 and status["slide"], 20)
    assert status["hidden"] + status["failed"] <= 1
    assert "worker decode hangs at PrepareSlide" in frame.log.read_text()
    assert frame.stop() == 0


def test_a_card_that_hangs_starves_the_watchdog(frame: Frame, tmp_path: Path) -> None:
    with Systemd(tmp_path, watchdog_seconds=0.2) as systemd:
        frame.start(spoiled(tmp_path / "spoiled", CARD_HANGS) | systemd.env)
        frame.until(lambda status: status["user_code"])
        systemd.wait_for(WATCHDOG, 2)
        google = frame.google
        assert google is not None
        google.person.approve(google.user_codes[-1])
        status = frame.until(lambda status: status["stuck"])
        assert (status["stuck"], status["restarts"]) == (["disk"], 0)
        (told,) = (line for line in frame.log.read_text().splitlines() if "worker disk hangs at" in line)
        assert "SaveCredentials" in told
        before = systemd.heard.count(WATCHDOG)
        frame.until(lambda later: later["uptime_seconds"] > status["uptime_seconds"] + 2)
        assert systemd.heard.count(WATCHDOG) - before <= 1, "one may have been on its way"
        assert frame.stop() == 0
