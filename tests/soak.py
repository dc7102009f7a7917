"""The real kiosk against the demo in real time: ``python -m tests.soak MINUTES [SEED]``, or ``make soak MINUTES=30``.

Somebody picks, presses keys and signs in again; Google fails, the network goes away. A table at the end; the exit code
is 1 when a slide was late, something grew, a thread had to be replaced, or the log holds an error.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import define, field

from kiosk.control import ControlError, ControlVerb
from kiosk.demo import DemoGoogle, DemoSettings, faults, plain_library, routes
from tests.app.frame import Frame
from tests.bench.place import pid_of, x_server
from tests.endurance.measure import Sample, crept, io_of, take

DWELL, FADE = 2.0, 0.5
LATE = 3.0
"""Seconds that a slide may be late: this machine does other things too."""
LOOK = 0.1
EVENTS = 12.0
"""Seconds between two things that happen, on average."""
SAMPLES = 60
MOST_GROWTH = 4096.0
"""KiB from the peak of the first two thirds of the run to that of its last: what is cached comes and goes in steps."""
LIBRARY, SIZE = 80, (1600, 1200)
FAULTS = (
    (faults.server_error(503), routes.SESSIONS_CREATE),
    (faults.too_many_requests("2"), routes.SESSIONS_GET),
    (faults.Reset(after=20), routes.MEDIA_ITEMS_LIST),
    (faults.Reset(after=5000), routes.MEDIA),
    (faults.Truncate(after=3000), routes.MEDIA),
    (faults.Drip(chunk=20_000, pause=0.2), routes.MEDIA),
    (faults.forbidden_tile(), routes.MEDIA),
    (faults.html_page(), routes.MEDIA),
    (faults.server_error(500), routes.TOKEN),
)


@define(eq=False)
class Soak:
    """What happens, and what was seen."""

    frame: Frame
    google: DemoGoogle
    rng: random.Random
    happened: Counter[str] = field(factory=Counter)
    samples: list[tuple[float, Sample]] = field(factory=list)
    slides: int = 0
    late: int = 0
    longest: float = 0.0
    restarts: int = 0
    flips: int = 0
    _slide: Any = None
    _since: float = 0.0
    _down_until: float | None = None
    _wanted: int = 0

    def look(self, status: dict[str, Any]) -> None:
        """At the slide. Times are the frame's own, so that a slow harness makes nobody late."""
        now, slide = float(status["uptime_seconds"]), status["slide"]
        self.restarts, self.flips = status["restarts"], status["flips"]
        if slide != self._slide:
            self.slides += 1
            self._slide, self._since = slide, now
        if status["stored"] < 2:  # there is nothing else to show
            self._since = now
        stood = now - self._since
        self.longest = max(self.longest, stood)
        if stood > DWELL + FADE + LATE:
            self.late += 1
            self._since = now

    def person(self, status: dict[str, Any]) -> None:
        """Does what the screen asks for."""
        with suppress(KeyError, ValueError, LookupError):  # expired, or gone meanwhile
            if status["user_code"] and self._down_until is None:
                self.google.person.approve(status["user_code"])
            elif status["picker_uri"] and self._wanted and self.google.sessions:
                ids = [item.id for item in self.google._world.library.items]
                self.google.person.pick(self.google.sessions[-1], self.rng.sample(ids, self._wanted))
                self._wanted = 0
                self.happened["picks"] += 1

    def happen(self, now: float) -> None:
        match self.rng.randrange(6):
            case 0 | 1:
                self._wanted = self.rng.randint(3, 12)
                self._ask(ControlVerb.PICK)
            case 2 | 3:
                fault, on = self.rng.choice(FAULTS)
                self.google.faults.add(fault, times=self.rng.randint(1, 4), on=on)
                self.happened["faults"] += 1
            case 4 if self._down_until is None:
                self._down_until = now + self.rng.uniform(2.0, 20.0)
                self.google.stop()
                self.happened["network losses"] += 1
            case _:
                self._ask(self.rng.choice((ControlVerb.NEXT, ControlVerb.PREVIOUS)))
                self.happened["keys"] += 1
        if self.rng.random() < 0.1:
            self.google.expire_access_tokens()
            self.happened["access tokens expired"] += 1

    def heal(self, now: float) -> None:
        if self._down_until is not None and now >= self._down_until:
            self._down_until = None
            self.google.start()
            # A fault that nobody has met is over as well: they would pile up before the next pick.
            self.google.faults.clear()

    def sample(self, began: float) -> None:
        found = take(pid_of(self.frame), slides=self.slides, textures=0)
        self.samples.append((time.monotonic() - began, found))
        if len(self.samples) == 1:
            print(f"{'seconds':>9} {Sample.heading()}")
        print(f"{self.samples[-1][0]:>9.0f} {found.row()}", flush=True)

    def _ask(self, verb: ControlVerb) -> None:
        with suppress(ControlError):
            self.frame.ask(verb)


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    if shutil.which("Xvfb") is None:
        yield {}
    else:
        with x_server() as env:
            yield env


