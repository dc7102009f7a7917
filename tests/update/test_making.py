"""What pip is given as root: pinned packages with their hashes, and nothing that leads elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.errors import UpdateError
from kiosk.update.making import check_lock

ROOT = Path(__file__).parents[2]
HASH = "--hash=sha256:" + "0" * 64


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_the_locks_that_make_lock_writes_are_taken(name: str) -> None:
    check_lock(ROOT / name)


@pytest.mark.parametrize(
    "line",
    [
        f"--find-links https://elsewhere.example/\npillow==13.0.0 {HASH}",
        f"pillow @ https://elsewhere.example/pillow.whl {HASH}",
        "-r /etc/other.lock",
        "-e /home/somebody",
        "pillow==13.0.0",
        f"pillow>=13 {HASH}",
        f"pillow==13.0.0 \\\n    {HASH} \\\n    --config-settings=a=b",
        f"./pillow-13.0.0-py3-none-any.whl {HASH}",
    ],
)
def test_a_lock_that_leads_elsewhere_is_refused(line: str, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(line + "\n")
    with pytest.raises(UpdateError, match="something else than pinned packages"):
        check_lock(lock)
