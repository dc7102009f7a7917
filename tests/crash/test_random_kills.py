"""SIGKILL at instants that nobody chose, under load: picks that add and that replace, hides, a card too small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import RUN_ALL
from tests.crash.siege import Siege

KILLS = 12
"""In one chain: each start has the work of all earlier ones to go on with."""
CHAINS = 25 if RUN_ALL else 1


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", range(CHAINS))
def test_nothing_acknowledged_is_lost_to_kills_at_random_instants(
    make_siege: Callable[[int], Siege], seed: int, record_property: Callable[[str, Any], None]
) -> None:
    siege = make_siege(seed)
    try:
        for _ in range(KILLS):
            siege.kill_once()
        siege.end()
    finally:
        for name in ("kills", "bytes_lost", "withdrawn"):
            record_property(name, getattr(siege, name))
    assert siege.bytes_lost == 0
