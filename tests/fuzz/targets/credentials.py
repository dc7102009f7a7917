"""Any bytes as credentials.json: credentials that can be sent, or somebody has to sign in again."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from kiosk.storage.credentials import CredentialsFile, decode, encode
from tests.fuzz.targets.law import hold

ROOMS = ("kiosk.storage.credentials", "kiosk.storage.files")


def once(content: bytes, folder: Path) -> None:
    """Raises Broken, or whatever should not have come out."""
    found = decode(content)
    if found is not None:
        hold(decode(encode(found)) == found, "credentials do not survive a restart")
        urlencode({"refresh_token": found.refresh_token.reveal})
    file = CredentialsFile(folder)
    file.path.write_bytes(content)
    loaded = file.load("")
    hold(loaded == found, "what is loaded is not what was deciphered")
    hold(file.path.exists() == (found is not None), "damaged credentials stay where they are")
    for path in folder.glob("credentials*"):
        path.unlink()
