"""Reading one field of an answer: any JSON value in, a sound value or None out; no type is trusted.

proto3 JSON writes 64-bit integers and durations as text and may leave out what is empty
(protobuf.dev/programming-guides/json), and what is absurd must not reach a deadline or a rectangle.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from kiosk.core.addresses import Address, check_address, parse_address
from kiosk.core.model import Seconds, Size
from kiosk.errors import Reason, Refused

_SECONDS = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{0,30})?s?")
_WHOLE = re.compile(r"[0-9]{1,19}")
# RFC 3339 section 5.6. `datetime.fromisoformat` alone would take "20230714" and week dates as well.
_MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?P<fraction>\.[0-9]{1,30})?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# The first photograph was taken in 1826; beyond these years somebody's clock or scanner was wrong.
_YEARS = range(1826, 2200)
_MOST_PIXELS = 100_000
_LONGEST_TEXT = 4096


def text(value: object) -> str | None:
    """Text that is not empty, not absurdly long, and can be written as UTF-8 (JSON may hold half a
    surrogate pair).
    """
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        return None
    return value if not any("\ud800" <= letter <= "\udfff" for letter in value) else None


def plain(value: object) -> str | None:
    """Text of printable US-ASCII without blanks, as tokens and ids are (RFC 6749 appendix A: VSCHAR)."""
    found = text(value)
    return found if found is not None and all("!" <= letter <= "~" for letter in found) else None


def printable(value: object) -> str:
    """Text for people: what cannot be shown or stored is left out; empty when there is none. At most 255
    characters.
    """
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value[:_LONGEST_TEXT] if letter.isprintable())[:255]


def flag(value: object) -> bool:
    """A boolean; proto3 JSON leaves out what is false."""
    return value is True or value == "true"


def seconds(value: object, least: float, most: float) -> Seconds | None:
    """A number of seconds, also as ``"3.5s"`` or ``"1800"``, limited to [least, most]; None for anything
    else.
    """
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = float(value.removesuffix("s"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    # Compared before it is converted: an integer of 400 digits is no float.
    return Seconds(float(min(max(value, least), most)))


def pace(value: object, most: float) -> Seconds | None:
    """How long to wait between two questions, from 0.1 s up. Zero and less would make a busy loop: as if
    left out.
    """
    found = seconds(value, 0.0, most)
    return Seconds(max(found, 0.1)) if found else None


def whole(value: object) -> int | None:
    """A whole number that is not negative, also as text."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value >= 0 else None


def size(width: object, height: object) -> Size | None:
    """Pixels, None unless both are from 1 to 100,000."""
    across, down = whole(width), whole(height)
    if across is None or down is None:
        return None
    return Size(across, down) if 0 < across <= _MOST_PIXELS and 0 < down <= _MOST_PIXELS else None


def moment(value: object) -> datetime | None:
    """An RFC 3339 time as aware UTC, to the microsecond; None for garbage and for years that no photograph
    has.
    """
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    zone = "+00:00" if match["zone"] in "Zz" else match["zone"]
    try:
        found = datetime.fromisoformat(f"{match['day']}T{match['time']}{(match['fraction'] or '')[:7]}{zone}")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.year in _YEARS else None


def safe_address(value: object) -> str:
    """An address that a server handed out and that this frame may speak to.

    Raises Refused(Reason.ADDRESS) unless it is https or loopback (core/addresses.py).
    """
    if not isinstance(value, str):
        raise Refused(Reason.ADDRESS, "The server left out an address.")
    # Not what exactly is wrong: that would quote the host, and a server may put anything there.
    if check_address(value) is not None:
        raise Refused(
            Reason.ADDRESS, "The server handed out an address that is neither https nor on this machine."
        )
    return value


def page_address(value: object, *, lan_host: str | None) -> str:
    """An address for a person's browser. It may be plain http to ``lan_host`` as well (the demo's own address on the
    network, so that a phone reaches its pages).

    Raises Refused(Reason.ADDRESS).
    """
    if lan_host is not None and isinstance(value, str) and _leads_to(lan_host, parse_address(value)):
        return value
    return safe_address(value)


def _leads_to(host: str, address: Address | str) -> bool:
    return isinstance(address, Address) and address.host == host.lower()
