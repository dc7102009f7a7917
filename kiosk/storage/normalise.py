"""From bytes that somebody sent to an upright sRGB JPEG that fits a box. Pure but for reading its one file.

What the bytes are is judged by the bytes: neither file name nor Content-Type is asked. Everything is decoded to the end
once, so that what reaches the show has been decoded before. The kiosk runs this in a process of its own that may do
nothing else (decode_child.py), with 120 MB to work in: so no picture is held twice where once will do.
"""

from __future__ import annotations

import math
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from io import SEEK_END, BytesIO
from typing import TYPE_CHECKING, BinaryIO

from attrs import frozen

from kiosk.core.focus import Measure
from kiosk.core.model import Size
from kiosk.errors import Unreadable
from kiosk.storage import exif
from kiosk.storage.exif import UNDECODABLE, UPRIGHT
from kiosk.storage.heads import LOOKED_AT, HeadFinder
from kiosk.storage.measure import NEEDED, measured

if TYPE_CHECKING:
    from PIL import Image

# An MPO opens as a JPEG. Whatever else Pillow reads is not asked: what nobody sends can only be an attack.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP")
_PLUGINS = ("Jpeg", "Png", "WebP", "Gif", "Avif", "Bmp")

# 48 MP telephones. A JPEG is decoded at the size that is needed; all others at full size. Pillow holds a pixel of any
# colour in four bytes: 16.8 MP are 67 MB, and more than any box asks for (layout.py stops at a texture of 4096).
MOST_JPEG_PIXELS = 50_000_000
MOST_PIXELS = 4096 * 4096

# A JPEG of quality 100 without subsampling stays below this. More means that something rides along, as the video of a
# motion photo.
_BYTES_PER_PIXEL = 2
_BYTES_BESIDE = 1 << 18

QUALITY = 90
_BEHIND_ALPHA = (32, 32, 32)
_LARGEST_PROFILE = 1 << 22


@frozen
class Normalised:
    """size: pixels, upright. jpeg: the new bytes, None where the file is good as it is.

    captured_at: by the picture's own EXIF, None where that says nothing.
    """

    size: Size
    jpeg: bytes | None
    measure: Measure
    captured_at: datetime | None = None


def import_plugins() -> None:
    """By name: Image.open knows only some of them before it has imported all forty."""
    for plugin in _PLUGINS:
        import_module(f"PIL.{plugin}ImagePlugin")


def normalise(file: BinaryIO, box: Size, find_heads: HeadFinder | None = None) -> Normalised:
    """Checks the picture in `file` and makes it upright, sRGB, without alpha, and no larger than `box` (pixels).

    And measures it, since it is decoded anyway. find_heads: None, not to look for any.

    Raises Unreadable for what is not a whole picture. An animation gives its first image. Never scales up.
    """
    from PIL import Image, UnidentifiedImageError

    import_plugins()
    try:
        length = file.seek(0, SEEK_END)
        file.seek(0)
        with Image.open(file, formats=FORMATS) as picture:
            _check_pixels(picture)
            size = Size(*picture.size)
            if _good_as_it_is(picture, box, length):
                # An eighth of the size, as a rule: all of the entropy-coded bytes are read, and of the rest as much
                # is computed as there is to be measured.
                picture.draft("RGB", _needed(size, find_heads))
                picture.load()
                return Normalised(size, None, measured(picture, find_heads), exif.captured_at(picture))
            return _remade(picture, box, find_heads)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(str(error)) from error
    except MemoryError as error:
        raise Unreadable("it takes more memory than a picture may") from error
    except UnidentifiedImageError as error:
        # Pillow names the file object by its address, another one each time: the log would tell it each time.
        raise Unreadable("not a whole picture (of no known kind)") from error
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
        and exif.orientation(picture) == UPRIGHT
        and (not profile or _is_srgb(profile))
    )


def _needed(size: Size, find_heads: HeadFinder | None) -> tuple[int, int]:
    """Of a picture that is decoded only to be checked and measured."""
    side = NEEDED if find_heads is None else LOOKED_AT
    least = _fitted(size, Size(side, side))
    return least.width, least.height


