"""`kiosk sign-out` tells the truth: it began, how it goes, how it ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.cli.account import disconnect
from kiosk.cli.ways import Through
from kiosk.control import ControlRequest, ControlServer, ControlVerb
from kiosk.demo import DemoGoogle, faults, routes
from kiosk.errors import KioskError
from tests.app.frame import PATIENCE, Frame, Status

both = pytest.mark.parametrize("running", [True, False], ids=["through", "alone"])


def in_the_way(frame: Frame) -> Path:
    """A folder that a wipe meets where it expects files."""
    path = frame.home / "state" / "credentials.kept"
    path.mkdir()
    return path


@both
def test_an_access_that_google_does_not_withdraw_is_said_with_69(
    frame: Frame, google: DemoGoogle, running: bool
) -> None:
    frame.start()
    frame.show(1)
    if not running:
        frame.stop()
    google.faults.add(faults.server_error(), on=routes.REVOKE)
    done = frame.run("sign-out", "--yes")
    assert done.returncode == 69
    assert "503" in done.stderr
    assert "myaccount.google.com/permissions" in done.stderr
    assert not (frame.home / "state" / "credentials.json").exists()


def test_an_error_from_before_is_not_counted(frame: Frame, google: DemoGoogle) -> None:
    google.faults.add(faults.server_error(), on=routes.DEVICE_CODE, times=1)
    frame.start()
    frame.show(1)
    assert frame.until(lambda _: True)["last_error"]
    done = frame.run("sign-out", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Disconnected and erased" in done.stdout


def test_a_wipe_that_fails_ends_with_74_while_no_kiosk_runs(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.show(1)
    frame.stop()
    in_the_way(frame)
    done = frame.run("sign-out", "--yes")
    assert done.returncode == 74
    assert "not everything on this device was erased" in done.stderr
    assert "erased." not in done.stdout
    assert not google.refresh_tokens


@pytest.mark.slow
def test_a_wipe_that_fails_is_told_while_the_running_kiosk_tries_again_and_is_no_fault_of_googles(
    frame: Frame,
) -> None:
    frame.start()
    frame.show(1)
    obstacle = in_the_way(frame)
    with subprocess.Popen(
        [sys.executable, "-m", "kiosk", "sign-out", "--yes", "--config", str(frame.config)],
        env=frame.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stderr is not None
        assert "credentials.kept" in child.stderr.readline()
        obstacle.rmdir()
        assert child.wait(PATIENCE) == 0
        assert "withdraw" not in child.stderr.read()
    assert not (frame.home / "state" / "credentials.json").exists()


STATUS: Status = {
    "title": None,
    "ready": True,
    "signed_in": True,
    "items": 2,
    "stored": 2,
    "hidden": 0,
    "open_picking_sessions": 0,
    "disconnects": 1,
    "disconnect_error": "a disconnect of yesterday",
    "last_error": "a fault of yesterday",
    "last_error_at": "2026-01-01T00:00:00+00:00",
}


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[Callable[[Status], Through]]:
    """A kiosk that takes the verb and from then on tells one and the same."""
    servers: list[ControlServer] = []

    def serve(afterwards: Status) -> Through:
        told = [STATUS]

        def answer(request: ControlRequest) -> None:
            if request.verb is ControlVerb.SIGN_OUT:
                told.append(STATUS | afterwards)
            request.answer(**told[-1])

        server = ControlServer(tmp_path, answer)
        server.start()
        servers.append(server)
        return Through(server.path)

    yield serve
    for server in servers:
        server.stop()


def test_a_disconnect_that_does_not_begin_is_said(scripted: Callable[[Status], Through]) -> None:
    with pytest.raises(KioskError, match="did not begin"):
        disconnect(scripted({}))


def test_a_disconnect_without_an_end_is_given_up_with_what_is_known(
    scripted: Callable[[Status], Through],
) -> None:
    stuck = {
        "title": "Disconnecting",
        "last_error": "read-only",
        "last_error_at": "2026-01-02T00:00:00+00:00",
    }
    with pytest.raises(KioskError, match="still disconnecting: read-only"):
        disconnect(scripted(stuck), seconds=0)


def test_a_fault_of_yesterday_is_not_given_as_the_reason(scripted: Callable[[Status], Through]) -> None:
    with pytest.raises(KioskError, match=r"still disconnecting$"):
        disconnect(scripted({"title": "Disconnecting"}), seconds=0)


def test_a_frame_that_had_next_to_nothing_is_erased_before_one_looks(
    scripted: Callable[[Status], Through],
) -> None:
    erased = {"title": "Show your photos here", "disconnects": 2, "disconnect_error": None}
    assert disconnect(scripted(erased)) is None


def test_a_frame_that_was_empty_before_and_does_nothing_is_not_called_erased(
    scripted: Callable[[Status], Through],
) -> None:
    empty = {"signed_in": False, "items": 0, "stored": 0}
    with pytest.raises(KioskError, match="did not begin"):
        disconnect(scripted(empty))


def test_what_google_did_not_do_is_told_whatever_the_card_said_after_it(
    scripted: Callable[[Status], Through],
) -> None:
    erased = {"disconnects": 2, "disconnect_error": "503", "last_error": "read-only"}
    assert disconnect(scripted(erased)) == "503"
