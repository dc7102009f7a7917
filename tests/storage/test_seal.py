"""The cipher's own laws: what was sealed opens with its key, in its place and unchanged, and in no other case."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import MediaItemId, Size
from kiosk.storage.envelope import MARK, Seals, Unsealable, is_sealed
from kiosk.storage.seal import PIECE, Sealer
from kiosk.storage.sealed_names import LONGEST_SEALED_ID, Names, is_sealed_name
from tests.storage.sealed import KEY, OTHER_KEY

SEALER, OTHER = Sealer(KEY), Sealer(OTHER_KEY)
DIGEST = bytes(range(32)).hex()


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]


@given(st.text(), st.sampled_from(["a.b", "a.c"]))
def test_a_text_opens_and_looks_the_same_each_time(text: str, use: str) -> None:
    sealed = SEALER.text(use, text)
    assert sealed == Sealer(KEY).text(use, text)
    assert sealed.isascii() and sealed.isprintable()
    assert SEALER.open_text(use, sealed) == text


@given(st.text(min_size=4), st.text(min_size=4))
def test_two_texts_two_columns_and_two_keys_look_different(one: str, other: str) -> None:
    sealed = SEALER.text("a", one)
    assert (sealed == SEALER.text("a", other)) == (one == other)
    assert sealed[: len(MARK) + 16] != SEALER.text("b", one)[: len(MARK) + 16]  # not even the nonce
    assert sealed != OTHER.text("a", one)


def test_a_text_opens_in_its_own_column_alone_and_only_unchanged() -> None:
    sealed = SEALER.text("a.b", "some id")
    raw = base64.urlsafe_b64decode(sealed[len(MARK) :])
    bent = [MARK + base64.urlsafe_b64encode(flipped(raw, place)).decode() for place in range(len(raw))]
    short = [MARK + base64.urlsafe_b64encode(raw[:length]).decode() for length in range(len(raw))]
    for wrong in [*bent, *short, "", "some id", MARK, MARK + "?", MARK + "abc", sealed + "="]:
        with pytest.raises(Unsealable):
            SEALER.open_text("a.b", wrong)
    for sealer, use in ((SEALER, "a.c"), (OTHER, "a.b")):
        with pytest.raises(Unsealable):
            sealer.open_text(use, sealed)


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_file_opens_whatever_its_length_and_looks_different_each_time(length: int) -> None:
    content = bytes(range(256)) * (length // 256 + 1)
    content = content[:length]
    sealed, again = (b"".join(SEALER.file("item", content)) for _ in range(2))
    assert is_sealed(sealed) and sealed[40:] != again[40:]
    assert len(sealed) == length + 44
    assert SEALER.open_file("item", sealed) == content == SEALER.open_file("item", again)


def test_a_file_opens_for_what_it_belongs_to_alone_and_only_unchanged() -> None:
    sealed = b"".join(SEALER.file("item", b"a picture"))
    wrong = [flipped(sealed, place) for place in range(len(sealed))]
    wrong += [sealed[:length] for length in range(len(sealed))] + [sealed + b"\0", b"a picture"]
    for each in wrong:
        with pytest.raises(Unsealable):
            SEALER.open_file("item", each)
    for sealer, owner in ((SEALER, "other"), (OTHER, "item")):
        with pytest.raises(Unsealable):
            sealer.open_file(owner, sealed)


def test_the_keys_id_tells_keys_apart_and_nothing_of_the_key() -> None:
    assert SEALER.key_id == Sealer(KEY).key_id != OTHER.key_id
    assert len(SEALER.key_id) == 16
    assert bytes.fromhex(SEALER.key_id) not in KEY


IDS = st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=LONGEST_SEALED_ID // 4
) | st.text("abc/._-~%", min_size=1, max_size=LONGEST_SEALED_ID)
SECONDS = st.none() | st.integers(-(10**11), 10**11)
SIZES = st.builds(Size, st.integers(1, 99_999), st.integers(1, 99_999))


@given(IDS, SECONDS, SIZES)
def test_a_sealed_name_tells_everything_with_the_key_and_fits_every_card(
    item_id: str, seconds: int | None, size: Size
) -> None:
    names = Names(Seals(KEY))
    name = names.name(MediaItemId(item_id), seconds, size, DIGEST, sealed=True)
    named = names.parse(name)
    assert named is not None
    assert (named.item_id, named.seconds, named.size, named.digest) == (item_id, seconds, size, DIGEST)
    assert len(name[3:].removesuffix(".sealed") + ".damaged-99999") <= 255 >= len(name[3:])
    assert item_id not in name or len(item_id) < 4
    assert Names(Seals(OTHER_KEY)).parse(name) is None
    assert Names(Seals()).parse(name) is None
    again = names.name(named.item_id, seconds, size, DIGEST, sealed=True)
    assert again == name


@given(st.text("abc/._-~%é", min_size=LONGEST_SEALED_ID + 1, max_size=400))
def test_an_id_too_long_for_a_name_is_hashed_in_it(item_id: str) -> None:
    names = Names(Seals(KEY))
    name = names.name(MediaItemId(item_id), 5, Size(4, 3), DIGEST, sealed=True)
    named = names.parse(name)
    assert named is not None and named.item_id.startswith("~") and len(named.item_id) == 65
    assert names.name(named.item_id, 5, Size(4, 3), DIGEST, sealed=True) == name
    assert len(name) <= 255


def test_a_name_that_only_looks_sealed_is_none_of_ours() -> None:
    names = Names(Seals(KEY))
    name = names.name(MediaItemId("a"), None, Size(4, 3), DIGEST, sealed=True)
    fan, stem = name[:2], name[3:].removesuffix(".sealed")
    other_fan = "00" if fan != "00" else "01"
    bent = f"{stem[:-2]}{'A' if stem[-2] != 'A' else 'B'}{stem[-1]}"
    from kiosk.storage.sealed_names import _fan

    for wrong in (
        f"{other_fan}/{stem}.sealed",
        f"{fan}/{stem}..sealed",
        f"{_fan(bent)}/{bent}.sealed",
        f"{_fan('a')}/a.sealed",
        f"{_fan('')}/.sealed",
    ):
        assert is_sealed_name(wrong)
        assert names.parse(wrong) is None
    assert names.parse(name) is not None


def test_without_a_key_nothing_is_sealed_whatever_is_wanted() -> None:
    seals = Seals(None, wanted=True)
    assert (seals.wanted, seals.sealer, seals.for_new, seals.key_id) == (False, None, None, None)
