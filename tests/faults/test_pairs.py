"""Every fault crossed with every flow, over real HTTP and real files.

The screen's own law, that there is a picture and that the next comes in time, is checked at each turn of the loop
(`glass.Glass`). A pair is run alone with ``-k "429 and download"``; KIOSK_TEST_ALL=1 runs them all.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.core import commands as c
from kiosk.core import picking, words
from kiosk.core.downloads import AT_ONCE
from kiosk.core.events import Verb
from kiosk.core.scene import Mark
from tests.conftest import RUN_ALL
from tests.faults.driver import Rig, Since
from tests.faults.flows import FLOWS, PICKED, Flow
from tests.faults.glass import DWELL, LATE, TRANSITION
from tests.faults.troubles import PAIRS, TROUBLES, Ending, Ground, Trouble

LASTS = 1800.0
"""Simulated seconds of a fault, and ..."""
SLOW_LASTS = 120.0
"""... of one whose every request costs real time."""
DELETE_HEALS_WITHIN = 3600.0
"""Nobody waits for a deletion: it is tried once an hour in the end."""
SAMPLE_SEED = 20261123
PER_TROUBLE = 2
LINES = {
    Ending.WAITS: (1, 2),
    Ending.UNHARMED: (0, 3),  # nothing to tell, or three answers of different kinds
    Ending.SIGNED_OUT: (1, 1),
    Ending.SAID: (1, 1),
    Ending.ENDED: (1, 1),
    Ending.SKIPPED: (1, 2),  # what was wrong, and that pictures are given up
    Ending.BELIEVED: (0, 1),
    Ending.WIPED: (0, 1),
}
"""What the log tells the owner, in all: at least and at most so many lines, each of them once."""

Pair = tuple[Trouble, Flow]


def sample() -> tuple[Pair, ...]:
    """Each trouble with two of its flows, the quick ones first, and each flow with five troubles at least."""
    dice = random.Random(SAMPLE_SEED)
    chosen: list[Pair] = []
    for trouble in TROUBLES:
        flows = [flow for flow in FLOWS if trouble.hits(flow)]
        chosen += [
            (trouble, flow)
            for flow in dice.sample(flows, min(len(flows), 1 if trouble.slow else PER_TROUBLE))
        ]
    for flow in FLOWS:
        more = [pair for pair in PAIRS if pair[1] is flow and pair not in chosen and not pair[0].slow]
        missing = 5 - sum(each is flow for _, each in chosen)
        chosen += dice.sample(more, max(missing, 0))
    return tuple(chosen)


@pytest.mark.parametrize(
    ("trouble", "flow"),
    [
        pytest.param(trouble, flow, id=f"{trouble.name} - {flow.name}")
        for trouble, flow in (PAIRS if RUN_ALL else sample())
    ],
)
def test_photographs_go_on_and_the_fault_ends_as_promised(
    trouble: Trouble, flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        rig = Rig(tmp_path / "frame")
        stack.callback(rig.close)
        flow.before(rig)
        since = rig.mark()
        rig.glass.titles.clear()
        trouble.arm(Ground(rig, flow, tmp_path, monkeypatch, stack))
        flow.begin(rig)
        ENDINGS[trouble.ending(flow)](rig, trouble, flow, since)
        _slides_came_in_time(rig, since)
        _told_once(rig, since, trouble.ending(flow))


def _under_fault(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    """The fault lasts, and costs few requests."""
    if trouble.hangs:
        with rig.impatient():
            rig.run(3 * DWELL)
    rig.run(SLOW_LASTS if trouble.slow else LASTS)
    if trouble.hangs:
        # Whoever gave up waiting is gone: a request that is released late must not act behind the person's back.
        rig.google.wait_for(lambda: not rig.google.faults.stalled)
    at_once = AT_ONCE if c.FetchRendition in flow.kinds else 1
    most = trouble.most or at_once * (8 + (rig.now - since.at) / 120)
    assert 0 < rig.requests(since, *flow.kinds) <= most


def _waits(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    _under_fault(rig, trouble, flow, since)
    assert flow.waits(rig), rig.status()
    lines = rig.lines(since)
    assert (
        len(lines) == 1 or flow.name == "delete"
    )  # which may be told that it is done, and then that there is none
    assert rig.status()["last_error"] in lines[-1]
    assert _badge(rig) is not Mark.SIGN_IN or flow.asks_again
    rig.calm()
    flow.after(rig)
    deleting = DELETE_HEALS_WITHIN if flow.name == "delete" else 0
    rig.until(lambda: flow.done(rig), 1.5 * max(trouble.heals_within, deleting))


def _unharmed(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    flow.after(rig)
    if trouble.hangs:
        with rig.impatient():
            rig.run(3 * DWELL)
    rig.until(lambda: flow.done(rig), 300)
    assert rig.requests(since, *flow.kinds) <= (trouble.most or 3 + PICKED)
    _peaceful(rig, flow)


def _signed_out(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    _under_fault(rig, trouble, flow, since)
    assert rig.requests(since, c.RefreshAccessToken) <= 1
    assert rig.requests(since, *flow.kinds) == 2
    # Whoever has just asked for photographs sees a code at once; otherwise a badge is all.
    code = bool(rig.status()["user_code"])
    assert code == (flow.name == "create")
    assert code or _badge(rig) is Mark.SIGN_IN
    asked = rig.mark()
    rig.run(LASTS)
    later = [command for _, command in rig.asked[asked.asked :] if isinstance(command, c.GoogleCommand)]
    assert all(isinstance(command, c.PollToken) for command in later)
    assert code or not later
    rig.calm()
    if not code:
        rig.ask(Verb.SIGN_IN)
        rig.until(lambda: rig.status()["user_code"], 60)
    rig.approve()
    rig.until(lambda: flow.done(rig) or rig.status()["picker_uri"], 300)
    if not flow.done(rig):
        rig.pick(PICKED)
        rig.until(lambda: flow.done(rig), 300)


def _said(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    _under_fault(rig, trouble, flow, since)
    said = {title for title, _ in words.REASONS.values()}
    assert rig.glass.titles & said, rig.glass.titles
    rig.calm()
    if flow.asks_again:
        rig.ask(Verb.SIGN_IN)
        rig.until(lambda: rig.status()["user_code"], 60)
        flow.after(rig)
    rig.until(lambda: flow.done(rig), 1.5 * 900)


def _ended(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    _under_fault(rig, trouble, flow, since)
    assert rig.glass.titles & {words.PICK_TIMED_OUT_TITLE, words.PICK_LOST_TITLE, words.PICK_REFUSED_TITLE}
    _at_peace(rig)
    assert not rig.google.sessions
    _next_pick_works(rig)


def _skipped(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    _under_fault(rig, trouble, flow, since)
    assert rig.state.counts.failed == PICKED - rig.state.counts.stored > 0
    assert any("given up" in line for line in rig.lines(since))
    _at_peace(rig)
    assert not rig.google.sessions
    _next_pick_works(rig)
    assert rig.state.counts.failed == 0


def _believed(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    _under_fault(rig, trouble, flow, since)
    assert rig.requests(since, *flow.kinds) == 1
    _at_peace(rig)
    (left,) = rig.google.sessions
    rig.google.forget_session(left)
    _next_pick_works(rig)


def _wiped(rig: Rig, trouble: Trouble, flow: Flow, since: Since) -> None:
    rig.until(lambda: rig.state.counts.stored == 0 and rig.state.leaving is None, 30)
    assert rig.requests(since, *flow.kinds) == 1
    assert rig.state.access.credentials is None
    left = [path for path in (rig.folder / "cache").rglob("*") if path.is_file() and path.suffix == ".jpg"]
    assert left == []
    assert not list((rig.folder / "state").rglob("*credentials*"))
    rig.until(lambda: flow.done(rig), 60)


ENDINGS: dict[Ending, Callable[[Rig, Trouble, Flow, Since], None]] = {
    Ending.WAITS: _waits,
    Ending.UNHARMED: _unharmed,
    Ending.SIGNED_OUT: _signed_out,
    Ending.SAID: _said,
    Ending.ENDED: _ended,
    Ending.SKIPPED: _skipped,
    Ending.BELIEVED: _believed,
    Ending.WIPED: _wiped,
}


def _badge(rig: Rig) -> Mark | None:
    return rig.glass.scene.badge.mark if rig.glass.scene.badge else None


def _peaceful(rig: Rig, flow: Flow) -> None:
    assert _badge(rig) is not Mark.SIGN_IN or flow.asks_again
    assert rig.state.counts.failed == 0


def _at_peace(rig: Rig) -> None:
    """Nothing is left to do, and nobody is asked for anything."""
    assert isinstance(rig.state.picking.phase, picking.Idle)
    assert not rig.state.picking.deletions
    assert rig.status()["state"] == "showing"
    assert _badge(rig) is None


def _next_pick_works(rig: Rig) -> None:
    rig.calm()
    rig.ask(Verb.PICK)
    rig.until(lambda: rig.status()["picker_uri"], 60)
    rig.pick(PICKED)
    rig.until(lambda: rig.state.counts.stored == PICKED and not rig.google.sessions, 300)


def _slides_came_in_time(rig: Rig, since: Since) -> None:
    """Not only no slide was late: they were all there."""
    if rig.glass.showing:
        assert rig.slides(since) >= int((rig.now - since.at) / (DWELL + TRANSITION + LATE)) - 1


def _told_once(rig: Rig, since: Since, ending: Ending) -> None:
    lines = rig.lines(since)
    least, most = LINES[ending]
    assert least <= len(lines) <= most, lines
    assert len(set(lines)) == len(lines), lines
