"""Two upright pictures on one wide screen, in the real process: shown, named by status, and hidden one at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.demo import DemoGoogle, DemoSettings, plain_library
from tests.app.frame import Frame


@pytest.fixture
def google() -> Iterator[DemoGoogle]:
    """A few upright pictures behind a quick Google, all of one day."""
    settings = DemoSettings(device_interval=1.0, poll_interval="1s")
    with DemoGoogle(plain_library(4, (300, 400)), settings) as running:
        yield running


def hangs(frame: Frame, google: DemoGoogle, left: str, right: str) -> bool:
    """Whether these two are on the screen, each on its side; not while another slide comes or goes."""
    image = frame.screenshot()
    for item, x in ((left, image.width // 4), (right, image.width * 3 // 4)):
        known, seen = google.library.get(item), image.getpixel((x, image.height // 2))
        assert known is not None and isinstance(seen, tuple)
        if any(abs(a - b) > 12 for a, b in zip(known.colour, seen, strict=True)):
            return False
    return True


def test_a_pair_is_on_the_screen_and_hide_says_which_of_it(frame: Frame, google: DemoGoogle) -> None:
    frame.keys["slideshow__dwell_seconds"] = "600"
    frame.write_config()
    frame.start()
    frame.sign_in()
    frame.pick(4)
    frame.until(lambda status: status["stored"] == 4 and status["state"] == "showing")
    # Those that came first hang alone: nobody was there yet to hang beside them.
    alone = frame.until(lambda status: status["slide"])["slide"]
    while len(alone) == 1:
        frame.run("next")
        alone = frame.until(lambda status, old=alone: status["slide"] not in ([], old))["slide"]
    pair = frame.until(lambda status: len(status["slide"]) == 2 and hangs(frame, google, *status["slide"]))[
        "slide"
    ]
    refused = frame.run("hide")
    assert refused.returncode == 1
    assert "--left, --right or --both" in refused.stderr
    assert frame.until(lambda status: True)["slide"] == pair
    assert frame.run("hide", "--left").returncode == 0
    frame.until(lambda status: status["slide"] == pair[1:] and status["hidden"] == 1)
    neither = frame.run("hide", "--right")
    assert neither.returncode == 1
    assert "one picture alone" in neither.stderr
    assert frame.run("hide").returncode == 0
    frame.until(lambda status: status["hidden"] == 2 and not set(status["slide"]) & set(pair))
    assert frame.stop() == 0


def test_hide_takes_one_of_its_options_at_most() -> None:
    command = [sys.executable, "-m", "kiosk", "hide", "--left", "--both"]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "not allowed with" in done.stderr


def test_a_word_that_says_nothing_of_a_pair_is_refused(frame: Frame) -> None:
    from kiosk.control import ControlError, ControlVerb, ask

    frame.start()
    frame.until(lambda status: True)
    with pytest.raises(ControlError, match="which has to be one of first, second, both"):
        ask(frame.socket, ControlVerb.HIDE, which="third")


def test_a_picture_that_hangs_in_a_pair_is_found_when_it_is_tried_alone(tmp_path: Path) -> None:
    from kiosk.app.workers import Workers
    from kiosk.core.commands import PrepareSlide
    from kiosk.core.model import MediaItemId, Size, Slide, SlideId, StoredItem
    from kiosk.errors import Corrupt, Unexpected
    from kiosk.storage import Storage

    one, other = (StoredItem(MediaItemId(name), f"00/{name}", Size(3, 4), None) for name in "ab")
    storage = Storage(tmp_path / "state", tmp_path / "cache", cache_max_mb=1, keep_free_mb=0)

    def unused(*_: object) -> None:
        raise AssertionError

    workers = Workers(storage, unused, unused, unused, unused)  # type: ignore[arg-type]

    def judged(*items: StoredItem) -> object:
        return workers._decoding_hangs(PrepareSlide(slide=Slide(SlideId(1), items), screen=Size(9, 9)))

    assert isinstance(judged(one, other), Unexpected)
    assert isinstance(judged(one, other), Unexpected), "nobody knows which it is"
    found = judged(other)
    assert isinstance(found, Corrupt) and found.path.name == "b"
    storage.close()
