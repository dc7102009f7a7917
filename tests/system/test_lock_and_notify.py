"""One kiosk for each state directory, and how systemd hears of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.errors import AlreadyRunning, Unwritable
from kiosk.system import InstanceLock, Notifier


def test_the_second_kiosk_is_told_the_pid_of_the_first(tmp_path: Path) -> None:
    with InstanceLock(tmp_path), pytest.raises(AlreadyRunning, match=rf"pid {os.getpid()}\)"):
        InstanceLock(tmp_path).acquire()


def test_a_lock_that_was_let_go_of_can_be_taken_again(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path)
    lock.acquire()
    lock.release()
    lock.release()
    with InstanceLock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_a_kiosk_that_was_killed_leaves_no_lock_behind(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom kiosk.system import InstanceLock\n"
        "InstanceLock(Path(sys.argv[1])).acquire()\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=30, check=False)
    assert (tmp_path / "lock").read_text()
    with InstanceLock(tmp_path):
        pass


def test_locks_of_two_state_directories_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with InstanceLock(tmp_path / "a"), InstanceLock(tmp_path / "b"):
        pass


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="cannot be opened"):
        InstanceLock(tmp_path / "missing").acquire()


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unwritable, match="cannot be opened"):
        InstanceLock(tmp_path).acquire()


# sd_notify -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The other end, and the NOTIFY_SOCKET that leads to it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@kiosk-test-{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0" + name[1:] if name.startswith("@") else name)
        receiver.settimeout(5)
        yield name, receiver


def test_systemd_hears_each_word(systemd: tuple[str, socket.socket]) -> None:
    name, receiver = systemd
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready()
    notifier.status("12 of 40\npictures")
    notifier.watchdog()
    notifier.stopping()
    assert [receiver.recv(100) for _ in range(4)] == [
        b"READY=1",
        b"STATUS=12 of 40 pictures",
        b"WATCHDOG=1",
        b"STOPPING=1",
    ]


@pytest.mark.parametrize("env", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}])
def test_without_a_socket_nothing_is_sent(env: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        Notifier(env).ready()
    assert not caplog.records


def test_a_systemd_that_is_gone_does_not_stop_the_frame(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).status("secret words")
    assert "was not told STATUS" in caplog.text


def test_a_systemd_that_does_not_read_does_not_hold_the_frame_up(systemd: tuple[str, socket.socket]) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": systemd[0]})
    for _ in range(2000):  # far more than the socket holds
        notifier.watchdog()
    assert systemd[1].recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    ("env", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdogs_patience_is_known(env: dict[str, str], seconds: float | None) -> None:
    assert Notifier(env).watchdog_seconds == seconds
