"""The real kiosk with [storage] encrypt: a whole round leaves nothing that can be read without the key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle
from tests.app.frame import Frame
from tests.app.test_round import close, middle


def written(path: Path, key: bytes) -> Path:
    path.touch(0o600)
    path.write_bytes(key)
    return path


@pytest.fixture
def locked(make_frame: Callable[..., Frame], tmp_path: Path) -> Frame:
    key = written(tmp_path / "storage.key", bytes(range(32)))
    return make_frame("locked", storage__encrypt="true", storage__key_file=f'"{key}"')


def found(frame: Frame, marks: list[bytes]) -> list[tuple[str, bytes]]:
    """Where one of these can be read: names and contents of every file of the state and cache directories."""
    files = [path for name in ("state", "cache") for path in (frame.home / name).rglob("*") if path.is_file()]
    assert len(files) > 1
    return [
        (path.name, mark)
        for path in files
        for mark in marks
        if mark in path.name.encode() + path.read_bytes()
    ]


def marks(google: DemoGoogle, picked: tuple[str, ...]) -> list[bytes]:
    items = [google.library.get(each) for each in picked]
    texts = [*picked, *(item.filename for item in items if item), *google.refresh_tokens]
    assert len(texts) == 2 * len(picked) + 1
    return [*(text.encode() for text in texts), b"\xff\xd8\xff", b"JFIF", b"refresh_token", b"image/jpeg"]


@pytest.mark.parametrize("encrypt", ["true", "false"])
def test_a_whole_round_leaves_nothing_to_read_only_where_it_is_encrypted(
    locked: Frame, google: DemoGoogle, encrypt: str
) -> None:
    locked.keys |= {"storage__encrypt": encrypt, "slideshow__dwell_seconds": "30"}
    locked.write_config()
    locked.start()
    code = locked.until(lambda status: status["user_code"])["user_code"]
    if encrypt == "false":
        google.wait_for(lambda: found(locked, [code.encode()]))
    else:
        assert found(locked, [code.encode()]) == []
    google.person.approve(code)
    picked = locked.pick(4)
    status = locked.until(lambda status: status["stored"] == 4 and status["slide"] and not google.sessions)
    assert status["slide"][0] in picked
    item = google.library.get(status["slide"][0])
    assert item is not None
    assert close(middle(locked.screenshot()), item.colour)
    wanted = marks(google, picked)
    running = found(locked, wanted)
    assert locked.stop() == 0
    if encrypt == "true":
        assert running == found(locked, wanted) == []
    else:
        # The search finds each of them where nothing hides them.
        assert {mark for _, mark in running} == set(wanted)


def test_with_another_key_the_screen_says_so_and_with_the_right_one_all_is_back(
    locked: Frame, google: DemoGoogle, tmp_path: Path
) -> None:
    locked.start()
    locked.show(3)
    assert locked.stop() == 0
    state = locked.home / "state"
    before = {
        path.name: path.read_bytes() for path in state.iterdir() if path.suffix in {".json", ".sqlite3"}
    }
    locked.keys["storage__key_file"] = f'"{written(tmp_path / "other.key", bytes(32))}"'
    locked.write_config()
    locked.start()
    status = locked.until(lambda status: status["last_error"])
    assert status["state"] == "trouble"
    assert "is sealed with the storage key" in status["last_error"]
    assert not status["slide"]
    assert locked.stop() == 0
    assert "is sealed with the storage key" in locked.log.read_text()
    assert {name: (state / name).read_bytes() for name in before} == before
    locked.keys["storage__key_file"] = f'"{tmp_path / "storage.key"}"'
    locked.write_config()
    locked.start()
    status = locked.until(lambda status: status["slide"])
    assert (status["stored"], status["signed_in"]) == (3, True)


def test_a_key_beside_what_it_locks_is_a_mistake_on_the_screen(locked: Frame) -> None:
    key = written(locked.home / "state" / "storage.key", bytes(32))
    locked.keys["storage__key_file"] = f'"{key}"'
    locked.write_config()
    locked.start()
    status = locked.until(lambda status: status["title"])
    assert status["title"] == "The config file has a mistake"
    assert "lies in the state directory, beside what it is to lock" in status["last_error"]
    done = locked.run("sign-out", "--yes")
    assert done.returncode == 1
    assert locked.ask(ControlVerb.STATUS)["state"] == "trouble"
    locked.ask(ControlVerb.QUIT)
    assert locked.child is not None
    assert locked.child.wait(20) == 0
    done = locked.run("sign-out", "--yes")
    assert done.returncode == 78
    assert "beside what it is to lock" in done.stderr
    checks = {check["name"]: check for check in json.loads(locked.run("doctor", "--json").stdout)}
    assert checks["configuration"]["verdict"] == "fail"
    assert "storage key" not in checks
