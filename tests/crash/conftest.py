from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.demo import DemoGoogle
from tests.crash.siege import SETTINGS, Siege, grainy
from tests.crash.table import POINTS


@pytest.fixture
def google() -> Iterator[DemoGoogle]:
    with DemoGoogle(grainy(60), SETTINGS) as running:
        yield running


@pytest.fixture
def make_siege(tmp_path: Path, google: DemoGoogle) -> Iterator[Callable[[int], Siege]]:
    sieges: list[Siege] = []

    def make(seed: int) -> Siege:
        sieges.append(Siege(tmp_path / f"frame-{len(sieges)}", google, seed))
        return sieges[-1]

    yield make
    for siege in sieges:
        siege.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How often the power went: the README's table carries the numbers."""
    count: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            if (
                isinstance(report, pytest.TestReport)
                and report.when == "call"
                and "tests/crash" in report.nodeid
            ):
                count.update({name: int(str(value)) for name, value in report.user_properties})
                count[outcome] += 1
    if count:
        terminalreporter.write_line(
            f"kills: {count['kills']} at random instants, {count['points']} at {len(POINTS)} named points, "
            f"{count['power_cuts']} power cuts, {count['refusals']} refusals by the card; "
            f"{count['bytes_lost']} bytes lost, "
            f"{count['withdrawn']} pictures taken away by a wish whose answer was never heard, "
            f"{count['failed']} tests failed"
        )
