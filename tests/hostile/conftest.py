from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.storage.decoder import Decoder
from tests.hostile.feeding import TALLY


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """The real one."""
    decoder = Decoder()
    yield decoder
    decoder.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many hostile files were tried: the README's table carries the number."""
    if TALLY.tried:
        terminalreporter.write_line(
            f"hostile files: {TALLY.tried} tried, {TALLY.shown} shown, {TALLY.refused} refused,"
            f" decode process replaced {TALLY.replaced} times"
        )
