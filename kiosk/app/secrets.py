"""Whatever is secret and comes in is masked in the log from that moment on, whatever it looks like.

The rooms write no secret into their errors. This is for what nobody thought of: the text of a fault of our own, with
its traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from kiosk.config import Loaded
from kiosk.control import ControlRequest
from kiosk.core.events import CatalogOpened, DeviceCodeIssued, Granted
from kiosk.core.model import Secret
from kiosk.system import logs
from kiosk.system.dumps import forbid_core_dumps
from kiosk.system.logs import Redactor

M = TypeVar("M")

_ARGUMENTS = ("code", "verifier")


def masked_log(loaded: Loaded, env: Mapping[str, str]) -> Redactor:
    """The log of a process that will hold secrets: what the configuration says is masked, and no core is dumped."""
    forbid_core_dumps()
    redactor = logs.set_up(env)
    redactor.add(loaded.config.google.client_secret.reveal)
    if loaded.key is not None:
        redactor.add(loaded.key.digits.reveal)
    logs.log_crashes()
    return redactor


def masked(redactor: Redactor, put: Callable[[M], None]) -> Callable[[M], None]:
    """``put``, after the message's secrets have been told to the log."""

    def mask_and_put(message: M) -> None:
        for secret in secrets_in(message):
            redactor.add_passing(secret)
        put(message)

    return mask_and_put


def secrets_in(message: object) -> Iterator[str]:
    """The secrets of a message for the inbox."""
    match message:
        case Granted(grant=grant):
            yield from _revealed(grant.access_token, grant.refresh_token)
        case DeviceCodeIssued(code=code):
            yield from _revealed(code.device_code)
        case CatalogOpened(credentials=credentials, attempt=attempt):
            yield from _revealed(credentials.refresh_token if credentials else None)
            yield from _revealed(attempt.code.device_code if attempt else None)
        case ControlRequest(args=args):
            yield from (args[name] for name in _ARGUMENTS if args.get(name))


def _revealed(*secrets: Secret | None) -> Iterator[str]:
    return (secret.reveal for secret in secrets if secret is not None)
