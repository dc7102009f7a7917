"""What tells sealed from plain, and who may open it. Needs no cryptography, so that a frame without a key imports none.

`Seals` is what the rest of the room is given: whether new things are sealed, and the sealer where there is a key. With
a key and without the wish, what was sealed before is still read, and made plain again step by step.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kiosk.errors import Locked

if TYPE_CHECKING:
    from kiosk.storage.seal import Sealer

MAGIC = b"kioskS1\n"
"""The first bytes of a sealed file; then the key's id, the nonce, the content and its tag."""
KEY_ID_BYTES = 8
MARK = "=S1="
"""How a sealed text begins. No id of Google's has such a beginning."""


class Unsealable(Exception):
    """It does not open with this key; inside this room only."""


class Seals:
    """The key, if there is one, and whether it is to be used."""

    def __init__(self, key: bytes | None = None, *, wanted: bool = False) -> None:
        """key: 32 bytes. Imports nothing yet."""
        self._key = key
        self.wanted = wanted and key is not None

    @cached_property
    def sealer(self) -> Sealer | None:
        """None without a key."""
        if self._key is None:
            return None
        from kiosk.storage.seal import Sealer

        return Sealer(self._key)

    @property
    def for_new(self) -> Sealer | None:
        """What new things are sealed with; None where they stay plain."""
        return self.sealer if self.wanted else None

    @property
    def key_id(self) -> str | None:
        return None if self.sealer is None else self.sealer.key_id

    def check(self, key_id: str, what: str) -> None:
        """Raises Locked unless ours is the key with this id."""
        if self.key_id != key_id:
            raise Locked(_locked(what, key_id, self.key_id))

    def check_file(self, head: bytes, what: str) -> None:
        """Raises Locked for a file that is sealed with another key. head: its first bytes."""
        if is_sealed(head):
            self.check(head[len(MAGIC) : len(MAGIC) + KEY_ID_BYTES].hex(), what)


def is_sealed(content: bytes) -> bool:
    """Whether a file is sealed, by its first bytes."""
    return content.startswith(MAGIC)


def _locked(what: str, key_id: str, ours: str | None) -> str:
    given = "no storage key is given" if ours is None else f"the storage key that is given is {ours}"
    return (
        f"{what} is sealed with the storage key {key_id}, and {given}; "
        "put the right one back ([storage] key_file, or storage.key in systemd's credentials). Nothing was changed"
    )