def run(soak: Soak, seconds: float) -> None:
    began = time.monotonic()
    next_event = began + EVENTS
    next_sample = began + seconds / SAMPLES
    while (now := time.monotonic()) < began + seconds:
        status = soak.frame.status()
        if status is not None:
            soak.look(status)
            soak.person(status)
        soak.heal(now)
        if now >= next_event:
            soak.happen(now)
            next_event = now + soak.rng.uniform(0.5, 1.5) * EVENTS
        if now >= next_sample:
            soak.sample(began)
            next_sample += seconds / SAMPLES
        time.sleep(LOOK)


def faulty(soak: Soak, code: int) -> list[str]:
    """What is wrong, one line each."""
    samples = [each for _, each in soak.samples]
    log = soak.frame.log.read_text()
    wrong = []
    if soak.late:
        wrong.append(f"{soak.late} slides were late, the longest stood {soak.longest:.1f} s")
    if grown(soak) > MOST_GROWTH:
        wrong.append(f"memory grew by {grown(soak)} KiB")
    wrong += [f"more {name} than before" for name in ("fds", "threads") if crept(samples, name, by=4)]
    if soak.restarts:
        wrong.append(f"{soak.restarts} threads had to be replaced")
    if code != 0:
        wrong.append(f"the exit code was {code}")
    if "Traceback" in log or " ERROR " in log or " CRITICAL " in log:
        wrong.append(f"the log holds an error:\n{log}")
    return wrong


def grown(soak: Soak) -> int:
    """KiB of the kiosk itself; its children come and go."""
    memory = [each.memory for _, each in soak.samples]
    last = 2 * len(memory) // 3
    return max(memory[last:]) - max(memory[:last])


def warm_up(soak: Soak) -> None:
    """Whatever happens later has happened once: the first refresh of an access token loads a library of 5 MB."""
    frame, google = soak.frame, soak.google
    frame.show(6)
    google.expire_access_tokens()
    frame.ask(ControlVerb.PICK)
    frame.pick(12)
    frame.until(lambda status: status["stored"] == 12 and not google.sessions)


def main(minutes: float, seed: int) -> int:
    settings = DemoSettings(device_interval=1.0, poll_interval="1s", latency=0.05)
    with (
        tempfile.TemporaryDirectory() as folder,
        DemoGoogle(plain_library(LIBRARY, SIZE, grain=8), settings) as google,
        screen() as env,
    ):
        times = {"slideshow__dwell_seconds": str(DWELL), "slideshow__transition_seconds": str(FADE)}
        frame = Frame(Path(folder), google, size="960x540", picking__mode='"replace"', **times)
        frame.start(env)
        soak = Soak(frame, google, random.Random(seed))
        try:
            warm_up(soak)
            before = io_of(pid_of(frame))
            run(soak, 60 * minutes)
            written = io_of(pid_of(frame)) - before
            code = frame.stop()
        finally:
            frame.close()
        _print(soak, written.card / 1024 / minutes)
        wrong = faulty(soak, code)
    print("\n".join(wrong) or "nothing grew, and every slide was on time")
    return 1 if wrong else 0


def _print(soak: Soak, kib_a_minute: float) -> None:
    first, last = soak.samples[0][1], soak.samples[-1][1]
    print(f"{soak.slides} slides, {soak.flips} flips, the longest stood {soak.longest:.1f} s")
    print(", ".join(f"{name} {times}" for name, times in sorted(soak.happened.items())))
    print(
        f"memory {first.memory} -> {last.memory} KiB, {grown(soak):+d} KiB from peak to peak of the last third"
    )
    print(f"memory of children at most {max(each.below for _, each in soak.samples)} KiB")
    print(f"fds {first.fds} -> {last.fds}, threads {first.threads} -> {last.threads}")
    print(f"restarts of threads {soak.restarts}; {kib_a_minute:.0f} KiB a minute to the card")


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
