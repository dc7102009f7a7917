"""Which addresses this frame may speak to: https anywhere, plain http on this machine alone.

The rule holds for addresses in the configuration and for those that a server hands out. Access tokens travel
to them, so whatever two URL readers could understand differently is refused rather than guessed: user info,
backslashes, blanks, non-ASCII letters, percent signs in the host, IPv4 addresses that are not four plain
decimals.
"""

from __future__ import annotations

import ipaddress
import re

from attrs import frozen

# RFC 3986 section 3.2 without user info. A host that is not ASCII has to be written in its xn-- form (RFC
# 5891).
_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+))"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?#][!-\[\]_a-z~]*)?"
)
_FOUR_DECIMALS = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
_LOOKS_NUMERIC = re.compile(r"(?:0[xX][0-9A-Fa-f]*|[0-9]+)")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_PORTS = {"https": 443, "http": 80}

ALLOWED = "an https address, or plain http on this machine (127.0.0.1, [::1] or localhost)"


@frozen
class Address:
    """Where a URL leads: scheme and host in lower case, an IPv6 host without brackets, the port always
    known."""

    scheme: str
    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether it never leaves this machine, whatever a name server says (RFC 1122 3.2.1.3, RFC 4291
        2.5.3)."""
        if self.host == "localhost":
            return True
        # `localhost.` and `127.0.0.1.` go to a name server first, so they are not in here.
        if ":" in self.host:
            return ipaddress.IPv6Address(self.host) == ipaddress.IPv6Address(1)
        return bool(_FOUR_DECIMALS.fullmatch(self.host)) and self.host.startswith("127.")


def parse_address(url: str) -> Address | str:
    """The address of an http or https URL, or one phrase that says what is wrong with it."""
    if not url.isascii():
        return "it has letters outside ASCII; write the host in its xn-- form"
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return _what_is_wrong(url)
    scheme = match["scheme"].lower()
    if scheme not in _PORTS:
        return f"{scheme} is not http or https"
    host = match["six"] or match["host"]
    if wrong := _wrong_host(host, six=match["six"] is not None):
        return wrong
    port = int(match["port"]) if match["port"] else _PORTS[scheme]
    if not 1 <= port <= 65535:
        return f"port {port} does not exist"
    return Address(scheme, host.lower(), port)


def check_address(url: str) -> str | None:
    """None if this frame may speak to `url`, else one phrase that says why not."""
    address = parse_address(url)
    if isinstance(address, str):
        return address
    if address.scheme == "http" and not address.loopback:
        return f"plain http to {address.host} would leave this machine unencrypted"
    return None


def is_loopback(url: str) -> bool:
    """Whether `url` is a sound http or https URL whose host is this machine by its very name."""
    address = parse_address(url)
    return isinstance(address, Address) and address.loopback


def _wrong_host(host: str, *, six: bool) -> str:
    if six:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return f"[{host}] is not an IPv6 address"
        return ""
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return f"{host} is not a host name"
    # WHATWG URL, "ends in a number": a resolver would read 2130706433, 127.1 or 0x7f.1 as an IPv4 address.
    if _LOOKS_NUMERIC.fullmatch(labels[-1]):
        plain = _FOUR_DECIMALS.fullmatch(host)
        if plain is None or any(int(part) > 255 for part in labels):
            return f"{host} is not an IPv4 address of four plain decimals"
    return ""


def _what_is_wrong(url: str) -> str:
    if any(letter <= " " or letter == "\x7f" for letter in url):
        return "it has a blank or a control character in it"
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    if "@" in authority:
        return "a name or password before the host is not allowed"
    return "it is not a URL"
