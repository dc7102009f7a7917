"""The OAuth client from the JSON file that Google's console downloads, or from systemd's credentials.

The file holds one object, `installed` for Desktop and for TV clients alike, `web` for web clients, with
`client_id` and `client_secret` in it (developers.google.com/identity/protocols/oauth2/limited-input-device;
the type of an installed client is not visible in it). Its `auth_uri` and `token_uri` are not taken over:
endpoints are keys of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from kiosk.config.files import read_text
from kiosk.config.setting import Mistake
from kiosk.core.model import Secret

ALLOWED = "the JSON file of a client of the type TVs and Limited Input devices, or Desktop"

_JSON_FILES = ("client_secrets.json", "client_secret.json")
_BARE_SECRET = "client_secret"


@frozen
class FoundClient:
    """A client, or with an empty `client_id` a secret alone, and the file that it came from."""

    client_id: str
    client_secret: Secret
    path: Path


def read_client_secrets(path: Path) -> FoundClient:
    """The client in Google's JSON file; raises Mistake."""
    content = read_text(path)
    if content is None:
        raise Mistake(f"{path} is not there")
    return _client_in(content, path)


def from_credentials_directory(env: Mapping[str, str]) -> FoundClient | None:
    """What `LoadCredential=` or `SetCredentialEncrypted=` brought (systemd.exec(5)), if anything; raises
    Mistake.

    `client_secrets.json` and `client_secret.json` are Google's file; `client_secret` is that too, or the
    secret alone.
    """
    named = env.get("CREDENTIALS_DIRECTORY")
    if not named:
        return None
    for name in (*_JSON_FILES, _BARE_SECRET):
        path = Path(named, name)
        content = read_text(path)
        # The unit always brings a file; what nobody has filled in is none.
        if content is not None and content.strip():
            bare = name == _BARE_SECRET and not content.lstrip().startswith("{")
            return _bare_secret(content, path) if bare else _client_in(content, path)
    return None


def _bare_secret(content: str, path: Path) -> FoundClient:
    line = content.strip()
    if not line or not line.isprintable():
        raise Mistake(f"{path} is not one line of text")
    return FoundClient("", Secret(line), path)


def _client_in(content: str, path: Path) -> FoundClient:
    # No message quotes the content: it is a secret.
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Mistake(f"{path} is not JSON") from error
    if not isinstance(document, dict):
        raise Mistake(f"{path} is not a client secrets file")
    if "web" in document and "installed" not in document:
        raise Mistake(f"{path} is of a web client, which cannot sign a frame in")
    client = document.get("installed")
    if not isinstance(client, dict):
        raise Mistake(f'{path} has no "installed" client in it')
    client_id, client_secret = (_line(client, key, path) for key in ("client_id", "client_secret"))
    return FoundClient(client_id, Secret(client_secret), path)


def _line(client: dict[str, object], key: str, path: Path) -> str:
    value = client.get(key)
    if not isinstance(value, str) or not value.strip() or not value.strip().isprintable():
        raise Mistake(f'{path} has no sound "{key}" in it')
    return value.strip()
