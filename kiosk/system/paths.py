"""Where this frame keeps its things.

For each directory the first that is given wins: the key in config.toml, systemd's variable (systemd.exec(5),
`StateDirectory=` and its kin), the XDG Base Directory Specification, a default under the home directory.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from kiosk.errors import Unwritable

_NAME = "kiosk"
_PRIVATE = 0o700
_OURS = ("catalog", "credentials", "lock", "wiping", "renditions", "parts", "set-aside", "probe")
"""How the names begin that the kiosk gives in its state and cache directories."""
_TEMP = Path("/tmp")  # noqa: S108 - a directory of our own is made in it, and checked for its owner and mode
_SERVICE_RUNTIME = Path("/run/kiosk")
"""The runtime directory of the packaged unit: where a person at a shell finds the running service."""


@frozen
class Dirs:
    """Absolute paths. `credentials` is systemd's read-only directory of credentials, if there is one."""

    state: Path
    """The catalog, the credentials, the lock."""
    cache: Path
    """The renditions."""
    runtime: Path
    """The control socket; gone after a reboot."""
    credentials: Path | None = None


@frozen
class Place:
    """One directory and what decided on it, for `kiosk config`."""

    name: str
    path: Path
    origin: str


def find(
    env: Mapping[str, str],
    *,
    state_dir: Path | None = None,
    cache_dir: Path | None = None,
    temp: Path = _TEMP,
) -> Dirs:
    """The directories of this start. Makes none of them; `state_dir` and `cache_dir` are the keys of
    [storage]."""
    by_name = {
        place.name: place.path for place in explain(env, state_dir=state_dir, cache_dir=cache_dir, temp=temp)
    }
    credentials = _listed(env, "CREDENTIALS_DIRECTORY")
    return Dirs(by_name["state"], by_name["cache"], by_name["runtime"], credentials)


def explain(
    env: Mapping[str, str],
    *,
    state_dir: Path | None = None,
    cache_dir: Path | None = None,
    temp: Path = _TEMP,
) -> tuple[Place, ...]:
    """The state, cache and runtime directory, in this order, each with its origin."""
    return (
        _place(env, "state", state_dir, ".local/state"),
        _place(env, "cache", cache_dir, ".cache"),
        _runtime(env, temp),
    )


def runtime_candidates(env: Mapping[str, str], temp: Path = _TEMP) -> tuple[Path, ...]:
    """Where the control socket of a running kiosk may be, the likeliest first: our own place, then the
    service's."""
    uid = os.getuid()
    # A shell over SSH may lack the XDG_RUNTIME_DIR that the desktop's kiosk had, or the other way round.
    desktop, fallback = Path(f"/run/user/{uid}", _NAME), temp / f"{_NAME}-{uid}"
    return tuple(dict.fromkeys((_runtime(env, temp).path, desktop, fallback, _SERVICE_RUNTIME)))


def make(dirs: Dirs) -> None:
    """Make what is missing with mode 0700, and shut others out of what is there and holds nothing but ours.

    Raises Unwritable, also for a runtime directory that others own or can write to, and for a state directory that
    others can write to.
    """
    for path in (dirs.state, dirs.cache, dirs.runtime):
        try:
            _make(path)
        except OSError as error:
            raise Unwritable(f"{path} cannot be made: {error.strerror}") from error
    _refuse_foreign(dirs.runtime)
    for path in (dirs.state, dirs.cache):
        _shut(path)
    if dirs.state.stat().st_mode & stat.S_IWOTH:
        raise Unwritable(f"{dirs.state} can be written by others; its mode should be 0700")


def _make(path: Path) -> None:
    """Like `mkdir -p`, but with mode 0700 for the parents too, as XDG wants it, whatever the umask."""
    if not path.is_dir():
        if path.parent != path:
            _make(path.parent)
        path.mkdir(mode=_PRIVATE, exist_ok=True)


def _only_ours(path: Path) -> bool:
    return all(each.name.startswith(_OURS) for each in path.iterdir())


def _shut(path: Path) -> None:
    """A directory that holds other things too, say a home directory or /tmp, stays as it is: the files and directories
    in it are private one by one."""
    mode = path.stat().st_mode
    if mode & 0o077 and not mode & stat.S_ISVTX and _only_ours(path):
        with suppress(OSError):  # another's directory, or a file system that knows no modes
            path.chmod(_PRIVATE)


def assets_dir(package: Path | None = None) -> Path:
    """The fonts and pictures that come with the program: in the wheel `kiosk/assets`, in the source tree
    beside it."""
    package = package or Path(__file__).resolve().parent.parent
    inside = package / "assets"
    return inside if inside.is_dir() else package.parent / "assets"


def _place(env: Mapping[str, str], name: str, configured: Path | None, under_home: str) -> Place:
    if configured is not None:
        return Place(name, configured.absolute(), f"[storage] {name}_dir")
    if service := _listed(env, f"{name.upper()}_DIRECTORY"):
        return Place(name, service, f"{name.upper()}_DIRECTORY")
    if xdg := _absolute(env, f"XDG_{name.upper()}_HOME"):
        return Place(name, xdg / _NAME, f"XDG_{name.upper()}_HOME")
    return Place(name, _home(env) / under_home / _NAME, "default")


def _runtime(env: Mapping[str, str], temp: Path) -> Place:
    if service := _listed(env, "RUNTIME_DIRECTORY"):
        return Place("runtime", service, "RUNTIME_DIRECTORY")
    if xdg := _absolute(env, "XDG_RUNTIME_DIR"):
        return Place("runtime", xdg / _NAME, "XDG_RUNTIME_DIR")
    return Place("runtime", temp / f"{_NAME}-{os.getuid()}", "default")


def _listed(env: Mapping[str, str], name: str) -> Path | None:
    """systemd separates several directories with colons; the first is the main one."""
    first = env.get(name, "").split(":")[0]
    return Path(first) if first.startswith("/") else None


def _absolute(env: Mapping[str, str], name: str) -> Path | None:
    # XDG Base Directory Specification: relative paths are to be ignored.
    value = env.get(name, "")
    return Path(value) if value.startswith("/") else None


def _home(env: Mapping[str, str]) -> Path:
    # A service with DynamicUser= has no HOME; the password database still knows.
    return _absolute(env, "HOME") or Path(pwd.getpwuid(os.getuid()).pw_dir)


def _refuse_foreign(path: Path) -> None:
    # /tmp is everybody's: whoever was there first could read along, or have linked the name to elsewhere.
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise Unwritable(f"{path} is not a directory but a link or a file; take it away")
    if status.st_uid != os.getuid():
        raise Unwritable(f"{path} belongs to another user (uid {status.st_uid})")
    if status.st_mode & 0o022:
        raise Unwritable(f"{path} can be written by others; its mode should be 0700")
