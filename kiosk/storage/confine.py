"""What the decode process gives up before it sees the first byte that somebody sent: memory, files, and the kernel.

A list of what is allowed, not of what is forbidden: new system calls come with every kernel, and a decoder needs few.
Whatever is not on the list fails with EPERM. The filter is classic BPF (linux/filter.h, linux/seccomp.h); the numbers
are those of libseccomp 2.5, and the tests run the program.
"""

from __future__ import annotations

import errno
import os
import resource
import struct
from collections.abc import Mapping
from pathlib import Path

_OPEN_FILES = 8
"""Standard input, output and error, and one picture; the rest is margin."""

# AUDIT_ARCH_* of linux/audit.h.
X86_64, AARCH64, ARM = 0xC000003E, 0xC00000B7, 0x40000028
_ABIS = {
    ("x86_64", True): X86_64,
    ("aarch64", True): AARCH64,
    ("aarch64", False): ARM,  # Raspberry Pi OS of 32 bits with a kernel of 64
    ("armv8l", False): ARM,
    ("armv7l", False): ARM,
    ("armv6l", False): ARM,
}

# name: x86_64, aarch64, ARM EABI; None where there is no such call.
ALLOWED: Mapping[str, tuple[int | None, int | None, int | None]] = {
    "read": (0, 63, 3),
    "write": (1, 64, 4),
    "readv": (19, 65, 145),
    "writev": (20, 66, 146),
    "pread64": (17, 67, 180),
    "lseek": (8, 62, 19),
    "_llseek": (None, None, 140),
    "close": (3, 57, 6),
    "fstat": (5, 80, 108),
    "fstat64": (None, None, 197),
    "newfstatat": (262, 79, None),  # what glibc makes of fstat()
    "fstatat64": (None, None, 327),
    "statx": (332, 291, 397),
    "recvmsg": (47, 212, 297),
    "recvfrom": (45, 207, 292),
    "sendmsg": (46, 211, 296),
    "sendto": (44, 206, 290),
    "poll": (7, None, 168),
    "ppoll": (271, 73, 336),
    "ppoll_time64": (None, None, 414),
    "brk": (12, 214, 45),
    "mmap": (9, 222, None),
    "mmap2": (None, None, 192),
    "munmap": (11, 215, 91),
    "mremap": (25, 216, 163),
    "mprotect": (10, 226, 125),
    "madvise": (28, 233, 220),
    "futex": (202, 98, 240),
    "futex_time64": (None, None, 422),
    "rt_sigaction": (13, 134, 174),
    "rt_sigprocmask": (14, 135, 175),
    "rt_sigreturn": (15, 139, 173),
    "sigreturn": (None, None, 119),
    "sigaltstack": (131, 132, 186),
    "restart_syscall": (219, 128, 0),
    "clock_gettime": (228, 113, 263),
    "clock_gettime64": (None, None, 403),
    "gettimeofday": (96, 169, 78),
    "getrandom": (318, 278, 384),
    "getcwd": (79, 17, 183),  # Pillow compares paths when it saves, also where there are none
    "getpid": (39, 172, 20),
    "gettid": (186, 178, 224),
    "sched_yield": (24, 124, 158),
    "sched_getaffinity": (204, 123, 242),
    "membarrier": (324, 283, 389),
    "rseq": (334, 293, 398),
    "set_robust_list": (273, 99, 338),
    "cacheflush": (None, None, 0xF0002),
    "exit": (60, 93, 1),
    "exit_group": (231, 94, 248),
}
_COLUMN = {X86_64: 0, AARCH64: 1, ARM: 2}

_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCH_AT = 0, 4  # in struct seccomp_data
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2


def limit(pid: int, memory: int) -> None:
    """Limits of process `pid`, for good: `memory` bytes more than it has mapped now, no new file, no file's growth."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    limits = {
        # Everything that is mapped, not RLIMIT_DATA: memory that is shared or backed by a file is memory too.
        resource.RLIMIT_AS: pages * resource.getpagesize() + memory,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for kind, most in limits.items():
        resource.prlimit(pid, kind, (most, most))


def abi(machine: str, *, wide: bool) -> int | None:
    """The ABI of this process by uname's machine and the width of a pointer (True: 64 bits); None: not known here."""
    return _ABIS.get((machine, wide))


def program(arch: int) -> bytes:
    """The filter for one ABI: an array of struct sock_filter."""
    numbers = [each[_COLUMN[arch]] for each in ALLOWED.values()]
    known = [number for number in numbers if number is not None]
    refuse = _ERRNO | errno.EPERM
    lines = [(_LOAD, 0, 0, _ARCH_AT), (_JUMP_IF_EQUAL, 1, 0, arch), (_RETURN, 0, 0, refuse)]
    lines.append((_LOAD, 0, 0, _NUMBER_AT))
    # Each comparison jumps over those that follow it and over the refusal.
    lines += [(_JUMP_IF_EQUAL, len(known) - place, 0, number) for place, number in enumerate(known)]
    lines += [(_RETURN, 0, 0, refuse), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def filter_calls(arch: int | None) -> str:
    """Puts the filter over the calling thread and all that come from it, for good; "" or why there is none."""
    if arch is None:
        return f"no filter for system calls on {os.uname().machine}"
    try:
        import ctypes
    except (ImportError, MemoryError) as error:  # the latter: no memory may be both written to and executed
        return f"no ctypes to ask the kernel with ({error})"

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    code = program(arch)
    buffer = ctypes.create_string_buffer(code, len(code))
    prog = Program(len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    prctl = libc.prctl
    prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(
        _PR_SET_SECCOMP, _FILTER, ctypes.addressof(prog), 0, 0
    ):
        return f"the kernel takes no filter for system calls ({os.strerror(ctypes.get_errno())})"
    return ""
