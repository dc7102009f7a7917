"""The filter for system calls, run here by a small machine of our own; the limits, put over another process."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import resource
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kiosk.storage import confine

ARCHES = (confine.X86_64, confine.AARCH64, confine.ARM)
ALLOW, EPERM = 0x7FFF0000, 0x00050000 | errno.EPERM
FORBIDDEN = {
    "socket": (41, 198, 281),
    "connect": (42, 203, 283),
    "bind": (49, 200, 282),
    "open": (2, None, 5),
    "openat": (257, 56, 322),
    "openat2": (437, 437, 437),
    "execve": (59, 221, 11),
    "execveat": (322, 281, 387),
    "fork": (57, None, 2),
    "clone": (56, 220, 120),
    "clone3": (435, 435, 435),
    "ptrace": (101, 117, 26),
    "kill": (62, 129, 37),
    "tgkill": (234, 131, 268),
    "io_uring_setup": (425, 425, 425),
    "bpf": (321, 280, 386),
    "prctl": (157, 167, 172),
    "prlimit64": (302, 261, 369),
    "process_vm_writev": (311, 271, 377),
    "ioctl": (16, 29, 54),
    "fcntl": (72, 25, 55),
}


def verdict(code: bytes, arch: int, number: int) -> int:
    """What the kernel would make of it: the three instructions of classic BPF that the filter has."""
    data = struct.pack("=II", number, arch)
    at, held = 0, 0
    lines = list(struct.iter_unpack("=HBBI", code))
    while True:
        kind, yes, no, value = lines[at]
        at += 1
        if kind == 0x20:
            held = struct.unpack_from("=I", data, value)[0]
        elif kind == 0x15:
            at += yes if held == value else no
        else:
            assert kind == 0x06
            return value


@pytest.mark.parametrize("arch", ARCHES)
def test_the_filter_lets_through_what_is_on_the_list_and_nothing_else(arch: int) -> None:
    code, column = confine.program(arch), ARCHES.index(arch)
    allowed = {numbers[column] for numbers in confine.ALLOWED.values()} - {None}
    for number in {*range(600), *allowed}:
        assert verdict(code, arch, number) == (ALLOW if number in allowed else EPERM), number


@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_an_intruder_would_want_is_not_on_the_list(arch: int, name: str) -> None:
    number = FORBIDDEN[name][ARCHES.index(arch)]
    if number is not None:
        assert verdict(confine.program(arch), arch, number) == EPERM


@pytest.mark.parametrize("arch", ARCHES)
def test_calls_of_another_abi_are_refused(arch: int) -> None:
    code = confine.program(arch)
    for other in {0x40000003, *ARCHES} - {arch}:
        assert all(verdict(code, other, number) == EPERM for number in range(600))
    assert verdict(code, arch, 0x40000000) == EPERM  # x32 on x86_64


def test_the_numbers_of_aarch64_are_those_of_the_kernel_s_header() -> None:
    header = next(iter(Path("/usr/include").glob("**/asm-generic/unistd.h")), None)
    if header is None:
        pytest.skip("no kernel headers on this machine")
    lines = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    known = {name: int(number) for name, number in lines}
    for name, (_, number, _) in confine.ALLOWED.items():
        if number is not None:
            assert known.get(name, known.get(name.removeprefix("new"))) == number, name


def test_the_abi_is_that_of_the_process_and_not_of_the_kernel() -> None:
    assert confine.abi("aarch64", wide=True) == confine.AARCH64
    assert confine.abi("aarch64", wide=False) == confine.ARM
    assert confine.abi("armv7l", wide=False) == confine.ARM
    assert confine.abi("x86_64", wide=True) == confine.X86_64
    assert confine.abi("x86_64", wide=False) is None
    assert confine.abi("riscv64", wide=True) is None


def test_a_machine_of_another_kind_gets_no_filter_and_is_told_of() -> None:
    assert confine.filter_calls(None).startswith("no filter for system calls on ")


def test_a_python_without_ctypes_gets_no_filter_and_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", None)
    assert confine.filter_calls(confine.X86_64).startswith("no ctypes to ask the kernel with")


def in_a_thread(arch: int) -> tuple[str, list[int | None]]:
    """A filter is put over one thread alone, so it can be tried here."""
    said: list[str] = []
    errors: list[int | None] = []

    def work() -> None:
        said.append(confine.filter_calls(arch))
        try:
            socket.socket(socket.AF_UNIX).close()
        except OSError as error:
            errors.append(error.errno)
        else:
            errors.append(None)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    return said[0], errors


def test_a_thread_under_the_filter_opens_no_socket_and_others_do() -> None:
    arch = confine.abi(os.uname().machine, wide=True)
    assert arch is not None
    assert in_a_thread(arch) == ("", [errno.EPERM])
    socket.socket(socket.AF_UNIX).close()


def test_a_kernel_that_takes_no_filter_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "program", lambda arch: b"\xff" * 8)
    said, errors = in_a_thread(confine.X86_64)
    assert said == "the kernel takes no filter for system calls (Invalid argument)"
    assert errors == [None]


def test_the_limits_are_put_over_the_process_that_is_named() -> None:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    with child:
        confine.limit(child.pid, 1 << 20)
        size = int(Path(f"/proc/{child.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        memory = resource.prlimit(child.pid, resource.RLIMIT_AS)
        others = [
            resource.prlimit(child.pid, kind)
            for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC)
        ]
        files = resource.prlimit(child.pid, resource.RLIMIT_NOFILE)
        child.kill()
    assert abs(memory[0] - size - (1 << 20)) < 1 << 21
    assert memory[0] == memory[1]
    assert others == [(0, 0)] * 3
    assert files == (8, 8)


def test_the_list_is_of_calls_that_this_machine_s_libseccomp_knows_by_these_numbers() -> None:
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("no libseccomp on this machine")
    resolve = library.seccomp_syscall_resolve_name_arch
    resolve.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    for name, numbers in {**confine.ALLOWED, **FORBIDDEN}.items():
        for arch, number in zip(ARCHES, numbers, strict=True):
            found = resolve(arch, name.encode())
            assert found == number or (number is None and found < 0), (name, hex(arch), found)
