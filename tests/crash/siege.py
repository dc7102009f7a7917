"""A frame that is killed again and again, with somebody who signs in, picks and hides meanwhile."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk.control import ControlError, ControlVerb, ask
from kiosk.demo import DemoGoogle, DemoSettings
from kiosk.demo.consent import NotPossible
from kiosk.demo.library import Library, plain_items
from tests.app.frame import PATIENCE, Frame, Status
from tests.crash.remains import Ledger, Remains, faults, lost, read_card, read_journal, settle

ROOT = Path(__file__).parents[2]
SETTINGS = DemoSettings(device_interval=1.0, poll_interval="1s", latency=0.01)


def grainy(count: int) -> Library:
    """Pictures that do not compress: 48 kB at 320x180, 107 kB at 480x270; few of them fill a card of 1 MB."""
    return Library(plain_items(count, (800, 600), grain=60))


class Witnessed(Frame):
    """Started through the launcher; everything it promises is in the journal."""

    @property
    def journal(self) -> Path:
        return self.home / "journal"

    def start(self, env: Mapping[str, str] | None = None, *words: str) -> Frame:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.launcher", "run", "--config", str(self.config), *words],
                env={**self.env, "CRASH_JOURNAL": str(self.journal), **(env or {})},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        return self

    def ledger(self) -> Ledger:
        return read_journal(self.journal)

    def look(self) -> tuple[Ledger, Remains]:
        """After a kill: nothing may be wrong, and what is there is promised from here on."""
        ledger, card = self.ledger(), read_card(self.home)
        assert not faults(ledger, card), f"{faults(ledger, card)}\nlog:\n{self.log.read_text()[-3000:]}"
        settle(self.journal, card)
        return ledger, card

    def dies(self, patience: float = PATIENCE) -> None:
        """By its own hand, at a crash point."""
        assert self.child is not None
        assert self.child.wait(patience) == -signal.SIGKILL, self.log.read_text()


class Person(threading.Thread):
    """Approves every code and picks in every picking session, at once."""

    def __init__(self, google: DemoGoogle, choose: Callable[[], list[str]]) -> None:
        super().__init__(name="person", daemon=True)
        self._google = google
        self._choose = choose
        self._over = threading.Event()
        self._approved: set[str] = set()
        self.picked: dict[str, list[str]] = {}
        """Picking session -> item ids."""

    def run(self) -> None:
        while not self._over.wait(0.03):
            for code in set(self._google.user_codes) - self._approved:
                self._approved.add(code)
                self._try(lambda code=code: self._google.person.approve(code))
            for each in set(self._google.sessions) - set(self.picked):
                self.picked[each] = self._choose()
                self._try(lambda each=each: self._google.person.pick(each, self.picked[each]))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (NotPossible, KeyError):
            pass  # the code or the session has gone meanwhile

    def leave(self) -> None:
        self._over.set()
        self.join()


PATIENT_KILL = 3
"""So many kills may fall on the sign-in; the next one waits for a picture."""
WISHES = (
    *(ControlVerb.PICK,) * 40,
    *(ControlVerb.NEXT,) * 20,
    *(ControlVerb.PREVIOUS,) * 4,
    ControlVerb.CANCEL,
    ControlVerb.HIDE,
)


class Siege:
    """One state directory under kills at random instants, all drawn from one seed."""

    def __init__(self, home: Path, google: DemoGoogle, seed: int) -> None:
        self.rng = random.Random(seed)
        self.google = google
        self.frame = Witnessed(home, google, size="320x180", storage__cache_max_mb="1")
        picker = random.Random(seed + 1)
        ids = [item.id for item in google.library.items]
        self.person = Person(google, lambda: picker.sample(ids, picker.randint(4, 12)))
        self.person.start()
        self.kills = 0
        self.bytes_lost = 0
        self.early = 0
        """Kills before the catalog was open."""
        self.withdrawn = 0
        """Pictures that a wish without an answer took away: an eviction, a replacing pick, a hide."""

    def kill_once(self) -> None:
        """A start, somebody's wishes, and the end at an instant that nobody chose."""
        rng, frame = self.rng, self.frame
        frame.keys["picking__mode"] = rng.choice(('"add"', '"replace"'))
        frame.write_config()
        starts = len(frame.ledger().opened)
        frame.start()
        assert frame.child is not None
        if self.kills == PATIENT_KILL:
            frame.until(lambda status: status["stored"] or frame.ledger().must)
        # A quarter while it starts, the others under load.
        delay = rng.uniform(0.1, 0.6) if rng.random() < 0.25 else rng.uniform(0.5, 1.6)
        timer = threading.Timer(delay, frame.child.kill)
        timer.start()
        while frame.child.poll() is None:
            self._wish()
        timer.join()
        assert frame.child.wait() == -signal.SIGKILL, frame.log.read_text()
        self.kills += 1
        ledger, card = frame.ledger(), read_card(frame.home)
        self.early += len(ledger.opened) == starts
        self.bytes_lost += sum(size for _, size in lost(ledger, card))
        self.withdrawn += len(ledger.may_go & (set(ledger.must) - set(card.rows)))
        frame.look()

    def _wish(self) -> None:
        verb = self.rng.choice(WISHES)
        try:
            ask(self.frame.socket, verb, timeout=2.0)
        except ControlError:
            pass  # not up yet, or dead already
        time.sleep(0.02)  # a person's finger; nothing waits for it

    def end(self) -> Status:
        """Left in peace: what was begun is finished, and nothing of it stays at Google or on the card."""
        frame = self.frame
        frame.start()
        status = frame.until(
            lambda status: (
                not self.google.sessions
                and status["open_picking_sessions"] == 0
                and status["state"] == "showing"
                and not read_card(frame.home).strays()
            ),
            60,
        )
        assert status["stored"] >= 1
        frame.ask(ControlVerb.QUIT)
        assert frame.child is not None
        assert frame.child.wait(PATIENCE) == 0
        ledger, card = frame.look()
        assert set(ledger.must) <= set(card.rows)
        return status

    def close(self) -> None:
        self.person.leave()
        self.frame.close()
