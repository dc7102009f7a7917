"""The control socket, over a real socket: who gets an answer, and that nobody can hold it up."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from kiosk.control import (
    ControlError,
    ControlRequest,
    ControlServer,
    ControlVerb,
    NotRunning,
    ask,
    find_socket,
)
from kiosk.errors import AlreadyRunning, Unwritable

SOON = 5.0
Open = Callable[..., ControlServer]


def echo(request: ControlRequest) -> None:
    request.answer(verb=request.verb.word, **request.args)


def silent(request: ControlRequest) -> None:
    """Nobody answers."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Open]:
    servers: list[ControlServer] = []

    def start(put: Callable[[ControlRequest], None] = echo, **options: object) -> ControlServer:
        server = ControlServer(tmp_path, put, **options)  # type: ignore[arg-type]
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop(SOON)


def raw(path: Path, sent: bytes) -> bytes:
    """What comes back for these bytes, without the help of our client."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(SOON)
        peer.connect(str(path))
        peer.sendall(sent)
        return b"".join(iter(lambda: peer.recv(4096), b""))


def error_of(answer: bytes) -> str:
    fields = json.loads(answer)
    assert fields["ok"] is False
    return str(fields["error"])


def test_a_verb_goes_in_and_its_answer_comes_out(running: Open) -> None:
    server = running()
    assert ask(server.path, ControlVerb.SCREENSHOT, path="/tmp/a b.png") == {
        "verb": "screenshot",
        "path": "/tmp/a b.png",
    }


def test_a_line_of_json_is_all_it_takes(running: Open) -> None:
    assert json.loads(raw(running().path, b'{"verb": "next"}\n')) == {"verb": "next", "ok": True}


def test_the_request_reaches_the_main_thread_as_a_value_that_it_answers_when_it_likes(running: Open) -> None:
    inbox: SimpleQueue[ControlRequest] = SimpleQueue()
    server = running(inbox.put)
    answers: SimpleQueue[object] = SimpleQueue()
    asking = threading.Thread(target=lambda: answers.put(ask(server.path, ControlVerb.STATUS)))
    asking.start()
    request = inbox.get(timeout=SOON)
    assert request.verb is ControlVerb.STATUS
    request.answer(state="showing")
    request.answer(state="too late")
    assert answers.get(timeout=SOON) == {"state": "showing"}
    asking.join()


def test_a_request_does_not_show_its_arguments(running: Open) -> None:
    assert "4/secret" not in repr(ControlRequest(ControlVerb.SIGN_IN, {"code": "4/secret"}, lambda _: None))


def test_a_refusal_reaches_whoever_asked(running: Open) -> None:
    server = running(lambda request: request.refuse("nothing to hide"))
    with pytest.raises(ControlError, match=r"^nothing to hide$"):
        ask(server.path, ControlVerb.HIDE)


def test_the_socket_is_for_its_owner_alone_whatever_the_umask(running: Open) -> None:
    before = os.umask(0)
    try:
        server = running()
    finally:
        os.umask(before)
    assert stat.S_IMODE(server.path.stat().st_mode) == 0o600


def test_another_user_is_refused(running: Open, caplog: pytest.LogCaptureFixture) -> None:
    server = running(allowed_uids=frozenset({os.getuid() + 1}))
    with pytest.raises(ControlError, match="another user"):
        ask(server.path, ControlVerb.STATUS)
    assert f"user {os.getuid()} was refused" in caplog.text


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_cannot_even_connect(running: Open, tmp_path: Path) -> None:
    server = running()
    script = (
        "import os, socket, sys\nos.setgid(65534)\nos.setuid(65534)\n"
        "peer = socket.socket(socket.AF_UNIX)\n"
        "try:\n    peer.connect('control.sock')\nexcept PermissionError:\n    sys.exit(7)\n"
    )
    tmp_path.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", script], cwd=server.path.parent, timeout=30, check=False)
    assert done.returncode == 7


def test_what_is_no_request_is_answered_and_the_kiosk_hears_nothing(running: Open) -> None:
    heard: SimpleQueue[ControlRequest] = SimpleQueue()
    server = running(heard.put)
    assert "not a line of JSON" in error_of(raw(server.path, b"hello\n"))
    assert "unknown verb" in error_of(raw(server.path, b'{"verb": "dance"}\n'))
    assert heard.empty()


def test_a_line_without_end_is_cut_off(running: Open) -> None:
    server = running()
    with pytest.raises(ControlError, match="at most 65536 bytes"):
        ask(server.path, ControlVerb.SCREENSHOT, path="x" * 200_000)


def test_a_client_that_says_nothing_is_dropped(running: Open) -> None:
    assert raw(running(line_seconds=0.05).path, b"") == b""


def test_a_client_that_stops_in_the_middle_of_its_line_is_dropped(running: Open) -> None:
    assert raw(running(line_seconds=0.05).path, b'{"verb": ') == b""


def test_a_client_that_ends_its_line_with_the_connection_is_served(running: Open) -> None:
    server = running()
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(SOON)
        peer.connect(str(server.path))
        peer.sendall(b'{"verb": "next"}')
        peer.shutdown(socket.SHUT_WR)
        assert json.loads(peer.recv(4096))["ok"] is True


def test_a_kiosk_that_does_not_answer_is_told_of(running: Open) -> None:
    server = running(silent, answer_seconds=0.05)
    with pytest.raises(ControlError, match=r"did not answer within 0\.05 s"):
        ask(server.path, ControlVerb.STATUS)


def test_the_client_has_a_patience_of_its_own(running: Open) -> None:
    server = running(silent, answer_seconds=1.0)
    with pytest.raises(ControlError, match=r"did not answer within 0\.05 s"):
        ask(server.path, ControlVerb.STATUS, timeout=0.05)


def test_silent_clients_do_not_keep_others_out_for_long_nor_grow_without_bound(running: Open) -> None:
    server = running(clients=1, line_seconds=0.2)
    with socket.socket(socket.AF_UNIX) as hog:
        hog.settimeout(SOON)
        hog.connect(str(server.path))
        with pytest.raises(ControlError, match="too many clients"):
            ask(server.path, ControlVerb.NEXT)
        assert hog.recv(1) == b""  # dropped
    for thread in threading.enumerate():
        if thread.name == "control-client":
            thread.join(SOON)
    assert ask(server.path, ControlVerb.NEXT) == {"verb": "next"}


def test_a_client_that_goes_away_before_its_answer_harms_nobody(running: Open) -> None:
    inbox: SimpleQueue[ControlRequest] = SimpleQueue()
    server = running(inbox.put)
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(server.path))
        peer.sendall(b'{"verb": "next"}\n')
        gone = inbox.get(timeout=SOON)
    gone.answer()
    again = threading.Thread(target=lambda: inbox.get(timeout=SOON).answer(fine="yes"))
    again.start()
    assert ask(server.path, ControlVerb.NEXT) == {"fine": "yes"}
    again.join()


def test_a_path_too_long_for_a_socket_address_works_as_well(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    server = ControlServer(deep, echo)
    server.start()
    try:
        assert ask(server.path, ControlVerb.NEXT) == {"verb": "next"}
    finally:
        server.stop(SOON)


# Dead and live sockets -------------------------------------------------------------------------------------------


def test_the_socket_of_a_dead_kiosk_is_replaced(running: Open, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "control.sock"))
    assert ask(running().path, ControlVerb.NEXT) == {"verb": "next"}


def test_the_socket_of_a_live_kiosk_is_not_replaced(running: Open, tmp_path: Path) -> None:
    first = running()
    with pytest.raises(AlreadyRunning, match=r"control\.sock"):
        ControlServer(tmp_path, silent).start()
    assert ask(first.path, ControlVerb.NEXT) == {"verb": "next"}


def test_a_file_in_the_place_of_the_socket_is_left_alone_and_told(tmp_path: Path) -> None:
    (tmp_path / "control.sock").write_text("mine")
    with pytest.raises(Unwritable, match="not a socket"):
        ControlServer(tmp_path, echo).start()
    assert (tmp_path / "control.sock").read_text() == "mine"


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="cannot be made"):
        ControlServer(tmp_path / "missing", echo).start()


def test_stopping_takes_the_socket_away_and_stopping_again_is_harmless(running: Open) -> None:
    server = running()
    server.stop(SOON)
    server.stop(SOON)
    assert not server.path.exists()
    assert "control" not in {thread.name for thread in threading.enumerate()}


def test_stopping_lets_an_answer_arrive_first(running: Open) -> None:
    """`kiosk quit` wants to hear that it worked, and the process ends right after the stop."""
    taken: SimpleQueue[ControlRequest] = SimpleQueue()
    server = running(taken.put)
    heard: list[object] = []
    client = threading.Thread(target=lambda: heard.append(ask(server.path, ControlVerb.QUIT)))
    client.start()
    request = taken.get(timeout=SOON)

    def answer_late() -> None:
        server._stopped.wait(SOON)
        request.answer()

    late = threading.Thread(target=answer_late)
    late.start()
    server.stop(SOON)
    assert server._places._value == 8
    client.join(SOON)
    late.join(SOON)
    assert heard == [{}]


def test_stopping_leaves_the_socket_of_a_successor(running: Open, tmp_path: Path) -> None:
    server = running()
    server.path.rename(tmp_path / "old")
    with socket.socket(socket.AF_UNIX) as successor:
        successor.bind(str(server.path))
        server.stop(SOON)
        assert server.path.exists()


def test_stopping_when_the_socket_is_gone_already_is_harmless(running: Open) -> None:
    server = running()
    server.path.unlink()
    server.stop(SOON)


# The client ------------------------------------------------------------------------------------------------------


def test_no_kiosk_running_is_told_with_the_place(tmp_path: Path) -> None:
    for path in (tmp_path / "control.sock", tmp_path / "missing" / "control.sock"):
        with pytest.raises(NotRunning, match=str(path)):
            ask(path, ControlVerb.STATUS)


def test_a_dead_socket_is_no_kiosk(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "control.sock"))
    with pytest.raises(NotRunning):
        ask(tmp_path / "control.sock", ControlVerb.STATUS)


@pytest.mark.parametrize(
    ("answer", "why"),
    [(b"", "broke off"), (b"hello\n", "JSON"), (b'{"ok":false}\n', "refused"), (b"x" * 70_000, "broke off")],
)
def test_an_answer_that_makes_no_sense_is_an_error_not_a_crash(
    tmp_path: Path, answer: bytes, why: str
) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "control.sock"))
        listener.listen()

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(answer)

        server = threading.Thread(target=serve)
        server.start()
        with pytest.raises(ControlError, match=why):
            ask(tmp_path / "control.sock", ControlVerb.STATUS, timeout=SOON)
        server.join()


def test_the_first_socket_that_is_there_is_found(running: Open, tmp_path: Path) -> None:
    server = running()
    assert find_socket([tmp_path / "missing", tmp_path]) == server.path


def test_when_there_is_none_every_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match=r"a/control\.sock, .*b/control\.sock"):
        find_socket([tmp_path / "a", tmp_path / "b"])
