"""Core dumps, in a process of its own: a limit cannot be taken back."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys
hard = int(sys.argv[1])
if hard >= 0:
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
from kiosk.system.dumps import forbid_core_dumps
forbid_core_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


@pytest.mark.parametrize(("before", "after"), [(1 << 30, 1), (1, 1), (0, 0)])
def test_nothing_of_the_memory_is_dumped_not_even_to_a_program(before: int, after: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(before)], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"({after}, {after})\n"


def test_the_usual_absence_of_a_limit_becomes_one() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard == 0:
        pytest.skip("this machine forbids core dumps already")
    done = subprocess.run([sys.executable, "-c", SCRIPT, "-1"], capture_output=True, text=True, check=True)
    assert done.stdout == "(1, 1)\n"
