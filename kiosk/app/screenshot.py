"""Writing what the screen shows to where somebody wants it, without ever waiting there."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def save_screenshot(image: Image, path: str) -> None:
    """A PNG at ``path``, in place of what is there. Raises OSError.

    O_NONBLOCK: opening a named pipe that nobody reads would stop the show for good.
    """
    content = io.BytesIO()
    image.save(content, "PNG")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(content.getbuffer())