def _remade(picture: Image.Image, box: Size, find_heads: HeadFinder | None) -> Normalised:
    from PIL import Image

    orientation, captured_at = exif.orientation(picture), exif.captured_at(picture)
    profile = picture.info.get("icc_profile")
    if orientation in _LYING:
        box = _turned(box)
    _draft(picture, _fitted(Size(*picture.size), box))
    picture.load()
    target = _fitted(Size(*picture.size), box)
    if not _is_plain(picture) and picture.width * picture.height > _MOST_TWICE:
        target = _fitted(target, _within(target, _MOST_FLATTENED))
    plain = _flattened(picture, target.width)
    if plain.height != target.height:
        plain = _instead(plain, plain.resize((target.width, target.height), Image.Resampling.LANCZOS))
    plain = _instead(plain, _in_srgb(plain, profile))
    if orientation != UPRIGHT:
        plain = _instead(plain, plain.transpose(_transpositions()[orientation]))
    measure = measured(plain, find_heads)
    file = BytesIO()
    plain.save(
        file, "JPEG", quality=QUALITY, subsampling="4:2:0", progressive=False, exif=b"", icc_profile=None
    )
    return Normalised(Size(*plain.size), file.getvalue(), measure, captured_at)


def _instead(old: Image.Image, new: Image.Image) -> Image.Image:
    """Gives the memory of `old` back now, whoever still knows it."""
    if new is not old:
        old.close()
    return new


def _draft(picture: Image.Image, target: Size) -> None:
    """Lets libjpeg leave out what would be thrown away, and halve what would be too large; only a JPEG can do that."""
    size = (target.width, target.height)
    if picture.width * picture.height > MOST_PIXELS:
        size = (min(size[0], picture.width // 2), min(size[1], picture.height // 2))
    picture.draft(None, size)


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


def _within(size: Size, pixels: int) -> Size:
    scale = min(1.0, math.sqrt(pixels / (size.width * size.height)))
    return Size(max(1, int(size.width * scale)), max(1, int(size.height * scale)))


_PLAIN = frozenset({"L", "RGB", "CMYK"})
_ROWS = 128
_MOST_TWICE = 12_582_912
"""Pixels that may stand in memory twice, see-through and flattened; of more the result is made smaller."""
_MOST_FLATTENED = 3840 * 2160


def _is_plain(picture: Image.Image) -> bool:
    return picture.mode in _PLAIN and "transparency" not in picture.info


def _flattened(picture: Image.Image, width: int) -> Image.Image:
    """L, RGB or CMYK, eight bits a channel, nothing to see through, made `width` pixels wide; the height stays.

    A few rows at a time, and `picture` is closed: beside it stands the result alone, never a third copy.
    """
    from PIL import Image

    plain = _is_plain(picture)
    if plain and picture.width == width:
        return picture
    result: Image.Image | None = None
    for top in range(0, picture.height, _ROWS):
        rows = picture.crop((0, top, picture.width, min(top + _ROWS, picture.height)))
        if not plain:
            rows = _flat(rows)
        if rows.width != width:
            rows = rows.resize((width, rows.height), Image.Resampling.LANCZOS)
        if result is None:
            result = Image.new(rows.mode, (width, picture.height))
        result.paste(rows, (0, top))
    assert result is not None  # noqa: S101 - no picture has no rows
    return _instead(picture, result)


def _flat(picture: Image.Image) -> Image.Image:
    from PIL import Image

    if picture.mode.startswith("I"):
        # Sixteen bits; a plain convert("L") would clip nearly all of it to white.
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, _BEHIND_ALPHA)
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture if picture.mode in _PLAIN else picture.convert("RGB")


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
                if picture.mode == "RGB":
                    transform.apply_in_place(picture)
                    return picture
                return transform.apply(picture)
        except (ImageCms.PyCMSError, *UNDECODABLE):
            pass
    return picture if picture.mode == "RGB" else picture.convert("RGB")


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
