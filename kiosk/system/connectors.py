"""What the kernel tells of the machine's connectors in ``/sys/class/drm``."""

from __future__ import annotations

import hashlib
from pathlib import Path

from attrs import frozen

DRM = Path("/sys/class/drm")


@frozen
class Connector:
    """name: as ``HDMI-A-1``. status: connected, disconnected or unknown. dpms: On, Off, or empty where not told."""

    name: str
    status: str
    dpms: str
    edid: str
    """A digest of what the display says of itself; empty where it says nothing."""


def connectors(drm: Path = DRM) -> tuple[Connector, ...]:
    """All of them, by name; none where the kernel has no display."""
    return tuple(_connector(path) for path in sorted(drm.glob("card[0-9]*-*")))


def display_of(found: tuple[Connector, ...]) -> str:
    """One word for what is connected: the same displays have the same, at any connector."""
    here = [each for each in found if each.status == "connected"]
    words = sorted(each.edid or each.name for each in here)
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def _connector(path: Path) -> Connector:
    edid = _bytes(path / "edid")
    return Connector(
        name=path.name.partition("-")[2],
        status=_bytes(path / "status").decode(errors="replace").strip(),
        dpms=_bytes(path / "dpms").decode(errors="replace").strip(),
        edid=hashlib.sha256(edid).hexdigest()[:16] if edid else "",
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # unplugged in this very moment
        return b""
