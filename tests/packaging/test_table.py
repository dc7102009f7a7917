"""The table of `make test-all`."""

from __future__ import annotations

from pathlib import Path

from tests.plugins.table import read, table

REPORT = """<testsuites><testsuite>
<testcase classname="tests.core.test_playlist" name="a" time="0.25" />
<testcase classname="tests.core.test_signin" name="b" time="1.0"><failure message="m">text</failure></testcase>
<testcase classname="tests.demo.test_pages" name="c" time="0.5"><skipped message="no browser" /></testcase>
<testcase classname="" name="coverage gate" time="0.0" />
</testsuite></testsuites>"""


def test_results_are_counted_by_folder(tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(REPORT)
    areas = read(tmp_path / "one.xml")
    assert dict(areas["core"]) == {"passed": 1, "failed": 1, "ms": 1250}
    assert dict(areas["demo"]) == {"skipped": 1, "ms": 500}
    assert dict(areas["coverage gate"]) == {"passed": 1, "ms": 0}


def test_runs_stand_side_by_side_with_totals(tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(REPORT)
    areas = read(tmp_path / "one.xml")
    assert table({"python3.11": areas, "python3.13": {}}).splitlines() == [
        "| passed/failed/skipped | python3.11 | python3.13 |",
        "| --- | --- | --- |",
        "| core | 1/1/0 1.2 s | 0/0/0 0.0 s |",
        "| coverage gate | 1/0/0 0.0 s | 0/0/0 0.0 s |",
        "| demo | 0/0/1 0.5 s | 0/0/0 0.0 s |",
        "| all | 2/1/1 1.8 s | 0/0/0 0.0 s |",
    ]
