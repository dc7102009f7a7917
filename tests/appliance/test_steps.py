"""The proof itself wants a machine; that its page tells of each step, and of no other, does not."""

from __future__ import annotations

from tests.appliance.steps import STEPS
from tests.docs.pages import ROOT, rows, spans


def test_each_step_has_a_row_in_the_table_of_what_was_seen_and_the_reverse() -> None:
    table = rows(ROOT / "docs" / "appliance.md", "Proof")
    assert [spans(row[0])[0] for row in table] == list(STEPS)
