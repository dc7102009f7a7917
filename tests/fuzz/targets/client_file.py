"""Any bytes as the client's JSON file, and as systemd's credential of that name: a client or a mistake without a
quotation."""

from __future__ import annotations

from pathlib import Path

from kiosk.config import load, table
from kiosk.errors import ConfigError
from tests.fuzz.targets.law import MARK, hides_the_mark, hold

ROOMS = ("kiosk.config",)


def once(content: bytes, folder: Path) -> None:
    """Raises Broken, or whatever should not have come out."""
    config = folder / "config.toml"
    config.write_text('[google]\nclient_secrets_file = "client_secret"\n')
    (folder / "client_secret").write_bytes(content)
    _load(config, {})
    config.write_text('[google]\nclient_id = "an id"\n')
    _load(config, {"CREDENTIALS_DIRECTORY": str(folder)})


def _load(config: Path, env: dict[str, str]) -> None:
    try:
        loaded = load(config, env)
    except ConfigError as error:
        hides_the_mark(error)
        return
    client = loaded.config.google.client
    hold(client.client_id.isprintable() and client.client_secret.reveal.isprintable(), "control characters")
    hold(bool(client.client_id) == bool(client.client_secret.reveal), "half a client")
    if MARK not in client.client_id:
        hold(MARK not in table(loaded), "a secret is shown")
