"""Colour profiles, made here so that none is shipped, and what colours they mean, by arithmetic of our own."""

from __future__ import annotations

import struct

from PIL import ImageCms

XY = tuple[float, float]


def primaries(red: XY, green: XY, blue: XY) -> bytes:
    """A matrix profile (ICC.1:2010) with these chromaticities, seen under D50, and a gamma of 563/256."""

    def xyz(x: float, y: float) -> tuple[float, float, float]:
        return x / y, 1.0, (1 - x - y) / y

    def s15(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    white = (0.9642, 1.0, 0.8249)
    columns = [xyz(*each) for each in (red, green, blue)]
    (a, b, c), (d, e, f), (g, h, i) = zip(*columns, strict=True)
    det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    adjugate = (
        ((e * i - f * h), -(b * i - c * h), (b * f - c * e)),
        (-(d * i - f * g), (a * i - c * g), -(a * f - c * d)),
        ((d * h - e * g), -(a * h - b * g), (a * e - b * d)),
    )
    scales = [sum(row[k] * white[k] for k in range(3)) / det for row in adjugate]
    tags: list[tuple[bytes, bytes]] = [(b"wtpt", b"XYZ \0\0\0\0" + b"".join(map(s15, white)))]
    for name, column, scale in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, scales, strict=True):
        tags.append((name, b"XYZ \0\0\0\0" + b"".join(s15(value * scale) for value in column)))
    tags += [
        (name, b"curv\0\0\0\0" + struct.pack(">IHxx", 1, 0x0233)) for name in (b"rTRC", b"gTRC", b"bTRC")
    ]
    tags.append((b"desc", b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(79)))
    tags.append((b"cprt", b"text\0\0\0\0none\0"))
    return _packed(b"RGB ", tags)


def grey(gamma: float) -> bytes:
    """A profile for one channel."""
    white = b"".join(struct.pack(">i", round(value * 65536)) for value in (0.9642, 1.0, 0.8249))
    return _packed(
        b"GRAY",
        [
            (b"wtpt", b"XYZ \0\0\0\0" + white),
            (b"kTRC", b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))),
            (b"desc", b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(79)),
            (b"cprt", b"text\0\0\0\0none\0"),
        ],
    )


def _packed(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    """ICC.1:2010, 7.2 and 7.3."""
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, bare in tags:
        content = bare + bytes(-len(bare) % 4)
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content
    header = bytearray(128)
    header[0:4] = struct.pack(">I", offset + len(body))
    header[8:12] = b"\x02\x10\0\0"
    header[12:24] = b"mntr" + space + b"XYZ "
    header[36:40] = b"acsp"
    header[68:80] = b"".join(struct.pack(">i", round(value * 65536)) for value in (0.9642, 1.0, 0.8249))
    return bytes(header) + table + body


PRO_PHOTO = primaries((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# Chromaticities as they are under D50 (Bradford), as published profiles have them in their rXYZ, gXYZ and bXYZ.
DISPLAY_P3_XYZ = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE_RGB_XYZ = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
_SRGB_XYZ = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
GAMMA = 563 / 256


def _chromaticity(xyz: tuple[float, float, float]) -> XY:
    return xyz[0] / sum(xyz), xyz[1] / sum(xyz)


DISPLAY_P3 = primaries(*(_chromaticity(each) for each in DISPLAY_P3_XYZ))
ADOBE_RGB = primaries(*(_chromaticity(each) for each in ADOBE_RGB_XYZ))


def in_srgb(colour: tuple[int, int, int], columns: tuple[tuple[float, float, float], ...]) -> tuple[int, ...]:
    """What a colour of that space is in sRGB, 0 to 255 and clipped: linear, XYZ, linear sRGB, IEC 61966-2-1."""
    linear = [(value / 255) ** GAMMA for value in colour]
    xyz = [sum(columns[k][row] * linear[k] for k in range(3)) for row in range(3)]
    return tuple(round(255 * _encoded(value)) for value in _solved(_SRGB_XYZ, xyz))


def _encoded(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _solved(columns: tuple[tuple[float, float, float], ...], right: list[float]) -> list[float]:
    """Cramer's rule."""

    def det(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> float:
        return (
            a[0] * (b[1] * c[2] - b[2] * c[1])
            - b[0] * (a[1] * c[2] - a[2] * c[1])
            + c[0] * (a[1] * b[2] - a[2] * b[1])
        )

    whole = det(*columns)
    return [det(*(tuple(right) if k == j else columns[j] for j in range(3))) / whole for k in range(3)]
