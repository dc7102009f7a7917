"""QR symbols: error correction M, or L where M would make modules too small; whole pixels, black on white.

Q and H make more and smaller modules and scan worse from afar. `qrcode` is imported when the first symbol is made,
since the first picture shall not wait for it.
"""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from kiosk.core.layout import qr_scale
from kiosk.errors import DisplayError

LEAST_SCALE = 6
"""Pixels per module under which the weaker error correction is taken, to have fewer and larger modules."""

Modules = tuple[tuple[bool, ...], ...]


def modules(text: str, pixels: int) -> Modules:
    """The symbol without its quiet zone, rows from the top. DisplayError: it does not fit into so many pixels."""
    symbol = _make(text, weak=False)
    if qr_scale(len(symbol), pixels) < LEAST_SCALE:
        symbol = _make(text, weak=True)
    if qr_scale(len(symbol), pixels) < 1:
        raise DisplayError(f"a QR of {len(symbol)} modules does not fit into {pixels} pixels")
    return symbol


def draw(text: str, pixels: int) -> Image.Image:
    """The symbol in the middle of a white square of ``pixels``, at least four modules of white around it. Mode L."""
    symbol = modules(text, pixels)
    scale = qr_scale(len(symbol), pixels)
    small = Image.new("L", (len(symbol), len(symbol)), 255)
    small.putdata([0 if dark else 255 for row in symbol for dark in row])
    large = small.resize((len(symbol) * scale, len(symbol) * scale), Image.Resampling.NEAREST)
    plate = Image.new("L", (pixels, pixels), 255)
    # qr_scale() has left four modules of white on each side.
    start = (pixels - large.width) // 2
    plate.paste(large, (start, start))
    return plate


@lru_cache(maxsize=8)
def _make(text: str, *, weak: bool) -> Modules:
    from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
    from qrcode.exceptions import DataOverflowError
    from qrcode.main import QRCode

    symbol = QRCode(error_correction=ERROR_CORRECT_L if weak else ERROR_CORRECT_M, border=0)
    symbol.add_data(text)
    try:
        symbol.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise DisplayError(f"{len(text)} characters are too many for a QR") from error
    return tuple(tuple(bool(dark) for dark in row) for row in symbol.get_matrix())
