"""An address that was let through means the same host to everyone who reads it afterwards, and never leaves plain.

An input is one address, as a server, a redirect or a person with a clipboard would hand it out.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
import urllib3

from kiosk.core.addresses import Address, check_address, parse_address
from kiosk.core.model import Secret
from kiosk.errors import KioskError, Refused
from kiosk.google import fields, media, pkce
from kiosk.google.redact import said
from kiosk.google.transport import Reply
from tests.fuzz.targets.law import MARK, hides_the_mark, hold

ROOMS = ("kiosk.google", "kiosk.core.addresses")

_HERE = "https://photos.example.org/a/b?c"


def once(content: bytes, _folder: Path) -> None:
    """Raises Broken, or whatever should not have come out."""
    text = content.decode("utf-8", "surrogateescape")
    _one_reading(text)
    hold(MARK not in said(text, (MARK,)), "a secret stands in what a server said")
    hold(len(said(text)) <= 200, "what a server said goes on and on")
    for read in (_handed_out, _redirected, _pasted):
        try:
            read(text)
        except KioskError as error:
            if read is not _pasted:  # a person's own address is answered to that person alone
                hides_the_mark(error)


def _one_reading(text: str) -> None:
    """Ours, the standard library's and that of the library that connects."""
    if check_address(text) is not None:
        return
    address = parse_address(text)
    hold(isinstance(address, Address), "an address that is allowed and none")
    assert isinstance(address, Address)
    plain = urlsplit(text)
    hold((plain.hostname or "") == address.host, "urllib.parse reads another host")
    there = urllib3.util.parse_url(requests.Request("GET", text).prepare().url or "")
    hold((there.host or "").strip("[]") == address.host, "urllib3 connects to another host")
    hold(there.scheme == address.scheme, "another scheme is spoken")
    hold((there.port or {"https": 443, "http": 80}[address.scheme]) == address.port, "another port")
    hold(address.scheme == "https" or address.loopback, "plain http leaves this machine")


def _handed_out(text: str) -> None:
    hold(check_address(fields.safe_address(text)) is None, "an address that is not allowed was let through")


def _redirected(text: str) -> None:
    # http.client hands headers out as Latin-1.
    location = text.encode("utf-8", "surrogateescape").decode("latin-1")
    media._redirect(_HERE, Reply(302, {"location": location}, iter(())))


def _pasted(text: str) -> None:
    try:
        code = pkce.code_from_redirect(text, Secret("the-state"))
    except Refused as error:
        hold(len(str(error)) <= 200, "a refusal goes on and on")
        return
    # Browsers and urllib.parse drop tabs and line ends.
    read = unquote(re.sub(r"[\t\r\n]", "", text))
    hold(bool(code.reveal) and "the-state" in read, "a code without its state")
