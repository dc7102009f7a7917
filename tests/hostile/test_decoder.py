"""The decode process: limited, reused, replaced; whatever it does, the kiosk lives on and nothing is left behind."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import kiosk.storage
from kiosk.core import commands as ask
from kiosk.core.model import Size
from kiosk.core.settings import Order
from kiosk.errors import StorageError, Unexpected, Unreadable
from kiosk.storage import PartFile, Storage
from kiosk.storage.decode_process import Limits, command
from kiosk.storage.decoder import Decoder
from tests.hostile import zoo
from tests.hostile.feeding import BOX, decoded, opened
from tests.hostile.standins import BURNER, gluttonous, prober, spoilt, standin

GOOD = zoo.saved(zoo.corners(), "JPEG")
PATIENCE = 30.0


@pytest.fixture
def make() -> Iterator[Callable[..., Decoder]]:
    made: list[Decoder] = []

    def one(words: Sequence[str] | None = None, **limits: float) -> Decoder:
        made.append(Decoder(Limits(**limits), words))
        return made[-1]

    yield one
    for each in made:
        each.close()


def refusal(decoder: Decoder, content: bytes = GOOD) -> str:
    with pytest.raises(Unreadable) as caught:
        decoded(decoder, content)
    return str(caught.value)


def children() -> set[str]:
    """Processes of ours that run, or that ended and that nobody has taken leave of."""
    return {
        pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()
    }


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def wait_for_end(pid: int) -> None:
    """Returns when the process has ended; fails after a while."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], PATIENCE)[0], "it runs on"
    finally:
        os.close(descriptor)


# What it may do. -----------------------------------------------------------------------------------------------------


def test_everything_but_decoding_is_refused_to_it(make: Callable[..., Decoder], tmp_path: Path) -> None:
    decoder = make(spoilt(Limits(), prober(tmp_path)))
    assert refusal(decoder) == "could"
    assert decoder.lacking == ""


def test_the_prober_would_tell_of_a_process_that_may_do_everything(
    make: Callable[..., Decoder], tmp_path: Path
) -> None:
    code = prober(tmp_path).replace("execute=", "_=").replace("remove=", "__=").replace("rename=", "___=")
    code = code.replace('lambda: os.execv("/bin/true", ["true"])', "int").replace(
        "lambda: os.rmdir(place)", "int"
    )
    code = code.replace("fork=os.fork, ", "").replace('lambda: os.rename(place, place + "2")', "int")
    unlimited = (
        "child.confine.filter_calls = lambda abi: ''\nchild.confine.limit = lambda pid, memory: None\n"
    )
    found = refusal(make(spoilt(Limits(), unlimited + code))).split()
    assert {
        "socket",
        "unix",
        "pair",
        "read",
        "write",
        "spawn",
        "thread",
        "kill",
        "ls",
        "mode",
        "memfd",
    } <= set(found)


def test_its_limits_are_those_that_the_kernel_knows_of(make: Callable[..., Decoder]) -> None:
    decoder = make()
    decoded(decoder, GOOD)
    proc = Path(f"/proc/{decoder.pid}")
    limits = {
        line[:26].strip(): line[26:].split()[:2] for line in (proc / "limits").read_text().splitlines()[1:]
    }
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max processes"] == ["0", "0"]
    assert limits["Max open files"] == ["8", "8"]
    assert 1 <= int(limits["Max cpu time"][0]) <= Limits().cpu + 2
    soft, hard = (int(each) for each in limits["Max address space"])
    assert soft == hard <= Limits().memory + (100 << 20)
    status = dict(
        line.split(":\t", 1) for line in (proc / "status").read_text().splitlines() if ":\t" in line
    )
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"


