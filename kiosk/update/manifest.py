"""What a release says of itself: which files belong to it, for which machine it is, and which one is newer.

Laws:
- A manifest is believed only after its signature was (signature.py): `parse` is given bytes that are signed.
- A file counts only if it is named here, with its size and SHA-256; a name is a plain file name.
- Of two releases the one with the higher number is the newer one. So an old release that somebody kept, signed as it
  is, is no update.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from kiosk.errors import UpdateError

MANIFEST, SIGNATURE, LOCK = "manifest.json", "manifest.sig", "requirements.lock"
MOST_BYTES = 1_000_000
"""Of the manifest itself."""
_FORMAT = 1
_MOST_FILES = 500
_MOST_TOTAL = 2_000_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,199}")
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}(?:[a-z0-9.+]{0,30})")
_PYTHON = re.compile(r"3\.[0-9]{1,2}")
_MACHINE = re.compile(r"[a-z0-9_]{1,20}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@frozen
class Listed:
    """One file of a release."""

    size: int
    """Bytes."""
    sha256: str
    """64 hexadecimal digits."""


@frozen(kw_only=True)
class Manifest:
    """One release. `digest` is the SHA-256 of the bytes that were signed."""

    version: str
    number: int
    """Seconds since the epoch when it was made; later ones have higher ones."""
    python: str
    """Like 3.11: its wheels are for no other."""
    machine: str
    """Like aarch64, as uname(1) says it."""
    files: Mapping[str, Listed]
    digest: str

    @property
    def name(self) -> str:
        """Of its folder, as install.sh names one: version, Python, and what it is made from."""
        return f"{self.version}-python{self.python}-{self.digest[:12]}"

    @property
    def total(self) -> int:
        """Bytes of all its files."""
        return sum(each.size for each in self.files.values())

    @property
    def wheel(self) -> str:
        """The file that is the kiosk itself."""
        return next(name for name in self.files if _is_kiosk(name))


def parse(content: bytes) -> Manifest:
    """Raises UpdateError for what is no manifest, with the first thing that is wrong."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UpdateError("the manifest is no JSON") from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise UpdateError("the manifest has another format: a newer kiosk made it")
    number = document.get("number")
    if type(number) is not int or not 0 < number < 1 << 53:
        raise UpdateError("the manifest's number is not one")
    return Manifest(
        version=_matching(document, "version", _VERSION),
        number=number,
        python=_matching(document, "python", _PYTHON),
        machine=_matching(document, "machine", _MACHINE),
        files=_files(document.get("files")),
        digest=hashlib.sha256(content).hexdigest(),
    )


def written(version: str, number: int, python: str, machine: str, files: Mapping[str, Listed]) -> bytes:
    """The bytes to be signed; `parse` takes them. Raises UpdateError where it would not."""
    document = {
        "format": _FORMAT,
        "version": version,
        "number": number,
        "python": python,
        "machine": machine,
        "files": {name: {"size": each.size, "sha256": each.sha256} for name, each in sorted(files.items())},
    }
    content = (json.dumps(document, indent=1) + "\n").encode()
    parse(content)
    return content


def comparable(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, for comparing; 1.2 and 1.2.0 are the same."""
    numbers = [int(part) for part in re.split(r"[^0-9.]", version, maxsplit=1)[0].split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _matching(document: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise UpdateError(f"the manifest's {key} is not one")
    return value


def _files(listed: object) -> dict[str, Listed]:
    if not isinstance(listed, dict) or not 0 < len(listed) <= _MOST_FILES:
        raise UpdateError("the manifest names no files, or too many")
    files = {name: _listed(name, entry) for name, entry in listed.items()}
    if LOCK not in files or sum(map(_is_kiosk, files)) != 1:
        raise UpdateError(f"the manifest names no {LOCK}, or not one wheel of the kiosk")
    if sum(each.size for each in files.values()) > _MOST_TOTAL:
        raise UpdateError(f"the release is larger than {_MOST_TOTAL // 1_000_000} MB")
    return files


def _listed(name: str, entry: object) -> Listed:
    if not _NAME.fullmatch(name) or not (name == LOCK or name.endswith(".whl")):
        raise UpdateError("the manifest names a file that has no place in a release")
    size, digest = (entry.get("size"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
    if type(size) is not int or size < 0 or not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise UpdateError(f"the manifest's entry of {name} is not one")
    return Listed(size, digest)


def _is_kiosk(name: str) -> bool:
    return name.startswith("kiosk-") and name.endswith(".whl")
