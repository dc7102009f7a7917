"""Files that nobody wants to get, and odd ones that are pictures all the same. All made here, from a seed."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator

from PIL import Image

from tests.hostile.profiles import ADOBE_RGB, DISPLAY_P3, PRO_PHOTO, SRGB

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 60), (40, 60, 190), (240, 240, 240)
FOUR = (RED, GREEN, BLUE, WHITE)
Animal = Callable[[], bytes]


def corners(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Four colours, so that every turn and mirror shows."""
    picture = Image.new("RGB", (2, 2))
    for place, colour in zip(((0, 0), (1, 0), (0, 1), (1, 1)), FOUR, strict=True):
        picture.putpixel(place, colour)
    return picture.resize(size, Image.Resampling.NEAREST)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def noisy(size: tuple[int, int] = (96, 96), seed: int = 5) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))


def exif(orientation: int) -> bytes:
    found = Image.Exif()
    found[0x0112] = orientation
    return found.tobytes()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *chunks: bytes) -> bytes:
    """rows: already compressed; chunks come before them."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def zeros(count: int) -> bytes:
    """So many zero bytes, deflated."""
    press = zlib.compressobj(1)
    pieces = [press.compress(bytes(1 << 20)) for _ in range(count >> 20)]
    return b"".join(pieces) + press.compress(bytes(count & 0xFFFFF)) + press.flush()


def sixteen_bits() -> bytes:
    """Truecolour of 16 bits a channel, which Pillow cannot write."""
    picture = corners()
    rows = b"".join(
        b"\0"
        + b"".join(struct.pack(">H", value * 257) for x in range(64) for value in picture.getpixel((x, y)))
        for y in range(48)
    )
    return png(64, 48, 16, 2, zlib.compress(rows))


def _patched(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new)


def jpeg_of_size(width: int, height: int, **options: object) -> bytes:
    """A JPEG whose header lies about its size."""
    content = saved(corners(), "JPEG", **options)
    return _patched(content, struct.pack(">HH", 48, 64), struct.pack(">HH", height, width))


def scan_bomb(size: tuple[int, int] = (4000, 4000), scans: int = 1500) -> bytes:
    """A progressive JPEG that repeats its last scan: a few bytes each, and work over the whole picture."""
    content = saved(Image.new("L", size, 120), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    scan = content[last:-2]
    return content[:last] + scan * scans + b"\xff\xd9"


def _profiled(profile: bytes, colour: tuple[int, int, int] = (200, 100, 50), kind: str = "JPEG") -> bytes:
    options: dict[str, object] = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    return saved(Image.new("RGB", (64, 48), colour), kind, icc_profile=profile, **options)


def _animated(kind: str, **options: object) -> bytes:
    return saved(
        corners(), kind, save_all=True, append_images=[Image.new("RGB", (64, 48)), corners()], **options
    )


def _see_through_palette() -> bytes:
    return saved(corners().quantize(4), "PNG", transparency=200)


def _ycck() -> bytes:
    """The Adobe marker says that its four channels are YCCK."""
    content = saved(corners().convert("CMYK"), "JPEG", quality=95)
    at = content.index(b"Adobe") + 11
    return content[:at] + b"\x02" + content[at + 1 :]


def _mpo() -> bytes:
    return _animated("MPO", quality=95)


FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + random.Random(2).randbytes(400_000)

UPRIGHT: dict[str, Animal] = {
    "a JPEG": lambda: saved(corners(), "JPEG", quality=95),
    "a progressive JPEG": lambda: saved(corners(), "JPEG", quality=95, progressive=True),
    "a CMYK JPEG": lambda: saved(corners().convert("CMYK"), "JPEG", quality=95),
    "a PNG": lambda: saved(corners(), "PNG"),
    "an interlaced PNG of one pixel more": lambda: saved(corners((65, 49)), "PNG"),
    "a PNG of 16 bits a channel": sixteen_bits,
    "a palette PNG": lambda: saved(corners().quantize(8), "PNG"),
    "a palette PNG with a see-through colour": _see_through_palette,
    "an RGBA PNG": lambda: saved(corners().convert("RGBA"), "PNG"),
    "a GIF": lambda: saved(corners(), "GIF"),
    "an animated GIF": lambda: _animated("GIF"),
    "a WebP": lambda: saved(corners(), "WEBP", quality=95),
    "a lossless WebP": lambda: saved(corners(), "WEBP", lossless=True),
    "an animated WebP": lambda: _animated("WEBP", lossless=True),
    "an APNG": lambda: _animated("PNG"),
    "an AVIF": lambda: saved(corners(), "AVIF", quality=95),
    "an animated AVIF": lambda: _animated("AVIF", quality=95),
    "a BMP": lambda: saved(corners(), "BMP"),
    "an MPO": _mpo,
    "a motion photo": lambda: saved(corners(), "JPEG", quality=95) + FILM,
    "an sRGB JPEG": lambda: saved(corners(), "JPEG", quality=95, icc_profile=SRGB),
    "a JPEG with a profile of 5 MB": lambda: saved(
        corners(), "JPEG", quality=95, icc_profile=SRGB + random.Random(3).randbytes(5 << 20)
    ),
    "a JPEG with half a profile": lambda: saved(corners(), "JPEG", quality=95, icc_profile=SRGB[:300]),
    "a JPEG whose profile is noise": lambda: saved(
        corners(), "JPEG", quality=95, icc_profile=random.Random(4).randbytes(900)
    ),
    "a JPEG with a profile for CMYK": lambda: saved(
        corners(), "JPEG", quality=95, icc_profile=SRGB.replace(b"RGB ", b"CMYK", 1)
    ),
    "a JPEG with rubbish between its segments": lambda: _patched(
        saved(corners(), "JPEG", quality=95), b"\xff\xdb\x00\x43\x00", b"\xff\xff\xff\xdb\x00\x43\x00"
    ),
    **{
        f"a JPEG with EXIF that is {how}": lambda broken=broken: saved(
            corners(), "JPEG", quality=95, exif=broken
        )
        for how, broken in {
            "cut off": exif(6)[:14],
            "noise": b"Exif\0\0" + random.Random(6).randbytes(400),
            "of another orientation": exif(1)[:-6] + b"\0\x63\0\0\0\0",
            "a loop": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0",
            "far away": b"Exif\0\0II*\0\xff\xff\xff\xff\x07",
        }.items()
    },
}
"""What must end upright, in its own colours."""

COLOURS: dict[str, tuple[Animal, bytes]] = {
    f"{name} in a {kind}": (lambda profile=profile, kind=kind: _profiled(profile, kind=kind), profile)
    for name, profile in {"Display P3": DISPLAY_P3, "Adobe RGB": ADOBE_RGB, "ProPhoto": PRO_PHOTO}.items()
    for kind in ("JPEG", "PNG", "WEBP", "AVIF")
}

REFUSED: dict[str, Animal] = {
    "a PNG of 30,000 x 30,000": lambda: png(30_000, 30_000, 1, 0, zeros(30_000 * 3_751)),
    "a PNG of 12,000 x 10,000": lambda: png(12_000, 10_000, 1, 0, zeros(10_000 * 1_501)),
    "a PNG of 4,097 x 4,097": lambda: png(4097, 4097, 1, 0, zeros(4097 * 514)),
    "a JPEG of 7,100 x 7,100": lambda: jpeg_of_size(7100, 7100),
    "a PNG of 65,535 x 65,535 in three channels": lambda: png(65_535, 65_535, 8, 2, zeros(9)),
    "a PNG of two thousand million columns": lambda: png(0x7FFFFFFF, 1, 8, 2, zeros(9)),
    "a PNG of no size": lambda: png(0, 0, 8, 2, zeros(9)),
    "a GIF of 65,535 x 65,535": lambda: _patched(
        saved(corners(), "GIF"), struct.pack("<HH", 64, 48), struct.pack("<HH", 65_535, 65_535)
    ),
    "a WebP of 16,384 x 16,384": lambda: _patched(
        _animated("WEBP", lossless=True),
        struct.pack("<I", 63)[:3] + struct.pack("<I", 47)[:3],
        b"\xff\x3f\0" * 2,
    ),
    "a BMP of 30,000 x 30,000": lambda: _patched(
        saved(corners(), "BMP"), struct.pack("<ii", 64, 48), struct.pack("<ii", 30_000, 30_000)
    ),
    "a JPEG of 65,500 x 65,500": lambda: jpeg_of_size(65_500, 65_500),
    "a JPEG of no height": lambda: jpeg_of_size(64, 0),
    "a PNG with 300 MB of text": lambda: png(
        1, 1, 8, 0, zeros(2), chunk(b"zTXt", b"Comment\0\0" + zeros(300 << 20))
    ),
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "zeros": lambda: bytes(5000),
    "noise": lambda: random.Random(7).randbytes(5000),
    "a page": lambda: b"<html>Sign in to the hotel's network</html>",
    "an SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "a HEIC": lambda: b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + random.Random(8).randbytes(5000),
    "a film": lambda: FILM,
    "a TIFF": lambda: saved(corners(), "TIFF"),
    "an ICO": lambda: saved(corners(), "ICO"),
    "a JPEG 2000": lambda: saved(corners(), "JPEG2000"),
    "a PPM": lambda: saved(corners(), "PPM"),
    "a JPEG without its end": lambda: saved(noisy(), "JPEG")[:-3000],
    "a progressive JPEG without its end": lambda: saved(noisy(), "JPEG", progressive=True)[:-3000],
    "a JPEG header": lambda: saved(noisy(), "JPEG")[:400],
    "a WebP without its end": lambda: saved(noisy(), "WEBP")[:-1000],
    "a GIF without its end": lambda: saved(noisy(), "GIF")[:-3000],
    "an AVIF without its end": lambda: saved(noisy(), "AVIF")[:-1000],
    "a PNG whose sum is wrong": lambda: _patched(saved(noisy(), "PNG"), b"IEND", b"IENE")[:-30],
}

EITHER: dict[str, Animal] = {
    # libjpeg paints grey what a file with an end does not have.
    "a JPEG that is called 7,000 x 7,000": lambda: jpeg_of_size(7000, 7000),
    "a progressive JPEG that is called 7,000 x 7,000": lambda: jpeg_of_size(7000, 7000, progressive=True),
    "a PNG with a profile of 300 MB": lambda: png(
        8, 8, 8, 0, zeros(72), chunk(b"iCCP", b"p\0\0" + zeros(300 << 20))
    ),
    "a PNG with a profile of 5 MB": lambda: saved(corners(), "PNG", icc_profile=SRGB + bytes(5 << 20)),
    "a YCCK JPEG": _ycck,
    "a JPEG that is a PNG inside": lambda: saved(corners(), "JPEG")[:200] + saved(corners(), "PNG"),
    "a GIF whose image is larger than its screen": lambda: _patched(
        saved(corners(), "GIF"),
        b"," + struct.pack("<HHHH", 0, 0, 64, 48),
        b"," + struct.pack("<HHHH", 9, 9, 6400, 4800),
    ),
}
"""May be shown or refused; neither may hurt."""

WHOLE: dict[str, Animal] = {
    "JPEG": lambda: saved(noisy(), "JPEG", exif=exif(6), icc_profile=DISPLAY_P3),
    "progressive JPEG": lambda: saved(noisy(), "JPEG", progressive=True),
    "CMYK JPEG": lambda: saved(noisy().convert("CMYK"), "JPEG"),
    "MPO": _mpo,
    "PNG": lambda: saved(noisy((32, 32)), "PNG", exif=exif(3), icc_profile=SRGB),
    "palette PNG": _see_through_palette,
    "APNG": lambda: _animated("PNG"),
    "GIF": lambda: _animated("GIF"),
    "WebP": lambda: saved(noisy(), "WEBP", icc_profile=DISPLAY_P3),
    "animated WebP": lambda: _animated("WEBP", lossless=True),
    "AVIF": lambda: saved(noisy(), "AVIF"),
    "BMP": lambda: saved(noisy((32, 32)), "BMP"),
}
"""What truncated() and garbled() begin with."""


def truncated(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    for offset in random.Random(seed).sample(range(len(content)), min(count, len(content))):
        yield content[:offset]


def garbled(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Bits flipped, bytes changed, pieces left out, doubled or exchanged."""
    dice = random.Random(seed)
    for _ in range(count):
        changed = bytearray(content)
        for _ in range(dice.randint(1, 6)):
            # Half of it in the first bytes, where the headers are.
            at = dice.randrange(min(200, len(changed)) if dice.random() < 0.5 else len(changed))
            match dice.randrange(4):
                case 0:
                    changed[at] ^= 1 << dice.randrange(8)
                case 1:
                    changed[at] = dice.choice((0, 0x7F, 0x80, 0xFF))
                case 2:
                    del changed[at : at + dice.randint(1, 40)]
                case _:
                    changed[at:at] = changed[at : at + dice.randint(1, 40)]
            if not changed:
                break
        yield bytes(changed)
