"""A frame on a machine that is made up: releases of empty folders, a systemd that lies as it is told, a clock of its
own. The files are real."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import Factory, define, field

from kiosk.errors import UpdateError
from kiosk.update.records import Records
from kiosk.update.releases import Releases
from kiosk.update.service import Seen
from kiosk.update.trial import Trial, version_of

OLD, NEW = "1.0.0-python3.11-00000000aaaa", "1.1.0-python3.11-00000000bbbb"

Behaviour = Callable[[float, str], Seen]
"""(seconds since its start, release) -> what is seen of it."""


def told(name: str) -> Mapping[str, Any]:
    return {"ready": True, "version": version_of(name), "release": name}


def good(age: float, name: str) -> Seen:
    """Ready after twenty seconds."""
    return Seen(True, "run", 0, told(name)) if age >= 20 else Seen(False, "run", 0, None)


@define
class Machine:
    """Service, clock and keeper in one."""

    folder: Path
    behaviours: dict[str, Behaviour] = Factory(dict)
    """Those of releases that do not do as `good` does."""
    now: float = 1000.0
    log: list[str] = Factory(list)
    unwilling: set[str] = Factory(set)
    """What fails: the names of calls."""
    _started: float | None = None
    _runs: str = ""
    passed: list[str] = field(factory=list)

    @classmethod
    def fresh(cls, folder: Path) -> Machine:
        """With an old release that runs and a new one that is whole."""
        for name in (OLD, NEW):
            (folder / "opt" / "releases" / name).mkdir(parents=True)
            (folder / "opt" / "releases" / name / "complete").touch()
        machine = cls(folder)
        machine.releases.switch(OLD)
        machine.start()
        machine.log.clear()
        return machine

    @property
    def releases(self) -> Releases:
        return Releases(self.folder / "opt")

    @property
    def records(self) -> Records:
        return Records(self.folder / "records")

    @property
    def trial(self) -> Trial:
        return Trial(
            releases=self.releases,
            records=self.records,
            service=self,
            keeper=self,
            tell=lambda _line: None,
            monotonic=lambda: self.now,
            wait=self.wait,
            passed=self.passed.append,
        )

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def boot(self) -> None:
        """After the power was cut: systemd starts what `current` leads to."""
        self._started = None
        self.start()

    # the service

    def stop(self) -> None:
        self._do("stop")
        self._started = None

    def start(self) -> None:
        self._do("start")
        if self._started is None:
            self._started, self._runs = self.now, self.releases.current

    def look(self) -> Seen:
        if self._started is None:
            return Seen()
        return self.behaviours.get(self._runs, good)(self.now - self._started, self._runs)

    @property
    def runs(self) -> str:
        return self._runs if self._started is not None else ""

    # the keeper

    def keep(self) -> None:
        self._do("keep")

    def restore(self) -> None:
        self._do("restore")

    def drop(self) -> None:
        self._do("drop")

    def _do(self, what: str) -> None:
        self.log.append(what)
        if what in self.unwilling:
            raise UpdateError(f"{what} fails")
