"""Hostile bytes through the whole kiosk: it lives on, the file is set aside, and `status` names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, DemoSettings, faults, plain_library, routes
from tests.app.frame import Frame, Status
from tests.hostile import zoo
from tests.hostile.feeding import TALLY

REFUSED = (
    "a PNG of 30,000 x 30,000",
    "a JPEG without its end",
    "a HEIC",
    "a JPEG of 65,500 x 65,500",
    "a page",
    "noise",
)
SHOWN = ("a PNG", "an animated GIF", "a CMYK JPEG", "an MPO", "a motion photo", "an AVIF")
TRIES = 2
"""Of what is unreadable: it may have been the network."""


@pytest.fixture
def google() -> Iterator[DemoGoogle]:
    settings = DemoSettings(device_interval=1.0, poll_interval="1s")
    with DemoGoogle(plain_library(60), settings) as running:
        yield running


@pytest.fixture
def frame(tmp_path: Path, google: DemoGoogle) -> Iterator[Frame]:
    frame = Frame(tmp_path / "frame", google)
    yield frame
    frame.close()


def settled(google: DemoGoogle, count: int) -> Callable[[Status], object]:
    return lambda status: status["stored"] + status["failed"] == count and not google.sessions


def served(google: DemoGoogle, animals: list[bytes], times: int) -> None:
    """The next media requests get these bytes, each as a JPEG by its Content-Type."""
    for content in animals:
        google.faults.add(faults.Status(200, content, "image/jpeg"), times=times, on=routes.MEDIA)


def test_hostile_pictures_are_set_aside_and_named_and_the_show_goes_on(
    frame: Frame, google: DemoGoogle
) -> None:
    frame.keys["slideshow__dwell_seconds"] = "1"
    frame.keys["slideshow__transition_seconds"] = "0.2"
    frame.write_config()
    frame.start()
    first = frame.show(3)
    assert first["set_aside"] == []
    children = decoders(frame)
    assert len(children) == 1

    served(google, [zoo.REFUSED[kind]() for kind in REFUSED], times=TRIES)
    picked = pick_more(frame, google, 10, len(REFUSED))
    status = frame.until(settled(google, 3 + len(REFUSED)))
    assert status["stored"] == 3 and status["failed"] == len(REFUSED)
    assert {each["item"] for each in status["set_aside"]} == set(picked)
    assert all(each["why"] and each["filename"] for each in status["set_aside"])
    assert "pixels" in " ".join(each["why"] for each in status["set_aside"])
    shown = status["slide"]
    frame.until(lambda now: now["slide"] != shown)  # the show goes on
    TALLY.tried += len(REFUSED)
    TALLY.refused += len(REFUSED)

    google.faults.clear()
    served(google, [zoo.UPRIGHT[kind]() for kind in SHOWN], times=1)
    pick_more(frame, google, 20, len(SHOWN))
    status = frame.until(settled(google, 3 + len(REFUSED) + len(SHOWN)))
    assert status["stored"] == 3 + len(SHOWN)
    TALLY.tried += len(SHOWN)
    TALLY.shown += len(SHOWN)

    assert frame.stop() == 0
    google.faults.clear()
    again = frame.start().until(lambda now: now["state"] == "showing")
    assert {each["item"] for each in again["set_aside"]} == set(picked)
    assert frame.stop() == 0


def pick_more(frame: Frame, google: DemoGoogle, start: int, count: int) -> list[str]:
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"])
    chosen = [item.id for item in google.library.items[start : start + count]]
    google.person.pick(google.sessions[-1], chosen)
    return chosen


def decoders(frame: Frame) -> list[int]:
    """Processes that the kiosk has started."""
    assert frame.child is not None
    tasks = Path(f"/proc/{frame.child.pid}/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
