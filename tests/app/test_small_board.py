"""A board with 512 MB, of which the system leaves 350: the whole frame runs in a control group of that size."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.control import ControlVerb
from kiosk.core.model import Size
from kiosk.demo import DemoGoogle, DemoSettings, plain_library
from tests.app.frame import Frame
from tests.bench.cards import fill
from tests.cgroups import Group, small_board

LEFT = 350
"""Megabytes that a board of 512 leaves to the frame."""
ORIGINAL = (4032, 3024)
"""The original of a telephone, 12 MP."""


class BoardFrame(Frame):
    """A frame that lives in a control group."""

    group: Group

    def start(self, *words: str) -> BoardFrame:  # type: ignore[override]
        command = [sys.executable, "-m", "kiosk", "run", "--config", str(self.config), *words]
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.group.words(*command), env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        return self


def run(home: Path, stored: int, picked: int, slides: int, **keys: str) -> int:
    """Pictures from the card, a pick over the running show, and slides. The peak in bytes, file cache and all."""
    settings = DemoSettings(device_interval=1.0, poll_interval="1s")
    with small_board(LEFT) as group, DemoGoogle(plain_library(picked, ORIGINAL), settings) as google:
        frame = BoardFrame(home, google, size="1920x1080", **keys)
        frame.group = group
        fill(home, stored, Size(2304, 1728), different=3)
        frame.start()
        try:
            frame.until(lambda status: status["slide"])
            if picked:
                frame.ask(ControlVerb.PICK)
                frame.sign_in()
                frame.pick(picked)
                frame.until(lambda status: status["stored"] == stored + picked, 120)
            for _ in range(slides):
                before = frame.ask(ControlVerb.STATUS)["slide"]
                frame.ask(ControlVerb.NEXT)
                frame.until(lambda status, before=before: status["slide"] not in (None, before))
            status = frame.ask(ControlVerb.STATUS)
            assert group.working_set > 20 << 20, "it ran elsewhere"
            assert status["failed"] == 0
            assert group.swapped == 0
            assert frame.stop() == 0
        finally:
            frame.close()
        assert group.killed == 0
        return group.peak


def test_a_board_of_512_mb_shows_pictures_of_1080p_without_swapping(tmp_path: Path) -> None:
    assert run(tmp_path, stored=8, picked=0, slides=4) < LEFT << 20


@pytest.mark.slow
@pytest.mark.parametrize("surround", ["blur", "mat", "fill"])
def test_a_board_of_512_mb_fetches_decodes_and_shows_for_long(tmp_path: Path, surround: str) -> None:
    peak = run(tmp_path, stored=30, picked=12, slides=60, picture__surround=f'"{surround}"')
    assert peak <= LEFT << 20


def test_a_board_that_is_far_too_small_is_noticed(tmp_path: Path) -> None:
    # That the group is enforced at all: 16 MB are not enough for Python and pygame.
    with small_board(16) as group:
        code = "import pygame; bytearray(64 << 20)"
        done = subprocess.run(group.words(sys.executable, "-c", code), check=False, capture_output=True)
        assert done.returncode == -9 or b"Memory" in done.stderr
        assert group.killed >= 1
