"""The switch and the way back, with a systemd and a frame that lie in every way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import UpdateError
from kiosk.update.service import Seen
from kiosk.update.verdict import Expected, Failed, Proved, Watching
from tests.update.frame import NEW, OLD, Behaviour, Machine, good, told


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.fresh(tmp_path)


def settled(machine: Machine, name: str) -> None:
    """This one runs, nothing is open, and the frame was left running."""
    assert machine.releases.current == machine.runs == name
    assert machine.releases.before is None


def test_a_version_that_proves_itself_stays(machine: Machine) -> None:
    assert machine.trial.begin(NEW) is None
    settled(machine, NEW)
    assert machine.log == ["stop", "keep", "start", "drop"]
    assert machine.now == 1000.0 + 20 + 30, "ready, and then half a minute more"
    assert machine.records.refused == {}


READY = told(NEW)
LIES: dict[str, tuple[Behaviour, str]] = {
    "it never becomes active": (lambda age, name: Seen(False, "run"), "not ready within 120 seconds"),
    "nobody answers": (lambda age, name: Seen(True, "run"), "not ready within 120 seconds"),
    "nothing is known of it": (lambda age, name: Seen(), "not ready within 120 seconds"),
    "it answers that it is not ready": (
        lambda age, name: Seen(True, "run", 0, {**READY, "ready": False}),
        "not ready within 120 seconds",
    ),
    "its answer is no answer": (
        lambda age, name: Seen(True, "run", 0, {"ready": "yes"}),
        "it is None that answers",
    ),
    "it says ready, and systemd does not": (
        lambda age, name: Seen(False, "run", 0, READY),
        "not ready within",
    ),
    "the old version answers": (
        lambda age, name: Seen(True, "run", 0, told(OLD)),
        "it is 1.0.0 that answers",
    ),
    "a version from before releases were told answers": (
        lambda age, name: Seen(True, "run", 0, {"ready": True, "version": "1.0.0"}),
        "it is 1.0.0 that answers",
    ),
    "another release of this version answers": (
        lambda age, name: Seen(True, "run", 0, {**READY, "release": "1.1.0-python3.11-cccc"}),
        "that answers",
    ),
    "it is ready too late": (
        lambda age, name: Seen(age > 121, "run", 0, READY if age > 121 else None),
        "not ready within 120 seconds",
    ),
    "systemd has begun it anew": (
        lambda age, name: Seen(age > 9, "run", int(age > 5), READY),
        "begin it anew",
    ),
    "each look finds another start": (lambda age, name: Seen(True, f"{age}", 0, READY), "begin it anew"),
    "it dies after it was ready": (lambda age, name: Seen(age < 20, "run", 0, READY), "did not go on"),
    "it falls silent after it was ready": (
        lambda age, name: Seen(True, "run", 0, READY if age < 10 else None),
        "not ready within 120 seconds",
    ),
    "it crashes after it was ready, unseen but for the count": (
        lambda age, name: Seen(True, "run", int(age > 25), READY),
        "begin it anew",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_version_that_does_not_gives_way_and_is_not_taken_again(machine: Machine, lie: str) -> None:
    machine.behaviours[NEW], reason = LIES[lie]
    why = machine.trial.begin(NEW)
    assert why is not None
    assert reason in why
    settled(machine, OLD)
    assert machine.records.refused == {NEW: why}
    assert machine.log == ["stop", "keep", "start", "stop", "restore", "start", "drop"]


def test_a_version_from_before_releases_were_told_is_known_by_its_number(machine: Machine) -> None:
    machine.behaviours[NEW] = lambda age, name: Seen(True, "run", 0, {"ready": True, "version": "1.1.0"})
    assert machine.trial.begin(NEW) is None


def test_one_missed_answer_is_no_failure(machine: Machine) -> None:
    machine.behaviours[NEW] = lambda age, name: Seen(True, "run", 0, None if 15 < age < 35 else READY)
    assert machine.trial.begin(NEW) is None


@pytest.mark.parametrize("step", ["stop", "keep"])
def test_what_fails_before_the_switch_leaves_everything_as_it_was(machine: Machine, step: str) -> None:
    machine.unwilling = {step}
    with pytest.raises(UpdateError, match=f"{step} fails"):
        machine.trial.begin(NEW)
    settled(machine, OLD)
    assert machine.records.refused == {}


@pytest.mark.parametrize("step", ["stop", "restore", "drop"])
def test_what_fails_on_the_way_back_does_not_keep_the_old_version_from_running(
    machine: Machine, step: str
) -> None:
    machine.behaviours[NEW] = lambda age, name: machine.unwilling.add(step) or Seen()
    assert machine.trial.begin(NEW)
    assert machine.releases.current == OLD
    assert machine.releases.before is None
    assert machine.log[-2:] == ["start", "drop"]


def full(folder: Path) -> None:
    """A card that takes nothing there: not even root writes below a file."""
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.touch()


def test_a_card_that_does_not_take_the_switch_leaves_the_frame_running(machine: Machine) -> None:
    (machine.releases.prefix / "current.new").mkdir()
    with pytest.raises(UpdateError, match="cannot be written to"):
        machine.trial.begin(NEW)
    settled(machine, OLD)


def test_a_card_that_does_not_take_the_verdict_keeps_no_version_that_failed(machine: Machine) -> None:
    full(machine.records.folder)
    machine.behaviours[NEW] = lambda age, name: Seen()
    assert machine.trial.begin(NEW)
    settled(machine, OLD)


def test_where_the_way_back_is_not_taken_the_frame_runs_and_the_next_boot_goes_on(machine: Machine) -> None:
    stuck = machine.releases.prefix / "current.new"
    machine.behaviours[NEW] = lambda age, name: (stuck.mkdir(exist_ok=True), Seen())[1]
    with pytest.raises(UpdateError, match="cannot be written to"):
        machine.trial.begin(NEW)
    assert (machine.runs, machine.releases.before) == (NEW, OLD)
    stuck.rmdir()
    machine.boot()
    assert machine.trial.resume()
    settled(machine, OLD)


def test_an_unwilling_start_is_a_version_that_is_not_ready(machine: Machine) -> None:
    machine.unwilling = {"start"}
    assert machine.trial.begin(NEW) == "it was not ready within 120 seconds"
    assert machine.releases.current == OLD


def test_with_nothing_open_there_is_nothing_to_resume(machine: Machine) -> None:
    assert machine.trial.resume() is None
    assert machine.log == []


def test_one_that_was_refused_before_the_cut_gets_no_second_chance(machine: Machine) -> None:
    machine.releases.open_trial()
    machine.releases.switch(NEW)
    machine.records.refuse(NEW, "it was not ready")
    machine.boot()
    assert machine.trial.resume() == "it was not ready"
    settled(machine, OLD)


@pytest.mark.parametrize("current", [OLD, NEW])
def test_a_frame_that_was_left_standing_still_is_started(machine: Machine, current: str) -> None:
    """The update was killed, and nobody has started the machine anew."""
    machine.releases.open_trial()
    machine.releases.switch(current)
    machine.stop()
    assert machine.trial.resume() is None
    settled(machine, current)


def test_a_release_that_is_gone_is_not_gone_back_to(machine: Machine) -> None:
    machine.releases.open_trial()
    machine.releases.switch(NEW)
    machine.releases.remove(OLD)
    machine.behaviours[NEW] = LIES["nobody answers"][0]
    assert machine.trial.resume() is None
    assert machine.releases.current == NEW
    assert machine.releases.before is None


# --- the rule alone

NAMES = st.sampled_from([NEW, OLD])
LOOKS = st.builds(
    Seen,
    active=st.booleans(),
    run=st.sampled_from(["", "a", "a", "a", "b"]),
    restarts=st.sampled_from([0, 0, 0, 0, 1]),
    answer=st.none() | NAMES.map(told),
)


@given(st.lists(st.tuples(LOOKS, st.floats(0.5, 30.0)), min_size=1, max_size=60))
def test_whatever_is_seen_it_is_decided_in_time_and_only_a_steady_one_proves_itself(
    looks: list[tuple[Seen, float]],
) -> None:
    watching, now, seen_at = Watching(Expected("1.1.0", NEW), 0.0), 0.0, []
    for seen, pause in looks:
        verdict = watching.see(seen, now)
        seen_at.append((now, seen))
        if isinstance(verdict, Proved):
            ready = [at for at, each in seen_at if each.active and each.answer == told(NEW)]
            assert ready[0] <= 150.0, "30 s at the most between two looks"
            assert now - ready[0] >= 30.0
            assert ready[-1] == now
            assert len({each.run for _, each in seen_at if each.run}) <= 1
            assert all(each.restarts == 0 for _, each in seen_at)
        if verdict is not None:
            return
        now += pause
    assert now < 120 + 30 + 120 + 60


def test_one_that_does_as_it_should_is_proved() -> None:
    watching = Watching(Expected("1.1.0", NEW), 0.0)
    verdicts = [watching.see(good(float(now), NEW), float(now)) for now in range(51)]
    assert verdicts == [None] * 50 + [Proved()]
    assert Watching(Expected("1.1.0", NEW), 0.0).see(Seen(restarts=1), 0.0) == Failed(
        "systemd had to begin it anew"
    )
