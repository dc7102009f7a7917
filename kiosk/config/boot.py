"""kiosk.toml on the boot partition, which anybody with the card in a computer can write and read.

Rules:
- What is secret in it belongs elsewhere: `read_boot` hands it over, with the file's bytes without it. All the rest of
  the file stays as it was, to the byte.
- What the frame gets to see of it (kiosk/config/overlay.py) is what this program knows: the value of a key that it does
  not know may be a secret with a slip in its name.
- Editors leave byte order marks, CRLF and UTF-16; all are read, and written back as they were.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen

from kiosk.config.document import Document
from kiosk.config.files import LARGEST
from kiosk.config.overlay import Overlay
from kiosk.config.schema import SECTIONS, settings
from kiosk.config.setting import Mistake
from kiosk.core.model import Client, Secret
from kiosk.errors import ConfigError, Problem

_TEXT = "text in UTF-8, as any editor for plain text writes it"
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PIECES = re.compile(
    r'#[^\n]*|"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
"""A comment or a text, in any of TOML's four ways to write one."""
_DIGITS = re.compile(r"[0-9A-Fa-f]{64}")
_CLIENT, _STORAGE_KEY = ("google", "client_secret"), ("storage", "key")
_KEPT = "/etc/kiosk/credentials/storage.key"
_LARGEST_NUMBER = 2**53


@frozen
class BootFile:
    """What was found in one kiosk.toml, and what is to become of it."""

    overlay: Overlay
    client: Client | None = None
    """To be kept on the frame; None if the file names none. Without a secret the frame has to have it already."""
    storage_key: Secret | None = None
    """64 hexadecimal digits."""
    _mark: bytes = b""
    _text: str = field(default="", repr=False)
    _encoding: str = "utf-8"

    def without(self, *, client: bool, storage_key: bool) -> bytes:
        """The file without these of its secrets; the same bytes where they are not in it."""
        text = self._text
        if client and self.client and self.client.client_secret.reveal:
            text = _blank(text, _CLIENT)
        if storage_key and self.storage_key:
            text = _blank(text, _STORAGE_KEY)
        return self._mark + text.encode(self._encoding)

    def missing(self) -> Problem:
        """What to say where the frame has no secret for this client."""
        wrong = "it is missing, while client_id is there"
        return _problem(self.overlay.document, _CLIENT, wrong, "both, or neither of them")

    def other_key(self) -> Problem:
        """What to say where the frame has another storage key, without which its pictures would be lost."""
        wrong = "this frame has another key already, and its pictures with it"
        return _problem(self.overlay.document, _STORAGE_KEY, wrong, f"the same key, or none of {_KEPT}")


def read_boot(path: Path, raw: bytes) -> BootFile:
    """path: of the file, for people. Raises ConfigError for what is no text or no TOML."""
    mark, text, encoding = _decoded(path, raw)
    read = Document.parse(text, path)
    content = {name: _known(name, value) for name, value in read.content.items()}
    document = attrs.evolve(read, content=content)
    problems: list[Problem] = []
    client = _client(read, problems)
    key = _storage_key(read, problems)
    storage = content.get("storage")
    if isinstance(storage, dict) and storage.get("key") == "":
        del storage["key"]
    overlay = Overlay(document, tuple(problems))
    return BootFile(overlay, client, key, mark, text, encoding)


def holds(raw: bytes, secret: str) -> bool:
    """Whether a secret stands anywhere in these bytes, in any of the encodings."""
    return any(secret.encode(encoding) in raw for _, encoding in _MARKS)


def _decoded(path: Path, raw: bytes) -> tuple[bytes, str, str]:
    """-> byte order mark, text, encoding."""
    if len(raw) > LARGEST:
        raise ConfigError((Problem(str(path), f"it is larger than {LARGEST // 1024} KiB", _TEXT),))
    mark, encoding = next((each for each in _MARKS if raw.startswith(each[0])), (b"", "utf-8"))
    try:
        return mark, raw[len(mark) :].decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, len(mark) + error.start) + 1
        raise ConfigError((Problem(f"{path}:{line}", "it is not text in UTF-8", _TEXT),)) from error


def _client(document: Document, problems: list[Problem]) -> Client | None:
    """Nothing of it is taken unless all of it is sound."""
    secret, name = _text(document, *_CLIENT), _text(document, "google", "client_id")
    if secret and not name:
        wrong = "it is there, while client_id is missing"
        problems.append(_problem(document, _CLIENT, wrong, "both of them in this file, or neither"))
    if not name or _wrong(document, "google.client_id", name):
        return None  # which the frame itself will tell
    if wrong := _wrong(document, "google.client_secret", secret):
        problems.append(_problem(document, _CLIENT, wrong, settings()["google.client_secret"].allowed))
        return None
    return Client(name.strip(), Secret(secret.strip()))


def _storage_key(document: Document, problems: list[Problem]) -> Secret | None:
    """The key itself, which config.toml does not know: on the frame it has a file of its own."""
    digits = _text(document, *_STORAGE_KEY).strip()
    if digits and not _DIGITS.fullmatch(digits):
        problems.append(_problem(document, _STORAGE_KEY, "it is no key", "64 hexadecimal digits in quotes"))
        return None
    return Secret(digits.lower()) if digits else None


def _wrong(document: Document, key: str, value: str) -> str:
    try:
        settings()[key].read(value, document.path.parent)
    except Mistake as mistake:
        return str(mistake)
    return ""


def _problem(document: Document, names: tuple[str, str], wrong: str, allowed: str) -> Problem:
    section, key = names
    return Problem(f"{document.where(*names)}: [{section}] {key}", wrong, allowed)


def _text(document: Document, section: str, key: str) -> str:
    """The value of a key where it is a text, else an empty one."""
    found = document.content.get(section)
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) and value.strip() else ""


def _blank(text: str, names: tuple[str, str]) -> str:
    """The text of a document with an empty value for this key, whichever way it is written; else not a byte changes."""
    section, key = names
    value = _parsed(text)[section][key]
    return next(
        blanked
        for start, end in _literals(text, value)
        if not _parsed(blanked := f'{text[:start]}""{text[end:]}')[section][key]
    )


def _literals(text: str, value: str) -> list[tuple[int, int]]:
    """Where this value is written."""
    texts = (piece for piece in _PIECES.finditer(text) if piece[0][0] != "#")
    return [piece.span() for piece in texts if _parsed(f"v = {piece[0]}")["v"] == value]


def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text.replace("\r\n", "\n"))


def _known(section: str, value: object) -> object:
    """One section as far as it is known: the value of every other key is an empty one of the same kind."""
    if section not in SECTIONS or not isinstance(value, dict):
        return _empty(value)
    return {key: _shown(f"{section}.{key}", each) for key, each in value.items()}


def _shown(key: str, value: object) -> object:
    setting = settings().get(key)
    return _empty(value) if setting is None or setting.secret else _plain(value)


def _plain(value: object) -> object:
    """As JSON has it: no dates, no endless numbers."""
    if isinstance(value, list):
        return [_plain(each) if not isinstance(each, list) else [] for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-_LARGEST_NUMBER, min(value, _LARGEST_NUMBER))
    return value if isinstance(value, str | bool | float) else {}


def _empty(value: object) -> object:
    if isinstance(value, str | bool | int | float | list):
        return type(value)()
    return {}
