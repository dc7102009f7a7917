"""What the kiosk and its decode process say to each other, and the process's own loop, here in a thread."""

from __future__ import annotations

import io
import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator

import pytest

from kiosk.core.model import Size
from kiosk.storage import decode_child, decode_wire
from kiosk.storage.decode_wire import HEAD, REQUEST, Kind, NonsenseError
from kiosk.storage.findings import LENGTH
from tests.hostile import zoo
from tests.hostile.feeding import opened

GOOD = zoo.saved(zoo.corners(), "JPEG")
BOX = Size(400, 300)


def size_of(content: bytes) -> Size | None:
    return decode_wire.jpeg_size(lambda offset, count: content[offset : offset + count])


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"exif": zoo.exif(6)}])
def test_the_size_is_read_without_decoding(options: dict[str, object]) -> None:
    assert size_of(zoo.saved(zoo.corners(), "JPEG", **options)) == Size(64, 48)


def test_what_stands_between_the_segments_is_passed_over() -> None:
    start, rest = GOOD[:2], GOOD[2:]
    assert size_of(start + b"\xff\xff\xff" + rest) == Size(64, 48)
    assert size_of(start + b"\xff\x00\x12\x34" + rest) == Size(64, 48)
    assert size_of(start + b"\xff\xd0\xff\x01" + rest) == Size(64, 48)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8", zoo.saved(zoo.corners(), "PNG"), GOOD[:100], b"\xff\xd8\xff" + bytes(100_000)],
    ids=["nothing", "two bytes", "a PNG", "no frame header", "endless"],
)
def test_what_is_no_jpeg_has_no_size(content: bytes) -> None:
    assert size_of(content) is None


def test_a_size_is_the_size_that_pillow_finds() -> None:
    for size in ((1, 1), (7, 300), (300, 7), (64, 48)):
        assert size_of(zoo.saved(zoo.corners(size), "JPEG", progressive=size[0] == 7)) == Size(*size)


def test_how_much_may_follow_depends_on_what_is_said() -> None:
    assert decode_wire.most_bytes(Kind.AS_IT_IS, Size(10, 10), BOX) == LENGTH
    assert decode_wire.most_bytes(Kind.REMADE, Size(10, 10), BOX) == LENGTH + 200 + (1 << 18)
    assert decode_wire.most_bytes(Kind.UNREADABLE, Size(0, 0), BOX) == decode_wire.MOST_TEXT
    for size in (Size(0, 5), Size(5, 0), Size(401, 5), Size(5, 301)):
        with pytest.raises(NonsenseError):
            decode_wire.most_bytes(Kind.REMADE, size, BOX)


def test_the_largest_noise_that_we_make_fits_what_may_follow() -> None:
    file = io.BytesIO(zoo.saved(zoo.noisy((400, 300)), "PNG"))
    answer = decode_child.respond(file, BOX)
    kind, width, height, length = HEAD.unpack(answer[: HEAD.size])
    assert kind == Kind.REMADE
    assert length <= decode_wire.most_bytes(kind, Size(width, height), BOX)


def test_a_long_reason_is_cut() -> None:
    answer = decode_wire.told(Kind.UNREADABLE, "é" * 1000)
    assert len(answer) == HEAD.size + decode_wire.MOST_TEXT
    assert decode_wire.text_of(answer[HEAD.size :]).startswith("ééé")


@pytest.fixture
def served() -> Iterator[tuple[socket.socket, threading.Thread]]:
    """The child's loop in a thread."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(20)

    def work() -> None:
        with theirs:
            decode_child.serve(theirs)

    thread = threading.Thread(target=work)
    thread.start()
    with ours:
        ours.settimeout(20)
        yield ours, thread
    thread.join(20)
    assert not thread.is_alive()


def ask(connection: socket.socket, content: bytes, box: Size = BOX) -> tuple[int, int, int, bytes]:
    with opened(content) as descriptor:
        reader = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY)
        socket.send_fds(connection, [REQUEST.pack(box.width, box.height)], [reader])
        os.close(reader)
        head = connection.recv(HEAD.size, socket.MSG_WAITALL)
        kind, width, height, length = struct.unpack("!BIII", head)
        return kind, width, height, connection.recv(length, socket.MSG_WAITALL) if length else b""


def test_it_answers_one_picture_after_another(served: tuple[socket.socket, threading.Thread]) -> None:
    connection, _ = served
    kind, width, height, found = ask(connection, GOOD)
    assert (kind, width, height, len(found)) == (Kind.AS_IT_IS, 64, 48, LENGTH)
    kind, width, height, content = ask(connection, GOOD, Size(32, 32))
    assert (kind, width, height) == (Kind.REMADE, 32, 24)
    assert size_of(content[LENGTH:]) == Size(32, 24)
    kind, _, _, why = ask(connection, b"no picture")
    assert kind == Kind.UNREADABLE and b"not a whole picture" in why


def test_it_ends_when_nobody_is_there_any_more(served: tuple[socket.socket, threading.Thread]) -> None:
    connection, thread = served
    connection.close()
    thread.join(20)
    assert not thread.is_alive()


def test_it_ends_when_asked_for_nothing(served: tuple[socket.socket, threading.Thread]) -> None:
    connection, thread = served
    connection.sendall(bytes(REQUEST.size))
    thread.join(20)
    assert not thread.is_alive()


def test_it_ends_after_a_while_without_work() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(0.01)
        decode_child.serve(theirs)


def test_the_rehearsal_can_be_repeated() -> None:
    assert decode_child.rehearse() is None
    assert decode_child.rehearse(faces=True) is not None


def test_without_opencv_the_rehearsal_finds_nothing_that_finds_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert decode_child.rehearse(faces=True) is None
