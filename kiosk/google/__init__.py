"""HTTP with Google: sign-in, the Photos Picker API, and the bytes of pictures.

The door of this room. GoogleClient is loaded when it is first asked for: requests costs a fifth of a second
to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.google.endpoints import PICKER_SCOPE, Endpoints
from kiosk.google.media import FetchedMedia

if TYPE_CHECKING:
    from kiosk.google.client import GoogleClient

__all__ = ["PICKER_SCOPE", "Endpoints", "FetchedMedia", "GoogleClient"]


def __getattr__(name: str) -> object:
    if name == "GoogleClient":
        from kiosk.google.client import GoogleClient

        return GoogleClient
    raise AttributeError(name)
