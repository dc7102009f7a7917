"""What systemctl says, and what it says when it lies, hangs or is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.errors import UpdateError
from kiosk.update.service import Seen, Systemd


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "systemctl"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


def script(program: Path, text: str) -> None:
    program.write_text(f'#!/bin/sh\necho "$*" >>{program}.log\n{text}\n')
    program.chmod(0o755)


def answer() -> dict[str, object]:
    return {"ready": True}


def test_it_is_stopped_and_started_without_waiting_for_the_start(systemctl: Path) -> None:
    script(systemctl, "")
    service = Systemd(answer)
    service.stop()
    service.start()
    asked = systemctl.with_suffix(".log").read_text().splitlines()
    assert asked == ["stop kiosk.service", "--no-block start kiosk.service"]


def test_a_look_reads_what_systemd_shows_and_asks_the_frame_itself(systemctl: Path) -> None:
    script(systemctl, "echo ActiveState=active; echo InvocationID=abc; echo NRestarts=2")
    assert Systemd(answer).look() == Seen(True, "abc", 2, {"ready": True})


@pytest.mark.parametrize("state", ["inactive", "deactivating"])
def test_the_run_before_is_not_taken_for_the_one_that_has_not_begun_yet(systemctl: Path, state: str) -> None:
    script(systemctl, f"echo ActiveState={state}; echo InvocationID=before; echo NRestarts=0")
    assert Systemd(answer).look() == Seen()


@pytest.mark.parametrize(
    "text",
    [
        "exit 1",
        "echo nonsense",
        "echo ActiveState=activating",
        "echo NRestarts=many; echo InvocationID=",
        "kill -9 $$",
    ],
)
def test_whatever_is_shown_a_frame_that_is_not_active_is_not_asked(systemctl: Path, text: str) -> None:
    def asked() -> dict[str, object]:
        raise AssertionError("it is not there to be asked")

    script(systemctl, text)
    assert Systemd(asked).look() == Seen()


def test_a_systemd_that_does_not_stop_it_is_an_error_and_none_at_all_is_seen_as_nothing(
    systemctl: Path,
) -> None:
    script(systemctl, "echo Access denied; exit 4")
    with pytest.raises(UpdateError, match=r"systemctl fails \(4\): Access denied"):
        Systemd(answer).stop()
    systemctl.write_text("no program")
    systemctl.chmod(0o644)
    if not any(Path(folder, "systemctl").exists() for folder in ("/usr/bin", "/bin")):
        assert Systemd(answer).look() == Seen()
