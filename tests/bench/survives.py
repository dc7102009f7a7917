"""What was tried on the kiosk and what it cost: the counts of the suites that break things, as they print them.

A seeded sample; with KIOSK_TEST_ALL=1 all of it. The tests themselves judge, so a failure is a failure here too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.report import Figure

_SUITES = ("tests/faults", "tests/crash", "tests/hostile")
_COUNTS = (
    # What is said, the number of it in the summary of the tests, the most that is allowed.
    ("faults x flows: pairs tried", r"faults x flows: (\d+) of", None),
    ("kills at random instants", r"kills: (\d+) at random", None),
    ("kills at named points", r"kills: .*?, (\d+) at \d+ named points", None),
    ("power cuts that drop what was not synced", r"kills: .*?, (\d+) power cuts", None),
    ("writes that the card refused", r"kills: .*?, (\d+) refusals", None),
    ("bytes of acknowledged pictures lost", r"kills: .*?(\d+) bytes lost", 0.0),
    ("hostile files tried", r"hostile files: (\d+) tried", None),
    ("tests that failed", r"(?:(\d+) failed, )?\d+ passed.* in [\d.]+s", 0.0),
)


def survives() -> Iterator[Figure]:
    """The pairs of faults and flows, the kills and the hostile files."""
    words = [sys.executable, "-m", "pytest", *_SUITES, "-q", "--color=no"]
    out = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    beside = (
        "all of them" if os.environ.get("KIOSK_TEST_ALL") else "a seeded sample; KIOSK_TEST_ALL=1 for all"
    )
    for name, pattern, most in _COUNTS:
        found = re.findall(pattern, out)
        if not found:
            raise RuntimeError(f"the tests did not say how many {name}:\n{out[-2000:]}")
        yield Figure(name, float(found[-1] or 0), "", most, beside="" if most is not None else beside)
