"""A whole update: a signed release, real pip, a systemd that is made up."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import define

from kiosk.errors import UpdateError
from kiosk.update import making
from kiosk.update.manifest import LOCK, Manifest, parse
from kiosk.update.releases import Releases
from kiosk.update.service import Seen
from kiosk.update.updating import Rehearsal, Updating
from tests.update.frame import OLD, Machine
from tests.update.releases import key, python_with_pip, release


@define
class Frame:
    """A machine with one release, and a source to update from."""

    machine: Machine
    updating: Updating
    source: Path
    maker: Path
    told: list[str]

    def offer(self, **words: object) -> str:
        """A release in the source; its name."""
        folder = self.source / f"r{len(list(self.source.iterdir()))}"
        made = release(folder, self.maker, **words)  # type: ignore[arg-type]
        return parse((made / "manifest.json").read_bytes()).name

    def update(self, **words: bool) -> str:
        return self.updating.update(str(self.source), **words)

    @property
    def runs(self) -> str:
        assert self.machine.releases.before is None
        assert self.machine.runs == self.machine.releases.current
        return self.machine.runs

    @property
    def there(self) -> list[str]:
        return sorted(path.name for path in (self.machine.releases.prefix / "releases").iterdir())


def build_frame(
    folder: Path,
    python: str,
    preflight: Callable[[Path], str] = lambda _folder: "",
    rehearse: Callable[[Path], None] = lambda _folder: None,
) -> Frame:
    machine = Machine.fresh(folder)
    shutil.rmtree(machine.releases.folder("1.1.0-python3.11-00000000bbbb"))
    told: list[str] = []
    maker = key(folder)
    (folder / "source").mkdir()
    updating = Updating(
        releases=machine.releases,
        records=machine.records,
        trial=machine.trial,
        rehearsal=Rehearsal(preflight=preflight, rehearse=rehearse),
        keys=folder / "keys",
        python=python,
    )
    return Frame(machine, updating, folder / "source", maker, told)


NO_VENV = """#!/bin/sh
case "$2" in
    venv) mkdir -p "$3/bin" && printf '#!/bin/sh\\nexit 0\\n' >"$3/bin/python" && chmod +x "$3/bin/python" ;;
    *) exec /usr/bin/env python3 "$@" ;;