def test_it_knows_no_secret_and_no_file_of_the_kiosk(
    make: Callable[..., Decoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/secret")
    decoder = make()
    decoded(decoder, GOOD)
    proc = Path(f"/proc/{decoder.pid}")
    names = {each.split(b"=")[0] for each in (proc / "environ").read_bytes().split(b"\0") if each}
    assert names == {b"MALLOC_MMAP_THRESHOLD_", b"MALLOC_ARENA_MAX", b"OPENBLAS_NUM_THREADS"}
    assert sorted(each.name for each in (proc / "fd").iterdir()) == ["0", "1", "2"]
    assert (proc / "fd" / "2").readlink() == Path(os.devnull)
    assert (proc / "cwd").readlink() == Path("/")


def test_more_memory_than_it_may_have_is_refused_by_the_kernel(make: Callable[..., Decoder]) -> None:
    little, much = 30 << 20, 90 << 20
    assert refusal(make(spoilt(Limits(memory=64 << 20), gluttonous(little)))) == str(little)
    assert "died" in refusal(make(spoilt(Limits(memory=64 << 20), gluttonous(much))))


def test_a_picture_that_needs_too_much_memory_is_refused_and_the_next_is_not(
    make: Callable[..., Decoder],
) -> None:
    decoder = make(memory=24 << 20)
    large = zoo.saved(zoo.corners((3000, 3000)), "PNG", compress_level=1)
    assert "memory" in refusal(decoder, large)
    assert decoded(decoder, GOOD).size == Size(64, 48)


BOMBS = {
    "a PNG of 30,000 x 30,000": "decompression bomb",  # Pillow's own limit
    "a JPEG of 65,500 x 65,500": "decompression bomb",
    "a PNG of 12,000 x 10,000": "pixels are too many",
    "a PNG of 4,097 x 4,097": "pixels are too many",
    "a JPEG of 7,100 x 7,100": "pixels are too many",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_known_by_its_size_and_not_decoded(make: Callable[..., Decoder], kind: str) -> None:
    assert BOMBS[kind] in refusal(make(), zoo.REFUSED[kind]())


@pytest.mark.parametrize("kind", ["RGBA", "P", "L"])
def test_the_largest_picture_that_is_let_in_stays_within_its_memory(
    make: Callable[..., Decoder], kind: str
) -> None:
    """See-through, a palette, grey: 4096 x 4096 of each is let in, and is made smaller where it must be."""
    decoder = make()
    content = zoo.saved(zoo.corners((4096, 4096)).convert(kind), "PNG", compress_level=1)
    assert decoded(decoder, content, Size(4096, 4096)).size.width > 2800
    status = (Path(f"/proc/{decoder.pid}") / "status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert peak < 150_000, "kB"


# What it does wrong. -------------------------------------------------------------------------------------------------

NONSENSE = {
    "it is ready twice": "say(1)",
    "a kind that there is not": "say(9)",
    "a picture without a size": "say(3, 0, 0, b'x')",
    "a picture larger than the box": "say(3, 401, 300, b'x')",
    "more bytes than such a picture has": "say(3, 10, 10, length=1 << 30)",
    "bytes beside a file that is good as it is": "say(2, 64, 48, FOUND + b'x')",
    "a file that is good and has another size": "say(2, 65, 48, FOUND)",
    "a good file of which nothing was found out": "say(2, 64, 48)",
    "a JPEG of which nothing was found out": "say(3, 64, 48, os.pread(picture, 1 << 20, 0))",
    "things found out that cannot be": "say(2, 64, 48, bytes([255]) * len(FOUND))",
    "half of what was found out": "say(2, 64, 48, FOUND[:50])",
    "a JPEG that is none": "say(3, 64, 48, FOUND + b'GIF89a' + bytes(99))",
    "a JPEG of another size": "say(3, 64, 49, FOUND + os.pread(picture, 1 << 20, 0))",
    "a JPEG without a size": "say(3, 64, 48, FOUND + os.pread(picture, 20, 0))",
    "too much of a reason": "say(4, content=bytes(5000))",
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_believed_by_nobody(make: Callable[..., Decoder], what: str) -> None:
    code = f"say(1)\nwhile True:\n    picture = asked()\n    {NONSENSE[what]}"
    decoder = make(standin(code))
    decoder.warm()
    assert "nonsense" in refusal(decoder)
    assert decoder.pid is None  # it is asked nothing any more


def test_noise_for_an_answer_is_refused(make: Callable[..., Decoder]) -> None:
    decoder = make(standin("say(1)\nasked()\nconnection.sendall(bytes([255]) * 50_000)"))
    assert "nonsense" in refusal(decoder)


def test_its_reasons_are_told_on_one_line_without_what_a_terminal_acts_upon(
    make: Callable[..., Decoder],
) -> None:
    decoder = make(
        standin(r"say(1); asked(); say(4, content=b'\x1b[31mred\n\x00\xff\xc2\x9b ugly '); asked()")
    )
    assert refusal(decoder) == "[31mred  \N{REPLACEMENT CHARACTER}  ugly"


@pytest.mark.parametrize("how", ["SIGKILL", "SIGSEGV", "SIGABRT"])
def test_a_process_that_dies_over_a_picture_costs_that_picture(
    make: Callable[..., Decoder], how: str, caplog: pytest.LogCaptureFixture
) -> None:
    decoder = make(standin(f"say(1)\nasked()\nos.kill(os.getpid(), signal.{how})"))
    with caplog.at_level(logging.WARNING):
        assert how in refusal(decoder)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_process_that_ends_in_the_middle_of_an_answer_costs_that_picture(
    make: Callable[..., Decoder],
) -> None:
    decoder = make(standin("say(1)\nasked()\nsay(3, 64, 48, bytes(99), length=500)\nos._exit(3)"))
    assert "exit code 3" in refusal(decoder)


def test_a_process_that_closes_its_ears_costs_that_picture(make: Callable[..., Decoder]) -> None:
    decoder = make(standin("say(1)\nasked()\nconnection.close()\nsignal.pause()"))
    assert "died over it" in refusal(decoder)


def test_the_kernel_ends_what_computes_for_ever(make: Callable[..., Decoder]) -> None:
    decoder = make(spoilt(Limits(), BURNER), cpu=1)
    assert "SIGXCPU" in refusal(decoder)


@pytest.mark.slow
def test_a_jpeg_of_a_thousand_scans_is_ended_by_the_kernel(make: Callable[..., Decoder]) -> None:
    decoder = make(cpu=1)
    assert "SIGXCPU" in refusal(decoder, zoo.scan_bomb())
    assert decoded(decoder, GOOD).size == Size(64, 48)


def test_what_answers_too_late_is_ended(make: Callable[..., Decoder]) -> None:
    decoder = make(standin("say(1)\nasked()\nsignal.pause()"), wall=0.2)
    decoder.warm()
    pid = decoder.pid
    assert pid is not None
    assert "too long" in refusal(decoder)
    wait_for_end(pid)


# When it cannot be had. ----------------------------------------------------------------------------------------------

ABSENT = {
    "it ends at once": "os._exit(7)",
    "it greets with noise": "connection.sendall(bytes(500)); signal.pause()",
    "it greets with a refusal": "say(4); signal.pause()",
}


@pytest.mark.parametrize("what", ABSENT)
def test_a_decoder_that_does_not_start_blames_no_picture(make: Callable[..., Decoder], what: str) -> None:
    with pytest.raises(Unexpected, match="does not start"):
        decoded(make(standin(ABSENT[what])), GOOD)


def test_a_program_that_is_not_there_blames_no_picture(make: Callable[..., Decoder]) -> None:
    decoder = make(("/nowhere/python",))
    decoder.warm()
    with pytest.raises(Unexpected, match="No such file"):
        decoded(decoder, GOOD)


def test_a_picture_that_was_handed_over_on_the_doorstep_is_asked_again(
    make: Callable[..., Decoder], tmp_path: Path
) -> None:
    flag = tmp_path / "was here"
    code = (
        f"say(1)\nasked()\nif not os.path.exists({str(flag)!r}):\n    open({str(flag)!r}, 'w'); os._exit(0)\n"
    )
    assert refusal(make(standin(code + "say(4, content=b'second'); asked()"))) == "second"


def test_it_can_be_tried_without_a_picture(make: Callable[..., Decoder]) -> None:
    assert make().check() == ""
    with pytest.raises(Unexpected, match="does not start"):
        make(standin("os._exit(3)")).check()


def test_a_machine_that_limits_less_is_told_of_once(
    make: Callable[..., Decoder], caplog: pytest.LogCaptureFixture
) -> None:
    code = "child.confine.filter_calls = lambda abi: 'no filter here'"
    decoder = make(spoilt(Limits(), code), files=1)
    with caplog.at_level(logging.WARNING):
        decoded(decoder, GOOD)
        decoded(decoder, GOOD)
    assert [record.message for record in caplog.records] == [
        "What comes from the network is decoded with fewer limits: no filter here"
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_ends_the_kiosk_does_not_end_its_decoder_first(
    make: Callable[..., Decoder], number: signal.Signals
) -> None:
    decoder = make()
    decoded(decoder, GOOD)
    before = decoder.pid
    assert before is not None
    os.kill(before, number)
    decoded(decoder, GOOD)
    assert decoder.pid == before


# Reused and replaced. ------------------------------------------------------------------------------------------------


def test_it_is_replaced_after_so_many_files_and_no_earlier(make: Callable[..., Decoder]) -> None:
    decoder = make(files=3)
    seen = []
    for _ in range(7):
        decoder.warm()
        seen.append(decoder.pid)
        decoded(decoder, GOOD)
    assert len(set(seen[:3])) == len(set(seen[3:6])) == 1
    assert len(set(seen)) == 3


def test_it_is_there_before_the_picture_when_it_was_warmed(make: Callable[..., Decoder]) -> None:
    decoder = make()
    assert decoder.pid is None and decoder.lacking is None
    decoder.warm()
    pid = decoder.pid
    decoder.warm()
    decoded(decoder, GOOD)
    assert decoder.pid == pid is not None


def test_without_work_it_goes_home_and_is_taken_leave_of(make: Callable[..., Decoder]) -> None:
    decoder = make(idle=0.05)
    decoder.warm()
    pid = decoder.pid
    assert pid is not None
    wait_for_end(pid)
    assert str(pid) in children()
    decoder.tidy()
    assert str(pid) not in children()
    assert decoded(decoder, GOOD).size == Size(64, 48)


def test_a_process_that_was_killed_between_two_pictures_costs_none(make: Callable[..., Decoder]) -> None:
    decoder = make()
    decoded(decoder, GOOD)
    assert decoder.pid is not None
    os.kill(decoder.pid, signal.SIGKILL)
    wait_for_end(decoder.pid or 0) if decoder.pid else None
    assert decoded(decoder, GOOD).size == Size(64, 48)


def test_four_threads_share_it(make: Callable[..., Decoder]) -> None:
    decoder = make(files=10)
    sizes: list[Size] = []

    def work(side: int) -> None:
        content = zoo.saved(zoo.corners((side, side)), "PNG")
        sizes.extend(decoded(decoder, content).size for _ in range(8))

    threads = [threading.Thread(target=work, args=(side,)) for side in (20, 30, 40, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(sizes, key=lambda size: size.width) == [
        Size(side, side) for side in (20, 30, 40, 50) for _ in range(8)
    ]


def test_nothing_is_left_behind(make: Callable[..., Decoder]) -> None:
    before, processes, threads = descriptors(), children(), threading.active_count()
    decoder = make(files=20)
    dying = make(standin("say(1)\nasked()\nos._exit(1)"))
    for _ in range(30):
        decoded(decoder, GOOD)
        refusal(decoder, b"nothing")
    for _ in range(5):
        refusal(dying)
    for each in (decoder, dying):
        each.close()
        each.close()
    assert (descriptors(), children(), threading.active_count()) == (before, processes, threads)


def test_the_caller_s_descriptor_is_neither_moved_nor_written_to(make: Callable[..., Decoder]) -> None:
    code = (
        "say(1)\n"
        "try: os.write(asked(), b'x'); say(4, content=b'written')\n"
        "except OSError: say(4, content=b'not')\n"
        "asked()\n"
    )
    with opened(GOOD) as descriptor:
        os.lseek(descriptor, 5, os.SEEK_SET)
        assert make().normalise(descriptor, BOX).size == Size(64, 48)
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == 5
        with pytest.raises(Unreadable, match="not"):
            make(standin(code)).normalise(descriptor, BOX)


def test_nobody_waits_for_a_decoder_that_is_at_work(make: Callable[..., Decoder], tmp_path: Path) -> None:
    question, answer = tmp_path / "asked", tmp_path / "answer"
    os.mkfifo(question)
    os.mkfifo(answer)
    waits = f"open({str(question)!r}, 'wb').close()\nopen({str(answer)!r}, 'rb').close()"
    code = f"say(1)\nasked()\n{waits}\nsay(4)\nasked()"
    decoder = make(standin(code))
    thread = threading.Thread(target=refusal, args=(decoder,))
    thread.start()
    question.open("rb").close()
    decoder.warm()
    decoder.tidy()
    assert thread.is_alive()
    answer.open("wb").close()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_storage_ends_its_own_decoder_and_leaves_a_shared_one(
    make: Callable[..., Decoder], tmp_path: Path
) -> None:
    shared = make()
    shared.warm()
    before = children()
    own = Storage(tmp_path / "state", tmp_path / "cache", cache_max_mb=9, keep_free_mb=0)
    other = Storage(tmp_path / "s", tmp_path / "c", cache_max_mb=9, keep_free_mb=0, decoder=shared)
    for storage in (own, other):
        storage.perform(ask.OpenCatalog(order=Order.SHUFFLE))
        storage.warm()
        with storage.part() as part:
            assert isinstance(part, PartFile)
    assert len(children()) == len(before) + 1
    own.close()
    other.close()
    assert children() == before
    with pytest.raises(AttributeError):
        kiosk.storage.Nothing  # noqa: B018


# The end. ------------------------------------------------------------------------------------------------------------


def test_closing_ends_what_is_under_way(make: Callable[..., Decoder], tmp_path: Path) -> None:
    fifo = tmp_path / "at it"
    os.mkfifo(fifo)
    code = f"say(1)\nasked()\nopen({str(fifo)!r}, 'wb').close()\nsignal.pause()"
    decoder = make(standin(code))
    raised: list[BaseException] = []

    def work() -> None:
        try:
            decoded(decoder, GOOD)
        except StorageError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    fifo.open("rb").close()  # returns when the picture is being looked at
    decoder.close()
    thread.join(PATIENCE)
    assert len(raised) == 1
    with pytest.raises(StorageError):
        decoded(decoder, GOOD)
    decoder.warm()
    assert decoder.pid is None


def test_it_ends_with_the_kiosk_in_the_middle_of_a_picture(tmp_path: Path) -> None:
    """The kiosk, here a small one, is killed while its decoder computes for ever."""
    (tmp_path / "picture").write_bytes(GOOD)
    words = spoilt(Limits(), BURNER.replace("while", "child.os.write(1, b'x')\n    while"))
    code = (
        "import os, socket, subprocess, sys\n"
        "from kiosk.storage.decode_process import DecodeProcess, Limits\n"
        f"process = DecodeProcess({words!r}, Limits())\n"
        "process.wait_until_ready()\n"
        f"picture = os.open({str(tmp_path / 'picture')!r}, os.O_RDONLY)\n"
        "socket.send_fds(process._connection, [bytes(8)], [picture])\n"
        "assert process._connection.recv(1) == b'x', 'it does not burn'\n"
        "print(process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
        wait_for_end(pid)


def test_its_command_is_isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["", "relative", "/somewhere"])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    words = command(Limits())
    assert words[1:4] == ("-I", "-S", "-B")
    assert "relative" not in words and "" not in words and words[-1] == "/somewhere"
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert "-B" not in command(Limits())
