"""The power goes at every point of the switch and of the way back: a real kill -9, and then the next boot."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.update.service import Seen
from tests.conftest import RUN_ALL
from tests.update.frame import NEW, OLD, Machine

ROOT = Path(__file__).parents[2]
WORKS = ["opened", "stopped", "kept", "switched", "started", "dropped", "closed"]
BREAKS = [
    *("opened", "stopped", "kept", "switched", "started"),
    *("refused", "stopped again", "restored", "switched back", "started", "dropped", "closed"),
]
POINTS = [(breaks, at) for breaks, points in ((False, WORKS), (True, BREAKS)) for at in range(len(points))]
CUT = """
import os, signal, sys
from pathlib import Path
from kiosk.update.service import Seen
from tests.update.frame import NEW, Machine
machine = Machine(Path(sys.argv[1]))
machine.start()
if sys.argv[2] == "True":
    machine.behaviours[NEW] = lambda age, name: Seen()
class Points(list):
    def append(self, point):
        super().append(point)
        if len(self) > int(sys.argv[3]):
            print(point, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
machine.passed = Points()
machine.trial.begin(NEW)
"""


def silent(_age: float, _name: str) -> Seen:
    return Seen()


def test_every_point_is_in_the_list(tmp_path: Path) -> None:
    machine = Machine.fresh(tmp_path)
    machine.trial.begin(NEW)
    assert machine.passed == WORKS
    machine = Machine.fresh(tmp_path / "again")
    machine.behaviours[NEW] = silent
    machine.trial.begin(NEW)
    assert machine.passed == BREAKS


@pytest.mark.parametrize(("breaks", "at"), POINTS if RUN_ALL else random.Random(5).sample(POINTS, 2), ids=str)
def test_after_a_power_cut_the_next_boot_ends_with_a_release_that_is_whole_and_judged(
    tmp_path: Path, breaks: bool, at: int
) -> None:
    Machine.fresh(tmp_path)
    cut = subprocess.run(
        (sys.executable, "-c", CUT, tmp_path, str(breaks), str(at)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=False,
    )
    assert cut.returncode == -signal.SIGKILL
    point = cut.stdout.decode().strip()
    machine = Machine(tmp_path, {NEW: silent} if breaks else {})
    switched = machine.releases.current == NEW
    assert machine.releases.is_whole(machine.releases.current)
    machine.boot()
    why = machine.trial.resume()
    assert machine.releases.before is None
    assert machine.runs == machine.releases.current
    assert machine.releases.current == (NEW if switched and not breaks else OLD), point
    if breaks and switched:
        assert why
    # Only what was tried is refused, and never one that works.
    assert set(machine.records.refused) == (
        {NEW} if breaks and at >= WORKS.index("started") - 1 else set()
    ), point


@pytest.mark.parametrize("breaks", [False, True])
def test_however_often_the_power_goes_it_ends_well(tmp_path: Path, breaks: bool) -> None:
    """In one process: a cut is an exception that nothing catches."""

    class Cut(BaseException):
        pass

    chance = random.Random(7)
    for trial in range(40):
        machine = Machine.fresh(tmp_path / str(trial))
        if breaks:
            machine.behaviours[NEW] = silent

        class Points(list[str]):
            left = chance.randrange(12)

            def append(self, point: str) -> None:
                self.left -= 1
                if self.left < 0:
                    self.left = chance.randrange(8)
                    raise Cut

        machine.passed = Points()
        try:
            machine.trial.begin(NEW)
        except Cut:
            for _ in range(100):
                machine.boot()
                try:
                    machine.trial.resume()
                    break
                except Cut:
                    continue
            else:
                pytest.fail("it never comes to an end")
        assert machine.releases.before is None
        assert machine.runs == machine.releases.current
        assert machine.releases.current in ({OLD} if breaks else {OLD, NEW})
