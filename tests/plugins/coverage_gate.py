"""The rooms whose every branch the tests must take; `make test` turns this on with --coverage-gate.

The gate reports as a test does, and before the summary: so pytest's own summary line counts it and stays the last line.
"""

from __future__ import annotations

import io
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

FULL = ("kiosk/core/*", "kiosk/google/*", "kiosk/storage/*", "kiosk/config.py", "kiosk/config/*")
NAME = "coverage gate: core, google, storage and config"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--coverage-gate", action="store_true", help="fail unless every branch of the inner rooms was taken"
    )


def shortfall(gated: coverage.Coverage) -> str | None:
    """The report on the lines and branches never taken in the gated rooms; None when there are none.

    A gate over no file at all is a gate that was taken away, so that is a shortfall as well.
    """
    text = io.StringIO()
    try:
        total = gated.report(include=list(FULL), file=text, show_missing=True, skip_covered=True)
    except coverage.exceptions.NoDataError:
        return "nothing of the gated rooms was measured"
    return None if total == 100 else text.getvalue()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """After pytest-cov has saved its figures (it wraps the same hook, further in)."""
    result = yield
    config = session.config
    # Of several workers (pytest-xdist) each has measured a part: the one that sent them out has all of it.
    if not config.getoption("--coverage-gate") or config.option.collectonly or hasattr(config, "workerinput"):
        return result
    gated = coverage.Coverage(config_file=str(Path(config.rootpath, "pyproject.toml")))
    gated.load()
    missed = shortfall(gated)
    report = pytest.TestReport(
        nodeid=NAME,
        location=("pyproject.toml", 0, NAME),
        keywords={},
        outcome="passed" if missed is None else "failed",
        longrepr=missed,
        when="call",
    )
    config.hook.pytest_runtest_logreport(report=report)
    return result
