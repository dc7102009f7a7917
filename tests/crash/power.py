"""A power cut on a real ext4: what had not reached the block device is gone.

The card is a file behind a loop device. What was written but not synced lives in the page cache above that file, so a
copy of the file is the card as a power cut at that instant would leave it; mounting the copy replays the journal.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE = 8 << 20
# Nothing may reach the device by itself: no commit of the journal every five seconds.
_OPTIONS = "loop,commit=300,noatime"


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, check=False, capture_output=True, text=True)


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[Path]:
    """Where none can be mounted, the test is skipped, aloud."""
    folder.mkdir(exist_ok=True)
    done = _run("mount", "-t", "ext4", "-o", _OPTIONS, str(image), str(folder))
    if done.returncode:
        pytest.skip(f"no ext4 can be mounted from a file here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def new_card(image: Path) -> None:
    with image.open("wb") as file:
        file.truncate(SIZE)
    try:
        done = _run("mkfs.ext4", "-q", "-F", "-O", "^resize_inode", str(image))
    except FileNotFoundError:
        pytest.skip("mkfs.ext4 is not installed here")
    assert done.returncode == 0, done.stderr


class Camera:
    """Takes the card as a power cut would leave it, at some of the instants that it is told of."""

    def __init__(self, image: Path, folder: Path, chance: float, rng: random.Random) -> None:
        self._image = image
        self._folder = folder
        self._chance = chance
        self._rng = rng
        folder.mkdir()
        self.instants = 0
        self.pictures: list[tuple[str, Path, int]] = []
        """The instant, the image, and how long the journal was then."""

    def take(self, instant: str, journal: Path) -> None:
        self.instants += 1
        if self._rng.random() < self._chance:
            self.now(journal, instant)

    def now(self, journal: Path, instant: str = "now") -> None:
        copy = self._folder / f"{len(self.pictures):04}.ext4"
        shutil.copyfile(self._image, copy)
        self.pictures.append((instant, copy, journal.stat().st_size))
