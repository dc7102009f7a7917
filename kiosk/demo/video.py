"""A real, playable video out of one still, without a video encoder: Motion JPEG in an AVI (RIFF) file.

Layout: Microsoft's "AVI RIFF File Reference" (hdrl with avih, strl with strh and strf; movi; idx1).
"""

from __future__ import annotations

import functools
import io
import struct

from PIL import Image

from kiosk.demo.library import DemoItem

PICTURES = 24
PER_SECOND = 12
SIZE = (640, 360)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _list(kind: bytes, body: bytes) -> bytes:
    return _chunk(b"LIST", kind + body)


@functools.lru_cache(maxsize=8)
def moving_still(item: DemoItem) -> bytes:
    """Two seconds of a slow push into the still, 640x360."""
    return avi([_picture(item, step / PICTURES) for step in range(PICTURES)])


def _picture(item: DemoItem, progress: float) -> bytes:
    still = item.source.picture((SIZE[0] * 2, SIZE[1] * 2))
    zoom = 1 - 0.12 * progress
    side = min(still.width / SIZE[0], still.height / SIZE[1])
    width, height = SIZE[0] * side * zoom, SIZE[1] * side * zoom
    left, top = (still.width - width) / 2, (still.height - height) / 2
    box = (left, top, left + width, top + height)
    out = io.BytesIO()
    still.resize(SIZE, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0).save(out, "JPEG", quality=80)
    return out.getvalue()


def avi(pictures: list[bytes]) -> bytes:
    """These JPEG pictures as an AVI file."""
    count, largest = len(pictures), max(len(picture) for picture in pictures)
    main = struct.pack("<14I", 1_000_000 // PER_SECOND, 0, 0, 0x10, count, 0, 1, largest, *SIZE, 0, 0, 0, 0)
    stream = b"vidsMJPG" + struct.pack(
        "<10I4H", 0, 0, 0, 1, PER_SECOND, 0, count, largest, 0xFFFFFFFF, 0, 0, 0, *SIZE
    )
    form = struct.pack("<IiiHH4sIiiII", 40, *SIZE, 1, 24, b"MJPG", SIZE[0] * SIZE[1] * 3, 0, 0, 0, 0)
    header = _chunk(b"avih", main) + _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", form))
    body, index = b"", b""
    for picture in pictures:
        index += struct.pack("<4sIII", b"00dc", 0x10, 4 + len(body), len(picture))
        body += _chunk(b"00dc", picture)
    return _chunk(b"RIFF", b"AVI " + _list(b"hdrl", header) + _list(b"movi", body) + _chunk(b"idx1", index))
