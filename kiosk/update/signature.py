"""Ed25519 (RFC 8032) over the exact bytes of a manifest: who may say what runs on this frame.

The private key stays with whoever makes releases; the frame has the public ones, as PEM files in one folder that only
root can write to.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from kiosk.errors import UpdateError

SIGNATURE_BYTES = 64
_SUFFIX = ".pem"


def trusted(folder: Path) -> tuple[Ed25519PublicKey, ...]:
    """The keys in ``*.pem`` of `folder`. Raises UpdateError when there is none, or one is something else."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == _SUFFIX)
    except OSError as error:
        raise UpdateError(f"{folder}: {error.strerror}") from error
    if not files:
        raise UpdateError(f"nobody may update this frame: {folder} holds no public key (*{_SUFFIX})")
    return tuple(map(_public, files))


def check(content: bytes, signature: bytes, keys: tuple[Ed25519PublicKey, ...]) -> None:
    """Returns when one of the keys has signed `content`; else raises UpdateError."""
    for key in keys:
        try:
            key.verify(signature, content)
        except InvalidSignature:
            continue
        return
    raise UpdateError("the release is not signed by a key that this frame trusts")


def sign(content: bytes, private_key: Path) -> bytes:
    """The 64 bytes of a signature. private_key: a PEM file without a password. Raises UpdateError."""
    try:
        key = load_pem_private_key(private_key.read_bytes(), password=None)
    except OSError as error:
        raise UpdateError(f"{private_key}: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UpdateError(f"{private_key} is no private key in PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UpdateError(f"{private_key} is not an Ed25519 key")
    return key.sign(content)


def new_key(private: Path) -> Path:
    """Makes a key: `private` (0600), and beside it the public one, whose path is returned. Raises UpdateError, also
    when there is one already: a frame trusts it, and nobody else has it."""
    key = Ed25519PrivateKey.generate()
    public = private.with_name(f"{private.stem}.public{_SUFFIX}")
    try:
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    except OSError as error:
        raise UpdateError(f"{error.filename}: {error.strerror}") from error
    return public


def _public(file: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(file.read_bytes())
    except OSError as error:
        raise UpdateError(f"{file}: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UpdateError(f"{file} is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UpdateError(f"{file} is not an Ed25519 key")
    return key
