"""Where releases come from: a folder, or an https address. What is fetched is checked on the way, and nothing else is
ever looked at.

The signature comes first; then each file that the manifest names, cut off at the size that it says, and its SHA-256.
What is checked is our own copy, so that nobody changes it between the check and its use.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.errors import UpdateError
from kiosk.update import signature
from kiosk.update.manifest import MANIFEST, MOST_BYTES, SIGNATURE, Manifest, parse

_PIECE = 1 << 16


class Source(Protocol):
    """Reads the files of one release by name."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Its content, in pieces; raises UpdateError."""

    def __str__(self) -> str:
        """For people."""


@frozen
class Folder:
    """A release on a disk, a stick or a share."""

    path: Path

    def pieces(self, name: str) -> Iterator[bytes]:
        file = self.path / name
        try:
            # No link: on a stick it would lead into this machine.
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb", buffering=0) as opened:
                while piece := opened.read(_PIECE):
                    yield piece
        except OSError as error:
            raise UpdateError(f"{file}: {error.strerror}") from error

    def __str__(self) -> str:
        return str(self.path)


@frozen
class Limits:
    """Seconds. A server that stalls, or drips, holds nobody up for ever."""

    quiet: float = 30.0
    """Without a byte."""
    whole: float = 3600.0
    """For all files of a release."""


@frozen
class Web:
    """A release behind an https address, or plain http on this machine."""

    address: str
    limits: Limits = Limits()
    _monotonic: Callable[[], float] = time.monotonic
    _until: float = field(init=False)

    @_until.default
    def _from_now(self) -> float:
        return self._monotonic() + self.limits.whole

    def pieces(self, name: str) -> Iterator[bytes]:
        # Here, since a folder needs no network; and it costs a second on a small board.
        from kiosk.update.web import chunks

        with closing(chunks(f"{self.address}/{name}", self.limits.quiet, _PIECE)) as read:
            for piece in read:
                if self._monotonic() > self._until:
                    raise UpdateError(f"{self.address} takes longer than {self.limits.whole:g} s")
                yield piece

    def __str__(self) -> str:
        return self.address


@frozen
class Offered:
    """A release whose manifest is signed by somebody this frame trusts; its files have not been looked at."""

    source: Source
    manifest: Manifest
    content: bytes
    """The manifest's own."""


def sources(configured: str) -> list[Source]:
    """[update] source: an address is one release, a folder is one or holds several. Raises UpdateError."""
    if "://" in configured:
        return [Web(configured)]
    folder = Path(configured)
    try:
        if (folder / MANIFEST).exists():
            return [Folder(folder)]
        found = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    except OSError as error:
        raise UpdateError(f"{folder}: {error.strerror}") from error
    if not found:
        raise UpdateError(f"{folder} holds no release (no {MANIFEST} in it, nor in a folder of it)")
    return [Folder(path) for path in found]


def newest(
    offered_by: list[Source], keys: tuple[Ed25519PublicKey, ...], fits: Callable[[Manifest], bool]
) -> tuple[Offered | None, list[str]]:
    """The newest that is signed and for this machine, and what was wrong with others. Raises UpdateError when there is
    only one and it is not sound."""
    good, wrong = [], []
    for source in offered_by:
        try:
            offered = offer(source, keys)
        except UpdateError as error:
            if len(offered_by) == 1:
                raise
            wrong.append(f"{source}: {error}")
            continue
        if fits(offered.manifest):
            good.append(offered)
        else:
            its = offered.manifest
            wrong.append(f"{source} is for Python {its.python} on {its.machine}")
    return max(good, key=lambda each: each.manifest.number, default=None), wrong


def offer(source: Source, keys: tuple[Ed25519PublicKey, ...]) -> Offered:
    """Reads and checks signature and manifest. Raises UpdateError."""
    signed = _read(source, SIGNATURE, signature.SIGNATURE_BYTES)
    content = _read(source, MANIFEST, MOST_BYTES)
    signature.check(content, signed, keys)
    return Offered(source, parse(content), content)


def fetch(offered: Offered, into: Path) -> None:
    """Copies every file into `into`, an empty folder of ours, each checked. Raises UpdateError."""
    for name, listed in offered.manifest.files.items():
        digest, size = hashlib.sha256(), 0
        with _writing(into / name) as write:
            for piece in offered.source.pieces(name):
                size += len(piece)
                if size > listed.size:
                    raise UpdateError(f"{name} is longer than its manifest says")
                digest.update(piece)
                write(piece)
        if size != listed.size or digest.hexdigest() != listed.sha256:
            raise UpdateError(f"{name} is not the file that its manifest names")


def _read(source: Source, name: str, most: int) -> bytes:
    content = b""
    for piece in source.pieces(name):
        content += piece
        if len(content) > most:
            raise UpdateError(f"{name} is longer than {most} bytes")
    return content


@contextmanager
def _writing(path: Path) -> Iterator[Callable[[bytes], object]]:
    try:
        with path.open("xb") as file:
            yield file.write
    except OSError as error:
        raise UpdateError(f"{path}: {error.strerror}") from error
