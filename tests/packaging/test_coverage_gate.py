"""The gate that wants every branch of the inner rooms, and its place before pytest's last line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TWO_WAYS = """
def sign(n):
    if n < 0:
        return -1
    return 1
"""


@pytest.fixture
def tree(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A tiny kiosk with one module in the core and one in a room that is not gated."""
    for room in ("core", "display"):
        (pytester.path / "kiosk" / room).mkdir(parents=True)
        (pytester.path / "kiosk" / room / "__init__.py").write_text(TWO_WAYS)
    (pytester.path / "kiosk" / "__init__.py").touch()
    pytester.makepyprojecttoml('[tool.coverage.run]\nbranch = true\nsource = ["kiosk"]\n')
    for name in [name for name in os.environ if name.startswith(("COV_", "COVERAGE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return pytester


def gate(tree: pytest.Pytester, *calls: str) -> pytest.RunResult:
    """Each of the calls in a file of its own, by two workers as `make test` has them."""
    for number, each in enumerate(calls):
        text = f"import kiosk.core as c, kiosk.display as d\ndef test_it():\n    {each}\n"
        tree.makepyfile(**{f"test_{number}": text})
    options = ("--cov", "--cov-report=", "--coverage-gate", "-n", "2", "--dist", "loadfile")
    return tree.runpytest_subprocess("-p", "tests.plugins.coverage_gate", *options)


def test_a_branch_never_taken_in_the_core_fails_the_run(tree: pytest.Pytester) -> None:
    ran = gate(tree, "c.sign(1), d.sign(1), d.sign(-1)")
    assert ran.ret == 1
    ran.assert_outcomes(passed=1, failed=1)
    ran.stdout.fnmatch_lines(["*kiosk/core/__init__.py*", "FAILED coverage gate*"])
    assert "1 failed, 1 passed" in ran.outlines[-1]


def test_a_branch_never_taken_elsewhere_does_not(tree: pytest.Pytester) -> None:
    ran = gate(tree, "c.sign(1), c.sign(-1), d.sign(1)")
    assert ran.ret == 0
    assert "2 passed" in ran.outlines[-1]


def test_what_two_workers_took_counts_together(tree: pytest.Pytester) -> None:
    ran = gate(tree, "c.sign(1), d.sign(1)", "c.sign(-1)")
    assert ran.ret == 0
    assert "3 passed" in ran.outlines[-1]


def test_a_gate_over_nothing_fails(tree: pytest.Pytester) -> None:
    (tree.path / "kiosk" / "core").rename(tree.path / "kiosk" / "kernel")
    (tree.path / "kiosk" / "core.py").write_text(TWO_WAYS)
    ran = gate(tree, "c.sign(1)")
    assert ran.ret == 1
    ran.stdout.fnmatch_lines(["*nothing of the gated rooms was measured*"])
