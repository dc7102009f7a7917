"""Who may say what runs on this frame."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kiosk.errors import UpdateError
from kiosk.update.signature import check, new_key, sign, trusted
from tests.update.releases import key

CONTENT = b'{"format": 1}'


@pytest.fixture
def maker(tmp_path: Path) -> Path:
    return key(tmp_path)


def test_what_the_key_has_signed_is_believed(maker: Path, tmp_path: Path) -> None:
    check(CONTENT, sign(CONTENT, maker), trusted(tmp_path / "keys"))


def test_any_of_several_keys_will_do(maker: Path, tmp_path: Path) -> None:
    other = key(tmp_path, "another")
    keys = trusted(tmp_path / "keys")
    check(CONTENT, sign(CONTENT, maker), keys)
    check(CONTENT, sign(CONTENT, other), keys)


def test_no_bit_of_signature_or_content_may_change(maker: Path, tmp_path: Path) -> None:
    keys, good = trusted(tmp_path / "keys"), sign(CONTENT, maker)
    flipped = [bytes(byte ^ (i == at) for i, byte in enumerate(good)) for at in range(len(good))]
    for signature in (*flipped, good[:-1], good + b"\0", b"", bytes(64)):
        with pytest.raises(UpdateError, match="not signed by a key that this frame trusts"):
            check(CONTENT, signature, keys)
    for content in (CONTENT + b" ", CONTENT[:-1], b""):
        with pytest.raises(UpdateError, match="not signed"):
            check(content, good, keys)


def test_a_key_that_nobody_trusts_signs_nothing(maker: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.pem"
    new_key(stranger)
    with pytest.raises(UpdateError, match="not signed"):
        check(CONTENT, sign(CONTENT, stranger), trusted(tmp_path / "keys"))


def test_the_private_key_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    private = tmp_path / "maker.pem"
    assert new_key(private) == tmp_path / "maker.public.pem"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert b"PRIVATE" not in (tmp_path / "maker.public.pem").read_bytes()
    before = private.read_bytes()
    with pytest.raises(UpdateError, match="File exists"):
        new_key(private)
    assert private.read_bytes() == before


def test_without_a_key_nobody_may_update(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="No such file"):
        trusted(tmp_path / "nowhere")
    (tmp_path / "README").touch()
    with pytest.raises(UpdateError, match="holds no public key"):
        trusted(tmp_path)


def test_a_file_that_is_no_ed25519_key_is_named(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    (tmp_path / "a.pem").write_bytes(
        other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(UpdateError, match=r"a\.pem is not an Ed25519 key"):
        trusted(tmp_path)
    (tmp_path / "a.pem").write_text("hello")
    with pytest.raises(UpdateError, match=r"a\.pem is no public key in PEM"):
        trusted(tmp_path)
    private = tmp_path / "b.key"
    private.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(UpdateError, match=r"b\.key is not an Ed25519 key"):
        sign(CONTENT, private)
    private.write_text("hello")
    with pytest.raises(UpdateError, match=r"b\.key is no private key"):
        sign(CONTENT, private)
    with pytest.raises(UpdateError, match="No such file"):
        sign(CONTENT, tmp_path / "none.key")
