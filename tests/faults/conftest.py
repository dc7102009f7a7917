from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.driver import Rig
from tests.faults.troubles import PAIRS

PAIR_TEST = "test_photographs_go_on_and_the_fault_ends_as_promised"


@pytest.fixture
def make_rig(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def make(**named: Any) -> Rig:
        rigs.append(Rig(tmp_path / f"frame-{len(rigs)}", **named))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many pairs were tried: the README's table carries the number."""
    tried = {
        kind: sum(
            PAIR_TEST in str(report.nodeid) for report in terminalreporter.stats.get(kind, ()) if _ran(report)
        )
        for kind in ("passed", "failed")
    }
    if sum(tried.values()):
        terminalreporter.write_line(
            f"faults x flows: {sum(tried.values())} of {len(PAIRS)} pairs tried, {tried['failed']} failed"
        )


def _ran(report: object) -> bool:
    return isinstance(report, pytest.TestReport) and report.when == "call"
