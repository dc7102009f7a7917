"""Asking the running kiosk something: one connection, one line, one answer."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kiosk.control.sockets import LineTooLong, connect, read_line
from kiosk.control.verbs import ControlVerb
from kiosk.control.wire import ANSWER_SECONDS, SOCKET_NAME, Answer, BadLine, decode_answer, encode
from kiosk.errors import KioskError


class ControlError(KioskError):
    """The running kiosk did not do what it was asked; the text says why."""


class NotRunning(ControlError):
    """No kiosk listens."""


def ask(
    socket_path: Path, verb: ControlVerb, *, timeout: float = ANSWER_SECONDS + 2.0, **args: str
) -> Answer:
    """The fields of the answer, without `ok`.

    Raises NotRunning when nobody listens at `socket_path`, ControlError when the kiosk refuses, belongs to
    another user, or says nothing within `timeout` seconds.
    """
    try:
        with connect(socket_path, timeout) as peer:
            with suppress(BrokenPipeError):  # refused before the whole request was read; the answer says why
                peer.sendall(encode({"verb": verb.word, **args}))
            line = read_line(peer, timeout)
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError) as error:
        raise NotRunning(f"no kiosk is running (nobody listens at {socket_path})") from error
    except PermissionError as error:
        raise ControlError(f"the kiosk at {socket_path} belongs to another user") from error
    except TimeoutError as error:
        raise ControlError(f"the kiosk at {socket_path} did not answer within {timeout:g} s") from error
    except (OSError, LineTooLong) as error:
        raise ControlError(f"the kiosk at {socket_path} broke off: {error}") from error
    return _done(line, socket_path)


def find_socket(runtime_dirs: Iterable[Path]) -> Path:
    """The first control socket that is there; raises NotRunning, which names every place."""
    paths = [directory / SOCKET_NAME for directory in runtime_dirs]
    for path in paths:
        try:
            path.lstat()
        except PermissionError:
            return path  # another user's: `ask` says so
        except OSError:
            continue
        return path
    raise NotRunning(f"no kiosk is running (no socket at {', '.join(map(str, paths))})")


def _done(line: bytes, socket_path: Path) -> Answer:
    if not line:
        raise ControlError(f"the kiosk at {socket_path} broke off")
    try:
        fields = decode_answer(line)
    except BadLine as error:
        raise ControlError(f"{socket_path}: {error}") from error
    if not fields.pop("ok"):
        raise ControlError(str(fields.get("error", "the kiosk refused")))
    return fields
