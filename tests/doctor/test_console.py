"""The doctor on a console: which display, and what the kernel sends to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.core.model import Size
from kiosk.core.outputs import Output
from kiosk.doctor.check import Check, Verdict
from kiosk.doctor.console import console, state_of_the_kiosk
from kiosk.system.scanout import Scanout

TV = Output("HDMI-A-1", 1, connected=True, monitor="TV", modes=(Size(3840, 2160), Size(1920, 1080)))
FREE = Output("HDMI-A-2", 1)


def looked(
    *found: Output,
    wanted: str = "",
    state: str | None = "showing",
    slow: bool = False,
    sent: tuple[Scanout, ...] | None = (Scanout(1920, 1080, varied=True),),
) -> list[Check]:
    def read(card: Path) -> tuple[Scanout, ...]:
        assert card == Path("/nowhere/card1")
        if sent is None:
            raise PermissionError(13, "Permission denied")
        return sent

    return console(
        wanted, {}, state=state, found=found, slow=lambda: slow, devices=Path("/nowhere"), read=read
    )


def test_the_display_its_mode_and_every_connector_are_told() -> None:
    output, picture = looked(TV, FREE, slow=True)
    assert output.says == (
        "the frame is for HDMI-A-1 (TV, 3840x2160), switched to 1920x1080 for this GPU; "
        "connectors: HDMI-A-1 (TV, 3840x2160), HDMI-A-2 (nothing)"
    )
    assert picture.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("wanted", "says"), [("", "no display is connected: "), ("HDMI-A-2", "at HDMI-A-2: ")]
)
def test_without_its_display_the_frame_waits(wanted: str, says: str) -> None:
    (output,) = looked(FREE, *([TV] if wanted else []), wanted=wanted)
    assert output.verdict is Verdict.WARN
    assert says in output.says


def test_a_display_that_is_named_wrongly_is_told_with_the_right_names() -> None:
    output, _ = looked(TV, FREE, wanted="HDMI-1")
    assert output.verdict is Verdict.WARN
    assert "HDMI-A-2" in output.cure


@pytest.mark.parametrize(
    ("sent", "state", "verdict", "says"),
    [
        ((Scanout(1920, 1080, varied=False),), "showing", Verdict.FAIL, "the panel is black"),
        ((Scanout(1920, 1080, varied=False),), "asleep", Verdict.OK, "sleeps"),
        ((Scanout(1920, 1080, varied=None),), "showing", Verdict.OK, "1920x1080; "),
        (
            (Scanout(800, 480, varied=False), Scanout(1920, 1080, varied=True)),
            "showing",
            Verdict.OK,
            "800x480, ",
        ),
        ((), "showing", Verdict.WARN, "sends nothing"),
        ((), "asleep", Verdict.OK, "sleeps"),
        (None, "showing", Verdict.WARN, "Permission denied"),
    ],
)
def test_a_black_panel_is_found_and_what_cannot_be_seen_is_said(
    sent: tuple[Scanout, ...] | None, state: str, verdict: Verdict, says: str
) -> None:
    picture = looked(TV, state=state, sent=sent)[1]
    assert (picture.verdict, says in picture.says) == (verdict, True), picture


def test_where_no_kiosk_runs_there_is_no_picture_to_look_at() -> None:
    assert [check.name for check in looked(TV, state=None)] == ["output"]


@pytest.mark.parametrize("env", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}])
def test_a_desktop_sees_to_all_of_this(env: dict[str, str]) -> None:
    assert console("", env, state=None, found=(TV,)) == []
    assert console("", {}, state=None, found=()) == []


def test_nobody_answers_where_no_kiosk_runs(tmp_path: Path) -> None:
    assert state_of_the_kiosk({**os.environ, "RUNTIME_DIRECTORY": str(tmp_path)}) is None
