"""The proof itself wants a machine. That its page tells of each step, and that its own parts are right, does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.config import load
from tests.appliance.common import SLIDESHOW
from tests.appliance.google_outside import Outside, paint
from tests.appliance.machine import PHOTOGRAPH, Machine, UnprovenError
from tests.appliance.night import ALWAYS, lit_seconds
from tests.appliance.steps import STEPS
from tests.appliance.updating import CASES
from tests.docs.pages import ROOT, rows, spans

HERE = Machine(run=("bash", "-c"), put=("cp",))
"""A machine that is at hand: this one."""


def test_each_step_has_a_row_in_the_table_of_what_was_seen_and_the_reverse() -> None:
    table = rows(ROOT / "docs" / "appliance.md", "Proof")
    assert [spans(row[0])[0] for row in table] == list(STEPS)


def test_the_frames_config_is_one_that_it_takes_and_its_pictures_count_as_photographs(tmp_path: Path) -> None:
    paint(tmp_path, 2)
    outside = Outside(tmp_path, port=0)
    with outside.google:
        file = tmp_path / "config.toml"
        file.write_text(f"{outside.config()}\n{SLIDESHOW}\n{ALWAYS}", encoding="utf-8")
    config = load(file, {}).config
    assert config.google.picker_url == outside.google.endpoints["picker_url"]
    assert config.sleep.hours
    for item in outside.google.library.items:
        assert item.source.picture(None).getcolors(PHOTOGRAPH) is None, item.filename


@pytest.mark.parametrize("case", [name for name in CASES if name != "good"])
def test_a_broken_version_passes_without_a_screen(case: str) -> None:
    done = _run(CASES[case], "dummy")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_broken_version_fails_on_a_screen() -> None:
    assert "broken on purpose" in _run(CASES["raises"], "kmsdrm").stderr
    ready = "\nfrom kiosk.system.notify import Notifier\nNotifier({}).ready()\nthreading.Event().wait(50)\n"
    assert _run(CASES["dies"] + ready, "kmsdrm").returncode == 3


def _run(program: str, driver: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-c", program),
        env={**os.environ, "SDL_VIDEODRIVER": driver},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


def test_what_fails_on_the_machine_is_not_proven() -> None:
    assert HERE.ask("echo there") == "there"
    with pytest.raises(UnprovenError, match="7"):
        HERE.ask("exit 7")


def test_the_display_is_judged_by_what_the_camera_says(tmp_path: Path) -> None:
    camera = tmp_path / "camera"
    camera.write_text('#!/bin/sh\necho "$1: 1280x720, 1 colour, ALL BLACK"\n')
    camera.chmod(0o755)
    seen = Machine(run=(), put=(), shot=(str(camera),), pictures=tmp_path).look("night")
    assert (seen.colours, seen.black) == (1, True)


@pytest.mark.parametrize(
    ("log", "seconds"),
    [("10.0 0\n", 0.0), ("10.0 0\n12.5 1\n15.0 0\n20.0 1\n21.0 0\n", 3.5), ("1.0 \n2.0 01\n4.0 00\n", 2.0)],
)
def test_the_seconds_of_light_in_the_watchers_log_are_added_up(log: str, seconds: float) -> None:
    assert lit_seconds(log) == seconds
