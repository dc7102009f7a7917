"""The time zone of this machine, as the C library finds it (tzset(3)): TZ, else /etc/localtime, else UTC."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

LOCALTIME = Path("/etc/localtime")
_MOST_BYTES = 1 << 20
"""Of a zone file: the largest has 4 kB."""
_HEADER = 44
_COUNTS = struct.Struct(">6l")
_YEARS = range(1970, 2060)
_NO_ZONE = (ValueError, OSError, EOFError, AssertionError, struct.error, IndexError)
"""What zoneinfo raises for a file that is none, or is damaged."""


class _Whole(io.BytesIO):
    """zoneinfo reads the footer until its last byte, and where a file was cut short it does so for ever."""

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        if size and not content:
            raise EOFError
        return content


def local_zone(env: Mapping[str, str], localtime: Path = LOCALTIME) -> tzinfo:
    """The zone, with all its changes to and from summer time. It is read once: a change needs a restart."""
    name = env.get("TZ")
    if name is None:
        return _of_file(localtime) or UTC
    name = name.removeprefix(":")
    if name.startswith("/"):
        return _of_file(Path(name)) or UTC
    return _named(name) or _ruled(name) or UTC


def _named(name: str) -> tzinfo | None:
    """A zone of the tz database, for example Europe/Berlin."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None


def _of_file(file: Path) -> tzinfo | None:
    try:
        with file.open("rb") as tzif:
            content = tzif.read(_MOST_BYTES)
        _check_types(content)
        return _sound(ZoneInfo.from_file(_Whole(content), key=str(file)))
    except _NO_ZONE:
        return None


def _ruled(rule: str) -> tzinfo | None:
    """A zone told by its rule, as CET-1CEST,M3.5.0,M10.5.0/3 is: a TZif file (RFC 8536) of nothing but a footer."""
    try:
        return _sound(ZoneInfo.from_file(_Whole(_tzif(rule.encode("ascii"))), key=rule))
    except _NO_ZONE:
        return None


def _check_types(content: bytes) -> None:
    """Raises ValueError or struct.error where a change leads to a local time that the file does not have: zoneinfo
    believes it, and CPython's reads beyond its memory then. RFC 8536, section 3."""
    header, width = 0, 4
    if content[4:5] >= b"2":
        utc, std, leaps, times, types, letters = _COUNTS.unpack_from(content, 20)
        header, width = _HEADER + times * 5 + types * 6 + letters + leaps * 8 + std + utc, 8
    _, _, _, times, types, _ = _COUNTS.unpack_from(content, header + 20)
    begin = header + _HEADER + times * width
    if any(index >= types for index in content[begin : begin + times]):
        raise ValueError("a local time that is not there")


def _sound(zone: tzinfo) -> tzinfo:
    """Raises ValueError for a zone that is a day or more from UTC at some time: it would tell no time then."""
    for month in range(12 * len(_YEARS)):
        datetime(_YEARS[month // 12], month % 12 + 1, 1, tzinfo=UTC).astimezone(zone).utcoffset()
    return zone


def _tzif(rule: bytes) -> bytes:
    """Version 2: no transition, one type of local time, and the rule for all times after the last transition."""
    header = struct.pack(">4s c 15x 6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
    block = header + struct.pack(">l ? B 4s", 0, False, 0, b"UTC\0")
    return block + block + b"\n" + rule + b"\n"
