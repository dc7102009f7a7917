"""Programs that stand in for the decode process: real ones, that misbehave in one way each."""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.storage.decode_process import Limits, command

_SPEAKS = """
import os, signal, socket, struct, sys
connection = socket.socket(fileno=1)
HEAD = struct.Struct("!BIII")
FOUND = struct.pack("!6dB4d3BBBq", 0.5, 0.5, 0.2, 0.2, 0.8, 0.8, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0)
def say(kind, width=0, height=0, content=b"", length=None):
    connection.sendall(HEAD.pack(kind, width, height, len(content) if length is None else length) + content)
def asked():
    message, descriptors, _, _ = socket.recv_fds(connection, 8, 1)
    if not message:
        os._exit(0)
    return descriptors[0]
"""


def standin(code: str) -> tuple[str, ...]:
    """Knows the wire (say, asked), something to have found out about a picture (FOUND), and nothing of ours."""
    return (sys.executable, "-I", "-S", "-c", _SPEAKS + code)


def spoilt(limits: Limits, code: str) -> tuple[str, ...]:
    """The real program with its limits, in which `code` has replaced something of `child`, its module."""
    words = list(command(limits))
    place = words.index("-c") + 1
    words[place] = (
        "import sys; sys.path[:] = sys.argv[1:]\n"
        "import kiosk.storage.decode_child as child\n"
        f"{code}\nchild.main({limits.memory}, {limits.idle})"
    )
    return tuple(words)


BURNER = "def respond(file, box, find_heads):\n    while True: pass\nchild.respond = respond"


def gluttonous(count: int) -> str:
    """It wants `count` bytes for each picture."""
    told = f"return child.told(4, str(len(bytearray({count}))))"
    return f"def respond(file, box, find_heads):\n    {told}\nchild.respond = respond"


def prober(place: Path) -> str:
    """Answers with all that it could do and should not; `place` is a folder that this user may write to."""
    return f"""
import os, signal, socket, subprocess, ctypes, resource
place = {str(place)!r}
libc = ctypes.CDLL(None, use_errno=True)
def prctl_back():
    if libc.prctl(22, 0, 0, 0, 0): raise OSError(ctypes.get_errno(), "")
def clone_thread():
    import _thread
    _thread.start_new_thread(int, ())
def syscall(number):
    def call():
        if libc.syscall(number, 0, 0, 0, 0, 0) == -1: raise OSError(ctypes.get_errno(), "")
    return call
TRIES = dict(
    socket=socket.socket, unix=lambda: socket.socket(socket.AF_UNIX), pair=socket.socketpair,
    read=lambda: os.open("/etc/passwd", os.O_RDONLY), write=lambda: os.open(place + "/made", os.O_CREAT | os.O_WRONLY),
    fork=os.fork, execute=lambda: os.execv("/bin/true", ["true"]), spawn=lambda: subprocess.run(["/bin/true"]),
    thread=clone_thread, kill=lambda: os.kill(os.getppid(), 0), remove=lambda: os.rmdir(place),
    rename=lambda: os.rename(place, place + "2"), ls=lambda: os.listdir(place), limits=lambda: resource.setrlimit(
        resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    prctl=prctl_back, mode=lambda: os.chmod(place, 0o777), memfd=lambda: os.memfd_create("x"),
    ptrace=syscall(101 if os.uname().machine == "x86_64" else 117),
    uring=syscall(425), bpf=syscall(321 if os.uname().machine == "x86_64" else 280),
)
def respond(file, box, find_heads):
    done = []
    for name, attempt in TRIES.items():
        try:
            attempt()
        except (OSError, RuntimeError, ImportError, ValueError):
            continue
        done.append(name)
    return child.told(4, "could " + " ".join(done))
child.respond = respond
"""
