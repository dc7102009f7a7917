"""Pixels that Pillow decoded, lent to pygame without a copy.

Pillow keeps an RGB picture as four bytes a pixel, which SDL knows as RGBX. It hands the memory out over Arrow's C data
interface (https://arrow.apache.org/docs/format/CDataInterface.html), as long as it lies in one block.
"""

from __future__ import annotations

import ctypes

import pygame
from PIL import Image

LARGEST = 4096 * 4096 * 4 + 4096
"""Bytes of the largest rendition. Pillow would divide what is over 16 MB into blocks of that size."""
LENT = (0xFF, 0xFF00, 0xFF0000, 0)
"""Red, green and blue in the 32 bits of such a surface, on a machine whose lowest byte comes first."""
_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


class _ArrowArray(ctypes.Structure):
    """``struct ArrowArray``. Of a picture its only child holds the pixels, in the second buffer."""


_ArrowArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_ArrowArray))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]


def in_one_block() -> None:
    """Whatever Pillow decodes from now on lies in one block, up to the largest rendition."""
    Image.core.set_block_size(LARGEST)  # type: ignore[attr-defined]


def lent(picture: Image.Image) -> pygame.Surface:
    """An opaque surface over the memory of an RGB picture, which stays as long as the surface does.

    ValueError: it lies in several blocks. OSError: the picture breaks off.
    """
    picture.load()
    _, capsule = picture.__arrow_c_array__()
    array = ctypes.cast(_pointer(capsule, b"arrow_array"), ctypes.POINTER(_ArrowArray)).contents
    pixels = array.children[0].contents
    memory = (ctypes.c_ubyte * (4 * picture.width * picture.height)).from_address(pixels.buffers[1])
    # The capsule lets go of the picture when it goes itself; the surface keeps what it was made from.
    memory.lender = capsule  # type: ignore[attr-defined]
    return pygame.image.frombuffer(memory, picture.size, "RGBX")
