"""An update and a rollback, from the first look at the source to the verdict. Root's work; nothing here is done by the
frame itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from kiosk.errors import UpdateError
from kiosk.update import making, signature, source
from kiosk.update.manifest import Manifest, comparable
from kiosk.update.records import Records
from kiosk.update.releases import Releases
from kiosk.update.trial import Trial, version_of

KEYS = Path("/etc/kiosk/release-keys")


@frozen(kw_only=True)
class Rehearsal:
    """What a release that is there and does not run yet is put through; each raises UpdateError."""

    preflight: Callable[[Path], str]
    rehearse: Callable[[Path], None]


@frozen(kw_only=True)
class Updating:
    releases: Releases
    records: Records
    trial: Trial
    rehearsal: Rehearsal
    keys: Path = KEYS
    python: str = making.PYTHON

    def update(self, configured: str, *, again: bool = False) -> str:
        """Takes the newest release of the source if there is a newer one; returns one line that says what happened.

        again: one that was refused as well. Raises UpdateError when there is a newer one that does not do.
        """
        tell = self.trial.tell
        with self.releases.lock():
            self.finish_trial()
            keys = signature.trusted(self.keys)
            offered, wrong = source.newest(
                source.sources(configured), keys, lambda manifest: making.fits(manifest, self.python)
            )
            for line in wrong:
                tell(line)
            if offered is None:
                raise UpdateError(f"{configured} has no release for this frame")
            if reason := self.why_not(offered.manifest, again=again):
                return reason
            name = self._make(offered)
            old = self.releases.current
            try:
                self.records.forgive(name)
                self.records.take(offered.manifest)
                self._switch(name)
            except UpdateError:
                if self.releases.current != name:
                    self.releases.remove(name)
                raise
            self.releases.keep_only({name, old})
            return f"{name} runs; {old} is kept to go back to"

    def rollback(self) -> str:
        """Goes back to the release before; the one that is left is not taken again by itself. Raises UpdateError."""
        with self.releases.lock():
            self.finish_trial()
            left = self.releases.current
            name = self.releases.earlier(self.records.refused)
            if name is None:
                raise UpdateError("there is no earlier release on this machine to go back to")
            self.trial.tell(f"going back from {left} to {name}")
            self._rehearse(name)
            self.records.refuse(left, "somebody went back from it")
            self.records.forgive(name)
            try:
                self._switch(name)
            except UpdateError:
                self.records.forgive(left)
                raise
            return f"{name} runs; {left} is not taken again but with kiosk update --again"

    def resume(self) -> str:
        """At the boot: finishes a trial that a power cut broke off. Raises UpdateError when it ended badly."""
        with self.releases.lock():
            self.finish_trial()
        return f"{self.releases.current} runs"

    def finish_trial(self) -> None:
        """Raises UpdateError when the version on trial had to go."""
        name = self.releases.current
        if why := self.trial.resume():
            raise UpdateError(f"{name} is not taken: {why}")

    def why_not(self, manifest: Manifest, *, again: bool = False) -> str | None:
        """Why this release is not to be installed; None when it is."""
        current = self.releases.current
        if manifest.name == current:
            return f"{current} runs; the source has nothing newer"
        number, digest = self.records.newest
        if manifest.number < number or (manifest.number == number and manifest.digest != digest):
            return f"{manifest.name} is older than what this frame has had; it is not taken"
        if comparable(manifest.version) < comparable(version_of(current)):
            return f"{manifest.name} is older than {current}, which runs; it is not taken"
        refused = self.records.refused.get(manifest.name)
        if refused is not None and not again:
            return f"{manifest.name} is not tried again: {refused}"
        return None

    def _make(self, offered: source.Offered) -> str:
        """Fetched, checked, installed, rehearsed and whole; or nothing is left of it, and UpdateError."""
        manifest, tell = offered.manifest, self.trial.tell
        making.check_room(self.releases, manifest)
        with self.releases.incoming() as folder:
            tell(f"fetching {manifest.name} from {offered.source} ({manifest.total // 1_000_000} MB)")
            source.fetch(offered, folder)
            tell(f"installing {manifest.name}")
            name = making.make(self.releases, offered, folder, self.python)
        try:
            self._rehearse(name)
            self.releases.declare_whole(name)
        except (UpdateError, OSError):
            self.releases.remove(name)
            raise
        return name

    def _rehearse(self, name: str) -> None:
        folder = self.releases.folder(name)
        try:
            self.rehearsal.preflight(folder)
        except UpdateError as error:
            # The frame's fault as likely as the version's: so it is tried again.
            raise UpdateError(
                f"{name} finds a fault in this frame, which goes on as it is: {error}"
            ) from error
        try:
            self.rehearsal.rehearse(folder)
        except UpdateError as error:
            why = "it did not run without a screen"
            self.records.refuse(name, why)
            raise UpdateError(f"{name} is not taken: {why}: {error}") from error

    def _switch(self, name: str) -> None:
        self.trial.tell(f"switching from {self.releases.current} to {name}")
        if why := self.trial.begin(name):
            raise UpdateError(f"{name} is not taken: {why}")
