from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.demo import DemoGoogle, DemoSettings, plain_library
from tests.app.frame import Frame


@pytest.fixture
def google() -> Iterator[DemoGoogle]:
    """Forty plain pictures behind a quick Google."""
    settings = DemoSettings(device_interval=1.0, poll_interval="1s")
    with DemoGoogle(plain_library(40), settings) as running:
        yield running


@pytest.fixture
def make_frame(tmp_path: Path, google: DemoGoogle) -> Iterator[Callable[..., Frame]]:
    frames: list[Frame] = []

    def make(name: str = "frame", **keys: str) -> Frame:
        frames.append(Frame(tmp_path / name, google, **keys))
        return frames[-1]

    yield make
    for frame in frames:
        frame.close()


@pytest.fixture
def frame(make_frame: Callable[..., Frame]) -> Frame:
    return make_frame()
