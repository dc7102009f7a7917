"""Sealing with AES-256-GCM (NIST SP 800-38D): without the key nothing of it can be read, nor changed unseen.

Laws:
- Each use has a key of its own, made from the one that the owner gave by HKDF (RFC 5869).
- What is looked up in the catalog, and file names, are sealed so that the same text looks the same each time: the nonce
  is the HMAC of the use and the text, as in SIV (RFC 5297). So UNIQUE and WHERE go on working, and all that shows is
  that two texts of one column are equal. AES-GCM-SIV (RFC 8452) would do it too, but OpenSSL has it from 3.2 only.
- Files have a random nonce. What they belong to is authenticated with them, so that no two can change places.
- A file is worked on in pieces, since the interpreter stands still meanwhile and a fade must go on.

Only those import this who have a key: the library costs 25 ms of a start and 4 MB.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.storage.envelope import KEY_ID_BYTES, MAGIC, MARK, Unsealable, is_sealed

_NONCE, _TAG = 12, 16
_HEAD = len(MAGIC) + KEY_ID_BYTES + _NONCE
PIECE = 1 << 16
"""Bytes: two milliseconds on the slowest Raspberry Pi that shows pictures, which has no AES instructions."""


class Sealer:
    """One key. Safe to use from any thread."""

    def __init__(self, key: bytes) -> None:
        """key: 32 bytes."""
        self._texts = AESGCM(_subkey(key, b"texts"))
        self._nonces = _subkey(key, b"nonces of texts")
        self._files = AES(_subkey(key, b"files"))
        self._mark = _subkey(key, b"key id")[:KEY_ID_BYTES]

    @property
    def key_id(self) -> str:
        """Which key this is; tells nothing of the key."""
        return self._mark.hex()

    def text(self, use: str, plain: str) -> str:
        """`plain` as printable ASCII, the same each time. use: the column."""
        return MARK + base64.urlsafe_b64encode(self.same(use, plain.encode())).decode()

    def open_text(self, use: str, sealed: str) -> str:
        """Raises Unsealable."""
        if not sealed.startswith(MARK):
            raise Unsealable("text that is not sealed")
        try:
            content = base64.b64decode(sealed[len(MARK) :], altchars=b"-_", validate=True)
            return self.open_same(use, content).decode()
        except binascii.Error as error:
            raise Unsealable("text that is damaged") from error

    def same(self, use: str, plain: bytes) -> bytes:
        """Sealed, the same each time; 28 bytes longer."""
        nonce = hmac.digest(self._nonces, use.encode() + b"\0" + plain, "sha256")[:_NONCE]
        return nonce + self._texts.encrypt(nonce, plain, use.encode())

    def open_same(self, use: str, sealed: bytes) -> bytes:
        """Raises Unsealable."""
        try:
            return self._texts.decrypt(sealed[:_NONCE], sealed[_NONCE:], use.encode())
        except (InvalidTag, ValueError) as error:
            raise Unsealable("damaged, or sealed with another key") from error

    def file(self, belongs_to: str, content: bytes | memoryview) -> Iterator[bytes]:
        """The pieces of a sealed file."""
        nonce = os.urandom(_NONCE)
        head = MAGIC + self._mark + nonce
        encryptor = Cipher(self._files, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(head + belongs_to.encode())
        yield head
        for piece in _pieces(content):
            yield encryptor.update(piece)
        yield encryptor.finalize() + encryptor.tag

    def open_file(self, belongs_to: str, sealed: bytes) -> bytes:
        """What was sealed; nothing of it where a single bit was changed. Raises Unsealable."""
        if not is_sealed(sealed) or len(sealed) < _HEAD + _TAG:
            raise Unsealable("not a sealed file")
        head, tag = sealed[:_HEAD], sealed[-_TAG:]
        decryptor = Cipher(self._files, GCM(head[-_NONCE:], tag)).decryptor()
        decryptor.authenticate_additional_data(head + belongs_to.encode())
        pieces = [decryptor.update(piece) for piece in _pieces(memoryview(sealed)[_HEAD:-_TAG])]
        try:
            pieces.append(decryptor.finalize())
        except InvalidTag as error:
            raise Unsealable("its bytes have changed, or it is sealed with another key") from error
        return b"".join(pieces)


def _pieces(content: bytes | memoryview) -> Iterator[memoryview]:
    view = memoryview(content)
    return (view[start : start + PIECE] for start in range(0, len(view), PIECE))


def _subkey(key: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kiosk storage: " + use).derive(key)
