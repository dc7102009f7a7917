"""What root remembers about releases, in a folder of its own: which were refused, and the newest that was taken."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from kiosk.update.manifest import Manifest
from kiosk.update.releases import card, sync_directory

RECORDS = Path("/var/lib/kiosk-update")


@frozen
class Records:
    """A file that is damaged counts as none; each is replaced whole, or UpdateError says what the card did not take."""

    folder: Path = RECORDS

    @property
    def refused(self) -> Mapping[str, str]:
        """Name of a release -> why it is not tried again."""
        known = self._read("refused.json")
        return {name: why for name, why in known.items() if isinstance(why, str)}

    def refuse(self, name: str, why: str) -> None:
        self._write("refused.json", {**self.refused, name: why})

    def forgive(self, name: str) -> None:
        left = {each: why for each, why in self.refused.items() if each != name}
        if left != self.refused:
            self._write("refused.json", left)

    @property
    def newest(self) -> tuple[int, str]:
        """Number and digest of the newest release that this frame ever took; (0, "") for none."""
        known = self._read("newest.json")
        number, digest = known.get("number"), known.get("digest")
        if type(number) is int and isinstance(digest, str):
            return number, digest
        return 0, ""

    def take(self, manifest: Manifest) -> None:
        """From now on no older one is taken."""
        self._write("newest.json", {"number": manifest.number, "digest": manifest.digest})

    def _read(self, name: str) -> dict[str, Any]:
        try:
            document = json.loads((self.folder / name).read_bytes())
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        part = self.folder / f"{name}.part"
        with card(self.folder):
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(json.dumps(document, indent=1).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.folder / name)
            sync_directory(self.folder)
