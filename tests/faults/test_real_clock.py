"""The real kiosk under a wall clock that lies: libfaketime before it, TLS between it and Google.

The monotonic clock is left alone, as a wrong date leaves it alone.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, DemoSettings, plain_library
from tests.app.frame import Frame, Status
from tests.faults import tls

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
BEGINNING = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
STORED = 3
PICKED = 6

pytestmark = [
    pytest.mark.skipif(not LIBRARIES, reason="no libfaketime: apt install faketime"),
    pytest.mark.timeout(180),
]


class WallClock:
    """What one process is told of the time of day, from its start on and whenever it is set again."""

    def __init__(self, file: Path, ca: Path) -> None:
        self._file = file
        self.env = {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "REQUESTS_CA_BUNDLE": str(ca),
        }

    def set(self, to: datetime) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{round((to - datetime.now(UTC)).total_seconds()):+d}\n")
        new.replace(self._file)  # it is read at every look at the clock: never half a line


class Stage:
    def __init__(self, folder: Path, stack: ExitStack) -> None:
        settings = DemoSettings(device_interval=1.0, poll_interval="1s")
        self.google = stack.enter_context(DemoGoogle(plain_library(12), settings))
        ca = tls.certificate(folder)
        port = int(self.google.url.rpartition(":")[2])
        self.front = tls.Front(ca, port)
        stack.callback(self.front.stop)
        self.clock = WallClock(folder / "now", ca)
        addresses = {
            f"google__{name}": f'"{url.replace(self.google.url, self.front.url)}"'
            for name, url in self.google.endpoints.items()
        }
        self.frame = Frame(folder / "frame", self.google, **addresses)
        stack.callback(self.frame.close)

    def start(self, at: datetime) -> None:
        self.clock.set(at)
        self.frame.start(self.clock.env)

    def new_slides(self, count: int) -> Status:
        """The show goes on: so many slides come."""
        status = self.frame.until(lambda status: status["slide"])
        for _ in range(count):
            last = status["slide"]
            status = self.frame.until(lambda status, last=last: status["slide"] not in (None, last))
        return status


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(tmp_path, stack)


def blames_the_clock(year: int) -> Callable[[Status], bool]:
    """The last error tells of it, and came when the clock said this year."""
    return lambda status: (
        "check the clock" in (status["last_error"] or "") and status["last_error_at"].startswith(f"{year}-")
    )


def test_a_frame_that_starts_in_1970_trusts_nobody_until_its_clock_is_set(stage: Stage) -> None:
    stage.start(BEGINNING)
    stage.frame.until(blames_the_clock(1970))
    assert not stage.google.requests, "no secret goes to a server whose certificate is not valid yet"
    stage.clock.set(datetime.now(UTC))
    stage.frame.until(lambda status: status["user_code"])
    assert stage.frame.stop() == 0
    assert stage.frame.log.read_text().count("WARNING") == 1


@pytest.mark.slow
def test_a_clock_that_jumps_and_a_restart_in_1970_lose_neither_person_nor_pick(stage: Stage) -> None:
    frame, clock = stage.frame, stage.clock
    stage.start(BEGINNING)
    frame.until(blames_the_clock(1970))
    assert not stage.google.requests, "no secret goes to a server whose certificate is not valid yet"
    clock.set(datetime.now(UTC))
    frame.show(STORED)

    last_year = datetime.now(UTC) - timedelta(days=365)
    clock.set(last_year)  # the certificate is of the future again, for whoever has to look at it again
    stage.front.hang_up()
    frame.ask(ControlVerb.PICK)
    frame.until(blames_the_clock(last_year.year))
    assert stage.new_slides(2)["signed_in"]
    clock.set(datetime.now(UTC))
    frame.until(lambda status: status["picker_uri"])
    assert frame.stop() == 0

    stage.start(BEGINNING)
    assert stage.new_slides(2)["signed_in"]
    clock.set(datetime.now(UTC))
    frame.until(lambda status: status["picker_uri"])
    assert len(stage.google.sessions) == 1, "the pick of before goes on"
    stage.google.person.pick(stage.google.sessions[0], PICKED)
    frame.until(lambda status: status["stored"] == PICKED and not stage.google.sessions)
    assert stage.new_slides(1)["failed"] == 0
    assert frame.stop(signal.SIGTERM) == 0
    log = frame.log.read_text()
    assert "Traceback" not in log
    assert log.count("WARNING") == log.count("check the clock") == 3, "each time it is told once"
