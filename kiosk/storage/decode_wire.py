"""What the kiosk and its decode process say to each other, over one stream socket. Neither pickle nor JSON: few bytes.

There: REQUEST with the picture's file descriptor beside it. Back: HEAD, then `length` bytes. The first answer of all is
READY. The kiosk believes no answer before it has looked: whoever sent the picture may by now be the one who answers.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import IntEnum

from kiosk.core.model import Size
from kiosk.storage import findings
from kiosk.storage.normalise import Normalised

REQUEST = struct.Struct("!II")
"""Width and height of the box."""
HEAD = struct.Struct("!BIII")
"""Kind of answer, width, height, how many bytes follow."""


class Kind(IntEnum):
    READY = 1
    """The bytes say what could not be limited; none when all could."""
    AS_IT_IS = 2
    """The bytes say what was found out about it (findings.py)."""
    REMADE = 3
    """The same, then a JPEG."""
    UNREADABLE = 4
    """The bytes say why, in UTF-8."""


MOST_TEXT = 300
_MOST_AT_ANY_SIZE = 1 << 18
_MOST_PER_PIXEL = 2
_LONGEST_SEARCH = 1 << 16


class NonsenseError(Exception):
    """An answer that no decoder of ours gives."""


_NO_SIZE = Size(0, 0)


def answer(kind: Kind, size: Size = _NO_SIZE, content: bytes = b"") -> bytes:
    return HEAD.pack(kind, size.width, size.height, len(content)) + content


def told(kind: Kind, text: str) -> bytes:
    return answer(kind, content=text.encode("utf-8", "replace")[:MOST_TEXT])


def most_bytes(kind: int, size: Size, box: Size) -> int:
    """How many bytes may follow this head. Raises NonsenseError for a head that cannot be."""
    if kind in {Kind.READY, Kind.UNREADABLE}:
        return MOST_TEXT
    if kind not in {Kind.AS_IT_IS, Kind.REMADE}:
        raise NonsenseError(f"an answer of kind {kind}")
    if not (1 <= size.width <= box.width and 1 <= size.height <= box.height):
        raise NonsenseError(f"{size.width}x{size.height} is not within {box.width}x{box.height}")
    jpeg = 0 if kind == Kind.AS_IT_IS else size.width * size.height * _MOST_PER_PIXEL + _MOST_AT_ANY_SIZE
    return findings.LENGTH + jpeg


def text_of(content: bytes) -> str:
    """On one line, without anything that a terminal or a log would act upon."""
    return "".join(each if each.isprintable() else " " for each in content.decode("utf-8", "replace")).strip()


def picture(normalised: Normalised) -> bytes:
    """The whole answer about a sound picture."""
    found = findings.packed(normalised.measure, normalised.captured_at)
    if normalised.jpeg is None:
        return answer(Kind.AS_IT_IS, normalised.size, found)
    return answer(Kind.REMADE, normalised.size, found + normalised.jpeg)


def checked(size: Size, kind: int, content: bytes, read: Callable[[int, int], bytes]) -> Normalised:
    """The answer, if the JPEG says of itself what the answer says of it; nothing is decoded.

    read: (offset, count) -> bytes of the file that was sent. Raises NonsenseError.
    """
    found = findings.unpacked(content[: findings.LENGTH])
    if found is None:
        raise NonsenseError("it found out what nobody can")
    jpeg = content[findings.LENGTH :] if kind == Kind.REMADE else None

    def read_new(offset: int, count: int) -> bytes:
        return (jpeg or b"")[offset : offset + count]

    if jpeg_size(read if jpeg is None else read_new) != size:
        raise NonsenseError(f"it is called a JPEG of {size.width}x{size.height} and is none")
    return Normalised(size, jpeg, *found)


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def jpeg_size(read: Callable[[int, int], bytes]) -> Size | None:
    """Width and height by the first frame header (ITU T.81, B.2.2); None where there is none.

    As forgiving about bytes between the segments as libjpeg and Pillow are.
    """
    if read(0, 3) != b"\xff\xd8\xff":
        return None
    at = 2
    for _ in range(_LONGEST_SEARCH):
        head = read(at, 9)
        if len(head) < 9:
            return None
        if head[0] != 0xFF or head[1] in {0x00, 0xFF}:
            at += 1
        elif head[1] in _FRAMES:
            height, width = struct.unpack_from("!HH", head, 5)
            return Size(width, height)
        elif head[1] in _ALONE:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(head[2:4], "big"))
    return None
