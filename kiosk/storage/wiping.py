"""The mark of a wipe that has begun: a frame that was told to forget everything does, whatever cuts its power.

Without it a crash half-way would leave photographs without credentials, as though nobody had asked for anything. With
it the next start finishes the wipe before it shows a picture, and tries again and again on a card that refuses.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from kiosk.errors import DiskFull
from kiosk.storage import files

_log = logging.getLogger(__name__)


class WipeMark:
    """The empty file ``wiping`` in the state directory, there from before the first removal until after the last."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "wiping"

    @property
    def there(self) -> bool:
        return self._path.exists()

    def put(self) -> None:
        """On the card before this returns. Raises Unwritable; a full card is wiped unmarked, as that makes room."""
        try:
            with files.storage_errors():
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
                files.sync_directory(self._path.parent)
        except DiskFull as error:
            _log.warning("The card is wiped without a mark: %s", error)

    def clear(self) -> None:
        """Nothing is left to forget. Raises Unwritable."""
        with files.storage_errors():
            self._path.unlink(missing_ok=True)
            files.sync_directory(self._path.parent)
