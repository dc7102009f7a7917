"""An SD card for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.card import Card


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    """Opened."""
    card = Card(tmp_path)
    card.open()
    yield card
    card.storage.close()
