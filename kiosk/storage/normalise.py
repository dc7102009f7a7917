"""From bytes that somebody sent to an upright sRGB JPEG that fits a box. Pure but for reading its one file.

What the bytes are is judged by the bytes: neither file name nor Content-Type is asked. Everything is decoded to the end
once, so that what reaches the show has been decoded before. Pillow is imported late: the first picture after a start
must not wait for it.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from kiosk.core.model import Size
from kiosk.errors import Unreadable

if TYPE_CHECKING:
    from PIL import Image

# An MPO opens as a JPEG. Whatever else Pillow reads is not asked: what nobody sends can only be an attack.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP")
_PLUGINS = ("Jpeg", "Png", "WebP", "Gif", "Avif", "Bmp")

# 48 MP telephones. A JPEG is decoded at the size that is needed; all others at full size: 16.8 MP are 67 MB as RGBA,
# and more than any box asks for (layout.py stops at a texture of 4096).
MOST_JPEG_PIXELS = 50_000_000
MOST_PIXELS = 4096 * 4096

# A JPEG of quality 100 without subsampling stays below this. More means that something rides along, as the video of a
# motion photo.
_BYTES_PER_PIXEL = 2
_BYTES_BESIDE = 1 << 18

QUALITY = 90
_BEHIND_ALPHA = (32, 32, 32)
_ORIENTATION = 0x0112
_UPRIGHT = 1
_LARGEST_PROFILE = 1 << 22

# What Pillow's decoders raise on bytes that are not what they should be. The list is long because they parse with
# struct, slices and zlib.
UNDECODABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)


@frozen
class Normalised:
    """size: pixels, upright. jpeg: the new bytes, None where the file is good as it is."""

    size: Size
    jpeg: bytes | None


def normalise(path: Path, box: Size) -> Normalised:
    """Checks the picture in `path` and makes it upright, sRGB, without alpha, and no larger than `box` (pixels).

    Raises Unreadable for what is not a whole picture. An animation gives its first image. Never scales up.
    """
    from PIL import Image

    # By name: Image.open knows only some of them before it has imported all forty.
    for plugin in _PLUGINS:
        import_module(f"PIL.{plugin}ImagePlugin")
    try:
        with Image.open(path, formats=FORMATS) as picture:
            _check_pixels(picture)
            size = Size(*picture.size)
            if _good_as_it_is(picture, box, path.stat().st_size):
                # An eighth of the size: all of the entropy-coded bytes are read, an eighth of the rest is computed.
                picture.draft("L", (1, 1))
                picture.load()
                return Normalised(size, None)
            return _remade(picture, box)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(str(error)) from error
    except UNDECODABLE as error:
        raise Unreadable(f"not a whole picture ({type(error).__name__}: {error})") from error


def _check_pixels(picture: Image.Image) -> None:
    pixels = picture.width * picture.height
    if pixels > (MOST_JPEG_PIXELS if picture.format in {"JPEG", "MPO"} else MOST_PIXELS):
        raise Unreadable(f"{picture.width}x{picture.height} pixels are too many for {picture.format}")


def _good_as_it_is(picture: Image.Image, box: Size, length: int) -> bool:
    profile = picture.info.get("icc_profile")
    return (
        picture.format == "JPEG"
        and picture.mode == "RGB"
        and picture.width <= box.width
        and picture.height <= box.height
        and length <= picture.width * picture.height * _BYTES_PER_PIXEL + _BYTES_BESIDE
        and _orientation(picture) == _UPRIGHT
        and (not profile or _is_srgb(profile))
    )


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation 1 to 8; broken EXIF says nothing about how the picture stands."""
    try:
        value = picture.getexif().get(_ORIENTATION, _UPRIGHT)
    except UNDECODABLE:
        return _UPRIGHT
    return value if isinstance(value, int) and _UPRIGHT <= value <= 8 else _UPRIGHT


def _remade(picture: Image.Image, box: Size) -> Normalised:
    from PIL import Image

    orientation = _orientation(picture)
    profile = picture.info.get("icc_profile")
    target = _fitted(Size(*picture.size), _turned(box) if orientation in _LYING else box)
    picture.draft(None, (target.width, target.height))  # does nothing unless it is a JPEG
    picture.load()
    plain = _flattened(picture)
    if plain.size != (target.width, target.height):
        plain = plain.resize((target.width, target.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    plain = _in_srgb(plain, profile)
    if orientation != _UPRIGHT:
        plain = plain.transpose(_transpositions()[orientation])
    file = BytesIO()
    plain.save(
        file, "JPEG", quality=QUALITY, subsampling="4:2:0", progressive=False, exif=b"", icc_profile=None
    )
    return Normalised(Size(*plain.size), file.getvalue())


_LYING = frozenset({5, 6, 7, 8})


def _transpositions() -> dict[int, Image.Transpose]:
    """EXIF 2.32, tag 274, as PIL.ImageOps.exif_transpose has them."""
    from PIL.Image import Transpose

    return {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }


def _turned(size: Size) -> Size:
    return Size(size.height, size.width)


def _fitted(picture: Size, box: Size) -> Size:
    scale = min(box.width / picture.width, box.height / picture.height, 1.0)
    return Size(max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))


def _flattened(picture: Image.Image) -> Image.Image:
    """L, RGB or CMYK, eight bits a channel, nothing to see through."""
    from PIL import Image

    if picture.mode.startswith("I"):
        # Sixteen bits; a plain convert("L") would clip nearly all of it to white.
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, _BEHIND_ALPHA)
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture if picture.mode in {"L", "RGB", "CMYK"} else picture.convert("RGB")


_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def _in_srgb(picture: Image.Image, icc: bytes | None) -> Image.Image:
    """Through the embedded profile where it is sound and speaks of these channels; else as if it were sRGB."""
    from PIL import ImageCms

    if icc and len(icc) <= _LARGEST_PROFILE:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(icc))
            if _SPACES.get(source.profile.xcolor_space) == picture.mode:
                transform = ImageCms.buildTransform(
                    source,
                    ImageCms.createProfile("sRGB"),
                    picture.mode,
                    "RGB",
                    renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                    flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
                )
                return transform.apply(picture)
        except (ImageCms.PyCMSError, *UNDECODABLE):
            pass
    return picture.convert("RGB")


@lru_cache(maxsize=8)
def _is_srgb(icc: bytes) -> bool:
    """Whether the profile changes no colour that a person could see. Names lie; the arithmetic does not."""
    from PIL import Image

    if len(icc) > _LARGEST_SRGB:
        return False
    levels = (0, 51, 102, 153, 204, 255)
    colours = bytes(value for r in levels for g in levels for b in levels for value in (r, g, b))
    chart = Image.frombytes("RGB", (len(levels) ** 3, 1), colours)
    converted = _in_srgb(chart, icc).tobytes()
    return max(abs(one - other) for one, other in zip(colours, converted, strict=True)) <= _UNSEEN


_LARGEST_SRGB = 1 << 16
_UNSEEN = 4
"""Of 255: published sRGB profiles differ by up to 3 in the deepest shadows."""
