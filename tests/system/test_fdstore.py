"""What systemd keeps for the frame while it begins anew."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from kiosk.system.fdstore import given_back, keep_cards
from kiosk.system.notify import Notifier


def env(pid: int, names: str) -> dict[str, str]:
    return {"LISTEN_PID": str(pid), "LISTEN_FDS": str(names.count(":") + 1), "LISTEN_FDNAMES": names}


def test_each_card_is_given_to_systemd_and_nothing_else_of_the_folder(tmp_path: Path) -> None:
    for name in ("card0", "card1", "renderD128"):
        (tmp_path / name).write_text(name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(20)
        address = f"kiosk-{uuid.uuid4()}"
        manager.bind(f"\0{address}")
        keep_cards(Notifier({"NOTIFY_SOCKET": f"@{address}"}), tmp_path)
        kept = []
        for _ in range(2):
            words, (fd,), _, _ = socket.recv_fds(manager, 100, 4)
            assert words == b"FDSTORE=1\nFDNAME=card"
            kept.append(os.read(fd, 100))
            os.close(fd)
        assert kept == [b"card0", b"card1"]


def test_no_manager_and_no_card_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "card0").touch()
    keep_cards(Notifier({}), tmp_path)
    keep_cards(Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}), tmp_path / "nothing")


@pytest.mark.parametrize(
    "told", [{}, env(os.getpid() + 1, "card"), {**env(os.getpid(), "card"), "LISTEN_FDS": "x"}]
)
def test_what_was_kept_for_nobody_or_for_another_process_is_none(told: dict[str, str]) -> None:
    assert given_back(told, os.getpid()) == 0


def test_cards_are_counted_and_what_is_no_card_stays_open() -> None:
    # Whatever this process has there: it is no graphics card.
    before = {fd for fd in range(3, 6) if _is_open(fd)}
    assert given_back(env(os.getpid(), "card:other:card"), os.getpid()) == 2
    assert {fd for fd in range(3, 6) if _is_open(fd)} == before


def test_our_copy_of_a_card_is_closed(tmp_path: Path) -> None:
    card = tmp_path / "card"
    try:
        os.mknod(card, stat.S_IFCHR | 0o600, os.makedev(226, 0))
    except OSError:
        pytest.skip("only root makes devices")
    done = subprocess.run((sys.executable, "-c", _CHILD, str(card)), timeout=50, check=False)
    assert done.returncode == 0


_CHILD = """
import os, sys
from kiosk.system.fdstore import given_back
os.dup2(os.open(sys.argv[1], os.O_PATH), 3)
told = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "card"}
assert given_back(told, os.getpid()) == 1
try:
    os.fstat(3)
except OSError:
    sys.exit(0)
sys.exit("3 is open")
"""


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
