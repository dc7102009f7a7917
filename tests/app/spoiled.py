"""The real process with one function spoiled from inside: a thread that dies, or one that hangs."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]

DIES_ONCE = """
from kiosk.google.client import GoogleClient

perform = GoogleClient.perform


def dies(self, command):
    GoogleClient.perform = perform
    raise SystemExit("enough")


GoogleClient.perform = dies
"""

HANGS_ONCE = """
import threading

from kiosk.app import workers
from kiosk.google.client import GoogleClient

workers.GOOGLE_SECONDS = 1.0
perform = GoogleClient.perform


def hangs(self, command):
    GoogleClient.perform = perform
    threading.Event().wait()


GoogleClient.perform = hangs
"""

CARD_HANGS = """
import threading

from kiosk.app import workers
from kiosk.core.commands import SaveCredentials
from kiosk.storage import Storage

workers.DISK_SECONDS = 1.0
perform_batch = Storage.perform_batch


def hangs(self, batch):
    if any(isinstance(command, SaveCredentials) for command in batch):
        threading.Event().wait()
    return perform_batch(self, batch)


Storage.perform_batch = hangs
"""

DECODING_HANGS = """
import threading

import kiosk.display
from kiosk.app import workers

workers.DECODE_SECONDS = 1.0
prepare = kiosk.display.prepare
first = []


def hangs(sources, *rest, **named):
    first.append(sources[0].path)
    if sources[0].path == first[0]:
        threading.Event().wait()
    return prepare(sources, *rest, **named)


kiosk.display.prepare = hangs
"""


def spoiled(folder: Path, code: str) -> dict[str, str]:
    """An environment in which a kiosk runs this first (`sitecustomize`): a thread that dies, say."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
