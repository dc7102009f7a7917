from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.demo import DemoGoogle, DemoSettings, plain_library
from tests.app.frame import Frame
from tests.app.systemd import ENDS


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


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Frame]:
    """A frame whose client is of the Desktop type."""
    settings = DemoSettings(device_interval=1.0, poll_interval="1s", client_type="desktop")
    with DemoGoogle(plain_library(10), settings) as google:
        frame = Frame(tmp_path / "desktop", google)
        yield frame
        frame.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How long a stop takes: a figure for the README, on which nothing is asserted."""
    took = {
        report.nodeid.partition("[")[2].rstrip("]"): value
        for report in terminalreporter.stats.get("passed", ())
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == ENDS and isinstance(value, float)
    }
    if took:
        slowest = max(took, key=lambda scene: took[scene])
        terminalreporter.write_line(
            f"SIGTERM: {len(took)} scenes ended, the slowest ({slowest}) in {took[slowest]:.2f} s"
        )