esac
"""
"""In place of Python where pip is not what a test is about."""


@pytest.fixture
def frame(tmp_path: Path) -> Frame:
    import sys

    python = tmp_path / "python3"
    python.write_text(NO_VENV.replace("/usr/bin/env python3", sys.executable))
    python.chmod(0o755)
    return build_frame(tmp_path, str(python))


def test_a_release_is_installed_by_pip_without_a_network_and_taken_when_it_proves_itself(
    tmp_path: Path,
) -> None:
    rehearsed: list[Path] = []

    def rehearse(folder: Path) -> None:
        assert not (folder / "complete").exists(), "it is not whole before it has been rehearsed"
        rehearsed.append(folder)

    frame = build_frame(tmp_path, python_with_pip(tmp_path), rehearse=rehearse)
    program = "import needed\n\ndef main():\n    print('tiny', needed.GOOD)\n    return 0\n"
    name = frame.offer(program=program)
    before = os.umask(0o077)
    try:
        assert frame.update() == f"{name} runs; {OLD} is kept to go back to"
    finally:
        os.umask(before)
    assert frame.runs == name
    folder = frame.machine.releases.folder(name)
    assert rehearsed == [folder]
    done = subprocess.run((folder / "bin" / "kiosk",), capture_output=True, text=True, check=True)
    assert done.stdout == "tiny True\n"
    shut = [path for path in folder.glob("*/**/*") if path.stat().st_mode & 0o004 == 0]
    assert shut == [], "the frame's own user reads what root has made, whatever root's umask"
    assert parse((folder / "manifest.json").read_bytes()).name == name
    assert frame.there == [OLD, name]
    assert not (frame.machine.releases.prefix / "incoming").exists()
    assert frame.update() == f"{name} runs; the source has nothing newer"


@pytest.mark.slow
def test_what_pip_does_not_find_by_its_hash_is_not_installed(tmp_path: Path) -> None:
    frame = build_frame(tmp_path, python_with_pip(tmp_path))
    made = release(frame.source / "r", frame.maker)
    (made / LOCK).write_text(f"needed==3.1 --hash=sha256:{'0' * 64}\n")
    from tests.update.releases import signed

    signed(made, frame.maker)
    with pytest.raises(UpdateError, match="cannot be installed"):
        frame.update()
    assert frame.runs == OLD
    assert frame.there == [OLD]


def test_a_version_that_fails_is_not_tried_again_until_somebody_says_so(frame: Frame) -> None:
    name = frame.offer()
    frame.machine.behaviours[name] = lambda age, name: Seen()
    with pytest.raises(UpdateError, match=f"{name} is not taken: it was not ready within 120 seconds"):
        frame.update()
    assert (frame.runs, frame.there) == (OLD, [OLD])
    assert "is not tried again: it was not ready" in frame.update()
    del frame.machine.behaviours[name]
    assert frame.update(again=True).startswith(f"{name} runs")
    assert frame.runs == name
    assert frame.machine.records.refused == {}


def test_a_newer_version_is_tried_after_one_that_failed(frame: Frame) -> None:
    bad = frame.offer(number=200)
    frame.machine.behaviours[bad] = lambda age, name: Seen()
    with pytest.raises(UpdateError):
        frame.update()
    good = frame.offer(number=300, version="1.1.1")
    assert frame.update().startswith(f"{good} runs")


def test_an_older_release_is_not_taken_however_well_it_is_signed(frame: Frame) -> None:
    newer = frame.offer(number=300, version="1.2.0")
    frame.update()
    shutil.rmtree(frame.source / "r0")
    older = frame.offer(number=200, version="1.3.0")
    assert frame.update() == f"{older} is older than what this frame has had; it is not taken"
    assert frame.update(again=True) == f"{older} is older than what this frame has had; it is not taken"
    shutil.rmtree(frame.source / "r0")
    older = frame.offer(number=400, version="1.1.9")
    assert frame.update() == f"{older} is older than {newer}, which runs; it is not taken"
    assert frame.runs == newer


def test_without_a_release_for_this_machine_it_says_so(frame: Frame) -> None:
    frame.offer(machine="riscv64")
    with pytest.raises(UpdateError, match="no release for this frame"):
        frame.update()
    assert frame.there == [OLD]


def test_a_release_that_finds_a_fault_in_the_frame_is_tried_again_the_next_day(
    tmp_path: Path, frame: Frame
) -> None:
    def broken(_folder: Path) -> str:
        raise UpdateError("fail configuration")

    other = build_frame(tmp_path / "other", frame.updating.python, preflight=broken)
    other.offer()
    for _ in range(2):
        with pytest.raises(
            UpdateError, match="finds a fault in this frame, which goes on as it is: fail config"
        ):
            other.update()
    assert (other.runs, other.there, other.machine.log) == (OLD, [OLD], [])


def test_a_release_that_does_not_run_without_a_screen_is_never_switched_to(
    tmp_path: Path, frame: Frame
) -> None:
    def broken(_folder: Path) -> None:
        raise UpdateError("it ends with 1")

    other = build_frame(tmp_path / "other", frame.updating.python, rehearse=broken)
    other.offer()
    with pytest.raises(UpdateError, match="did not run without a screen: it ends with 1"):
        other.update()
    assert (other.runs, other.there, other.machine.log) == (OLD, [OLD], [])
    assert "not tried again" in other.update()


def test_a_rollback_goes_to_the_release_before_and_the_one_left_is_not_taken_again(frame: Frame) -> None:
    name = frame.offer()
    frame.update()
    assert frame.updating.rollback() == (
        f"{OLD} runs; {name} is not taken again but with kiosk update --again"
    )
    assert frame.runs == OLD
    assert "is not tried again: somebody went back from it" in frame.update()
    with pytest.raises(UpdateError, match="no earlier release on this machine"):
        frame.updating.rollback()
    assert frame.update(again=True).startswith(f"{name} runs")


def test_a_rollback_to_what_does_not_run_any_more_comes_back(frame: Frame) -> None:
    name = frame.offer()
    frame.update()
    frame.machine.behaviours[OLD] = lambda age, name: Seen()
    with pytest.raises(UpdateError, match=f"{OLD} is not taken: it was not ready"):
        frame.updating.rollback()
    assert frame.runs == name
    assert set(frame.machine.records.refused) == {OLD}, "the one that runs after all is no bad one"


def test_a_trial_that_was_broken_off_is_finished_before_anything_else(frame: Frame) -> None:
    name = frame.offer()
    frame.update()
    releases = frame.machine.releases
    releases.switch(OLD)
    releases.open_trial()
    releases.switch(name)
    frame.machine.boot()
    assert frame.updating.resume() == f"{name} runs"
    assert frame.runs == name


def test_a_card_that_is_full_leaves_no_release_that_nobody_tried(frame: Frame) -> None:
    name = frame.offer()
    frame.machine.records.folder.touch()
    with pytest.raises(UpdateError, match="records cannot be written to"):
        frame.update()
    assert (frame.runs, frame.there) == (OLD, [OLD])
    frame.machine.records.folder.unlink()
    assert frame.update().startswith(f"{name} runs")


def test_a_release_that_cannot_be_left_is_not_removed(frame: Frame) -> None:
    name = frame.offer()
    stuck = frame.machine.releases.prefix / "current.new"
    frame.machine.behaviours[name] = lambda age, name: (stuck.mkdir(exist_ok=True), Seen())[1]
    with pytest.raises(UpdateError, match="cannot be written to"):
        frame.update()
    assert frame.machine.releases.is_whole(frame.machine.releases.current)
    assert frame.machine.releases.current == name


def test_a_cut_while_a_refused_one_is_made_anew_leaves_none_that_seems_whole(
    frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(BaseException):
        pass

    name = frame.offer()
    folder = frame.machine.releases.folder(name)
    folder.mkdir(parents=True)
    (folder / "complete").touch()

    def cut(path: Path, **_: bool) -> None:
        if path == folder:
            raise Cut

    monkeypatch.setattr("shutil.rmtree", cut)
    with pytest.raises(Cut):
        frame.update()
    assert not frame.machine.releases.is_whole(name)


def test_no_two_work_at_once(frame: Frame) -> None:
    frame.offer()
    with frame.machine.releases.lock():
        for work in (frame.update, frame.updating.rollback, frame.updating.resume):
            with pytest.raises(UpdateError, match=r"another update, rollback or install\.sh is at work"):
                work()


def test_where_nothing_is_installed_it_says_so(tmp_path: Path) -> None:
    with (
        pytest.raises(UpdateError, match="no frame is installed here"),
        Releases(tmp_path / "none").lock(),
    ):
        pass
    with pytest.raises(UpdateError, match="leads to none"):
        _ = Releases(tmp_path).current


def test_a_card_without_room_is_told_before_anything_is_fetched(frame: Frame) -> None:
    status = os.statvfs(frame.machine.releases.prefix)
    much = status.f_bavail * status.f_frsize

    class Huge(Manifest):
        @property
        def total(self) -> int:
            return much

    huge = Huge(version="1", number=1, python="3.11", machine="x", files={}, digest="0" * 64)
    with pytest.raises(UpdateError, match=r"\d+ MB are free at .*, and \d+ MB are needed"):
        making.check_room(frame.machine.releases, huge)


def test_records_that_are_damaged_count_as_none(frame: Frame) -> None:
    records = frame.machine.records
    records.refuse("a", "b")
    rng = random.Random(3)
    for content in (b"", b"[]", b"{", rng.randbytes(50), b'{"a": 7, "number": 1.5, "digest": 1}'):
        for name in ("refused.json", "newest.json"):
            (records.folder / name).write_bytes(content)
        assert (records.refused, records.newest) == ({}, (0, ""))


def test_the_steps_are_those_of_the_installer() -> None:
    """One definition of what a release is: the two may not drift apart."""
    text = (Path(__file__).parents[2] / "systemd" / "install.sh").read_text(encoding="utf-8")
    folder, wheels = Path("/opt/kiosk/releases/NAME"), Path("/wheels")
    (venv, locked, own) = making.commands(folder, wheels, "kiosk-1-py3-none-any.whl")
    assert venv == ("/usr/bin/python3", "-m", "venv", str(folder))
    assert "PREFIX=/opt/kiosk\n" in text
    assert "PYTHON=/usr/bin/python3\n" in text
    assert '"$PYTHON" -m venv "$release"' in text
    options = (
        "-m",
        "pip",
        "install",
        "-qq",
        "--no-cache-dir",
        "--disable-pip-version-check",
        "--root-user-action",
        "ignore",
    )
    assert locked[1:9] == own[1:9] == options
    assert f'pip=("$release/bin/python" {" ".join(options)})' in text
    assert locked[9:] == (
        "--no-index",
        "--find-links",
        "/wheels",
        "--require-hashes",
        "-r",
        "/wheels/requirements.lock",
    )
    assert 'pip+=(--no-index --find-links "$WHEELHOUSE")' in text
    assert '"${pip[@]}" --require-hashes -r "$SOURCE/requirements.lock"' in text
    assert own[12:] == ("--no-deps", "/wheels/kiosk-1-py3-none-any.whl")
    assert 'touch "$release/complete"' in text
