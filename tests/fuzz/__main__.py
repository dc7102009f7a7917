"""``make fuzz``: every target under a coverage-guided fuzzer, for a fixed number of runs each; prints a table.

``ARGS="wire settings --times 10"`` takes some of them, for ten times as many runs. What is found lies in build/fuzz;
once it is mended it becomes a sample, and tests/fuzz/test_samples.py runs it for ever.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from tests.fuzz.targets import TARGETS, Target

SECONDS_FOR_ONE = 10
MEGABYTES = 1024
FOUND = Path("build/fuzz")


@frozen
class Result:
    """What became of one target."""

    target: Target
    runs: int
    coverage: int
    """Edges of our own code, as libFuzzer counts them."""
    seconds: float
    findings: tuple[Path, ...]
    said: str
    """All that was printed; to be shown where something was found."""


def run(target: Target, times: float, seed: int) -> Result:
    """One target, in a process of its own, from its samples."""
    found = FOUND / target.name
    shutil.rmtree(found, ignore_errors=True)
    found.mkdir(parents=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as corpus:
        words = (
            f"-runs={int(target.runs * times)}",
            f"-seed={seed}",
            f"-max_len={target.longest}",
            f"-timeout={SECONDS_FOR_ONE}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-artifact_prefix={found}/",
            "-print_final_stats=1",
            corpus,
            str(target.samples),
        )
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.one", target.name, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    said = done.stdout.decode("utf-8", "replace")
    findings = tuple(sorted(found.iterdir()))
    if done.returncode and not findings:
        (found / "no-input").write_text(said)
        findings = (found / "no-input",)
    coverage = [int(edges) for edges in re.findall(r"cov: (\d+)", said)]
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    return Result(
        target,
        int(runs[1]) if runs else 0,
        max(coverage, default=0),
        time.monotonic() - started,
        findings,
        said,
    )


def table(results: Sequence[Result]) -> str:
    """For people."""
    lines = [f"{'target':<12} {'runs':>9} {'coverage':>9} {'seconds':>8} {'findings':>9}"]
    lines += [
        f"{each.target.name:<12} {each.runs:>9} {each.coverage:>9} {each.seconds:>8.0f} {len(each.findings):>9}"
        for each in results
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=" ".join(each.name for each in TARGETS))
    parser.add_argument("--times", type=float, default=1.0, help="how many times the usual runs")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    if importlib.util.find_spec("atheris") is None:
        print(
            f"kiosk: the fuzzer (atheris) has no build for {platform.machine()}; the samples and Hypothesis run in"
            " `make test` all the same",
            file=sys.stderr,
        )
        return 0
    results = []
    for target in TARGETS:
        if not args.targets or target.name in args.targets:
            print(f"kiosk: fuzzing {target.name}", file=sys.stderr, flush=True)
            results.append(run(target, args.times, args.seed))
            for path in results[-1].findings:
                print(results[-1].said[-3000:], f"\nkiosk: found, in {path}", file=sys.stderr)
    print(table(results))
    return int(any(result.findings for result in results))


if __name__ == "__main__":
    sys.exit(main())
