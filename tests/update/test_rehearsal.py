"""What a release has to do before it takes over, done by the real kiosk."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from kiosk.errors import UpdateError
from kiosk.update.account import Account
from kiosk.update.rehearsal import SERVICE, preflight, rehearse

HERE = Account()
ROOT = Path(__file__).parents[2]


def release(folder: Path, script: str) -> Path:
    """One whose command is a script."""
    program = folder / "bin" / "kiosk"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return folder


REAL = f'PYTHONPATH={ROOT} exec {sys.executable} -m kiosk "$@"'


def test_the_real_kiosk_runs_with_a_state_of_its_own_and_no_screen(tmp_path: Path) -> None:
    rehearse(release(tmp_path, REAL), HERE)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo no module named x >&2; exit 1", "ends with 1 before it is ready: no module named x"),
        ("sleep 5", r"it is not ready within 0\.5 s"),
        ("exec /nowhere/at/all", "ends with 127 before it is ready"),
    ],
)
def test_one_that_is_never_ready_is_found_and_what_it_said_is_told(
    tmp_path: Path, script: str, reason: str
) -> None:
    with pytest.raises(UpdateError, match=reason):
        rehearse(release(tmp_path, script), HERE, 0.5)


READY = (
    "import os, signal, socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM);"
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(3));"
    "s.sendto(b'STATUS=x\\nREADY=1', os.environ['NOTIFY_SOCKET']); signal.pause()"
)


def test_one_that_does_not_end_well_is_found(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="it ends with 3"):
        rehearse(release(tmp_path, f'exec {sys.executable} -c "{READY}"'), HERE)


def test_a_release_without_its_program_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="does not start"):
        rehearse(tmp_path, HERE)


def test_the_preflight_is_given_the_folders_of_the_service_and_copies_of_its_credentials(
    tmp_path: Path,
) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "storage.key").write_bytes(b"secret")
    script = 'echo "$@"; cd $CREDENTIALS_DIRECTORY; stat -c %a $CREDENTIALS_DIRECTORY storage.key; cat storage.key; env'
    said = preflight(release(tmp_path / "r", script), HERE, SERVICE, credentials).splitlines()
    assert said[:3] == ["doctor --preflight", "700", "600"]
    assert said[3].startswith("secret")
    assert {f"{name}={SERVICE[name]}" for name in SERVICE.keys() - {"PATH", "RUNTIME_DIRECTORY"}} <= {
        *said,
        said[3][6:],
    }
    (copies,) = (
        line.split("=", 1)[1] for line in [*said, said[3][6:]] if line.startswith("CREDENTIALS_DIRECTORY=")
    )
    assert not Path(copies).exists()


def test_a_frame_that_does_not_run_is_no_reason_not_to_go_back(tmp_path: Path) -> None:
    """systemd takes /run/kiosk away with it, and its user cannot make it anew."""
    if os.geteuid() != 0:
        pytest.skip("wants root, to be somebody else")
    nobody = Account.named("nobody")
    script = 'mkdir "$RUNTIME_DIRECTORY" && touch "$RUNTIME_DIRECTORY/x"'
    told = {**SERVICE, "RUNTIME_DIRECTORY": "/run/kiosk-that-is-not-there"}
    with tempfile.TemporaryDirectory() as folder:  # which others may enter, unlike tmp_path
        Path(folder).chmod(0o755)
        preflight(release(Path(folder) / "r", script), nobody, told, tmp_path / "none")


def test_root_writes_nothing_into_a_folder_that_is_somebody_else_s_already(tmp_path: Path) -> None:
    given: list[tuple[str, list[str]]] = []

    class Watched(Account):
        def give(self, path: Path) -> None:
            given.append((path.name, sorted(each.name for each in path.glob("*"))))

    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "storage.key").write_bytes(b"secret")
    preflight(release(tmp_path / "r", "exit 0"), Watched(), SERVICE, credentials)
    assert [name for name, _ in given[:-1]] == ["storage.key"]
    assert given[-1][1] == ["storage.key"]
    given.clear()
    with pytest.raises(UpdateError):
        rehearse(tmp_path / "r", Watched(), 5.0)
    assert [name for name, _ in given[:-1]] == ["notify", "config.toml"]
    assert given[-1][1] == ["config.toml", "notify"]


def test_a_fault_that_the_preflight_finds_is_told(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match=r"fails \(1\): fail configuration"):
        preflight(
            release(tmp_path / "r", "echo fail configuration; exit 1"), HERE, SERVICE, tmp_path / "none"
        )


def test_what_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match=r"hangs for more than 0\.2 s"):
        HERE.run(("sleep", "100"), {"PATH": "/usr/bin:/bin"}, 0.2)


def test_what_is_said_is_heard_where_no_file_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    assert HERE.run(("echo", "word"), {"PATH": "/usr/bin:/bin"}, 5.0) == "word"


def test_a_user_that_is_not_there_is_named() -> None:
    with pytest.raises(UpdateError, match="there is no user nobody-at-all"):
        Account.named("nobody-at-all")
    assert Account.named("root") == Account(0, 0)
