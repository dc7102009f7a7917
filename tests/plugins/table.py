"""`python -m tests.plugins.table RESULT.xml ...`: what `make test-all` ran, as a table for notes.

Each file is pytest's JUnit report of one run; rows are the folders of tests/, one group of columns for each run.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from xml.etree import ElementTree

Tally = Counter[str]


def read(path: Path) -> dict[str, Tally]:
    """Folder of tests/ -> counts of passed, failed and skipped, and milliseconds."""
    areas: dict[str, Tally] = defaultdict(Counter)
    for case in ElementTree.parse(path).iter("testcase"):
        parts = case.get("classname", "").split(".")
        area = parts[1] if len(parts) > 1 and parts[0] == "tests" else parts[0] or case.get("name", "")
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        areas[area][outcome] += 1
        areas[area]["ms"] += round(1000 * float(case.get("time", 0)))
    return areas


def cell(tally: Tally) -> str:
    """One run of one folder: passed/failed/skipped and seconds."""
    return f"{tally['passed']}/{tally['failed']}/{tally['skipped']} {tally['ms'] / 1000:.1f} s"


def table(runs: dict[str, dict[str, Tally]]) -> str:
    """The runs side by side in Markdown, with a row of totals."""
    names = sorted({area for run in runs.values() for area in run})
    rows = [["passed/failed/skipped", *runs], ["---"] * (len(runs) + 1)]
    rows += [[area, *(cell(run.get(area, Counter())) for run in runs.values())] for area in names]
    rows += [["all", *(cell(sum(run.values(), Counter())) for run in runs.values())]]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    print(table({Path(name).stem: read(Path(name)) for name in sys.argv[1:]}))
