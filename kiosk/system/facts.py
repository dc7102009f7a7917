"""What the menu tells of the machine: name, addresses, free space. Asks the kernel alone, and sends nothing."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Sequence
from fcntl import ioctl
from pathlib import Path

from kiosk.core.model import MachineFacts

_SIOCGIFADDR = 0x8915
_INTERFACE = 16
"""Bytes of an interface's name (linux/if.h)."""
MOST_V4, MOST_V6 = 2, 1
"""Addresses that are told: enough to find the frame, few enough to copy down."""
_PASSING = 0x01 | 0x08 | 0x20 | 0x40
"""Flags of an IPv6 address that nobody should copy down (linux/if_addr.h): temporary, a duplicate, deprecated, not
sure yet."""
AVAHI = Path("/run/avahi-daemon/socket")
"""Where it answers, the name with .local leads here."""
IF_INET6 = Path("/proc/net/if_inet6")


def look_up(version: str, cache: Path) -> MachineFacts:
    """cache: the folder of the pictures, whose card is meant. What cannot be found out is left out."""
    return MachineFacts(version, name(socket.gethostname()), addresses(), free(cache))


def name(host: str, avahi: Path = AVAHI) -> str:
    """The host name, as other machines find it."""
    return f"{host}.local" if avahi.exists() and "." not in host else host


def addresses(if_inet6: Path = IF_INET6, interfaces: Sequence[str] | None = None) -> tuple[str, ...]:
    """Those that others reach this machine by; the older kind first, since it is shorter.

    interfaces: which to ask for it; None: all.
    """
    names = [name for _, name in socket.if_nameindex()] if interfaces is None else interfaces
    return (*[*_v4(names)][:MOST_V4], *[*_v6(if_inet6)][:MOST_V6])


def free(folder: Path) -> int | None:
    """Bytes that this user may still write there."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def _v4(interfaces: Sequence[str]) -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for interface in interfaces:
            request = struct.pack(f"{_INTERFACE}s24x", interface.encode()[: _INTERFACE - 1])
            try:
                answer = ioctl(asking, _SIOCGIFADDR, request)
            except OSError:  # it has none
                continue
            address = socket.inet_ntoa(answer[20:24])
            if not address.startswith("127."):
                yield address


def _v6(if_inet6: Path) -> Iterator[str]:
    try:
        lines = if_inet6.read_text().splitlines()
    except OSError:  # a kernel without IPv6
        return
    for line in lines:
        address, _, _, scope, flags, *_ = line.split()
        if scope == "00" and not int(flags, 16) & _PASSING:
            yield socket.inet_ntop(socket.AF_INET6, bytes.fromhex(address))
