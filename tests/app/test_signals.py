"""SIGTERM ends every scene, whatever hangs in it, and SIGUSR1 writes where every thread stands."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from kiosk.control import ControlVerb
from kiosk.core import words
from kiosk.demo import DemoGoogle, faults, routes
from tests.app.frame import Frame
from tests.app.spoiled import CARD_HANGS, DECODING_HANGS, spoiled
from tests.app.systemd import ENDS

Scene = Callable[[Frame, DemoGoogle], None]


def signing_in(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.until(lambda status: status["user_code"])


def asking_in_vain(frame: Frame, google: DemoGoogle) -> None:
    google.faults.add(faults.Stall(), on=routes.DEVICE_CODE)
    frame.start()
    frame.until(lambda status: status["sign_in"] == "asking")
    google.wait_for(lambda: google.faults.stalled, 25)


def picking(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.sign_in()


def listing_in_vain(frame: Frame, google: DemoGoogle) -> None:
    google.faults.add(faults.Stall(after=10), on=routes.MEDIA_ITEMS_LIST)
    frame.start()
    frame.sign_in()
    frame.pick(3)
    frame.until(lambda status: status["state"] == "listing")
    google.wait_for(lambda: google.faults.stalled, 25)


def downloading_in_vain(frame: Frame, google: DemoGoogle) -> None:
    google.faults.add(faults.Stall(after=100), on=routes.MEDIA)
    frame.start()
    frame.sign_in()
    frame.pick(6)
    frame.until(lambda status: status["state"] == "downloading")
    google.wait_for(lambda: google.faults.stalled == 4, 25)


def showing(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.show(2)


def panel_over_the_show(frame: Frame, google: DemoGoogle) -> None:
    showing(frame, google)
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"] and status["slide"])


def disconnecting_in_vain(frame: Frame, google: DemoGoogle) -> None:
    google.faults.add(faults.Stall(), on=routes.REVOKE)
    frame.start()
    frame.sign_in()
    frame.ask(ControlVerb.SIGN_OUT)
    frame.until(lambda status: status["title"] == words.LEAVING_TITLE)


def mistakes(frame: Frame, google: DemoGoogle) -> None:
    frame.keys["slideshow__dwell_secs"] = "3"
    frame.write_config()
    frame.start()
    frame.until(lambda status: status["state"] == "trouble")


def trouble(frame: Frame, google: DemoGoogle) -> None:
    frame.keys = {key: value for key, value in frame.keys.items() if not key.startswith("google__client")}
    frame.write_config()
    frame.start()
    frame.until(lambda status: status["state"] == "trouble")


def a_decode_under_way(frame: Frame, google: DemoGoogle) -> None:
    frame.start(
        spoiled(
            frame.home / "spoiled", DECODING_HANGS.replace("DECODE_SECONDS = 1.0", "DECODE_SECONDS = 1e9")
        )
    )
    frame.sign_in()
    frame.pick(1)
    frame.until(lambda status: status["stored"] == 1)


def a_card_that_hangs(frame: Frame, google: DemoGoogle) -> None:
    frame.start(spoiled(frame.home / "spoiled", CARD_HANGS))
    frame.until(lambda status: status["user_code"])
    google.person.approve(google.user_codes[-1])
    frame.until(lambda status: status["stuck"])


SAMPLE = (asking_in_vain, downloading_in_vain, panel_over_the_show, disconnecting_in_vain, mistakes)
REST = (signing_in, picking, listing_in_vain, showing, trouble, a_decode_under_way, a_card_that_hangs)


@pytest.mark.parametrize("scene", [*SAMPLE, *(pytest.param(each, marks=pytest.mark.slow) for each in REST)])
def test_the_stacks_are_told_and_sigterm_ends_every_scene(
    frame: Frame, google: DemoGoogle, scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    scene(frame, google)
    assert frame.child is not None
    frame.child.send_signal(signal.SIGUSR1)
    frame.until(lambda _: f"in {'until_over' if scene is mistakes else '_turn'}" in frame.log.read_text())
    assert frame.log.read_text().count("most recent call first") >= (2 if scene is mistakes else 8)
    began = time.monotonic()
    assert frame.stop() == 0
    record_property(ENDS, time.monotonic() - began)
    assert not frame.socket.exists()


def test_ctrl_c_ends_the_frame_as_sigterm_does(frame: Frame, google: DemoGoogle) -> None:
    signing_in(frame, google)
    assert frame.stop(signal.SIGINT) == 0
    assert not frame.socket.exists()


@pytest.mark.slow
def test_a_crash_below_python_leaves_the_stacks_in_the_log(frame: Frame, google: DemoGoogle) -> None:
    """As systemd's watchdog ends a main thread that no handler of ours reaches."""
    signing_in(frame, google)
    assert frame.stop(signal.SIGABRT) == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in frame.log.read_text()
    assert "in _turn" in frame.log.read_text()
