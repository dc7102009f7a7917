"""Directories, free space, clock, credentials."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from kiosk.config import Config, StorageKey
from kiosk.doctor.check import Check, fail, ok, warn
from kiosk.errors import KioskError, StorageError
from kiosk.storage import Storage
from kiosk.storage.credentials import CredentialsFile
from kiosk.storage.decoder import Decoder
from kiosk.storage.envelope import Seals
from kiosk.storage.heads import can_look, head_finder
from kiosk.system import Dirs

MB = 1_000_000
NTP_MARK = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it after each synchronisation (systemd-timesyncd.service(8))."""
_BORN = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock can be right and show an earlier time: this program did not exist."""
_SECONDS = 5.0


def directories(dirs: Dirs) -> list[Check]:
    named = (("state", dirs.state), ("cache", dirs.cache), ("runtime", dirs.runtime))
    return [_directory(f"{name} directory", path, private=name == "state") for name, path in named]


def _directory(name: str, path: Path, *, private: bool) -> Check:
    if not os.path.lexists(path):
        return _would_be_made(name, path)
    if not path.is_dir():
        return fail(name, f"{path} is not a directory", "move it away, or choose another place in [storage]")
    try:
        # Asking for permission says nothing of a card that turned read-only: only writing tells.
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        cure = f"let user {os.getuid()} write there (chown), or check the card"
        return fail(name, f"{path}: {error.strerror}", cure)
    mode = stat.S_IMODE(path.stat().st_mode)
    if private and mode & 0o077:
        return warn(name, f"{path} is open to other users (mode {mode:04o})", f"chmod 700 {path}")
    return ok(name, f"{path} (mode {mode:04o})")


def _would_be_made(name: str, path: Path) -> Check:
    parent = next(parent for parent in path.parents if os.path.lexists(parent))
    if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
        return ok(name, f"{path} will be made at the first start")
    return fail(name, f"{path} cannot be made in {parent}", f"make it and give it to user {os.getuid()}")


def decoder(one: Decoder | None = None) -> Check:
    """Whether what comes from the network can be decoded in a process of its own, with all its limits.

    one: another than the kiosk's, for tests.
    """
    one = one or Decoder()
    try:
        lacking = one.check()
    except KioskError as error:
        return fail("decoder", str(error), "install the kiosk again; the message says what was missing")
    finally:
        one.close()
    if lacking:
        cure = "nothing, or a kernel with CONFIG_SECCOMP_FILTER; pictures are shown all the same"
        return warn("decoder", f"fewer limits than there could be: {lacking}", cure)
    return ok("decoder", "pictures are decoded without files, network or much memory")


def faces(config: Config) -> Check:
    """Whether faces are looked for, and can be."""
    if not config.picture.faces:
        return ok("faces", "not looked for, as [picture] faces says")
    if not can_look():
        return ok("faces", "not looked for; with the [faces] extra no crop would cut a head off")
    if head_finder() is None:
        cure = "install the [faces] extra again: OpenCV 4 from opencv-python-headless, with its cascades"
        return warn("faces", "OpenCV is there, but finds no faces", cure)
    return ok("faces", "looked for, so that no crop cuts a head off; nobody is recognised")


def free_space(config: Config, dirs: Dirs) -> Check:
    """Free space where the pictures go, held against keep_free_mb and cache_max_mb."""
    name = "free space"
    place = next(path for path in (dirs.cache, *dirs.cache.parents) if path.exists())
    status = os.statvfs(place)
    free = status.f_bavail * status.f_frsize // MB
    keep, most = config.storage.keep_free_mb, config.storage.cache_max_mb
    says = f"{free} MB free at {place}"
    if status.f_files and not status.f_favail:
        return fail(name, f"no file entries (inodes) left at {place}", "delete files on this card")
    if free <= keep:
        cure = "delete files on this card, or lower [storage] keep_free_mb"
        return fail(name, f"{says}, keep_free_mb is {keep}", cure)
    room = free - keep + _size(dirs.cache)
    if room < most:
        cure = "a full cache will stop there; lower [storage] cache_max_mb to make it known"
        return warn(name, f"{says}: room for {room} MB of pictures, cache_max_mb is {most}", cure)
    return ok(name, f"{says}, cache_max_mb is {most}")


def _size(directory: Path) -> int:
    """MB of files below a directory; what cannot be read counts nothing."""
    total = 0
    for root, _, names in os.walk(directory):
        for name in names:
            try:
                # Strings, since a Path for each of 100,000 files takes a while.
                total += os.lstat(f"{root}/{name}").st_size
            except OSError:
                continue
    return total // MB


def clock(now: datetime, mark: Path = NTP_MARK) -> Check:
    """Whether the wall clock is plausible, and set by the network."""
    cure = "sudo timedatectl set-ntp true, and see that the network lets NTP through"
    shown = f"{now:%Y-%m-%d %H:%M} UTC"
    if now < _BORN:
        return fail("clock", f"it says {shown}, so certificates will be refused", cure)
    synchronised = mark.exists() or _timedatectl()
    if synchronised is None:
        return warn(
            "clock", f"{shown}; whether the network sets it is not known here", "compare it with your watch"
        )
    if not synchronised:
        return warn("clock", f"{shown}, not set by the network yet", cure)
    return ok("clock", f"{shown}, set by the network")


def _timedatectl() -> bool | None:
    """What timedatectl(1) knows, for chrony and others too; None where it cannot tell."""
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def storage_key(config: Config, dirs: Dirs, key: StorageKey | None) -> Check:
    """Whether the key is the one that the card is sealed with, and does not lie on the very card."""
    name, bare = "storage key", None if key is None else key.bytes
    storage = config.storage
    try:
        Storage(
            dirs.state,
            dirs.cache,
            cache_max_mb=storage.cache_max_mb,
            keep_free_mb=storage.keep_free_mb,
            key=bare,
            encrypt=storage.encrypt,
        ).check_key()
    except StorageError as error:
        return fail(name, str(error), "put the right key back; nothing is lost as long as you have it")
    if key is None or not storage.encrypt:
        return ok(name, "not used: [storage] encrypt is false")
    says = f"{Seals(bare).key_id}, from {key.path}"
    place = next(path for path in (dirs.cache, *dirs.cache.parents) if path.exists())
    if key.path.stat().st_dev == place.stat().st_dev:
        cure = "whoever takes the card has both; README.md (Privacy) says where else it could be"
        return warn(name, f"{says}, on the same card as the pictures", cure)
    return ok(name, says)


def credentials(config: Config, dirs: Dirs, key: StorageKey | None = None) -> list[Check]:
    """The OAuth client of the configuration, and what signing in has left."""
    seals = Seals(None if key is None else key.bytes)
    return [_client(config), _signed_in(config, CredentialsFile(dirs.state, seals))]


def _client(config: Config) -> Check:
    if config.google.client.client_id:
        return ok("google client", config.google.client.client_id)
    return fail(
        "google client",
        "no client_id is set",
        "make an OAuth client in Google's console (README.md tells how) and put it into [google]",
    )


def _signed_in(config: Config, file: CredentialsFile) -> Check:
    path = file.path
    name, again = "sign-in", "sign in again: kiosk sign-in"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        kept = file.opened(path.read_bytes())
    except FileNotFoundError:
        if not config.google.keep_signed_in:
            return ok(name, "none is kept: [google] keep_signed_in is false")
        return warn(name, "not signed in", "scan the QR code on the frame, or: kiosk sign-in")
    except OSError as error:
        return fail(name, f"{path}: {error.strerror}", f"let user {os.getuid()} read it")
    if kept is None:
        return fail(name, f"{path} is damaged", again)
    if mode & 0o077:
        return fail(name, f"{path} can be read by other users (mode {mode:04o})", f"chmod 600 {path}")
    if kept.client_id != config.google.client_id:
        return warn(name, "the sign-in belongs to another client_id", again)
    return ok(name, f"{path} (mode {mode:04o})")
