"""The releases on this machine, as install.sh lays them out: each a virtual environment in ``releases/``, whole when it
holds the file ``complete``; ``current`` leads to the one that runs.

``before`` leads to the one that ran, from before a switch until the new one has proved itself. It is the mark of a
trial that is open, it says where to go back to, and at the next boot it is the program that judges.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from kiosk.errors import UpdateError

PREFIX = Path("/opt/kiosk")
COMPLETE = "complete"
_INCOMING = "incoming"


@frozen
class Releases:
    """prefix: /opt/kiosk."""

    prefix: Path = PREFIX

    def folder(self, name: str) -> Path:
        return self.prefix / "releases" / name

    @property
    def current(self) -> str:
        """The name of the one that runs; raises UpdateError where nothing is installed."""
        name = self._linked("current")
        if name is None:
            raise UpdateError(f"no frame is installed here: {self.prefix}/current leads to none")
        return name

    @property
    def before(self) -> str | None:
        """The name of the one that ran before the trial; None when no trial is open."""
        return self._linked("before")

    def is_whole(self, name: str) -> bool:
        return (self.folder(name) / COMPLETE).is_file()

    def earlier(self, refused: Collection[str]) -> str | None:
        """What to go back to: the newest whole one that is not the current one and was not refused."""
        others = {path.name for path in self._all() if self.is_whole(path.name)} - {self.current, *refused}
        return max(others, key=lambda name: self.folder(name).stat().st_mtime, default=None)

    def switch(self, name: str) -> None:
        """`current` leads there; one rename, so that there is a current release at every moment. Raises UpdateError
        where the card does not take it, as do the next two."""
        self._link("current", name)

    def open_trial(self) -> None:
        self._link("before", self.current)

    def close_trial(self) -> None:
        with card(self.prefix):
            (self.prefix / "before").unlink(missing_ok=True)
            sync_directory(self.prefix)

    def declare_whole(self, name: str) -> None:
        """All of it is on the card when this returns."""
        folder = self.folder(name)
        # Thousands of files: one call for the file system, as `sync -f` does it.
        os.sync()
        with (folder / COMPLETE).open("wb") as file:
            os.fsync(file.fileno())
        sync_directory(folder)
        sync_directory(folder.parent)

    def remove(self, name: str) -> None:
        """It is no whole one from the first file that goes."""
        (self.folder(name) / COMPLETE).unlink(missing_ok=True)
        shutil.rmtree(self.folder(name), ignore_errors=True)

    def keep_only(self, names: Collection[str]) -> None:
        for path in self._all():
            if path.name not in names:
                self.remove(path.name)

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """An empty folder for what is fetched, on the same card."""
        folder = self.prefix / _INCOMING
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One of update, rollback, trial and install.sh at a time. Raises UpdateError."""
        try:
            descriptor = os.open(self.prefix, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise UpdateError(f"no frame is installed here: {self.prefix}: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise UpdateError("another update, rollback or install.sh is at work") from error
        finally:
            os.close(descriptor)

    def _all(self) -> list[Path]:
        return sorted((self.prefix / "releases").iterdir())

    def _linked(self, link: str) -> str | None:
        try:
            target = (self.prefix / link).readlink()
        except OSError:
            return None
        return target.name if target.parent == Path("releases") else None

    def _link(self, link: str, name: str) -> None:
        new = self.prefix / f"{link}.new"
        with card(self.prefix):
            new.unlink(missing_ok=True)
            new.symlink_to(f"releases/{name}")
            new.replace(self.prefix / link)
            sync_directory(self.prefix)


@contextmanager
def card(folder: Path) -> Iterator[None]:
    """Raises UpdateError for what the card does not take."""
    try:
        yield
    except OSError as error:
        raise UpdateError(f"{folder} cannot be written to: {error.strerror}") from error


def sync_directory(directory: Path) -> None:
    """Makes the names in `directory` survive a power cut (fsync(2))."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
