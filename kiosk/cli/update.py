"""``kiosk update`` and ``kiosk rollback``: root's commands, on a machine where install.sh has been."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from kiosk.cli.exits import Exit
from kiosk.config import Config, load
from kiosk.control import SOCKET_NAME, ControlError, ControlVerb, ask
from kiosk.errors import ConfigError, UpdateError
from kiosk.system import paths
from kiosk.system.fdstore import cards_open
from kiosk.update import (
    SERVICE,
    Account,
    Records,
    Rehearsal,
    Releases,
    Systemd,
    Trial,
    Updating,
    preflight,
    rehearse,
)
from kiosk.update.verdict import READY_SECONDS

if TYPE_CHECKING:
    from kiosk.cli import Call

_USER = "kiosk"
_KEEPING_SECONDS = 120.0
_SLOW = "KIOSK_TRIAL_SECONDS"
"""For machines that are many times slower than a Raspberry Pi, as an emulated one is."""


def update(call: Call) -> int:
    """One line of what happened; UpdateError when there was something to take and it was not."""
    updating = _updating(call.env)
    if call.args.trial:
        with _work():
            _tell(updating.resume())
        return Exit.OK
    source = _config(call).update.source
    if not source:
        raise UpdateError("[update] source names no place to take releases from")
    with _work():
        _tell(updating.update(source, again=call.args.again))
    return Exit.OK


def rollback(call: Call) -> int:
    with _work():
        _tell(_updating(call.env).rollback())
    return Exit.OK


@contextmanager
def _work() -> Iterator[None]:
    """Raises UpdateError also for what the card does not do."""
    try:
        with cards_open():  # in the night a frame that is stopped and started stays dark
            yield
    except OSError as error:
        raise UpdateError(f"{error.filename or 'the card'}: {error.strerror or error}") from error


@frozen
class _Keeper:
    """The catalog's keeper, as the frame's own user: root opens nothing in a folder that others write to."""

    account: Account
    state: Path

    def keep(self) -> None:
        self._run("keep")

    def restore(self) -> None:
        self._run("restore")

    def drop(self) -> None:
        self._run("drop")

    def _run(self, what: str) -> None:
        words = (sys.executable, "-I", "-m", "kiosk.update.keeping", what, str(self.state))
        self.account.run(words, {"PATH": os.defpath, "LANG": "C.UTF-8"}, _KEEPING_SECONDS)


def _updating(env: Mapping[str, str]) -> Updating:
    if os.geteuid() != 0:
        raise UpdateError("needs root: put sudo before it")
    os.umask(0o022)  # as install.sh has it
    releases, records = Releases(), Records()
    releases.current  # noqa: B018  says so where nothing is installed, before a user is looked for
    account = Account.named(_USER)
    trial = Trial(
        releases=releases,
        records=records,
        service=Systemd(_status),
        keeper=_Keeper(account, _state_dir()),
        tell=_tell,
        monotonic=time.monotonic,
        wait=time.sleep,
        undisturbed=_finish_what_was_begun,
        ready_seconds=float(env.get(_SLOW) or READY_SECONDS),
    )
    rehearsal = Rehearsal(
        preflight=lambda release: preflight(release, account),
        rehearse=lambda release: rehearse(release, account, trial.ready_seconds),
    )
    return Updating(releases=releases, records=records, trial=trial, rehearsal=rehearsal)


def _finish_what_was_begun() -> None:
    """Whoever has started it over SSH may lose the connection, or patience."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _tell(line: str) -> None:
    # A terminal that has gone, or `| head`, is no reason to leave a trial half done.
    with suppress(OSError):
        print(f"kiosk: {line}", flush=True)


def _status() -> Mapping[str, Any] | None:
    try:
        return ask(Path(SERVICE["RUNTIME_DIRECTORY"]) / SOCKET_NAME, ControlVerb.STATUS)
    except ControlError:
        return None


def _config(call: Call) -> Config:
    """The frame's own configuration, wherever root's would be; raises ConfigError."""
    return load(call.config_path, {**SERVICE, "CREDENTIALS_DIRECTORY": "/etc/kiosk/credentials"}).config


def _state_dir() -> Path:
    """Where the frame's catalog is. At a boot with mistakes in the file a trial is judged all the same."""
    env = {**SERVICE, "CREDENTIALS_DIRECTORY": "/etc/kiosk/credentials"}
    try:
        storage = load(None, env).config.storage
    except ConfigError:
        storage = Config().storage
    return paths.find(env, state_dir=storage.state_dir, cache_dir=storage.cache_dir).state
