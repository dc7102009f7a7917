"""Any bytes as config.toml: a whole Config, or every mistake with its place, and no value of a secret in a message."""

from __future__ import annotations

from pathlib import Path

from kiosk.config import load, table
from kiosk.config.schema import settings
from kiosk.errors import ConfigError
from tests.fuzz.targets.law import MARK, hides_the_mark, hold

ROOMS = ("kiosk.config", "kiosk.core.addresses", "tomllib")


def once(content: bytes, folder: Path) -> None:
    """Raises Broken, or whatever should not have come out."""
    path = folder / "config.toml"
    path.write_bytes(content)
    try:
        loaded = load(path, {"HOME": str(folder)})
    except ConfigError as error:
        hold(bool(error.problems), "an error without a problem")
        for problem in error.problems:
            hold(problem.where.startswith(str(path)), "a problem without its place")
            hold(bool(problem.wrong) and bool(problem.allowed), "a problem that does not say what is allowed")
            hold(len(problem.wrong) < 1000 + len(content), "a problem goes on and on")
        # A path that is not there has to be named, so a secret in its place would be.
        if (
            f'"{MARK}"\n'.encode() in content
            and content.count(MARK.encode()) == 1
            and b"secrets_file" not in content
        ):
            hides_the_mark(error)
    else:
        hold(set(loaded.origins) == set(settings()), "a key without an origin")
        shown = table(loaded)
        secret = loaded.config.google.client_secret.reveal
        hold(not secret or f'client_secret = "{secret}"' not in shown or secret == "***", "a secret is shown")
