"""kiosk: a fullscreen photo frame for Google Photos. The rooms are described in docs/architecture.md."""

from __future__ import annotations

__version__ = "0.1.0"
