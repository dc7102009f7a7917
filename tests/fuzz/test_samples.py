"""Each seed, and each input that was found once to break a law, against the laws."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, Target

EVERY = [
    pytest.param(target, path, id=f"{target.name}/{path.name}")
    for target in TARGETS
    for path in sorted(target.samples.iterdir())
]


@pytest.mark.parametrize(("target", "path"), EVERY)
def test_no_sample_breaks_a_law(target: Target, path: Path, tmp_path: Path) -> None:
    target.load(tmp_path)(path.read_bytes())
