"""How bright the room is: an ambient light sensor on the kernel's IIO bus.

The files are those of ``Documentation/ABI/testing/sysfs-bus-iio``: ``in_illuminance_input`` in lux, or
``in_illuminance_raw``, of which lux is (raw + offset) x scale. With several channels a number follows the word. What
counts light without the eye's curve (``in_intensity``) is no measure of a room.
"""

from __future__ import annotations

import math
from pathlib import Path

IIO = Path("/sys/bus/iio/devices")
MOST_LUX = 200_000.0
"""The noonday sun has 120,000."""
_MOST_BYTES = 64


class LightSensor:
    """Looks for its file anew at each reading: a sensor on USB comes and goes. Belongs to one thread."""

    def __init__(self, root: Path = IIO) -> None:
        self._root = root

    def lux(self) -> float | None:
        """Of the first sensor that says something sensible; None: none does."""
        for file in self._files():
            if (value := _lux(file)) is not None:
                return value
        return None

    def names(self) -> tuple[str, ...]:
        """What the sensors call themselves, those that say nothing too."""
        devices = dict.fromkeys(file.parent for file in self._files())
        return tuple(_text(device / "name") or device.name for device in devices)

    def _files(self) -> list[Path]:
        devices = sorted(self._root.glob("iio:device*"), key=lambda path: (len(path.name), path.name))
        kinds = ("in_illuminance*_input", "in_illuminance*_raw")
        return [file for device in devices for kind in kinds for file in sorted(device.glob(kind))]


def _lux(file: Path) -> float | None:
    value = _number(file)
    if value is not None and file.name.endswith("_raw"):
        offset, scale = (_beside(file, word) for word in ("offset", "scale"))
        value = (value + (0.0 if offset is None else offset)) * (1.0 if scale is None else scale)
    return value if value is not None and 0.0 <= value <= MOST_LUX else None


def _beside(file: Path, word: str) -> float | None:
    """What belongs to this channel, or to all of them."""
    own = _number(file.with_name(file.name.removesuffix("raw") + word))
    return _number(file.with_name(f"in_illuminance_{word}")) if own is None else own


def _number(file: Path) -> float | None:
    try:
        value = float(_text(file))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _text(file: Path) -> str:
    """Empty where it cannot be read: unplugged in this very moment, or a bus that does not answer."""
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES).decode("ascii", "replace").strip()
    except OSError:
        return ""
